"""Arriero under `sudo`: nothing of a user's becomes root's; looking goes on, and says why nothing is written."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from arriero.config.loading import load
from arriero.core.paths import places
from arriero.core.progress import silent
from arriero.stack.activate import activate
from arriero.stack.errors import RootWouldOwn
from arriero.stack.pull import pull
from arriero.stack.status import status
from arriero.stack.world import World, open_world

CALLER = 65534


def world_of(root: Path, caller: int) -> World:
    flags = {"backend": "native", "docker.project": os.environ["ARRIERO_DOCKER__PROJECT"]}
    shell = {"PATH": os.environ["PATH"], "SUDO_UID": str(caller), "SUDO_USER": "ana"}
    return open_world(load(flags, {}, replace(places(), root=root)), environ=shell)


async def test_root_writes_nothing_among_the_files_of_who_called_it(
    needs_root: None, tmp_path: Path, own_home: Path
) -> None:
    project = tmp_path / "project"
    project.mkdir()
    for folder in (project, own_home):
        os.chown(folder, CALLER, CALLER)
    world = world_of(project, CALLER)
    told = await status(world)
    assert [type(note) for note in told.notes] == [RootWouldOwn]
    assert told.notes[0].params() == {"path": str(world.configuration.settings.models_dir), "owner": "ana"}
    for doing in (activate(world, "qwen", silent), activate(world, "demo", silent), pull(world, "qwen", silent)):
        with pytest.raises(RootWouldOwn):
            await doing
    assert not any(next(folder.iterdir(), None) for folder in (project, own_home))


async def test_root_among_its_own_files_is_a_user_like_any_other(needs_root: None, tmp_path: Path) -> None:
    for caller in (0, CALLER):
        assert (await status(world_of(tmp_path / str(caller), caller))).notes == ()
