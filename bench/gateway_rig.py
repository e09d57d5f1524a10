"""A real gateway in front of three slots that share the demo model's weights under three names."""

from __future__ import annotations

import json
import os
import signal
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import psutil

from arriero.core.ids import Reference
from arriero.store import Store
from bench.rig import MODEL, Installation, free_port
from bench.wire import Address

FURTHER = {"second": "second:135m", "third": "third:135m"}
MODELS = {"demo": MODEL, **FURTHER}
_SLOT = """
[slots.{slot}]
port = {port}
context = 2048
default_variant = "135m"
[slots.{slot}.variants.135m]
reference = "{reference}"
"""


@dataclass(frozen=True)
class GatewayRig:
    """`ports`: by slot its server's."""

    here: Installation
    address: Address
    ports: dict[str, int]

    def slot(self, name: str) -> Address:
        """Its own server's."""
        return Address(port=self.ports[name])

    def status(self) -> dict[str, Any]:
        told: dict[str, Any] = self.here.command("gateway", "status")[1]
        return told

    @property
    def process(self) -> psutil.Process:
        return psutil.Process(self.status()["pid"])

    def until_active(self, slot: str) -> None:
        """Until the gateway has seen that. Raises TimeoutError."""
        deadline = time.monotonic() + 30
        while True:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.address.port}/health") as answer:
                if json.load(answer)["slots"][slot] == "active":
                    return
            if time.monotonic() > deadline:
                raise TimeoutError(slot)
            time.sleep(0.02)

    def kill(self) -> None:
        os.kill(self.status()["pid"], signal.SIGKILL)

    def kill_engine(self, slot: str) -> bool:
        """False where it does not run."""
        models: Any = self.here.command("status")[1]["models"]
        pid = next(model["pid"] for model in models if model["id"] == slot)
        if pid:
            os.kill(pid, signal.SIGKILL)
        return pid is not None

    @property
    def log(self) -> Path:
        return self.here.folder / ".local/state/arriero/logs/_gateway.log"


@contextmanager
def gateway(here: Installation, **settings: int) -> Iterator[GatewayRig]:
    """Running, and ended afterwards. `settings`: of `[gateway]`."""
    store = Store(here.models)
    model = store.get(Reference.parse(MODEL))
    for name in FURTHER.values():
        store.write_manifest(Reference.parse(name), model.config_layer, model.layers)
    own, ports = free_port(), {"demo": here.port} | {slot: free_port() for slot in FURTHER}
    folder = here.folder / ".config/arriero"
    folder.mkdir(parents=True, exist_ok=True)
    lines = ["[gateway]", f"port = {own}", *(f"{name} = {value}" for name, value in settings.items())]
    lines += [_SLOT.format(slot=slot, port=ports[slot], reference=name) for slot, name in FURTHER.items()]
    (folder / "arriero.toml").write_text("\n".join(lines))
    native = replace(here, environ=here.environ | {"ARRIERO_BACKEND": "native"})
    native.command("gateway", "on")
    try:
        yield GatewayRig(native, Address(port=own), ports)
    finally:
        native.command("gateway", "off")
        native.command("down")
        (folder / "arriero.toml").unlink()
