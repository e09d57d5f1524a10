"""Where Arriero's things lie. Every path is computed here, from the environment, once; nothing is created here."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

PROJECT_ROOT = Path(__file__).resolve().parents[3]
SOURCE_ROOT = PROJECT_ROOT / "src"


@dataclass(frozen=True)
class Places:
    """The folders of one installation for one user.

    `run` holds sockets, locks and pid records and may vanish at a reboot; `state` holds logs and what must outlive it.
    """

    root: Path
    home: Path
    config: Path
    state: Path
    run: Path
    cache: Path
    models: Path

    @property
    def logs(self) -> Path:
        return self.state / "logs"

    @property
    def database(self) -> Path:
        return self.root / ".models.db"

    @property
    def user_settings(self) -> Path:
        return self.config / "arriero.toml"

    @property
    def project_settings(self) -> Path:
        return self.root / "arriero.toml"


def places(environ: Mapping[str, str] | None = None) -> Places:
    """XDG folders, `OLLAMA_MODELS` for the model store, and HOME for the rest. Sockets need short paths (108 bytes)."""
    env = os.environ if environ is None else environ
    home = Path(env.get("HOME") or Path.home())
    runtime = env.get("XDG_RUNTIME_DIR")
    run = Path(runtime) / "arriero" if runtime else Path(tempfile.gettempdir()) / f"arriero-{os.getuid()}"
    return Places(
        root=PROJECT_ROOT,
        home=home,
        config=Path(env.get("XDG_CONFIG_HOME") or home / ".config") / "arriero",
        state=Path(env.get("XDG_STATE_HOME") or home / ".local" / "state") / "arriero",
        run=run,
        cache=Path(env.get("XDG_CACHE_HOME") or home / ".cache") / "arriero",
        models=Path(env.get("OLLAMA_MODELS") or home / ".ollama" / "models"),
    )
