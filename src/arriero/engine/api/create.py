"""`/api/create`: a model out of another one, or out of GGUF files that were sent as blobs before.

Source: Ollama 0.33 server/create.go. A `from` that is not here is pulled first, as there.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from arriero.core import go_json
from arriero.core.ids import Reference
from arriero.engine.api.create_source import Source, source_of_files, source_of_model, stored
from arriero.engine.api.progress import Tell, Work
from arriero.engine.api.refusal import Refusal
from arriero.engine.api.requests import reference_of
from arriero.engine.api.service import Json
from arriero.engine.api.transfers import pull_model
from arriero.engine.engine import Engine
from arriero.engine.prompt import Template, TemplateInvalid
from arriero.store import config_blob, media
from arriero.store.store import Store

_NO_QUANTIZING = "quantizing is not supported here: quantize the GGUF with llama.cpp's tools, then create from that"
UNSUPPORTED = {
    "quantize": _NO_QUANTIZING,
    "quantization": _NO_QUANTIZING,
    "adapters": "LoRA adapters are not supported here: merge the adapter into the model, then create from that",
    "draft_files": "draft models are not supported here",
    "info": "'info' is not supported here: what a model is, is read from its GGUF",
    "remote_host": "'remote_host' is not supported here: there is no cloud behind this server",
}
"""Fields that ask for what is not done here, and what is said then: a model without it would be another one."""


def create(engine: Engine, body: Json) -> Work:
    """Raises Refusal(400)."""
    reference = reference_of(body.get("model") or body.get("name"), "invalid model name")
    return lambda tell: _create(engine.store, reference, body, tell)


async def _create(store: Store, reference: Reference, body: Json, tell: Tell) -> None:
    _check(body)
    if body.get("from"):
        base_name = reference_of(body["from"], "invalid model name")
        if await asyncio.to_thread(store.find, base_name) is None:
            await pull_model(store, base_name, tell, insecure=False)
    await asyncio.to_thread(_make, store, reference, body, _from_thread(tell))


def _from_thread(tell: Tell) -> Tell:
    loop = asyncio.get_running_loop()

    def tell_on_loop(event: Json) -> None:
        loop.call_soon_threadsafe(tell, event)

    return tell_on_loop


def _make(store: Store, reference: Reference, body: Json, tell: Tell) -> None:
    """Blocking."""
    with store.arriving():
        source = _source(store, body, tell)
        layers = [*source.layers]
        for kind, contents in _contents(source, body):
            if kind != "license":  # licences add up, all else replaces the base's
                layers = [(layer, status) for layer, status in layers if layer.media_type not in media.KINDS[kind]]
            layers += [stored(store, data, media.KINDS[kind][0]) for data in contents]
        for status in (status for _, status in layers):
            tell({"status": status})
        tell({"status": "writing manifest"})
        config = store.add_bytes(config_blob.render(_config(source, body)), media.CONFIG)
        store.write_manifest(reference, config, [layer for layer, _ in layers])
    tell({"status": "success"})


def _check(body: Json) -> None:
    """Raises Refusal(400)."""
    for name, reason in UNSUPPORTED.items():
        if body.get(name):
            raise Refusal(400, reason)
    _licences(body.get("license"))
    try:
        Template.parse(body.get("template") or "")
    except TemplateInvalid as error:
        raise Refusal(400, f"template error: {error.detail}") from error


def _source(store: Store, body: Json, tell: Tell) -> Source:
    if body.get("from"):
        return source_of_model(store, reference_of(body["from"], "invalid model name"))
    if body.get("files") is None:
        raise Refusal(400, "neither 'from' or 'files' was specified")
    return source_of_files(store, body["files"], tell)


def _contents(source: Source, body: Json) -> Iterator[tuple[str, list[bytes]]]:
    """The small blobs by kind, in the order in which Ollama appends their layers; parameters always, for they are
    the base's with the request's laid over them."""
    for kind in ("template", "system"):
        if body.get(kind):
            yield kind, [body[kind].encode("utf-8", "replace")]
    if licences := _licences(body.get("license")):
        yield "license", [text.encode("utf-8", "replace") for text in licences]
    if params := {**source.params, **(body.get("parameters") or {})}:
        yield "params", [go_json.encode(params)]
    if body.get("messages"):
        messages = [{"role": m.get("role") or "", "content": m.get("content") or ""} for m in body["messages"]]
        yield "messages", [go_json.encode(messages, sort_keys=False)]


def _config(source: Source, body: Json) -> config_blob.ModelConfig:
    given = {name: body[name] for name in ("renderer", "parser", "requires") if body.get(name)}
    return replace(source.config, **given)


def _licences(given: Any) -> list[str]:
    if not given:
        return []
    texts = given if isinstance(given, list) else [given]
    if not all(isinstance(text, str) for text in texts):
        raise Refusal(400, "license must be a string or an array of strings")
    return texts
