"""A FitReport as text: what it needs, where it goes, how much context there could be, and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from arriero.cli.look import Cell, Look
from arriero.i18n import describe_reason, fill
from arriero.planner.fit.choosing import Choice
from arriero.planner.fit.placing import Verdict
from arriero.stack.fits import VariantFit
from arriero.stack.plan import FitReport

_COLOURS = {Verdict.GPU: "green", Verdict.MIXED: "yellow", Verdict.CPU: "yellow", Verdict.NO: "red"}


def render_plan(report: FitReport, look: Look) -> str:
    verdict = look.paint(look.texts.verdicts[report.verdict], _COLOURS[report.verdict])
    head = look.texts.fit_head.format(
        reference=report.reference, context=report.context, kv_cache=report.kv_cache, verdict=verdict
    )
    return "\n".join([head, *(f"  {line}" for line in _lines(report, look))])


def _lines(report: FitReport, look: Look) -> Iterator[str]:
    t, size = look.texts, look.texts.numbers.size
    yield t.fit_needs.format(
        total=size(report.total_bytes),
        weights=size(report.weights_bytes),
        kv=size(report.kv_bytes),
        compute=size(report.compute_bytes),
    )
    if report.measured is not None:
        yield t.fit_measured.format(
            engine=report.measured.engine,
            total=size(report.measured.total_bytes),
            formula=size(report.measured.formula_bytes),
            error=f"{t.numbers.decimal(100 * report.measured.error)} %",
        )
    yield _card(report, look)
    if report.gpu is not None:
        yield t.fit_place.format(
            gpu_layers=report.gpu_layers,
            layers=report.layers,
            vram=size(report.vram_bytes),
            ram=size(report.ram_bytes),
        )
        yield t.fit_largest.format(contexts=contexts_text(report.largest_context, look))
    yield from _expected(report, look)
    yield from (_setting(choice, report, look) for choice in report.settings)
    yield from (f"{look.sign('dot')} {describe_reason(reason, t)}" for reason in report.reasons)


def _card(report: FitReport, look: Look) -> str:
    t, room = look.texts, report.gpu
    if room is None:
        return t.fit_no_card
    return t.fit_card.format(
        name=room.name or look.sign("none"),
        simulated=t.gpu_simulated if room.simulated else "",
        budget=t.numbers.size(report.vram_budget_bytes or 0),
        free=t.numbers.size(room.free_bytes),
    )


def _setting(choice: Choice, report: FitReport, look: Look) -> str:
    t = look.texts
    now = t.fit_setting_now.format(now=choice.now) if choice.key and choice.now != choice.chosen else ""
    name = f"slots.{report.slot}.{choice.key}" if choice.key and report.slot else choice.name
    return t.fit_setting.format(setting=name, chosen=choice.chosen, now=now, reason=describe_reason(choice.reason, t))


def _expected(report: FitReport, look: Look) -> Iterator[str]:
    t, expected = look.texts, report.expected
    if expected is None or expected.tokens_per_s is None:
        return
    low, high = expected.tokens_per_s
    text = t.fit_expected.format(low=f"{low:.0f}", high=f"{high:.0f}")
    if expected.ttft_s is not None:
        ttft_low, ttft_high = (t.numbers.decimal(seconds) for seconds in expected.ttft_s)
        text = t.fit_expected_prompt.format(
            expected=text, ttft_low=ttft_low, ttft_high=ttft_high, tokens=expected.prompt_tokens
        )
    yield text


def contexts_text(contexts: Mapping[str, int | None], look: Look) -> str:
    """`32768 (f16), 32768 (q8_0)`; a type that is not for the model is left out."""
    nothing = look.texts.fit_nothing
    return ", ".join(f"{count or nothing} ({kv})" for kv, count in contexts.items() if count is not None)


def render_fits(fits: Sequence[VariantFit], look: Look) -> str:
    t = look.texts
    rows = [
        (Cell(fit.slot, "bold"), Cell(fit.variant), Cell(f"{fit.context} ({fit.kv_cache})"), fit_cell(fit, look))
        for fit in fits
    ]
    unknown = next((fit for fit in fits if fit.verdict is None), None)
    lines = look.table((t.column_model, t.column_variant, t.column_context, t.column_fit), rows)
    return "\n".join([*lines, "", t.fit_hint.format(name=unknown.slot)] if unknown else lines)


def fit_cell(fit: VariantFit, look: Look) -> Cell:
    """The verdict, and the largest context for each type of cache where there is a card."""
    t = look.texts
    if fit.verdict is None:
        return Cell(t.fit_unknown, "dim")
    known = {kv: count for kv, count in (fit.largest_context or {}).items() if count is not None}
    parts = [t.verdicts[fit.verdict]]
    if fit.verdict is Verdict.MIXED:
        parts.append(fill(t.fit_division, {**vars(fit), "experts": fit.cpu_expert_layers or None}, t.numbers))
    if known:
        parts.append(t.fit_largest_short.format(contexts=contexts_text(known, look)))
    return Cell("; ".join(parts), _COLOURS[fit.verdict])
