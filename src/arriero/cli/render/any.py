"""Any result of a use case, or an error, in the words of its command: for who shows results without being a command."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from arriero.cli.look import Look
from arriero.cli.render.clients import render_connected
from arriero.cli.render.demo import render_demo
from arriero.cli.render.doctor import render_checks
from arriero.cli.render.files import render_imported, render_removed
from arriero.cli.render.gateway import render_gateway, render_gateway_outcome
from arriero.cli.render.guard import render_guard, render_guard_outcome
from arriero.cli.render.hardware import render_hardware
from arriero.cli.render.outcome import render_outcome
from arriero.cli.render.plan import render_fits, render_plan
from arriero.cli.render.storage import render_exported, render_pruned, render_verified
from arriero.cli.render.versions import render_check, render_pulled, render_switched, render_update
from arriero.cli.telling import error_lines
from arriero.clients.values import Connection
from arriero.core.errors import ArrieroError
from arriero.gateway.results import GatewayOutcome, GatewayStatus
from arriero.i18n.check_texts import tell_check
from arriero.stack.fits import VariantFit
from arriero.stack.guard import GuardOutcome
from arriero.stack.guard_notes import GuardStatus
from arriero.stack.machine import HardwareSnapshot
from arriero.stack.plan import FitReport
from arriero.stack.results import DemoResult, ImportedModel, Outcome, RemovedModel
from arriero.stack.version_results import (
    CheckReport,
    ExportedModel,
    PruneReport,
    PulledModel,
    Switched,
    UpdateReport,
    VerifyReport,
)
from arriero.tui.validation import Validation

_UNBROKEN = 100_000  # who shows it breaks the lines
_RENDER: dict[type, Callable[[Any, Look], str]] = {
    Outcome: render_outcome,
    PulledModel: render_pulled,
    UpdateReport: render_update,
    CheckReport: render_check,
    VerifyReport: render_verified,
    PruneReport: render_pruned,
    RemovedModel: render_removed,
    DemoResult: render_demo,
    FitReport: render_plan,
    VariantFit: lambda fit, look: render_fits((fit,), look),
    HardwareSnapshot: render_hardware,
    Validation: lambda seen, look: render_checks([tell_check(one, look.texts) for one in seen.checked], look),
    ImportedModel: render_imported,
    ExportedModel: render_exported,
    GatewayOutcome: render_gateway_outcome,
    GatewayStatus: render_gateway,
    GuardOutcome: render_guard_outcome,
    GuardStatus: render_guard,
    Connection: partial(render_connected, legacy=False),
}


def render_any(result: object, look: Look, *, planned: bool) -> str:
    """With its failures below it. `planned`: of a dry run. Raises TypeError for what no command has."""
    failures: tuple[ArrieroError, ...] = getattr(result, "failures", ())
    told = [_render(result, look, planned=planned)]
    told += ["\n".join(error_lines(failure, look, _UNBROKEN)) for failure in failures]
    return "\n".join(text for text in told if text)


def _render(result: object, look: Look, *, planned: bool) -> str:
    if isinstance(result, ArrieroError):
        return "\n".join(error_lines(result, look, _UNBROKEN))
    if isinstance(result, Switched):
        return render_switched(result, look, dry_run=planned)
    render = _RENDER.get(type(result))
    if render is None:
        raise TypeError(type(result).__name__)
    return render(result, look)
