"""docs/screens anew: a session in tmux from a fresh clone on, as text, and one in the app, as pictures."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
SCREENS = PROJECT / "docs" / "screens"
SESSIONS = (
    "tests/integration/test_tui_tmux.py::test_a_whole_session",
    "tests/integration/test_tui_app.py::test_a_days_work",
)


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="arriero-") as folder:
        clone = Path(folder) / "arriero"
        subprocess.run(["git", "clone", "--quiet", PROJECT, clone], check=True)
        environ = {"TUI_CLONE": str(clone), "TUI_CAPTURES": str(SCREENS), "TUI_PICTURES": str(SCREENS)}
        tests = [sys.executable, "-m", "pytest", "-q", *SESSIONS]
        return subprocess.run(tests, cwd=PROJECT, env={**os.environ, **environ}, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
