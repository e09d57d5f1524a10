from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arriero.engine.llama.http_body import Chunks, Events, Head, parse_head


@pytest.mark.parametrize(
    ("data", "head"),
    [
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked", Head(200, True, None)),
        (b"HTTP/1.1 400 Bad Request\r\ncontent-length:  12\r\nX: y", Head(400, False, 12)),
        (b"HTTP/1.0 200", Head(200, False, None)),
    ],
)
def test_heads(data: bytes, head: Head) -> None:
    assert parse_head(data) == head


@pytest.mark.parametrize(("data", "words"), [(b"", "unpack"), (b"SSH-2.0 x", "SSH-2.0"), (b"HTTP/1.1 OK", "int")])
def test_what_is_no_head(data: bytes, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        parse_head(data)


def cut(data: bytes, places: list[int]) -> list[bytes]:
    at = sorted(place % (len(data) + 1) for place in places)
    return [data[a:b] for a, b in zip([0, *at], [*at, len(data)], strict=True)]


@given(st.lists(st.binary(min_size=1, max_size=40), max_size=6), st.lists(st.integers(0, 10_000), max_size=8))
def test_chunks_however_they_are_cut(bodies: list[bytes], places: list[int]) -> None:
    framed = b"".join(b"%x\r\n%s\r\n" % (len(body), body) for body in bodies) + b"0\r\n\r\n"
    chunks = Chunks()
    assert b"".join(chunks.feed(piece) for piece in cut(framed, places)) == b"".join(bodies)
    assert chunks.finished


def test_chunks_that_are_none() -> None:
    with pytest.raises(ValueError, match="invalid literal"):
        Chunks().feed(b"hello\r\n")


OBJECTS = st.dictionaries(st.text(max_size=5), st.text(max_size=20), max_size=3)


@given(st.lists(OBJECTS, max_size=5), st.lists(st.integers(0, 10_000), max_size=8))
def test_events_however_they_are_cut(objects: list[dict[str, str]], places: list[int]) -> None:
    sent = b"".join(b"data: %s\n\n: a comment\n\n" % json.dumps(each).encode() for each in objects)
    events = Events()
    assert [found for piece in cut(sent, places) for found in events.feed(piece)] == objects


def test_an_error_in_the_middle() -> None:
    assert Events().feed(b'error: {"code": 500}\n\n') == [{"error": {"code": 500}}]
