"""Every way to get a command line wrong has an error of its own, in the user's language, and exit code 2."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from arriero.cli import errors
from arriero.cli.errors import CommandLineRefused
from arriero.cli.refusals import refusal
from arriero.cli.verbs import build_parser, verbs
from arriero.core.errors import UsageError
from arriero.i18n.en import EN
from arriero.i18n.es import ES

Arriero = Callable[..., Any]

WRONG = [
    (["statsu"], errors.CommandUnknown, {"name": "statsu", "nearest": "status"}),
    (["estdo"], errors.CommandUnknown, {"name": "estdo", "nearest": "estado"}),
    (["xyzzy"], errors.CommandUnknown, {"name": "xyzzy", "nearest": None}),
    (["config", "shwo"], errors.CommandUnknown, {"name": "config shwo", "nearest": "show"}),
    (["config"], errors.ArgumentMissing, {"command": "config", "arguments": "COMMAND"}),
    (["activate"], errors.ArgumentMissing, {"command": "activate", "arguments": "MODEL"}),
    (["import"], errors.ArgumentMissing, {"command": "import", "arguments": "FILE"}),
    (["status", "--wacth"], errors.ArgumentUnknown, {"arguments": "--wacth", "nearest": "--watch"}),
    (["status", "--js"], errors.ArgumentUnknown, {"arguments": "--js", "nearest": "--json"}),
    (["down", "now", "please"], errors.ArgumentUnknown, {"arguments": "now please", "nearest": None}),
    (["activate", "qwen", "--variant"], errors.ValueMissing, {"command": "activate", "argument": "--variant"}),
    (["--lang"], errors.ValueMissing, {"command": "", "argument": "--lang"}),
    (["status", "--json=yes"], errors.ValueUnwanted, {"argument": "--json", "value": "yes"}),
    (["logs", "qwen", "-n", "few"], errors.ValueNotANumber, {"argument": "--lines/-n", "value": "few"}),
    (["logs", "qwen", "--lines=-3"], errors.ValueNotANumber, {"argument": "--lines/-n", "value": "-3"}),
    (["pull", "qwen", "--limit", "fast"], errors.ValueNotASize, {"argument": "--limit", "value": "fast"}),
    (["update", "--all", "--limit=0"], errors.ValueNotASize, {"argument": "--limit", "value": "0"}),
    (["completion", "bsh"], errors.ValueNotAChoice, {"choices": ("bash", "zsh", "fish"), "nearest": "bash"}),
    (["--backend", "dockr", "up"], errors.ValueNotAChoice, {"argument": "--backend", "nearest": "docker"}),
]


@pytest.mark.parametrize(("argv", "kind", "expected"), WRONG, ids=[" ".join(w[0]) for w in WRONG])
def test_what_is_wrong(argv: list[str], kind: type[UsageError], expected: dict[str, object]) -> None:
    with pytest.raises(kind) as caught:
        build_parser(EN).read(argv)
    assert {name: getattr(caught.value, name) for name in expected} == expected


def test_a_sentence_of_a_python_to_come_is_shown_as_it_is() -> None:
    error = refusal("argument --x: something quite new", "status", "COMMAND")
    assert isinstance(error, CommandLineRefused)
    assert error.detail == "argument --x: something quite new"


@pytest.mark.parametrize("language", ["es", "en"])
def test_the_sentences(arriero: Arriero, check_golden: Callable[[str, str], None], language: str) -> None:
    lines = []
    for argv, _, _ in WRONG:
        run = arriero(*([] if argv[0].startswith("--") else ["--lang", language]), *argv)
        assert (run.code, run.out) == (2, "")
        if not argv[0].startswith("--"):
            lines.append(f"$ {' '.join(argv)}\n{run.err}")
    check_golden(f"refusals.{language}.txt", "\n".join(lines))


def test_with_json_the_refusal_is_json(arriero: Arriero) -> None:
    run = arriero("statsu", "--json")
    told = json.loads(run.out)
    assert (run.code, run.err) == (2, "")
    assert (told["schema"], told["status"], told["data"]) == (1, "error", None)
    assert told["errors"][0]["code"] == "usage.command_unknown"
    assert told["errors"][0]["params"] == {"name": "statsu", "nearest": "status"}
    assert "¿Querías decir «status»?" in told["errors"][0]["message"]


@pytest.mark.parametrize("texts", [ES, EN], ids=["es", "en"])
def test_both_names_of_a_command_are_understood_in_both_languages(texts: Any) -> None:
    parser = build_parser(texts)
    for verb in verbs(texts):
        given = {"completion": ["bash"], "import": ["f", "t"], "export": ["t", "f"], "keys": ["add", "editor"]}
        arguments = given.get(verb.name, [part.name for part in verb.parts[:1]])
        if verb.name in {"activate", "deactivate", "chat", "logs", "remove", "pull", "rollback"}:
            arguments = ["demo"]
        if verb.name in {"connect", "disconnect"}:
            arguments = ["kilo"]
        for name in filter(None, (verb.name, verb.alias)):
            args = parser.read([name, *arguments])
            assert args.verb.split()[0] == verb.name
            assert bool(args.changes) == (verb.parts[0] if verb.parts else verb).changes


@pytest.mark.parametrize(
    "argv",
    [
        ["--json", "--dry-run", "--backend", "native", "-q", "activate", "demo"],
        ["activate", "demo", "--json", "--dry-run", "--backend", "native", "-q"],
        ["--json", "activate", "--dry-run", "demo", "--backend=native", "--quiet"],
    ],
)
def test_general_options_stand_before_or_after(argv: list[str]) -> None:
    args = build_parser(ES).read(argv)
    assert (args.json, args.dry_run, args.backend, args.quiet, args.slot) == (True, True, "native", True, "demo")


def test_what_is_not_given_is_not_set() -> None:
    args = build_parser(ES).read(["activate", "demo"])
    assert (args.json, args.dry_run, args.backend, args.quiet, args.lang) == (False, False, None, False, None)
    assert (args.variant, args.keep_others) == (None, False)


def test_every_command_has_its_function() -> None:
    from importlib import import_module

    for verb in verbs(ES):
        for leaf in verb.parts or (verb,):
            module, _, function = leaf.run.partition(":")
            assert callable(getattr(import_module(f"arriero.cli.commands.{module}"), function))


def test_ending_everything_for_a_game_has_a_name_of_its_own() -> None:
    assert build_parser(ES).read(["jugar"]).verb == build_parser(EN).read(["jugar"]).verb == "down"
