"""Goes back to the machine's own engine from a context that leads nowhere."""

from __future__ import annotations

from arriero.doctor.changes import Command
from arriero.doctor.check import Finding
from arriero.doctor.checks.docker.address import CHECK
from arriero.doctor.fix import CannotFix, Fix, FixPlan
from arriero.doctor.site import Site


async def plan(site: Site, finding: Finding) -> FixPlan | CannotFix:
    if site.host.environ.get("DOCKER_HOST") or site.host.environ.get("DOCKER_CONTEXT"):
        return CannotFix("shell")  # no program can change the shell that started it
    name = str(finding.params.get("name") or str(finding.params.get("origin", "")).removeprefix("context "))
    undo = Command(("docker", "context", "use", name))
    return FixPlan((Command(("docker", "context", "use", "default")),), (undo,) if name else ())


FIX = Fix(CHECK.code, frozenset({"context_unknown", "context_dead", "host_dead"}), plan, frozenset({"shell"}))
