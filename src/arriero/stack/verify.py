"""`verify`: whether the installed files hold the bytes that their names promise; `--repair` fetches what does not."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace

from arriero.core.errors import ArrieroError
from arriero.core.ids import Reference
from arriero.core.progress import Report
from arriero.registry.errors import FolderRefused
from arriero.registry.verifying import verify_file
from arriero.stack.errors import BlobCorrupt
from arriero.stack.prune import litter_bytes
from arriero.stack.repairing import repair, repair_manifests
from arriero.stack.targets import find_target
from arriero.stack.version_results import BadLayer, VerifyReport
from arriero.stack.versions import held_of, previous_of
from arriero.stack.world import World
from arriero.store.errors import ModelDamaged, StorePermission
from arriero.store.manifest import Layer


@dataclass(frozen=True)
class _Used:
    """One blob, and the models that name it."""

    layer: Layer
    models: tuple[Reference, ...]


async def verify(
    world: World,
    text: str | None,
    report: Report,
    *,
    variant: str | None = None,
    mend: bool = False,
    insecure: bool = False,
) -> VerifyReport:
    """Hashes every blob of a model and its version before, or of all models, each once.

    Raises ModelNotInstalled. What is bad and not mended is among the failures, with what kept it from
    being mended.
    """
    models = await asyncio.to_thread(_models, world, text, variant)
    unmended = await repair_manifests(world, models, report, insecure=insecure) if mend else []
    used, failures = await asyncio.to_thread(_used, world, models)
    failures += unmended
    bad = [b for u in used if (b := await _look(world, u, report))]
    if mend and bad:
        failures += await repair(world, bad, report, insecure=insecure)
        bad = [replace(b, repaired=await _mended(world, used, b, report)) for b in bad]
    failures += [BlobCorrupt(world.store.blob_path(b.digest), b.models) for b in bad if not b.repaired]
    return VerifyReport(
        models=tuple(map(str, models)),
        checked_bytes=sum(u.layer.size_bytes for u in used),
        bad=tuple(bad),
        problems=() if text else tuple(await asyncio.to_thread(world.store.problems)),
        litter_bytes=None if text else await asyncio.to_thread(litter_bytes, world),
        failures=tuple(failures),
    )


def _models(world: World, text: str | None, variant: str | None) -> list[Reference]:
    """By their manifests alone: a model whose config is bad is one to be verified too."""
    known = world.store.references()
    if text is None:
        return known
    target = find_target(world, text, variant)
    wanted = (target.reference, previous_of(target.reference), held_of(target.reference))
    found = [reference for reference in known if any(reference.matches(name) for name in wanted)]
    return found or [world.store.get(target.reference).reference]  # not there: raises with the nearest name


def _used(world: World, models: list[Reference]) -> tuple[list[_Used], list[ArrieroError]]:
    """Every blob once, the small ones first; a manifest that cannot be read names none, and is a failure."""
    found: dict[str, _Used] = {}
    failures: list[ArrieroError] = []
    for model in models:
        try:
            layers = world.store.blobs_of(model)
        except (ModelDamaged, StorePermission) as fault:
            failures.append(fault)
            continue
        for layer in layers:
            known = found.get(layer.digest, _Used(layer, ()))
            found[layer.digest] = _Used(layer, (*known.models, model))
    return sorted(found.values(), key=lambda u: u.layer.size_bytes), failures


async def _look(world: World, used: _Used, report: Report) -> BadLayer | None:
    fault = await _fault(world, used.layer, report)
    if fault is None:
        return None
    path = world.store.blob_path(used.layer.digest)
    names = tuple(map(str, used.models))
    return BadLayer(used.layer.digest, str(path), fault, names, repaired=False)


async def _fault(world: World, layer: Layer, report: Report) -> str | None:
    size_bytes = world.store.blob_size_bytes(layer.digest)
    if size_bytes is None:
        return "missing"
    if size_bytes != layer.size_bytes:
        return "size"
    try:
        good = await verify_file(world.store.blob_path(layer.digest), layer.digest, report)
    except FolderRefused:
        return "unreadable"
    return None if good else "content"


async def _mended(world: World, used: list[_Used], bad: BadLayer, report: Report) -> bool:
    layer = next(u.layer for u in used if u.layer.digest == bad.digest)
    return await _fault(world, layer, report) is None
