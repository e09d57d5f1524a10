"""`pull hf.co/owner/repository:QUANT`: the same client, over TLS that is verified, through the environment's proxy."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest
from hugging_face import OWNER, QUANT, REPOSITORY, SHARDED, STORAGE, UNKNOWN, Authority, HuggingFace, serving
from store_reader import read_store
from version_world import make_world

from arriero.core.ids import Reference
from arriero.core.progress import silent
from arriero.registry.errors import RegistryDenied, RegistryRefused, RegistryUntrusted
from arriero.registry.values import RegistrySettings
from arriero.stack import remote
from arriero.stack.pull import pull
from arriero.stack.world import World
from tiny_gguf import tiny_gguf

NAME = f"hf.co/{OWNER}/{REPOSITORY}"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority.make(tmp_path_factory.mktemp("authority"))


@pytest.fixture
async def hub(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[HuggingFace]:
    made = HuggingFace.of(tiny_gguf(), random.Random(9).randbytes(300_000))
    async with serving(made, authority) as hub:
        monkeypatch.setenv("https_proxy", hub.proxy)
        monkeypatch.setenv("SSL_CERT_FILE", str(authority.certificate))
        settings = partial(RegistrySettings, connections=3, part_bytes=50_000, backoff_s=0.01)
        monkeypatch.setattr(remote, "RegistrySettings", settings)
        yield hub


@pytest.fixture
def world(tmp_path: Path) -> World:
    return make_world(tmp_path / "project", Reference.parse("localhost:1/test/tiny:1"))


async def test_a_quantisation_is_pulled(world: World, hub: HuggingFace) -> None:
    pulled = await pull(world, f"{NAME}:{QUANT}", silent)
    assert (pulled.changed, pulled.reference) == (True, f"{NAME}:{QUANT}")
    contents = read_store(world.store.root)
    assert list(contents.models) == [f"hf.co/{OWNER}/{REPOSITORY}/{QUANT}"]
    assert contents.rest == frozenset()
    assert world.store.raw_manifest(Reference.parse(f"{NAME}:{QUANT}")) == hub.manifest
    ranged = [path for host, path, headers in hub.seen if host == STORAGE and "Range" in headers]
    assert len(ranged) > 1, "the licence came in parts, straight from where it is stored"
    assert all("Authorization" not in headers for _, _, headers in hub.seen)
    assert not (await pull(world, f"{NAME}:{QUANT}", silent)).changed


async def test_without_a_tag_it_is_the_one_that_the_hub_calls_latest(world: World, hub: HuggingFace) -> None:
    assert (await pull(world, NAME, silent)).reference == f"{NAME}:latest"
    assert (await pull(world, f"huggingface.co/{OWNER}/{REPOSITORY}:q4_k_m", silent)).download_bytes == 0


async def test_signed_urls_that_expire_are_asked_for_again(world: World, hub: HuggingFace) -> None:
    hub.uses = 2
    await pull(world, f"{NAME}:{QUANT}", silent)
    assert read_store(world.store.root).rest == frozenset()
    assert hub.granted > len(hub.blobs)


@pytest.mark.parametrize(("tag", "words"), [("Q9_X", UNKNOWN), ("Q8_0", SHARDED)])
async def test_its_own_words_are_passed_on(world: World, hub: HuggingFace, tag: str, words: str) -> None:
    with pytest.raises(RegistryRefused) as refused:
        await pull(world, f"{NAME}:{tag}", silent)
    assert (refused.value.status, refused.value.detail) == (400, words)
    assert world.store.list() == []


async def test_what_does_not_exist_or_is_private_is_denied(world: World, hub: HuggingFace) -> None:
    with pytest.raises(RegistryDenied):
        await pull(world, "hf.co/somebody/Private-GGUF:Q4_K_M", silent)
    assert {host for host, _, _ in hub.seen} == {"hf.co", "huggingface.co"}


async def test_an_unknown_authority_is_not_believed(
    world: World, hub: HuggingFace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    with pytest.raises(RegistryUntrusted):
        await pull(world, f"{NAME}:{QUANT}", silent)
    assert hub.seen == []
