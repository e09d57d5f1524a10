"""Gives ~/.docker back to its user; takes a missing store of passwords out of it; puts aside what is no JSON."""

from __future__ import annotations

import json
from pathlib import Path

from arriero.doctor.changes import FileWritten
from arriero.doctor.check import Finding
from arriero.doctor.checks.docker.client import CHECK
from arriero.doctor.fix import Fix, FixPlan
from arriero.doctor.owning import given_to
from arriero.doctor.site import Site


async def plan(site: Site, finding: Finding) -> FixPlan:
    path = Path(str(finding.params["path"]))
    if finding.kind == "foreign":
        user, folder = finding.params["user"], site.host.path(str(finding.params["folder"]))
        undo = given_to(f"{finding.params['owner']}:", str(folder))
        return FixPlan((given_to(f"{user}:", str(folder)),), (undo,))
    before = site.host.read(path)
    text = None if finding.kind == "not_json" else _without_store(before or "{}")
    return FixPlan((FileWritten(path, text, mode=0o600),), (FileWritten(path, before, mode=0o600),))


def _without_store(text: str) -> str:
    return json.dumps({key: value for key, value in json.loads(text).items() if key != "credsStore"}, indent=4) + "\n"


FIX = Fix(CHECK.code, frozenset({"foreign", "no_store", "not_json"}), plan)
