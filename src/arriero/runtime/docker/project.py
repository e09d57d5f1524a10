"""What the Docker backend asks of a Compose project."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from arriero.runtime.backend import ServiceSpec


class Project(Protocol):
    """`name`, `directory` and `files` are told to Compose each time, so that it guesses nothing from where it runs.

    `cpu`: the override without GPUs is among the files. `image`: a tag or a digest.
    """

    @property
    def name(self) -> str: ...
    @property
    def directory(self) -> Path: ...
    @property
    def files(self) -> Sequence[Path]: ...
    @property
    def image(self) -> str: ...
    @property
    def cpu(self) -> bool: ...

    def service_hash(self, spec: ServiceSpec) -> str:
        """What the label `arriero.settings` of that service says when it is in step."""
        ...

    def prepare(self, spec: ServiceSpec) -> None:
        """Writes what Compose needs to bring that service up with these settings."""
        ...
