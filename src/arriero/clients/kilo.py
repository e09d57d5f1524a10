"""Kilo Code 7: where its configuration lies, what stands in it for a slot, and what its 5.x versions import.

Ours are the members `arriero-…` of `provider`, one for each slot; nothing else is read or written. The format is that
of Kilo's documentation (AI providers, OpenAI compatible) and was tried with its command line, 7.7.9.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from arriero.clients.values import Endpoint

NAME = "kilo"
PROGRAM = "kilo"
PACKAGE = "@kilocode/cli"
SCHEMA = "https://app.kilo.ai/config.json"
MARK = "arriero-"
GATEWAY = "arriero-_gateway"  # no slot's id begins so
KEY = "ollama"  # Kilo insists on one; where the slot asks for none, any will do
ANSWER_MS = 600_000  # a first answer waits for the model's load

_FILES = ("kilo.jsonc", "kilo.json", "opencode.jsonc", "opencode.json", "config.json")


def config_file(home: Path, environ: Mapping[str, str]) -> Path:
    """The file that is there: with two of them Kilo takes back what is saved. A new one is `kilo.jsonc`."""
    folder = Path(environ.get("XDG_CONFIG_HOME") or home / ".config") / "kilo"
    return next((folder / name for name in _FILES if (folder / name).exists()), folder / _FILES[0])


def provider_id(slot: str) -> str:
    return MARK + slot


def provider(endpoint: Endpoint) -> dict[str, object]:
    return _provider(f"Arriero · {endpoint.title}", [endpoint])


def gateway_provider(endpoints: Sequence[Endpoint]) -> dict[str, object]:
    """One address for all of them."""
    return _provider("Arriero", endpoints)


def _provider(name: str, endpoints: Sequence[Endpoint]) -> dict[str, object]:
    first = endpoints[0]
    return {
        "npm": "@ai-sdk/openai-compatible",
        "name": name,
        "options": {"baseURL": first.url, "apiKey": _key(first), "timeout": ANSWER_MS},
        "models": {each.model: _model(each) for each in endpoints},
    }


def _model(endpoint: Endpoint) -> dict[str, object]:
    """`limit` tells Kilo when to shorten a conversation; without it it never does, and the server cuts."""
    limit = {"context": endpoint.context, "output": endpoint.output}
    return {"name": endpoint.model, "tool_call": endpoint.tools, "limit": limit}


def _key(endpoint: Endpoint) -> str:
    """Kilo reads `{file:…}` itself, so that the key stays in the one file that holds it."""
    return f"{{file:{endpoint.api_key_file}}}" if endpoint.api_key_file else KEY


def legacy_import(endpoints: Sequence[Endpoint]) -> dict[str, object]:
    """The file that Kilo Code 5.x imports under Settings; profiles of other names stay."""
    profiles = {provider_id(endpoint.slot): _profile(endpoint) for endpoint in endpoints}
    first = provider_id(endpoints[0].slot)
    return {
        "providerProfiles": {"currentApiConfigName": first, "apiConfigs": profiles, "modeApiConfigs": {}},
        "globalSettings": {},
    }


def _profile(endpoint: Endpoint) -> dict[str, object]:
    key = Path(endpoint.api_key_file).read_text().strip() if endpoint.api_key_file else KEY
    return {
        "id": provider_id(endpoint.slot),
        "apiProvider": "openai",
        "openAiBaseUrl": endpoint.url,
        "openAiApiKey": key,
        "openAiModelId": endpoint.model,
        "openAiCustomModelInfo": {
            "contextWindow": endpoint.context,
            "maxTokens": endpoint.output,
            "supportsImages": False,
            "supportsPromptCache": False,
        },
    }


def check_settings() -> dict[str, object]:
    """Of one run only, beside the user's own: a short prompt and no tools, because Kilo's own fill a small context."""
    return {"agent": {f"{MARK}check": {"mode": "primary", "prompt": "Answer in one word.", "tools": {"*": False}}}}
