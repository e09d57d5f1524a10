"""The engine's socket: is it one, and is it open to its group alone?

Foreign facts: a container that is started with `-v /var/run/docker.sock:...` while the daemon is down leaves a folder
of that name (the daemon makes missing bind sources); a daemon that starts before the group `docker` exists gives the
socket to root's group (moby, daemon/listeners).
"""

from __future__ import annotations

import stat

from arriero.doctor.check import Check, Finding, Grade, Subject, saw
from arriero.doctor.facts.engine import endpoint
from arriero.doctor.site import Site
from arriero.runtime.docker.endpoint import Endpoint


async def look(site: Site) -> Finding:
    where = await site.fact(endpoint)
    if not isinstance(where, Endpoint) or where.socket is None:
        return saw("no_socket")
    try:
        seen = where.socket.stat()
    except FileNotFoundError:
        return saw("no_socket")
    mode = stat.S_IMODE(seen.st_mode)
    if not stat.S_ISSOCK(seen.st_mode):
        return saw("not_a_socket", path=str(where.socket))
    if mode & stat.S_IWOTH:
        return saw("open_to_all", path=str(where.socket), mode=f"{mode:04o}")
    if where.origin == "default" and seen.st_gid == 0 and site.host.uid:
        return saw("root_only", path=str(where.socket))
    return saw("right", path=str(where.socket), mode=f"{mode:04o}")


CHECK = Check(
    code="docker.socket",
    subject=Subject.DOCKER,
    kinds={
        "right": Grade.GOOD,
        "no_socket": Grade.SKIPPED,
        "root_only": Grade.HINT,
        "open_to_all": Grade.WARNING,
        "not_a_socket": Grade.ERROR,
    },
    look=look,
)
