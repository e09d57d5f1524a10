"""What a child is started with, for what a request and the settings say."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from arriero.core.ids import Reference
from arriero.engine.engine import launch_spec
from arriero.engine.llama.launch import LaunchSpec
from arriero.engine.options import Options
from arriero.engine.prompt import Template
from arriero.engine.served import ServedModel, capabilities
from arriero.engine.settings import read_settings
from arriero.store.config_blob import ModelConfig
from arriero.store.gguf import GgufHeader
from arriero.store.manifest import Layer
from arriero.store.models import InstalledModel

SPEC = read_settings(["--context", "4096", "--parallel", "2", "--threads", "3"], {})


def header(**metadata: Any) -> GgufHeader:
    known = {"general.architecture": "llama", "llama.context_length": 8192, **metadata}
    return GgufHeader(Path("/m"), 3, MappingProxyType(known), (), 32, 0, 0)


def served(read: GgufHeader, template: Template | None = Template.parse("{{ .Prompt }}")) -> ServedModel:  # noqa: B008
    installed = InstalledModel(Reference.parse("a"), "", 0, 0, Layer("", "", 0), (), ModelConfig())
    return ServedModel(installed, Path("/m"), read, template, "", {}, (), capabilities(read, template, ()))


def launched(options: Options = Options(), *, shift: bool = True, **metadata: Any) -> LaunchSpec:  # noqa: B008
    return launch_spec(SPEC, served(header(**metadata)), options, shift=shift)


@pytest.mark.parametrize(("asked", "given"), [(0, 4096), (2048, 2048), (1_000_000, 8192), (1, 4)])
def test_the_context(asked: int, given: int) -> None:
    assert launched(Options(num_ctx=asked)).context == given


def test_requests_win_over_settings_where_they_say_something() -> None:
    assert (launched().threads, launched(Options(num_thread=1)).threads) == (3, 1)
    assert launched(Options(num_gpu=0, main_gpu=1, use_mmap=False, num_batch=64)) == replace(
        launched(), gpu_layers=0, main_gpu=1, use_mmap=False, batch=64
    )


def test_what_does_not_touch_the_child() -> None:
    assert launched(Options(temperature=0, num_predict=5, stop=("a",), num_keep=9, seed=1)) == launched()


def test_shifting_the_context() -> None:
    assert launched().context_shift
    assert not launched(shift=False).context_shift
    assert not launched(**{"general.architecture": "deepseek2"}).context_shift


def test_an_embedding_model_computes_one_at_a_time() -> None:
    made = launched(**{"llama.pooling_type": 1})
    assert (made.embedding, made.parallel) == (True, 1)


def test_a_model_without_a_go_template_brings_its_own() -> None:
    assert launch_spec(SPEC, served(header(), None), Options(), shift=True).jinja


def test_it_survives_its_journey_to_the_child() -> None:
    spec = launched(Options(main_gpu=1))
    assert LaunchSpec.from_json(spec.to_json()) == spec


@pytest.mark.parametrize(
    ("template", "metadata", "declared", "found"),
    [
        ("{{ .Prompt }}", {}, (), ("completion",)),
        ("{{ .Prompt }}{{ .Suffix }}{{ .Tools }}", {}, (), ("completion", "tools", "insert")),
        ("{{ .Prompt }}", {"llama.pooling_type": 1}, (), ("embedding",)),
        ("{{ .Prompt }}", {}, ("vision", "embedding", "completion"), ("completion", "embedding")),
    ],
)
def test_capabilities(
    template: str, metadata: dict[str, Any], declared: tuple[str, ...], found: tuple[str, ...]
) -> None:
    assert capabilities(header(**metadata), Template.parse(template), declared) == found
