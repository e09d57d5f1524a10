"""`validate` as it is typed: what it tells, in which order, and how it ends."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from arriero.cli.look import Look
from arriero.cli.render.doctor import render_all, render_checks
from arriero.doctor import examining
from arriero.doctor.check import Check, Finding, Grade, Subject, saw
from arriero.doctor.site import Site
from arriero.i18n.check_texts import CheckTold
from arriero.i18n.es import ES

Arriero = Callable[..., Any]
FIELDS = ["code", "subject", "title", "severity", "ok", "grade", "kind", "params", "seen", "why", "fix"]


def _told(grade: str, **given: object) -> CheckTold:
    standard: dict[str, Any] = {
        "code": f"docker.{grade}", "subject": "docker", "title": "Grupo", "severity": "error", "ok": grade == "good",
        "grade": grade, "kind": "k", "params": {}, "seen": "visto", "why": "Porque sí.", "fix": "haz: esto",
    }  # fmt: skip
    return CheckTold(**standard | given)


@pytest.fixture
def seen_as(monkeypatch: pytest.MonkeyPatch) -> Callable[[Grade], None]:
    """The one check there is sees something of this grade."""

    def arrange(grade: Grade) -> None:
        async def look(_: Site) -> Finding:
            return saw("ended", name="Ubuntu 25.04", ended="2026-01-15")

        check = Check("system.distribution", Subject.SYSTEM, {"ended": grade}, look)
        monkeypatch.setattr(examining, "CHECKS", (check,))

    return arrange


@pytest.mark.parametrize(
    ("grade", "code", "errors"),
    [
        (Grade.GOOD, 0, []),
        (Grade.SKIPPED, 0, []),
        (Grade.HINT, 0, []),
        (Grade.UNKNOWN, 0, []),
        (Grade.WARNING, 5, ["check.warnings"]),
        (Grade.ERROR, 3, ["check.errors"]),
    ],
)
def test_the_worst_decides_how_it_ends(
    arriero: Arriero, seen_as: Callable[[Grade], None], grade: Grade, code: int, errors: list[str]
) -> None:
    seen_as(grade)
    run = arriero("validate", "--json")
    told = json.loads(run.out)
    assert run.code == code
    assert [error["code"] for error in told["errors"]] == errors
    (check,) = told["data"]["checks"]
    assert list(check) == FIELDS
    assert (check["code"], check["subject"], check["ok"]) == ("system.distribution", "system", grade.ok)
    assert check["severity"] == str(grade)


def test_people_are_told_the_cause_and_the_next_step(arriero: Arriero, seen_as: Callable[[Grade], None]) -> None:
    seen_as(Grade.WARNING)
    run = arriero("validar", "--only", "system")
    assert "▲ Distribución: Ubuntu 25.04 no recibe actualizaciones desde 2026-01-15" in run.out
    assert "→ Pasa a Ubuntu 24.04 o 26.04: sudo do-release-upgrade" in run.out
    assert run.out.endswith("avisos: 1\n")
    assert "system.distribution" in run.err


def test_an_unknown_check_is_not_found(arriero: Arriero) -> None:
    run = arriero("validate", "--only", "dokcer", "--json")
    assert run.code == 4
    assert json.loads(run.out)["errors"][0]["params"] == {"name": "dokcer", "nearest": "docker"}


def test_this_very_machine_is_looked_at(arriero: Arriero) -> None:
    run = arriero("validate", "--json")
    checks = json.loads(run.out)["data"]["checks"]
    assert [check["code"] for check in checks] == [check.code for check in examining.CHECKS]
    assert [check["code"] for check in checks if check["kind"] == "defect"] == []


TOLD = [
    _told("good"), _told("good", title="Motor"), _told("skipped"), _told("hint", subject="models", fix=None),
    _told("error"), _told("good", subject="models"), _told("warning"),
]  # fmt: skip
COUNTS = "errores: 1 · avisos: 1 · consejos: 1 · bien: 3 · no vienen al caso: 1"


def test_what_is_wrong_comes_first_and_what_is_well_by_name_only() -> None:
    assert (
        render_checks(TOLD, Look(ES))
        == f"""\
Errores
  ✗ Grupo: visto [docker.error]
      Porque sí.
      → haz: esto

Avisos
  ▲ Grupo: visto [docker.warning]
      Porque sí.
      → haz: esto

Consejos
  · Grupo: visto [docker.hint]

Bien
  ✓ Docker: Grupo; Motor
  ✓ Modelos: Grupo

{COUNTS}
Todo, con lo que se ha visto: ./main.sh validar --only all"""
    )


def test_what_was_asked_for_is_told_in_full() -> None:
    assert (
        render_all(TOLD, Look(ES))
        == f"""\
Docker
  ✓ Grupo: visto
  ✓ Motor: visto
Modelos
  · Grupo: visto [docker.hint]
      Porque sí.
Docker
  ✗ Grupo: visto [docker.error]
      Porque sí.
      → haz: esto
Modelos
  ✓ Grupo: visto
Docker
  ▲ Grupo: visto [docker.warning]
      Porque sí.
      → haz: esto

{COUNTS}"""
    )


def test_all_is_everything(arriero: Arriero) -> None:
    told = json.loads(arriero("validate", "--only", "all", "--json").out)["data"]["checks"]
    assert len(told) == len(examining.CHECKS)


def test_a_narrow_terminal_breaks_between_words_only() -> None:
    text = render_checks([_told("error", seen="palabra " * 30, fix="x" * 90)], Look(ES, width=60))
    assert max(len(line) for line in text.splitlines() if "xxx" not in line) <= 60
    assert "x" * 90 in text


def test_a_report_is_written_and_none_is_overwritten(arriero: Arriero, tmp_path: Path) -> None:
    file = tmp_path / "r.txt"
    run = arriero("informe", str(file))
    assert run.code == 0
    assert str(file) in run.out
    assert "== checks" in file.read_text()
    again = arriero("report", str(file), "--json")
    assert again.code != 0
    assert json.loads(again.out)["errors"][0]["code"] == "file.refused"


def test_a_dry_run_shows_the_report_and_writes_none(arriero: Arriero, project: Path) -> None:
    told = json.loads(arriero("report", "--dry-run", "--json").out)["data"]
    assert told["file"] == ""
    assert "== versions" in told["text"]
    assert list(project.glob("arriero-report*")) == []
