"""Help, word for word, in both languages; the same on every Python and every terminal."""

from collections.abc import Callable
from typing import Any

import pytest

from arriero.cli.verbs import verbs
from arriero.i18n.en import EN
from arriero.i18n.es import ES

Arriero = Callable[..., Any]
PROMISED = {
    "status": "estado",
    "activate": "activar",
    "deactivate": "desactivar",
    "down": "apagar",
    "up": "encender",
    "remove": "borrar",
    "logs": "registros",
    "chat": "probar",
}


@pytest.mark.parametrize("language", ["es", "en"])
def test_the_whole_help(arriero: Arriero, check_golden: Callable[[str, str], None], language: str) -> None:
    run = arriero("--lang", language, "--help")
    assert (run.code, run.err) == (0, "")
    check_golden(f"help.{language}.txt", run.out)


@pytest.mark.parametrize("language", ["es", "en"])
def test_the_help_of_every_command(arriero: Arriero, check_golden: Callable[[str, str], None], language: str) -> None:
    texts = ES if language == "es" else EN
    pages = [arriero("--lang", language, verb.names(language)[0], "--help").out for verb in verbs(texts)]
    pages += [arriero("--lang", language, "config", part, "-h").out for part in ("show", "validate")]
    check_golden(f"help-commands.{language}.txt", "\n".join(pages))


@pytest.mark.parametrize("argv", [("help",), ("ayuda",)])
def test_three_ways_to_the_same_help(arriero: Arriero, argv: tuple[str, ...]) -> None:
    assert arriero(*argv).out == arriero("--help").out


@pytest.mark.parametrize("topic", [("activate",), ("activar",), ("config", "mostrar")])
def test_help_on_a_command_is_that_commands_help(arriero: Arriero, topic: tuple[str, ...]) -> None:
    assert arriero("help", *topic).out == arriero(*topic, "--help").out


def test_help_as_json(arriero: Arriero) -> None:
    import json

    told = json.loads(arriero("help", "--json").out)
    assert told["data"]["text"].startswith("uso: ./main.sh ORDEN")


@pytest.mark.parametrize("name", PROMISED)
def test_the_spanish_names_that_were_promised(name: str) -> None:
    assert {verb.name: verb.alias for verb in verbs(ES)}[name] == PROMISED[name]


@pytest.mark.parametrize("language", ["es", "en"])
def test_no_line_is_wider_than_a_terminal(arriero: Arriero, language: str) -> None:
    texts = ES if language == "es" else EN
    for argv in ((), *((verb.name,) for verb in verbs(texts))):
        wide = [line for line in arriero("--lang", language, *argv, "-h").out.splitlines() if len(line) > 80]
        assert wide == [] or wide == [texts.help_program]


def test_the_version_in_both_ways(arriero: Arriero) -> None:
    from arriero import __version__

    assert arriero("--version").out == arriero("version").out
    assert __version__ in arriero("--version").out
