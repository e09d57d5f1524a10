"""`guard` under a real user manager of systemd, which lives in a mount namespace of its own with an empty /run."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

from arriero.core import paths

MANAGER = """
set -eu
mount -t tmpfs tmpfs /run
mkdir -p /run/systemd/system "$XDG_RUNTIME_DIR"
{systemd} --user >"$HOME/systemd.log" 2>&1 &
MANAGER=$!
trap 'systemctl --user exit || kill -9 $MANAGER; wait' EXIT
for _ in $(seq 200); do [ -S "$XDG_RUNTIME_DIR/systemd/private" ] && break; sleep 0.05; done
[ -S "$XDG_RUNTIME_DIR/systemd/private" ] || exit 70
"""
COURSE = """
set +e
arriero() { "$PYTHON" "$MAIN" --quiet --json "$@"; echo; }
told() { echo "{\\"$1\\": \\"$2\\"}"; }
supervisor() { systemctl --user show -p MainPID --value arriero-guard.service; }
arriero --simulate rtx2070s guard on
told active "$(systemctl --user is-active arriero-guard.service)"
told enabled "$(systemctl --user is-enabled arriero-guard.service)"
FIRST=$(supervisor)
kill -9 "$FIRST"
for _ in $(seq 400); do NOW=$(supervisor); [ "$NOW" != 0 ] && [ "$NOW" != "$FIRST" ] && break; sleep 0.05; done
told again "$([ "$NOW" != 0 ] && [ "$NOW" != "$FIRST" ] && echo yes)"
for _ in $(seq 100); do "$PYTHON" "$MAIN" --json guard status | grep -q '"running": true' && break; sleep 0.1; done
arriero guard status
systemctl --user stop arriero-guard.service
rm -rf "$ARRIERO_RUN_DIR"
systemctl --user start arriero-guard.service
for _ in $(seq 100); do "$PYTHON" "$MAIN" --json guard status | grep -q '"running": true' && break; sleep 0.1; done
arriero guard status
arriero guard off
told active "$(systemctl --user is-active arriero-guard.service)"
told unit "$(ls "$HOME/.config/systemd/user" | grep -c arriero-guard)"
"""


def under_systemd(home: Path, systemd: str) -> list[dict[str, Any]] | None:
    """What the course printed, object by object; None where no user manager can be had."""
    run = home / "r"
    environ = {
        **os.environ,
        "XDG_RUNTIME_DIR": "/run/user/guard-test",
        "ARRIERO_RUN_DIR": str(run),
        "ARRIERO_DATABASE": str(home / "models.db"),
        "ARRIERO_BACKEND": "native",
        "PYTHON": sys.executable,
        "MAIN": str(paths.PROJECT_ROOT / "main.py"),
    }
    script = MANAGER.format(systemd=systemd) + COURSE
    command = ["unshare", "--mount", "--propagation", "private", "bash", "-c", script]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=110, check=False)
    if not done.stdout:
        return None
    decoder, text, found = json.JSONDecoder(), done.stdout.strip(), []
    while text:
        value, end = decoder.raw_decode(text)
        found.append(value)
        text = text[end:].strip()
    return found


def test_it_starts_at_login_is_kept_alive_and_leaves_nothing_behind(own_home: Path) -> None:
    systemd = next((path for path in ("/usr/lib/systemd/systemd", "/lib/systemd/systemd") if Path(path).exists()), "")
    able = systemd and shutil.which("unshare") and shutil.which("systemctl") and os.geteuid() == 0
    told = under_systemd(own_home, systemd) if able else None
    if told is None:
        warnings.warn("no user manager of systemd can be had here: guard was tested without one", stacklevel=1)
        return
    on, active, enabled, again, kept, anew, off, ended, units = told
    assert (on["data"]["action"], on["data"]["guard"]["running"]) == ("start", True)
    assert (active, enabled, again) == ({"active": "active"}, {"enabled": "enabled"}, {"again": "yes"})
    assert (kept["data"]["running"], kept["data"]["at_login"]) == (True, True)
    assert kept["data"]["pid"] != on["data"]["guard"]["pid"]
    assert anew["data"]["running"]  # as after a reboot: the run folder was gone
    assert (off["data"]["guard"]["running"], off["data"]["guard"]["at_login"]) == (False, False)
    assert (ended, units) == ({"active": "inactive"}, {"unit": "0"})
