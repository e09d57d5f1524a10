"""Does a proxy stand between this machine's own programs? Questions to 127.0.0.1 must not go through it.

Foreign facts: HTTP_PROXY in a container breaks Ollama's own client (ollama, docs/faq.mdx); docker puts `proxies` of
~/.docker/config.json into every container (docker/cli).
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from arriero.doctor.check import Check, Finding, Grade, Subject, saw
from arriero.doctor.checks.docker.client import client_folder
from arriero.doctor.site import Site

_NAMES = ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY")
_OWN = ("127.0.0.1", "localhost")


async def look(site: Site) -> Finding:
    if proxy := _of_containers(site):
        return saw("in_containers", proxy=proxy, path=str(client_folder(site) / "config.json"))
    environ = site.host.environ
    name = next((each for each in _NAMES if environ.get(each)), None)
    if name is None:
        return saw("none")
    missing = [own for own in _OWN if own not in _excepted(environ)]
    if missing and "*" not in _excepted(environ):
        return saw("own_proxied", name=name, proxy=environ[name], missing=missing)
    return saw("around_own", name=name, proxy=environ[name])


def _excepted(environ: Mapping[str, str]) -> list[str]:
    return [part.strip() for part in (environ.get("no_proxy") or environ.get("NO_PROXY") or "").split(",")]


def _of_containers(site: Site) -> str | None:
    try:
        told = json.loads(site.host.read(client_folder(site) / "config.json") or "{}")
        default = told["proxies"]["default"]
        return str(default["httpProxy"]) if "127.0.0.1" not in str(default.get("noProxy", "")) else None
    except (ValueError, KeyError, TypeError):
        return None  # none given; what cannot be read is told by the check of that file


CHECK = Check(
    code="network.proxy",
    subject=Subject.NETWORK,
    kinds={"none": Grade.GOOD, "around_own": Grade.GOOD, "own_proxied": Grade.WARNING, "in_containers": Grade.WARNING},
    look=look,
)
