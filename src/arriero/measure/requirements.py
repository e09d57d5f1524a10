"""The specification's figures, and what a measurement says of each: met, not met, or not to be told here. Pure.

Sources: RF-01, RF-02, RNF-01, RNF-02 and section 7 of the specification. They are about a 7B model on the card, so that
without a card they cannot be told, and a smaller model that reaches them proves nothing; one that misses them does.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from arriero.measure.values import Figure, FigureName, Mark, Measurement

REFERENCE_PARAMETERS = 6e9  # from here on a model is of the class that the specification speaks of


class Verdict(StrEnum):
    MET = "met"
    NOT_MET = "not_met"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Requirement:
    """`limit` in the figure's unit; `above`: it must be more (tokens/s), else less (seconds). `on_card`: it is about a
    model of the reference class on a graphics card."""

    name: str
    figure: FigureName
    limit: float
    at: int = 0
    above: bool = False
    on_card: bool = True
    at_limit: bool = False

    def reached(self, value: float) -> bool:
        """`at_limit`: the limit itself is enough."""
        if self.at_limit and value == self.limit:
            return True
        return value > self.limit if self.above else value < self.limit


REQUIREMENTS = (
    Requirement("RF-01", FigureName.GENERATION, 15.0, above=True),
    Requirement("RNF-01.speed", FigureName.GENERATION, 20.0, above=True, at_limit=True),
    Requirement("RNF-01.first_token", FigureName.TTFT_FRESH, 2.0, at=2048),
    Requirement("RNF-01.latency", FigureName.SHORT, 0.5),
    Requirement("RNF-02.recovery", FigureName.COLD, 30.0, on_card=False),
    Requirement("7.completion", FigureName.FILL, 1.0),
    Requirement("7.shutdown", FigureName.OFF, 10.0, on_card=False),
)
"""Every figure of the specification that a measurement holds."""


@dataclass(frozen=True)
class Note:
    """Why a row is as it is, or what mends it: a code of the texts and its parameters."""

    code: str
    params: dict[str, str | int | float]


@dataclass(frozen=True)
class Row:
    """One line of the table. `limit` None: it holds or it does not; `at_limit`: the limit itself is enough. `up_s`: of
    the row about that, for how long it has been up. `why`: of what cannot be told; `remedies`: of what is not met, the
    likeliest first."""

    name: str
    slot: str
    verdict: Verdict
    figure: FigureName | None = None
    above: bool = False
    limit: float | None = None
    value: float | None = None
    why: Note | None = None
    remedies: tuple[Note, ...] = ()
    at_limit: bool = False
    up_s: float | None = None


@dataclass(frozen=True)
class Facts:
    """What decides beside the figures. `parameters`: of the model, None where nobody says it. `largest_context`: what
    the plan says would fit wholly on the card, by type of cache. `other_variants`: names of the slot's others."""

    parameters: float | None = None
    card: bool = False
    largest_context: tuple[tuple[str, int], ...] = ()
    faster_settings: tuple[tuple[str, str], ...] = ()
    other_variants: tuple[str, ...] = ()

    @property
    def reference(self) -> bool:
        return self.parameters is not None and self.parameters >= REFERENCE_PARAMETERS


def judge(requirement: Requirement, taken: Measurement, facts: Facts) -> Row:
    figure = taken.figure(requirement.figure, requirement.at)
    value = figure.median if figure else None
    why = _unknown(requirement, figure, facts)
    verdict = Verdict.UNKNOWN
    if why is None and value is not None:
        verdict = Verdict.MET if requirement.reached(value) else Verdict.NOT_MET
    return Row(
        name=requirement.name,
        slot=taken.environment.target,
        verdict=verdict,
        figure=requirement.figure,
        above=requirement.above,
        limit=requirement.limit,
        value=value,
        why=why,
        remedies=remedies_of(taken, facts) if verdict is Verdict.NOT_MET else (),
        at_limit=requirement.at_limit,
    )


_PROVES_NOTHING = (Mark.BROKEN, Mark.PARTIAL, Mark.BRIEF, Mark.MISCOUNTED, Mark.NO_CARD)


def _around(figure: Figure, limit: float) -> bool:
    """Its samples lie on both sides of the limit."""
    return figure.low is not None and figure.high is not None and figure.low <= limit <= figure.high


def _unknown(requirement: Requirement, figure: Figure | None, facts: Facts) -> Note | None:
    if figure is None or figure.median is None:
        return Note(f"mark.{figure.mark}" if figure else "mark.partial", {"detail": figure.detail if figure else ""})
    if figure.mark in _PROVES_NOTHING:
        return Note(f"mark.{figure.mark}", {"detail": figure.detail})
    if requirement.on_card and not facts.card:
        return Note("no_card", {})
    if requirement.on_card and not facts.reference and requirement.reached(figure.median):
        return Note("small_model", {})
    if figure.mark is Mark.UNSTEADY and _around(figure, requirement.limit):
        return Note("mark.unsteady", {"detail": ""})
    return None


def remedies_of(taken: Measurement, facts: Facts) -> tuple[Note, ...]:
    """What to change, the likeliest first: the model wholly on the card, nobody else there, faster settings, another
    variant. Never empty."""
    told, slot = taken.environment, taken.environment.target
    found: list[Note] = []
    if told.on != "gpu":
        found += [Note("context", {"slot": slot, "context": n, "kv_cache": kv}) for kv, n in facts.largest_context if n]
    if told.others:
        found.append(Note("others", {"who": ", ".join(told.others)}))
    if any(
        remark.code in ("busy", "stolen", "hot", "slowed_heat", "slowed_power", "capped", "shared")
        for remark in taken.remarks
    ):
        found.append(Note("quiet", {}))
    found += [Note("setting", {"slot": slot, "key": key, "value": value}) for key, value in facts.faster_settings]
    found += [Note("variant", {"slot": slot, "variant": name}) for name in facts.other_variants]
    return (*found, Note("smaller", {"slot": slot}))
