"""The settings that suit a model on a card, each with its reason; nothing is named here that does not act.

Evidence: docs/explanation/fit.md. f16 where it fits, q8_0 where that makes the difference, q4_0 last; flash attention
wherever CUDA has a kernel; drafting from the prompt only where the model is on the GPU.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from arriero.planner.actions import Reason
from arriero.planner.fit.memory import KV_BLOCKS, FitRequest, compute_bytes
from arriero.planner.fit.placing import Placement, fits_whole
from arriero.planner.fit.predicting import Budget, FitPlan, allows_kv
from arriero.planner.fit.shape import ModelShape


@dataclass(frozen=True)
class Choice:
    """One setting: `now` as it is, `chosen` as it should be. `key`: where it is switched, below its slot's name in
    arriero.toml; empty where llama.cpp itself decides so when it loads the model."""

    name: str
    key: str
    now: str
    chosen: str
    reason: Reason


def choose(
    shape: ModelShape, request: FitRequest, budget: Budget, fit: FitPlan, speculation: str
) -> tuple[Choice, ...]:
    """Without a card there is nothing to choose: empty. `speculation`: as the slot has it now."""
    if budget.vram_bytes is None or fit.gpu_layers == 0:
        return ()
    placement = Placement(fit.gpu_layers, fit.cpu_expert_layers, fit.vram_bytes, fit.ram_bytes)
    return (
        _cache(shape, request, budget.vram_bytes),
        _flash(shape, request),
        *_experts(placement),
        _speculation(speculation),
    )


def _cache(shape: ModelShape, request: FitRequest, budget_bytes: int) -> Choice:
    def fits(kv_cache: str) -> bool:
        return allows_kv(shape, kv_cache, on_gpu=True) and fits_whole(
            shape, replace(request, kv_cache=kv_cache), budget_bytes
        )

    now = request.kv_cache
    best = next((kv_cache for kv_cache in KV_BLOCKS if fits(kv_cache)), None)
    if best is None:
        return Choice("kv_cache", "kv_cache", now, now, Reason("fit.kv_never"))
    reason = Reason("fit.kv_fastest") if best == "f16" else Reason("fit.kv_saves", {"kv_cache": best})
    return Choice("kv_cache", "kv_cache", now, best, reason)


def _flash(shape: ModelShape, request: FitRequest) -> Choice:
    if not shape.flash:
        return Choice("flash_attention", "", "auto", "off", Reason("fit.no_flash"))
    plain = compute_bytes(replace(shape, flash=False), request, on_gpu=True)
    saved = plain - compute_bytes(shape, request, on_gpu=True)
    return Choice("flash_attention", "", "auto", "on", Reason("fit.flash_saves", {"saves_bytes": max(0, saved)}))


def _experts(placement: Placement) -> tuple[Choice, ...]:
    count = placement.cpu_expert_layers
    reason = Reason("fit.experts_in_ram", {"layers": count})
    return (Choice("cpu_expert_layers", "", "auto", str(count), reason),) if count else ()


def _speculation(now: str) -> Choice:
    return Choice("speculation", "speculation", now, "ngram-mod", Reason("fit.drafts"))
