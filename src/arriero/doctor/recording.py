"""What the audit keeps of one fix: that it began, and with that what takes it back; and how it ended."""

from __future__ import annotations

from arriero.core.errors import ArrieroError
from arriero.doctor.check import Checked
from arriero.doctor.fix import FixPlan
from arriero.doctor.site import Site
from arriero.doctor.undoing import as_text


class Record:
    """`fault`: why it could not be written, empty where it was: the database may be the very thing that gets mended."""

    def __init__(self, site: Site, command: str, checked: Checked, plan: FixPlan) -> None:
        self.stamp = site.world.clock.now().strftime("%Y%m%dT%H%M%SZ")
        self.fault = str(site.world.state_fault or "")
        self._state, self._command, self._checked, self._plan = site.world.state, command, checked, plan
        self._addition: int | None = None

    def write(self, outcome: str) -> None:
        if self._state is None:
            return
        code, undo = self._checked.check.code, as_text(self._plan.undo)
        try:
            if outcome == "begun" and undo != "[]":
                self._addition = self._state.record_addition(code, undo)
            self._state.record_transition(
                self._command, outcome=outcome, reason=f"{code}: {self._checked.finding.kind}"
            )
        except ArrieroError as fault:
            self.fault = str(fault)

    def nothing_added(self) -> None:
        """It ended before anything was changed: there is nothing to take back, unless an earlier attempt left some."""
        if self._state is None or self._addition is None:
            return
        try:
            self._state.take_back(self._addition)
        except ArrieroError as fault:
            self.fault = str(fault)
