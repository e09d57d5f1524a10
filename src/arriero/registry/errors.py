"""What can go wrong between this machine and a registry."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from arriero.core.errors import EnvironmentFault, NotFoundError, OperationFailed, UsageError


@dataclass(eq=False)
class ManifestNotFound(NotFoundError):
    """The registry has no such model or tag."""

    code = "registry.manifest_not_found"
    reference: str
    host: str


@dataclass(eq=False)
class ManifestInvalid(OperationFailed):
    """The registry's manifest is none that a model can be built from; `what` names the flaw."""

    code = "registry.manifest_invalid"
    reference: str
    what: str


@dataclass(eq=False)
class NeedsNewerOllama(OperationFailed):
    """The registry keeps this model for newer versions of Ollama (status 412); `detail` is its text."""

    code = "registry.needs_newer_ollama"
    reference: str
    detail: str


@dataclass(eq=False)
class RegistryUnreachable(EnvironmentFault):
    """No connection: name, route, port or proxy. `detail` is the system's own text."""

    code = "registry.unreachable"
    host: str
    detail: str


@dataclass(eq=False)
class RegistryUntrusted(EnvironmentFault):
    """Its certificate could not be verified."""

    code = "registry.untrusted"
    host: str
    detail: str


@dataclass(eq=False)
class InsecureRegistry(UsageError):
    """It speaks plain http, and no setting marks it as insecure."""

    code = "registry.insecure"
    host: str


@dataclass(eq=False)
class ProxyUnsupported(UsageError):
    """The environment names a proxy that is not an http one; `scheme` is what it is."""

    code = "registry.proxy_unsupported"
    scheme: str


@dataclass(eq=False)
class RegistryDenied(OperationFailed):
    """It wants an account (status 401 or 403); there are none here, only anonymous tokens."""

    code = "registry.denied"
    host: str
    status: int


@dataclass(eq=False)
class RegistryRefused(OperationFailed):
    """Any other answer that is not the one asked for, after the tries that make sense."""

    code = "registry.refused"
    host: str
    status: int
    detail: str


@dataclass(eq=False)
class NotARegistry(OperationFailed):
    """It answers, but not as a registry does: a web page, most likely."""

    code = "registry.not_a_registry"
    host: str
    detail: str


@dataclass(eq=False)
class RedirectRefused(OperationFailed):
    """It sends us to where we do not go: another scheme, https to http, or round in circles."""

    code = "registry.redirect_refused"
    host: str
    target: str


@dataclass(eq=False)
class TransferBroken(OperationFailed):
    """The connection failed again and again without a byte of progress. What arrived is kept."""

    code = "registry.transfer_broken"
    host: str
    detail: str


@dataclass(eq=False)
class TransferStalled(OperationFailed):
    """Nothing, or next to nothing, came for `waited_s` seconds, again and again. What arrived is kept."""

    code = "registry.transfer_stalled"
    host: str
    waited_s: float


@dataclass(eq=False)
class LayerMissing(OperationFailed):
    """The manifest names a layer that the registry does not have."""

    code = "registry.layer_missing"
    host: str
    digest: str


@dataclass(eq=False)
class LayerSizeWrong(OperationFailed):
    """The manifest promises another size than the registry delivers."""

    code = "registry.layer_size_wrong"
    digest: str
    promised_bytes: int
    offered_bytes: int


@dataclass(eq=False)
class LayerCorrupt(OperationFailed):
    """Fetched twice, and twice its sha256 was another one; nothing of it is kept."""

    code = "registry.layer_corrupt"
    digest: str
    got: str


@dataclass(eq=False)
class DiskFull(EnvironmentFault):
    """`needed_bytes` is what is still missing, `free_bytes` what this user may still use. What arrived is kept."""

    code = "registry.disk_full"
    path: Path
    needed_bytes: int
    free_bytes: int


@dataclass(eq=False)
class FolderRefused(EnvironmentFault):
    """The operating system refused a file of the transfer; `reason` is its own text."""

    code = "registry.folder_refused"
    path: Path
    reason: str
