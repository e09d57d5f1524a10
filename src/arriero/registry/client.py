"""A registry's manifests: read whole, or asked for their version in one round trip."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from typing import TypeVar

from arriero.core.ids import Reference
from arriero.registry import manifests
from arriero.registry.addresses import origin_of
from arriero.registry.errors import ManifestInvalid, ManifestNotFound, NeedsNewerOllama, NotARegistry, RegistryRefused
from arriero.registry.exchange import Caller, Registry
from arriero.registry.halt import Halt
from arriero.registry.operation import run
from arriero.registry.patience import Patience, persist
from arriero.registry.values import RegistrySettings, RemoteManifest, RemoteVersion
from arriero.registry.wire import Answer, Network

MANIFEST_TRIES = 3
_HEX = re.compile(r"(?:sha256:)?([0-9a-f]{64})")

T = TypeVar("T")


class RegistryClient:
    """Talks to the registry that a reference names. Holds no connection between calls; calls may run side by side."""

    def __init__(self, settings: RegistrySettings | None = None) -> None:
        self.settings = settings or RegistrySettings()
        self.network = Network(self.settings)

    async def manifest(self, reference: Reference) -> RemoteManifest:
        """What the registry serves under this name now.

        Raises ManifestNotFound, ManifestInvalid, NeedsNewerOllama, NotARegistry, and what connecting can raise
        (RegistryUnreachable, RegistryUntrusted, InsecureRegistry, RegistryDenied, RegistryRefused, RedirectRefused).
        """
        return await self._ask(reference, _fetch)

    async def head_manifest(self, reference: Reference) -> RemoteVersion:
        """Its digest and date from the headers alone (Ollama's registry and stock ones send them); from the manifest
        itself where a registry does not. Raises what `manifest` raises."""
        return (await self._ask(reference, _head))[0]

    async def compare(self, reference: Reference, known: str) -> tuple[RemoteVersion, RemoteManifest | None]:
        """What is served now, in one round trip; where its digest is not `known` (64 hex digits) the manifest too, in a
        second one over the same connection. Raises what `manifest` raises."""

        def ask(caller: Caller) -> tuple[RemoteVersion, RemoteManifest | None]:
            version, manifest = _head(caller)
            same = version.digest == known
            return version, None if same else manifest or replace(_fetch(caller), published_at=version.published_at)

        return await self._ask(reference, ask)

    async def _ask(self, reference: Reference, ask: Callable[[Caller], T]) -> T:
        def work(halt: Halt) -> T:
            registry = Registry(self.network, reference)
            patience = Patience(self.settings, registry.origin.shown, MANIFEST_TRIES)
            with closing(Caller(registry, halt)) as caller:
                return persist(patience, halt, lambda: ask(caller))

        return await run(work)


def _head(caller: Caller) -> tuple[RemoteVersion, RemoteManifest | None]:
    """The version, and the manifest where that had to be read for it."""
    with _open(caller, "HEAD") as answer:
        digest = _announced(answer)
        if answer.status in (404, 412) or (answer.status == 200 and digest):
            _check(caller, answer)
    if digest and answer.status == 200:
        return RemoteVersion(digest, _published_at(answer)), None
    manifest = _fetch(caller)
    return RemoteVersion(manifest.digest, manifest.published_at), manifest


def _fetch(caller: Caller) -> RemoteManifest:
    reference = str(caller.registry.reference)
    with _open(caller, "GET") as answer:
        _check(caller, answer)
        raw = caller.read_all(answer, manifests.MAX_BYTES)
    if raw.lstrip()[:1] == b"<":
        raise NotARegistry(origin_of(answer.url).shown, "markup")
    try:
        manifest = manifests.parse_manifest(raw, _published_at(answer))
    except ValueError as error:
        raise ManifestInvalid(reference, str(error)) from error
    if _announced(answer) not in (None, manifest.digest):
        raise ManifestInvalid(reference, "its digest is not the announced one")
    return manifest


def _open(caller: Caller, method: str) -> Answer:
    registry = caller.registry
    url = f"{registry.base}/manifests/{registry.reference.tag}"
    return caller.open(method, url, {"Accept": manifests.MEDIA_TYPE})


def _check(caller: Caller, answer: Answer) -> None:
    """Raises unless this is a registry's answer with a manifest."""
    registry = caller.registry
    if answer.headers.get_content_type() == "text/html":
        raise NotARegistry(origin_of(answer.url).shown, f"text/html, {answer.status}")
    if answer.status == 404:
        raise ManifestNotFound(str(registry.reference), registry.origin.shown)
    if answer.status == 412:
        refusal = caller.refusal(answer)
        raise NeedsNewerOllama(str(registry.reference), refusal.detail if isinstance(refusal, RegistryRefused) else "")
    if answer.status != 200:
        raise caller.refusal(answer)


def _announced(answer: Answer) -> str | None:
    """The digest in the headers, 64 hex digits. Ollama's registry sends it on HEAD only, stock ones on both."""
    named = answer.headers.get("ollama-content-digest") or answer.headers.get("Docker-Content-Digest") or ""
    found = _HEX.fullmatch(named.strip().lower())
    return found[1] if found else None


def _published_at(answer: Answer) -> datetime | None:
    """From `ollama-push-time` (Unix seconds); stock registries do not say."""
    text = (answer.headers.get("ollama-push-time") or "").strip()
    if not text.isascii() or not text.isdecimal() or len(text) > 11:
        return None
    return datetime.fromtimestamp(int(text), UTC)
