"""`connect kilo --check`: the editor's own program asks each slot one question, as it is configured."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from typing import Any

from arriero.clients import kilo
from arriero.clients.endpoints import endpoints, through_gateway
from arriero.clients.errors import ClientFailed, ClientMissing
from arriero.clients.values import ClientAnswer, ClientCheck, Endpoint
from arriero.core.progress import Progress, Report
from arriero.stack.world import World

LIMIT_S = 600.0
_QUESTION = "Say hello."


async def check(world: World, environ: Mapping[str, str], report: Report, *, gateway: bool = False) -> ClientCheck:
    """Each active slot, or with `gateway` each of its models, which brings them up one after another.

    Raises ClientMissing, NothingToConnect, GatewaySilent, and ClientFailed for the first one without an answer.
    """
    program = shutil.which(kilo.PROGRAM, path=environ.get("PATH"))
    if program is None:
        raise ClientMissing(kilo.PROGRAM, kilo.PACKAGE)
    given = await (through_gateway if gateway else endpoints)(world, kilo.NAME)
    version = (await _run(program, "--version", environ=environ))[1].strip()
    answers = []
    for endpoint in given:
        report(Progress("client.ask", endpoint.slot, params={"client": kilo.NAME}))
        provider = kilo.GATEWAY if gateway else kilo.provider_id(endpoint.slot)
        answers.append(await _answer(world, (program, provider), endpoint, environ))
    return ClientCheck(kilo.NAME, program, version, tuple(answers))


async def _answer(world: World, asked: tuple[str, str], endpoint: Endpoint, environ: Mapping[str, str]) -> ClientAnswer:
    """`asked`: the program, and the provider in its configuration."""
    program, provider = asked
    began = world.clock.monotonic()
    code, out, err = await _run(
        program,
        *("run", "--agent", f"{kilo.MARK}check", "--title", "check", "--format", "json"),
        *("--model", f"{provider}/{endpoint.model}", _QUESTION),
        environ={**environ, "KILO_CONFIG_CONTENT": json.dumps(kilo.check_settings())},
    )
    parts = [event["part"] for event in _events(out) if isinstance(event.get("part"), dict)]
    text = "".join(str(part.get("text", "")) for part in parts if part.get("type") == "text").strip()
    tokens: dict[str, Any] = next(
        (part["tokens"] for part in reversed(parts) if isinstance(part.get("tokens"), dict)), {}
    )
    if code or not text:
        raise ClientFailed(kilo.NAME, endpoint.slot, _last_words(out, err) or f"exit {code}")
    took_s = world.clock.monotonic() - began
    return ClientAnswer(endpoint.slot, text, int(tokens.get("input", 0)), int(tokens.get("output", 0)), took_s)


async def _run(*command: str, environ: Mapping[str, str]) -> tuple[int, str, str]:
    """Exit code, stdout and stderr, from an empty folder. Ended with us, and after LIMIT_S (-1)."""
    with tempfile.TemporaryDirectory(prefix="arriero-client-") as folder:
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            cwd=folder,
            env=dict(environ),
            start_new_session=True,
        )
        try:
            async with asyncio.timeout(LIMIT_S):
                out, err = await process.communicate()
        except TimeoutError:
            return -1, "", f"no answer in {LIMIT_S:g} s"
        finally:
            if process.returncode is None:
                os.killpg(process.pid, 9)
                await process.wait()
    return process.returncode or 0, out.decode(errors="replace"), err.decode(errors="replace")


def _events(out: str) -> list[dict[str, Any]]:
    """`--format json` is one object a line; other lines are narration."""
    events = []
    for line in out.splitlines():
        try:
            event = json.loads(line)
        except ValueError:
            continue
        if isinstance(event, dict):
            events.append(event)
    return events


def _last_words(out: str, err: str) -> str:
    """The client's own error: an event of that type, else the last line of stderr."""
    errors = [event["error"] for event in _events(out) if event.get("type") == "error" and event.get("error")]
    if errors:
        return json.dumps(errors[-1], ensure_ascii=False)[:500]
    lines = err.strip().splitlines()
    return lines[-1][:500] if lines else ""
