"""Where the traceback of a defect goes: to a file, so that people are told one line."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path


def write_traceback(defect: BaseException, state_dir: Path) -> str:
    """Where it was written; `stderr` and why where there is no place for it."""
    import traceback

    file = state_dir / "logs" / f"internal-{time.strftime('%Y%m%dT%H%M%S')}-{os.getpid()}.txt"
    lines = [f"arriero {' '.join(sys.argv[1:])}\n", *traceback.format_exception(defect)]
    try:
        return _write(file, "".join(lines))
    except OSError as fault:
        sys.stderr.writelines(lines)
        return f"stderr ({fault})"


def _write(file: Path, text: str) -> str:
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    file.write_text(text, encoding="utf-8")
    return str(file)
