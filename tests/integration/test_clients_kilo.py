"""Kilo's configuration with a slot that really serves. That Kilo reads it is what `make live` shows."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from client_models import TEMPLATES, TOOLED

from arriero.clients import editing, jsonc
from arriero.clients.checking import check
from arriero.clients.connecting import connect, disconnect, write_legacy
from arriero.clients.errors import ClientFailed, ClientFileInvalid, ClientMissing, NothingToConnect
from arriero.core.progress import silent
from arriero.runtime.http import ask
from arriero.stack.activate import activate
from arriero.stack.world import World
from ports import free_port
from stack_world import REFERENCE, all_down, install, make_world

MINE = '// mine\n{\n  "theme": "dark", // not light\n  "provider": {\n    "other": {},\n  },\n}\n'


@pytest.fixture
def world(tmp_path: Path) -> World:
    """Nothing installed, nothing active."""
    return make_world(tmp_path / "project", free_port())


@pytest.fixture
async def serving(world: World, demo_gguf: Path) -> AsyncIterator[World]:
    """The demo slot active."""
    install(world, demo_gguf, REFERENCE)
    await activate(world, "demo", silent)
    yield world
    await all_down(world)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    folder = tmp_path / "home" / ".config" / "kilo"
    folder.mkdir(parents=True)
    return folder / "kilo.jsonc"


def fake_kilo(folder: Path, script: str) -> dict[str, str]:
    """A program of that name; the real one is 200 MB and is asked in `make live`."""
    program = folder / "bin" / "kilo"
    program.parent.mkdir(exist_ok=True)
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    return {"PATH": f"{program.parent}:/usr/bin:/bin"}


def list_of(folder: Path) -> list[Path]:
    return list(folder.iterdir())


def value_of(file: Path) -> dict[str, Any]:
    return dict(jsonc.parse(file.read_text()).value)


async def test_what_kilo_gets_is_what_the_slot_serves(serving: World, tmp_path: Path, file: Path) -> None:
    done = await connect(serving, tmp_path / "home", {})
    assert (done.created, done.backup) == (True, None)
    provider = value_of(file)["provider"]["arriero-demo"]
    slot = serving.slot("demo")
    assert provider["options"]["baseURL"] == f"http://127.0.0.1:{slot.port}/v1"
    given = provider["models"][REFERENCE]
    assert given["limit"] == {"context": slot.context, "output": slot.context // 4}
    assert given["tool_call"] is False  # the demo's template knows no tools

    again = await connect(serving, tmp_path / "home", {})
    assert (again.diff, again.backup) == ("", None)

    legacy = tmp_path / "kilo-code-settings.json"
    await write_legacy(serving, legacy)
    profile = value_of(legacy)["providerProfiles"]["apiConfigs"]["arriero-demo"]
    assert profile["openAiCustomModelInfo"]["contextWindow"] == slot.context

    answering = fake_kilo(tmp_path, """echo '{"type":"text","part":{"type":"text","text":"hello"}}'""")
    assert [a.text for a in (await check(serving, answering, silent)).answers] == ["hello"]
    with pytest.raises(ClientFailed, match="no such model"):
        await check(serving, fake_kilo(tmp_path, "echo no such model >&2; exit 1"), silent)

    tooled = {"model": REFERENCE, "from": REFERENCE, "template": TEMPLATES[TOOLED], "stream": False}
    answer = await ask("127.0.0.1", slot.port, "/api/create", post=tooled, limit_s=60.0)
    assert answer.json() == {"status": "success"}
    await connect(serving, tmp_path / "home", {})
    assert value_of(file)["provider"]["arriero-demo"]["models"][REFERENCE]["tool_call"] is True


def test_what_was_there_is_kept_and_copied(tmp_path: Path, file: Path) -> None:
    file.write_text(MINE)
    file.chmod(0o640)
    after = editing.with_members(file, MINE, {("provider", "arriero-a"): {"npm": "x"}})
    copy = editing.replace(file, after, "now")
    assert copy is not None
    assert (copy.read_text(), file.read_text(), file.stat().st_mode & 0o777) == (MINE, after, 0o640)
    added = value_of(file)
    assert added["provider"].pop("arriero-a") == {"npm": "x"}
    assert added == value_of(copy)


async def test_with_nothing_active_nothing_is_written(world: World, tmp_path: Path, file: Path) -> None:
    with pytest.raises(NothingToConnect):
        await connect(world, tmp_path / "home", {})
    assert list_of(file.parent) == []


async def test_without_its_program_nothing_is_asked(world: World, tmp_path: Path) -> None:
    with pytest.raises(ClientMissing):
        await check(world, {"PATH": str(tmp_path)}, silent)


def test_only_ours_goes(world: World, tmp_path: Path, file: Path) -> None:
    ours = jsonc.with_member(jsonc.with_member(MINE, ("provider", "arriero-a"), 1), ("provider", "arriero-b"), 2)
    real = tmp_path / "dotfiles.jsonc"
    real.write_text(ours)
    file.symlink_to(real)
    done = disconnect(world, tmp_path / "home", {})
    assert done.removed == ("arriero-a", "arriero-b")
    assert value_of(real) == jsonc.parse(MINE).value
    assert file.is_symlink()
    assert disconnect(world, tmp_path / "home", {}).removed == ()


def test_a_file_that_is_there_under_another_name_is_the_one(world: World, tmp_path: Path, file: Path) -> None:
    other = file.with_name("opencode.json")
    other.write_text('{"provider": {"arriero-a": {}}}')
    assert disconnect(world, tmp_path / "home", {}).file == str(other)
    assert json.loads(other.read_text()) == {}


@pytest.mark.parametrize("content", [b'{"provider": {"arriero-a": 1}', b'{"a": "\xff"}', b"[1, 2]]"])
def test_a_broken_file_is_left_as_it_is(world: World, tmp_path: Path, file: Path, content: bytes) -> None:
    file.write_bytes(content)
    with pytest.raises(ClientFileInvalid):
        disconnect(world, tmp_path / "home", {})
    with pytest.raises(ClientFileInvalid):  # what `connect` does with it
        editing.with_members(file, editing.read(file), {("provider", "arriero-a"): {}})
    assert (file.read_bytes(), list_of(file.parent)) == (content, [file])
