"""A proposal before it is done, and how it ended: the exact commands, files with their difference, and how to undo."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from arriero.cli.look import Look
from arriero.doctor.fix import CannotFix, FixPlan
from arriero.doctor.mending import Ending, Mended, Proposal
from arriero.doctor.showing import ChangeView
from arriero.i18n import Texts, fill
from arriero.i18n.check_texts import tell_check
from arriero.i18n.fix_texts import fix_act, fix_does, fix_refuses
from arriero.i18n.mending_texts import mending_texts

_COLOURS = {"fixed": "green", "not_needed": "green", "failed": "red", "cannot": "yellow", "waits": "yellow"}
_SIGNS = {"fixed": "done", "not_needed": "done", "failed": "failed", "planned": "next"}


@dataclass(frozen=True)
class MendedTold:
    """One step as scripts are told of it. `after`: what was seen afterwards; `reason`: why it cannot be done here."""

    code: str
    title: str
    ending: str
    seen: str
    does: str | None
    changes: tuple[ChangeView, ...]
    undo: tuple[ChangeView, ...]
    afterwards: str
    after: str | None
    reason: str | None
    copies: tuple[str, ...]
    log: str
    unrecorded: str


def tell(done: Mended, texts: Texts) -> MendedTold:
    proposal, plan = done.proposal, done.proposal.plan
    before = tell_check(proposal.checked, texts)
    return MendedTold(
        code=before.code,
        title=before.title,
        ending=str(done.ending),
        seen=before.seen,
        does=_does(proposal, texts) if isinstance(plan, FixPlan) else None,
        changes=proposal.shown,
        undo=proposal.undo,
        afterwards=str(plan.afterwards) if isinstance(plan, FixPlan) else "nothing",
        after=tell_check(done.after, texts).seen if done.after else None,
        reason=fix_refuses(before.code, plan, texts) if isinstance(plan, CannotFix) else None,
        copies=tuple(str(copy) for copy in done.copies),
        log=done.log,
        unrecorded=done.unrecorded,
    )


def _does(proposal: Proposal, texts: Texts) -> str:
    finding = proposal.checked.finding
    return fix_does(proposal.checked.check.code, finding.kind, finding.params, texts)


def render_proposal(proposal: Proposal, look: Look) -> str:
    """What was seen, what would be done about it, and how it would be undone."""
    told, words = tell_check(proposal.checked, look.texts), mending_texts(look.texts)
    assert isinstance(proposal.plan, FixPlan)
    lines = ["", look.paint(f"{told.title}: {told.seen}", "bold") + f" [{told.code}]"]
    lines += look.wrap(_does(proposal, look.texts), "  ")
    lines += render_changes(proposal.shown, told.code, look)
    if proposal.undo:
        lines += [f"  {words.undo}", *(f"    {line}" for line in _undo_lines(proposal.undo, look))]
    else:
        lines += [f"  {words.no_undo}"]
    later = words.afterwards[proposal.plan.afterwards]
    return "\n".join([*lines, *([f"  {later}"] if later else [])])


def render_changes(shown: Iterable[ChangeView], code: str, look: Look) -> list[str]:
    """Commands in a row stand below one heading."""
    lines, before = list[str](), ""
    for view in shown:
        heading, *below = _change(view, code, look)
        lines += [f"  {line}" for line in ([] if heading == before and view.kind == "command" else [heading]) + below]
        before = heading
    return lines


def _change(view: ChangeView, code: str, look: Look) -> Iterator[str]:
    words = mending_texts(look.texts)
    match view.kind:
        case "command":
            yield words.runs_as_root if view.root else words.runs
            yield f"  $ {view.told}"
            if view.preview:
                yield f"  {words.previews}"
                yield from (f"    {line}" for line in view.preview)
        case "act":
            yield fix_act(code, view.told, view.params, look.texts)
        case kind:
            told = words.removes if kind == "removal" else words.writes_as_root if view.root else words.writes
            yield told.format(path=view.told)
            yield from (f"  {_diff_line(line, look)}" for line in view.diff.splitlines())


def _diff_line(line: str, look: Look) -> str:
    return look.paint(line, {"+": "green", "-": "red"}.get(line[:1], "dim"))


def _undo_lines(undo: Iterable[ChangeView], look: Look) -> Iterator[str]:
    """As something to type."""
    for view in undo:
        if view.kind == "command":
            yield f"$ {view.told}"
        elif view.kind == "removal":
            yield from (f"$ {line}" for line in view.preview)
        elif view.kind == "file":
            yield mending_texts(look.texts).puts_back.format(path=view.told)


def render_mended(done: Mended, look: Look) -> str:
    """One line for what needed nothing; for the rest how it ended and where to look."""
    told, words = tell(done, look.texts), mending_texts(look.texts)
    sign = look.paint(look.sign(_SIGNS.get(told.ending, "dot")), _COLOURS.get(told.ending, ""))
    seen = "" if done.ending is Ending.PLANNED else f" ({told.after or told.seen})"  # it stands just above
    lines = [f"{sign} {told.title}: {words.endings[told.ending]}{seen}"]
    lines += [f"  {told.reason}"] if told.reason else []
    lines += [f"  {words.copy.format(path=copy)}" for copy in told.copies]
    if done.ending is Ending.FAILED and told.log:
        lines += [f"  {words.log.format(path=told.log)}"]
    if told.unrecorded:
        lines += [f"  {words.unrecorded.format(why=told.unrecorded)}"]
    return "\n".join(lines)


def render_summary(every: Sequence[Mended], look: Look) -> str:
    count, words = Counter(str(done.ending) for done in every), mending_texts(look.texts)
    parts = [fill(words.summary[end], {"count": count[end]}, look.texts.numbers) for end in Ending if count[end]]
    return f" {look.sign('dot')} ".join(parts)
