"""A whole installation with containers of the stand-in image: the clone's Compose files, a store, a database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from arriero.config.loading import load
from arriero.core.paths import places
from arriero.stack.world import World, open_world
from docker_world import MODELS, Clone, clone, models_folder


@dataclass(frozen=True)
class DockerStack:
    """`world` is what one command sees; `another` what the next one sees, with other settings if need be."""

    clone: Clone
    root: Path
    flags: dict[str, str]

    @property
    def world(self) -> World:
        return self.another()

    def another(self, **settings: str) -> World:
        """Settings by their dotted key with `__` for the dot."""
        changed = {name.replace("__", "."): value for name, value in settings.items()}
        return open_world(load(self.flags | changed, {}, replace(places(self.clone.environ), root=self.root)))


@contextmanager
def docker_stack(folder: Path, image: str, gguf: Path, slots: tuple[str, ...] = ("qwen",)) -> Iterator[DockerStack]:
    """The named slots have the demo model behind their names; nothing of it runs afterwards."""
    folder.mkdir(exist_ok=True)
    with clone(folder / "clone", image) as made:
        models = models_folder(folder / "models", gguf, *(MODELS[slot] for slot in slots))
        flags = {f"slots.{slot}.port": str(port) for slot, port in made.ports.items()}
        flags |= {"backend": "docker", "docker.image": image, "docker.project": made.project, "docker.gpu": "cpu"}
        flags |= {"docker.folder": str(made.folder), "models_dir": str(models), "database": str(folder / "models.db")}
        flags |= {"state_dir": str(folder / "state"), "run_dir": str(folder / "run")}
        flags |= {f"slots.{slot}.context": "2048" for slot in made.ports}
        yield DockerStack(made, folder, flags)
