"""What passes through the gateway, in front of a slot that does what a test says: real HTTP on both sides."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from arriero.gateway.families import ROUTES
from arriero.gateway.idling import Idling
from gateway_world import DEMO, HEAD, Desktop, Script, chunk, desktop

EVENT = b'data: {"choices":[]}\n\n'
ASK = {"model": DEMO, "stream": True}
SSE, LINES, PLAIN = b"text/event-stream", b"application/x-ndjson", b"application/json"


@pytest.fixture
async def gateway(tmp_path: Path) -> AsyncIterator[Desktop]:
    async with desktop(tmp_path / "project") as made:
        yield made


def says(*parts: bytes, kind: bytes = SSE, end: bytes = b"0\r\n\r\n") -> Script:
    async def script(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(HEAD % kind + b"".join(map(chunk, parts)) + end)
        await writer.drain()

    return script


async def test_each_piece_goes_on_as_it_comes(gateway: Desktop) -> None:
    seen = asyncio.Queue[int]()

    async def script(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(HEAD % SSE)
        for number in range(3):
            writer.write(chunk(b"data: %d\n\n" % number))
            await asyncio.wait_for(seen.get(), 20)  # the next one is written when the client has this one
        writer.write(b"0\r\n\r\n")

    gateway.script = script
    async with gateway.post("/v1/chat/completions", ASK) as answer:
        assert answer.headers["Content-Type"] == "text/event-stream"
        for number in range(3):
            assert await answer.content.readuntil(b"\n\n") == b"data: %d\n\n" % number
            seen.put_nowait(number)
        assert await answer.read() == b""


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.path)
async def test_the_body_arrives_byte_for_byte(gateway: Desktop, route: object) -> None:
    gateway.script = says(b"{}", kind=PLAIN)
    body = b'{ "x" :[1,\n 2.50], "model":"%s","u":"\\u00e9\xc3\xa9" }' % DEMO.encode()
    headers = {"Authorization": "Bearer secret", "x-api-key": "secret", "X-Mine": "yes", "Content-Type": "text/odd"}
    async with gateway.post(route.path, body, headers=headers) as answer:  # type: ignore[attr-defined]
        assert (answer.status, await answer.read()) == (200, b"{}")
        assert len(answer.headers["X-Request-Id"]) == 16
    head, _, arrived = gateway.asked[0].partition(b"\r\n\r\n")
    assert arrived == body
    assert b"secret" not in head
    assert b"X-Mine: yes" in head
    assert b"Content-Type: text/odd" in head


async def test_a_query_goes_with_its_path(gateway: Desktop) -> None:
    gateway.script = says(b"{}", kind=PLAIN)
    async with gateway.post("/v1/messages?beta=true&x=%20", {"model": DEMO}):
        pass
    assert gateway.asked[0].startswith(b"POST /v1/messages?beta=true&x=%20 HTTP/1.1\r\n")


async def test_nothing_that_is_asked_makes_a_line_of_the_log_by_itself(
    gateway: Desktop, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("INFO", "arriero"):
        async with gateway.post("/api/chat", {"model": "x\nforged model=demo"}) as answer:
            assert answer.status == 404
        async with gateway.session.get(gateway.url + "/v1/models/x%0Aforged") as answer:
            assert answer.status == 404
    assert len(caplog.records) == 2
    assert not any("\n" in record.getMessage() for record in caplog.records)


async def test_a_slots_name_becomes_its_models_and_nothing_else_changes(gateway: Desktop) -> None:
    gateway.script = says(b"{}", kind=PLAIN)
    async with gateway.post("/api/chat", b'{"a":"model", "model" : "demo","b":[{"model":"demo"}]}'):
        pass
    assert gateway.asked[0].endswith(b'{"a":"model", "model" : "%s","b":[{"model":"demo"}]}' % DEMO.encode())


@pytest.mark.parametrize(
    ("path", "begun", "kind", "end"),
    [
        ("/v1/chat/completions", EVENT, SSE, b'data: {"error":{"message":"'),
        ("/v1/completions", EVENT, SSE, b'data: {"error":{"message":"'),
        ("/v1/messages", EVENT, SSE, b'event: error\ndata: {"type":"error","error":{"type":"api_error"'),
        ("/v1/responses", EVENT, SSE, b'event: error\ndata: {"type":"error","code":"server_error"'),
        ("/api/chat", b'{"done":false}\n', LINES, b'{"error":"demo broke off'),
        ("/api/generate", b'{"done":fal', LINES, b'\n{"error":"demo broke off'),
    ],
)
async def test_a_stream_that_breaks_says_so_in_its_form(
    gateway: Desktop, path: str, begun: bytes, kind: bytes, end: bytes
) -> None:
    gateway.script = says(begun, kind=kind, end=b"")
    async with gateway.post(path, ASK) as answer:
        told = await answer.read()
    assert told.startswith(begun + end)
    assert b"broke off in the midst of its answer" in told
    assert gateway.admission.turns.flying == {}


async def test_fill_in_the_middle_in_mistrals_form(gateway: Desktop) -> None:
    """In pieces that end in the midst of an event, and whole."""
    event = b'data: {"id":"c","object":"text_completion","choices":[{"text":"a+b","index":0,"finish_reason":null}]}\n\n'
    gateway.script = says(event[:20], event[20:] + event[:50], event[50:] + b"data: [DONE]\n\n")
    asked = {"model": "demo", "prompt": "def f(a, b):", "suffix": "return", "stream": True}
    async with gateway.post("/v1/fim/completions", asked) as answer:
        first, second, done = (await answer.text()).split("\n\n")[:3]
    assert first == second
    assert done == "data: [DONE]"
    told = json.loads(first.removeprefix("data: "))
    assert (told["id"], told["object"]) == ("c", "chat.completion.chunk")
    assert told["choices"] == [{"index": 0, "delta": {"role": "assistant", "content": "a+b"}, "finish_reason": None}]
    assert gateway.asked[0].startswith(b"POST /v1/completions ")
    assert b'"suffix"' in gateway.asked[0]
    gateway.script = says(event[6:-2], kind=PLAIN)
    async with gateway.post("/v1/fim/completions", asked | {"stream": False}) as answer:
        assert (await answer.json())["choices"][0]["message"] == {"role": "assistant", "content": "a+b"}


async def test_an_answer_that_breaks_never_ends_as_if_it_were_whole(gateway: Desktop) -> None:
    gateway.script = says(b'{"half":', kind=PLAIN, end=b"")
    with pytest.raises(aiohttp.ClientError):
        async with gateway.post("/v1/chat/completions", {"model": DEMO}) as answer:
            await answer.read()


@pytest.mark.parametrize("words", [b"", b"\x00\xffgarbage\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Le"])
async def test_a_server_that_does_not_speak_http(gateway: Desktop, words: bytes) -> None:
    async def script(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(words)

    gateway.script = script
    async with gateway.post("/v1/messages", {"model": DEMO}) as answer:
        told = await answer.json()
    assert (answer.status, told["type"]) == (502, "error")
    assert "demo broke off before its answer" in told["error"]["message"]


async def test_a_refusal_of_the_server_is_the_clients_to_read(gateway: Desktop) -> None:
    async def script(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b'HTTP/1.1 400 Bad Request\r\nContent-Length: 13\r\n\r\n{"error":"x"}')

    gateway.script = script
    async with gateway.post("/api/chat", {"model": DEMO}) as answer:
        assert (answer.status, await answer.read()) == (400, b'{"error":"x"}')


async def test_who_hangs_up_is_hung_up_on(gateway: Desktop) -> None:
    closed = asyncio.Event()

    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(HEAD % SSE + chunk(EVENT))
        assert await asyncio.wait_for(reader.read(), 20) == b""
        closed.set()

    gateway.script = script
    answer = await gateway.post("/v1/chat/completions", ASK)
    assert await answer.content.readuntil(b"\n\n") == EVENT
    answer.close()
    await asyncio.wait_for(closed.wait(), 20)


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("/api/chat", '{"error": "%s"}'),
        (
            "/v1/chat/completions",
            '{"error": {"message": "%s", "type": "not_found_error", "param": null, "code": null}}',
        ),
    ],
)
async def test_a_name_that_nobody_has(gateway: Desktop, path: str, form: str) -> None:
    async with gateway.post(path, {"model": "qwne"}) as answer:
        assert answer.status == 404
        assert await answer.json() == json.loads(form % "model 'qwne' not found; did you mean 'qwen'?")
    async with gateway.post("/v1/messages", {"model": "zzzzzzzz"}) as answer:
        told = await answer.json()
        assert (answer.status, told["error"]) == (
            404,
            {"type": "not_found_error", "message": "model 'zzzzzzzz' not found"},
        )


async def test_foreign_pages_and_names_get_nothing(gateway: Desktop) -> None:
    for headers in ({"Origin": "https://evil.example"}, {"Host": "evil.example"}):
        async with gateway.session.get(gateway.url + "/v1/models", headers=headers) as answer:
            assert (answer.status, await answer.read()) == (403, b"")


async def test_a_model_that_is_not_used_is_unloaded_once(gateway: Desktop) -> None:
    """By its server, whose answers under way end first; the time counts from the last request."""
    gateway.script = says(b'{"done":true}', kind=PLAIN)
    told = asyncio.Queue[bool]()

    async def unload(slot: str) -> bool:
        told.put_nowait(await gateway.servers.unload(slot, DEMO))
        return True

    idling = Idling({"demo": 0.05, "second": 0.0}, unload)
    with idling.used("demo"):
        with idling.used("second"), idling.used("demo"):
            pass
        with pytest.raises(TimeoutError):  # one answer is under way
            await asyncio.wait_for(told.get(), 0.2)
    assert await asyncio.wait_for(told.get(), 20)
    idling.close()
    (asked,) = gateway.asked
    assert json.loads(asked.partition(b"\r\n\r\n")[2]) == {"model": DEMO, "keep_alive": 0, "stream": False}


async def test_what_was_asked_shows_in_the_metrics(gateway: Desktop) -> None:
    gateway.script = says(b'data: {"usage":{"completion_tokens":7}}\n\n')
    async with gateway.post("/api/chat", {"model": "nobody"}) as answer:
        assert answer.status == 404
    async with gateway.post("/v1/chat/completions", ASK) as answer:
        await answer.read()
    async with gateway.session.get(gateway.url + "/metrics") as answer:
        told = await answer.text()
    assert 'arriero_gateway_requests_total{slot="demo",status="200"} 1.0' in told
    assert 'arriero_gateway_requests_total{slot="",status="404"} 1.0' in told
    assert 'arriero_gateway_tokens_total{slot="demo"} 7.0' in told
    assert 'arriero_gateway_first_byte_seconds_count{slot="demo"} 1.0' in told


async def test_the_log_has_the_requests_id_and_no_word_of_it(
    gateway: Desktop, caplog: pytest.LogCaptureFixture
) -> None:
    gateway.script = says(b"data: an-answer\n\n")
    with caplog.at_level("INFO", "arriero.gateway"):
        async with gateway.post(
            "/v1/chat/completions", {"model": "demo", "prompt": "a-secret"}, headers={"x-api-key": "a-key"}
        ) as answer:
            await answer.read()
    assert answer.headers["X-Request-Id"] in caplog.text
    assert "/v1/chat/completions 200 model=demo:135m" in caplog.text
    assert not any(word in caplog.text for word in ("a-secret", "a-key", "an-answer"))
