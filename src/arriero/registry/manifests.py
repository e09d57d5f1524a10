"""A registry's manifest: bytes of a stranger to values, every field checked and everything bounded. Pure."""

from __future__ import annotations

import hashlib
import json
import re
from datetime import datetime

from arriero.registry.values import RemoteLayer, RemoteManifest

MEDIA_TYPE = "application/vnd.docker.distribution.manifest.v2+json"
MAX_BYTES = 4 << 20
MAX_LAYERS = 1000
MAX_SIZE_BYTES = 1 << 46
MAX_TEXT = 1000

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


def parse_manifest(raw: bytes, published_at: datetime | None = None) -> RemoteManifest:
    """Raises ValueError that names the flaw. Unknown fields and layer types pass: they are the store's business."""
    if len(raw) > MAX_BYTES:
        raise ValueError(f"more than {MAX_BYTES} bytes")
    fields = _fields(raw)
    layers, config = fields.get("layers"), fields.get("config")
    if not isinstance(layers, list) or not layers:
        raise ValueError("no layers: an image index, or not a model")
    if len(layers) > MAX_LAYERS:
        raise ValueError(f"{len(layers)} layers")
    manifest = RemoteManifest(
        raw=raw,
        digest=hashlib.sha256(raw).hexdigest(),
        layers=tuple(_layer(layer) for layer in layers),
        config=_layer(config),
        published_at=published_at,
    )
    _check_sizes(manifest)
    return manifest


def _fields(raw: bytes) -> dict[str, object]:
    try:
        fields = json.loads(raw)
    except (ValueError, RecursionError):
        raise ValueError("not JSON") from None
    if not isinstance(fields, dict):
        raise ValueError("not an object")  # noqa: TRY004 - callers read one exception: these bytes are no manifest
    if fields.get("schemaVersion") != 2:
        raise ValueError("not of schema version 2")
    return fields


def _layer(fields: object) -> RemoteLayer:
    if not isinstance(fields, dict):
        raise ValueError("a layer or the config is not an object")  # noqa: TRY004
    digest, size = fields.get("digest"), fields.get("size")
    if not isinstance(digest, str) or not _DIGEST.fullmatch(digest):
        raise ValueError("a digest is not sha256 and 64 hex digits")
    if isinstance(size, bool) or not isinstance(size, int) or not 0 <= size <= MAX_SIZE_BYTES:
        raise ValueError(f"a size is not a number of bytes up to {MAX_SIZE_BYTES}")
    return RemoteLayer(
        _text(fields, "mediaType"), digest, size, *(_text(fields, key) or None for key in ("from", "name"))
    )


def _text(fields: dict[str, object], key: str) -> str:
    value = fields.get(key, "")
    if not isinstance(value, str) or len(value) > MAX_TEXT:
        raise ValueError(f"{key} is not a text of up to {MAX_TEXT} characters")
    return value


def _check_sizes(manifest: RemoteManifest) -> None:
    sizes: dict[str, int] = {}
    for blob in manifest.blobs:
        if sizes.setdefault(blob.digest, blob.size_bytes) != blob.size_bytes:
            raise ValueError("one digest with two sizes")
