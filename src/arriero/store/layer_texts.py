"""The small blobs of a model, read: template, system prompt, parameters, licences, messages."""

from __future__ import annotations

import json
from typing import Any

from arriero.store.blobs import Blobs
from arriero.store.catalog import read_bounded
from arriero.store.errors import BlobMissing, ModelDamaged
from arriero.store.faults import translated
from arriero.store.manifest import Layer
from arriero.store.models import InstalledModel


def text(model: InstalledModel, kind: str, blobs: Blobs) -> str | None:
    """The text of the layer of that kind, None without one. Raises BlobMissing, ModelDamaged."""
    layer = model.layer(kind)
    return None if layer is None else _text(model, layer, blobs)


def texts(model: InstalledModel, kind: str, blobs: Blobs) -> list[str]:
    """The texts of all layers of that kind. Raises BlobMissing, ModelDamaged."""
    return [_text(model, layer, blobs) for layer in model.layers_of(kind)]


def params(model: InstalledModel, blobs: Blobs) -> dict[str, Any]:
    """The parameters; empty without a layer. Raises BlobMissing, ModelDamaged."""
    return _json(model, "params", blobs, dict) or {}


def messages(model: InstalledModel, blobs: Blobs) -> list[dict[str, Any]]:
    """The messages that stand before every conversation. Raises BlobMissing, ModelDamaged."""
    return _json(model, "messages", blobs, list) or []


def _json(model: InstalledModel, kind: str, blobs: Blobs, wanted: type) -> Any:
    layer = model.layer(kind)
    if layer is None:
        return None
    try:
        value = json.loads(_text(model, layer, blobs))
    except (ValueError, RecursionError) as error:
        raise _damaged(model, layer, blobs, str(error)) from error
    if not isinstance(value, wanted):
        raise _damaged(model, layer, blobs, f"not a {wanted.__name__}")
    return value


def _text(model: InstalledModel, layer: Layer, blobs: Blobs) -> str:
    path = blobs.path(layer.digest)
    with translated(path):
        try:
            content = read_bounded(path)
        except FileNotFoundError as error:
            raise BlobMissing(layer.digest, path) from error
        except ValueError as error:
            raise _damaged(model, layer, blobs, str(error)) from error
    return content.decode("utf-8", "replace")  # as Go does when it writes such bytes as JSON


def _damaged(model: InstalledModel, layer: Layer, blobs: Blobs, reason: str) -> ModelDamaged:
    return ModelDamaged(str(model.reference), blobs.path(layer.digest), reason)
