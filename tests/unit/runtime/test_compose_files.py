from __future__ import annotations

import importlib.util
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from arriero.config import schema
from arriero.config.specs import DockerSettings, GpuChoice
from arriero.core.paths import PROJECT_ROOT
from arriero.runtime.docker import dotenv
from arriero.runtime.docker.compose_files import (
    ENVIRONMENT,
    KNOBS,
    defaults,
    is_untouched,
    names_card,
    observed_hash,
    render_main,
    render_slots,
    sealed,
    service_hash,
    service_names,
    size_bytes,
    values,
)
from made_service import SERVICE

SETTINGS = DockerSettings("ollama/ollama:0.33.0", "arriero", Path("/project"), GpuChoice.NVIDIA, "8gb", 512, 2048)
SPEC = replace(
    SERVICE,
    slot="qwen-2",
    name="ollama-qwen-2",
    port=11440,
    origins=("https://one.example", "app://two"),
    speculation="ngram-mod",
)


def files() -> dict[str, str]:
    """What scripts/make_compose.py would write."""
    spec = importlib.util.spec_from_file_location("make_compose", PROJECT_ROOT / "scripts" / "make_compose.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.files()


@pytest.mark.parametrize("name", ["docker-compose.yml", "docker-compose.cpu.yml"])
def test_the_file_is_in_step_with_the_catalogue(name: str) -> None:
    assert (PROJECT_ROOT / name).read_text() == files()[name]


def test_the_seeds_names_ports_and_variables() -> None:
    text = files()["docker-compose.yml"]
    services = yaml.safe_load(text)["services"]
    assert list(services) == ["ollama-qwen", "ollama-deepseek", "ollama-mistral"] == list(service_names(text))
    assert [services[name]["container_name"] for name in services] == list(services)
    ports = [defaults(text)[f"ARRIERO_SLOTS__{slot}__PORT"] for slot in ("QWEN", "DEEPSEEK", "MISTRAL")]
    assert ports == ["11434", "11435", "11436"]
    assert "version" not in yaml.safe_load(text)
    for service in services.values():
        assert service["environment"]["OLLAMA_NUM_GPU_LAYERS"] == "35"
        assert service["restart"] == "unless-stopped"
        assert "start_interval" not in service["healthcheck"]
        assert service["volumes"] == ["ollama_models:/root/.ollama/models"]
        (device,) = service["deploy"]["resources"]["reservations"]["devices"]
        assert device == {"driver": "nvidia", "device_ids": ["${ARRIERO_GPU:-0}"], "capabilities": ["gpu"]}
    attention = {name: "OLLAMA_FLASH_ATTENTION" in service["environment"] for name, service in services.items()}
    assert attention == {"ollama-qwen": True, "ollama-deepseek": False, "ollama-mistral": True}


def test_every_variable_is_that_of_a_setting() -> None:
    text = render_main([SPEC], SETTINGS)
    assert values(SPEC, SETTINGS) == defaults(text)
    known = {schema.variable(path) for path in schema.concrete([SPEC.slot], [])}
    asked = set(re.findall(r"\$\{(\w+)", text))
    assert asked - known == {"HOME", "OLLAMA_MODELS"}


def test_values_are_the_specs_own() -> None:
    environment = yaml.safe_load(render_slots([SPEC], SETTINGS))["services"]["ollama-qwen-2"]["environment"]
    assert environment["OLLAMA_ORIGINS"] == "${ARRIERO_ENGINE__ORIGINS:-https://one.example,app://two}"
    assert environment["LLAMA_ARG_SPEC_TYPE"] == "${ARRIERO_SLOTS__QWEN_2__SPECULATION:-ngram-mod}"
    assert environment["OLLAMA_CONTEXT_LENGTH"] == "${ARRIERO_SLOTS__QWEN_2__CONTEXT:-16384}"


def test_without_a_card_further_slots_reserve_none() -> None:
    assert "deploy" in render_slots([SPEC], SETTINGS)
    assert "deploy" not in render_slots([SPEC], replace(SETTINGS, gpu=GpuChoice.CPU))


def told(**changes: object) -> dict[str, object]:
    """A container that is in step with SPEC and SETTINGS, as Engine 20.10 describes one, with changes."""
    environment = {
        "OLLAMA_CONTEXT_LENGTH": "16384",
        "OLLAMA_KV_CACHE_TYPE": "q8_0",
        "LLAMA_ARG_SPEC_TYPE": "ngram-mod",
        "OLLAMA_KEEP_ALIVE": "30m",
        "OLLAMA_NUM_PARALLEL": "2",
        "OLLAMA_MAX_QUEUE": "64",
        "OLLAMA_ORIGINS": "https://one.example,app://two",
        "LLAMA_ARG_FIT_TARGET": "512",
        "LLAMA_ARG_CACHE_RAM": "2048",
        "PATH": "/usr/bin",
    }
    gpu = {"Driver": "nvidia", "Count": 0, "DeviceIDs": ["0"], "Capabilities": [["gpu"]]}
    host = {
        "PortBindings": {"11434/tcp": [{"HostIp": "127.0.0.1", "HostPort": "11440"}]},
        "DeviceRequests": [gpu],
        "ShmSize": 8 << 30,
    }
    environment |= {name: str(value) for name, value in changes.items() if name.isupper()}
    host |= {name: value for name, value in changes.items() if name in host}
    image = changes.get("Image", "ollama/ollama:0.33.0")
    return {
        "Config": {"Image": image, "Env": [f"{name}={value}" for name, value in environment.items()]},
        "HostConfig": host,
    }


@pytest.mark.parametrize(
    "change",
    [
        {"Image": "ollama/ollama:latest"},
        {"PortBindings": {"11434/tcp": [{"HostIp": "0.0.0.0", "HostPort": "11440"}]}},
        {"PortBindings": {"11434/tcp": [{"HostIp": "127.0.0.1", "HostPort": "11434"}]}},
        {"PortBindings": None},
        {"DeviceRequests": None},
        {"DeviceRequests": [{"Count": -1, "Capabilities": [["gpu"]]}]},
        {"DeviceRequests": [{"Count": 0, "Capabilities": [["gpu"]]}]},
        {"DeviceRequests": [{"Count": 0, "DeviceIDs": ["1"], "Capabilities": [["gpu"]]}]},
        {"ShmSize": 64 << 20},
        *({name: "another"} for name in ENVIRONMENT),
    ],
)
def test_what_is_different_on_the_container_is_seen(change: dict[str, object]) -> None:
    assert observed_hash(told()) == service_hash(SPEC, SETTINGS)
    assert observed_hash(told(**change)) != service_hash(SPEC, SETTINGS)


def test_one_card_of_which_only_the_number_is_said_is_the_first() -> None:
    counted = told(DeviceRequests=[{"Driver": "nvidia", "Count": 1, "DeviceIDs": None, "Capabilities": [["gpu"]]}])
    assert observed_hash(counted) == service_hash(SPEC, SETTINGS)


@pytest.mark.parametrize(
    ("card", "known"),
    [
        ("0", True),
        ("12", True),
        ("GPU-3f2c9a1e-0000-4bcd-8e11-aa0011bb22cc", True),
        ("2070", False),
        ("2070 super", False),
        ("", False),
    ],
)
def test_a_container_knows_a_card_by_number_or_uuid(card: str, known: bool) -> None:
    assert names_card(card) is known


def test_every_setting_changes_the_hash() -> None:
    specs = {
        "port": 1,
        "context": 1,
        "kv_cache": "f16",
        "keep_alive": "1m",
        "parallel": 1,
        "max_queue": 1,
        "origins": (),
        "speculation": "none",
    }
    settings = {"image": "a", "gpu": GpuChoice.CPU, "shm_size": "1g", "fit_target_mib": 1, "cache_ram_mib": 1}
    settings["card"] = "1"
    hashes = {service_hash(replace(SPEC, **{name: value}), SETTINGS) for name, value in specs.items()}
    hashes |= {service_hash(SPEC, replace(SETTINGS, **{name: value})) for name, value in settings.items()}
    assert len(hashes - {service_hash(SPEC, SETTINGS)}) == len(specs) + len(settings) == len(KNOBS) + 1


def test_the_model_is_no_part_of_it() -> None:
    assert service_hash(replace(SPEC, model="other:1"), SETTINGS) == service_hash(SPEC, SETTINGS)


@pytest.mark.parametrize(
    ("text", "expected"), [("8gb", 8 << 30), ("512m", 512 << 20), ("64MB", 64 << 20), ("9", 9), ("1kb", 1024)]
)
def test_sizes_as_docker_reads_them(text: str, expected: int) -> None:
    assert size_bytes(text) == expected


def test_a_change_by_hand_breaks_the_seal() -> None:
    text = render_main([SPEC], SETTINGS)
    assert is_untouched(text)
    assert not is_untouched(text.replace("8gb", "1gb"))
    assert not is_untouched("services: {}\n")
    assert sealed("a\n") != sealed("b\n")


def test_the_block_of_env_stands_beside_lines_of_the_users_own() -> None:
    first = dotenv.with_block("HTTPS_PROXY=http://proxy:3128", {"A": "1"})
    assert first.startswith("HTTPS_PROXY=http://proxy:3128\n# >>> arriero")
    second = dotenv.with_block(first + "MORE=1\n", {"A": "2", "B": "3"})
    assert second.startswith("HTTPS_PROXY=http://proxy:3128\n")
    assert second.endswith("# <<< arriero\nMORE=1\n")
    assert "A=1" not in second
    assert "A=2\nB=3\n" in second
    assert dotenv.is_untouched(second, {"A", "B"})


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("A=1", "A=2"),
        lambda text: text.replace("# <<< arriero\n", ""),
        lambda text: text + "A=2\n",
        lambda text: "export A=2\n" + text,
        lambda text: text + text,
    ],
)
def test_a_block_that_was_edited_or_contradicted_is_known(change: Callable[[str], str]) -> None:
    text = dotenv.with_block("", {"A": "1"})
    assert dotenv.is_untouched(text, {"A"})
    assert not dotenv.is_untouched(change(text), {"A"})
