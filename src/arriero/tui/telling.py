"""How an operation ended, or what it would do, in whole sentences. Results are told in the commands' own words."""

from __future__ import annotations

from collections.abc import Iterator

from arriero.clients.values import Connection
from arriero.i18n import describe_drift, describe_error, describe_repair, fill
from arriero.stack.results import Outcome
from arriero.stack.version_results import CheckReport, Freshness, PruneReport, PulledModel
from arriero.tui.foreseeing import Foreseen
from arriero.tui.host import Host
from arriero.tui.jobs import JobSnapshot, JobState
from arriero.tui.operations import Operation
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
        return "\n".join(_validation(result, words))
    return host.tell(result, words.texts, planned=planned)


def tell_plan(operation: Operation, foreseen: Foreseen, host: Host, words: Words) -> str:
    """What would be done and what it takes; for the installation also how far it goes today."""
    return "\n\n".join(_plan_parts(operation, foreseen, host, words))


def _plan_parts(operation: Operation, foreseen: Foreseen, host: Host, words: Words) -> Iterator[str]:
    t = words.tui
    if operation.name == "install":
        yield t.install_scope
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
    return False


def _validation(seen: Validation, words: Words) -> Iterator[str]:
    t = words.tui
    yield _good(t.validate_config, words)
    yield _good(t.validate_backend.format(backend=seen.status.backend), words)
    yield from _part(t.validate_database, _database(seen, words), words)
    yield from _part(t.validate_store.format(folder=seen.status.models_dir), _store(seen, words), words)
    installed = sum(v.installed for m in seen.status.models for v in m.variants)
    if not installed:
        yield _bad(t.validate_no_model, words)
    yield from _part(t.validate_as_asked, _drift(seen, words), words)
    if any(model.drift for model in seen.status.models):
        yield f"  {t.validate_mend}"
    yield from _versions(seen, words)
    yield f"{words.sign('none')} {t.validate_scope}"


def _part(good: str, found: Iterator[str], words: Words) -> Iterator[str]:
    amiss = list(found)
    yield from ((_bad(text, words) for text in amiss) if amiss else (_good(good, words),))


def _database(seen: Validation, words: Words) -> Iterator[str]:
    yield from (describe_error(note, words.texts) for note in seen.status.notes)
    yield from (describe_repair(repair, words.texts) for repair in seen.status.repairs)


def _store(seen: Validation, words: Words) -> Iterator[str]:
    for problem in seen.problems:
        params = {"path": problem.path, "reference": problem.reference or "", "detail": problem.detail}
        yield fill(words.texts.problems[problem.kind], params, words.numbers)


def _drift(seen: Validation, words: Words) -> Iterator[str]:
    for model in seen.status.models:
        yield from (describe_drift(drift, model.id, words.texts) for drift in model.drift)


def _versions(seen: Validation, words: Words) -> Iterator[str]:
    t = words.tui
    outdated = [c for c in seen.checked.checks if c.freshness is Freshness.OUTDATED]
    unknown = [c for c in seen.checked.checks if c.freshness is Freshness.UNKNOWN]
    for check in outdated:
        size = words.size(check.download_bytes)
        yield f"{words.sign('update')} {t.validate_update.format(reference=check.reference, size=size)}"
    yield from (_bad(describe_error(fault, words.texts), words) for fault in seen.checked.failures)
    if seen.checked.checks and not outdated and not unknown:
        yield _good(t.validate_current, words)


def _good(text: str, words: Words) -> str:
    return f"{words.sign('done')} {text}"


def _bad(text: str, words: Words) -> str:
    return f"{words.sign('failed')} {text}"
