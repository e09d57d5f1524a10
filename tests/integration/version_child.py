"""A command that is killed with SIGKILL at a marked point: `python version_child.py ROOT REFERENCE COMMAND POINT`.

COMMAND is `update` or `rollback`. POINT is a step that is reported, or `write N`: after the N-th manifest that the
change of version writes (its alias's is none of them).
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

from version_world import make_world

from arriero.core.ids import Reference
from arriero.core.progress import Progress
from arriero.stack.rollback import rollback
from arriero.stack.update import update
from arriero.store import Store


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def main() -> None:
    root, reference, command, point = Path(sys.argv[1]), Reference.parse(sys.argv[2]), sys.argv[3], sys.argv[4]

    def report(progress: Progress) -> None:
        if progress.step == point:
            die()

    if point.startswith("write "):
        _die_after_writes(int(point.removeprefix("write ")))
    use_case = {"update": update, "rollback": rollback}[command]
    asyncio.run(use_case(make_world(root, reference), "tiny", report))


def _die_after_writes(count: int) -> None:
    write, left = Store.write_raw_manifest, [count]

    def counted(self: Store, ref: Reference, raw: bytes) -> object:
        written = write(self, ref, raw)
        left[0] -= 1
        if not left[0]:
            die()
        return written

    Store.write_raw_manifest = counted  # type: ignore[assignment,method-assign]


if __name__ == "__main__":
    main()
