"""What can go wrong with Docker: no engine to ask, no Compose, an image, a port, a disk, a container.

`detail` is always the foreign program's own words.
"""

from __future__ import annotations

from pathlib import Path

from arriero.core.errors import EnvironmentFault, OperationFailed, UsageError


class EngineUnavailable(EnvironmentFault):
    """Family: there is no engine that could be asked. Every child says why."""


class DockerMissing(EngineUnavailable):
    """Neither a socket nor the docker command is there."""

    code = "docker.missing"


class EngineDown(EngineUnavailable):
    """Docker is installed, but nobody answers at its address."""

    code = "docker.engine_down"
    endpoint: str
    origin: str
    detail: str


class EnginePermission(EngineUnavailable):
    """The socket is there and this user may not use it. `group`: who may."""

    code = "docker.no_permission"
    socket: Path
    user: str
    group: str


class EngineNeedsRelogin(EngineUnavailable):
    """The user is in the socket's group, but this session began before."""

    code = "docker.needs_relogin"
    socket: Path
    user: str
    group: str


class ApiTooOld(EngineUnavailable):
    """The engine speaks at most `theirs`; `ours` is the oldest that Arriero speaks."""

    code = "docker.api_too_old"
    theirs: str
    ours: str
    version: str


class ApiTooNew(EngineUnavailable):
    """The engine speaks nothing older than `theirs`; `ours` is the newest that Arriero, or Compose, speaks."""

    code = "docker.api_too_new"
    theirs: str
    ours: str


class EndpointScheme(EngineUnavailable):
    """An address that Arriero cannot use (ssh://, npipe://). `origin`: where it was written."""

    code = "docker.endpoint_scheme"
    url: str
    origin: str
    scheme: str


class EndpointRemote(EngineUnavailable):
    """An engine on another machine."""

    code = "docker.endpoint_remote"
    url: str
    origin: str


class EndpointInvalid(EngineUnavailable):
    code = "docker.endpoint_invalid"
    url: str
    origin: str


class ContextUnknown(EngineUnavailable):
    """DOCKER_CONTEXT or config.json names a context that is not there."""

    code = "docker.context_unknown"
    name: str


class ContextUnreadable(EngineUnavailable):
    """docker's own configuration cannot be read or makes no sense."""

    code = "docker.context_unreadable"
    path: Path
    detail: str


class TlsUnusable(EngineUnavailable):
    """The certificates for the engine's address cannot be used."""

    code = "docker.tls_unusable"
    path: Path
    detail: str


class EngineRefused(OperationFailed):
    """The engine answered with an error that has no class of its own. `status`: HTTP's."""

    code = "docker.refused"
    asked: str
    status: int
    detail: str


class ComposeMissing(EngineUnavailable):
    """`docker` is there, its Compose plugin is not."""

    code = "compose.missing"


class ComposeTooOld(EngineUnavailable):
    code = "compose.too_old"
    found: str
    needed: str


class ComposeFailed(OperationFailed):
    """Compose ended with an error that has no class of its own. `exit_code` negative: the signal that ended it."""

    code = "compose.failed"
    command: str
    exit_code: int
    detail: str


class ComposeSlow(OperationFailed):
    """Compose did not end in `limit_s` and was ended."""

    code = "compose.slow"
    command: str
    limit_s: float


class ComposeFileInvalid(UsageError):
    """Compose cannot read the files of the project."""

    code = "compose.file_invalid"
    detail: str


class ComposeFileEdited(UsageError):
    """A file that Arriero makes was changed by hand; it is left as it is."""

    code = "compose.file_edited"
    path: Path


class GpuRuntimeMissing(EnvironmentFault):
    """A GPU was asked for and the engine has nothing that could hand one to a container."""

    code = "docker.gpu_runtime_missing"
    detail: str


class GpuDriverFailed(EnvironmentFault):
    """NVIDIA's part of the engine is there and failed: driver missing, too old, or not matching its library."""

    code = "docker.gpu_driver_failed"
    detail: str


class ImageUnreachable(EnvironmentFault):
    """The image is not on this machine and its registry cannot be reached."""

    code = "docker.image_unreachable"
    image: str
    detail: str


class ImageUnknown(EnvironmentFault):
    """The image is not on this machine, and its registry has none of that name, or shows it only to its friends."""

    code = "docker.image_unknown"
    image: str
    detail: str


class DockerDiskFull(EnvironmentFault):
    """No space where the engine keeps images and containers."""

    code = "docker.disk_full"
    detail: str


class NetworksUsedUp(EnvironmentFault):
    """Every address range that the engine may give to networks is given."""

    code = "docker.networks_used_up"
    detail: str


class MountFailed(EnvironmentFault):
    """A folder that the container needs cannot be mounted."""

    code = "docker.mount_failed"
    detail: str


class ContainerNameTaken(EnvironmentFault):
    """A container that is not ours has the name. `container`: the first digits of its id."""

    code = "docker.name_taken"
    name: str
    container: str


class VolumeDiffers(EnvironmentFault):
    """The volume is bound to another folder than the models' one, and other containers use it."""

    code = "docker.volume_differs"
    volume: str
    bound_to: str
    wanted: str
    users: tuple[str, ...]


class ContainerUnhealthy(OperationFailed):
    """It runs, but its health check fails `checks` times in a row. `output`: what the last one said."""

    code = "service.unhealthy"
    slot: str
    checks: int
    output: str
    tail: str


class DockerBindRefused(UsageError):
    """Ollama asks nobody for a key, so its containers are open on 127.0.0.1 only. `bind`: the address asked for."""

    code = "docker.bind_refused"
    bind: str


class DockerCardNamed(UsageError):
    """A container gets a card by its number or UUID; a part of its name is known here alone. `card`: the setting."""

    code = "docker.card_named"
    card: str


class DockerFolderFailed(EnvironmentFault):
    """A folder that the containers need (models, Compose files) cannot be made or written."""

    code = "docker.folder_failed"
    path: Path
    detail: str
