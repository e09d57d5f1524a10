"""A model into a registry: every blob it lacks, then the manifest.

Wire facts (seen between Ollama 0.33 and a stock registry 2.8): per layer in the manifest's order, the config last,
`HEAD blob`, `POST blobs/uploads/`, `PATCH` parts one after another along the Locations, `PUT ?digest=` with an empty
body; then `PUT manifests/TAG` without the trailing newline of the file. The registry itself verifies each digest.
"""

from __future__ import annotations

import hashlib
from contextlib import closing
from pathlib import Path

from arriero.core.ids import Reference
from arriero.core.progress import Progress, Report, silent
from arriero.registry import manifests
from arriero.registry.client import RegistryClient
from arriero.registry.control import PullControl
from arriero.registry.errors import ManifestInvalid
from arriero.registry.exchange import Caller, Registry
from arriero.registry.halt import Halt
from arriero.registry.meter import Meter
from arriero.registry.operation import run
from arriero.registry.patience import Patience, persist
from arriero.registry.uploading import Upload

STEP = "push.layer"


async def push(
    client: RegistryClient,
    reference: Reference,
    manifest_raw: bytes,
    blobs: Path,
    report: Report = silent,
    *,
    control: PullControl | None = None,
) -> str:
    """Uploads the blobs of a manifest from `blobs`, then the manifest; returns the digest of the manifest as pushed (64
    hex digits: the bytes without a trailing newline).

    Reports `push.layer` as pull_blobs does, and `push.manifest` when they are there. Raises ManifestInvalid,
    FolderRefused, LayerSizeWrong when a local blob has another size, TransferBroken, TransferStalled, and what
    connecting can raise.
    """
    raw = manifest_raw.rstrip(b"\n")
    try:
        manifest = manifests.parse_manifest(raw)
    except ValueError as error:
        raise ManifestInvalid(str(reference), str(error)) from error
    layers = list({layer.digest: layer for layer in manifest.blobs}.values())
    meter = Meter(STEP, str(reference), layers)
    pace = control or PullControl(client.settings.limit_bytes_per_s)

    registry = Registry(client.network, reference)

    def send_blobs(halt: Halt) -> None:
        with closing(Caller(registry, halt)) as caller:
            for layer in layers:
                Upload(layer, blobs / layer.file_name, caller, meter, pace).run()

    def send_manifest(halt: Halt) -> None:
        with closing(Caller(registry, halt)) as caller:
            persist(Patience(client.settings, registry.origin.shown), halt, lambda: _put_manifest(caller, raw))

    def tick() -> None:
        for progress in meter.reports():
            report(progress)

    await run(send_blobs, tick)
    report(Progress("push.manifest", str(reference)))
    await run(send_manifest)
    return hashlib.sha256(raw).hexdigest()


def _put_manifest(caller: Caller, raw: bytes) -> None:
    registry = caller.registry
    url = f"{registry.base}/manifests/{registry.reference.tag}"
    with caller.open("PUT", url, {"Content-Type": manifests.MEDIA_TYPE}, raw) as answer:
        if answer.status not in (200, 201):
            raise caller.refusal(answer)
