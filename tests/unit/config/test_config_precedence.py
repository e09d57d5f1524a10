"""Flag over environment over project file over user file over default, and where each value came from."""

from pathlib import Path
from typing import Any

import pytest

from arriero.config import schema
from arriero.config.specs import BackendChoice, Speculation


def test_each_layer_beats_the_one_below(desk: Any) -> None:
    assert desk.load().settings.backend is BackendChoice.AUTO
    desk.user('backend = "docker"\n')
    assert desk.load().settings.backend is BackendChoice.DOCKER
    desk.project('backend = "native"\n')
    assert desk.load().settings.backend is BackendChoice.NATIVE
    assert desk.load({"ARRIERO_BACKEND": "docker"}).settings.backend is BackendChoice.DOCKER
    assert desk.load({"ARRIERO_BACKEND": "docker"}, backend="native").settings.backend is BackendChoice.NATIVE


def test_a_flag_that_was_not_given_and_an_empty_variable_count_for_nothing(desk: Any) -> None:
    assert desk.load({"ARRIERO_BACKEND": ""}, backend=None).settings.backend is BackendChoice.AUTO


def test_origins_tell_file_and_line_variable_and_flag(desk: Any) -> None:
    user = desk.user("[slots.qwen]\n# busy\nport = 12001\n")
    project = desk.project('\n[engine]\nkeep_alive = "1h"\n')
    origins = desk.load({"ARRIERO_SLOTS__DEMO__PORT": "12002"}, lang="en").origins
    assert origins["slots.qwen.port"] == f"{user}:3"
    assert origins["engine.keep_alive"] == f"{project}:3"
    assert origins["slots.demo.port"] == "environment ARRIERO_SLOTS__DEMO__PORT"
    assert origins["lang"] == "flag --lang"
    assert origins["slots.mistral.port"] == origins["engine.threads"] == "default"
    assert origins['slots.deepseek.variants."6.7b".reference'] == "default"


@pytest.mark.parametrize(
    ("name", "text", "read", "expected"),
    [
        ("ARRIERO_LANG", "en", lambda c: c.settings.language, "en"),
        ("ARRIERO_SLOTS__QWEN__CONTEXT", "8192", lambda c: c.slot("qwen").context, 8192),
        (
            "ARRIERO_ENGINE__ORIGINS",
            "https://a, https://b",
            lambda c: c.settings.engine.origins,
            ("https://a", "https://b"),
        ),
        ("ARRIERO_ENGINE__KEEP_ALIVE", "300", lambda c: c.settings.engine.keep_alive, "300"),
        (
            "ARRIERO_SLOTS__DEEPSEEK__VARIANTS__6_7B__REFERENCE",
            "other:1",
            lambda c: str(c.slot("deepseek").variant("6.7b").reference),
            "other:1",
        ),
        (
            "ARRIERO_DOCKER__IMAGE",
            f"registry.local:5000/ollama@sha256:{'a' * 64}",
            lambda c: c.settings.docker.image,
            f"registry.local:5000/ollama@sha256:{'a' * 64}",
        ),
        ("ARRIERO_SLOTS__QWEN__SPECULATION", "ngram-mod", lambda c: c.slot("qwen").speculation, Speculation.NGRAM),
        ("OLLAMA_MODELS", "/srv/models", lambda c: c.settings.models_dir, Path("/srv/models")),
    ],
)
def test_variables(desk: Any, name: str, text: str, read: Any, expected: object) -> None:
    assert read(desk.load({name: text})) == expected


def test_our_own_variable_beats_ollamas(desk: Any) -> None:
    environ = {"ARRIERO_MODELS_DIR": "/ours", "OLLAMA_MODELS": "/theirs"}
    assert desk.load(environ).settings.models_dir == Path("/ours")


def test_no_two_keys_share_a_variable() -> None:
    paths = schema.concrete(["qwen", "a-b"], [("qwen", "7b"), ("a-b", "6.7b")])
    names = [schema.variable(path) for path in paths]
    assert len(set(names)) == len(names)


def test_paths_are_relative_to_their_file_and_know_the_home(desk: Any) -> None:
    desk.project('database = "here.db"\nmodels_dir = "~/m"\n')
    desk.user('state_dir = "logs"\n')
    settings = desk.load().settings
    assert settings.database == desk.places.root / "here.db"
    assert settings.models_dir == desk.places.home / "m"
    assert settings.state_dir == desk.places.config / "logs"


def test_a_path_on_the_command_line_is_relative_to_the_current_folder(
    desk: Any, tmp_path: Path, monkeypatch: Any
) -> None:
    monkeypatch.chdir(tmp_path)
    assert desk.load({"ARRIERO_DATABASE": "here.db"}).settings.database == tmp_path / "here.db"


def test_a_current_folder_that_is_gone_matters_to_relative_paths_only(
    desk: Any, tmp_path: Path, monkeypatch: Any
) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    assert desk.load({"ARRIERO_DATABASE": "/srv/x.db"}).settings.database == Path("/srv/x.db")
    assert [type(p).__name__ for p in desk.problems({"ARRIERO_DATABASE": "x.db"})] == ["WrongForm"]


def test_a_slot_of_the_users_own(desk: Any) -> None:
    desk.project('[slots.tiny]\nport = 12001\npurpose.es = "Pruebas"\nvariants.small.reference = "llama3.2:1b"\n')
    tiny = desk.load().slot("tiny")
    assert (tiny.title, tiny.port, tiny.default_variant, tiny.context) == ("tiny", 12001, "small", 4096)
    assert tiny.purpose == {"es": "Pruebas", "en": "Pruebas"}
    assert str(tiny.variant().reference) == "llama3.2:1b"


def test_a_variant_added_to_a_slot_of_ours_leaves_the_default_one(desk: Any) -> None:
    desk.project('[slots.qwen.variants.q5]\nreference = "qwen2.5-coder:7b-instruct-q5_K_M"\n')
    qwen = desk.load().slot("qwen")
    assert [v.name for v in qwen.variants] == ["7b", "q5"]
    assert qwen.default_variant == "7b"
