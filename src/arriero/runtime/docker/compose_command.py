"""Runs `docker compose` for a project, and understands what it says when it fails.

Invariant: whoever is cancelled or loses patience leaves no child behind; what the engine was told by then, it does.
Whoever is killed leaves one that goes on; `until_none_is_left` is for who comes next: nothing is made behind his back.
"""

from __future__ import annotations

import asyncio
import os
import re
import signal
from collections.abc import Mapping, Sequence
from contextlib import suppress
from itertools import pairwise

from arriero.core.errors import ArrieroError
from arriero.runtime import proc
from arriero.runtime.docker.compose import ComposeProject
from arriero.runtime.docker.endpoint import Endpoint
from arriero.runtime.docker.engine import connect
from arriero.runtime.docker.errors import ComposeFailed, ComposeMissing, ComposeSlow, ComposeTooOld, DockerMissing
from arriero.runtime.docker.recognising import recognise
from arriero.runtime.ending import outlast
from arriero.runtime.errors import StopIncomplete

OLDEST_COMPOSE = "2.19"  # `down SERVICE` by hand, and how `up` compares images
_VERSION_LIMIT_S = 10.0
_GRACE_S = 3.0
_ORPHAN_S = 10.0  # it makes and starts one container whose image is there
_UNREACHABLE = re.compile(
    r"cannot connect to the docker daemon|failed to connect to the docker API|error during connect"
    r"|permission denied while trying to connect",
    re.IGNORECASE,
)


async def compose(endpoint: Endpoint, project: ComposeProject, words: Sequence[str], *, limit_s: float) -> None:
    """Runs `docker compose ... WORDS` to its end. Raises what `recognise` knows, EngineUnavailable's children,
    ComposeTooOld, ComposeFailed, ComposeSlow."""
    files = [word for file in project.files for word in ("--file", str(file))]
    where = ["--project-name", project.name, "--project-directory", str(project.directory), *files]
    command = ["docker", "compose", "--ansi", "never", *where, *words]
    code, said = await _run(endpoint, command, limit_s, " ".join(words), project.environment)
    if code:
        raise await _failure(endpoint, project, " ".join(words), code, said)


async def until_none_is_left(project: str, service: str) -> None:
    """Waits for a Compose that a killed command left at work on this service. For the holder of the slot's lock: nobody
    else can have one. Raises StopIncomplete for one that cannot be ended."""
    table = await asyncio.to_thread(proc.own_processes)
    orphans = [seen.process for seen in table.values() if _works_on(seen.command, project, service)]
    if left := await outlast(orphans, _ORPHAN_S):
        raise StopIncomplete(service, tuple(process.pid for process in left))


def _works_on(command: Sequence[str], project: str, service: str) -> bool:
    """Both the docker command and its plugin carry the words that `compose` gave."""
    return "compose" in command[:2] and ("--project-name", project) in pairwise(command) and command[-1] == service


async def compose_version(endpoint: Endpoint) -> str:
    """Its version ("2.26.1"). Raises DockerMissing, ComposeMissing, ComposeTooOld."""
    code, said = await _run(endpoint, ["docker", "compose", "version", "--short"], _VERSION_LIMIT_S, "version", {})
    found = re.search(r"\d+(?:\.\d+)+", said)
    if code or not found:
        raise ComposeMissing()
    if _order(found[0]) < _order(OLDEST_COMPOSE):
        raise ComposeTooOld(found[0], OLDEST_COMPOSE)
    return found[0]


async def _failure(endpoint: Endpoint, project: ComposeProject, command: str, code: int, said: str) -> ArrieroError:
    if _UNREACHABLE.search(said):
        await connect(endpoint)  # says itself why not
    if known := recognise(said, project.image):
        return known
    await compose_version(endpoint)  # an old one may fail in words of its own
    return ComposeFailed(command, code, said[-2000:].strip())


async def _run(
    endpoint: Endpoint, command: Sequence[str], limit_s: float, name: str, given: Mapping[str, str]
) -> tuple[int, str]:
    """Exit status, and what it said on both streams. A session of its own: a Ctrl-C of the terminal is for us."""
    environment = {**os.environ, **endpoint.environment(), **given, "COMPOSE_IGNORE_ORPHANS": "1"}
    try:
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,
            env=environment,
        )
    except FileNotFoundError:
        raise DockerMissing() from None
    try:
        async with asyncio.timeout(limit_s):
            said, _ = await process.communicate()
    except TimeoutError:
        raise ComposeSlow(name, limit_s) from None
    finally:
        await _end(process)
    return process.returncode or 0, said.decode(errors="replace")


async def _end(process: asyncio.subprocess.Process) -> None:
    """Nothing to do for one that ended; one that is left is told to end with all its group, then killed."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        if process.returncode is not None:
            return
        with suppress(ProcessLookupError):  # it has just ended, and we are about to hear of it
            os.killpg(process.pid, number)
        try:
            async with asyncio.timeout(_GRACE_S):
                await process.wait()
        except TimeoutError:
            continue


def _order(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))
