"""An engine of a test's own beside the machine's, on a small disk, to be killed, filled up and started again."""

from __future__ import annotations

import asyncio
import io
import os
import select
import shutil
import signal
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
import pytest

from arriero.runtime.docker.endpoint import Endpoint
from arriero.runtime.docker.engine import connect
from arriero.runtime.docker.errors import EngineUnavailable
from docker_world import docker
from native_world import until

ROOM_BYTES = 12_000_000
IMAGE = "bare:1"
PYTHON = Path(sys._base_executable).resolve()  # type: ignore[attr-defined]
MACHINE = tuple(dict.fromkeys((Path("/usr"), Path(sys.base_prefix))))
"""What a container of IMAGE needs of this machine, to run PYTHON in it."""


@contextmanager
def own_engine() -> Iterator[Dockerd]:
    """For a module's tests, of which each leaves it running."""
    if os.geteuid() or shutil.which("dockerd") is None:
        pytest.skip("needs root and dockerd")
    folder = Path(tempfile.mkdtemp(prefix="arr-"))
    made = Dockerd(folder)
    try:
        asyncio.run(made.start())
        yield made
    finally:
        made.remove()
        shutil.rmtree(folder)


class Dockerd:
    """Its bridge is one that the machine's engine made for it: with `--bridge=none` it would delete docker0, which is
    the other engine's, as it starts (moby, removeDefaultBridgeInterface).
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder  # a short path, for a socket's 108 bytes
        self.data = folder / "data"
        self.data.mkdir()
        self.name = f"arr{os.getpid()}"
        docker("network", "create", "--opt", f"com.docker.network.bridge.name={self.name}", self.name)
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={ROOM_BYTES}", "tmpfs", self.data], check=True)
        self.endpoint = Endpoint(f"unix://{folder}/s", "DOCKER_HOST")
        self.log = (folder / "log").open("ab")

    async def start(self) -> None:
        self.process = self.launch()

        async def answers() -> bool:
            assert self.process.poll() is None, (self.folder / "log").read_text()
            try:
                return bool(await connect(self.endpoint))
            except EngineUnavailable:
                return False

        await until(answers, 60.0)

    def launch(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(["dockerd", *self.words()], stdout=self.log, stderr=self.log)

    def words(self) -> list[str]:
        places = {"host": self.endpoint.url, "data-root": self.data, "exec-root": self.folder / "x"}
        words = [f"--{name}={value}" for name, value in places.items()]
        apart = [f"--containerd-namespace={self.name}", f"--containerd-plugins-namespace={self.name}-plugins"]
        plain = [f"--bridge={self.name}", "--iptables=false", "--storage-driver=vfs", f"--pidfile={self.folder}/pid"]
        return [*words, *plain, *apart]

    def stop(self) -> None:
        """As an update of the package does it: its containers are told to end, and it remembers that they ran."""
        self.process.terminate()
        self.process.wait(60)

    def kill(self) -> None:
        """The kernel ends its own containerd with it (Pdeathsig); what that leaves is not taken for a living one."""
        record = self.folder / "x/containerd/containerd.pid"
        containerd = os.pidfd_open(int(record.read_text())) if record.exists() else None  # None: it uses the system's
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        if containerd is not None:
            assert select.select([containerd], [], [], 20)[0]
            os.close(containerd)
            record.unlink()

    def power_off(self) -> None:
        """Nothing is told to end, and nothing that runs or lies below /run is there afterwards."""
        self.kill()
        for shim in self._shims():
            family = [*shim.children(recursive=True), shim]
            for process in family:
                with suppress(psutil.NoSuchProcess):
                    process.kill()
            psutil.wait_procs(family, timeout=20)
        for place in self._mounted():
            subprocess.run(["umount", "--lazy", place], check=True)
        shutil.rmtree(self.folder / "x", ignore_errors=True)

    def _shims(self) -> list[psutil.Process]:
        """Each holds one container, and outlives its engine."""
        return [one for one in psutil.process_iter(["cmdline"]) if self.name in (one.info["cmdline"] or [])]

    def _mounted(self) -> list[str]:
        """Below its folder, the innermost first; its disk stays."""
        told = [line.split()[4] for line in Path("/proc/self/mountinfo").read_text().splitlines()]
        below = [place for place in told if place.startswith(f"{self.folder}/") and place != str(self.data)]
        return sorted(below, reverse=True)

    def remove(self) -> None:
        self.power_off()
        self.log.close()
        subprocess.run(["umount", "--lazy", self.data], check=True)
        docker("network", "rm", self.name)

    def import_image(self) -> None:
        """IMAGE: a root with nothing in it but where this machine's programs are laid (see MACHINE)."""
        packed = io.BytesIO()
        with tarfile.open(fileobj=packed, mode="w") as archive:
            for name in ("lib", "lib64", "bin", "sbin"):
                link = tarfile.TarInfo(name)
                link.type, link.linkname = tarfile.SYMTYPE, f"usr/{name}"
                archive.addfile(link)
        words = ["docker", "--host", self.endpoint.url, "import", "-", IMAGE]
        subprocess.run(words, input=packed.getvalue(), check=True, capture_output=True)
