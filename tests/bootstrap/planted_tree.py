"""A copy of the project's start in a folder with a space, on a PATH that holds only what the test puts there.

The lock is small (one wheel made here, hashed), so that pip does its whole real work within seconds and offline.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
TOOLS = ("bash", "cat", "cp", "df", "env", "flock", "readlink", "rm", "sh")
MAIN_PY = "import json, os, pebble, sys; print(json.dumps([sys.argv[1:], os.getcwd(), sys.prefix, pebble.SIZE]))\n"


@dataclass
class Tree:
    """One copy of the project. `environ` is all that a run sees; `bin` is its whole PATH."""

    root: Path
    bin: Path
    wheels: Path
    environ: dict[str, str] = field(default_factory=dict)

    @property
    def venv(self) -> Path:
        return self.root / ".venv"

    @property
    def stamp(self) -> Path:
        return self.venv / "made-from.txt"

    def start(self, *args: str, script: Path | None = None, **popen: object) -> subprocess.Popen[str]:
        """Starts main.sh in a session of its own, as a terminal would, with no terminal on its standard input."""
        settings = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **popen}
        return subprocess.Popen(
            [script or self.root / "main.sh", *args], env=self.environ, text=True, start_new_session=True, **settings
        )

    def run(self, *args: str, **popen: object) -> subprocess.CompletedProcess[str]:
        process = self.start(*args, **popen)
        try:
            out, err = process.communicate(timeout=100)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            raise
        return subprocess.CompletedProcess(process.args, process.returncode, out, err)

    def tool(self, name: str, text: str) -> None:
        """Puts a program on the PATH; it replaces one of the same name."""
        path = self.bin / name
        path.unlink(missing_ok=True)
        path.write_text(text)
        path.chmod(0o755)

    def lock(self, size: int) -> None:
        """Writes a lock of one wheel, `pebble`, whose module holds SIZE = `size`."""
        wheel = self.wheels / f"pebble-{size}-py3-none-any.whl"
        info = f"pebble-{size}.dist-info"
        files = {
            "pebble.py": f"SIZE = {size}\n",
            f"{info}/METADATA": f"Metadata-Version: 2.1\nName: pebble\nVersion: {size}\n",
            f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
            f"{info}/RECORD": "",
        }
        with zipfile.ZipFile(wheel, "w") as archive:
            for name, text in files.items():
                archive.writestr(zipfile.ZipInfo(name), text)  # dated 1980: the same bytes, and lock, each time
        digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
        (self.root / "requirements" / "runtime.txt").write_text(f"pebble=={size} --hash=sha256:{digest}\n")


def answer(run: subprocess.CompletedProcess[str]) -> list[object]:
    """What the little main.py printed: arguments, working folder, environment, the wheel's number."""
    assert run.returncode == 0, run.stderr
    return list(json.loads(run.stdout))


def plant(folder: Path, home: Path) -> Tree:
    """A tree with nothing made yet."""
    tree = Tree(folder / "una carpeta" / "Arriero", folder / "bin", folder / "wheels")
    (tree.root / "requirements").mkdir(parents=True)
    tree.bin.mkdir()
    tree.wheels.mkdir()
    shutil.copy(PROJECT / "main.sh", tree.root / "main.sh")
    (tree.root / "main.py").write_text(MAIN_PY)
    for name in TOOLS:
        where = shutil.which(name)
        assert where, f"the tests of the set-up need {name}"
        (tree.bin / name).symlink_to(where)
    (tree.bin / "python3").symlink_to(Path(sys.executable).resolve())
    keep = {name: os.environ[name] for name in ("HOME", "LC_ALL", "ARRIERO_TEST_RUN")}
    tree.environ = {**keep, "PATH": str(tree.bin), "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(tree.wheels)}
    tree.environ["HOME"] = str(home)
    tree.lock(1)
    return tree
