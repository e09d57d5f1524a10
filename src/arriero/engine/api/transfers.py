"""`/api/pull` and `/api/push`. Source: Ollama 0.33 server/images.go (PullModel, PushModel) and its recorded sequences.

`insecure` means plain http to that model's registry, as in Ollama; nothing else makes this engine speak it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack, asynccontextmanager

from arriero.core.errors import ArrieroError
from arriero.core.ids import Reference
from arriero.core.progress import Progress
from arriero.engine.api.errors import refusal_for
from arriero.engine.api.progress import Tell, Work
from arriero.engine.api.refusal import Refusal
from arriero.engine.api.requests import reference_of
from arriero.engine.api.service import Json
from arriero.engine.engine import Engine
from arriero.registry.client import RegistryClient
from arriero.registry.pulling import pull_blobs
from arriero.registry.pushing import push as push_to_registry
from arriero.registry.values import RegistrySettings
from arriero.store.errors import ModelNotInstalled
from arriero.store.store import Store


def pull(engine: Engine, body: Json) -> Work:
    """Raises Refusal(400)."""
    reference = reference_of(body.get("model") or body.get("name"), "invalid model name")
    return lambda tell: pull_model(engine.store, reference, tell, insecure=bool(body.get("insecure")))


def push(engine: Engine, body: Json) -> Work:
    """Raises Refusal(400)."""
    asked = body.get("model") or body.get("name")
    if not asked:
        raise Refusal(400, "model is required")
    reference = reference_of(asked, "invalid model name")
    return lambda tell: _push_model(engine.store, reference, tell, insecure=bool(body.get("insecure")))


async def pull_model(store: Store, reference: Reference, tell: Tell, *, insecure: bool) -> None:
    """What a model loaded before had is served until it is unloaded. Raises Refusal, and what moving layers raises."""
    client = _client(reference, insecure)
    tell({"status": "pulling manifest"})
    try:
        manifest = await client.manifest(reference)
    except ArrieroError as error:
        refusal = refusal_for(error)
        raise Refusal(refusal.status, f"pull model manifest: {refusal.message}") from error
    async with _arriving(store):
        await pull_blobs(client, reference, manifest.blobs, store.blobs, _layers("pulling", tell))
        tell({"status": "verifying sha256 digest"})  # was done while they arrived
        tell({"status": "writing manifest"})
        await asyncio.to_thread(store.write_raw_manifest, reference, manifest.raw)
    tell({"status": "success"})


async def _push_model(store: Store, reference: Reference, tell: Tell, *, insecure: bool) -> None:
    tell({"status": "retrieving manifest"})
    try:
        raw = await asyncio.to_thread(store.raw_manifest, reference)
    except ModelNotInstalled:
        tell({"status": "couldn't retrieve manifest"})
        path = store.manifests.joinpath(*reference.parts)
        raise Refusal(500, f"open {path}: no such file or directory") from None
    await push_to_registry(_client(reference, insecure), reference, raw, store.blobs, _layers("pushing", tell))
    tell({"status": "success"})


def _client(reference: Reference, insecure: bool) -> RegistryClient:
    return RegistryClient(RegistrySettings(insecure_hosts=frozenset({reference.host} if insecure else ())))


def _layers(verb: str, tell: Tell) -> Callable[[Progress], None]:
    """Reports about layers as Ollama tells them; a figure of nought is left out, as Go's omitempty does."""

    def report(progress: Progress) -> None:
        if progress.step == "push.manifest":
            tell({"status": "pushing manifest"})
            return
        digest = str(progress.params["digest"])
        figures = {"total": progress.params["layer_total_bytes"], "completed": progress.params["layer_done_bytes"]}
        told = {name: count for name, count in figures.items() if count}
        tell({"status": f"{verb} {digest.removeprefix('sha256:')[:12]}", "digest": digest, **told})

    return report


@asynccontextmanager
async def _arriving(store: Store) -> AsyncIterator[None]:
    """`Store.arriving`, which may have to wait for who removes orphans: not on the event loop."""
    with ExitStack() as held:
        await asyncio.to_thread(held.enter_context, store.arriving())
        yield
