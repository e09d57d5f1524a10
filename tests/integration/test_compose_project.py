"""The project's folder: what Arriero writes there, and that Compose, typed by hand, then means what Arriero means."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from arriero.config.loading import load
from arriero.config.specs import GpuChoice
from arriero.core.clock import SystemClock
from arriero.core.paths import places
from arriero.runtime.backend import ServiceSpec
from arriero.runtime.docker.backend import DockerBackend
from arriero.runtime.docker.compose import CPU, DOTENV, MAIN, OVERRIDE, SLOTS, ComposeProject
from arriero.runtime.docker.errors import DockerBindRefused, DockerCardNamed, DockerFolderFailed
from arriero.stack.world import service_of
from docker_slot import ENDPOINT

TINY = '[slots.tiny]\nport = 11440\nvariants.small.reference = "llama3.2:1b"\n'


@dataclass
class Desk:
    """One user's settings, and the project that they make."""

    home: Path

    @property
    def folder(self) -> Path:
        return self.home / "compose"

    def project(self, text: str = "", **docker: object) -> ComposeProject:
        (self.home / "arriero.toml").write_text(f'docker.folder = "{self.folder}"\n{text}')
        configuration = load({}, {}, replace(places({"HOME": str(self.home)}), root=self.home))
        pairs = ((slot, slot.variant()) for slot in configuration.slots)
        services = tuple(service_of(configuration.settings, slot, variant) for slot, variant in pairs if variant)
        settings = replace(configuration.settings.docker, **({"gpu": GpuChoice.NVIDIA} | docker))
        return ComposeProject(services, settings)

    def text(self, name: str) -> str:
        return (self.folder / name).read_text()

    def typed(self, environ: Mapping[str, str] | None = None) -> dict[str, Any]:
        """What `docker compose` typed in the folder understands."""
        return config(self.folder, [], {"HOME": str(self.home)} | dict(environ or {}))


def config(folder: Path, words: list[str], environ: Mapping[str, str]) -> dict[str, Any]:
    done = subprocess.run(
        ["docker", "compose", *words, "config", "--format", "json"],
        cwd=folder,
        env={"PATH": os.environ["PATH"]} | environ,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return json.loads(done.stdout)


def meant(project: ComposeProject, environ: Mapping[str, str]) -> dict[str, Any]:
    """The same, asked for as Arriero does."""
    files = [word for file in project.files for word in ("--file", str(file))]
    where = ["--project-name", project.name, "--project-directory", str(project.directory), *files]
    return config(Path("/"), where, {**environ, **project.environment})


def spec_of(project: ComposeProject, slot: str) -> ServiceSpec:
    return next(spec for spec in project.services if spec.slot == slot)


@pytest.fixture
def desk(own_home: Path) -> Desk:
    return Desk(own_home)


@pytest.mark.parametrize("name", [MAIN, CPU])
def test_compose_takes_the_files_without_a_word(needs_docker: None, name: str) -> None:
    files = [MAIN] if name == MAIN else [MAIN, CPU]
    seen = config(places().root, [word for file in files for word in ("--file", file)], {"HOME": "/home/ana"})
    assert list(seen["services"]) == ["ollama-deepseek", "ollama-mistral", "ollama-qwen"]
    assert seen["volumes"]["ollama_models"]["driver_opts"]["device"] == "/home/ana/.ollama/models"
    for service in seen["services"].values():
        assert {port["host_ip"] for port in service["ports"]} == {"127.0.0.1"}
        assert ("devices" in service["deploy"]["resources"]["reservations"]) == (name == MAIN)


@pytest.mark.parametrize(
    ("text", "docker", "slot"),
    [
        ("", {}, "qwen"),
        ("slots.qwen.port = 12000\nslots.qwen.context = 8192\nslots.qwen.kv_cache = 'f16'\n", {}, "qwen"),
        ("slots.mistral.speculation = 'ngram-mod'\n[engine]\norigins = ['https://a.example']\n", {}, "mistral"),
        ("engine.keep_alive = '-1'\nengine.parallel = 2\nengine.max_queue = 9\n", {"gpu": GpuChoice.CPU}, "deepseek"),
        ("docker.image = 'mirror:5000/ollama:1'\ndocker.shm_size = '1g'\n", {"project": "other"}, "qwen"),
        (TINY, {}, "tiny"),
        (TINY, {"gpu": GpuChoice.CPU}, "tiny"),
        ("", {"gpu": GpuChoice.CPU}, "demo"),
        ("gpu = '1'\n", {}, "qwen"),
        (f"gpu = 'GPU-3f2c9a1e-0000-4bcd-8e11-aa0011bb22cc'\n{TINY}", {}, "tiny"),
    ],
)
def test_by_hand_and_the_app_mean_the_same(
    needs_docker: None, desk: Desk, text: str, docker: dict[str, object], slot: str
) -> None:
    project = desk.project(text, **docker)
    project.prepare(spec_of(project, slot))
    typed = desk.typed()
    assert typed == meant(project, {"HOME": "/elsewhere", "ARRIERO_SLOTS__QWEN__PORT": "1"})
    assert typed["name"] == project.name
    for spec in project.services:
        if f"ollama-{spec.slot}" in typed["services"]:
            service = typed["services"][f"ollama-{spec.slot}"]
            assert service["environment"]["OLLAMA_CONTEXT_LENGTH"] == str(spec.context)
            assert [port["published"] for port in service["ports"]] == [str(spec.port)]
            cards = service.get("deploy", {}).get("resources", {}).get("reservations", {}).get("devices", [])
            assert [card["device_ids"] for card in cards] == ([] if project.cpu else [[project.settings.card]])
    assert f"ollama-{slot}" in typed["services"]
    assert project.edited() == ()


def test_another_variant_comes_with_its_own_settings(needs_docker: None, desk: Desk) -> None:
    project = desk.project()
    project.prepare(replace(spec_of(project, "deepseek"), kv_cache="q8_0"))
    assert desk.typed()["services"]["ollama-deepseek"]["environment"]["OLLAMA_KV_CACHE_TYPE"] == "q8_0"
    project.prepare(spec_of(project, "deepseek"))
    assert desk.typed()["services"]["ollama-deepseek"]["environment"]["OLLAMA_KV_CACHE_TYPE"] == "f16"


@pytest.mark.parametrize("name", ["a b", "it's", 'a"b', "a$HOME", "a\\b", "a#b", "ñandú", "a'b\"c$d"])
def test_a_folder_of_models_of_any_name(needs_docker: None, desk: Desk, name: str) -> None:
    project = desk.project()
    project.prepare(replace(spec_of(project, "qwen"), models_dir=desk.home / name))
    device = desk.typed()["volumes"]["ollama_models"]["driver_opts"]["device"]
    assert device.replace("$$", "$") == str(desk.home / name)  # `config` prints what may be read in again
    assert (desk.home / name).is_dir()


def test_a_variable_of_the_shell_beats_the_file_as_it_does_in_the_app(needs_docker: None, desk: Desk) -> None:
    project = desk.project("slots.qwen.context = 8192\n")
    project.prepare(spec_of(project, "qwen"))
    typed = desk.typed({"ARRIERO_SLOTS__QWEN__CONTEXT": "2048", "ARRIERO_MODELS_DIR": "/srv/models"})
    assert typed["services"]["ollama-qwen"]["environment"]["OLLAMA_CONTEXT_LENGTH"] == "2048"
    assert typed["volumes"]["ollama_models"]["driver_opts"]["device"] == "/srv/models"


def test_further_slots_come_when_they_are_asked_for_and_go_when_they_are_undeclared(desk: Desk) -> None:
    project = desk.project(TINY)
    project.prepare(spec_of(project, "qwen"))
    assert not (desk.folder / SLOTS).exists()
    project.prepare(spec_of(project, "tiny"))
    project.prepare(spec_of(project, "demo"))
    assert "ollama-tiny" in desk.text(SLOTS)
    assert "ollama-demo" in desk.text(SLOTS)
    project = desk.project()
    project.prepare(spec_of(project, "qwen"))
    assert "ollama-tiny" not in desk.text(SLOTS)
    assert f"COMPOSE_FILE={MAIN}:{SLOTS}\n" in desk.text(DOTENV)


def test_the_users_own_file_stays_in_play(needs_docker: None, desk: Desk) -> None:
    project = desk.project("", gpu=GpuChoice.CPU)
    desk.folder.mkdir()
    (desk.folder / OVERRIDE).write_text('services: {ollama-qwen: {environment: {OLLAMA_DEBUG: "1"}}}\n')
    project.prepare(spec_of(project, "qwen"))
    assert desk.typed()["services"]["ollama-qwen"]["environment"]["OLLAMA_DEBUG"] == "1"
    assert project.edited() == ()


@pytest.mark.parametrize("name", [MAIN, CPU, SLOTS, DOTENV])
def test_what_was_edited_is_told_and_kept(desk: Desk, name: str) -> None:
    project = desk.project(TINY)
    project.prepare(spec_of(project, "tiny"))
    path = desk.folder / name
    path.write_text(path.read_text().replace("tiny", "TINY").replace("deploy", "x-deploy").replace("=/", "=//"))
    edited = path.read_text()
    changed = desk.project(TINY + "context = 8192\n[slots.qwen]\nport = 12000\n")
    assert project.edited() == changed.edited() == (path,)
    changed.prepare(spec_of(changed, "tiny"))
    assert path.read_text() == edited
    backend = DockerBackend(changed, ENDPOINT, run_dir=desk.home / "run", clock=SystemClock())
    assert [(remark.code, remark.params()) for remark in backend.remarks()] == [
        ("compose.file_edited", {"path": str(path)})
    ]


def test_nothing_is_written_twice(desk: Desk) -> None:
    project = desk.project(TINY)
    project.prepare(spec_of(project, "tiny"))
    before = {path: path.stat().st_ino for path in desk.folder.iterdir()}
    project.prepare(spec_of(project, "tiny"))
    assert {path: path.stat().st_ino for path in desk.folder.iterdir()} == before


def test_lines_of_the_users_own_stay_in_env(desk: Desk) -> None:
    project = desk.project()
    desk.folder.mkdir()
    (desk.folder / DOTENV).write_text("HTTPS_PROXY=http://proxy:3128\n")
    project.prepare(spec_of(project, "qwen"))
    assert desk.text(DOTENV).startswith("HTTPS_PROXY=http://proxy:3128\n# >>> arriero")
    assert project.edited() == ()


@pytest.mark.parametrize("bind", ["0.0.0.0", "192.168.1.5", "::1"])
def test_containers_are_opened_on_no_other_address(desk: Desk, bind: str) -> None:
    project = desk.project()
    with pytest.raises(DockerBindRefused) as caught:
        project.prepare(replace(spec_of(project, "qwen"), host=bind))
    assert caught.value.bind == bind
    assert not desk.folder.exists()


def test_a_card_that_a_container_cannot_be_given_is_refused(desk: Desk) -> None:
    project = desk.project("gpu = 'rtx 2070'\n")
    with pytest.raises(DockerCardNamed) as caught:
        project.prepare(spec_of(project, "qwen"))
    assert caught.value.card == "rtx 2070"
    assert not desk.folder.exists()
    on_cpu = replace(project, settings=replace(project.settings, gpu=GpuChoice.CPU))
    on_cpu.prepare(spec_of(on_cpu, "qwen"))


def test_a_folder_that_cannot_be_made(desk: Desk) -> None:
    project = desk.project()
    (desk.home / "file").write_text("")
    with pytest.raises(DockerFolderFailed) as caught:
        project.prepare(replace(spec_of(project, "qwen"), models_dir=desk.home / "file" / "models"))
    assert caught.value.path == desk.home / "file" / "models"
