"""No command: the menu. As an app where there is a terminal to draw on, else as numbered lines."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from arriero.cli.call import Call, Reply
from arriero.cli.defects import write_traceback
from arriero.cli.errors import ArgumentMissing
from arriero.config.loading import load
from arriero.core.errors import ArrieroError, InternalError
from arriero.core.paths import PROJECT_ROOT
from arriero.i18n import Texts
from arriero.tui.host import Host
from arriero.tui.keeping import Keeping
from arriero.tui.opening import can_draw, run_app
from arriero.tui.words import Words

if TYPE_CHECKING:
    from arriero.stack.world import World


def menu(call: Call) -> Reply:
    """Raises ConfigInvalid, ArgumentMissing for what only a command can give, SystemExit where a signal ended it."""
    if call.args.json or call.args.dry_run:
        raise ArgumentMissing("", call.texts.meta_command)
    host, words = _host(call), Words(call.texts, call.look.unicode)
    streams = (sys.stdin, sys.stdout, sys.stderr)  # Textual draws on stderr
    if not call.args.plain and can_draw(streams, call.environ):
        code = run_app(host, words, call.configuration().settings.theme)
    else:
        from arriero.tui.plain import PlainMenu

        code = PlainMenu(host, words, _read, call.out, call.narrate, call.narrate.close).run()
    if code:
        raise SystemExit(code)
    return Reply(None, "")


def _host(call: Call) -> Host:
    state_dir = call.configuration().settings.state_dir

    def open_with(flags: Mapping[str, str]) -> World:
        from arriero.stack.world import open_world

        return open_world(load({**call.flags, **flags}, call.environ, call.places))

    def tell(result: object, texts: Texts, *, planned: bool) -> str:
        from arriero.cli.render.any import render_any  # late: the first screen does without

        return render_any(result, replace(call.look, texts=texts, colour=False), planned=planned)

    def defect(fault: BaseException) -> ArrieroError:
        return InternalError(type(fault).__name__, write_traceback(fault, state_dir))

    def run(words: Sequence[str]) -> int:
        given = [f"--{name}={value}" for name, value in call.flags.items() if value is not None and name != "lang"]
        return subprocess.run([sys.executable, str(PROJECT_ROOT / "main.py"), *words, *given], check=False).returncode

    keeping = Keeping(open_with, call.environ, call.places, call.flags)
    return Host(lambda: open_with({}), tell, defect, keeping, run, call.look.unicode)


def _read() -> str | None:
    """One line without its end; None at the end of input."""
    text = sys.stdin.readline()
    return text.rstrip("\r\n") if text else None
