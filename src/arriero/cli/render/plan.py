"""A FitReport as text: what it needs, where it goes, how much context there could be, and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from arriero.cli.look import Look
from arriero.cli.telling import warning_lines
from arriero.i18n import describe_error, describe_reason, fill
from arriero.i18n.measure_texts import measure_texts_of
from arriero.planner.fit.choosing import Choice
from arriero.planner.fit.placing import Verdict
from arriero.stack.fits import VariantFit
from arriero.stack.plan import FitReport
from arriero.stack.shapes import HeaderSource

_COLOURS = {Verdict.GPU: "green", Verdict.MIXED: "yellow", Verdict.CPU: "yellow", Verdict.NO: "red"}


def render_plan(report: FitReport, look: Look) -> str:
    head = look.texts.fit_head.format(reference=report.reference, context=report.context, kv_cache=report.kv_cache)
    verdict = look.paint(look.texts.verdicts[report.verdict], _COLOURS[report.verdict])
    lines = [head, f"  {verdict}", *(part for line in _lines(report, look) for part in look.wrap(line, "  "))]
    return "\n".join([*lines, *_unasked(report, look)])


def _unasked(report: FitReport, look: Look) -> Iterator[str]:
    if report.unasked is not None:
        yield from warning_lines(describe_error(report.unasked, look.texts), look)
        yield from look.wrap(look.texts.fit_from[report.header])


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
    if report.slot and any(choice.key and choice.now != choice.chosen for choice in report.settings):
        yield t.fit_switch
    told = [choice.reason for choice in report.settings]
    yield from (f"{look.sign('dot')} {describe_reason(r, t)}" for r in report.reasons if r not in told)


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
    switched = choice.key and report.slot
    name = f"slots.{report.slot}.{choice.key}" if switched else choice.name
    chosen = f'"{choice.chosen}"' if switched else choice.chosen  # as arriero.toml has it
    return t.fit_setting.format(setting=name, chosen=chosen, now=now, reason=describe_reason(choice.reason, t))


def _expected(report: FitReport, look: Look) -> Iterator[str]:
    t, expected = look.texts, report.expected
    if expected is None or expected.tokens_per_s is None:
        return
    low, high = expected.tokens_per_s
    template = t.fit_expected
    if expected.source == "measured":
        template = measure_texts_of(t.language).expected
    text = template.format(low=f"{low:.0f}", high=f"{high:.0f}")
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
    lines: list[str] = []
    for fit in fits:
        head = look.texts.fit_row.format(slot=fit.slot, variant=fit.variant, context=fit.context, kv_cache=fit.kv_cache)
        lines += [look.paint(head, "bold"), *(f"  {line}" for line in fit_lines(fit, look))]
    return "\n".join([*lines, *fits_hint(fits, look)])


def fit_lines(fit: VariantFit, look: Look) -> Iterator[str]:
    """The verdict, where its parts go if not to one place, and the largest context for each type of cache."""
    t = look.texts
    if fit.verdict is None:
        yield look.paint(t.fit_unknown, "dim")
        return
    yield look.paint(t.verdicts[fit.verdict], _COLOURS[fit.verdict])
    if fit.verdict is Verdict.MIXED:
        yield fill(t.fit_division, {**vars(fit), "experts": fit.cpu_expert_layers or None}, t.numbers)
    known = {kv: count for kv, count in (fit.largest_context or {}).items() if count is not None}
    if known:
        yield t.fit_largest_short.format(contexts=contexts_text(known, look))


def fits_hint(fits: Sequence[VariantFit], look: Look) -> list[str]:
    """Of what was reckoned without the model's own header, or not at all: how to know better."""
    t = look.texts
    unknown = next((fit for fit in fits if fit.verdict is None), None)
    declared = next((fit for fit in fits if fit.header is HeaderSource.CATALOGUE), None)
    if unknown is not None:
        return ["", *look.wrap(t.fit_hint.format(name=unknown.slot))]
    return ["", *look.wrap(t.fit_hint_declared.format(name=declared.slot))] if declared else []
