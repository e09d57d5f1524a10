"""The machine as the doctor sees it: real programs, found on another PATH, ended at their limit."""

import stat
from pathlib import Path

import pytest

from arriero.doctor.host import Host
from arriero.runtime.proc import facts
from native_world import until


@pytest.fixture
def host(tmp_path: Path) -> Host:
    (tmp_path / "bin").mkdir()
    return Host(environ={"PATH": f"{tmp_path / 'bin'}:/usr/bin:/bin"}, root=tmp_path / "root")


def _tool(host: Host, name: str, script: str) -> None:
    tool = Path(host.environ["PATH"].split(":")[0]) / name
    tool.write_text(f"#!/bin/sh\n{script}\n")
    tool.chmod(tool.stat().st_mode | stat.S_IXUSR)


async def test_what_a_program_says_and_how_it_ends(host: Host) -> None:
    _tool(host, "nvidia-smi", "echo NVIDIA-SMI has failed; echo cause >&2; exit 9")
    ran = await host.run("nvidia-smi")
    assert ran is not None
    assert (ran.code, ran.out, ran.err) == (9, "NVIDIA-SMI has failed\n", "cause\n")


async def test_a_program_that_is_not_there(host: Host) -> None:
    assert await host.run("arriero-no-such-tool") is None


async def test_a_hanging_program_is_ended_with_its_children(host: Host, tmp_path: Path) -> None:
    _tool(host, "hangs", f"echo begun; sleep 1000 & echo $! > {tmp_path / 'child'}; wait")
    for limit_s in (0.5, 2.0, 8.0, 32.0):  # until the machine found the time to begin
        ran = await host.run("hangs", limit_s=limit_s)
        if ran and ran.out and (tmp_path / "child").exists():
            break
    assert ran is not None
    assert ran.code is None
    assert ran.out == "begun\n"
    child = int((tmp_path / "child").read_text())

    async def gone() -> bool:
        return facts(child) is None

    await until(gone)


def test_another_machines_files(host: Host) -> None:
    assert host.read("/etc/os-release") is None
    host.path("/etc").mkdir(parents=True)
    host.path("/etc/os-release").write_text("ID=ubuntu\n")
    assert host.read("/etc/os-release") == "ID=ubuntu\n"
