"""`python -m bench fit`: the prediction from a header against what llama.cpp allocates, model by model.

The GPU's own rules cannot run here; tests hold them against a published table (docs/explanation/fit.md).
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from arriero.core.ids import Reference
from arriero.planner.fit.memory import FitRequest
from arriero.planner.fit.predicting import Budget, FitPlan, predict
from arriero.planner.fit.reading import ARRAY_LIMIT, read_shape
from arriero.stack.shapes import KeptShape
from arriero.store.gguf import read_header
from bench.further import GEMMA3, LLAMA_3B, MAMBA, MIXTRAL, QWEN3_MOE
from bench.llama_buffers import Buffers, Load, measure
from bench.sparse_gguf import Model
from bench.table import Row
from bench.wanted import DEEPSEEK, MISTRAL, QWEN, V2_LITE, V2_LITE_MLA

MIB = 1 << 20
TARGET_BYTES, TARGET_SHARE = 150 * MIB, 0.03

LOADS: tuple[tuple[Model, Sequence[tuple[int, str, int, int, bool]]], ...] = (
    (QWEN, [(8192, "f16", 512, 1, False), (8192, "q8_0", 512, 1, True), (32768, "q8_0", 512, 1, True)]),
    (QWEN, [(32768, "f16", 512, 1, True), (32768, "q4_0", 2048, 1, True), (8192, "f16", 512, 2, True)]),
    (DEEPSEEK, [(8192, "f16", 512, 1, False), (8192, "q8_0", 512, 1, True), (16384, "q4_0", 512, 1, True)]),
    (MISTRAL, [(8192, "f16", 512, 1, False), (16384, "q8_0", 512, 1, True), (32768, "f16", 32, 1, True)]),
    (V2_LITE, [(8192, "f16", 512, 1, True), (8192, "q8_0", 512, 1, True)]),
    (V2_LITE_MLA, [(8192, "f16", 512, 1, True), (32768, "q8_0", 512, 1, True)]),
    (LLAMA_3B, [(8192, "f16", 512, 1, True)]),
    (GEMMA3, [(8192, "q8_0", 512, 1, True)]),
    (QWEN3_MOE, [(8192, "f16", 512, 1, True)]),
    (MIXTRAL, [(8192, "f16", 2048, 1, True)]),
    (MAMBA, [(8192, "f16", 512, 2, True)]),
)
"""Context, cache, ubatch, slots, and whether a dry run is enough: V2-Lite, loaded, takes 17 GB of memory here."""


@dataclass(frozen=True)
class Compared:
    model: str
    load: Load
    predicted: FitPlan
    allocated: Buffers

    @property
    def allocated_bytes(self) -> int:
        """A dry run maps no weights: theirs are the tensors' own bytes, which the loads that are not dry confirm."""
        weights = self.predicted.weights_bytes if self.allocated.weights is None else self.allocated.weights
        return weights + self.allocated.kv + self.allocated.compute

    @property
    def error_bytes(self) -> int:
        return self.predicted.total_bytes - self.allocated_bytes

    @property
    def within(self) -> bool:
        return abs(self.error_bytes) <= max(TARGET_BYTES, TARGET_SHARE * self.allocated_bytes)


def run() -> int:
    """Prints the table. Returns 1 when a prediction is outside the target."""
    compared = list(compare())
    print("\n".join(_lines(compared)))
    return 0 if all(one.within for one in compared) else 1


def compare() -> Iterator[Compared]:
    with tempfile.TemporaryDirectory(prefix="arf-") as folder:
        for model, ways in LOADS:
            path = model.write(Path(folder) / "model.gguf")
            for context, kv_cache, ubatch, slots, dry in ways:
                load = Load(str(path), context, kv_cache, ubatch, slots, dry)
                yield Compared(model.name, load, predict_file(path, load), measure(load))


def predict_file(path: Path, load: Load) -> FitPlan:
    shape = read_shape(read_header(path, number_arrays=ARRAY_LIMIT))
    return predict(shape, FitRequest(load.context, load.kv_cache, load.ubatch, load.slots), Budget())


def rows() -> list[Row]:
    """How long a plan takes once a command runs: the largest header of the catalogue, a small one, and one that was
    read before, as `plan` and `models` keep it."""
    with tempfile.TemporaryDirectory(prefix="arf-") as folder:
        files = [model.write(Path(folder) / f"{model.name}.gguf") for model in (QWEN, DEEPSEEK)]
        kept = KeptShape(Path(folder), Reference.parse("qwen:1"))
        kept.save("sha256:0", read_shape(read_header(files[0], number_arrays=ARRAY_LIMIT)))
        found = [_row(f"plan, header of {path.stem}", _read_again(path)) for path in files]
        return [*found, _row(f"plan, {QWEN.name} known", lambda: _plan_kept(kept))]


def _read_again(path: Path) -> Callable[[], FitPlan]:
    return lambda: predict_file(path, Load(str(path), 8192))


def _plan_kept(kept: KeptShape) -> FitPlan:
    found = kept.load()
    assert found is not None
    return predict(found[1], FitRequest(8192), Budget(6 << 30))


def _row(what: str, plan: Callable[[], FitPlan], turns: int = 9) -> Row:
    took = []
    for _ in range(turns):
        began = time.perf_counter()
        plan()
        took.append((time.perf_counter() - began) * 1000)
    ms = median(took)
    return Row(what, f"{ms:.1f} ms", "-", ms, f"{ms:.1f} ms", "<= 30 ms")


def _lines(compared: Sequence[Compared]) -> list[str]:
    lines = ["| model | context | KV | ubatch | slots | weights | KV | compute | predicted | llama.cpp | error |"]
    lines.append("|---|---|---|---|---|---|---|---|---|---|---|")
    for one in compared:
        plan, load = one.predicted, one.load
        sizes = (plan.weights_bytes, plan.kv_bytes, plan.compute_bytes, plan.total_bytes, one.allocated_bytes)
        shown = " | ".join(f"{size / MIB:,.1f}" for size in sizes)
        loaded = "" if load.dry else " (loaded)"
        lines.append(
            f"| {one.model}{loaded} | {load.context} | {load.kv_cache} | {load.ubatch} | {load.slots} | {shown} "
            f"| {one.error_bytes / MIB:+.1f} ({one.error_bytes / one.allocated_bytes:+.2%}) |"
        )
    return lines
