"""What happens next for the first request in the queue, decided from values alone."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from arriero.engine.llama.launch import LaunchSpec
from arriero.store.models import InstalledModel


class Step(Enum):
    WAIT = "wait"
    GRANT = "grant"
    LOAD = "load"
    END = "end"


@dataclass(frozen=True)
class Wanted:
    """What a request needs. `slot`: it will compute, and takes one of the child's slots. `keep_alive_s` stays with the
    child once it is given; None leaves it as it is. `model` is what `/api/ps` will show if this request loads it."""

    spec: LaunchSpec
    model: InstalledModel
    slot: bool = True
    keep_alive_s: float | None = None


@dataclass(frozen=True)
class RunnerView:
    """What there is: the child's spec, whether it is loaded, leases that compute and leases in all."""

    spec: LaunchSpec
    loaded: bool
    computing: int
    leases: int


def next_step(runner: RunnerView | None, first: Wanted) -> Step:
    """What to do for the first in the queue."""
    if runner is None:
        return Step.LOAD
    if not runner.loaded:
        return Step.WAIT
    if not runner.spec.serves(first.spec):
        return Step.END if runner.leases == 0 else Step.WAIT
    free = runner.computing < runner.spec.parallel
    return Step.GRANT if free or not first.slot else Step.WAIT
