"""The registry room as use cases take it: a client with the settings' hosts, and what is still to be fetched."""

from __future__ import annotations

from arriero.core.ids import Reference
from arriero.registry.client import RegistryClient
from arriero.registry.values import RegistrySettings, RemoteManifest
from arriero.stack.world import World
from arriero.store import Store


def client_for(world: World, insecure: Reference | None = None, limit_bytes_per_s: int | None = None) -> RegistryClient:
    """`insecure`: a model whose registry is spoken to over plain http this time, whatever the settings say."""
    hosts = frozenset(world.configuration.settings.insecure_registries)
    extra = {insecure.host} if insecure else set()
    return RegistryClient(RegistrySettings(insecure_hosts=hosts | extra, limit_bytes_per_s=limit_bytes_per_s))


def missing_bytes(store: Store, manifest: RemoteManifest) -> int:
    """What of it is still to be downloaded."""
    sizes = {blob.digest: blob.size_bytes for blob in manifest.blobs}
    return sum(size for digest, size in sizes.items() if store.blob_size_bytes(digest) != size)
