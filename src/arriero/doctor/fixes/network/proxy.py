"""Leaves this machine out of the proxy that docker gives to every container."""

from __future__ import annotations

import json
from pathlib import Path

from arriero.doctor.changes import FileWritten
from arriero.doctor.check import Finding
from arriero.doctor.checks.network.proxy import CHECK
from arriero.doctor.fix import CannotFix, Fix, FixPlan
from arriero.doctor.site import Site

_OWN = "127.0.0.1,localhost"


async def plan(site: Site, finding: Finding) -> FixPlan | CannotFix:
    if finding.kind == "own_proxied":
        return CannotFix("shell")  # no program can change the shell that started it
    path = Path(str(finding.params["path"]))
    before = site.host.read(path) or "{}"
    told = json.loads(before)
    default = told["proxies"]["default"]
    default["noProxy"] = ",".join(filter(None, (str(default.get("noProxy", "")), _OWN)))
    after = FileWritten(path, json.dumps(told, indent=4) + "\n", mode=0o600)
    return FixPlan((after,), (FileWritten(path, before, mode=0o600),))


FIX = Fix(CHECK.code, frozenset({"own_proxied", "in_containers"}), plan, frozenset({"shell"}))
