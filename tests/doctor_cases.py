"""What the tests of the doctor's have shown: which check saw what, and how each fix ended. And what none of them has.

Invariant: only what a test went through counts, `Machine.sees`, `plan` and `mend`. With all of the doctor's tests run
and well, a kind that no check saw, or a fix that nobody saw mend anything, ends the run with an error.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from arriero.doctor.check import Check, Grade
from arriero.doctor.checks import CHECKS
from arriero.doctor.fix import Fix
from arriero.doctor.fixes import FIXES

HERE = Path(__file__).parent
FILES = frozenset(
    str(path.relative_to(HERE.parent))
    for path in (*(HERE / "unit/doctor").glob("test_checks_*.py"), *(HERE / "unit/doctor").glob("test_fixes_*.py"))
) | {"tests/integration/test_doctor_docker.py"}
NOT_SEEN: dict[tuple[str, str], str] = {}
"""Kinds that no test can bring about, and why."""
SHOWN: set[tuple[str, str, str]] = set()
"""(code, kind, what): what is `seen`, `refused`, or how a fix ended."""


def show(code: str, kind: str, what: str = "seen") -> None:
    SHOWN.add((code, kind, what))


class Recorder:
    """Gathers from all workers what was shown; the run's own process judges."""

    def __init__(self) -> None:
        self._files, self._well = set[str](), True

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self._files.add(report.nodeid.partition("::")[0])
        self._well = self._well and report.passed

    def pytest_testnodedown(self, node: object) -> None:
        """A worker of pytest-xdist has ended."""
        output = getattr(node, "workeroutput", {})
        SHOWN.update(tuple(row) for row in output.get("doctor", ()))

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        output = getattr(session.config, "workeroutput", None)
        if output is not None:
            output["doctor"] = sorted(SHOWN)
        elif self.whole(session.config) and list(holes()):
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if not self.whole(terminalreporter.config):
            return
        seen = {(code, kind) for code, kind, what in SHOWN if what == "seen"}
        mended = {code for code, _, what in SHOWN if what in ("fixed", "waits")}
        terminalreporter.line(
            f"doctor: {len(CHECKS)} checks, {len(seen)} kinds of finding seen; {len(mended)} fixes done"
        )
        for hole in holes():
            terminalreporter.line(f"doctor: {hole}", red=True)

    def whole(self, config: pytest.Config) -> bool:
        """All of the doctor's tests ran, and all is well."""
        picked = config.option.keyword or config.option.deselect or any("::" in str(word) for word in config.args)
        return self._well and not picked and self._files >= FILES


def holes() -> Iterator[str]:
    for check in CHECKS:
        yield from (f"{check.code}: no test sees it {kind}" for kind in _unseen(check))
    for fix in FIXES:
        yield from (f"{fix.check}: no test does what it does about {kind}" for kind in _undone(fix))


def _unseen(check: Check) -> Iterable[str]:
    """Every kind that is wrong, and one that is well."""
    seen = {kind for kind in check.kinds if (check.code, kind, "seen") in SHOWN or (check.code, kind) in NOT_SEEN}
    yield from (kind for kind, grade in check.kinds.items() if not grade.ok and kind not in seen)
    well = [kind for kind, grade in check.kinds.items() if grade is Grade.GOOD] or [*check.kinds]
    if not seen.intersection(well):
        yield "/".join(well)


def _undone(fix: Fix) -> Iterable[str]:
    """For every kind it was done, or refused with the reason; and once at least it was done."""
    ended = {kind: {what for code, seen, what in SHOWN if (code, seen) == (fix.check, kind)} for kind in fix.mends}
    yield from (kind for kind, whats in sorted(ended.items()) if not whats & {"fixed", "waits", "refused"})
    if not any(whats & {"fixed", "waits"} for whats in ended.values()):
        yield "anything"
