"""What every command is given, and what it gives back."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TextIO

from arriero.cli.look import Look
from arriero.cli.narration import Narrator
from arriero.config.loading import load
from arriero.config.specs import Configuration
from arriero.core.errors import ArrieroError
from arriero.core.paths import Places
from arriero.i18n import Texts

if TYPE_CHECKING:
    from arriero.stack.world import World


@dataclass(frozen=True)
class Call:
    """One command as it was given. `out` is stdout; a command that streams writes to it, the others return a Reply.

    `configured`: what was loaded to learn the language, None where it was wrong.
    """

    args: argparse.Namespace
    look: Look
    narrate: Narrator
    out: TextIO
    environ: Mapping[str, str]
    places: Places
    configured: Configuration | None

    @property
    def texts(self) -> Texts:
        return self.look.texts

    @property
    def flags(self) -> dict[str, object]:
        """The flags that are settings, by dotted key."""
        return {"backend": self.args.backend, "lang": self.args.lang, "simulate": self.args.simulate}

    def configuration(self) -> Configuration:
        """Raises ConfigInvalid with every problem."""
        if self.configured and not any(self.flags.values()):
            return self.configured
        return load(self.flags, self.environ, self.places)

    def world(self) -> World:
        """The collaborators of a use case. Raises ConfigInvalid, and what `open_world` raises."""
        from arriero.stack.world import open_world

        return open_world(self.configuration())


@dataclass(frozen=True)
class Reply:
    """`data` for --json, `text` for people; `failures`: what did not work although the rest was done."""

    data: object
    text: str
    failures: tuple[ArrieroError, ...] = ()
    nothing_done: bool = False
