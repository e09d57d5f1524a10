"""Which slot and which variant a model's name means. Pure.

A slot answers to its id, to `id:variant`, and to its variants' references and aliases, compared as Ollama compares
names: without case, `latest` where no tag is given.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from arriero.config.specs import SlotSpec, VariantSpec
from arriero.core.ids import DEFAULT_TAG, Reference, nearest


@dataclass(frozen=True, order=True)
class Group:
    """What is brought up as one: requests for it wait together. `variant` of `slot`."""

    slot: str
    variant: str

    def __str__(self) -> str:
        return f"{self.slot}:{self.variant}"


@dataclass(frozen=True)
class Target:
    """`reference`: the model's name as its server knows it. `known`: the server knows the name that was asked for too,
    so that the request can stay as it is."""

    group: Group
    reference: str
    known: bool


class Directory:
    """The names of all slots, the most important slot first."""

    def __init__(self, slots: Sequence[SlotSpec]) -> None:
        self._slots = tuple(slots)

    def find(self, name: str, variants: Mapping[str, str], serving: Collection[Group] = ()) -> Target | None:
        """`variants`: by slot the one that its id alone means, where it is not the default one. Of two that go by one
        name, one that serves is meant.
        """
        try:
            asked = Reference.parse(name)
        except ValueError:
            return None
        found = [*self._by_slot(asked, variants), *self._by_model(asked)]
        return next((target for target in found if target.group in serving), next(iter(found), None))

    def nearest(self, name: str) -> str | None:
        return nearest(name, self.names)

    @property
    def names(self) -> list[str]:
        models = [str(r) for s in self._slots for v in s.variants for r in (v.reference, *v.aliases)]
        return [*(s.id for s in self._slots), *(f"{s.id}:{v.name}" for s in self._slots for v in s.variants), *models]

    def _by_slot(self, asked: Reference, variants: Mapping[str, str]) -> Iterator[Target]:
        for slot in self._slots:
            meant = variants.get(slot.id, slot.default_variant)
            for variant in slot.variants:
                tags = {variant.name, DEFAULT_TAG} if variant.name == meant else {variant.name}
                if any(asked.matches(_plain(slot.id, tag)) for tag in tags):
                    yield Target(Group(slot.id, variant.name), str(variant.reference), known=False)

    def _by_model(self, asked: Reference) -> Iterator[Target]:
        for slot in self._slots:
            for variant in slot.variants:
                if _serves(variant, asked):
                    yield Target(Group(slot.id, variant.name), str(variant.reference), known=True)


def _serves(variant: VariantSpec, asked: Reference) -> bool:
    return any(asked.matches(reference) for reference in (variant.reference, *variant.aliases))


def _plain(model: str, tag: str) -> Reference:
    return Reference.parse(f"{model}:{tag}")
