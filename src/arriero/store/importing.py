"""Makes a model out of a GGUF file, as `ollama create` does, but keeps the file's own bytes.

Facts (Ollama 0.33, server/create.go, and a recorded store): layers stand in the order model, template, params; a
system prompt, licences and given parameters follow; the config comes from the header. Ollama rewrites the GGUF with
llama-quantize on the way, we do not: the blob's digest is the file's.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from arriero.core import go_json
from arriero.core.ids import Reference
from arriero.core.progress import Report, silent
from arriero.store import config_blob, manifest, media
from arriero.store.chat_templates import known_template
from arriero.store.config_blob import ModelConfig
from arriero.store.errors import GgufNotAModel, GgufSplit
from arriero.store.ggml_types import count_text
from arriero.store.gguf import GgufHeader, read_header
from arriero.store.models import InstalledModel
from arriero.store.store import Store


def import_gguf(
    store: Store,
    path: Path,
    ref: Reference,
    *,
    template: str | None = None,
    params: Mapping[str, object] | None = None,
    system: str | None = None,
    license: str | None = None,  # noqa: A002 - the word of the Modelfile
    progress: Report = silent,
) -> InstalledModel:
    """Installs `path` as `ref`, replacing a model of that name. The same bytes are stored once.

    Without `template` a known one is taken for the GGUF's own (with its stop words), or none. Reports `store.hash` or
    `store.copy`. Raises errors below GgufError before anything is written, and the store's own.
    """
    texts = {media.TEMPLATE: template, media.SYSTEM: system, media.LICENSE: license}
    return store.write_raw_manifest(ref, take_in_gguf(store, path, texts, params or {}, progress))


def take_in_gguf(
    store: Store, path: Path, texts: Mapping[str, str | None], params: Mapping[str, object], progress: Report
) -> bytes:
    """As import_gguf, but for the manifest: its bytes, not yet written. `texts` by media type."""
    header = read_header(path)
    require_model(header)
    known = None if texts.get(media.TEMPLATE) else known_template(header.chat_template)
    given = {media.TEMPLATE: known.template if known else None, **{kind: text for kind, text in texts.items() if text}}
    merged = {**({"stop": list(known.stop)} if known else {}), **params}
    layers = [store.add_file(path, media.MODEL, progress)]
    layers += [store.add_bytes(text.encode(), media_type) for media_type, text in given.items() if text]
    if merged:
        layers.append(store.add_bytes(go_json.encode(merged), media.PARAMS))
    config = store.add_bytes(config_blob.render(config_of(header)), media.CONFIG)
    return manifest.render(config, layers)


def require_model(header: GgufHeader) -> None:
    """Raises GgufNotAModel, GgufSplit, and what `require_complete` raises."""
    kind = "projector" if header.architecture == "clip" else header.text("general.type") or "model"
    if kind != "model":
        raise GgufNotAModel(header.path, kind)
    if header.architecture is None or not header.tensors:
        raise GgufNotAModel(header.path, "incomplete")
    parts = header.metadata.get("split.count", 1)
    if isinstance(parts, int) and parts > 1:
        raise GgufSplit(header.path, parts)
    header.require_complete()


def config_of(header: GgufHeader) -> ModelConfig:
    """What the header says, as `ollama create` writes it down."""
    family = header.architecture or ""
    return ModelConfig(
        format="gguf",
        family=family,
        families=(family,),
        parameter_size=count_text(header.parameter_count),
        quantization=header.quantization,
    )
