"""Writes src/arriero/config/shapes.json: `python scripts/make_shapes.py DEMO.gguf`. A test holds it in step.

The catalogue's large models come from their published configurations (`bench/wanted.py`), whose tensors have the
published bytes; the demo model from its own header.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "src"), str(ROOT)]

from bench.wanted import DEEPSEEK, MISTRAL, QWEN, V2_LITE  # noqa: E402

from arriero.planner.fit.reading import ARRAY_LIMIT, read_shape  # noqa: E402
from arriero.planner.fit.shape import ModelShape  # noqa: E402
from arriero.stack.declared_shapes import PATH, to_json  # noqa: E402
from arriero.store.gguf import read_header  # noqa: E402

MODELS = {
    "qwen2.5-coder:7b-instruct-q4_K_M": QWEN,
    "deepseek-coder-v2:16b-lite-instruct-q4_K_M": V2_LITE,
    "deepseek-coder:6.7b-instruct-q4_K_M": DEEPSEEK,
    "mistral:7b-instruct-v0.3-q4_K_M": MISTRAL,
}
DEMO = "smollm2:135m-instruct-q4_1"


def shapes(demo: Path) -> Iterator[tuple[str, ModelShape]]:
    with tempfile.TemporaryDirectory() as folder:
        for name, model in MODELS.items():
            yield name, _shape(model.write(Path(folder) / "model.gguf", words=False))
    yield DEMO, _shape(demo)


def _shape(path: Path) -> ModelShape:
    return read_shape(read_header(path, number_arrays=ARRAY_LIMIT))


if __name__ == "__main__":
    PATH.write_text(to_json(shapes(Path(sys.argv[1]))))
    sys.stdout.write(f"{PATH}\n")
