"""Can the daemon read its settings file, /etc/docker/daemon.json? With a broken one it does not start any more.

`dockerd --validate` exists since 23; an older daemon answers that it does not know the flag, and then only the JSON is
judged. A `hosts` that the unit gives as a flag too is refused at the start, not by --validate (moby, config.go).
"""

from __future__ import annotations

from arriero.doctor.check import Check, Finding, Grade, Subject, saw
from arriero.doctor.facts.daemon_json import DaemonJson, daemon_json
from arriero.doctor.host import Ran
from arriero.doctor.site import Site

_REFUSED = "unable to configure the Docker daemon with file"


async def look(site: Site) -> Finding:
    there = await site.fact(daemon_json)
    path = str(there.path)
    if there.settings is None:
        return saw("not_json", path=path, detail=there.fault)
    if there.text is None:
        return saw("absent", path=path)
    if "hosts" in there.settings and await _unit_names_hosts(site):
        return saw("hosts_twice", path=path)
    refusal = _refusal(await _validated(site, there))
    return saw("refused", path=path, detail=refusal) if refusal else saw("right", path=path)


async def _validated(site: Site, there: DaemonJson) -> Ran | None:
    return await site.host.ask("dockerd", "--validate", f"--config-file={site.host.path(there.path)}")


def _refusal(ran: Ran | None) -> str | None:
    """The daemon's reason, None where it has no objection or cannot be asked."""
    if ran is None or _REFUSED not in ran.said:
        return None
    line = next(line for line in ran.said.splitlines() if _REFUSED in line)
    return line.partition(_REFUSED)[2].partition(": ")[2]


async def _unit_names_hosts(site: Site) -> bool:
    ran = await site.host.ask("systemctl", "show", "--property=ExecStart", "docker.service")
    words = ran.out.split() if ran else []
    return any(word in ("-H", "--host") or word.startswith(("--host=", "-H=")) for word in words)


CHECK = Check(
    code="docker.settings",
    subject=Subject.DOCKER,
    kinds={
        "right": Grade.GOOD,
        "absent": Grade.GOOD,
        "not_json": Grade.ERROR,
        "refused": Grade.ERROR,
        "hosts_twice": Grade.ERROR,
    },
    look=look,
)
