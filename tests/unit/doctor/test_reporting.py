"""The report: all that helps is in it, and nothing that was hidden in every place it is made from."""

from __future__ import annotations

import asyncio
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from arriero.doctor.check import Check, Checked, Grade, Subject, saw
from arriero.doctor.examining import examine
from arriero.doctor.reporting import compose_report, write_report
from arriero.doctor.site import Site
from arriero.stack.errors import FileRefused
from doctor_machine import HOME, Machine

KEY = "llave-de-la-api-4711"
PROMPT = "como oculto un tesoro en el huerto"
TOKEN = "hf_ThisIsATokenOfSomeHub99"
SECRETS = (KEY, PROMPT, TOKEN, "tesoro", "ana", "clave-en-url", "variable-secreta")


@pytest.fixture
def planted(machine: Machine, tmp_path: Path) -> Machine:
    """A secret in every place that the report is made from."""
    settings = machine.world.configuration.settings
    logs = settings.state_dir / "logs"
    logs.mkdir(parents=True)
    lines = (
        f'level=DEBUG msg="request" prompt="{PROMPT}"',
        f'{{"messages": [{{"role": "user", "content": "{PROMPT}"}}]}}',
        "GET https://ana:clave-en-url@registry.example/v2/",
        f"Authorization: Bearer {TOKEN}",
        f"loading {HOME}/proyectos/modelo.gguf",
        "srv  load_model: loaded in 1.2 s",
    )
    (logs / "demo.log").write_text("\n".join(lines) + "\n")
    (logs / "internal-20261122T000000-1.txt").write_text(f"Traceback\n  prompt = '{PROMPT}'\nKeyError: '{TOKEN}'\n")
    key_file = tmp_path / "key"
    key_file.write_text(KEY)
    engine = replace(settings.engine, api_key_file=key_file, origins=(f"https://{KEY}.example",))
    asked = replace(settings, engine=engine, models_dir=Path(HOME, "modelos"))
    configuration = replace(machine.world.configuration, settings=asked)
    machine.world = replace(machine.world, configuration=configuration)
    machine.environ |= {"USER": "ana", "MY_API_KEY": "variable-secreta"}
    machine.world.writable_state().record_transition(
        command="activate", slot="demo", from_state="absent", to_state="serving", reason="ana asked", outcome="done"
    )
    return machine


async def _sees(site: Site) -> tuple[Checked, ...]:
    async def look(_: Site):  # type: ignore[no-untyped-def]
        return saw("there", path=f"{HOME}/modelos", said=f"variable-secreta {KEY}", version="580.82.09")

    return await examine(site, [Check("gpu.smi", Subject.GPU, {"there": Grade.WARNING}, look)])


async def test_nothing_that_was_hidden_is_in_it(planted: Machine) -> None:
    text = await compose_report(planted.site, await _sees(planted.site))
    assert [secret for secret in SECRETS if secret in text] == []
    assert HOME not in text


async def test_everything_that_helps_is_in_it(planted: Machine) -> None:
    text = await compose_report(planted.site, await _sees(planted.site))
    heads = [line[3:] for line in text.splitlines() if line.startswith("== ")]
    assert heads[:6] == ["versions", "checks", "card", "models", "settings", "transitions"]
    assert heads[-1] == "defects"
    for wanted in (
        "warning  gpu.smi: there",
        '"version": "580.82.09"',
        "loading ~/proyectos/modelo.gguf",
        "srv  load_model: loaded in 1.2 s",
        "activate demo absent -> serving done",
        "kernel: ",
        "Traceback",
    ):
        assert wanted in text, wanted


async def test_a_part_that_cannot_be_told_says_why(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    async def hangs(_: Site) -> str:
        await asyncio.Event().wait()
        raise AssertionError

    async def refused(_: Site) -> str:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("arriero.doctor.reporting._PART_LIMIT_S", 0.05)
    monkeypatch.setattr("arriero.doctor.reporting._models", hangs)
    monkeypatch.setattr("arriero.doctor.reporting._settings", refused)
    text = await compose_report(machine.site, ())
    assert "== models\n(not told within 0.05 s)" in text
    assert "== settings\n(could not be gathered: [Errno 13] Permission denied)" in text


def test_it_is_its_owners_and_overwrites_nothing(tmp_path: Path) -> None:
    path = tmp_path / "report.txt"
    assert write_report(path, "año\n") == 5
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with pytest.raises(FileRefused):
        write_report(path, "again")
    assert path.read_text() == "año\n"
