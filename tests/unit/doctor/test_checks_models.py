"""A store made wrong on purpose: damaged, somebody else's, shared, full of leftovers, empty, behind its registry."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from arriero.doctor.check import Grade
from arriero.doctor.checks.models import installed, litter, neighbours, outdated, store
from arriero.stack.errors import SlotUnknown
from arriero.stack.version_results import CheckReport, Freshness, VersionCheck
from arriero.store.models import ProblemKind, StoreProblem
from doctor_machine import Machine
from stack_world import REFERENCE, install
from tiny_gguf import tiny_gguf


@pytest.fixture
def stocked(machine: Machine, tmp_path: Path) -> Machine:
    """With one small model of the catalogue's."""
    file = tmp_path / "tiny.gguf"
    file.write_bytes(tiny_gguf())
    install(machine.world, file, REFERENCE)
    return machine


async def test_a_damaged_model(stocked: Machine) -> None:
    assert (await stocked.sees(store.CHECK)).finding.params == {"count": 1}
    models = stocked.world.store
    blob = models.gguf_path(models.list()[0])
    whole = blob.read_bytes()
    blob.write_bytes(whole[:-1])
    seen = await stocked.sees(store.CHECK)
    assert (seen.finding.kind, seen.finding.params["models"], seen.grade) == ("damaged", (REFERENCE,), Grade.ERROR)
    blob.unlink()
    assert await stocked.kind(store.CHECK) == "damaged"
    blob.write_bytes(whole)
    assert await stocked.kind(store.CHECK) == "sound"


def _see(monkeypatch: pytest.MonkeyPatch, machine: Machine, kind: ProblemKind, detail: str) -> None:
    """What only another user's files, or another user's program, can bring about."""
    problem = StoreProblem(kind, machine.world.store.root, None, detail)
    monkeypatch.setattr(type(machine.world.store), "problems", lambda _: [problem])


async def test_files_of_somebody_else(stocked: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    _see(monkeypatch, stocked, ProblemKind.FOREIGN_OWNER, "root")
    seen = await stocked.sees(store.CHECK)
    assert (seen.finding.kind, seen.finding.params["paths"]) == ("closed", (str(stocked.world.store.root),))


async def test_another_ollama(stocked: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    assert await stocked.kind(neighbours.CHECK) == "alone"
    _see(monkeypatch, stocked, ProblemKind.FOREIGN_SERVER, "812")
    seen = await stocked.sees(neighbours.CHECK)
    assert (seen.finding.params["pids"], seen.grade) == (("812",), Grade.HINT)
    assert await stocked.kind(store.CHECK) == "sound"  # it is no damage


@pytest.mark.parametrize(("name", "expected"), [("sha256-{}-partial", "half"), ("sha256-{}", "unused")])
async def test_leftovers(stocked: Machine, name: str, expected: str) -> None:
    assert await stocked.kind(litter.CHECK) == "none"
    left = stocked.world.store.blobs / name.format("ab" * 32)
    left.write_bytes(b"x" * 5000)
    assert await stocked.kind(litter.CHECK) == "none"  # somebody may still be writing it
    os.utime(left, (0, 0))
    seen = (await stocked.sees(litter.CHECK)).finding
    assert (seen.kind, seen.params["count"]) == (expected, 1)
    assert int(seen.params["size_bytes"]) >= 4096  # type: ignore[call-overload]


async def test_a_manifest_that_cannot_be_read_leaves_it_open(stocked: Machine) -> None:
    (manifest,) = (path for path in stocked.world.store.manifests.rglob("*") if path.is_file())
    manifest.write_text("{")
    assert await stocked.kind(litter.CHECK) == "unjudged"
    assert (await stocked.sees(store.CHECK)).grade is Grade.ERROR


async def test_no_model_at_all(machine: Machine) -> None:
    assert (await machine.sees(installed.CHECK)).grade is Grade.HINT
    assert (await machine.sees(outdated.CHECK)).grade is Grade.SKIPPED


async def test_a_model(stocked: Machine) -> None:
    assert (await stocked.sees(installed.CHECK)).finding.params["models"] == (REFERENCE,)
    assert await stocked.kind(outdated.CHECK) == "current"  # the demo's wheel is of one version


def _report(freshness: Freshness, *failures: SlotUnknown) -> CheckReport:
    one = VersionCheck(REFERENCE, "demo", "135m", freshness, "0" * 12, None, None, (), None)
    return CheckReport((one,), failures)


@pytest.mark.parametrize(
    ("report", "expected", "grade"),
    [
        (_report(Freshness.OUTDATED), "outdated", Grade.HINT),
        (_report(Freshness.UNKNOWN, SlotUnknown("x", None, ())), "unanswered", Grade.UNKNOWN),
        (_report(Freshness.CURRENT), "current", Grade.GOOD),
    ],
)
async def test_what_registries_tell(
    stocked: Machine, monkeypatch: pytest.MonkeyPatch, report: CheckReport, expected: str, grade: Grade
) -> None:
    async def told(*_: object) -> CheckReport:
        return report

    monkeypatch.setattr(outdated, "check", told)
    seen = await stocked.sees(outdated.CHECK)
    assert (seen.finding.kind, seen.grade) == (expected, grade)


async def test_a_registry_that_never_answers(stocked: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    async def hangs(*_: object) -> CheckReport:
        await asyncio.Event().wait()
        raise AssertionError

    monkeypatch.setattr(outdated, "check", hangs)
    monkeypatch.setattr(outdated, "_LIMIT_S", 0.05)
    seen = await stocked.sees(outdated.CHECK)
    assert (seen.finding.kind, seen.grade) == ("unanswered", Grade.UNKNOWN)


async def test_a_store_that_cannot_be_looked_into(stocked: Machine) -> None:
    manifests = stocked.world.store.manifests
    manifests.rename(manifests.with_name("aside"))
    manifests.write_text("a file where a folder belongs")
    seen = await stocked.sees(store.CHECK)
    print(seen.finding)
    assert (seen.finding.kind, seen.grade) == ("unreadable", Grade.UNKNOWN)
