"""What tests of the Docker backend stand on: one slot in a real container, with the stand-in engine inside.

The Compose files are those that users get. What a test changes stands in docker-compose.override.yml, which is the
user's own file, so that a container can be made to misbehave. Each world is its own project; `end` removes all of it.
"""

from __future__ import annotations

import json
import os
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

from arriero.config.specs import DockerSettings, GpuChoice
from arriero.core.clock import SystemClock
from arriero.core.progress import silent
from arriero.runtime.backend import ServiceSnapshot, ServiceSpec
from arriero.runtime.docker.backend import DockerBackend
from arriero.runtime.docker.compose import OVERRIDE, ComposeProject
from arriero.runtime.docker.endpoint import resolve_endpoint
from arriero.runtime.docker.engine import connect
from arriero.runtime.docker.limits import Limits
from arriero.runtime.http import ask
from docker_world import docker
from made_service import small_service
from native_world import MODEL, STANDIN, until
from standin_image.build import ensure_image

ENDPOINT = resolve_endpoint(os.environ, Path(os.environ["HOME"]))
QUICK = Limits(up_s=60.0, start_s=60.0, load_s=120.0, stop_s=1)
HEALTH = "import urllib.request; urllib.request.urlopen('http://127.0.0.1:11434/api/tags')"
WORDS = ["python3", "/standin_engine.py", "--slot", "qwen", "--host", "0.0.0.0", "--port", "11434", "--context"]
SHELL = f"import os; os.execv('/usr/bin/python3', {WORDS} + [os.environ['OLLAMA_CONTEXT_LENGTH']])"


@cache
def image() -> str:
    """Once per run: it takes a look at every file of the sources."""
    return ensure_image()


@dataclass
class DockerWorld:
    """One slot `qwen` on a port of its own, as `native_world.World` is one without Docker."""

    folder: Path
    port: int
    gpu: GpuChoice = GpuChoice.CPU
    name: str = field(default_factory=lambda: f"arriero-test-{uuid.uuid4().hex[:8]}")
    processes = 1
    first_steps = ("backend.cpu_mode",)
    kind = "docker"

    def __post_init__(self) -> None:
        settings = DockerSettings(image(), self.name, self.folder / "project", self.gpu, "64mb", 512, 2048)
        self.project = ComposeProject((self.spec(),), settings)
        self.settings: dict[str, object] = {}
        self.backend = self.another()
        self.override()

    def another(self, **settings: object) -> DockerBackend:
        """A backend as the next command would make it, maybe with other settings of Docker's."""
        project = replace(self.project, settings=replace(self.project.settings, **settings))  # type: ignore[arg-type]
        return DockerBackend(project, ENDPOINT, run_dir=self.folder / "run", clock=SystemClock(), limits=QUICK)

    def spec(self, **changes: object) -> ServiceSpec:
        return small_service(self.folder / "models", self.port, MODEL, changes)

    def override(self, **settings: object) -> None:
        """Writes the user's file: these keys of the service, and what every container of the tests needs.

        JSON is YAML.
        """
        self.settings |= settings
        service = {
            "container_name": f"{self.project.name}-qwen",
            "network_mode": "bridge",
            **self.inside(),
            **self.settings,
        }
        self.project.directory.mkdir(parents=True, exist_ok=True)
        (self.project.directory / OVERRIDE).write_text(json.dumps({"services": {"ollama-qwen": service}}))

    def inside(self) -> dict[str, object]:
        """The stand-in engine in place of what the image starts. A container sees the test's folder at its own path."""
        return {
            "entrypoint": ["/usr/bin/python3", "-c", SHELL],
            "environment": {name: value for name, value in os.environ.items() if name.startswith("STANDIN_")},
            "volumes": [f"{STANDIN}:/standin_engine.py:ro", f"{self.folder}:{self.folder}"],
            "healthcheck": {"test": ["CMD", "/usr/bin/python3", "-c", HEALTH], "interval": "1s", "retries": 2},
        }

    async def start(self, **changes: object) -> ServiceSnapshot:
        self.override()
        return await self.backend.start(self.spec(**changes), silent)

    async def seen(self) -> ServiceSnapshot:
        return (await self.backend.inspect([("qwen", self.port)]))[0]

    async def until_seen(self, wanted: Callable[[ServiceSnapshot], bool]) -> ServiceSnapshot:
        async def look() -> ServiceSnapshot | None:
            snapshot = await self.seen()
            return snapshot if wanted(snapshot) else None

        return await until(look, 40.0)

    async def until_phase(self, phase: str) -> ServiceSnapshot:
        return await self.until_seen(lambda snapshot: snapshot.phase == phase)

    async def until_begun(self) -> None:
        """Until something is there that a start made."""
        await self.until_seen(lambda snapshot: snapshot.container is not None)

    async def until_recorded(self) -> None:
        """Until a container lives on its own, whatever becomes of who started it."""
        await self.until_seen(lambda snapshot: snapshot.pid is not None)

    async def say(self, line: str) -> None:
        await ask("127.0.0.1", self.port, "/say", post={"line": line}, limit_s=5.0)

    def container(self) -> str:
        """The full id of the slot's container."""
        (found,) = self.containers()
        return found

    def containers(self, *options: str) -> list[str]:
        label = f"label=com.docker.compose.project={self.project.name}"
        return docker("ps", "--all", "--quiet", "--no-trunc", "--filter", label, *options).split()

    def family(self) -> list[int]:
        return [int(docker("inspect", "--format", "{{.State.Pid}}", one)) for one in self.containers()]

    async def end(self) -> None:
        """Whatever a test left: nothing of it stays. The engine is asked itself: a command takes longer."""
        engine = await connect(ENDPOINT)
        ours = {"label": [f"com.docker.compose.project={self.project.name}"]}
        for one in await engine.get("/containers/json", all=True, filters=ours):
            await engine.act("DELETE", f"/containers/{one['Id']}", force=True, limit_s=30.0)
        await engine.act("DELETE", f"/volumes/{self.project.volume}")
        for one in await engine.get("/networks", filters=ours):
            await engine.act("DELETE", f"/networks/{one['Id']}")
