"""Reads a model store with nothing of ours: only what Ollama's layout says (`manifests/HOST/NAMESPACE/MODEL/TAG`, blobs
named by the sha256 of their bytes), `json` and `hashlib`. It fails on whatever such a reader would stumble over."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Contents:
    """`models`: the sha256 of each manifest, by its path; `rest`: files in `blobs/` that none of them names."""

    models: dict[str, str]
    rest: frozenset[str]


def read_store(root: Path) -> Contents:
    """Every byte of it is hashed."""
    models, named = {}, set()
    for path in sorted((root / "manifests").rglob("*")):
        if path.is_dir():
            continue
        name = path.relative_to(root / "manifests")
        assert len(name.parts) == 4, name
        raw = path.read_bytes()
        models[str(name)] = hashlib.sha256(raw).hexdigest()
        fields = json.loads(raw)
        for layer in (*fields["layers"], fields["config"]):
            named.add(_checked(root / "blobs", layer))
    for path in root.iterdir():
        assert path.name in ("blobs", "manifests") or path.name.startswith(".arriero-"), path
    rest = {path.name for path in (root / "blobs").iterdir()} - named
    for file in rest:
        _check_unnamed(root / "blobs" / file)
    return Contents(models, frozenset(rest))


def _checked(blobs: Path, layer: dict[str, object]) -> str:
    digest = str(layer["digest"])
    data = (blobs / digest.replace(":", "-")).read_bytes()
    assert (len(data), f"sha256:{hashlib.sha256(data).hexdigest()}") == (layer["size"], digest)
    return digest.replace(":", "-")


def _check_unnamed(path: Path) -> None:
    """A whole blob that was fetched before its manifest, or a partial's file."""
    if re.fullmatch(r"sha256-[0-9a-f]{64}", path.name):
        assert hashlib.sha256(path.read_bytes()).hexdigest() == path.name.removeprefix("sha256-"), path.name
    else:
        assert re.fullmatch(r"sha256-[0-9a-f]{64}-partial(-\d+)?", path.name), path.name
