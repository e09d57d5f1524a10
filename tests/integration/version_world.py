"""An installation whose slot `tiny` has its model in a real registry, and versions of that model to publish there."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path

from registry_server import quick

from arriero.config.loading import load
from arriero.core import go_json
from arriero.core.ids import Reference
from arriero.core.paths import places
from arriero.registry.client import RegistryClient
from arriero.registry.pushing import push
from arriero.stack.world import World, open_world
from arriero.store import Store, media
from arriero.store.importing import import_gguf
from ports import free_port

LOCAL = Reference.parse("source:1")
SETTINGS = """
[registry]
insecure = ["{host}"]

[slots.tiny]
port = {port}
priority = 1
context = 2048
default_variant = "135m"

[slots.tiny.variants.135m]
reference = "{reference}"
aliases = ["another-name:1"]
size_bytes = 98362432
"""


def make_world(root: Path, reference: Reference, demo_port: int | None = None) -> World:
    """As a command would open it: slot `tiny` from the registry that `reference` names, and the demo slot."""
    root.mkdir(parents=True, exist_ok=True)
    settings = root / "arriero.toml"
    if not settings.exists():
        settings.write_text(SETTINGS.format(host=reference.host, port=free_port(), reference=reference))
    flags = {
        "slots.demo.port": str(demo_port or free_port()),
        "backend": "native",
        "docker.project": os.environ["ARRIERO_DOCKER__PROJECT"],
    }
    return open_world(load(flags, {}, replace(places(), root=root)))


def reference(world: World) -> Reference:
    """The name of the slot's model."""
    return world.slot("tiny").variants[0].reference


def digests(world: World) -> tuple[str, str]:
    """Of the version in use and of the one before; empty for none."""
    name = reference(world)
    found = {str(m.reference): m.digest for m in world.store.list()}
    return found.get(str(name), ""), found.get(f"{name}-prev", "")


@dataclass(frozen=True)
class Publisher:
    """Puts versions of the demo model into a registry. All under one name, so that its weights travel once."""

    host: str
    store: Store

    @classmethod
    def make(cls, host: str, folder: Path, gguf: Path) -> Publisher:
        store = Store(folder)
        import_gguf(store, gguf, LOCAL)
        return cls(host, store)

    def reference(self, tag: str) -> Reference:
        return Reference(self.host, "test", "tiny", tag)

    async def publish(self, tag: str, **params: object) -> str:
        """A version with these parameters; its digest, 64 hex digits."""
        layer = self.store.add_bytes(go_json.encode({"num_predict": 16, **params}), media.PARAMS)
        return await self._push(tag, {media.PARAMS: layer})

    async def publish_garbage(self, tag: str) -> str:
        """A version whose weights are none."""
        return await self._push(tag, {media.MODEL: self.store.add_bytes(b"GGUF" + bytes(5000), media.MODEL)})

    async def _push(self, tag: str, changed: dict) -> str:
        base = self.store.get(LOCAL)
        layers = [changed.get(layer.media_type, layer) for layer in base.layers]
        model = self.store.write_manifest(Reference.parse(f"made:{tag}"), base.config_layer, layers)
        raw = self.store.raw_manifest(model.reference)
        return await push(RegistryClient(quick(self.host)), self.reference(tag), raw, self.store.blobs)
