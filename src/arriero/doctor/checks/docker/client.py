"""Can the docker command read its own folder, ~/.docker? One `sudo docker login` makes it root's.

Foreign fact: a `credsStore` whose program is gone (Docker Desktop leaves "desktop") makes every pull fail with
`error getting credentials - err: exec: "docker-credential-desktop": executable file not found` (docker/cli).
"""

from __future__ import annotations

import json
from pathlib import Path

from arriero.doctor.check import Check, Finding, Grade, Subject, saw
from arriero.doctor.facts.account import account
from arriero.doctor.owning import owner
from arriero.doctor.site import Site


async def look(site: Site) -> Finding:
    folder, who = client_folder(site), await site.fact(account)
    if not site.host.path(folder).is_dir():
        return saw("absent", path=str(folder))
    for path in (folder, folder / "config.json"):
        there = site.host.path(path)
        if who and there.exists() and there.stat().st_uid != who.uid:
            return saw("foreign", path=str(path), folder=str(folder), owner=owner(there), user=who.name)
    return _read(site, folder / "config.json")


def _read(site: Site, path: Path) -> Finding:
    try:
        told = json.loads(site.host.read(path) or "{}")
    except ValueError as error:
        return saw("not_json", path=str(path), detail=str(error))
    store = told.get("credsStore") if isinstance(told, dict) else None
    if store and site.host.which(f"docker-credential-{store}") is None:
        return saw("no_store", path=str(path), program=f"docker-credential-{store}")
    return saw("right", path=str(path))


def client_folder(site: Site) -> Path:
    return Path(site.host.environ.get("DOCKER_CONFIG") or Path(site.host.environ.get("HOME", "/")) / ".docker")


CHECK = Check(
    code="docker.client",
    subject=Subject.DOCKER,
    kinds={
        "right": Grade.GOOD,
        "absent": Grade.GOOD,
        "no_store": Grade.WARNING,
        "foreign": Grade.ERROR,
        "not_json": Grade.ERROR,
    },
    look=look,
)
