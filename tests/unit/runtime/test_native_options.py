"""A supervisor's command line says all that is fixed about it, and is read back as it was written."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arriero.runtime.native.command import engine_words, settings_hash
from arriero.runtime.native.options import Limits, Options, from_command
from made_service import SERVICE

SPEC = replace(
    SERVICE,
    max_body_bytes=100_000_000,
    origins=("https://one.example", "https://two.example"),
    threads=4,
    api_key_file=Path("/etc/key"),
)
WORD = st.text(st.characters(blacklist_characters="\0", blacklist_categories=("Cs",)))


def options(engine: tuple[str, ...] = ("python3", "-m", "arriero.engine"), **changes: object) -> Options:
    plain = Options("qwen", Path("/run"), Path("/log"), "127.0.0.1", 11434, "abc", "", Limits(), engine)
    return plain._replace(**changes)  # type: ignore[arg-type]


@given(engine=st.lists(WORD).map(tuple), folder=WORD, host=WORD, foreground=st.booleans())
def test_what_is_written_is_read_back(engine: tuple[str, ...], folder: str, host: str, *, foreground: bool) -> None:
    given_options = options(engine, run_dir=Path("/") / folder, host=host, limits=Limits(0.5, crashes=9))
    assert from_command(given_options.to_command("/usr/bin/python3", foreground=foreground)) == given_options


@pytest.mark.parametrize(
    "command",
    [
        [],
        ["python3"],
        ["python3", "-S", "-m", "arriero.runtime.native.supervisor"],
        ["python3", "-S", "-m", "arriero.runtime.native.supervisor", "--slot", "qwen", "--", "x"],
        ["vim", "arriero.runtime.native.supervisor", "--slot", "qwen", "--run-dir", "/run", "--"],
        [word.replace("11434", "many") for word in options().to_command("python3")],
        [word.replace("60.0", "long") for word in options().to_command("python3")],
        options().to_command("python3")[:-4],
    ],
)
def test_other_commands_are_none_of_ours(command: list[str]) -> None:
    assert from_command(command) is None


def test_the_engine_is_asked_for_everything_in_the_spec() -> None:
    assert " ".join(engine_words(SPEC)) == (
        "--slot qwen --host 127.0.0.1 --port 11434 --models /models --context 16384 --kv-cache q8_0 --keep-alive 30m "
        "--parallel 2 --max-queue 64 --max-body-bytes 100000000 --threads 4 "
        "--origin https://one.example --origin https://two.example --api-key-file /etc/key"
    )


def test_another_model_needs_no_restart() -> None:
    assert settings_hash(replace(SPEC, model="mistral:7b")) == settings_hash(SPEC)


@pytest.mark.parametrize(
    "change",
    [
        {"host": "0.0.0.0"},
        {"port": 1},
        {"models_dir": Path("/other")},
        {"context": 8192},
        {"kv_cache": "f16"},
        {"keep_alive": "5m"},
        {"parallel": 1},
        {"max_queue": 1},
        {"max_body_bytes": 1},
        {"origins": ()},
        {"speculation": "ngram-mod"},
        {"threads": 0},
        {"gpu": "2070"},
        {"api_key_file": None},
    ],
)
def test_any_other_change_does(change: dict[str, object]) -> None:
    assert settings_hash(replace(SPEC, **change)) != settings_hash(SPEC)  # type: ignore[arg-type]
