"""How fast a model was when it was measured here: told instead of the formula's guess."""

from __future__ import annotations

import json

from arriero.planner.fit.gpus import find_gpu
from arriero.planner.fit.speed import PROMPT_TOKENS, Expected
from arriero.stack.world import World
from arriero.state import FigureRow, MeasurementRow

_GENERATION, _TTFT = "generation", "ttft_fresh"
DISTURBING = frozenset({"busy", "stolen", "slept", "shared"})
"""Remarks after which a figure says nothing of the model."""
_DOUBTFUL = ("partial", "broken", "miscounted", "brief")


def measured_speed(world: World, digest: str, context: int, kv_cache: str, card: str | None) -> Expected | None:
    """Of the newest measurement of these weights with this context and cache on that card (None: without one). What
    was taken on a simulated card, or while others were at work, says nothing.
    """
    rows = world.state.measurements(digest=digest) if world.state else []
    for row in rows:
        generation = _figure(row, _GENERATION, 0)
        if generation and _undisturbed(row) and _same_way(row, context, kv_cache, card):
            ttft = _figure(row, _TTFT, PROMPT_TOKENS)
            return Expected(PROMPT_TOKENS, _range(generation, 1), _range(ttft, 2) if ttft else None, source="measured")
    return None


def _undisturbed(row: MeasurementRow) -> bool:
    return not any(remark["code"] in DISTURBING for remark in json.loads(row.notes)["remarks"])


def _same_way(row: MeasurementRow, context: int, kv_cache: str, card: str | None) -> bool:
    told = json.loads(row.environment)
    if told["card_simulated"] or (told["context"], told["kv_cache"]) != (context, kv_cache):
        return False
    if card is None or not row.card:
        return (card or "") == row.card
    known = find_gpu(card)
    return row.card == card or (known is not None and find_gpu(row.card) is known)


def _figure(row: MeasurementRow, name: str, at: int) -> FigureRow | None:
    found = (f for f in row.figures if (f.name, f.at) == (name, at))
    return next((f for f in found if f.median is not None and f.mark not in _DOUBTFUL), None)


def _range(figure: FigureRow, places: int) -> tuple[float, float]:
    assert figure.low is not None
    assert figure.high is not None
    return round(figure.low, places), round(figure.high, places)
