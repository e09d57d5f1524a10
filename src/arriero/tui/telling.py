"""How an operation ended, or what it would do, in whole sentences. Results are told in the commands' own words."""

from __future__ import annotations

from collections.abc import Iterator

from arriero.clients.values import Connection
from arriero.gateway.results import GatewayOutcome, GatewayStatus
from arriero.stack.guard import GuardOutcome
from arriero.stack.guard_notes import GuardStatus
from arriero.stack.results import Outcome
from arriero.stack.version_results import CheckReport, Freshness, PruneReport, PulledModel
from arriero.tui.foreseeing import Foreseen
from arriero.tui.host import Host
from arriero.tui.jobs import JobSnapshot, JobState
from arriero.tui.validation import Validation
from arriero.tui.words import Words


def tell_job(job: JobSnapshot, host: Host, words: Words) -> str:
    if job.state is JobState.CANCELLED:
        return words.tui.cancelled
    if job.fault is not None:
        return host.tell(job.fault, words.texts, planned=False)
    return tell_result(job.result, host, words, planned=False)


def tell_result(result: object, host: Host, words: Words, *, planned: bool) -> str:
    if isinstance(result, Validation):
        return "\n".join(_validation(result, host, words))
    return host.tell(result, words.texts, planned=planned)


def tell_plan(foreseen: Foreseen, host: Host, words: Words) -> str:
    """What would be done and what it takes."""
    return "\n\n".join(_plan_parts(foreseen, host, words))


def _plan_parts(foreseen: Foreseen, host: Host, words: Words) -> Iterator[str]:
    t = words.tui
    yield tell_result(foreseen.result, host, words, planned=True)
    if nothing_planned(foreseen.result):
        return
    takes = []
    if foreseen.fit and foreseen.fit.total_bytes:
        size = words.size(foreseen.fit.total_bytes)
        takes.append(t.plan_memory.format(size=size, context=foreseen.fit.context))
    if foreseen.disk:
        folder, free_bytes = foreseen.disk
        takes.append(t.plan_disk.format(size=words.size(free_bytes), folder=folder))
    if takes:
        yield "\n".join(takes)
    if foreseen.fit:
        yield host.tell(foreseen.fit, words.texts, planned=True)


def nothing_planned(result: object) -> bool:
    """Whether all is as wanted already, so that there is nothing to confirm."""
    match result:
        case Outcome():
            return result.plan.empty
        case PulledModel():
            return not result.changed and not result.download_bytes
        case CheckReport():
            return not any(check.freshness is Freshness.OUTDATED for check in result.checks)
        case Connection():
            return not result.diff
        case PruneReport():
            return not result.removed and not result.previous
    return _switched_nothing(result)


def _switched_nothing(result: object) -> bool:
    """Of the gateway and the guard; who only looks at them changes nothing."""
    if isinstance(result, GatewayOutcome | GuardOutcome):
        return result.action == "nothing"
    return isinstance(result, GatewayStatus | GuardStatus)


def _validation(seen: Validation, host: Host, words: Words) -> Iterator[str]:
    """As `validate` tells it; then the models' versions, and the key that mends."""
    t = words.tui
    yield host.tell(seen, words.texts, planned=False)
    yield from _versions(seen.versions, words)
    if seen.mendable:
        yield f"\n{t.validate_mend}"


def _versions(seen: CheckReport, words: Words) -> Iterator[str]:
    t = words.tui
    for check in seen.checks:
        if check.freshness is Freshness.OUTDATED:
            told = t.validate_update.format(reference=check.reference, size=words.size(check.download_bytes))
            yield f"{words.sign('update')} {told}"
