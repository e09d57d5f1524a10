"""Whether a file holds the bytes that its digest names."""

from __future__ import annotations

import os
from pathlib import Path

from arriero.core.progress import Progress, Report, silent
from arriero.registry.disk import disk_errors
from arriero.registry.halt import Halt
from arriero.registry.hashing import hash_file
from arriero.registry.operation import run

STEP = "verify.layer"


async def verify_file(path: Path, digest: str, report: Report = silent) -> bool:
    """True when the sha256 of `path` is `digest` (`sha256:` and 64 hex digits). A file that is not there is not good.

    Reports `verify.layer` with the bytes read and the file's size. Raises FolderRefused when it cannot be read.
    """
    done, total = 0, 0

    def work(halt: Halt) -> bool:
        nonlocal total

        def count(read_bytes: int) -> None:
            nonlocal done
            halt.check()
            done += read_bytes

        with disk_errors(path, 0):
            try:
                fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
            except FileNotFoundError:
                return False
            try:
                total = os.fstat(fd).st_size
                return f"sha256:{hash_file(fd, count)}" == digest
            finally:
                os.close(fd)

    return await run(work, lambda: report(Progress(STEP, digest, done, total)))
