"""What each error of the engine, the store and the registry is to a client: a status, and a text as Ollama words it.

Where Ollama has no such case, the text says what happened. A test finds every error of these rooms in TABLE or
NEVER_SERVED.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from arriero.core.errors import ArrieroError
from arriero.engine import errors as engine
from arriero.engine.api.refusal import Refusal
from arriero.engine.prompt import errors as prompt
from arriero.registry import errors as registry
from arriero.store import errors as store

Row = tuple[int, Callable[[Any], str]]


def _terminated(error: engine.LoadFailed | engine.ChildTerminated) -> str:
    detail = f": {error.detail}" if error.detail else ""
    return f"llama-server process has terminated: {error.exit_text}{detail}"


TABLE: dict[type[ArrieroError], Row] = {
    engine.ArchitectureUnknown: (
        500,
        lambda e: f"unable to load model: unknown model architecture: '{e.architecture}'",
    ),
    engine.ModelUnreadable: (500, lambda e: f"unable to load model: {e.detail}"),
    engine.MemoryExhausted: (
        500,
        lambda e: f"model requires more system memory than is available: out of memory: {e.detail}",
    ),
    engine.LoadFailed: (500, _terminated),
    engine.LoadStalled: (
        500,
        lambda e: f"timed out waiting for llama-server to start - no progress for {e.timeout_s:g} s",
    ),
    engine.ChildTerminated: (500, _terminated),
    engine.ChildRefused: (500, lambda e: e.body.strip()),
    engine.EngineBusy: (503, lambda _: "server busy, please try again.  maximum pending requests exceeded"),
    engine.EngineStopping: (503, lambda _: "server is shutting down"),
    engine.OptionInvalid: (500, lambda e: f"option {json.dumps(e.name)} must be {e.wanted}"),
    engine.FormatInvalid: (
        500,
        lambda e: f'invalid format: {_quoted(e.given)}; expected "json" or a valid JSON Schema object',
    ),
    engine.PromptTooLong: (
        400,
        lambda _: (
            "the prompt is longer than the context length currently available to the model; shorten the prompt, "
            "adjust the context length in settings, or use a model with a longer context length"
        ),
    ),
    engine.LayerUnsupported: (400, lambda e: f"{e.reference} has a layer of a kind that is not supported: {e.kind}"),
    prompt.TemplateInvalid: (500, lambda e: e.detail),
    prompt.TemplateFailed: (500, lambda e: e.detail),
    prompt.ToolInvalid: (400, lambda e: f"json: cannot unmarshal {e.found} into {e.field} of type {e.wanted}"),
    store.ModelNotInstalled: (404, lambda e: f"model '{e.reference}' not found"),
    store.ModelDamaged: (500, lambda e: f"model '{e.reference}' is damaged: {e.path}: {e.reason}"),
    store.BlobMissing: (500, lambda e: f"open {e.path}: no such file or directory"),
    store.BadDigest: (400, lambda _: "invalid digest format"),
    store.StoreReadOnly: (500, lambda e: f"open {e.path}: read-only file system"),
    store.StoreFull: (500, lambda e: f"write {e.path}: no space left on device"),
    store.StorePermission: (500, lambda e: f"open {e.path}: permission denied"),
    store.StoreFailed: (500, lambda e: f"{e.path}: {e.reason}"),
    store.GgufMissing: (500, lambda e: f"open {e.path}: no such file or directory"),
    store.GgufNotAFile: (500, lambda e: f"read {e.path}: not a regular file"),
    store.GgufUnreadable: (500, lambda e: f"open {e.path}: {e.reason}"),
    store.NotGguf: (500, lambda e: f"unable to load model: {e.path}: invalid file magic"),
    store.GgufBigEndian: (500, lambda e: f"unable to load model: {e.path}: a big-endian GGUF"),
    store.GgufUnsupportedVersion: (500, lambda e: f"unable to load model: {e.path}: GGUF version {e.version}"),
    store.GgufTruncated: (500, lambda e: f"unable to load model: {e.path}: the file is cut short"),
    store.GgufHostile: (500, lambda e: f"unable to load model: {e.path}: {e.what} out of bounds"),
    store.GgufMalformed: (500, lambda e: f"unable to load model: {e.path}: malformed header"),
    store.GgufUnknownTensorType: (500, lambda e: f"unable to load model: {e.path}: unknown tensor type"),
    store.GgufSplit: (500, lambda e: f"unable to load model: {e.path}: one of {e.parts} parts"),
    store.GgufNotAModel: (500, lambda e: f"unable to load model: {e.path}: not a model but: {e.kind}"),
    registry.ManifestNotFound: (500, lambda _: "file does not exist"),
    registry.ManifestInvalid: (500, lambda e: f"invalid manifest of {e.reference}: {e.what}"),
    registry.NeedsNewerOllama: (500, lambda e: f"412: {e.detail}"),
    registry.RegistryUnreachable: (500, lambda e: f"dial tcp {e.host}: {e.detail}"),
    registry.RegistryUntrusted: (500, lambda e: f"{e.host}: tls: failed to verify certificate: {e.detail}"),
    registry.InsecureRegistry: (500, lambda e: f"{e.host}: http: server gave HTTP response to HTTPS client"),
    registry.ProxyUnsupported: (500, lambda e: f"proxyconnect: unsupported proxy scheme: {e.scheme}"),
    registry.RegistryDenied: (500, lambda e: f"unauthorized: access denied: {e.host} answered {e.status}"),
    registry.RegistryRefused: (500, lambda e: f"{e.status}: {e.detail}"),
    registry.NotARegistry: (500, lambda e: f"{e.host} is not a registry: {e.detail}"),
    registry.RedirectRefused: (500, lambda e: f"{e.host}: redirect refused: {e.target}"),
    registry.TransferBroken: (500, lambda e: f"max retries exceeded: {e.host}: {e.detail}"),
    registry.TransferStalled: (500, lambda e: f"max retries exceeded: {e.host}: part stalled"),
    registry.LayerMissing: (500, lambda e: f"{e.host}: blob {e.digest}: file does not exist"),
    registry.LayerSizeWrong: (500, lambda e: f"{e.digest}: {e.offered_bytes} bytes, not {e.promised_bytes}"),
    registry.LayerCorrupt: (
        500,
        lambda e: f"digest mismatch, file must be downloaded again: want {e.digest}, got {e.got}",
    ),
    registry.DiskFull: (500, lambda e: f"write {e.path}: no space left on device"),
    registry.FolderRefused: (500, lambda e: f"open {e.path}: {e.reason}"),
}

NEVER_SERVED = frozenset(
    {
        engine.EngineSettingInvalid,
        engine.EngineBindNeedsKey,
        engine.EngineKeyUnreadable,
        engine.EngineCannotListen,
        store.ManifestsUnreadable,
        store.PipMissing,
        store.TransferRunning,
        store.WheelFetchFailed,
        store.WheelCorrupt,
    }
)
"""Errors that end the engine before it serves, or that belong to what no request can ask for."""


def refusal_for(error: ArrieroError) -> Refusal:
    """llama.cpp's own refusals keep its status."""
    status, text = TABLE[type(error)]
    return Refusal(error.status if isinstance(error, engine.ChildRefused) else status, text(error))


def _quoted(text: str) -> str:
    """Go's %q."""
    return json.dumps(text, ensure_ascii=False)
