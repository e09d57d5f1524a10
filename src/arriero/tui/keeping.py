"""What is chosen in the app and kept: language, theme and contexts, in the user's own settings file.

They are settings, so that commands and the app mean the same, and the file stays the one place to look at. Invariant:
nothing is written that would not count, because the environment or the project's file says otherwise.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from arriero.config.lines import KeyPath
from arriero.core.paths import Places

if TYPE_CHECKING:
    from arriero.stack.world import World


@dataclass(frozen=True)
class Keeping:
    """`open_with` opens a world with further flags, by dotted key, for as long as that world is used."""

    open_with: Callable[[Mapping[str, str]], World]
    environ: Mapping[str, str]
    places: Places

    def keep(self, path: KeyPath, value: str | int) -> None:
        """Blocking. Raises SettingOverruled, SettingNotWritten, and ConfigInvalid where the settings are wrong now."""
        from arriero.config.writing import write_user_setting

        self.require_ours(path)
        write_user_setting(self.places, path, value)

    def require_ours(self, path: KeyPath) -> None:
        """Blocking. Raises SettingOverruled where what is kept would not count, and ConfigInvalid.

        The flags of this run are not asked: they count for it alone.
        """
        from arriero.config.errors import SettingOverruled
        from arriero.config.loading import load_settings

        found = load_settings({}, self.environ, self.places).get(path)
        if found and (found.origin.kind == "environment" or found.origin.file == str(self.places.project_settings)):
            raise SettingOverruled(found.origin, ".".join(path))
