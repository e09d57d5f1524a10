"""What the slots are, as they were last seen.

Invariant: it is only ever filled with what a look or a use case told; it decides which way a request tries first, and a
slot that turns out not to answer is looked at again before anything is done.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from arriero.gateway.naming import Group
from arriero.hardware.values import GpuSnapshot
from arriero.stack.results import ModelState, ModelStatus, StackStatus


class Board:
    def __init__(self) -> None:
        self._models: dict[str, ModelStatus] = {}
        self.gpu: GpuSnapshot | None = None

    def take(self, told: StackStatus) -> None:
        """A look at everything."""
        self._models = {model.id: model for model in told.models}
        self.gpu = told.gpu

    def take_models(self, models: Iterable[ModelStatus]) -> None:
        """What a use case saw of the slots it touched."""
        self._models |= {model.id: model for model in models}

    @property
    def models(self) -> Mapping[str, ModelStatus]:
        return self._models

    @property
    def variants(self) -> dict[str, str]:
        """By slot the variant that its id means."""
        return {slot: model.variant for slot, model in self._models.items()}

    @property
    def serving(self) -> frozenset[Group]:
        active = (m for m in self._models.values() if m.state is ModelState.ACTIVE)
        return frozenset(Group(model.id, model.variant) for model in active)
