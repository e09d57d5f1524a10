"""What an engine is and what it could do, asked of itself: GET /version and GET /info."""

from __future__ import annotations

from dataclasses import dataclass

from arriero.runtime.docker.endpoint import Endpoint
from arriero.runtime.docker.engine import connect

_LIMIT_S = 5.0


@dataclass(frozen=True)
class EngineSnapshot:
    """One engine as it described itself. `api_version`: the one that is spoken with it.

    `system`: what it runs on ("Ubuntu 24.04.3 LTS", "Docker Desktop"). `image_dirs`: where images take space; with the
    containerd image store (the default of a fresh Docker 29) that is not below `root_dir`. `nvidia_runtime`: it lists a
    runtime `nvidia` or CDI devices of NVIDIA's; False does not prove that a GPU cannot be had (its hook may be there
    unlisted).
    """

    endpoint: str
    origin: str
    version: str
    api_version: str
    system: str
    kernel: str
    root_dir: str
    image_dirs: tuple[str, ...]
    rootless: bool
    desktop: bool
    nvidia_runtime: bool
    containers_running: int


async def probe(endpoint: Endpoint, *, limit_s: float = _LIMIT_S) -> EngineSnapshot:
    """Raises EngineUnavailable's children, EngineRefused."""
    engine = await connect(endpoint, limit_s=limit_s)
    told = await engine.get("/info", limit_s=limit_s)
    info: dict[str, object] = told if isinstance(told, dict) else {}
    system, root_dir = str(info.get("OperatingSystem", "?")), str(info.get("DockerRootDir", "?"))
    return EngineSnapshot(
        endpoint=endpoint.url,
        origin=endpoint.origin,
        version=engine.version.version,
        api_version=engine.version.api,
        system=system,
        kernel=str(info.get("KernelVersion", "?")),
        root_dir=root_dir,
        image_dirs=_image_dirs(info, root_dir),
        rootless=any("rootless" in option for option in _texts(info.get("SecurityOptions"))),
        desktop=system == "Docker Desktop",
        nvidia_runtime=_has_nvidia(info),
        containers_running=_number(info.get("ContainersRunning")),
    )


def _image_dirs(info: dict[str, object], root_dir: str) -> tuple[str, ...]:
    """`DriverStatus` names the snapshotter where the containerd image store is used (moby, daemon/info.go)."""
    in_containerd = "io.containerd.snapshotter.v1" in str(info.get("DriverStatus"))
    return (root_dir, "/var/lib/containerd") if in_containerd else (root_dir,)


def _has_nvidia(info: dict[str, object]) -> bool:
    runtimes = info.get("Runtimes")
    listed = isinstance(runtimes, dict) and "nvidia" in runtimes
    return listed or "nvidia.com/gpu" in str(info.get("DiscoveredDevices"))


def _texts(value: object) -> list[str]:
    return [str(item) for item in value] if isinstance(value, list) else []


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0
