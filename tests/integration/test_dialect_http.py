"""The dialects over real HTTP, in front of a small scripted model: status, headers, ends of streams, and hanging up."""

from __future__ import annotations

import asyncio
import importlib.util
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import ClientSession, web

from arriero.engine.api import (
    anthropic,
    openai_chat,
    openai_completions,
    openai_embeddings,
    openai_models,
    responses,
)
from arriero.engine.api.refusal import Refusal

GOLDEN = Path(__file__).parents[1] / "golden"
DEMO = "smollm2:135m-instruct-q4_1"
TEXT = ("I", "'m", " so", " sorry")


class Scripted:
    """A model that says four words; `broken` fails after the first, `mute` before it, `slow` waits between them."""

    def __init__(self) -> None:
        self.left = asyncio.Event()
        self.asked: list[dict] = []

    async def chat(self, body: dict, *, relax_thinking: bool = False) -> AsyncIterator[dict]:
        return self._answer(body, lambda text: {"message": {"role": "assistant", "content": text}}, relax_thinking)

    async def generate(self, body: dict) -> AsyncIterator[dict]:
        return self._answer(body, lambda text: {"response": text}, False)

    async def embed(self, body: dict) -> dict:
        self._check(body)
        return {"embeddings": [[0.5, 1.5] for _ in body["input"]], "prompt_eval_count": 2}

    def models(self) -> list[dict]:
        return [{"name": DEMO, "modified_at": "2026-11-22T11:19:23.145324482Z"}]

    def show(self, body: dict) -> dict:
        self._check(body)
        return {"modified_at": "2026-11-22T11:19:23.145324482Z"}

    def _check(self, body: dict) -> None:
        self.asked.append(body)
        if body["model"] == "nope":
            raise Refusal(404, "model 'nope' not found")
        if body["model"] == "":
            raise Refusal(400, "model is required")

    def _answer(self, body: dict, part, relaxed: bool) -> AsyncIterator[dict]:
        self._check(body)
        if body.get("think") and not relaxed:
            raise Refusal(400, f'"{body["model"]}" does not support thinking')
        return self._chunks(body["model"], part)

    async def _chunks(self, model: str, part) -> AsyncIterator[dict]:
        head = {"model": model, "created_at": "2026-11-22T11:21:40.793735277Z", "done": False}
        try:
            for place, text in enumerate(TEXT):
                if model == "mute" or (model == "broken" and place):
                    yield {"error": "llama-server process has terminated"}
                    return
                yield head | part(text)
                if model == "slow":
                    await asyncio.Event().wait()
            counts = {"done_reason": "length", "prompt_eval_count": 16, "eval_count": 8}
            yield head | part("") | counts | {"done": True}
        finally:
            self.left.set()


@pytest.fixture
async def service() -> AsyncIterator[tuple[Scripted, str]]:
    scripted = Scripted()
    app = web.Application()
    for module in (anthropic, openai_chat, openai_completions, openai_embeddings, openai_models, responses):
        app.add_routes(module.routes(scripted))
    runner = web.AppRunner(app, handler_cancellation=True)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    yield scripted, f"http://{host}:{port}"
    await runner.cleanup()


def golden():
    spec = importlib.util.spec_from_file_location("golden_over_http", GOLDEN / "golden.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    "exchange",
    [
        "v1.models",
        "v1.model",
        "v1.chat.once",
        "v1.chat.stream",
        "v1.chat.stream.usage",
        "v1.chat.empty.messages",
        "v1.chat.nomodel",
        "v1.chat.unknown.model",
        "v1.chat.badjson",
        "v1.chat.nomessages",
        "v1.chat.content.image.url",
        "v1.chat.content.bad",
        "v1.chat.reasoning",
        "v1.completions.unknown.model",
        "v1.responses.unknown.model",
        "v1.messages.once",
        "v1.messages.stream",
        "v1.messages.nomax",
        "v1.messages.nomessages",
        "v1.messages.unknown.model",
    ],
)
async def test_answers_as_recorded(service: tuple[Scripted, str], exchange: str) -> None:
    tool = golden()
    recorded = next(each for each in json.loads((GOLDEN / "requests.json").read_text()) if each["id"] == exchange)
    want = json.loads((GOLDEN / "answers.json").read_text())[exchange]
    got = await asyncio.to_thread(tool.exchange, service[1], recorded, None)
    assert tool.differences(tool.reduce(want), tool.reduce(got)) == []


PATHS = {
    "/v1/chat/completions": {"messages": [{"role": "user", "content": "x"}]},
    "/v1/completions": {"prompt": "x"},
    "/v1/responses": {"input": "x"},
    "/v1/messages": {"messages": [{"role": "user", "content": "x"}], "max_tokens": 4},
}


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("stream", [True, False])
async def test_a_failure_before_the_first_word_has_its_status(
    service: tuple[Scripted, str], path: str, stream: bool
) -> None:
    async with (
        ClientSession() as client,
        client.post(service[1] + path, json={"model": "mute", "stream": stream, **PATHS[path]}) as got,
    ):
        error = (await got.json())["error"]
        assert (got.status, got.headers["Content-Type"]) == (500, "application/json")
        assert (error["type"], error["message"]) == ("api_error", "llama-server process has terminated")


@pytest.mark.parametrize("path", PATHS)
async def test_a_failure_in_the_middle_ends_the_stream_with_the_dialects_event(
    service: tuple[Scripted, str], path: str
) -> None:
    async with (
        ClientSession() as client,
        client.post(service[1] + path, json={"model": "broken", "stream": True, **PATHS[path]}) as got,
    ):
        assert (got.status, got.headers["Content-Type"]) == (200, "text/event-stream")
        blocks = (await got.text()).rstrip("\n").split("\n\n")
    last = json.loads(blocks[-1].partition("data: ")[2])
    error = last["response"]["error"] if path == "/v1/responses" else last["error"]
    assert error["message"] == "llama-server process has terminated"
    assert "[DONE]" not in blocks[-1]


@pytest.mark.parametrize("path", PATHS)
async def test_a_client_that_hangs_up_leaves_the_answer(service: tuple[Scripted, str], path: str) -> None:
    scripted, base = service
    async with ClientSession() as client:
        got = await client.post(base + path, json={"model": "slow", "stream": True, **PATHS[path]})
        assert await got.content.readany()
        assert not scripted.left.is_set()
        got.close()
        await asyncio.wait_for(scripted.left.wait(), 5)


async def test_messages_relax_thinking_and_the_others_do_not(service: tuple[Scripted, str]) -> None:
    asked = {"model": DEMO, **PATHS["/v1/messages"], "thinking": {"type": "enabled", "budget_tokens": 9}}
    async with ClientSession() as client:
        async with client.post(service[1] + "/v1/messages", json=asked) as got:
            assert got.status == 200
        asked = {"model": DEMO, "input": "x", "reasoning": {"effort": "low"}}
        async with client.post(service[1] + "/v1/responses", json=asked) as got:
            assert got.status == 400


async def test_embeddings(service: tuple[Scripted, str]) -> None:
    async with ClientSession() as client:
        for given, status, kind in (
            ({"model": DEMO, "input": ["a", "b"]}, 200, "application/json"),
            ({"model": "nope", "input": "a"}, 404, "application/json"),
            ({"model": DEMO, "input": []}, 400, "application/json; charset=utf-8"),
        ):
            async with client.post(service[1] + "/v1/embeddings", json=given) as got:
                assert (got.status, got.headers["Content-Type"]) == (status, kind)
    assert service[0].asked[0] == {"model": DEMO, "input": ["a", "b"]}


async def test_an_unknown_model_is_not_found(service: tuple[Scripted, str]) -> None:
    async with ClientSession() as client, client.get(service[1] + "/v1/models/nope") as got:
        assert (got.status, (await got.json())["error"]["type"]) == (404, "not_found_error")


async def test_a_compressed_body_without_its_codec_is_a_clear_refusal(service: tuple[Scripted, str]) -> None:
    headers = {"Content-Encoding": "zstd", "Content-Type": "application/json"}
    body = b"\x28\xb5\x2f\xfd not really compressed"
    async with (
        ClientSession() as client,
        client.post(service[1] + "/v1/responses", data=body, headers=headers) as got,
    ):
        assert got.status == 400
        assert service[0].asked == []
