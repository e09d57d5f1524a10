"""What a new model is made from: the layers of one that is here, or of GGUF files whose bytes are among the blobs.

Source: Ollama 0.33 server/create.go (parseFromModel, convertModelFromFiles, detectChatTemplate). Unlike there a GGUF
keeps its bytes, and it is read, not loaded.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from arriero.core.ids import Reference
from arriero.engine.api.go_decode import go_kind
from arriero.engine.api.progress import Tell
from arriero.engine.api.refusal import Refusal
from arriero.store import media
from arriero.store.chat_templates import known_template
from arriero.store.config_blob import ModelConfig
from arriero.store.errors import GgufNotAModel, GgufSplit, NotGguf
from arriero.store.gguf import GgufHeader, read_header
from arriero.store.importing import config_of, require_model
from arriero.store.manifest import Layer
from arriero.store.store import Store

TellingLayer = tuple[Layer, str]
"""A layer, and the status that tells of it."""


@dataclass(frozen=True)
class Source:
    """`params` are those of the model, or what its template needs: a request's are laid over them."""

    layers: tuple[TellingLayer, ...]
    config: ModelConfig
    params: Mapping[str, Any] = field(default_factory=dict)


def source_of_model(store: Store, reference: Reference) -> Source:
    """Blocking. Raises the store's errors."""
    model = store.get(reference)
    layers = [replace(layer, origin=str(model.reference)) for layer in model.layers]
    return Source(tuple((layer, _existing(layer)) for layer in layers), model.config, store.params(model))


def source_of_files(store: Store, files: Mapping[str, Any], tell: Tell) -> Source:
    """One GGUF and its template, if it is a known one. Blocking. Raises Refusal, GgufError and the store's errors."""
    layer, header = _model(store, _only_file(files), tell)
    known = known_template(header.chat_template)
    if known is None:
        return Source(((layer, _existing(layer)),), config_of(header))
    template = store.add_bytes(known.template.encode(), media.TEMPLATE)
    layers = ((layer, _existing(layer)), (template, f"using autodetected template {known.name}"))
    return Source(layers, config_of(header), {"stop": list(known.stop)})


def stored(store: Store, data: bytes, media_type: str) -> TellingLayer:
    """A small blob's layer."""
    was_there = store.has_blob(f"sha256:{hashlib.sha256(data).hexdigest()}")
    layer = store.add_bytes(data, media_type)
    return layer, _existing(layer) if was_there else f"creating new layer {layer.digest}"


def _existing(layer: Layer) -> str:
    return f"using existing layer {layer.digest}"


def _only_file(files: Mapping[str, Any]) -> str:
    """Its digest. Raises Refusal(400)."""
    for name, digest in files.items():
        if not isinstance(digest, str):
            kind = {"float64": "number", "bool": "bool"}.get(go_kind(digest), "object")
            raise Refusal(400, f"json: cannot unmarshal {kind} into Go struct field CreateRequest.files of type string")
        if name.startswith("/") or ".." in name.split("/"):
            raise Refusal(400, "file path must be relative")
        if name.endswith(".safetensors"):
            raise Refusal(400, "safetensors are not supported here: make a GGUF of them with llama.cpp first")
    if not files:
        raise Refusal(400, "no files provided to convert")
    if len(files) > 1:
        raise Refusal(400, f"{len(files)} files are not supported here: a model is made from one GGUF")
    (digest,) = files.values()
    return str(digest)


def _model(store: Store, digest: str, tell: Tell) -> tuple[Layer, GgufHeader]:
    tell({"status": "parsing GGUF"})
    path, size = store.blob_path(digest), store.blob_size_bytes(digest)
    if size is None:
        raise Refusal(500, f"open {path}: no such file or directory")
    try:
        header = read_header(path)
        require_model(header)
    except NotGguf:
        raise Refusal(400, "supplied file was not in GGUF format") from None
    except GgufNotAModel as error:
        raise Refusal(400, f"a GGUF of this kind is not supported here: {json.dumps(error.kind)}") from error
    except GgufSplit as error:
        raise Refusal(400, f"one of {error.parts} parts: merge them with llama.cpp's llama-gguf-split") from error
    return Layer(media.MODEL, f"sha256:{path.name.removeprefix('sha256-')}", size), header
