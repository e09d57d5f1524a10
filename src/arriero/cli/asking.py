"""The one question before something is done: asked on stderr, so that stdout stays the command's result."""

from __future__ import annotations

import sys

from arriero.cli.call import Call

_YES = ("s", "si", "sí", "y", "yes")
_NO = ("n", "no")


def must_ask(call: Call) -> bool:
    """Somebody sits there who can be asked and has not agreed beforehand: scripts, `--yes` and `--json` have."""
    return not call.args.yes and not call.args.json and sys.stdin.isatty()


def agrees(call: Call) -> bool:
    """Whether to go on; no answer is no."""
    sys.stderr.write(call.texts.ask_to_go_on)
    sys.stderr.flush()
    return sys.stdin.readline().strip().lower() in _YES


def answers_yes(question: str, again: str) -> bool:
    """Asks until the answer is yes or no; that there is no more to read is a no."""
    while True:
        sys.stderr.write(question)
        sys.stderr.flush()
        line = sys.stdin.readline()
        if line.strip().lower() in _YES:
            return True
        if not line or line.strip().lower() in _NO:
            return False
        sys.stderr.write(f"{again}\n")
