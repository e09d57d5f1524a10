"""Finds what of ours lives, by looking at every process of this user.

Invariant: command lines decide. A supervisor is known by its whole command (slot and run folder are in it), its engine
by being its child with the very command it was told to start, an engine without supervisor by its command and the mark
in its environment. Records add what only a supervisor knows; they are never a way to a process.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from arriero.runtime import proc
from arriero.runtime.native.options import Options, from_command
from arriero.runtime.native.records import GAVE_UP, Record, read_record
from arriero.runtime.proc import Facts, Process

MARK = "ARRIERO_SERVICE"


@dataclass(frozen=True)
class Found:
    """What lives of one slot. `family`: supervisor, engine, and all that they started, the supervisor first.

    `record` is what the living supervisor says, or the last word of one that gave up; None when there is no such.
    """

    slot: str
    supervisor: Process | None
    engine: Process | None
    family: tuple[Process, ...]
    options: Options | None
    record: Record | None


def mark(slot: str, run_dir: Path) -> str:
    """What an engine carries in its environment, under MARK, and hands on to what it starts."""
    return f"{slot}@{run_dir}"


def find(run_dir: Path, slots: Sequence[str], engine_argv: Sequence[str]) -> dict[str, Found]:
    """`engine_argv`: the words after the interpreter that make a process an engine (`-m arriero.engine`)."""
    table = proc.own_processes()
    return {slot: _find_one(run_dir, slot, tuple(engine_argv), table) for slot in slots}


def _find_one(run_dir: Path, slot: str, engine_argv: tuple[str, ...], table: dict[int, Facts]) -> Found:
    supervisor, options = _supervisor(run_dir, slot, table)
    if supervisor and options:
        engine = _child_with(supervisor.pid, options.engine, table)
    else:
        engine = _orphan(run_dir, slot, engine_argv, table)
    heads = [head for head in (supervisor or engine,) if head]
    family = [member for head in heads for member in (head, *proc.descendants(head.pid, table))]
    return Found(slot, supervisor, engine, tuple(family), options, _record(run_dir, slot, supervisor))


def _supervisor(run_dir: Path, slot: str, table: dict[int, Facts]) -> tuple[Process | None, Options | None]:
    """The uppermost: a child that has not yet become the engine still wears its parent's command line."""
    named = {}
    for pid, seen in table.items():
        options = from_command(seen.command)
        if options and options.slot == slot and options.run_dir == run_dir:
            named[pid] = (seen, options)
    for seen, options in named.values():
        if seen.parent not in named:
            return seen.process, options
    return None, None


def _child_with(parent: int, command: tuple[str, ...], table: dict[int, Facts]) -> Process | None:
    return next((seen.process for seen in table.values() if seen.parent == parent and seen.command == command), None)


def _orphan(run_dir: Path, slot: str, engine_argv: tuple[str, ...], table: dict[int, Facts]) -> Process | None:
    start = (*engine_argv, "--slot", slot)
    for pid, seen in table.items():
        is_engine = seen.command[1 : 1 + len(start)] == start
        if is_engine and proc.environment(pid).get(MARK) == mark(slot, run_dir):
            return seen.process
    return None


def _record(run_dir: Path, slot: str, supervisor: Process | None) -> Record | None:
    record = read_record(run_dir, slot)
    if record is None:
        return None
    believed = record.supervisor == supervisor if supervisor else record.phase == GAVE_UP
    return record if believed else None
