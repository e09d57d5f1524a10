"""The folders of models and of the Compose files: there and ours to write to, as is that of logs."""

from __future__ import annotations

import os

from arriero.doctor.changes import Command
from arriero.doctor.check import Check, Finding, Grade, Subject, saw
from arriero.doctor.facts.account import account
from arriero.doctor.fix import Fix, FixPlan
from arriero.doctor.install.step import BOTH, Step
from arriero.doctor.owning import given_to
from arriero.doctor.site import Site


async def look(site: Site) -> Finding:
    settings = site.settings
    wanted = tuple(dict.fromkeys((settings.models_dir, settings.docker.folder)))
    closed = [
        path for path in (*wanted, settings.state_dir) if path.exists() and not os.access(path, os.W_OK | os.X_OK)
    ]
    if closed:
        who = await site.fact(account)
        return saw("closed", paths=[str(path) for path in closed], user=who.name if who else str(site.host.uid))
    missing = [str(path) for path in wanted if not path.is_dir()]
    return saw("missing", paths=missing) if missing else saw("there", paths=[str(path) for path in wanted])


async def plan(_site: Site, finding: Finding) -> FixPlan:
    paths = [str(path) for path in finding.params["paths"]]  # type: ignore[attr-defined]  # a list, as `look` made it
    if finding.kind == "closed":
        return FixPlan((given_to(f"{finding.params['user']}:", *paths),))
    undo = (Command(("rmdir", "--ignore-fail-on-non-empty", "--", *reversed(paths))),)
    return FixPlan((Command(("mkdir", "-p", "--", *paths)),), undo)


CHECK = Check(
    "install.folders",
    Subject.STORAGE,
    {"there": Grade.GOOD, "missing": Grade.ERROR, "closed": Grade.ERROR},
    look,
)
FIX = Fix(CHECK.code, frozenset({"missing", "closed"}), plan)
STEP = Step(CHECK, FIX, BOTH)
