"""Keeping services with the user's systemd: the same supervisor, run as a user unit, which survives a logout that ends
the user's processes (`KillUserProcesses=` of logind) and is started again if it is killed.

Nothing else differs from a detached supervisor: records, locks, logs and `stop` (SIGTERM; exit status 0 is not
restarted) are the same. Seen with a real user manager, systemd 252; engines do not use it yet.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from arriero.core.files import write_atomic
from arriero.runtime.errors import KeeperFailed
from arriero.runtime.native.keeper import run
from arriero.runtime.native.options import EXIT_GAVE_UP, EXIT_LOCKED, Options

# No sandbox that needs namespaces: user units may not have them (Ubuntu 24.04 restricts them with AppArmor).
_UNIT = """\
[Unit]
Description=Arriero: {what}
StartLimitIntervalSec=60
StartLimitBurst=6

[Service]
Type=exec
{environment}
ExecStart={command}
Restart=on-failure
RestartSec=1
RestartPreventExitStatus={final}
KillMode={kill_mode}
TimeoutStopSec={stop_s:g}
OOMPolicy=continue
UMask=0077
NoNewPrivileges=yes
LockPersonality=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
SystemCallArchitectures=native
{install}"""
_AT_LOGIN = """
[Install]
WantedBy=default.target
"""
_HANDED_ON = ("ARRIERO_", "OLLAMA_", "DOCKER_", "XDG_", "CUDA_", "LD_LIBRARY_PATH", "PATH")
"""What a service beside the slots knows of the terminal that it was asked for in: names, or their beginnings."""


class SystemdKeeper:
    """`unit_dir`: the user's folder of units, ~/.config/systemd/user. `beside`: for what stands beside the slots: it
    has the terminal's settings, starts at every login, and what it starts itself outlives it."""

    def __init__(self, unit_dir: Path, *, beside: bool = False) -> None:
        self._unit_dir = unit_dir
        self._beside = beside

    async def launch(self, options: Options, python: str, environment: Mapping[str, str]) -> None:
        name = unit_name(options.slot)
        known = {**_handed_on(os.environ), **environment} if self._beside else environment
        try:
            text = render_unit(options, python, known, beside=self._beside)
        except ValueError as fault:
            raise KeeperFailed(name, f"a line break in {fault}") from fault
        self._unit_dir.mkdir(parents=True, exist_ok=True)
        write_atomic(self._unit_dir / name, text.encode(), mode=0o600)
        await run(["systemctl", "--user", "daemon-reload"])
        if self._beside:
            await run(["systemctl", "--user", "enable", name])
        await run(["systemctl", "--user", "start", name])

    async def forget(self, slot: str) -> None:
        name = unit_name(slot)
        if (self._unit_dir / name).exists():
            await run(["systemctl", "--user", "disable", name])
            (self._unit_dir / name).unlink(missing_ok=True)
            await run(["systemctl", "--user", "daemon-reload"])

    def at_login(self, slot: str) -> bool:
        return (self._unit_dir / "default.target.wants" / unit_name(slot)).is_symlink()


def user_manager(environ: Mapping[str, str]) -> bool:
    """Whether this user's systemd is there: its socket (systemctl(1) speaks with it without a bus)."""
    runtime = environ.get("XDG_RUNTIME_DIR")
    return bool(runtime) and Path(str(runtime), "systemd", "private").is_socket()


def unit_name(slot: str) -> str:
    """Names that begin with `_` are of what stands beside the slots."""
    return f"arriero-{slot[1:]}.service" if slot.startswith("_") else f"arriero-engine-{slot}.service"


def render_unit(options: Options, python: str, environment: Mapping[str, str], *, beside: bool = False) -> str:
    """The unit's text. `KillMode=mixed`: the supervisor ends its engine in order, what is left after that is killed; of
    `process` only the supervisor is told to end. Raises ValueError for a word of more than one line."""
    command = options.to_command(python, foreground=True)
    return _UNIT.format(
        what=options.slot[1:] if beside else f"engine of {options.slot}",
        environment="\n".join(f"Environment={_quoted(f'{key}={value}')}" for key, value in environment.items()),
        command=" ".join(_quoted(word).replace("$", "$$") for word in command),
        final=f"{EXIT_GAVE_UP} {EXIT_LOCKED}",
        kill_mode="process" if beside else "mixed",
        stop_s=options.limits.stop_s + 2,
        install=_AT_LOGIN if beside else "",
    )


def _handed_on(environ: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in sorted(environ.items()) if name.startswith(_HANDED_ON)}


def _quoted(word: str) -> str:
    """As systemd.syntax(7) and systemd.unit(5) want it: quotes, backslashes and `%` specifiers made harmless."""
    if "\n" in word:
        raise ValueError(word)
    escaped = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    return f'"{escaped}"'
