"""A real editor agent against the demo slot: the Kilo Code command line answers through it, set up by `connect kilo`,
and then with tools.

The demo model cannot use tools, so for those Kilo talks to a copy of it whose template accepts them (as an editor's own
model does). What is checked is the conversation between Kilo and the engine: models, streaming, tool schemas, usage.
What a model of 135 million parameters says is of no matter.
"""

from __future__ import annotations

import json
import platform
import subprocess
import urllib.request
from dataclasses import replace
from pathlib import Path
from typing import Any

from bench.gateway_rig import gateway
from bench.rig import CACHE, MODEL, Installation

PACKAGE = f"@kilocode/cli-linux-{'arm64' if platform.machine() == 'aarch64' else 'x64'}"
VERSION = "7.7.9"
COPY = "kilo-live"
CONTEXT = 4096
TEMPLATE = (
    "{{ if .Tools }}{{ end }}{{ range .Messages }}<|im_start|>{{ .Role }}\n{{ .Content }}<|im_end|>\n"
    "{{ end }}<|im_start|>assistant\n"
)


def run(here: Installation) -> int:
    """Prints Kilo's answer and usage; 1 when it ended without a whole answer."""
    program = install()
    with_kilo = replace(here, environ=here.environ | {"PATH": f"{program.parent}:{here.environ['PATH']}"})
    here.command("activate", "demo")
    connected(with_kilo)
    try:
        ask(here, "/api/create", {"model": COPY, "from": MODEL, "template": TEMPLATE, "stream": False})
        events = question(here, program)
    finally:
        ask(here, "/api/delete", {"model": COPY}, "DELETE")
    through_the_gateway(with_kilo)  # last: it has the slots take turns
    texts = [event["part"]["text"] for event in events if event["type"] == "text"]
    ends = [event["part"] for event in events if event["type"] == "step_finish"]
    print(f"{PACKAGE} {VERSION}:", *texts)
    print("usage as Kilo counted it:", *(end["tokens"] for end in ends))
    return 0 if texts and ends else 1


def connected(here: Installation) -> None:
    """With what a user types. Raises CalledProcessError unless every active slot answers."""
    here.command("connect", "kilo")
    took_s, told = here.command("connect", "kilo", "--check")
    print(f"connect kilo --check, {took_s:.0f} s:", json.dumps(told, ensure_ascii=False))


def through_the_gateway(here: Installation) -> None:
    """The same over one address, from which each slot is asked. Raises CalledProcessError unless each answers."""
    with gateway(here) as rig:
        rig.here.command("connect", "kilo", "--gateway")
        took_s, told = rig.here.command("connect", "kilo", "--gateway", "--check")
        print(f"connect kilo --gateway --check, {took_s:.0f} s:", json.dumps(told, ensure_ascii=False))


def install() -> Path:
    """Kilo in the user's cache, from npm, once. Raises CalledProcessError, FileNotFoundError without npm."""
    folder = CACHE / "kilo"
    program = folder / "node_modules" / PACKAGE / "bin" / "kilo"
    if not program.exists():
        subprocess.run(
            ["npm", "install", "--no-audit", "--no-fund", "--prefix", folder, f"{PACKAGE}@{VERSION}"], check=True
        )
    return program


def question(here: Installation, program: Path) -> list[dict[str, Any]]:
    """What Kilo tells while it asks "Say hello." Raises CalledProcessError."""
    settings = here.folder / "kilo.json"
    settings.write_text(json.dumps(configuration(here)))
    done = subprocess.run(
        [program, "run", "--agent", "live", "--title", "live", "--format", "json", "Say hello."],
        env=here.environ | {"KILO_CONFIG": str(settings)},
        cwd=here.folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        check=True,
        timeout=600,
    )
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith(b"{")]


def configuration(here: Installation) -> dict[str, object]:
    """As docs/how-to/editor.md has it, and an agent with a short prompt: Kilo's own has 10,000 tokens."""
    limit = {"context": CONTEXT, "output": 64}
    provider = {
        "npm": "@ai-sdk/openai-compatible",
        "name": "Arriero",
        "options": {"baseURL": f"http://127.0.0.1:{here.port}/v1", "apiKey": "ollama", "timeout": 600_000},
        "models": {COPY: {"name": "demo", "tool_call": True, "limit": limit}},
    }
    return {
        "provider": {"arriero": provider},
        "model": f"arriero/{COPY}",
        "small_model": f"arriero/{COPY}",
        "agent": {"live": {"mode": "primary", "prompt": "Answer in one short sentence."}},
    }


def ask(here: Installation, path: str, body: dict[str, object], method: str = "POST") -> None:
    """Raises HTTPError."""
    request = urllib.request.Request(
        f"http://127.0.0.1:{here.port}{path}", json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    request.method = method
    with urllib.request.urlopen(request) as answer:
        answer.read()
