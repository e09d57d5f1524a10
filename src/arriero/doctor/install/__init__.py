"""From a bare machine to a model that answers, in steps: each looks, says what it would do, does it, and looks again.

Invariant: how far an installation came is found by looking, never by remembering. So it goes on after a reboot, a new
login or a cut, and a second run changes nothing.
"""

from arriero.config.specs import BackendKind
from arriero.doctor.install import (
    compose,
    distribution,
    docker,
    driver,
    folders,
    group,
    image,
    model,
    toolkit,
)
from arriero.doctor.install.step import Step

STEPS: tuple[Step, ...] = (
    distribution.STEP,
    driver.STEP,
    docker.STEP,
    group.STEP,
    toolkit.STEP,
    image.STEP,
    folders.STEP,
    compose.STEP,
    model.STEP,
)


def steps_of(backend: BackendKind) -> tuple[Step, ...]:
    return tuple(step for step in STEPS if backend in step.backends)


__all__ = ["STEPS", "Step", "steps_of"]
