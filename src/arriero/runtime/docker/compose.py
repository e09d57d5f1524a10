"""The project as Compose sees it: its files on disk, kept in step with the settings, and the words to name them.

Invariant: a file or block that somebody changed by hand is never overwritten; `edited` tells it. What lies there means
the same to `docker compose` typed by hand in that folder and to Arriero, which names files and variables itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from arriero.config.specs import DockerSettings, GpuChoice
from arriero.core.files import write_atomic
from arriero.core.paths import PROJECT_ROOT
from arriero.runtime.backend import ServiceSpec
from arriero.runtime.docker import compose_files, dotenv
from arriero.runtime.docker.errors import DockerBindRefused, DockerCardNamed, DockerFolderFailed

MAIN = "docker-compose.yml"
CPU = "docker-compose.cpu.yml"
SLOTS = "docker-compose.slots.yml"
OVERRIDE = "docker-compose.override.yml"  # the user's own: Compose takes it unless COMPOSE_FILE is set
DOTENV = ".env"
DEFAULT_NAME = "arriero"  # what MAIN calls the project
COMPOSES_OWN = ("COMPOSE_PROJECT_NAME", "COMPOSE_FILE", "OLLAMA_MODELS")


@dataclass(frozen=True)
class ComposeProject:
    """`services`: every slot's, with the variant that is wished. `settings.gpu` says what to use: AUTO is resolved."""

    services: tuple[ServiceSpec, ...]
    settings: DockerSettings

    @property
    def name(self) -> str:
        return self.settings.project

    @property
    def directory(self) -> Path:
        return self.settings.folder

    @property
    def image(self) -> str:
        return self.settings.image

    @property
    def cpu(self) -> bool:
        return self.settings.gpu is GpuChoice.CPU

    @property
    def volume(self) -> str:
        """The volume's name in the engine."""
        return f"{self.name}_{compose_files.VOLUME}"

    @property
    def files(self) -> tuple[Path, ...]:
        """In the order in which Compose lays them over each other."""
        return tuple(self.directory / name for name in self._names())

    @property
    def environment(self) -> dict[str, str]:
        """Every variable that the files ask for. Given to Compose it beats `.env`, and what the shell has exported."""
        found: dict[str, str] = {}
        for spec in self.services:
            found |= compose_files.values(spec, self.settings)
            found["ARRIERO_MODELS_DIR"] = str(spec.models_dir.absolute())
        return found

    def service_hash(self, spec: ServiceSpec) -> str:
        return compose_files.service_hash(spec, self.settings)

    def having(self, spec: ServiceSpec) -> ComposeProject:
        """The same with `spec` for its slot."""
        return replace(self, services=(*(s for s in self.services if s.slot != spec.slot), spec))

    def prepare(self, spec: ServiceSpec) -> ComposeProject:
        """Writes what `up` of this service needs: both folders, the files that are missing or out of date.

        Returns the project that has this very spec, for Compose. Raises DockerBindRefused, DockerCardNamed,
        DockerFolderFailed.
        """
        if spec.host != compose_files.LOOPBACK:
            raise DockerBindRefused(spec.host)
        if not self.cpu and not compose_files.names_card(self.settings.card):
            raise DockerCardNamed(self.settings.card)
        project = self.having(spec)
        path = self.directory
        try:
            for path in (self.directory, spec.models_dir):
                path.mkdir(parents=True, exist_ok=True)
            for path, text in project._texts(spec):
                project._write(path, text)
        except OSError as error:
            raise DockerFolderFailed(path, error.strerror or str(error)) from error
        return project

    def edited(self) -> tuple[Path, ...]:
        """The files that were changed by hand since they were made."""
        files = (self.directory / name for name in (MAIN, CPU, SLOTS, DOTENV))
        return tuple(path for path in files if self._is_edited(path, _read(path)))

    def _names(self) -> tuple[str, ...]:
        further = [name for name in (SLOTS, OVERRIDE) if (self.directory / name).exists()]
        return (MAIN, *further, *([CPU] if self.cpu else []))

    def _texts(self, spec: ServiceSpec) -> Iterator[tuple[Path, str]]:
        """What belongs on disk; `.env` last, for it names the others."""
        if self.directory != PROJECT_ROOT:
            for name in (MAIN, CPU):
                yield self.directory / name, (PROJECT_ROOT / name).read_text()
        yield self.directory / SLOTS, self._slots_text(spec)
        path = self.directory / DOTENV
        yield path, dotenv.with_block(_read(path), self._dotenv_values())

    def _slots_text(self, spec: ServiceSpec) -> str:
        """The services that MAIN lacks: this one, and those that were written when their slots were started.

        So `up -d` by hand starts no slot that was never asked for. Empty: there are none.
        """
        main, now = (compose_files.service_names(_read(self.directory / name)) for name in (MAIN, SLOTS))
        wanted = [s for s in self.services if s.name not in main and (s.name in now or s.slot == spec.slot)]
        wanted.sort(key=lambda s: s.port)
        return compose_files.render_slots(wanted, self.settings) if wanted else ""

    def _dotenv_values(self) -> dict[str, str]:
        """Only what differs from MAIN's defaults; the folder always, for `sudo` has another home."""
        given: dict[str, str] = {}
        if self.name != DEFAULT_NAME:
            given["COMPOSE_PROJECT_NAME"] = self.name
        if len(self._names()) > 1:
            given["COMPOSE_FILE"] = ":".join(self._names())
        given["OLLAMA_MODELS"] = self.environment["ARRIERO_MODELS_DIR"]
        there = compose_files.defaults(_read(self.directory / MAIN))
        return given | {name: self.environment[name] for name, default in there.items() if self._differs(name, default)}

    def _differs(self, name: str, default: str) -> bool:
        return self.environment.get(name, default) != default

    def _is_edited(self, path: Path, text: str) -> bool:
        if path.name == DOTENV:
            return not dotenv.is_untouched(text, {*self.environment, *COMPOSES_OWN})
        return bool(text) and not compose_files.is_untouched(text)

    def _write(self, path: Path, text: str) -> None:
        """Leaves alone what was edited, and what is right already; an empty text means that no file is wanted."""
        there = _read(path)
        if there == text or self._is_edited(path, there):
            return
        if text:
            write_atomic(path, text.encode())
        else:
            path.unlink()


def _read(path: Path) -> str:
    """Empty when it is not there."""
    try:
        return path.read_text()
    except FileNotFoundError:
        return ""
