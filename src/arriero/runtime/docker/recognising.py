"""Foreign error texts and the errors they mean. Pure.

The texts are those of moby (daemon, libnetwork), docker/compose, docker/cli and NVIDIA's container toolkit, in the
forms that Engine 20.10 to 29 and Compose 2.19 to 5 print; the tests hold each as it was seen.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from arriero.core.errors import ArrieroError
from arriero.runtime.docker.errors import (
    ApiTooNew,
    ComposeFileInvalid,
    ComposeMissing,
    ContainerNameTaken,
    DockerDiskFull,
    GpuDriverFailed,
    GpuRuntimeMissing,
    ImageUnknown,
    ImageUnreachable,
    MountFailed,
    NetworksUsedUp,
)
from arriero.runtime.errors import PortTaken

_Build = Callable[[re.Match[str], str], ArrieroError]


def recognise(said: str, image: str = "?") -> ArrieroError | None:
    """The error that a program's words mean, None when they are not known. `image`: what was to be run."""
    for pattern, build in _KNOWN:
        if match := re.search(pattern, said, re.IGNORECASE):
            return build(match, image)
    return None


def _line(match: re.Match[str]) -> str:
    """The whole line of what was found: foreign errors are one line, and the rest is progress."""
    text = match.string
    start = text.rfind("\n", 0, match.start()) + 1
    end = text.find("\n", match.end())
    return text[start : end if end >= 0 else len(text)].strip()


_KNOWN: tuple[tuple[str, _Build], ...] = (
    (r"no space left on device", lambda m, _: DockerDiskFull(_line(m))),
    # Another container has it (moby, libnetwork/portallocator), or another program: 20.10-28, then 29
    (r"bind for \S+?:(\d+) failed: port is already allocated", lambda m, _: _port(m)),
    (r"listen (?:tcp4?|tcp6) \S+?:(\d+): bind: address already in use", lambda m, _: _port(m)),
    (r"failed to bind host port (?:for )?\S+?:(\d+)\S*: .*address already in use", lambda m, _: _port(m)),
    (r"could not select device driver", lambda m, _: GpuRuntimeMissing(_line(m))),
    (r"failed to discover GPU vendor from CDI", lambda m, _: GpuRuntimeMissing(_line(m))),
    (r"AMD CDI spec not found", lambda m, _: GpuRuntimeMissing(_line(m))),
    (r"unresolvable CDI devices", lambda m, _: GpuRuntimeMissing(_line(m))),
    (r"unknown or invalid runtime name: nvidia", lambda m, _: GpuRuntimeMissing(_line(m))),
    (r"nvidia-container-cli: |driver/library version mismatch", lambda m, _: GpuDriverFailed(_line(m))),
    (
        r"container name \"/?(\S+?)\" is already in use by container \"?([0-9a-f]{12})",
        lambda m, _: ContainerNameTaken(m[1], m[2]),
    ),
    (
        r"address pools have been fully subnetted|non-overlapping IPv4 address pool",
        lambda m, _: NetworksUsedUp(_line(m)),
    ),
    (r"failed to mount local volume|bind source path does not exist", lambda m, _: MountFailed(_line(m))),
    (
        r"client version (\S+) is too old\. Minimum supported API version is ([\d.]+)",
        lambda m, _: ApiTooNew(m[2].rstrip("."), m[1]),
    ),
    (
        r"'compose' is not a docker command|unknown command: docker compose|unknown shorthand flag: '\w' in -",
        lambda _m, _i: ComposeMissing(),
    ),
    (r"unknown flag: --ansi", lambda _m, _i: ComposeMissing()),
    (
        r"manifest unknown|manifest for \S+ not found|pull access denied|repository does not exist"
        r"|no such image|invalid reference format",
        lambda m, image: ImageUnknown(image, _line(m)),
    ),
    (
        r"dial tcp|server misbehaving|no such host|i/o timeout|TLS handshake timeout|connection refused"
        r"|Client\.Timeout exceeded|request canceled while waiting|network is unreachable|proxyconnect"
        r"|failed to resolve reference|tls: ",
        lambda m, image: ImageUnreachable(image, _line(m)),
    ),
    (
        r"(?:validating|parsing) /[^:\n]*: |yaml: |go-yaml load error|invalid compose project|no such service"
        r"|no configuration file provided|error while interpolating|services(?:\.\S+ (?:must|Additional)|\[\S+\]\.)",
        lambda m, _: ComposeFileInvalid(_line(m)),
    ),
)


def _port(match: re.Match[str]) -> PortTaken:
    """Who has it is looked for by whoever knows how."""
    return PortTaken(int(match[1]), None, None, None)
