"""What is chosen in the app and kept, in the user's own settings file.

They are settings, so that commands and the app mean the same, and the file stays the one place to look at. Invariant:
nothing is written that would be wrong, or that would not count because the environment or the project's file says
otherwise.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from arriero.config.lines import KeyPath
from arriero.core.paths import Places

if TYPE_CHECKING:
    from arriero.config.errors import Origin
    from arriero.config.resolving import Resolved
    from arriero.config.writing import Value
    from arriero.stack.world import World


@dataclass(frozen=True)
class Keeping:
    """`open_with` opens a world with further flags, by dotted key, for as long as that world is used. `flags`: those
    that the app was started with. Everything here blocks.
    """

    open_with: Callable[[Mapping[str, str]], World]
    environ: Mapping[str, str]
    places: Places
    flags: Mapping[str, object] = field(default_factory=dict)

    def settings(self) -> Resolved:
        """Every value that counts now, with its origin. Raises ConfigInvalid."""
        from arriero.config.loading import load_settings

        return load_settings(self.flags, self.environ, self.places)

    def keep(self, path: KeyPath, value: Value) -> None:
        """Raises SettingOverruled, SettingNotWritten, and ConfigInvalid where the settings are wrong now."""
        self.require_ours(path)
        self._write(path, value)

    def change(self, path: KeyPath, typed: str) -> None:
        """As it was typed. Raises ConfigInvalid where the settings would be wrong with it, and as `keep` does."""
        from arriero.config import schema
        from arriero.config.loading import load_settings

        self.require_ours(path)
        load_settings({schema.dotted(path): typed}, self.environ, self.places)
        key = schema.find(path)
        assert key is not None  # whoever asks has it from the settings
        self._write(path, key.kind.split(typed))  # type: ignore[arg-type]  # what a kind splits a text into

    def reset(self, path: KeyPath) -> None:
        """Back to what counts without the user's file. Raises as `change` does."""
        from arriero.config.loading import load_settings

        self.require_ours(path)
        load_settings({}, self.environ, self.places, without=path)
        self._write(path, None)

    def _write(self, path: KeyPath, value: Value | None) -> None:
        from arriero.config.writing import write_user_setting

        write_user_setting(self.places, path, value)

    def require_ours(self, path: KeyPath) -> None:
        """Raises SettingOverruled where what is kept would not count, and ConfigInvalid.

        The flags of this run are not asked: they count for it alone.
        """
        from arriero.config import schema
        from arriero.config.errors import SettingOverruled
        from arriero.config.loading import load_settings

        found = load_settings({}, self.environ, self.places).get(path)
        if found and self.overrules(found.origin):
            raise SettingOverruled(found.origin, schema.dotted(path))

    def overrules(self, origin: Origin) -> bool:
        """Whether a value from there counts for more than one in the user's file."""
        return origin.kind == "environment" or origin.file == str(self.places.project_settings)
