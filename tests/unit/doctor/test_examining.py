"""An examination as a whole: all at once, none held up by another, each telling why it could not look."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from arriero.core.errors import ArrieroError
from arriero.doctor import examine_all, examining, worst
from arriero.doctor.check import Check, Finding, Grade, Subject, saw
from arriero.doctor.checks import CHECKS
from arriero.doctor.errors import CheckUnknown
from arriero.doctor.host import Host
from arriero.doctor.site import Site
from arriero.i18n.check_texts import tell_check
from arriero.i18n.en import EN
from arriero.i18n.es import ES
from arriero.stack.errors import SlotUnknown


@pytest.fixture
def site(tmp_path: Path) -> Site:
    world: Any = None  # these checks look at the machine alone
    return Site(Host({"PATH": str(tmp_path)}, tmp_path), world)


def _check(look: Any, code: str = "system.distribution", **kinds: Grade) -> Check:
    return Check(code, Subject.SYSTEM, kinds or {"supported": Grade.GOOD, "ended": Grade.WARNING}, look)


async def test_all_look_at_once_and_come_in_order(site: Site) -> None:
    met = asyncio.Barrier(3)

    async def look(_: Site) -> Finding:
        await met.wait()  # none gets on unless all are there
        return saw("supported", name="x")

    checked = await examining.examine(site, [_check(look, code=str(n)) for n in range(3)])
    assert [one.check.code for one in checked] == ["0", "1", "2"]


async def test_one_that_hangs_and_one_that_breaks_leave_the_rest(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(examining, "CHECK_LIMIT_S", 0.05)

    async def hangs(_: Site) -> Finding:
        await asyncio.Event().wait()
        raise AssertionError

    async def breaks(_: Site) -> Finding:
        raise KeyError("driver")

    async def refused(_: Site) -> Finding:
        raise PermissionError(13, "Permission denied", "/proc/1/environ")

    async def ours(_: Site) -> Finding:
        raise SlotUnknown("qwem", "qwen", ("qwen",))

    async def well(_: Site) -> Finding:
        return saw("supported", name="Ubuntu")

    checked = await examining.examine(site, map(_check, (hangs, breaks, refused, ours, well)))
    assert [one.finding.kind for one in checked] == ["timed_out", "defect", "unreadable", "unreadable", "supported"]
    assert {one.grade for one in checked[:4]} == {Grade.UNKNOWN}
    told = [tell_check(one, ES).seen for one in checked]
    assert told[0] == "no respondió en 0.05 s"
    assert "KeyError" in told[1]
    assert "/proc/1/environ" in told[2]
    assert "qwen" in told[3]  # an error of ours in its own words
    assert isinstance(checked[3].finding.params["detail"], ArrieroError)


async def test_a_hanging_tool_is_named(site: Site, tmp_path: Path) -> None:
    tool = tmp_path / "nvidia-smi"
    tool.write_text("#!/bin/sh\nexec /bin/sleep 1000\n")
    tool.chmod(0o755)

    async def look(site: Site) -> Finding:
        await site.host.ask("nvidia-smi", limit_s=0.2)
        raise AssertionError

    (checked,) = await examining.examine(site, [_check(look)])
    assert tell_check(checked, EN).seen == "nvidia-smi did not answer within 0.2 s"


async def test_a_fact_is_asked_once_and_its_failure_is_everyones(site: Site) -> None:
    asked = []

    async def fact(_: Site) -> str:
        asked.append(1)
        raise PermissionError(13, "no")

    async def look(site: Site) -> Finding:
        return saw(await site.fact(fact))

    checked = await examining.examine(site, [_check(look), _check(look)])
    assert [one.finding.kind for one in checked] == ["unreadable", "unreadable"]
    assert len(asked) == 1


def test_words_name_a_code_or_a_subject() -> None:
    assert [check.code for check in examining.select(["system.distribution"])] == ["system.distribution"]
    assert {check.subject for check in examining.select(["system"])} == {Subject.SYSTEM}
    assert examining.select([]) == CHECKS


async def test_an_unknown_word_is_refused_with_the_nearest(site: Site) -> None:
    with pytest.raises(CheckUnknown) as refused:
        await examine_all(site, ["sistem"])
    assert refused.value.params() == {"name": "sistem", "nearest": "system"}


async def test_the_worst_counts(site: Site) -> None:
    def seeing(grade: Grade) -> Check:
        async def look(_: Site) -> Finding:
            return saw("it")

        return _check(look, it=grade)

    checked = await examining.examine(site, [seeing(Grade.HINT), seeing(Grade.WARNING), seeing(Grade.GOOD)])
    assert worst(checked) is Grade.WARNING
    assert worst(()) is Grade.GOOD
