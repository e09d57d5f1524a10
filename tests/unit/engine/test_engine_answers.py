"""Answers from beginning to end, over a child whose every word is written down beforehand."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from arriero.core.clock import SystemClock
from arriero.core.ids import Reference
from arriero.engine.api.collect import collect
from arriero.engine.api.ollama_chat import chat
from arriero.engine.api.ollama_generate import generate
from arriero.engine.api.prompts import without_old_thoughts
from arriero.engine.api.refusal import Refusal
from arriero.engine.engine import Engine
from arriero.engine.llama.launch import LaunchSpec
from arriero.engine.prompt import Message
from arriero.engine.settings import read_settings
from arriero.store.importing import import_gguf
from arriero.store.store import Store
from scripted_child import BREAK_OFF, FAIL, Script, ScriptedChild
from tiny_gguf import tiny_gguf

PLAIN = "{{ range .Messages }}{{ .Role }}: {{ .Content }}\n{{ end }}assistant:"
THINKER = (
    "{{- range $i, $_ := .Messages }}{{ .Role }}: {{ if and $.IsThinkSet .Thinking }}<think>{{ .Thinking }}</think>"
    "{{ end }}{{ .Content }}\n{{ end }}assistant:{{ if and $.IsThinkSet $.Think }}<think>{{ end }}"
)
HI = [{"role": "user", "content": "Hi"}]
SCHEMA = {"type": "object"}


class World:
    """An engine over a store with the models `plain` and `thinker`, and what its children will say."""

    def __init__(self, folder: Path, run: Path) -> None:
        store = Store(folder / "models")
        gguf = folder / "tiny.gguf"
        gguf.write_bytes(tiny_gguf())
        for name, template in (("plain", PLAIN), ("thinker", THINKER)):
            import_gguf(store, gguf, Reference.parse(name), template=template)
        self.scripts: list[Script] = []
        self.children: list[ScriptedChild] = []
        spec = read_settings(["--models", str(folder / "models")], {})
        self.engine = Engine(spec, SystemClock(), run, self._start)  # type: ignore[arg-type]

    async def _start(self, spec: LaunchSpec, socket: Path, _: float | None) -> ScriptedChild:
        self.children.append(await ScriptedChild.start(spec, socket, self.scripts))
        return self.children[-1]

    async def chat(self, *scripts: Script, **body: Any) -> list[Any]:
        """The chunks of an answer."""
        self.scripts[:] = scripts
        async with aclosing(await chat(self.engine, {"model": "plain", "messages": HI, **body})) as answer:
            return [chunk async for chunk in answer]


@pytest.fixture
async def world(tmp_path: Path, own_home: Path) -> AsyncIterator[World]:
    made = World(tmp_path, Path(os.environ["XDG_RUNTIME_DIR"]))
    yield made
    await made.engine.scheduler.close()


def contents(chunks: list[Any]) -> list[str]:
    return [chunk["message"]["content"] for chunk in chunks]


async def test_an_answer_ends_with_what_it_cost(world: World) -> None:
    chunks = await world.chat(["Hello", " there"])
    assert contents(chunks) == ["Hello", " there", ""]
    last = chunks[-1]
    assert (last["done"], last["done_reason"], last["prompt_eval_count"], last["eval_count"]) == (True, "stop", 3, 4)
    assert (last["prompt_eval_duration"], last["eval_duration"]) == (3_000_000, 5_000_000)
    assert world.children[0].completions()[0]["prompt"] == "user: Hi\nassistant:"


async def test_an_answer_that_repeats_itself_is_cut_without_an_end(world: World) -> None:
    chunks = await world.chat(["ha "] * 50)
    assert len(chunks) == 31
    assert not any(chunk["done"] for chunk in chunks)


@pytest.mark.parametrize(
    ("end", "text"),
    [
        (BREAK_OFF, "llama-server process has terminated: signal: killed"),
        (FAIL, '{"error": {"code": 500, "message": "out of luck"}}'),
    ],
)
async def test_a_failure_after_the_first_word_is_the_last_chunk(world: World, end: str, text: str) -> None:
    chunks = await world.chat(["Hello", end])
    assert contents(chunks[:-1]) == ["Hello"]
    assert chunks[-1] == {"error": text}


@pytest.mark.parametrize("end", [BREAK_OFF, FAIL])
async def test_a_failure_before_the_first_word_is_a_refusal(world: World, end: str) -> None:
    with pytest.raises(Refusal) as caught:
        await world.chat([end])
    assert caught.value.status == 500


async def test_the_format_waits_for_the_thoughts(world: World) -> None:
    chunks = await world.chat(
        ["I thi", "nk.", "</think>", "Mixed"], ['{"a"', ": 1}"], model="thinker", think=True, format=SCHEMA
    )
    thought = "".join(chunk["message"].get("thinking", "") for chunk in chunks)
    assert (thought, "".join(contents(chunks))) == ("I think.", '{"a": 1}')
    assert [chunk["done"] for chunk in chunks].count(True) == 1
    first, second = world.children[0].completions()
    assert "json_schema" not in first
    assert second["json_schema"] == SCHEMA
    assert second["prompt"] == "user: Hi\nassistant: <think>I think.</think>\nassistant:<think>"


async def test_an_answer_without_thoughts_has_its_format_from_the_start(world: World) -> None:
    await world.chat(["{}"], model="thinker", think=False, format=SCHEMA)
    assert world.children[0].completions()[0]["json_schema"] == SCHEMA


async def test_leaving_an_answer_frees_the_slot_and_stops_the_child(world: World) -> None:
    world.scripts[:] = [["Hello"], []]
    answer = await chat(world.engine, {"model": "plain", "messages": HI})
    assert (await anext(answer))["message"]["content"] == "Hello"
    await answer.aclose()
    waiting = asyncio.create_task(chat(world.engine, {"model": "plain", "messages": HI}))
    await world.children[0].waits.wait()
    waiting.cancel()
    await world.children[0].hung_up.wait()
    assert contents(await world.chat(["again"])) == ["again", ""]


async def test_an_answer_that_nobody_reads_frees_the_slot_too(world: World) -> None:
    world.scripts[:] = [["Hello"]]
    await (await chat(world.engine, {"model": "plain", "messages": HI})).aclose()
    assert contents(await world.chat(["again"])) == ["again", ""]


async def test_the_end_frees_the_slot_before_it_is_read(world: World) -> None:
    world.scripts[:] = [["one"], ["two"]]
    async with aclosing(await chat(world.engine, {"model": "plain", "messages": HI})) as first:
        while not (await anext(first))["done"]:
            pass
        second = await chat(world.engine, {"model": "plain", "messages": HI})
        assert (await collect(second))["message"]["content"] == "two"


async def test_generate_tells_the_context_of_what_was_said(world: World) -> None:
    world.scripts[:] = [["two", " words"]]
    told = await collect(await generate(world.engine, {"model": "plain", "prompt": "Hi"}))
    assert (told["response"], told["context"]) == ("two words", [0, 1, 2, 3])


async def test_a_long_chat_loses_its_oldest_messages(world: World) -> None:
    said = [{"role": "user", "content": f"{n} " * 40} for n in range(3)]
    await world.chat(["ok"], messages=said, options={"num_ctx": 100})
    prompt = world.children[0].completions()[0]["prompt"]
    assert "0 0" not in prompt
    assert "2 2" in prompt


@pytest.mark.parametrize(
    ("family", "left"),
    [("qwen3", ["said", "<think>new</think>"]), ("llama", ["<think>old</think>said", "<think>new</think>"])],
)
def test_old_thoughts_are_left_out_for_two_families(family: str, left: list[str]) -> None:
    model: Any = SimpleNamespace(
        installed=SimpleNamespace(config=SimpleNamespace(family=family), reference=Reference.parse("a"))
    )
    said = [
        Message("user"),
        Message("assistant", "<think>old</think>said"),
        Message("user"),
        Message("assistant", "<think>new</think>"),
    ]
    assert [each.content for each in without_old_thoughts(model, said) if each.role == "assistant"] == left
