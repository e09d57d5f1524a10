"""Which backend serves: what the settings ask for, or with `auto` the one that can do the job here.

Invariant: the choice is made by looking, at each command anew; it costs nothing where no Docker is, and it always has
its reason.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass, replace
from ipaddress import ip_address
from pathlib import Path

from arriero.config.specs import BackendChoice, Configuration, DockerSettings, GpuChoice
from arriero.core.clock import Clock
from arriero.hardware.presence import driver_loaded
from arriero.planner import Reason
from arriero.runtime.backend import Backend, ServiceSpec
from arriero.runtime.docker.endpoint import Endpoint, resolve_endpoint
from arriero.runtime.docker.errors import EngineUnavailable
from arriero.runtime.native.backend import NativeBackend

ASKED = Reason("backend.asked")
_NO_RUNTIME = "backend.no_gpu_runtime"
_PLUGIN_FOLDERS = (  # docker/cli, cli-plugins/manager
    "/usr/local/lib/docker/cli-plugins",
    "/usr/local/libexec/docker/cli-plugins",
    "/usr/lib/docker/cli-plugins",
    "/usr/libexec/docker/cli-plugins",
)


@dataclass(frozen=True)
class Choice:
    """`others`: the backends that were not chosen and may have something of ours running."""

    backend: Backend
    reason: Reason
    others: tuple[Backend, ...]


@dataclass(frozen=True)
class Candidates:
    """What the backends are made from. `services`: every slot's, with the variant that is wished."""

    configuration: Configuration
    services: tuple[ServiceSpec, ...]
    environ: Mapping[str, str]
    clock: Clock

    def native(self) -> Backend:
        settings = self.configuration.settings
        return NativeBackend(run_dir=settings.run_dir, logs_dir=settings.state_dir / "logs", clock=self.clock)

    def docker(self, endpoint: Endpoint, gpu: GpuChoice) -> Backend:
        from arriero.runtime.docker.backend import DockerBackend  # late: only where an engine may be
        from arriero.runtime.docker.compose import ComposeProject

        settings = self.configuration.settings
        project = ComposeProject(self.services, replace(settings.docker, gpu=gpu))
        return DockerBackend(project, endpoint, run_dir=settings.run_dir, clock=self.clock)

    def endpoint(self) -> Endpoint:
        """Raises EngineUnavailable's children."""
        return resolve_endpoint(self.environ, _home(self.environ))


def choose_at_once(candidates: Candidates) -> Choice | None:
    """The choice where no engine has to be asked for it, else None: then `choose` asks.

    Raises EngineUnavailable's children where Docker is asked for and its address makes no sense.
    """
    settings = candidates.configuration.settings
    if settings.backend is BackendChoice.NATIVE:
        return _native(candidates, ASKED)
    if settings.backend is BackendChoice.DOCKER:
        if settings.docker.gpu is GpuChoice.AUTO and driver_loaded():
            return None
        gpu = GpuChoice.CPU if settings.docker.gpu is GpuChoice.AUTO else settings.docker.gpu
        return _docker(candidates, gpu, ASKED)
    hindrance = _hindrance(candidates)
    return _native(candidates, hindrance) if hindrance else None


async def choose(candidates: Candidates) -> Choice:
    """What `choose_at_once` left open, with the engine's own word."""
    settings = candidates.configuration.settings
    try:
        lack = await _lack(settings.docker, candidates.endpoint())
    except EngineUnavailable as fault:
        lack = Reason("backend.engine_unusable", {"why": fault.code})
    if settings.backend is BackendChoice.DOCKER:
        gpu = GpuChoice.CPU if lack and lack.code == _NO_RUNTIME else GpuChoice.NVIDIA
        return _docker(candidates, gpu, ASKED)
    if lack:
        return _native(candidates, lack)
    gpu = GpuChoice.NVIDIA if settings.docker.gpu is GpuChoice.AUTO else settings.docker.gpu
    return _docker(candidates, gpu, Reason("backend.docker_able"))


def _docker(candidates: Candidates, gpu: GpuChoice, reason: Reason) -> Choice:
    return Choice(candidates.docker(candidates.endpoint(), gpu), reason, (candidates.native(),))


def _native(candidates: Candidates, reason: Reason) -> Choice:
    """Containers of ours are looked for where an engine could be, whatever else it lacks."""
    try:
        endpoint = candidates.endpoint()
    except EngineUnavailable:
        return Choice(candidates.native(), reason, ())
    there = endpoint.socket is None or endpoint.socket.exists()
    gpu = candidates.configuration.settings.docker.gpu
    return Choice(candidates.native(), reason, (candidates.docker(endpoint, gpu),) if there else ())


def _hindrance(candidates: Candidates) -> Reason | None:
    """What speaks against Docker without asking its engine anything."""
    settings = candidates.configuration.settings
    try:
        endpoint = candidates.endpoint()
    except EngineUnavailable as fault:
        return Reason("backend.engine_unusable", {"why": fault.code})
    if endpoint.socket and not endpoint.socket.exists():
        return Reason("backend.no_engine")
    if not _has_compose(candidates.environ):
        return Reason("backend.no_compose")
    if settings.engine.api_key_file or not ip_address(settings.bind).is_loopback:
        return Reason("backend.needs_key")
    if settings.docker.gpu is GpuChoice.AUTO and not driver_loaded():
        return Reason("backend.no_card")
    return None


async def _lack(docker: DockerSettings, endpoint: Endpoint) -> Reason | None:
    """What its engine says that it lacks. Raises EngineUnavailable's children."""
    from arriero.runtime.docker.engine import connect  # late: only where an engine may be
    from arriero.runtime.docker.probe import probe

    if docker.gpu is GpuChoice.AUTO and not (await probe(endpoint)).nvidia_runtime:
        return Reason("backend.no_gpu_runtime")
    engine = await connect(endpoint)
    if await engine.get(f"/images/{docker.image}/json") is None:
        return Reason("backend.no_image", {"image": docker.image})
    return None


def _has_compose(environ: Mapping[str, str]) -> bool:
    """The command, and the plugin's file where it looks for it. Whether they work and are new enough shows in use."""
    own = Path(environ.get("DOCKER_CONFIG") or _home(environ) / ".docker") / "cli-plugins"
    plugin = any((Path(folder) / "docker-compose").exists() for folder in (own, *_PLUGIN_FOLDERS))
    return plugin and shutil.which("docker", path=environ.get("PATH")) is not None


def _home(environ: Mapping[str, str]) -> Path:
    return Path(environ.get("HOME") or Path.home())
