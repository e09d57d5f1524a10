"""The shape of a model as far as it is known here: from a file, from the store, or from what was read before.

Invariant: nothing here goes to the network (`headers` does). What has been read is kept beside the logs, by the model's
name and with the digest of its weights, so that `models` needs neither a registry nor half a second of parsing.
"""

from __future__ import annotations

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
from arriero.stack.errors import FileRefused
from arriero.stack.world import World
from arriero.store.errors import BlobMissing, GgufError, GgufSplit, ModelDamaged
from arriero.store.gguf import GgufHeader, read_header

FORM = 1  # of the kept files; another form is read anew


class HeaderSource(StrEnum):
    FILE = "file"
    STORE = "store"
    REGISTRY = "registry"
    KEPT = "kept"
    CATALOGUE = "catalogue"


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
    kept = KeptShape.of_model(world, reference)
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


def _read(path: Path) -> ModelShape:
    return shape_of_header(read_header(path, number_arrays=ARRAY_LIMIT))


def shape_of_header(header: GgufHeader) -> ModelShape:
    """Raises GgufSplit for one file of several, and what the fit room raises."""
    parts = header.metadata.get("split.count", 1)
    if isinstance(parts, int) and parts > 1:
        raise GgufSplit(header.path, parts)
    return read_shape(header)


class KeptShape:
    """What was read of one model. A file that is not in this form is as good as none: it is only ever a copy."""

    def __init__(self, folder: Path, reference: Reference) -> None:
        self._path = folder / f"{quote(reference.full, safe='')}.json"

    @classmethod
    def of_model(cls, world: World, reference: Reference) -> KeptShape:
        return cls(world.configuration.settings.state_dir / "shapes", reference)

    def of(self, digest: str) -> ModelShape | None:
        found = self.load()
        return found[1] if found and found[0] == digest else None

    def load(self) -> tuple[str, ModelShape] | None:
        try:
            raw = json.loads(self._path.read_bytes())
            return (str(raw["digest"]), shape_from_json(raw["shape"])) if raw["form"] == FORM else None
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            return None

    def save(self, digest: str, shape: ModelShape) -> None:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            write_atomic(self._path, json.dumps({"form": FORM, "digest": digest, "shape": asdict(shape)}).encode())
        except OSError as error:
            raise FileRefused(self._path, error.strerror or str(error)) from error


def shape_from_json(raw: Mapping[str, Any]) -> ModelShape:
    """Of what `asdict` made of it. Raises KeyError and TypeError for another form."""
    layers = tuple(LayerShape(**layer) for layer in raw["layers"])
    return ModelShape(**{**raw, "layers": layers})
