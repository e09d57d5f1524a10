"""The manifest of a model: which blobs it is made of. Pure: bytes to values and back, byte for byte Ollama's own.

Fact (Ollama 0.33, manifest/manifest.go): compact JSON in struct order with a trailing newline, and a model's digest is
the sha256 of those bytes. Recorded from a real one, so that the order of layers counts: model, template, params.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from arriero.core import go_json
from arriero.store import media

MAX_BYTES = 16 << 20
DIGEST = re.compile(r"sha256[:-]([0-9a-fA-F]{64})")


class Malformed(ValueError):
    """These bytes are no manifest or config."""


@dataclass(frozen=True)
class Layer:
    """One blob of a model. `origin` (JSON "from") names the model or file it came from, `name` a single tensor."""

    media_type: str
    digest: str
    size_bytes: int
    origin: str | None = None
    name: str | None = None


@dataclass(frozen=True)
class Manifest:
    """`config.digest` is empty where a manifest has no config (Ollama reads such a model too)."""

    config: Layer
    layers: tuple[Layer, ...]

    @property
    def size_bytes(self) -> int:
        """What `/api/tags` calls size: all layers and the config."""
        return self.config.size_bytes + sum(layer.size_bytes for layer in self.layers)

    def blobs(self) -> Iterable[Layer]:
        """Every layer that names a blob, the config last."""
        return (layer for layer in (*self.layers, self.config) if layer.digest)


def render(config: Layer, layers: Sequence[Layer]) -> bytes:
    """The manifest file's bytes."""
    fields = {
        "schemaVersion": 2,
        "mediaType": media.MANIFEST,
        "config": _layer_fields(config),
        "layers": [_layer_fields(layer) for layer in layers],
    }
    return go_json.encode(fields, sort_keys=False)


def parse(data: bytes) -> Manifest:
    """Raises ValueError (mostly Malformed) with what is wrong; unknown fields are passed over, as Ollama does."""
    fields = json.loads(data)
    if not isinstance(fields, dict):
        raise Malformed("not an object")
    layers = [] if fields.get("layers") is None else fields["layers"]
    if not isinstance(layers, list):
        raise Malformed("layers is not a list")
    config = fields.get("config")
    return Manifest(
        config=Layer("", "", 0) if config is None else _parse_layer(config, digest_required=False),
        layers=tuple(_parse_layer(layer) for layer in layers),
    )


def _layer_fields(layer: Layer) -> dict[str, object]:
    fields: dict[str, object] = {
        "mediaType": layer.media_type,
        "digest": layer.digest,
        "size": layer.size_bytes,
    }
    if layer.origin:
        fields["from"] = layer.origin
    if layer.name:
        fields["name"] = layer.name
    return fields


def _parse_layer(fields: object, *, digest_required: bool = True) -> Layer:
    if not isinstance(fields, dict):
        raise Malformed("a layer is not an object")
    media_type, digest, size = fields.get("mediaType", ""), fields.get("digest", ""), fields.get("size", 0)
    origin, name = fields.get("from", ""), fields.get("name", "")
    if not all(isinstance(text, str) for text in (media_type, digest, origin, name)):
        raise Malformed("a layer's field is not text")
    if isinstance(size, bool) or not isinstance(size, int) or size < 0:
        raise Malformed("a layer's size is not a number of bytes")
    if not DIGEST.fullmatch(digest) and (digest or digest_required):
        raise Malformed(f"not a digest: {digest[:80]!r}")
    return Layer(media_type, digest.replace("-", ":", 1).lower(), size, origin or None, name or None)
