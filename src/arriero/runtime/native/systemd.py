"""Keeping services with the user's systemd: the same supervisor, run as a user unit, which survives a logout that ends
the user's processes (`KillUserProcesses=` of logind) and is started again if it is killed.

Opt-in: the machine this was written on has no systemd running, so the unit was checked as text and with
`systemd-analyze verify`, and the two `systemctl` calls have never met a real user manager. Nothing else differs from a
detached supervisor: records, locks, logs and `stop` (SIGTERM; exit status 0 is not restarted) are the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from arriero.core.files import write_atomic
from arriero.runtime.native.keeper import run
from arriero.runtime.native.options import EXIT_GAVE_UP, EXIT_LOCKED, Options

# No sandbox that needs namespaces: user units may not have them (Ubuntu 24.04 restricts them with AppArmor).
_UNIT = """\
[Unit]
Description=Arriero: engine of {slot}
StartLimitIntervalSec=60
StartLimitBurst=6

[Service]
Type=exec
{environment}
ExecStart={command}
Restart=on-failure
RestartSec=1
RestartPreventExitStatus={final}
KillMode=mixed
TimeoutStopSec={stop_s:g}
OOMPolicy=continue
UMask=0077
NoNewPrivileges=yes
LockPersonality=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
SystemCallArchitectures=native
"""


class SystemdKeeper:
    """`unit_dir`: the user's folder of units, ~/.config/systemd/user."""

    def __init__(self, unit_dir: Path) -> None:
        self._unit_dir = unit_dir

    async def launch(self, options: Options, python: str, environment: Mapping[str, str]) -> None:
        name = unit_name(options.slot)
        self._unit_dir.mkdir(parents=True, exist_ok=True)
        write_atomic(self._unit_dir / name, render_unit(options, python, environment).encode())
        await run(["systemctl", "--user", "daemon-reload"])
        await run(["systemctl", "--user", "start", name])


def unit_name(slot: str) -> str:
    return f"arriero-engine-{slot}.service"


def render_unit(options: Options, python: str, environment: Mapping[str, str]) -> str:
    """The unit's text. `KillMode=mixed`: the supervisor ends its engine in order, what is left after that is killed."""
    command = options.to_command(python, foreground=True)
    return _UNIT.format(
        slot=options.slot,
        environment="\n".join(f"Environment={_quoted(f'{key}={value}')}" for key, value in environment.items()),
        command=" ".join(_quoted(word).replace("$", "$$") for word in command),
        final=f"{EXIT_GAVE_UP} {EXIT_LOCKED}",
        stop_s=options.limits.stop_s + 2,
    )


def _quoted(word: str) -> str:
    """As systemd.syntax(7) and systemd.unit(5) want it: quotes, backslashes and `%` specifiers made harmless."""
    if "\n" in word:
        raise ValueError(word)
    escaped = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    return f'"{escaped}"'
