"""Small things as Ollama tells them: moments, Modelfiles, parameters."""

from __future__ import annotations

import pytest

from arriero.engine.api.go_time import go_time
from arriero.engine.api.models import _go_syntax, _parameter_lines, _quoted


@pytest.mark.parametrize(
    ("at_ns", "text"),
    [
        (0, "1970-01-01T00:00:00Z"),
        (1_795_346_363_145_324_482, "2026-11-22T11:19:23.145324482Z"),
        (1_795_346_363_100_000_000, "2026-11-22T11:19:23.1Z"),
        (1_795_346_363_000_000_001, "2026-11-22T11:19:23.000000001Z"),
        (9_223_372_036_000_000_000 + 1_795_346_363_000_000_000, "2319-03-04T11:06:39Z"),
    ],
)
def test_moments(at_ns: int, text: str) -> None:
    assert go_time(at_ns) == text


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ("Be brief.", "Be brief."),
        ("two\nlines", '"two\nlines"'),
        ('say "hi"', '"""say "hi""""'),
        (" blank", '" blank"'),
    ],
)
def test_quotes_of_a_modelfile(text: str, quoted: str) -> None:
    assert _quoted(text) == quoted


def test_parameters_by_name_and_one_by_one() -> None:
    params = {"stop": ["<a>", "b"], "num_ctx": 1024, "temperature": 0.1, "x": 2.0, "flag": True}
    assert _parameter_lines(params, 30, _go_syntax) == [
        f"{'flag':<30} true",
        f"{'num_ctx':<30} 1024",
        f'{"stop":<30} "<a>"',
        f'{"stop":<30} "b"',
        f"{'temperature':<30} 0.1",
        f"{'x':<30} 2",
    ]
