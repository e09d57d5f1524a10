"""From a command line to an exit code: the one place where results are printed and errors end.

Invariant: whatever happens, `--json` prints one object, and no traceback reaches the user: it goes to a file.
"""

from __future__ import annotations

import io
import os
import sys
import time
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from arriero.cli.call import Call, Reply
from arriero.cli.defects import write_traceback
from arriero.cli.envelope import envelope
from arriero.cli.errors import Interrupted
from arriero.cli.exit_codes import BROKEN_PIPE, INTERRUPTED, OK, PARTIAL, exit_code
from arriero.cli.look import look_at
from arriero.cli.narration import Narrator
from arriero.cli.telling import tell_errors
from arriero.cli.verbs import build_parser
from arriero.config.errors import ConfigInvalid
from arriero.config.loading import load
from arriero.config.specs import Configuration
from arriero.core.errors import ArrieroError, InternalError
from arriero.core.paths import places
from arriero.i18n import Texts, choose_language, texts_of


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command line and returns its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal that knows no accents still gets the words
    try:
        return _main(list(sys.argv[1:] if argv is None else argv))
    except SystemExit as end:  # argparse, after it has printed help
        return int(end.code or OK)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # the flush at exit must not complain again
        return BROKEN_PIPE
    except KeyboardInterrupt:
        return INTERRUPTED


def _main(argv: list[str]) -> int:
    configured = _configured()
    texts = texts_of(choose_language(_wanted_language(argv, configured), os.environ))
    try:
        args = build_parser(texts, first=argv[0] if argv else "").read(argv)
    except ArrieroError as error:
        return _finish(Reply(None, "", (error,)), exit_code(error), "", texts, json="--json" in argv)
    if args.run is None:
        vars(args).update(run="menu:menu", verb="", changes=False)
    look, err = look_at(sys.stdout, texts), look_at(sys.stderr, texts)
    narrate = Narrator(sys.stderr, texts, time.monotonic, redraw=sys.stderr.isatty(), width=err.width, quiet=args.quiet)
    call = Call(args, look, narrate, sys.stdout, os.environ, places(os.environ), configured)
    reply, code = _carry_out(call)
    narrate.close()
    return _finish(reply, code, args.verb, texts, json=args.json)


def _configured() -> Configuration | None:
    """The settings, or None where they are wrong: commands that need them load them again and tell the problems."""
    try:
        return load({}, os.environ, places(os.environ))
    except ConfigInvalid:
        return None


def _wanted_language(argv: Sequence[str], configured: Configuration | None) -> str | None:
    """Known before the line is parsed, because parsing may already have something to say."""
    for before, word in zip(["", *argv], argv, strict=False):
        if before == "--lang" or word.startswith("--lang="):
            return word.removeprefix("--lang=")
    return configured.settings.language if configured else os.environ.get("ARRIERO_LANG")


def _carry_out(call: Call) -> tuple[Reply, int]:
    module, _, function = call.args.run.partition(":")
    try:
        reply: Reply = getattr(import_module(f"arriero.cli.commands.{module}"), function)(call)
    except ArrieroError as error:
        return Reply(None, "", (error,)), exit_code(error)
    except KeyboardInterrupt:
        interrupted = Interrupted(call.args.verb, call.args.changes)
        return Reply(None, "", (interrupted,)), exit_code(interrupted)
    except BrokenPipeError:
        raise
    except Exception as defect:  # noqa: BLE001  # the one place where defects end
        internal = InternalError(type(defect).__name__, write_traceback(defect, _state_dir(call)))
        return Reply(None, "", (internal,)), exit_code(internal)
    return reply, _code_of(reply)


def _code_of(reply: Reply) -> int:
    if not reply.failures:
        return OK
    return exit_code(reply.failures[0]) if reply.nothing_done else PARTIAL


def _finish(reply: Reply, code: int, command: str, texts: Texts, *, json: bool) -> int:
    """Prints: the envelope alone on stdout, or the text there and the errors on stderr."""
    if json:
        print(envelope(command, reply.data, reply.failures, code, texts))  # noqa: T201
    elif reply.text:
        print(reply.text)  # noqa: T201
    sys.stdout.flush()
    if not json:
        tell_errors(reply.failures, sys.stderr, look_at(sys.stderr, texts))
    return code


def _state_dir(call: Call) -> Path:
    return call.configured.settings.state_dir if call.configured else call.places.state
