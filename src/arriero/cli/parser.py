"""The command line's grammar in the user's language, on top of argparse, which knows English only."""

from __future__ import annotations

import argparse
import platform
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NoReturn

from arriero import __version__
from arriero.cli.refusals import refusal, unknown_arguments
from arriero.config.schema import LANGUAGES
from arriero.config.specs import BackendChoice
from arriero.i18n import Texts

PROGRAM = "./main.sh"
_HELP_COLUMN = 29
GLOBALS = {"json": False, "dry_run": False, "lang": None, "backend": None, "simulate": None, "quiet": False}


class Formatter(argparse.RawDescriptionHelpFormatter):
    """argparse's layout with our word for `usage:`, which leaves the general options out; 80 columns everywhere."""

    def __init__(self, prog: str, texts: Texts) -> None:
        super().__init__(prog, max_help_position=_HELP_COLUMN, width=80)
        self._action_max_length = _HELP_COLUMN  # what argparse would count differs between 3.12 and 3.13
        self._texts = texts

    def add_usage(self, usage: Any, actions: Any, groups: Any, prefix: str | None = None) -> None:
        own = [action for action in actions if not getattr(action, "general", False)]
        super().add_usage(usage, own, groups, self._texts.help_usage if prefix is None else prefix)

    def _format_action(self, action: argparse.Action) -> str:
        """Commands stand under their headings, without argparse's line above them."""
        if not isinstance(action, argparse._SubParsersAction):
            return super()._format_action(action)
        headings: Mapping[str, str] = getattr(action, "headings", {})
        lines = ((f"\n  {headings[one.dest]}\n" if one.dest in headings else "", one) for one in _shown(action))
        with self._indented(bool(headings)):
            told = "".join(f"{heading}{super(Formatter, self)._format_action(one)}" for heading, one in lines)
        return told.removeprefix("\n")

    @contextmanager
    def _indented(self, deeper: bool) -> Iterator[None]:
        if deeper:
            self._indent()
        yield
        if deeper:
            self._dedent()

    def _format_action_invocation(self, action: argparse.Action) -> str:
        """`--lines, -n N` in every version of Python; before 3.13 argparse writes the N twice."""
        if not action.option_strings or action.nargs == 0:
            return super()._format_action_invocation(action)
        return f"{', '.join(action.option_strings)} {action.metavar}"


def _shown(commands: argparse.Action) -> Iterable[argparse.Action]:
    """A row for each command. argparse itself has no other door to them."""
    return commands._get_subactions()  # type: ignore[attr-defined,no-any-return]


class Parser(argparse.ArgumentParser):
    """`command` is the verb that this parser reads, empty for the whole line; wrong lines raise our UsageErrors.

    `commands`: whether there are commands below this one, to be added to `choices`; True where one must be given.
    """

    def __init__(self, *, texts: Texts, command: str = "", commands: bool | None = None, **options: Any) -> None:
        super().__init__(
            add_help=False,
            allow_abbrev=False,
            formatter_class=lambda prog: Formatter(prog, texts),
            **options,
        )
        self.texts, self.command = texts, command
        self.positionals = self.add_argument_group(texts.help_arguments)
        self.options = self.add_argument_group(texts.help_options)
        self.choices: Any = None
        if commands is not None:
            self.choices = self.add_subparsers(
                title=texts.help_commands, metavar=texts.meta_command, required=commands, parser_class=Parser
            )
        general: Any = self.add_argument_group(texts.help_global)
        _add_globals(general, texts)
        if not command:
            told = texts.version_line.format(version=__version__, python=platform.python_version())
            version = general.add_argument("--version", action="version", version=told, help=texts.help_about_version)
            version.general = True
            plain = general.add_argument("--plain", action="store_true", help=texts.help_plain)
            plain.general = True

    def error(self, message: str) -> NoReturn:
        raise refusal(message, self.command, self.texts.meta_command)

    def read(self, argv: Sequence[str]) -> argparse.Namespace:
        """Raises UsageErrors; SystemExit(0) once `--help` has been printed."""
        args, rest = self.parse_known_args(argv, argparse.Namespace(verb=None, run=None, parser=self, **GLOBALS))
        if rest:
            reader: Parser = args.parser
            raise unknown_arguments(rest, reader.command, reader.known_options)
        return args

    def head_commands(self, headings: Mapping[str, str]) -> None:
        """`headings`: by the command, as it is shown, that each of them stands above."""
        self.choices.headings = headings

    @property
    def known_options(self) -> list[str]:
        return [option for action in self._actions for option in action.option_strings]


def _add_globals(group: Any, texts: Texts) -> None:
    """Understood before the command and after it; SUPPRESS, so that one place does not reset the other."""
    switch: dict[str, Any] = {"action": "store_true", "default": argparse.SUPPRESS}
    added = (
        group.add_argument("--json", **switch, help=texts.help_json),
        group.add_argument("--dry-run", **switch, help=texts.help_dry_run),
        group.add_argument("--quiet", "-q", **switch, help=texts.help_quiet),
        _add_choice(group, "--lang", LANGUAGES[1:], texts.help_lang),
        _add_choice(group, "--backend", [str(b) for b in BackendChoice], texts.help_backend),
        group.add_argument("--simulate", metavar="CARD", default=argparse.SUPPRESS, help=texts.help_simulate),
        group.add_argument("--help", "-h", action="help", help=texts.help_help),
    )
    for action in added:
        action.general = True


def _add_choice(group: Any, option: str, choices: Sequence[str], told: str) -> Any:
    """The choices stand in the help's text: as argparse writes them they are too wide for the column."""
    return group.add_argument(
        option,
        choices=choices,
        metavar=option.removeprefix("--").upper(),
        default=argparse.SUPPRESS,
        help=f"{told} ({', '.join(choices)})",
    )
