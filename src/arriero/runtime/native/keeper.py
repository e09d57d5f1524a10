"""Who starts a supervisor and answers for its life: nobody (it is detached), or the user's systemd (`systemd`)."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping, Sequence
from typing import Protocol

from arriero.runtime.errors import KeeperFailed
from arriero.runtime.native.options import Options


class Keeper(Protocol):
    async def launch(self, options: Options, python: str, environment: Mapping[str, str]) -> None:
        """Starts a supervisor that outlives us, with `environment` added. Raises KeeperFailed with the reason."""
        ...

    async def forget(self, slot: str) -> None:
        """From here on nothing starts it by itself. Raises KeeperFailed."""
        ...

    def at_login(self, slot: str) -> bool:
        """Whether it is started when the user logs in."""
        ...


class DetachedKeeper:
    """The supervisor leaves the terminal's session by itself; if it is killed, its engine ends with it."""

    async def launch(self, options: Options, python: str, environment: Mapping[str, str]) -> None:
        await run(options.to_command(python), {**os.environ, **environment})

    async def forget(self, slot: str) -> None:
        """Nothing ever does."""

    def at_login(self, slot: str) -> bool:  # noqa: ARG002
        return False


async def run(command: Sequence[str], environment: Mapping[str, str] | None = None) -> None:
    """Runs a short command to its end. Raises KeeperFailed with what it said when it fails or is not there."""
    name = " ".join(command[:4])
    try:
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,  # a Ctrl-C of the terminal is for us, not for it
            env=environment,
        )
    except OSError as error:
        raise KeeperFailed(name, str(error)) from error
    _, said = await process.communicate()
    if process.returncode:
        raise KeeperFailed(name, said.decode(errors="replace").strip() or f"exit {process.returncode}")
