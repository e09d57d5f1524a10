"""Disks and folders that are wrong: real folders and files, filesystems as /proc/self/mounts names them."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from types import SimpleNamespace

import pytest

from arriero.core.paths import PROJECT_ROOT
from arriero.doctor.checks.storage import (
    execution,
    filesystem,
    inodes,
    models_folder,
    owners,
    space,
    swap,
)
from doctor_machine import Machine, open_the_way

GIB = 1 << 30


def models(machine: Machine) -> Path:
    return machine.world.configuration.settings.models_dir


@pytest.mark.parametrize(("free_gib", "expected"), [(40, "roomy"), (9, "tight"), (0.5, "full")])
async def test_room(machine: Machine, monkeypatch: pytest.MonkeyPatch, free_gib: float, expected: str) -> None:
    usage = SimpleNamespace(total=100 * GIB, free=int(free_gib * GIB))
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    assert await machine.kind(space.CHECK) == expected


async def test_numbers_for_files(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    for files, left, expected in ((0, 0, "uncounted"), (10**6, 10**5, "enough"), (10**6, 12, "few")):
        seen = os.statvfs_result((4096, 4096, 1, 1, 1, files, left, left, 0, 255))
        monkeypatch.setattr(os, "statvfs", lambda _, seen=seen: seen)
        assert await machine.kind(inodes.CHECK) == expected


async def test_the_models_folder(machine: Machine, tmp_path: Path) -> None:
    path = models(machine)
    assert await machine.kind(models_folder.CHECK) == "absent"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.symlink_to(tmp_path / "unplugged")
    assert await machine.kind(models_folder.CHECK) == "dangling"
    path.unlink()
    path.write_text("")
    assert await machine.kind(models_folder.CHECK) == "not_a_folder"
    path.unlink()
    path.mkdir()
    assert await machine.kind(models_folder.CHECK) == "right"


async def test_a_disk_that_is_mounted_read_only(machine: Machine, needs_root: None) -> None:
    models(machine).mkdir(parents=True)
    await asyncio.to_thread(subprocess.run, ["mount", "-t", "tmpfs", "-o", "ro", "tmpfs", models(machine)], check=True)
    try:
        assert await machine.kind(models_folder.CHECK) == "read_only"
    finally:
        await asyncio.to_thread(subprocess.run, ["umount", models(machine)], check=True)


async def test_a_folder_of_roots(machine: Machine, request: pytest.FixtureRequest) -> None:
    (models(machine) / "blobs").mkdir(parents=True)
    open_the_way(models(machine))
    request.getfixturevalue("as_nobody")
    seen = (await machine.sees(models_folder.CHECK)).finding
    assert (seen.kind, seen.params["owner"]) == ("closed", "root")


async def test_files_of_somebody_elses(machine: Machine) -> None:
    assert await machine.kind(owners.CHECK) == "unneeded"
    machine.user(uid=os.getuid() + 1)
    assert await machine.kind(owners.CHECK) == "unneeded"
    (models(machine) / "blobs").mkdir(parents=True)
    (models(machine) / "blobs" / "sha256-1").write_text("x")
    seen = (await machine.sees(owners.CHECK)).finding  # whose they are is another user than who asks
    assert (seen.kind, seen.params["count"]) == ("foreign", 2)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("ext4", "local"),
        ("nfs4", "network"),
        ("fuse.sshfs", "network"),
        ("vfat", "small_files"),
        ("fuseblk", "odd"),
        ("fuse.mergerfs", "odd"),
        ("tmpfs", "memory"),
    ],
)
async def test_filesystems(machine: Machine, kind: str, expected: str) -> None:
    assert await machine.kind(filesystem.CHECK) == "untold"
    point = models(machine).parent.resolve()
    machine.file("/proc/self/mounts", f"/dev/sda1 / ext4 rw 0 0\n//nas/models {point} {kind} rw,relatime 0 0\n")
    assert await machine.kind(filesystem.CHECK) == expected


async def test_places_with_spaces_are_written_in_octal(machine: Machine) -> None:
    point = models(machine).parent.resolve()
    machine.file("/proc/self/mounts", f"/dev/sda1 / ext4 rw 0 0\nx {point}\\040old nfs4 rw 0 0\n")
    assert await machine.kind(filesystem.CHECK) == "local"


async def test_programs_that_may_not_be_run(machine: Machine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    assert await machine.kind(execution.CHECK) == "allowed"
    machine.file("/proc/self/mounts", f"/dev/sda1 / ext4 rw 0 0\ntmpfs {tmp_path} tmpfs rw,noexec,nosuid 0 0\n")
    assert await machine.kind(execution.CHECK) == "tmp_barred"
    machine.file("/proc/self/mounts", f"/dev/sda2 {PROJECT_ROOT.resolve().parent} ext4 rw,noexec 0 0\n")
    assert await machine.kind(execution.CHECK) == "barred"


SWAPS = "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n"


async def test_swap(machine: Machine) -> None:
    assert await machine.kind(swap.CHECK) == "untold"
    machine.file("/proc/swaps", SWAPS)
    machine.file("/proc/meminfo", "MemTotal:       16303140 kB\n")
    assert await machine.kind(swap.CHECK) == "none"
    machine.file("/proc/swaps", SWAPS + "/swap.img  file\t\t8388604\t\t0\t\t-2\n")
    assert (await machine.sees(swap.CHECK)).finding.params["swap_bytes"] == 8388604 * 1024
    machine.file("/proc/swaps", SWAPS)
    machine.file("/proc/meminfo", "MemTotal:       32880236 kB\n")
    assert await machine.kind(swap.CHECK) == "unneeded"
