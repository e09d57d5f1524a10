"""Editing JSON with comments: what was asked for changes, and no other byte."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arriero.clients.jsonc import NotJsonc, parse, with_member, without_member

TEXT = """// my settings
{
  "theme": "dark", // not light
  /* mine */
  "provider": {
    "openai": { "options": { "apiKey": "{env:KEY}" } }, // paid for
    "list": [1, 2.5e3, null, true,],
  },
}
"""


def test_it_reads_comments_and_trailing_commas() -> None:
    assert parse(TEXT).value == {
        "theme": "dark",
        "provider": {"openai": {"options": {"apiKey": "{env:KEY}"}}, "list": [1, 2500.0, None, True]},
    }


def test_a_member_comes_last_and_the_rest_keeps_its_bytes() -> None:
    after = with_member(TEXT, ("provider", "ours"), {"url": "x"})
    assert after == TEXT.replace("null, true,],\n", 'null, true,],\n    "ours": {\n      "url": "x"\n    }\n')


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("{}", '{\n  "a": {\n    "b": 1\n  }\n}'),
        ('{"x": 1}', '{"x": 1,\n  "a": {\n    "b": 1\n  }\n}'),
        ('{\n\t"x": 1 // one\n}\n', '{\n\t"x": 1, // one\n\t"a": {\n\t\t"b": 1\n\t}\n}\n'),
        ('{\r\n  "x": 1\r\n}', '{\r\n  "x": 1,\r\n  "a": {\r\n    "b": 1\r\n  }\r\n}'),
        ('{ "a": { /* here */ } }', '{ "a": { /* here */\n  "b": 1\n} }'),
        ('{"a": {"b": 2}}', '{"a": {"b": 1}}'),
        ('\ufeff{"a": {"b": 1}}', '\ufeff{"a": {"b": 1}}'),
    ],
)
def test_where_a_member_goes(before: str, after: str) -> None:
    written = with_member(before, ("a", "b"), 1)
    assert written == after
    assert parse(written).value["a"] == {"b": 1}


def test_taking_out_what_was_put_in_gives_the_text_back() -> None:
    for text in ('{\n  "x": 1 // one\n}\n', '{\n  "provider": {\n    "x": {}\n  }\n}\n'):
        assert without_member(with_member(text, ("ours",), {"deep": [1]}), ("ours",)) == text


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('{"a": 1}', "{}"),
        ('{"a": 1, "b": 2}', '{ "b": 2}'),
        ('{"b": 2, "a": 1}', '{"b": 2 }'),
        ('{"a": 1, "b": 2, "a": 3}', '{ "b": 2 }'),
        ('{\n  // first\n  "a": 1,\n  "b": 2,\n}', '{\n  // first\n  "b": 2,\n}'),
        ('{"b": 2}', '{"b": 2}'),
    ],
)
def test_what_goes(before: str, after: str) -> None:
    assert without_member(before, ("a",)) == after


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", 1),
        ("{", 1),
        ('{\n  "a": 1\n  "b": 2\n}', 3),
        ("{'a': 1}", 1),
        ('{"a": 1} x', 1),
        ("/* open", 1),
        ('{"a": "\\x"}', 1),
        ('{"a": 01}', 1),
        ("[" * 300 + "]" * 300, 1),
        ('{"a": "line\nbreak"}', 1),
    ],
)
def test_what_is_not_jsonc_is_refused_with_its_line(text: str, line: int) -> None:
    with pytest.raises(NotJsonc) as refused:
        with_member(text, ("a",), 1)
    assert refused.value.line == line


def test_what_is_no_object_is_not_made_one() -> None:
    with pytest.raises(TypeError, match="provider"):
        with_member('{"provider": []}', ("provider", "a"), 1)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)
OBJECTS = st.dictionaries(st.text(max_size=4), VALUES, max_size=4)
INDENTS = st.sampled_from([None, 0, 2, 4, "\t"])


@given(OBJECTS, INDENTS, st.lists(st.text(max_size=4), min_size=1, max_size=3), VALUES)
def test_the_value_is_there_and_all_else_as_it_was(
    document: dict[str, Any], indent: int | str | None, path: list[str], value: object
) -> None:
    text = json.dumps(document, indent=indent)
    expected = json.loads(text)
    place = expected
    for key in path[:-1]:
        place = place.setdefault(key, {})
        if not isinstance(place, dict):
            with pytest.raises(TypeError):
                with_member(text, tuple(path), value)
            return
    place[path[-1]] = value
    written = with_member(text, tuple(path), value)
    assert parse(written).value == expected
    assert json.loads(written) == expected  # no comment was there, none is now, nor a comma too many
    del place[path[-1]]
    assert json.loads(without_member(written, tuple(path))) == expected
