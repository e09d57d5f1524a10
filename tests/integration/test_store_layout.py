"""The store on a real disk: what is written, read by an independent reader; what is read, written by hand."""

from __future__ import annotations

import hashlib
import json
import os
import stat
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arriero.core import go_json
from arriero.core.ids import Reference
from arriero.store import InstalledModel, Layer, ModelConfig, ProblemKind, Store, config_blob, media
from arriero.store.errors import BadDigest, BlobMissing, ModelDamaged, ModelNotInstalled

REFERENCE = Reference.parse("tiny:q4")
TEMPLATE = "{{ .System }} {{ .Prompt }} ñ"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "models")


def install(store: Store, name: str = "tiny:q4", weights: bytes = b"weights", **small: str) -> InstalledModel:
    config = store.add_bytes(config_blob.render(ModelConfig(format="gguf", family="llama")), media.CONFIG)
    layers = [store.add_bytes(weights, media.MODEL)]
    layers += [store.add_bytes(text.encode(), media.KINDS[kind][0]) for kind, text in small.items()]
    return store.write_manifest(Reference.parse(name), config, layers)


def read_as_ollama(root: Path, name: str) -> dict[str, Any]:
    """A reader of its own: follows the layout from a name to checked blobs."""
    data = (root / "manifests" / "registry.ollama.ai" / "library" / name.replace(":", "/")).read_bytes()
    manifest = json.loads(data)
    contents = {}
    for layer in [*manifest["layers"], manifest["config"]]:
        blob = (root / "blobs" / layer["digest"].replace(":", "-")).read_bytes()
        assert f"sha256:{hashlib.sha256(blob).hexdigest()}" == layer["digest"]
        assert len(blob) == layer["size"]
        contents[layer["mediaType"]] = blob
    return {"digest": hashlib.sha256(data).hexdigest(), "contents": contents, "manifest": manifest}


def write_by_hand(store: Store, name: str, text: str) -> Path:
    path = store.manifests.joinpath(*Reference.parse(name).parts)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def asides(store: Store) -> list[Path]:
    return list(store.root.glob(".arriero-aside-*"))


def test_an_empty_store_is_empty_and_nothing_is_created_by_looking(store: Store) -> None:
    assert (store.list(), store.problems(), store.find(REFERENCE)) == ([], [], None)
    assert not store.root.exists()


def test_what_is_written_is_read_by_another_reader(store: Store) -> None:
    model = install(store, template=TEMPLATE, params='{"stop":["x"]}\n')
    seen = read_as_ollama(store.root, "tiny:q4")
    assert seen["digest"] == model.digest
    assert seen["contents"][media.MODEL] == b"weights"
    assert seen["contents"][media.TEMPLATE] == TEMPLATE.encode()
    assert json.loads(seen["contents"][media.CONFIG])["model_family"] == "llama"
    assert seen["manifest"]["schemaVersion"] == 2


def test_what_another_writer_wrote_is_read(store: Store) -> None:
    """Spaces in the JSON, a licence twice, unknown fields and layers: all of it is in stores of today."""
    blobs = {
        kind: store.add_bytes(text.encode(), f"application/vnd.ollama.image.{kind}")
        for kind, text in {
            "model": "weights",
            "template": TEMPLATE,
            "system": "Be brief.",
            "license": "MIT",
            "params": '{"stop": ["a"], "num_ctx": 4096}',
            "messages": '[{"role": "user", "content": "hi"}]',
            "tensor": "?",
        }.items()
    }
    config = store.add_bytes(b'{"model_format": "gguf", "rootfs": {}}', media.CONFIG)
    layers = [{"mediaType": b.media_type, "digest": b.digest, "size": b.size_bytes} for b in blobs.values()]
    layers.append(layers[3])
    whole = {"config": {"digest": config.digest, "size": config.size_bytes}, "layers": layers, "x": 1}
    path = write_by_hand(store, "host:5000/ns/Mixed:V1", json.dumps(whole, indent=1))
    (model,) = store.list()
    assert str(model.reference) == "host:5000/ns/Mixed:V1"
    assert model.digest == hashlib.sha256(path.read_bytes()).hexdigest()
    assert model.modified_at_ns == path.stat().st_mtime_ns
    assert model.size_bytes == sum(layer["size"] for layer in layers) + config.size_bytes
    assert (store.template_text(model), store.system_text(model)) == (TEMPLATE, "Be brief.")
    assert store.params(model) == {"stop": ["a"], "num_ctx": 4096}
    assert (store.licenses(model), store.messages(model)) == (["MIT", "MIT"], [{"role": "user", "content": "hi"}])
    assert store.gguf_path(model).read_bytes() == b"weights"


def test_a_model_without_small_layers_has_none(store: Store) -> None:
    model = install(store)
    assert (store.template_text(model), store.system_text(model)) == (None, None)
    assert (store.params(model), store.licenses(model), store.messages(model)) == ({}, [], [])


def test_modes_are_ollamas_whatever_the_umask(store: Store) -> None:
    before = os.umask(0o077)
    try:
        install(store)
    finally:
        os.umask(before)
    files = [path for path in store.root.rglob("*") if path.is_file() and not path.name.startswith(".")]
    assert len(files) == 3
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o644}


def test_the_same_bytes_are_stored_once_and_stay_as_they_are(store: Store) -> None:
    first = store.add_bytes(b"same", media.TEMPLATE)
    inode = store.blob_path(first.digest).stat().st_ino
    second = store.add_bytes(b"same", media.SYSTEM)
    assert first.digest == second.digest
    assert [path.stat().st_ino for path in store.blobs.iterdir()] == [inode]
    assert asides(store) == []


def test_a_blob_of_the_wrong_size_is_replaced(store: Store) -> None:
    layer = store.add_bytes(b"whole bytes", media.MODEL)
    store.blob_path(layer.digest).write_bytes(b"half")
    assert store.add_bytes(b"whole bytes", media.MODEL) == layer
    assert store.blob_path(layer.digest).read_bytes() == b"whole bytes"


@pytest.mark.parametrize("error", [RuntimeError("hung up"), ConnectionResetError("hung up")])
def test_streamed_bytes_are_kept_only_when_the_stream_ends_well(store: Store, error: Exception) -> None:
    """What breaks the stream is told as it is: a client that went away is no fault of the store."""

    def broken() -> Any:
        yield b"some"
        raise error

    with pytest.raises(type(error), match="hung up"):
        store.add_chunks(broken(), media.MODEL, 8)
    assert list(store.blobs.iterdir()) == []
    assert asides(store) == []
    assert store.has_blob(store.add_chunks(iter([b"so", b"me"]), media.MODEL, 4).digest)


def test_names_match_without_case_and_the_exact_one_wins(store: Store) -> None:
    install(store, "Tiny:Q4", b"upper")
    assert store.get(REFERENCE).reference == Reference.parse("Tiny:Q4")
    install(store, "tiny:q4", b"replaced")
    assert [str(model.reference) for model in store.list()] == ["Tiny:Q4"]
    lower = write_by_hand(store, "tiny:q4", store.manifests.joinpath(*Reference.parse("Tiny:Q4").parts).read_text())
    assert store.get(REFERENCE).reference == REFERENCE
    lower.unlink()
    assert store.gguf_path(store.get(REFERENCE)).read_bytes() == b"replaced"


def test_the_newest_is_listed_first(store: Store) -> None:
    for age, name in enumerate(["a:1", "b:1", "c:1"]):
        install(store, name)
        path = store.manifests.joinpath(*Reference.parse(name).parts)
        os.utime(path, ns=(0, (10 - age % 2) * 1_000_000_007))
    assert [str(model.reference) for model in store.list()][-1] == "b:1"


def test_an_unknown_model_is_told_with_the_nearest_name(store: Store) -> None:
    install(store, "qwen2.5-coder:7b")
    with pytest.raises(ModelNotInstalled) as caught:
        store.get(Reference.parse("qwen2.5-codr:7b"))
    assert caught.value.params() == {"reference": "qwen2.5-codr:7b", "nearest": "qwen2.5-coder:7b"}


def test_a_copy_is_the_manifests_very_bytes(store: Store) -> None:
    model = install(store)
    store.copy(REFERENCE, Reference.parse("alias:latest"))
    assert store.get(Reference.parse("alias")).digest == model.digest
    assert len(list(store.blobs.iterdir())) == 2
    with pytest.raises(ModelNotInstalled):
        store.copy(Reference.parse("nobody"), REFERENCE)


def test_a_manifest_is_not_written_before_its_blobs_are_there(store: Store) -> None:
    model = install(store)
    missing = Layer(media.MODEL, "sha256:" + "0" * 64, 7)
    wrong = Layer(media.MODEL, model.layers[0].digest, 8)
    for layer in (missing, wrong):
        with pytest.raises(BlobMissing):
            store.write_manifest(Reference.parse("other"), model.config_layer, [layer])
    assert [str(m.reference) for m in store.list()] == ["tiny:q4"]
    assert asides(store) == []


def test_deleting_takes_what_nobody_else_needs(store: Store) -> None:
    model = install(store, "one:1", b"shared", template="one")
    install(store, "two:1", b"shared", template="two")
    removal = store.delete(Reference.parse("ONE:1"))
    template = model.layer("template")
    assert template is not None
    assert (removal.removed_digests, removal.freed_bytes, removal.unreadable) == ((template.digest,), 3, ())
    assert not store.has_blob(template.digest)
    assert read_as_ollama(store.root, "two:1")["contents"][media.MODEL] == b"shared"
    assert not (store.manifests / "registry.ollama.ai" / "library" / "one").exists()
    store.delete(Reference.parse("two:1"))
    assert list(store.blobs.iterdir()) == []
    assert list(store.manifests.iterdir()) == []


def test_deleting_what_is_not_there_changes_nothing(store: Store) -> None:
    with pytest.raises(ModelNotInstalled):
        store.delete(REFERENCE)
    assert not store.root.exists()


@pytest.mark.parametrize("place", ["registry.ollama.ai/library/broken/latest", "registry.ollama.ai/library/x/.tmp"])
def test_while_a_manifest_cannot_be_read_no_blob_is_deleted(store: Store, place: str) -> None:
    install(store)
    broken = store.manifests / place
    broken.parent.mkdir(parents=True, exist_ok=True)
    broken.write_text("{")
    removal = store.delete(REFERENCE)
    assert (removal.removed_digests, removal.freed_bytes, removal.unreadable) == ((), 0, (broken,))
    assert len(list(store.blobs.iterdir())) == 2
    assert store.find(REFERENCE) is None


def test_a_second_tree_of_a_newer_ollama_keeps_the_blobs(store: Store) -> None:
    install(store)
    newer = store.root / "manifests-v2"
    newer.mkdir()
    assert store.delete(REFERENCE).unreadable == (newer,)
    assert len(list(store.blobs.iterdir())) == 2


def test_a_damaged_model_is_left_out_of_the_list_named_and_can_be_deleted(store: Store) -> None:
    install(store, "good:1")
    write_by_hand(store, "bad:1", '{"layers": 3}')
    bad = Reference.parse("bad:1")
    assert [str(model.reference) for model in store.list()] == ["good:1"]
    with pytest.raises(ModelDamaged) as caught:
        store.get(bad)
    assert caught.value.reason == "layers is not a list"
    (problem,) = store.problems()
    assert (problem.kind, problem.reference) == (ProblemKind.MANIFEST_UNREADABLE, bad)
    assert store.delete(bad).unreadable == ()
    assert store.problems() == []


def test_every_problem_is_named(store: Store) -> None:
    model = install(store, "cut:1", b"weights")
    install(store, "lost:1", b"gone", template="t")
    store.blob_path(model.layers[0].digest).write_bytes(b"cut")
    store.blob_path("sha256:" + hashlib.sha256(b"gone").hexdigest()).unlink()
    write_by_hand(store, "noconfig:1", f'{{"config": {{"digest": "sha256:{"1" * 64}", "size": 1}}}}')
    dot_file = write_by_hand(store, "cut:1", store.manifests.joinpath(*Reference.parse("cut:1").parts).read_text())
    (dot_file.parent / ".1.swp").write_text("")
    found = {(problem.kind, str(problem.reference)) for problem in store.problems()}
    assert found == {
        (ProblemKind.BLOB_SIZE, "cut:1"),
        (ProblemKind.BLOB_MISSING, "lost:1"),
        (ProblemKind.BLOB_MISSING, "noconfig:1"),
        (ProblemKind.MANIFEST_NAME, "None"),
    }


def test_a_blob_that_is_gone_is_told_when_it_is_asked_for(store: Store) -> None:
    model = install(store, template=TEMPLATE, params="[]")
    with pytest.raises(ModelDamaged, match="not a dict"):
        store.params(model)
    for kind in ("template", "model"):
        layer = model.layer(kind)
        assert layer is not None
        store.blob_path(layer.digest).unlink()
    with pytest.raises(BlobMissing):
        store.template_text(model)
    with pytest.raises(BlobMissing):
        store.gguf_path(model)


@pytest.mark.parametrize("digest", ["", "sha256:", "sha256:../../etc/passwd", "sha256:" + "g" * 64, "md5:" + "0" * 64])
def test_a_digest_cannot_name_another_file(store: Store, digest: str) -> None:
    with pytest.raises(BadDigest):
        store.blob_path(digest)


@pytest.mark.parametrize(
    "parts", [("..", "..", "..", "x"), ("h", "n", "m", "../../x"), ("", "", "", ""), ("/", "a", "b", "c")]
)
def test_a_name_cannot_leave_the_store(store: Store, parts: tuple[str, str, str, str]) -> None:
    """`parse` gives no such reference; one that is built by hand finds nothing and writes nothing."""
    hostile = Reference(*parts)
    model = install(store)
    before = sorted(store.root.parent.rglob("*"))
    assert store.find(hostile) is None
    for act in (store.get, store.delete):
        with pytest.raises(ModelNotInstalled):
            act(hostile)
    with pytest.raises(ValueError, match=hostile.full):
        store.write_manifest(hostile, model.config_layer, model.layers)
    with pytest.raises(ValueError, match=hostile.full):
        store.copy(model.reference, hostile)
    assert sorted(store.root.parent.rglob("*")) == before


@settings(max_examples=200)
@given(st.text(alphabet=st.sampled_from("aZ0._-:/\\ \0ñ~"), max_size=30))
def test_whatever_parses_stays_in_the_store(text: str) -> None:
    root = Path("/store")
    try:
        reference = Reference.parse(text)
    except ValueError:
        return
    path = root.joinpath("manifests", *reference.parts)
    assert Path(os.path.normpath(path)) == path
    assert len(path.relative_to(root / "manifests").parts) == 4


def test_params_go_through_gos_json(store: Store) -> None:
    layer = store.add_bytes(go_json.encode({"temperature": 0.1, "num_ctx": 1024, "stop": ["X"]}), media.PARAMS)
    assert store.blob_path(layer.digest).read_bytes() == b'{"num_ctx":1024,"stop":["X"],"temperature":0.1}\n'
