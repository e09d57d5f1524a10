"""main.sh: what it cannot do by itself it says in one line, with the command that mends it, and ends with 3."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
from planted_tree import Tree, answer

REAL = Path(sys.executable).resolve()
PACKAGE = f"{REAL.name}-venv"
OLD = f"""#!/bin/sh
exec "{REAL}" -c 'import sys; sys.version_info = (3, 8, 10, "final", 0); exec(sys.argv[2])' "$@"
"""


@pytest.mark.parametrize(
    ("locale", "words"), [("C.UTF-8", "hace falta Python 3.11"), ("en_US.UTF-8", "3.11 or later is needed")]
)
def test_too_old_a_python(tree: Tree, locale: str, words: str) -> None:
    tree.tool("python3", OLD)
    tree.environ |= {"LC_ALL": "", "LANG": locale}
    refused = tree.run()
    assert (refused.returncode, refused.stdout) == (3, "")
    (line,) = refused.stderr.splitlines()
    assert words in line
    assert "apt-get install" in line


def test_an_older_default_python_is_passed_over(tree: Tree) -> None:
    tree.tool("python3", OLD)
    (tree.bin / "python3.11").symlink_to(REAL)
    assert answer(tree.run())[3] == 1


@pytest.fixture
def without_venv(tree: Tree, tmp_path: Path) -> Tree:
    """Python as Debian ships it without python3-venv: no ensurepip. This apt-get brings it, after an update."""
    hidden = tmp_path / "hidden"
    (hidden / "ensurepip").mkdir(parents=True)
    (hidden / "ensurepip" / "__init__.py").write_text("raise ModuleNotFoundError(\"No module named 'ensurepip'\")\n")
    tree.environ["PYTHONPATH"] = str(hidden)
    tree.tool("sudo", '#!/bin/sh\nexec "$@"\n')
    tree.tool(
        "apt-get",
        f"""#!/bin/sh
case "$*" in
  update) : > "{tmp_path}/lists" ;;
  "install -y {PACKAGE}") [ -e "{tmp_path}/lists" ] && rm -r "{hidden}/ensurepip" ;;
  *) exit 100 ;;
esac
""",
    )
    return tree


def test_missing_venv_without_a_terminal(without_venv: Tree) -> None:
    refused = without_venv.run()
    assert (refused.returncode, refused.stdout) == (3, "")
    (line,) = refused.stderr.splitlines()
    assert f"apt-get install -y {PACKAGE}" in line
    assert not without_venv.venv.exists()


def test_missing_venv_answered_by_a_script(without_venv: Tree) -> None:
    without_venv.environ["ARRIERO_YES"] = "1"
    assert answer(without_venv.run())[3] == 1


def test_missing_venv_that_apt_cannot_bring(without_venv: Tree) -> None:
    without_venv.environ["ARRIERO_YES"] = "1"
    without_venv.tool("apt-get", "#!/bin/sh\necho 'E: Unable to locate package' >&2\nexit 100\n")
    refused = without_venv.run()
    assert refused.returncode == 3
    assert refused.stderr.splitlines()[-1].startswith("arriero: no se pudo")


@pytest.mark.parametrize("locale", ["C.UTF-8", "en_US.UTF-8"])
def test_missing_venv_refused_at_the_terminal(without_venv: Tree, locale: str) -> None:
    without_venv.environ |= {"LC_ALL": "", "LANG": locale}
    code, shown, _ = at_terminal(without_venv, b"n\n")
    assert code == 3
    assert f"apt-get install -y {PACKAGE}" in shown.splitlines()[-1]
    assert not without_venv.venv.exists()


def test_missing_venv_accepted_at_the_terminal(without_venv: Tree) -> None:
    code, shown, out = at_terminal(without_venv, b"s\n")
    assert (code, shown.count("¿Ahora?")) == (0, 1)
    assert out.startswith("[[]")


def at_terminal(tree: Tree, typed: bytes) -> tuple[int, str, str]:
    """main.sh with a terminal as standard input and error, where `typed` is typed; gives what it showed, and stdout."""
    ours, theirs = pty.openpty()
    process = tree.start(stdin=theirs, stderr=theirs)
    os.close(theirs)
    os.write(ours, typed)
    shown = b"".join(iter(lambda: _read(ours), b""))
    os.close(ours)
    out, _ = process.communicate(timeout=60)
    return process.returncode, shown.decode().replace("\r", ""), out


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 4096)
    except OSError:  # Linux says EIO when the last program on the terminal has ended
        return b""


def _scripts(project: Path) -> list[str]:
    return [".ci/run", ".ci/docker", ".ci/install", *map(str, sorted((project / ".scripts").glob("*.sh")))]


def test_shellcheck_finds_nothing_in_the_scripts() -> None:
    project = Path(__file__).resolve().parents[2]
    found = subprocess.run(
        [Path(sys.executable).with_name("shellcheck"), "-x", "main.sh", "test.sh", *_scripts(project)],
        cwd=project,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (found.returncode, found.stdout) == (0, "")
