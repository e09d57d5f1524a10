"""The routes that change the store: `/api/create` from a model that is there, `/api/copy`, `/api/delete`.

Source: Ollama 0.33 server/create.go. Creating from files, pulling and pushing are not done here yet: 501.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, NoReturn

from arriero.core import go_json
from arriero.core.errors import ArrieroError
from arriero.core.ids import Reference
from arriero.engine.api.errors import refusal_for
from arriero.engine.api.refusal import Refusal
from arriero.engine.api.requests import COPY, CREATE, DELETE, PULL, PUSH, recheck
from arriero.engine.api.service import Json
from arriero.engine.engine import Engine
from arriero.engine.prompt import Template, TemplateInvalid
from arriero.store import config_blob, media
from arriero.store.errors import ModelNotInstalled
from arriero.store.manifest import Layer
from arriero.store.models import InstalledModel
from arriero.store.store import Store


def create(engine: Engine, body: Json) -> Iterator[Json]:
    """Ollama's progress reports. Blocking. Raises Refusal, before the first report or after."""
    recheck(body, CREATE)
    name = _reference(body.get("model") or body.get("name"), "invalid model name")
    if body.get("files") or body.get("adapters"):
        raise Refusal(
            501, "creating a model from files is not supported here yet: import the GGUF with `arriero import`"
        )
    if not body.get("from"):
        raise Refusal(400, "neither 'from' or 'files' was specified")
    if body.get("quantize"):
        raise Refusal(501, "quantizing a model is not supported here")
    base_name = _reference(body["from"], "invalid model name")
    try:
        base = engine.store.get(base_name)
    except ModelNotInstalled:
        raise Refusal(501, f"model '{body['from']}' is not installed, and pulling is not supported here yet") from None
    except ArrieroError as error:
        raise refusal_for(error) from error
    _check_template(body.get("template") or "")
    yield from _created(engine.store, name, base, body)


def copy(engine: Engine, body: Json) -> None:
    """Blocking. Raises Refusal."""
    recheck(body, COPY)
    source, destination = body.get("source") or "", body.get("destination") or ""
    from_name = _reference(source, f"source {json.dumps(source)} is invalid")
    to_name = _reference(destination, f"destination {json.dumps(destination)} is invalid")
    try:
        engine.store.copy(from_name, to_name)
    except ModelNotInstalled:
        raise Refusal(404, f"model {json.dumps(source)} not found") from None
    except ArrieroError as error:
        raise refusal_for(error) from error


def delete(engine: Engine, body: Json) -> None:
    """Blocking. What is loaded of the model stays loaded. Raises Refusal."""
    recheck(body, DELETE)
    asked = body.get("model") or body.get("name")
    if not asked:
        raise Refusal(400, "model is required")
    name = _reference(asked, f"name {json.dumps(asked)} is invalid")
    try:
        engine.store.delete(name)
    except ModelNotInstalled:
        raise Refusal(404, f"model '{asked}' not found") from None
    except ArrieroError as error:
        raise refusal_for(error) from error


def pull(body: Json) -> NoReturn:
    """Raises Refusal."""
    recheck(body, PULL)
    _reference(body.get("model") or body.get("name"), "invalid model name")
    raise Refusal(501, "pulling a model is not supported here yet")


def push(body: Json) -> NoReturn:
    """Raises Refusal."""
    recheck(body, PUSH)
    if not (body.get("model") or body.get("name")):
        raise Refusal(400, "model is required")
    raise Refusal(501, "pushing a model is not supported here yet")


def _created(store: Store, name: Reference, base: InstalledModel, body: Json) -> Iterator[Json]:
    layers = [(replace(layer, origin=str(base.reference)), False) for layer in base.layers]
    try:
        for kind, contents in _contents(store, base, body):
            if kind != "license":  # licences add up, all else replaces the base's
                layers = [made for made in layers if made[0].media_type not in media.KINDS[kind]]
            layers += [_stored(store, data, media.KINDS[kind][0]) for data in contents]
        for layer, is_new in layers:
            yield {"status": f"{'creating new' if is_new else 'using existing'} layer {layer.digest}"}
        yield {"status": "writing manifest"}
        config = store.add_bytes(config_blob.render(_config(base, body)), media.CONFIG)
        store.write_manifest(name, config, [layer for layer, _ in layers])
        yield {"status": "success"}
    except ArrieroError as error:
        raise refusal_for(error) from error


def _contents(store: Store, base: InstalledModel, body: Json) -> Iterator[tuple[str, list[bytes]]]:
    """The small blobs by kind, in the order in which Ollama appends their layers; parameters always, for they are
    the base's with the request's laid over them."""
    for kind in ("template", "system"):
        if body.get(kind):
            yield kind, [body[kind].encode("utf-8", "replace")]
    if licences := _licences(body.get("license")):
        yield "license", [text.encode("utf-8", "replace") for text in licences]
    if params := {**store.params(base), **(body.get("parameters") or {})}:
        yield "params", [go_json.encode(params)]
    if body.get("messages"):
        messages = [{"role": m.get("role") or "", "content": m.get("content") or ""} for m in body["messages"]]
        yield "messages", [go_json.encode(messages, sort_keys=False)]


def _stored(store: Store, data: bytes, media_type: str) -> tuple[Layer, bool]:
    """The layer, and whether its blob is new."""
    digest = f"sha256:{hashlib.sha256(data).hexdigest()}"
    was_there = store.has_blob(digest)
    return store.add_bytes(data, media_type), not was_there


def _config(base: InstalledModel, body: Json) -> config_blob.ModelConfig:
    given = {name: body[name] for name in ("renderer", "parser", "requires") if body.get(name)}
    return replace(base.config, **given)


def _licences(given: Any) -> list[str]:
    if not given:
        return []
    texts = given if isinstance(given, list) else [given]
    if not all(isinstance(text, str) for text in texts):
        raise Refusal(400, "license must be a string or an array of strings")
    return texts


def _check_template(text: str) -> None:
    try:
        Template.parse(text)
    except TemplateInvalid as error:
        raise Refusal(400, f"template error: {error.detail}") from error


def _reference(text: str | None, refusal: str) -> Reference:
    try:
        return Reference.parse(text or "")
    except ValueError:
        raise Refusal(400, refusal) from None
