"""Layers of a manifest into a `blobs/` folder: small ones first, each verified before it counts. The manifest itself is
the caller's to write, when this has returned."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

from arriero.core.ids import Reference
from arriero.core.progress import Report, silent
from arriero.registry.client import RegistryClient
from arriero.registry.control import PullControl
from arriero.registry.disk import disk_errors, require_room
from arriero.registry.exchange import Registry
from arriero.registry.halt import Halt
from arriero.registry.layering import LayerPull
from arriero.registry.meter import Meter
from arriero.registry.operation import run
from arriero.registry.partial import arrived_bytes
from arriero.registry.values import PullResult, RemoteLayer

STEP = "pull.layer"


async def pull_blobs(
    client: RegistryClient,
    reference: Reference,
    layers: Sequence[RemoteLayer],
    blobs: Path,
    report: Report = silent,
    *,
    control: PullControl | None = None,
    again: Collection[str] = (),
) -> PullResult:
    """Fetches what is missing of `layers` into `blobs` (whose parent takes temporary files of ours).

    A file of the right name and size counts as there, but for the digests in `again`: those are fetched anew and
    replace it. Interrupted in whatever way, also by Ollama, the next call goes on where this one stopped. Where another
    process is at work on a layer, its progress is followed, and its work taken over should it die.

    Reports `pull.layer`: done and total over all layers, never going back, with `digest`, `layer_done_bytes`,
    `layer_total_bytes`, and once known `bytes_per_s` and `left_s`. At least one report per layer says that it is whole.
    Raises DiskFull, FolderRefused, LayerCorrupt, LayerSizeWrong, LayerMissing, TransferBroken, TransferStalled, and
    what connecting can raise; CancelledError once everything that arrived is counted on the disk.
    """
    wanted = sorted({layer.digest: layer for layer in layers}.values(), key=lambda layer: layer.size_bytes)
    meter = Meter(STEP, str(reference), wanted)
    pace = control or PullControl(client.settings.limit_bytes_per_s)

    def work(halt: Halt) -> PullResult:
        with disk_errors(blobs, 0):
            blobs.mkdir(parents=True, exist_ok=True)
        registry = Registry(client.network, reference)
        pulls = {layer: LayerPull(layer, blobs, registry, pace, meter, halt) for layer in wanted}
        _require_room(blobs, [layer for layer in wanted if layer.digest in again or not pulls[layer].there()], again)
        for layer, pull in pulls.items():
            pull.run(trusted=layer.digest not in again)
        for pull in pulls.values():
            if not pull.there():  # a starting Ollama removes what no manifest names and is over an hour old
                pull.run(trusted=True)
        return PullResult(meter.fetched, meter.reused)

    def tick() -> None:
        for progress in meter.reports():
            report(progress)

    return await run(work, tick)


def _require_room(blobs: Path, missing: list[RemoteLayer], again: Collection[str]) -> None:
    needed = (
        layer.size_bytes - (0 if layer.digest in again else arrived_bytes(blobs / layer.file_name, layer.size_bytes))
        for layer in missing
    )
    require_room(blobs, sum(needed))
