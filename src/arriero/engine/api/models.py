"""The routes that tell about models: `/api/tags`, `/api/ps`, `/api/show`. Source: Ollama 0.33 server/routes.go."""

from __future__ import annotations

import json
import time
from typing import Any, Protocol

from arriero.core.errors import ArrieroError
from arriero.core.ids import Reference
from arriero.engine.api.errors import refusal_for
from arriero.engine.api.go_time import go_time
from arriero.engine.api.refusal import Refusal
from arriero.engine.api.requests import SHOW, recheck
from arriero.engine.api.service import Json
from arriero.engine.engine import Engine
from arriero.engine.served import ServedModel, ServedModels
from arriero.store.errors import ModelNotInstalled
from arriero.store.gguf import read_header
from arriero.store.models import InstalledModel
from arriero.store.store import Store


class Shelf(Protocol):
    """What is installed: all that is needed to tell about models. An engine is one."""

    @property
    def store(self) -> Store: ...

    @property
    def models(self) -> ServedModels: ...


def tags(engine: Shelf) -> list[Json]:
    """What is installed, newest first. Blocking. A model whose files cannot be read is listed by its manifest alone."""
    return [tag(engine, model) for model in engine.store.list()]


def running(engine: Engine) -> list[Json]:
    """What is loaded: one model at most."""
    resident = engine.scheduler.resident()
    if resident is None:
        return []
    model, memory = resident.model, resident.child.memory
    return [
        {
            "name": str(model.reference),
            "model": str(model.reference),
            "size": memory.total_bytes,
            "digest": model.digest,
            "details": _details(model, ""),
            "expires_at": go_time(time.time_ns() + int(resident.remaining_s * 1e9)),
            "size_vram": memory.vram_bytes,
            "context_length": resident.child.spec.context,
        }
    ]


def show(engine: Shelf, body: Json) -> Json:
    """See `Service.show`. Blocking."""
    recheck(body, SHOW)
    asked = body.get("model") or body.get("name")
    if not asked:
        raise Refusal(400, "model is required")
    try:
        reference = Reference.parse(asked)
    except ValueError:
        raise Refusal(400, "invalid model name") from None
    try:
        return _shown(engine, engine.models.get(reference), body)
    except ModelNotInstalled:
        raise Refusal(404, f"model '{reference}' not found") from None
    except ArrieroError as error:
        raise refusal_for(error) from error


def tag(engine: Shelf, model: InstalledModel) -> Json:
    details = _details(model, parent_of(model))
    told: Json = {
        "name": str(model.reference),
        "model": str(model.reference),
        "modified_at": go_time(model.modified_at_ns),
        "size": model.size_bytes,
        "digest": model.digest,
        "details": details,
    }
    try:
        served = engine.models.get(model.reference)
    except ArrieroError:
        return told  # Ollama lists it too, without what only its weights could tell
    for name in ("context_length", "embedding_length"):
        if (length := getattr(served.header, name)) is not None:
            details[name] = length
    return told | {"capabilities": list(served.capabilities)}


def _details(model: InstalledModel, parent: str) -> Json:
    config = model.config
    return {
        "parent_model": parent,
        "format": config.format,
        "family": config.family,
        "families": list(config.families) or None,
        "parameter_size": config.parameter_size,
        "quantization_level": config.quantization,
    }


def parent_of(model: InstalledModel) -> str:
    """The model that this one was made from, as its weights' layer says."""
    layer = model.layer("model")
    return (layer.origin if layer else None) or ""


def _shown(engine: Shelf, served: ServedModel, body: Json) -> Json:
    store, model = engine.store, served.installed
    system = body.get("system") or served.system
    licence = "\n".join(store.licenses(model))
    header = read_header(served.path, full_arrays=True) if body.get("verbose") else served.header
    told: Json = {
        "license": licence,
        "modelfile": _modelfile(served, system, licence, served.params | (body.get("options") or {})),
        "parameters": "\n".join(_parameter_lines(served.params, 30, _go_syntax)),
        "template": served.template.text if served.template else "",
        "system": system,
    }
    told = {name: value for name, value in told.items() if value}
    told["details"] = _details(model, parent_of(model))
    if served.messages:
        told["messages"] = [{"role": each.role, "content": each.content} for each in served.messages]
    told["model_info"] = header.model_info()
    told["tensors"] = [{"name": t.name, "type": t.type_name, "shape": list(t.shape)} for t in header.tensors]
    return told | {"capabilities": list(served.capabilities), "modified_at": go_time(model.modified_at_ns)}


def _modelfile(served: ServedModel, system: str, licence: str, params: dict[str, Any]) -> str:
    template = served.template.text if served.template else ""
    name = served.installed.reference
    lines = [
        '# Modelfile generated by "ollama show"',
        "# To build a new Modelfile based on this, replace FROM with:",
        f"# FROM {name}",
        "",
        f"FROM {served.path}",
        *([f"TEMPLATE {_quoted(template)}"] if template else []),
        *([f"SYSTEM {_quoted(system)}"] if system else []),
        *(f"PARAMETER {line}" for line in _parameter_lines(params, 0, _plain)),
        *([f"LICENSE {_quoted(licence)}"] if licence else []),
        *(f"MESSAGE {each.role} {_quoted(each.content)}" for each in served.messages),
    ]
    return "\n".join(lines) + "\n"


def _parameter_lines(params: dict[str, Any], width: int, shown: Any) -> list[str]:
    """One line for each value, those of a list one by one."""
    pairs = [
        (name, v) for name, value in sorted(params.items()) for v in (value if isinstance(value, list) else [value])
    ]
    return [f"{name:<{width}} {shown(value)}" for name, value in pairs]


def _go_syntax(value: Any) -> str:
    """Go's %#v of what JSON gives."""
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else _plain(value)


def _plain(value: Any) -> str:
    """Go's %v: whole numbers have no point."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _quoted(text: str) -> str:
    """As Ollama's Modelfiles quote: only what needs it, with three quotes around what holds one."""
    if "\n" not in text and '"' not in text and text == text.strip():
        return text
    return f'"""{text}"""' if '"' in text else f'"{text}"'
