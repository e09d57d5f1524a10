"""What was measured of a slot, as lines with bars."""

from made_measured import BEFORE, LAST

from arriero.i18n import texts_of
from arriero.i18n.language import Language
from arriero.tui.presenting_measure import present_measure
from arriero.tui.view import plain
from arriero.tui.words import Words

WORDS = Words(texts_of(Language.ES))


def test_bars_are_as_long_as_what_they_show() -> None:
    told = plain(present_measure([LAST, BEFORE], WORDS)).splitlines()
    bars = {line.strip().split("  ")[0]: line.count("█") for line in told if "█" in line}
    assert (bars["primer token, 512 tokens"], bars["primer token, 2048 tokens"]) == (5, 20)
    assert (bars["2026-11-21 12:00"], bars["2026-11-22 12:34"]) == (10, 20)
    assert (bars["0 s"], bars["2 s"]) == (20, 10)
    assert max(map(len, told[:-1])) <= 60  # a narrow terminal
    order = [line.strip() for line in told if line and not line.startswith("  ")]
    assert order[:4] == [
        "Velocidad",
        "Tiempo hasta el primer token",
        "Memoria mientras se medía",
        "Historia: generación",
    ]
    assert "30 %" in order[-1]
    assert "completado" not in "".join(told)


def test_without_blocks_bars_are_of_signs_that_every_terminal_has() -> None:
    told = plain(present_measure([LAST], Words(texts_of(Language.EN), unicode=False)))
    assert "#" * 20 in told
    assert told.isascii()


def test_what_was_never_measured_says_how() -> None:
    assert "Pulsa m" in plain(present_measure([], WORDS))
