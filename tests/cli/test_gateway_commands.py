"""`gateway`, `keys` and `expose` as they are typed, in both languages."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from arriero.gateway import keeping

Arriero = Callable[..., Any]
KEY = re.compile(r"arr-[\w-]{43}")


@pytest.fixture(autouse=True)
def quiet_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARRIERO_BACKEND", "native")
    monkeypatch.setattr(keeping, "own_addresses", lambda: ("192.0.2.7",))


def told(run: Any) -> Any:
    return json.loads(run.out)["data"]


def test_a_gateway_that_is_off(arriero: Arriero) -> None:
    assert arriero("pasarela", "estado").out == "Pasarela: apagada. Para encenderla: ./main.sh pasarela encender\n"
    assert arriero("--lang", "en", "gateway", "status").out == "Gateway: off. To start it: ./main.sh gateway on\n"
    assert arriero("gateway", "off").out == "No había nada que hacer.\n"
    assert told(arriero("gateway", "on", "--dry-run", "--json"))["action"] == "start"
    assert told(arriero("gateway", "status", "--json"))["state"] == "off"


def test_a_key_is_shown_once_and_listed_without_it(arriero: Arriero) -> None:
    made = arriero("claves", "crear", "portatil", "--slots", "qwen, demo", "--expires", "30d")
    assert made.code == 0, made.err
    (key,) = KEY.findall(made.out)
    assert "Cópiala ahora: no se vuelve a mostrar." in made.out
    listed = arriero("keys", "list")
    assert listed.out.startswith("portatil: vale, para qwen, demo, creada ")
    assert key not in listed.out + arriero("keys", "list", "--json").out
    (shown,) = told(arriero("keys", "list", "--json"))["keys"]
    until = datetime.fromisoformat(shown["expires_at"])
    assert timedelta(days=29) < until - datetime.now(UTC) <= timedelta(days=30)


def test_a_key_comes_and_goes(arriero: Arriero) -> None:
    assert arriero("keys", "list").out == "No hay claves. Para crear una: ./main.sh claves crear NOMBRE\n"
    assert KEY.findall(arriero("keys", "add", "ana", "--dry-run").out) == []
    assert told(arriero("keys", "list", "--json"))["keys"] == []
    assert KEY.fullmatch(told(arriero("keys", "add", "ana", "--json"))["key"])
    again = arriero("keys", "add", "ana")
    assert (again.code, "Ya hay una clave «ana»" in again.err) == (2, True)
    assert arriero("claves", "retirar", "ana").out == "La clave «ana» ya no vale.\n"
    missing = arriero("keys", "revoke", "ana", "--json")
    assert (missing.code, json.loads(missing.out)["errors"][0]["code"]) == (4, "gateway.key_unknown")


@pytest.mark.parametrize("expires", ["never", "0d", "30", "2020-01-01", "2027-02-30"])
def test_times_that_are_none(arriero: Arriero, expires: str) -> None:
    run = arriero("keys", "add", "ana", "--expires", expires)
    assert (run.code, f"«{expires}» no dice hasta cuándo" in run.err) == (2, True)


def test_a_key_for_a_slot_that_there_is_not(arriero: Arriero) -> None:
    run = arriero("keys", "add", "ana", "--slots", "qwne", "--json")
    assert (run.code, json.loads(run.out)["errors"][0]["params"]["nearest"]) == (4, "qwen")


def test_nothing_is_exposed_without_a_key(arriero: Arriero) -> None:
    run = arriero("expose", "--lan", "--json")
    assert (run.code, json.loads(run.out)["errors"][0]["code"]) == (2, "gateway.needs_key")
    assert told(arriero("gateway", "status", "--json"))["exposure"] is None


def test_exposing_shows_asks_and_can_be_undone(arriero: Arriero) -> None:
    arriero("keys", "add", "ana")
    asked = arriero("exponer", "--lan", sitting=True, typed="n\n")
    assert asked.out.startswith("Se abriría a otras máquinas: https://192.0.2.7:11443/v1\n")
    assert "Lo que se podrá usar desde allí: qwen, deepseek, mistral, demo\nCon estas claves: ana\n" in asked.out
    assert told(arriero("gateway", "status", "--json"))["exposure"] is None
    agreed = arriero("exponer", "--lan", sitting=True, typed="s\n")
    assert re.search(r"huella SHA-256: ([0-9A-F]{2}:){31}[0-9A-F]{2}\n", agreed.out)
    first = told(arriero("gateway", "status", "--json"))["exposure"]
    assert told(arriero("expose", "--lan", "--json"))["exposure"]["fingerprint"] == first["fingerprint"]
    assert arriero("expose", "--off").out == "La pasarela solo responde a esta máquina.\n"
    assert told(arriero("gateway", "status", "--json"))["exposure"] is None


def test_a_certificate_of_ones_own(arriero: Arriero, tmp_path: Path) -> None:
    arriero("keys", "add", "ana")
    wrong = tmp_path / "wrong.pem"
    wrong.write_text("nothing")
    run = arriero("expose", "--lan", "--certificate", str(wrong), "--certificate-key", str(wrong), "--json")
    assert (run.code, json.loads(run.out)["errors"][0]["code"]) == (2, "gateway.certificate_invalid")
    half = arriero("expose", "--lan", "--certificate", str(wrong))
    assert (half.code, "--certificate-key" in half.err) == (2, True)


@pytest.mark.parametrize("argv", [("expose",), ("expose", "--lan", "--off")])
def test_exposing_says_which_way(arriero: Arriero, argv: tuple[str, ...]) -> None:
    assert arriero(*argv).code == 2
