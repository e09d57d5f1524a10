"""The texts of a fix, and what it would do told in them. They load with `validate --fix` and `install` alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING

from arriero.i18n.messages import fill
from arriero.i18n.texts import Texts

if TYPE_CHECKING:
    from arriero.doctor.fix import CannotFix


@dataclass(frozen=True)
class FixText:
    """By the code of the check that is mended. `does`: one sentence, for each kind that it mends, with the finding's
    parameters. `refuses`: why not here, by the reason, with its own parameters. `acts`: what our own acts do, by name.
    """

    does: Mapping[str, str]
    refuses: Mapping[str, str] = field(default_factory=dict)
    acts: Mapping[str, str] = field(default_factory=dict)


def fix_does(code: str, kind: str, params: Mapping[str, object], texts: Texts) -> str:
    return fill(_text(code, texts).does[kind], params, texts.numbers)


def fix_refuses(code: str, refused: CannotFix, texts: Texts) -> str:
    return fill(_text(code, texts).refuses[refused.reason], dict(refused.params), texts.numbers)


def fix_act(code: str, name: str, params: Mapping[str, object], texts: Texts) -> str:
    return fill(_text(code, texts).acts[name], params, texts.numbers)


def _text(code: str, texts: Texts) -> FixText:
    table: Mapping[str, FixText] = import_module(f"arriero.i18n.fixes_{texts.language}").FIXES
    return table[code]
