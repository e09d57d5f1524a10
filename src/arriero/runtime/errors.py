"""What can go wrong when a service is started, loaded, ended or looked at."""

from __future__ import annotations

from pathlib import Path

from arriero.core.errors import EnvironmentFault, OperationFailed


class PortTaken(EnvironmentFault):
    """Someone else listens there; None is what the system does not tell this user."""

    code = "port.taken"
    port: int
    pid: int | None
    process: str | None
    container: str | None


class PortUnusable(EnvironmentFault):
    """The address cannot be listened on: not this machine's, or it needs rights. `detail`: the system's word."""

    code = "port.unusable"
    host: str
    port: int
    detail: str


class ServiceFailed(OperationFailed):
    """It ended, or kept silent (`last_exit` "timeout"), before it served. `tail`: the last lines of its log."""

    code = "service.failed"
    slot: str
    last_exit: str
    tail: str


class ServiceGaveUp(OperationFailed):
    """It had served, then ended again and again until its supervisor gave up."""

    code = "service.gave_up"
    slot: str
    restarts: int
    last_exit: str
    tail: str


class LoadFailed(OperationFailed):
    """The service runs but did not load the model. `detail`: its own words."""

    code = "service.load_failed"
    slot: str
    model: str
    detail: str


class ContextDiffers(OperationFailed):
    """The model is loaded with another context (tokens) than was declared for the slot."""

    code = "service.context_differs"
    slot: str
    model: str
    wanted: int
    served: int


class StopIncomplete(OperationFailed):
    """These processes of the slot are still there although they were killed."""

    code = "service.stop_incomplete"
    slot: str
    pids: tuple[int, ...]


class KeeperFailed(EnvironmentFault):
    """What keeps services alive could not be started. `detail`: its own words."""

    code = "service.keeper_failed"
    command: str
    detail: str


class RunDirUnsafe(EnvironmentFault):
    """The folder of locks and records is not this user's alone, or cannot be made.

    `found`: "symlink", "uid 1001", "mode 0777", or the system's word.
    """

    code = "run_dir.unsafe"
    path: Path
    found: str
