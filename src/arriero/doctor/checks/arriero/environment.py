"""Is our environment the one that the lock asks for? main.sh makes it anew when it is not (`made-from.txt`)."""

from __future__ import annotations

import re
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from arriero.core import paths
from arriero.doctor.check import Check, Finding, Grade, Subject, saw
from arriero.doctor.site import Site

_PIN = re.compile(r"^([a-z0-9-]+)==([^ ;\\]+)", re.MULTILINE)


async def look(_: Site) -> Finding:
    root = paths.PROJECT_ROOT
    lock, asked = _text(root / "requirements/runtime.txt"), _text(root / "requirements/runtime.in")
    if lock is None or asked is None:
        return saw("no_lock", folder=str(root / "requirements"))
    wrong = _wrong(dict(_PIN.findall(lock)), re.findall(r"^([a-z0-9-]+)", asked, re.MULTILINE))
    if wrong:
        return saw("incomplete", packages=wrong, python=sys.executable)
    if Path(sys.prefix) != root / ".venv":
        return saw("other_python", python=sys.executable)
    return saw("in_step" if _text(root / ".venv/made-from.txt") == lock else "outdated", python=sys.executable)


def _text(path: Path) -> str | None:
    return path.read_text() if path.exists() else None


def _wrong(pins: dict[str, str], names: list[str]) -> tuple[str, ...]:
    """What we import ourselves, and is not here in the version that was locked."""
    return tuple(f"{name} {pins[name]}" for name in names if name in pins and _installed(name) != pins[name])


def _installed(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


CHECK = Check(
    code="arriero.environment",
    subject=Subject.ARRIERO,
    kinds={
        "in_step": Grade.GOOD,
        "other_python": Grade.HINT,
        "no_lock": Grade.WARNING,
        "outdated": Grade.WARNING,
        "incomplete": Grade.ERROR,
    },
    look=look,
)
