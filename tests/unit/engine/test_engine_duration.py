from __future__ import annotations

import pytest

from arriero.engine.go_duration import LONGEST_S, keep_alive_s, parse_duration


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("5m", 300),
        ("1h30m", 5400),
        ("-1m", -60),
        ("0", 0),
        ("+0", 0),
        ("1.5s", 1.5),
        (".5s", 0.5),
        ("1.s", 1),
        ("100ms", 0.1),
        ("3us", 3e-6),
        ("3µs", 3e-6),
        ("2562047h47m16s", 9223372036.0),
    ],
)
def test_durations(text: str, seconds: float) -> None:
    assert parse_duration(text) == pytest.approx(seconds)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", 'time: invalid duration ""'),
        ("abc", 'time: invalid duration "abc"'),
        ("-", 'time: invalid duration "-"'),
        (".s", 'time: invalid duration ".s"'),
        ("5m x", 'time: unknown unit "m x" in duration "5m x"'),
        ("-1", 'time: missing unit in duration "-1"'),
        ("5d", 'time: unknown unit "d" in duration "5d"'),
        ("1h5", 'time: missing unit in duration "1h5"'),
        ("9999999h", 'time: invalid duration "9999999h"'),
    ],
)
def test_refusals_are_gos(text: str, words: str) -> None:
    with pytest.raises(ValueError, match="time:") as caught:
        parse_duration(text)
    assert str(caught.value) == words


@pytest.mark.parametrize(("given", "kept"), [(5, 5), (0, 0), (-1, LONGEST_S), (1e30, LONGEST_S)])
def test_keep_alive(given: float, kept: float) -> None:
    assert keep_alive_s(given) == kept
