"""From resolved values to the frozen specs. Everything here has been checked: nothing is repaired or refused."""

from __future__ import annotations

from typing import Any

from arriero.config.checks import variant_names
from arriero.config.lines import KeyPath
from arriero.config.resolving import Resolved
from arriero.config.specs import (
    BackendChoice,
    DockerSettings,
    EngineSettings,
    ExpectedFigures,
    GatewaySettings,
    GpuChoice,
    GuardSettings,
    KeyRule,
    KvCache,
    Packages,
    Settings,
    SlotSpec,
    SourceKind,
    Speculation,
    VariantSpec,
    WheelSource,
)

_EXPECTED = ("disk_bytes", "vram_bytes", "tokens_per_s")


class _Values:
    """The values below one path, by the rest of their path; None where there is none."""

    def __init__(self, resolved: Resolved, base: KeyPath = ()) -> None:
        self._resolved, self._base = resolved, base

    def __getitem__(self, dotted: str) -> Any:
        setting = self._resolved.get((*self._base, *dotted.split(".")))
        return setting.value if setting else None


def build_settings(resolved: Resolved) -> Settings:
    v = _Values(resolved)
    return Settings(
        backend=BackendChoice(v["backend"]),
        language=v["lang"],
        theme=v["theme"],
        bind=v["bind"],
        models_dir=v["models_dir"],
        database=v["database"],
        state_dir=v["state_dir"],
        run_dir=v["run_dir"],
        engine=EngineSettings(
            keep_alive=v["engine.keep_alive"],
            parallel=v["engine.parallel"],
            max_queue=v["engine.max_queue"],
            max_body_bytes=v["engine.max_body_bytes"],
            origins=v["engine.origins"],
            threads=v["engine.threads"],
            api_key_file=v["engine.api_key_file"],
        ),
        docker=DockerSettings(
            image=v["docker.image"],
            project=v["docker.project"],
            folder=v["docker.folder"],
            gpu=GpuChoice(v["docker.gpu"]),
            shm_size=v["docker.shm_size"],
            fit_target_mib=v["docker.fit_target_mib"],
            cache_ram_mib=v["docker.cache_ram_mib"],
            card=v["gpu"] or "0",
            packages=Packages(v["docker.packages"]),
            repository=v["docker.repository"].rstrip("/"),
            toolkit_repository=v["docker.toolkit_repository"].rstrip("/"),
        ),
        gateway=GatewaySettings(
            port=v["gateway.port"],
            lan_port=v["gateway.lan_port"],
            keys=KeyRule(v["gateway.keys"]),
            wait_s=v["gateway.wait_s"],
            patience_s=v["gateway.patience_s"],
            drain_s=v["gateway.drain_s"],
            pins=v["gateway.pins"],
        ),
        insecure_registries=v["registry.insecure"],
        gpu=v["gpu"] or "",
        simulate=v["simulate"] or "",
        guard=GuardSettings(programs=v["guard.programs"], every_s=v["guard.every_s"]),
    )


def build_slots(resolved: Resolved) -> tuple[SlotSpec, ...]:
    """The most important first; ids decide between equals."""
    ids = dict.fromkeys(path[1] for path in resolved if path[0] == "slots")
    slots = [_slot(resolved, slot) for slot in ids]
    return tuple(sorted(slots, key=lambda s: (s.priority, s.id)))


def _slot(resolved: Resolved, slot: str) -> SlotSpec:
    v, names = _Values(resolved, ("slots", slot)), variant_names(resolved, slot)
    purpose = {"es": v["purpose.es"], "en": v["purpose.en"]}
    told = next((text for text in purpose.values() if text), "")
    return SlotSpec(
        id=slot,
        title=v["title"] or slot,
        purpose={language: text or told for language, text in purpose.items()},
        port=v["port"],
        priority=v["priority"],
        context=v["context"],
        kv_cache=KvCache(v["kv_cache"]),
        variants=tuple(_variant(resolved, slot, name) for name in names),
        default_variant=v["default_variant"] or names[0],
        speculation=Speculation(v["speculation"]),
        idle_s=v["idle_s"],
    )


def _variant(resolved: Resolved, slot: str, name: str) -> VariantSpec:
    v = _Values(resolved, ("slots", slot, "variants", name))
    source, kv_cache = SourceKind(v["source"]), v["kv_cache"]
    return VariantSpec(
        name=name,
        reference=v["reference"],
        aliases=v["aliases"],
        source=source,
        wheel=_wheel(v) if source is SourceKind.WHEEL else None,
        expected=_expected(v),
        size_bytes=v["size_bytes"],
        context=v["context"],
        kv_cache=KvCache(kv_cache) if kv_cache else None,
    )


def _wheel(v: _Values) -> WheelSource:
    return WheelSource(v["wheel.requirement"], v["wheel.member"], v["wheel.size_bytes"], v["wheel.sha256"])


def _expected(v: _Values) -> ExpectedFigures | None:
    figures = [v[f"expected.{name}"] for name in _EXPECTED]
    return ExpectedFigures(*figures) if None not in figures else None
