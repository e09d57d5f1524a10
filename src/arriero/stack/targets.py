"""What a command is about: a slot's variant, or any model by its name."""

from __future__ import annotations

from dataclasses import dataclass

from arriero.config.specs import SlotSpec, SourceKind, VariantSpec
from arriero.core.ids import Reference
from arriero.stack.errors import ReferenceInvalid
from arriero.stack.world import World


@dataclass(frozen=True)
class Target:
    """`slot` and `variant` where the catalogue declares the model."""

    reference: Reference
    slot: SlotSpec | None = None
    variant: VariantSpec | None = None

    @property
    def aliases(self) -> tuple[Reference, ...]:
        return self.variant.aliases if self.variant else ()

    @property
    def from_wheel(self) -> bool:
        return self.variant is not None and self.variant.source is SourceKind.WHEEL

    @property
    def slot_id(self) -> str | None:
        return self.slot.id if self.slot else None

    @property
    def source(self) -> str:
        """Where its bytes come from, for the history."""
        wheel = self.variant.wheel if self.variant else None
        return wheel.requirement if wheel else self.reference.host


def find_target(world: World, text: str, variant: str | None = None) -> Target:
    """A slot's id means the named variant, else the one last asked for, else the default one.

    Raises ReferenceInvalid, VariantUnknown.
    """
    slot = world.configuration.slot(text)
    if slot is not None:
        chosen = world.variant(slot, variant or _wished(world, slot))
        return Target(chosen.reference, slot, chosen)
    return target_of(world, parse_reference(text))


def target_of(world: World, reference: Reference) -> Target:
    """With the slot and the variant that declare this very name, if any does."""
    for slot in world.configuration.slots:
        for variant in slot.variants:
            if variant.reference.matches(reference):
                return Target(reference, slot, variant)
    return Target(reference)


def parse_reference(text: str) -> Reference:
    """Raises ReferenceInvalid where Ollama would call it an invalid model name."""
    try:
        return Reference.parse(text)
    except ValueError:
        raise ReferenceInvalid(text) from None


def _wished(world: World, slot: SlotSpec) -> str | None:
    wish = world.state.desired().get(slot.id) if world.state else None
    return wish.variant if wish and slot.variant(wish.variant) else None
