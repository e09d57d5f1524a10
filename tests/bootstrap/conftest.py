"""Trees to run main.sh in: nothing made yet, or with an environment that is whole."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from planted_tree import Tree, answer, plant


@pytest.fixture
def tree(tmp_path: Path, own_home: Path) -> Tree:
    return plant(tmp_path, own_home)


@pytest.fixture(scope="session")
def ready_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment that main.sh made, for tests that start from one."""
    folder = tmp_path_factory.mktemp("ready")
    tree = plant(folder, folder)
    answer(tree.run())
    return tree.venv


@pytest.fixture
def ready_tree(tree: Tree, ready_folder: Path) -> Tree:
    """A tree whose environment is whole, and nothing left to install it from."""
    shutil.copytree(ready_folder, tree.venv, symlinks=True)
    return tree
