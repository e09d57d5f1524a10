"""Every result as text, in both languages, on terminals that can much and such that can little."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import made_results as made
import pytest

from arriero.cli.look import Cell, Look, look_at
from arriero.cli.render.chat import render_stats
from arriero.cli.render.demo import render_demo
from arriero.cli.render.files import render_imported, render_removed
from arriero.cli.render.models import render_models
from arriero.cli.render.outcome import render_outcome
from arriero.cli.render.status import render_status
from arriero.i18n import Texts
from arriero.i18n.en import EN
from arriero.i18n.es import ES
from arriero.i18n.signs import can_encode
from arriero.stack.listing import StoredModel, StoreListing
from arriero.stack.results import ChatStats, DemoResult, ImportedModel, RemovedModel

Golden = Callable[[str, str], None]
BOTH = pytest.mark.parametrize("texts", [ES, EN], ids=["es", "en"])
LISTING = StoreListing("/home/ana/.ollama/models", made.STATUS.models, (StoredModel("own:1", "0123456789ab", 5),))


@BOTH
def test_status(check_golden: Golden, texts: Texts) -> None:
    check_golden(f"status.{texts.language}.txt", render_status(made.STATUS, Look(texts)) + "\n")


@BOTH
def test_status_without_unicode(check_golden: Golden, texts: Texts) -> None:
    check_golden(f"status-ascii.{texts.language}.txt", render_status(made.STATUS, Look(texts, unicode=False)) + "\n")


def test_status_on_a_narrow_terminal_puts_each_slot_in_a_block(check_golden: Golden) -> None:
    check_golden("status-narrow.es.txt", render_status(made.STATUS, Look(ES, width=50)) + "\n")


@BOTH
def test_the_table_fits_eighty_columns(texts: Texts) -> None:
    lines = render_status(made.STATUS, Look(texts)).split("\n\n")[1].splitlines()
    assert len(lines) == 1 + len(made.STATUS.models)
    assert max(len(line) for line in lines) <= 80


def test_colours_change_nothing_but_the_colour() -> None:
    import re

    painted = render_status(made.STATUS, Look(ES, colour=True))
    assert "\x1b[32m● activo" in painted
    assert re.sub(r"\x1b\[\d+m", "", painted) == render_status(made.STATUS, Look(ES))


@BOTH
def test_models(check_golden: Golden, texts: Texts) -> None:
    text = render_models(LISTING, Look(texts))
    check_golden(f"models.{texts.language}.txt", text + "\n")
    assert max(len(line) for line in text.splitlines()) <= 80


@BOTH
def test_outcomes(check_golden: Golden, texts: Texts) -> None:
    look = Look(texts)
    planned = replace(made.OUTCOME, dry_run=True, models=(), stopped=())
    idle = replace(made.OUTCOME, plan=replace(made.PLAN, actions=()), stopped=())
    nothing = replace(idle, dry_run=True, models=())
    texts_ = [render_outcome(o, look) for o in (planned, made.OUTCOME, idle, nothing)]
    check_golden(f"outcomes.{texts.language}.txt", "\n--\n".join(texts_) + "\n")


@BOTH
def test_imports_and_removals(check_golden: Golden, texts: Texts) -> None:
    imported = ImportedModel("own:1", "0123456789ab", 98_362_432, None, dry_run=False)
    removed = RemovedModel(("a:1", "b:1"), 98_362_432, dry_run=False)
    lines = [
        render_imported(imported, Look(texts)),
        render_imported(replace(imported, slot="demo"), Look(texts)),
        render_imported(replace(imported, slot="demo", dry_run=True), Look(texts)),
        render_removed(removed, Look(texts)),
        render_removed(replace(removed, dry_run=True), Look(texts)),
    ]
    check_golden(f"files.{texts.language}.txt", "\n".join(lines) + "\n")


@BOTH
def test_demo_and_chat(check_golden: Golden, texts: Texts) -> None:
    result = DemoResult(
        answer="A llama is an animal.",
        tokens_per_s=61.26,
        ttft_s=0.084,
        url="http://127.0.0.1:11437/v1",
        model="smollm2:135m-instruct-q4_1",
        api_key="ollama",
        question="?",
        outcome=made.OUTCOME,
    )
    stats = ChatStats(tokens=7, tokens_per_s=None, ttft_s=None, total_s=1.0, prompt_tokens=3, done_reason="stop")
    told = [render_demo(result, Look(texts)), render_stats(stats, texts)]
    check_golden(f"demo.{texts.language}.txt", "\n--\n".join(told) + "\n")


class Terminal:
    def __init__(self, encoding: str | None, *, tty: bool) -> None:
        self.encoding, self._tty = encoding, tty

    def isatty(self) -> bool:
        return self._tty


@pytest.mark.parametrize(
    ("encoding", "tty", "environ", "unicode", "colour"),
    [
        ("utf-8", True, {}, True, True),
        ("utf-8", False, {}, True, False),
        ("utf-8", True, {"NO_COLOR": "1"}, True, False),
        ("utf-8", True, {"NO_COLOR": ""}, True, True),
        ("utf-8", True, {"TERM": "dumb"}, True, False),
        ("latin-1", True, {}, False, True),
        ("ascii", False, {}, False, False),
        (None, False, {}, False, False),
        ("no-such-code", False, {}, False, False),
    ],
)
def test_what_a_terminal_can(
    encoding: str | None, tty: bool, environ: dict[str, str], unicode: bool, colour: bool
) -> None:
    stream: Any = Terminal(encoding, tty=tty)
    look = look_at(stream, ES, environ)
    assert (look.unicode, look.colour) == (unicode, colour)
    assert can_encode(stream, "plain") is (encoding not in ("no-such-code",))


def test_a_table_pads_before_it_paints() -> None:
    table = Look(ES, colour=True).table(["A", "B"], [[Cell("x", "red"), Cell("y")], [Cell("long"), Cell("z")]])
    assert table[1] == "\x1b[31mx   \x1b[0m  y"
    assert table[2] == "long  z"
