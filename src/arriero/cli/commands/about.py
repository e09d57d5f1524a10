"""`help`, `version`, `completion`: what needs no stack."""

from __future__ import annotations

import platform

import arriero
from arriero.cli.arguments import Offers
from arriero.cli.call import Call, Reply
from arriero.cli.errors import CommandUnknown
from arriero.cli.parser import PROGRAM, Parser
from arriero.cli.verbs import build_parser
from arriero.core.ids import nearest


def help_on(call: Call) -> Reply:
    parser = build_parser(call.texts)
    for word in call.args.topic:
        parser = _below(parser, word)
    text = parser.format_help().rstrip()
    return Reply({"text": text}, text)


def _below(parser: Parser, word: str) -> Parser:
    """The parser of a command in this one. Raises CommandUnknown."""
    known: dict[str, Parser] = parser.choices.choices if parser.choices else {}
    if word not in known:
        raise CommandUnknown(f"{parser.command} {word}".strip(), nearest(word, list(known)))
    return known[word]


def version(call: Call) -> Reply:
    data = {"version": arriero.__version__, "python": platform.python_version()}
    return Reply(data, call.texts.version_line.format(**data))


def completion(call: Call) -> Reply:
    """A script for the shell; slots are those declared now. It completes main.sh wherever it lies."""
    import shtab  # late: only this command pays for it

    slots = tuple(slot.id for slot in call.configuration().slots)
    parser = build_parser(call.texts, Offers(slots, shtab.FILE), PROGRAM.removeprefix("./"))
    script = shtab.complete(parser, shell=call.args.shell)
    return Reply({"shell": call.args.shell, "script": script}, script)
