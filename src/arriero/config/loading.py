"""The way to one Configuration: flag > environment > project file > user file > default.

Invariant: either every value is right and a Configuration comes out, or ConfigInvalid tells all that is wrong at once.
"""

from __future__ import annotations

from collections.abc import Mapping

from arriero.config import schema
from arriero.config.building import build_settings, build_slots
from arriero.config.checks import find_problems
from arriero.config.errors import ConfigInvalid
from arriero.config.lines import KeyPath
from arriero.config.resolving import Resolved, resolve
from arriero.config.specs import Configuration
from arriero.core.paths import Places


def load(flags: Mapping[str, object], environ: Mapping[str, str], places: Places) -> Configuration:
    """`flags` by dotted key, as text; None: not given. Raises ConfigInvalid."""
    settings = load_settings(flags, environ, places)
    origins = {schema.dotted(path): setting.origin.told for path, setting in settings.items()}
    return Configuration(build_settings(settings), build_slots(settings), origins)


def load_settings(
    flags: Mapping[str, object], environ: Mapping[str, str], places: Places, *, without: KeyPath | None = None
) -> Resolved:
    """Every key with its value and origin, before they become a Configuration. `without`: as if the user's file did not
    give that one. Raises ConfigInvalid."""
    resolution = resolve(flags, environ, places, without)
    problems = resolution.problems + find_problems(resolution)
    if problems:
        raise ConfigInvalid(tuple(problems))
    return resolution.settings
