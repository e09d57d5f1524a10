"""What a name means, with the catalogue's own slots."""

from pathlib import Path

import pytest

from arriero.config.loading import load
from arriero.core.paths import places
from arriero.gateway.naming import Directory, Group, Target

NOW = {"qwen": "7b", "deepseek": "v2-lite", "mistral": "7b", "demo": "135m"}
V2 = "deepseek-coder-v2:16b-lite-instruct-q4_K_M"


@pytest.fixture
def directory(tmp_path: Path) -> Directory:
    return Directory(load({}, {}, places({"HOME": str(tmp_path)})).slots)


@pytest.mark.parametrize(
    ("name", "group", "reference", "known"),
    [
        ("qwen", "qwen:7b", "qwen2.5-coder:7b-instruct-q4_K_M", False),
        ("Qwen:latest", "qwen:7b", "qwen2.5-coder:7b-instruct-q4_K_M", False),
        ("QWEN2.5-coder:7B-instruct-q4_K_M", "qwen:7b", "qwen2.5-coder:7b-instruct-q4_K_M", True),
        ("deepseek", "deepseek:v2-lite", V2, False),
        ("deepseek:v2-lite", "deepseek:v2-lite", V2, False),
        ("deepseek-coder-v2-lite-instruct-q4_K_M", "deepseek:v2-lite", V2, True),
        ("deepseek:6.7b", "deepseek:6.7b", "deepseek-coder:6.7b-instruct-q4_K_M", False),
    ],
)
def test_names_of_the_catalogue(directory: Directory, name: str, group: str, reference: str, known: bool) -> None:
    slot, _, variant = group.partition(":")
    assert directory.find(name, NOW) == Target(Group(slot, variant), reference, known)


def test_a_slots_id_means_the_variant_that_is_wished(directory: Directory) -> None:
    found = directory.find("deepseek", NOW | {"deepseek": "6.7b"})
    assert found
    assert found.group == Group("deepseek", "6.7b")


@pytest.mark.parametrize("name", ["", "gpt-4", "../etc", "qwen:14b", "a b"])
def test_names_that_nobody_has(directory: Directory, name: str) -> None:
    assert directory.find(name, NOW) is None


def test_a_slot_that_was_not_seen_yet_means_its_default(directory: Directory) -> None:
    found = directory.find("deepseek", {})
    assert found
    assert found.group == Group("deepseek", "v2-lite")


def test_the_nearest_name(directory: Directory) -> None:
    assert directory.nearest("qwne") == "qwen"
    assert directory.nearest("zzzzzz") is None
