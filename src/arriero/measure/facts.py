"""What decides beside the figures: the model, the card, and what `plan` says of the slot on it."""

from __future__ import annotations

import asyncio
import re

from arriero.core.errors import ArrieroError
from arriero.core.ids import Reference
from arriero.measure.requirements import Facts
from arriero.measure.targets import Target
from arriero.measure.values import Measurement
from arriero.stack.plan import PlanOptions, plan
from arriero.stack.world import World

_FOR_EDITS = "speculation"
"""Quickens only what stands in the question already, of which no requirement speaks."""
_SIZES = {"K": 1e3, "M": 1e6, "B": 1e9, "T": 1e12}


async def facts_of(world: World, target: Target, taken: Measurement) -> Facts:
    """What the plan for this slot on this card says; nothing where it cannot be planned."""
    slot = world.slot(target.environment.target)
    model = await asyncio.to_thread(world.store.find, Reference.parse(taken.environment.model))
    variants = tuple(v.name for v in slot.variants if str(v.reference) != taken.environment.model)
    parameters = parameters_of(model.config.parameter_size) if model else None
    card = taken.environment.card is not None
    try:
        fit = await plan(world, slot.id, PlanOptions())
    except ArrieroError:
        return Facts(parameters, card, other_variants=variants)
    contexts = tuple((kv, n) for kv, n in fit.largest_context.items() if n and n < fit.context)
    settings = tuple((c.key, c.chosen) for c in fit.settings if c.key not in ("", _FOR_EDITS) and c.chosen != c.now)
    return Facts(parameters, card, contexts, settings, variants)


def parameters_of(text: str) -> float | None:
    """Of Ollama's spelling: 134.52M, 7.6B."""
    found = re.fullmatch(r"([\d.]+)([KMBT])", text)
    return float(found[1]) * _SIZES[found[2]] if found else None
