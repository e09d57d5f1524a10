"""docs/screens anew: a session in tmux, from a fresh clone's first start on, as text and as pictures."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
SCREENS = PROJECT / "docs" / "screens"
SESSION = "tests/integration/test_tui_tmux.py::test_a_whole_session"


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="arriero-") as folder:
        clone = Path(folder) / "arriero"
        subprocess.run(["git", "clone", "--quiet", PROJECT, clone], check=True)
        environ = {"TUI_CLONE": str(clone), "TUI_CAPTURES": str(SCREENS)}
        session = [sys.executable, "-m", "pytest", "-q", SESSION]
        return subprocess.run(session, cwd=PROJECT, env={**os.environ, **environ}, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
