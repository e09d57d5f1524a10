"""`validate`: every check, or those that are asked for."""

from __future__ import annotations

from arriero.cli.call import Call, Reply
from arriero.cli.render.doctor import render_all, render_checks
from arriero.core.errors import ArrieroError
from arriero.doctor import examine_all, open_site
from arriero.doctor.check import Checked, Grade
from arriero.doctor.errors import MachineDoubtful, MachineUnfit
from arriero.doctor.unwaited import run_unwaited
from arriero.i18n.check_texts import tell_check


def validate(call: Call) -> Reply:
    if call.args.fix is not None:
        from arriero.cli.commands.mending import fix

        return fix(call)
    site = open_site(call.world(), call.environ)
    checked = run_unwaited(examine_all(site, call.args.only))
    told = tuple(tell_check(one, call.texts) for one in checked)
    text = render_all(told, call.look) if call.args.only else render_checks(told, call.look)
    return Reply({"checks": told}, text, _verdict(checked), nothing_done=True)


def _verdict(checked: tuple[Checked, ...]) -> tuple[ArrieroError, ...]:
    """The worst decides how the command ends; hints and what nobody answered do not count."""
    errors, warnings = (
        tuple(one.check.code for one in checked if one.grade is grade) for grade in (Grade.ERROR, Grade.WARNING)
    )
    if errors:
        return (MachineUnfit(errors),)
    return (MachineDoubtful(warnings),) if warnings else ()
