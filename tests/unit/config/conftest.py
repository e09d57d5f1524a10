"""A home and a project of the test's own, and one call that loads settings from them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from arriero.config.errors import ConfigInvalid
from arriero.config.loading import load
from arriero.config.specs import Configuration
from arriero.core.errors import ArrieroError
from arriero.core.paths import Places, places


@dataclass
class Desk:
    places: Places

    def project(self, text: str) -> Path:
        self.places.project_settings.write_text(text)
        return self.places.project_settings

    def user(self, text: str) -> Path:
        self.places.user_settings.parent.mkdir(parents=True, exist_ok=True)
        self.places.user_settings.write_text(text)
        return self.places.user_settings

    def load(self, environ: Mapping[str, str] | None = None, **flags: object) -> Configuration:
        return load(flags, environ or {}, self.places)

    def problems(self, environ: Mapping[str, str] | None = None, **flags: object) -> list[ArrieroError]:
        with pytest.raises(ConfigInvalid) as caught:
            self.load(environ, **flags)
        return list(caught.value.parts)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    root = tmp_path / "project"
    root.mkdir()
    return Desk(replace(places({"HOME": str(tmp_path / "home")}), root=root))
