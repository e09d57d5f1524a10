"""What no single value can tell: keys that are missing, ports used twice, an open address without a key."""

from __future__ import annotations

from ipaddress import ip_address

from arriero.config import schema
from arriero.config.errors import BindNeedsKey, KeyMissing, NotAChoice, Origin, PortShared
from arriero.config.layers import DEFAULT, Problems
from arriero.config.lines import KeyPath
from arriero.config.resolving import Resolution, Resolved
from arriero.config.specs import SourceKind
from arriero.core.ids import nearest

_WHEEL = ("requirement", "member", "size_bytes", "sha256")
_EXPECTED = ("disk_bytes", "vram_bytes", "tokens_per_s")


def variant_names(resolved: Resolved, slot: str) -> list[str]:
    """In the order in which they were declared."""
    return list(dict.fromkeys(p[3] for p in resolved if p[:3] == ("slots", slot, "variants")))


def find_problems(resolution: Resolution) -> Problems:
    settings = resolution.settings
    found: Problems = [*_open_address(settings), *_shared_ports(settings)]
    for slot in resolution.begun:
        found += [_missing(resolution, path) for path in _needed(settings, slot) if path not in settings]
        found += _unknown_default(settings, slot)
    return found


def _needed(settings: Resolved, slot: str) -> list[KeyPath]:
    base, names = ("slots", slot), variant_names(settings, slot)
    needed: list[KeyPath] = [(*base, "port")]
    if len(names) > 1:
        needed.append((*base, "default_variant"))
    for name in names or ["default"]:
        variant = (*base, "variants", name)
        needed.append((*variant, "reference"))
        source = settings.get((*variant, "source"))
        if source and source.value == SourceKind.WHEEL:
            needed += [(*variant, "wheel", part) for part in _WHEEL]
        if any((*variant, "expected", part) in settings for part in _EXPECTED):
            needed += [(*variant, "expected", part) for part in _EXPECTED]
    return needed


def _missing(resolution: Resolution, path: KeyPath) -> KeyMissing:
    slot, key = path[1], schema.find(path)
    assert key is not None
    catalogued = [s for s, origin in resolution.begun.items() if origin == DEFAULT]
    near = None if slot in catalogued else nearest(slot, catalogued)
    return KeyMissing(_beside(resolution, path), schema.dotted(path), key.example, near)


def _beside(resolution: Resolution, path: KeyPath) -> Origin:
    """Where the user wrote what is nearest to a missing key: in its own table, else in its slot."""
    for depth in (len(path) - 1, 4, 2):
        for other, setting in resolution.settings.items():
            if other[:depth] == path[:depth] and setting.origin != DEFAULT:
                return setting.origin
    return resolution.begun[path[1]]


def _unknown_default(settings: Resolved, slot: str) -> Problems:
    path, names = ("slots", slot, "default_variant"), variant_names(settings, slot)
    chosen = settings.get(path)
    if not names or chosen is None or chosen.value is None or chosen.value in names:
        return []
    value = str(chosen.value)
    return [NotAChoice(chosen.origin, schema.dotted(path), value, tuple(names), nearest(value, names))]


def _shared_ports(settings: Resolved) -> Problems:
    """One problem for each port, told where the user asked for it rather than in the catalogue."""
    users: dict[int, list[KeyPath]] = {}
    for path, setting in settings.items():
        if path[0] == "slots" and path[2:] == ("port",) and isinstance(setting.value, int):
            users.setdefault(setting.value, []).append(path)
    found: Problems = []
    for port, paths in users.items():
        if len(paths) > 1:
            told = max(paths, key=lambda p: settings[p].origin != DEFAULT)
            slots = tuple(p[1] for p in paths)
            found.append(PortShared(settings[told].origin, schema.dotted(told), port, slots))
    return found


def _open_address(settings: Resolved) -> Problems:
    bind = settings[("bind",)]
    if bind.value is None or ("engine", "api_key_file") in settings or ip_address(str(bind.value)).is_loopback:
        return []
    return [BindNeedsKey(bind.origin, "bind", str(bind.value))]
