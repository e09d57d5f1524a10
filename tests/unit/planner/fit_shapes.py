"""The shapes of real models, read from header-only files as the program reads them."""

from __future__ import annotations

import tempfile
from pathlib import Path

from bench.sparse_gguf import Model

from arriero.planner.fit.reading import ARRAY_LIMIT, read_shape
from arriero.planner.fit.shape import ModelShape
from arriero.store.gguf import read_header

MIB = 1 << 20
_known: dict[str, ModelShape] = {}


def shape_of(model: Model) -> ModelShape:
    if model.name not in _known:
        with tempfile.TemporaryDirectory() as folder:
            path = model.write(Path(folder) / "m.gguf", words=False)
            _known[model.name] = read_shape(read_header(path, number_arrays=ARRAY_LIMIT))
    return _known[model.name]
