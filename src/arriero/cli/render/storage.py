"""The store's files as text: verified, pruned, exported, and what is amiss with them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from arriero.cli.look import Look
from arriero.i18n import fill
from arriero.stack.version_results import ExportedModel, PruneReport, VerifyReport
from arriero.store.models import StoreProblem

WORTH_TELLING_BYTES = 1_000_000


def render_verified(report: VerifyReport, look: Look) -> str:
    """Nothing is called verified while anything is bad; the failures themselves are told on stderr."""
    t = look.texts
    lines = [t.verify_repaired.format(path=bad.path) for bad in report.bad if bad.repaired]
    if not report.failures:
        lines.append(t.verified.format(count=len(report.models), size=t.numbers.size(report.checked_bytes)))
    lines += problem_lines(report.problems, look)
    lines += litter_lines(report.litter_bytes, look)
    return "\n".join(lines)


def problem_lines(problems: Iterable[StoreProblem], look: Look) -> Iterator[str]:
    t = look.texts
    for problem in problems:
        params = {"path": problem.path, "reference": problem.reference or "", "detail": problem.detail}
        told = fill(t.problems[problem.kind], params, t.numbers)
        yield look.paint(f"{look.sign('drift')} {told}", "yellow")


def litter_lines(litter_bytes: int | None, look: Look) -> Iterator[str]:
    """A few stray kilobytes are worth nobody's attention."""
    if litter_bytes is not None and litter_bytes >= WORTH_TELLING_BYTES:
        yield look.texts.litter_found.format(size=look.texts.numbers.size(litter_bytes))


def render_pruned(report: PruneReport, look: Look) -> str:
    t = look.texts
    size = t.numbers.size
    lines = [
        t.prune_item.format(size=size(item.size_bytes).rjust(8), name=item.path.name, kind=t.litter[item.kind])
        for item in report.removed
    ]
    if report.previous:
        lines.append(t.prune_previous.format(names=", ".join(report.previous)))
    if lines:
        lines.append((t.would_prune if report.dry_run else t.pruned).format(size=size(report.freed_bytes)))
    else:
        lines.append(t.prune_nothing)
    if report.kept_bytes:
        lines.append(t.prune_kept.format(size=size(report.kept_bytes)))
    return "\n".join(lines)


def render_exported(exported: ExportedModel, look: Look) -> str:
    t = look.texts
    template = t.would_export if exported.dry_run else t.exported
    return template.format(reference=exported.reference, file=exported.file, size=t.numbers.size(exported.size_bytes))
