"""`plan` and `models` as they are typed: header-only files, the store, and a registry that is asked for a header."""

from __future__ import annotations

import asyncio
import hashlib
import io
import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from bench.sparse_gguf import Model
from bench.wanted import QWEN, V2_LITE, dense
from registry_server import quick, stock_registry

from arriero.cli import main
from arriero.core import paths
from arriero.core.ids import Reference
from arriero.registry.client import RegistryClient
from arriero.registry.pushing import push
from ports import free_port

MIB = 1 << 20
SMALL = dense(
    "Small",
    "llama",
    layers=4,
    width=256,
    heads=4,
    kv_heads=2,
    head=64,
    feed_forward=512,
    vocabulary=90_000,
    trained=4096,
)
SETTINGS = """
[registry]
insecure = ["{host}"]

[slots.small]
port = {port}
context = 2048
kv_cache = "q8_0"

[slots.small.variants.one]
reference = "{host}/test/small:1"
"""


@dataclass(frozen=True)
class Typed:
    """What a command gave back. `data`: of --json."""

    code: int
    out: str
    err: str

    @property
    def data(self) -> Any:
        return json.loads(self.out)["data"]

    @property
    def errors(self) -> list[str]:
        return [error["code"] for error in json.loads(self.out)["errors"]]


Arriero = Callable[..., Typed]


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("registry")
    with stock_registry(folder) as host:
        asyncio.run(publish(host, SMALL, folder / "source"))
        yield host


async def publish(host: str, model: Model, folder: Path) -> None:
    blobs = folder / "blobs"
    blobs.mkdir(parents=True)
    data = model.write(folder / "m.gguf").read_bytes()
    kinds = {"vnd.ollama.image.model": data, "vnd.docker.container.image.v1+json": b'{"model_format":"gguf"}'}
    layers = []
    for kind, content in kinds.items():
        digest = hashlib.sha256(content).hexdigest()
        (blobs / f"sha256-{digest}").write_bytes(content)
        layers.append({"mediaType": f"application/{kind}", "digest": f"sha256:{digest}", "size": len(content)})
    manifest = {
        "schemaVersion": 2,
        "mediaType": "application/vnd.docker.distribution.manifest.v2+json",
        "config": layers[1],
        "layers": layers[:1],
    }
    client = RegistryClient(quick(host))
    await push(client, Reference.parse(f"{host}/test/small:1"), json.dumps(manifest).encode(), blobs)


@pytest.fixture
def arriero(host: str, own_home: Path, monkeypatch: pytest.MonkeyPatch) -> Arriero:
    """Runs one command line with a home of its own."""
    settings = own_home / ".config" / "arriero" / "arriero.toml"
    settings.parent.mkdir(parents=True)
    settings.write_text(SETTINGS.format(host=host, port=free_port()))
    monkeypatch.setenv("ARRIERO_DATABASE", str(own_home / "models.db"))
    monkeypatch.setenv("ARRIERO_BACKEND", "native")

    def run(*argv: str) -> Typed:
        out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True) for _ in range(2))
        monkeypatch.setattr(sys, "stdout", out)
        monkeypatch.setattr(sys, "stderr", err)
        code = main(argv)
        return Typed(code, *(stream.buffer.getvalue().decode() for stream in (out, err)))  # type: ignore[attr-defined]

    return run


def simulated(*argv: str, card: str = "rtx2070s") -> Typed:
    """The same with a simulated card, as a process: NVML's child ends with it."""
    line = [sys.executable, paths.PROJECT_ROOT / "main.py", "--simulate", card, *argv]
    done = subprocess.run(line, capture_output=True, text=True, timeout=60, check=False)
    return Typed(done.returncode, done.stdout, done.stderr)


@pytest.fixture(scope="module")
def qwen(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return QWEN.write(tmp_path_factory.mktemp("files") / "qwen.gguf")


def test_a_header_only_file_on_the_reference_card(arriero: Arriero, qwen: Path) -> None:
    told = arriero("plan", str(qwen), "--gpu", "rtx 2070 super", "--context", "8192", "--json")
    data = told.data
    assert (told.code, data["verdict"], data["source"]) == (0, "gpu", "formula")
    assert (data["layers"], data["gpu_layers"], data["cpu_expert_layers"]) == (29, 29, 0)
    assert data["total_bytes"] == data["weights_bytes"] + data["kv_bytes"] + data["compute_bytes"]
    assert 0 <= data["total_bytes"] / MIB - 4763 <= 16
    assert data["largest_context"] == {"f16": 32_768, "q8_0": 32_768, "q4_0": 32_768}
    assert data["vram_budget_bytes"] == (7977 - 450) * MIB
    low, high = data["expected"]["tokens_per_s"]
    assert 20 < low < 73 < high


def test_a_header_without_its_data_says_the_same(arriero: Arriero, qwen: Path, tmp_path: Path) -> None:
    cut = tmp_path / "header.gguf"
    with qwen.open("rb") as source:
        cut.write_bytes(source.read(8 * MIB))
    whole, header = (arriero("plan", str(path), "--vram", "6GiB", "--json").data for path in (qwen, cut))
    assert {**whole, "reference": ""} == {**header, "reference": ""}


@pytest.mark.parametrize(("vram", "verdict"), [("7GiB", "gpu"), ("4GiB", "mixed"), ("500M", "cpu")])
def test_the_budget_decides(arriero: Arriero, qwen: Path, vram: str, verdict: str) -> None:
    data = arriero("planificar", str(qwen), "--vram", vram, "--json").data
    assert data["verdict"] == verdict
    assert data["vram_bytes"] + data["margin_bytes"] <= data["vram_budget_bytes"] or data["gpu_layers"] == 0
    assert data["expected"] is None


def test_without_a_card_it_is_the_cpu_for_honest_reasons(arriero: Arriero, qwen: Path) -> None:
    data = arriero("plan", str(qwen), "--json").data
    assert (data["vram_budget_bytes"], data["gpu_layers"], data["vram_bytes"]) == (None, 0, 0)
    assert data["verdict"] in ("cpu", "no")  # as this machine's memory has it
    assert data["reasons"][0]["code"] == "fit.no_gpu"
    assert data["ram_bytes"] >= QWEN.tensor_bytes


def test_the_simulated_card_is_told_as_such(arriero: Arriero, qwen: Path) -> None:
    told = simulated("plan", str(qwen), "--json")
    assert (told.data["verdict"], told.data["gpu"]["simulated"]) == ("gpu", True)


def test_before_a_download_only_the_beginning_is_read(arriero: Arriero, host: str) -> None:
    data = arriero("plan", "small", "--vram", "1GiB", "--json").data
    assert (data["reference"], data["slot"], data["header"]) == (f"{host}/test/small:1", "small", "registry")
    assert (data["context"], data["kv_cache"], data["verdict"]) == (2048, "q8_0", "gpu")
    again = arriero("plan", f"{host}/test/small:1", "--vram", "1GiB", "--context", "512", "--json").data
    assert (again["header"], again["context"], again["kv_cache"]) == ("kept", 512, "q8_0")


def test_what_was_planned_or_installed_is_known_without_asking(arriero: Arriero) -> None:
    def fit() -> dict[str, Any]:
        found: dict[str, Any] = {f["slot"]: f for f in arriero("models", "--json").data["fits"]}
        return found["small"]

    assert fit()["verdict"] is None
    assert "not planned" in arriero("models", "--lang", "en").out
    arriero("plan", "small", "--json")
    assert fit()["verdict"] == "cpu"
    arriero("pull", "small")
    data = arriero("plan", "small", "--json").data
    assert (data["header"], data["verdict"]) == ("store", "cpu")
    seen = {f["slot"]: f for f in simulated("models", "--json").data["fits"]}["small"]
    assert (seen["verdict"], seen["largest_context"]["f16"]) == ("gpu", 4096)
    assert "4096 (f16)" in arriero("plan", "--vram", "2GiB").out


def test_the_catalogue_on_an_8_gb_card_beside_a_desktop(arriero: Arriero) -> None:
    """Nothing was downloaded or asked for: the catalogue's own shapes. The card's desktop holds 900 MB."""
    told = simulated("models", "--json", card="rtx2070s,desktop=900M")
    fits = {fit["variant"]: fit for fit in told.data["fits"] if fit["header"] == "catalogue"}
    assert {name: fit["verdict"] for name, fit in fits.items()} == {
        "7b": "gpu",
        "v2-lite": "mixed",
        "6.7b": "gpu",
        "135m": "gpu",
    }
    divided = fits["v2-lite"]
    assert (divided["layers"], divided["gpu_layers"], divided["largest_context"]["f16"]) == (28, 28, 0)
    assert divided["vram_bytes"] + divided["ram_bytes"] > 10_360_420_352 - 1  # all of it is somewhere
    assert 0 < divided["cpu_expert_layers"] < 27

    text = simulated("models", "--lang", "en", card="rtx2070s,desktop=900M").out
    lines = [line.strip() for line in text.splitlines()]
    at = next(i for i, line in enumerate(lines) if "deepseek-coder-v2:16b-lite" in line)
    assert "10.4 GB" in lines[at]
    assert lines[at + 1] == "is divided between GPU and RAM"
    assert re.fullmatch(
        r"28 of 28 layers on the GPU \(6\.\d+ GB\); in RAM 6\.\d+ GB, experts of \d+ layers", lines[at + 2]
    )
    assert lines[at + 3] == "context wholly on the GPU: none (f16)"
    assert text.count("  fits wholly on the GPU\n") == 4
    assert "context wholly on the GPU: 32768 (f16), 32768 (q8_0), 32768 (q4_0)" in text
    assert max(map(len, text.splitlines()[1:])) <= 80


def test_without_a_network_the_catalogue_is_told_and_what_could_not_be_asked(
    arriero: Arriero, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("https_proxy", f"http://127.0.0.1:{free_port()}")  # nobody listens there
    told = arriero("plan", "deepseek", "--gpu", "RTX 2070 SUPER", "--json")
    assert (told.code, told.data["header"], told.data["verdict"]) == (0, "catalogue", "mixed")
    assert told.data["unasked"]["code"] == "registry.unreachable"
    text = arriero("plan", "deepseek", "--gpu", "RTX 2070 SUPER", "--lang", "en").out
    assert "Warning: No connection to registry.ollama.ai" in text
    assert "follows from the catalogue" in text.replace("\n", " ")
    unknown = arriero("plan", "llama3.2:1b", "--json")
    assert (unknown.code, unknown.errors) == (3, ["registry.unreachable"])


def test_what_comes_out_of_a_wheel_needs_nobody_to_be_asked(arriero: Arriero) -> None:
    told = arriero("plan", "demo", "--json").data
    assert (told["header"], told["unasked"], told["verdict"]) == ("catalogue", None, "cpu")


@pytest.mark.parametrize(
    ("argv", "code", "error"),
    [
        (("QWEN", "--context", "-3"), 2, "usage.value_not_a_number"),
        (("QWEN", "--context", "0"), 2, "fit.context_absurd"),
        (("QWEN", "--context", "99999999999"), 2, "fit.context_absurd"),
        (("QWEN", "--kv", "q3"), 2, "usage.value_not_a_choice"),
        (("QWEN", "--vram", "much"), 2, "usage.value_not_a_size"),
        (("QWEN", "--gpu", "voodoo 2"), 4, "fit.gpu_unknown"),
        (("QWEN", "--gpu", "rtx 2070", "--vram", "1G"), 2, "usage.options_clash"),
        (("--context", "4096"), 2, "usage.argument_missing"),
        (("nothing.gguf",), 4, "gguf.missing"),
        (("no such model!",), 2, "reference.invalid"),
        (("HOST/test/absent:1",), 4, "registry.manifest_not_found"),
    ],
)
def test_bad_input(arriero: Arriero, host: str, qwen: Path, argv: tuple[str, ...], code: int, error: str) -> None:
    words = [word.replace("QWEN", str(qwen)).replace("HOST", host) for word in argv]
    told = arriero("plan", *words, "--json")
    assert (told.code, told.errors[0]) == (code, error)


def test_a_quantized_cache_for_the_old_layout_of_v2_lite(arriero: Arriero, tmp_path: Path) -> None:
    path = V2_LITE.write(tmp_path / "lite.gguf", words=False)
    assert arriero("plan", str(path), "--vram", "8GiB", "--kv", "q8_0", "--json").errors == ["fit.kv_unfit"]
    data = arriero("plan", str(path), "--vram", "8GiB", "--json").data
    assert (data["verdict"], data["largest_context"]["q8_0"]) == ("mixed", None)
    assert data["cpu_expert_layers"] > 0


def test_hostile_headers_are_refused_in_words(arriero: Arriero, tmp_path: Path) -> None:
    many = replace(SMALL, metadata={**SMALL.metadata, "block_count": 4_000_000_000})
    told = arriero("plan", str(many.write(tmp_path / "many.gguf", words=False)), "--json")
    assert (told.code, told.errors) == (1, ["fit.shape_absurd"])
    (tmp_path / "short.gguf").write_bytes(b"GGUF" + b"\3\0\0\0" + b"\xff" * 16)
    assert arriero("plan", str(tmp_path / "short.gguf"), "--json").errors == ["gguf.hostile"]
