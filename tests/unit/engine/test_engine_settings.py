from __future__ import annotations

from pathlib import Path

import pytest

from arriero.engine.errors import EngineBindNeedsKey, EngineKeyUnreadable, EngineSettingInvalid
from arriero.engine.go_duration import LONGEST_S
from arriero.engine.settings import read_settings


def test_the_defaults() -> None:
    spec = read_settings([], {"HOME": "/home/me"})
    assert (spec.host, spec.port, spec.models) == ("127.0.0.1", 11434, Path("/home/me/.ollama/models"))
    assert (spec.context, spec.kv_cache, spec.keep_alive_s, spec.parallel, spec.max_queue) == (4096, "f16", 300, 1, 512)
    assert (spec.api_key, spec.flash_attention, spec.gpu_layers, spec.load_stall_s) == (None, "auto", -1, 300)
    assert spec.idle_timeout_s == 75


def test_speculation_is_a_flag_too() -> None:
    assert read_settings(["--speculation", "ngram-mod"], {"LLAMA_ARG_SPEC_TYPE": "none"}).speculation == "ngram-mod"


def test_ollamas_variables() -> None:
    spec = read_settings(
        [],
        {
            "OLLAMA_HOST": "127.0.0.1:5000",
            "OLLAMA_MODELS": "/models",
            "OLLAMA_CONTEXT_LENGTH": " '8192' ",
            "OLLAMA_KV_CACHE_TYPE": "q8_0",
            "OLLAMA_KEEP_ALIVE": "-1",
            "OLLAMA_NUM_PARALLEL": "3",
            "OLLAMA_MAX_QUEUE": "7",
            "OLLAMA_ORIGINS": "https://a.example, app://x",
            "OLLAMA_LOAD_TIMEOUT": "0",
            "OLLAMA_FLASH_ATTENTION": "1",
            "LLAMA_ARG_N_GPU_LAYERS": "20",
            "LLAMA_ARG_CACHE_RAM": "512",
            "LLAMA_ARG_SPEC_TYPE": "ngram-mod",
            "LLAMA_ARG_FIT_TARGET": "700",
        },
    )
    assert (spec.port, spec.models, spec.context, spec.kv_cache) == (5000, Path("/models"), 8192, "q8_0")
    assert (spec.keep_alive_s, spec.parallel, spec.max_queue, spec.load_stall_s) == (LONGEST_S, 3, 7, None)
    assert spec.origins == ("https://a.example", "app://x")
    assert (spec.flash_attention, spec.gpu_layers, spec.cache_ram_mib) == ("on", 20, 512)
    assert (spec.speculation, spec.fit_margin_mib) == ("ngram-mod", 700)


def test_flags_win_over_variables() -> None:
    environ = {"OLLAMA_HOST": "127.0.0.1:5000", "OLLAMA_CONTEXT_LENGTH": "8192", "OLLAMA_ORIGINS": "b://"}
    spec = read_settings(["--port", "0", "--context", "2048", "--origin", "a://", "--keep-alive", "90"], environ)
    assert (spec.port, spec.context, spec.origins, spec.keep_alive_s) == (0, 2048, ("a://", "b://"), 90)


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("127.0.0.1", ("127.0.0.1", 11434)),
        (":5000", ("127.0.0.1", 5000)),
        ("localhost:80", ("localhost", 80)),
        ("http://127.0.0.1", ("127.0.0.1", 80)),
        ("https://127.0.0.1/", ("127.0.0.1", 443)),
        ("[::1]:5000", ("::1", 5000)),
        ("[::1]", ("::1", 11434)),
        ("::1", ("::1", 11434)),
    ],
)
def test_addresses_as_ollama_reads_them(text: str, address: tuple[str, int]) -> None:
    spec = read_settings([], {"OLLAMA_HOST": text})
    assert (spec.host, spec.port) == address


@pytest.mark.parametrize(
    ("argv", "environ", "name"),
    [
        (["--context", "many"], {}, "--context"),
        (["--context", "-1"], {}, "--context"),
        (["--port", "70000"], {}, "--port"),
        (["--idle-timeout", "0"], {}, "--idle-timeout"),
        (["--idle-timeout", "soon"], {}, "--idle-timeout"),
        (["--kv-cache", "q9"], {}, "--kv-cache"),
        (["--keep-alive", "5 minutes"], {}, "--keep-alive"),
        ([], {"OLLAMA_KEEP_ALIVE": "soon"}, "OLLAMA_KEEP_ALIVE"),
        ([], {"OLLAMA_HOST": "127.0.0.1:port"}, "OLLAMA_HOST"),
        ([], {"OLLAMA_NUM_PARALLEL": "two"}, "OLLAMA_NUM_PARALLEL"),
        ([], {"LLAMA_ARG_SPEC_TYPE": "magic"}, "LLAMA_ARG_SPEC_TYPE"),
    ],
)
def test_wrong_values_are_named(argv: list[str], environ: dict[str, str], name: str) -> None:
    with pytest.raises(EngineSettingInvalid) as caught:
        read_settings(argv, environ)
    assert caught.value.name == name


def test_an_unknown_flag_is_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        read_settings(["--nope"], {})
    assert caught.value.code == 2
    assert "--nope" in capsys.readouterr().err


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.5", "::", "somewhere.example"])
def test_beyond_loopback_takes_a_key_or_a_container(host: str, tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.write_text("secret\n")
    with pytest.raises(EngineBindNeedsKey):
        read_settings(["--host", host], {})
    assert read_settings(["--host", host, "--api-key-file", str(key)], {}).api_key == "secret"
    assert read_settings(["--host", host], {"ARRIERO_IN_CONTAINER": "1"}).api_key is None


@pytest.mark.parametrize("content", [None, b"", b"\n", b"two\nlines\n", "clavé".encode()])
def test_a_key_file_without_a_key(content: bytes | None, tmp_path: Path) -> None:
    file = tmp_path / "key"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(EngineKeyUnreadable):
        read_settings(["--api-key-file", str(file)], {})
