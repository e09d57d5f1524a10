"""The JSON contract: one object on stdout, its shape, and nothing beside it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import made_results as made
import pytest

from arriero.cli.envelope import envelope, jsonable
from arriero.config.specs import BackendKind
from arriero.core.ids import Reference
from arriero.i18n.es import ES
from arriero.stack.errors import SlotUnknown

Arriero = Callable[..., Any]
READING = [
    ["status"],
    ["models"],
    ["config", "show"],
    ["config", "validate"],
    ["version"],
    ["help"],
    ["completion", "bash"],
    ["down", "--dry-run"],
    ["up", "--dry-run"],
    ["apply"],
    ["demo", "--dry-run"],
    ["activate", "demo", "--dry-run"],
    ["deactivate", "demo", "--dry-run"],
]


@pytest.mark.parametrize("argv", READING, ids=" ".join)
def test_every_command_answers_with_one_object(arriero: Arriero, argv: list[str]) -> None:
    run = arriero(*argv, "--json")
    told = json.loads(run.out)
    assert (run.code, run.err) == (0, "")
    assert list(told) == ["schema", "command", "status", "data", "errors"]
    assert (told["schema"], told["status"], told["errors"]) == (1, "success", [])
    assert told["command"] == " ".join(word for word in argv[: 2 if argv[0] == "config" else 1])
    assert told["data"]


def test_the_command_is_named_in_english_whatever_was_typed(arriero: Arriero) -> None:
    assert json.loads(arriero("estado", "--json").out)["command"] == "status"
    assert json.loads(arriero("config", "mostrar", "--json").out)["command"] == "config show"


def test_status_has_what_was_promised(arriero: Arriero) -> None:
    data = json.loads(arriero("status", "--json").out)["data"]
    assert data["backend"] == "native"
    assert {"gpu", "others"} <= data.keys()
    promised = [
        "id",
        "reference",
        "state",
        "url",
        "port",
        "installed",
        "version",
        "size_bytes",
        "processor",
        "context",
        "drift",
    ]
    assert [set(promised) <= model.keys() for model in data["models"]] == [True] * 4
    assert [(m["id"], m["state"], m["port"]) for m in data["models"]] == [
        ("qwen", "inactive", 11434),
        ("deepseek", "inactive", 11435),
        ("mistral", "inactive", 11436),
        ("demo", "inactive", 11437),
    ]


def test_errors_carry_code_message_and_typed_parameters(arriero: Arriero) -> None:
    run = arriero("activate", "qwne", "--json")
    told = json.loads(run.out)
    assert run.code == 4
    assert (told["status"], told["data"]) == ("error", None)
    (error,) = told["errors"]
    assert error["code"] == "slot.unknown"
    assert error["params"] == {"name": "qwne", "nearest": "qwen", "known": ["qwen", "deepseek", "mistral", "demo"]}
    assert error["message"].startswith("No hay ningún modelo llamado «qwne». ¿Querías decir «qwen»?")


def test_all_problems_of_the_configuration_are_errors_of_their_own(arriero: Arriero, project: Path) -> None:
    (project / "arriero.toml").write_text("bakend = 'x'\n[slots.qwen]\nport = 11436\n")
    told = json.loads(arriero("status", "--json").out)
    assert [e["code"] for e in told["errors"]] == ["config.invalid", "config.unknown_key", "config.port_shared"]
    assert told["errors"][1]["params"]["file"] == str(project / "arriero.toml")
    assert told["errors"][1]["params"]["line"] == 1


def test_values_of_ours_as_json() -> None:
    assert jsonable(
        {
            "enum": BackendKind.NATIVE,
            "path": Path("/a"),
            "reference": Reference.parse("qwen2.5-coder:7b"),
            "tuple": (1, None, True, 1.5),
            "dataclass": made.STOPPED,
            "error": SlotUnknown("x", None, ("y",)),
        }
    ) == {
        "enum": "native",
        "path": "/a",
        "reference": "qwen2.5-coder:7b",
        "tuple": [1, None, True, 1.5],
        "dataclass": {
            "slot": "qwen",
            "was_running": True,
            "port_free": True,
            "memory_freed_bytes": 5_300_000_000,
            "took_s": 0.42,
            "leftovers": [],
        },
        "error": {"code": "slot.unknown", "params": {"name": "x", "nearest": None, "known": ["y"]}},
    }


def test_a_partial_success_has_data_and_errors() -> None:
    told = json.loads(envelope("down", made.OUTCOME, (SlotUnknown("x", None, ()),), 5, ES))
    assert told["status"] == "partial"
    assert told["data"]["stopped"][0]["slot"] == "qwen"
    assert told["errors"][0]["code"] == "slot.unknown"


def test_moments_are_rfc_3339() -> None:
    from datetime import UTC, datetime

    assert jsonable(datetime(2026, 11, 22, 16, 0, tzinfo=UTC)) == "2026-11-22T16:00:00.000Z"
