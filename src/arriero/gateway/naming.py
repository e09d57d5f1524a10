"""Which slot and which variant a model's name means. Pure.

A slot answers to its id, to `id:variant`, and to its variants' references and aliases, compared as Ollama compares
names: without case, `latest` where no tag is given.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from arriero.config.specs import SlotSpec, VariantSpec
from arriero.core.ids import DEFAULT_TAG, Reference, nearest

_Key = tuple[str, ...]


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
        self._named: dict[_Key, list[Target]] = {}
        self._plain = {_key(_reference(slot.id, DEFAULT_TAG)): slot for slot in slots}
        each = [(slot, variant) for slot in slots for variant in slot.variants]
        for slot, variant in each:
            self._name(slot, variant, _reference(slot.id, variant.name), known=False)
        for slot, variant in each:
            for reference in (variant.reference, *variant.aliases):
                self._name(slot, variant, reference, known=True)

    def find(self, name: str, variants: Mapping[str, str], serving: Collection[Group] = ()) -> Target | None:
        """`variants`: by slot the one that its id alone means, where it is not the default one. Of two that go by one
        name, one that serves is meant.
        """
        try:
            asked = _key(Reference.parse(name))
        except ValueError:
            return None
        found = self._named.get(asked, [])
        if slot := self._plain.get(asked):
            meant = slot.variant(variants.get(slot.id)) or slot.variant()
            found = [*([_target(slot, meant, known=False)] if meant else []), *found]
        return next((target for target in found if target.group in serving), next(iter(found), None))

    def nearest(self, name: str) -> str | None:
        return nearest(name, self.names)

    @property
    def names(self) -> list[str]:
        models = [str(r) for s in self._slots for v in s.variants for r in (v.reference, *v.aliases)]
        return [*(s.id for s in self._slots), *(f"{s.id}:{v.name}" for s in self._slots for v in s.variants), *models]

    def _name(self, slot: SlotSpec, variant: VariantSpec, name: Reference, *, known: bool) -> None:
        self._named.setdefault(_key(name), []).append(_target(slot, variant, known=known))


def _target(slot: SlotSpec, variant: VariantSpec, *, known: bool) -> Target:
    return Target(Group(slot.id, variant.name), str(variant.reference), known)


def _key(reference: Reference) -> _Key:
    """Equal for names that Ollama takes for one."""
    return tuple(part.lower() for part in reference.parts)


def _reference(model: str, tag: str) -> Reference:
    return Reference.parse(f"{model}:{tag}")
