"""From entries to one value for each key, with every problem found on the way. Later layers win.

Invariant: every entry is checked, also one that a stronger layer hides.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from arriero.config import layers, schema
from arriero.config.errors import NotAChoice, Origin, OutOfRange, SlotIdInvalid, UnknownKey, WrongForm, WrongType
from arriero.config.kinds import Unfit
from arriero.config.layers import DEFAULT, Entry, Problems
from arriero.config.lines import KeyPath
from arriero.config.schema import Key
from arriero.core.ids import is_slot_id, nearest
from arriero.core.paths import Places


@dataclass(frozen=True)
class Setting:
    """The value that counts for a key, and where it was written. `value` None: it was written, but wrong."""

    value: object
    origin: Origin


Resolved = dict[KeyPath, Setting]


@dataclass(frozen=True)
class Resolution:
    """`begun`: where each slot was first spoken of. `problems` are those of single entries."""

    settings: Resolved
    begun: dict[str, Origin]
    problems: Problems = field(default_factory=list)


def resolve(
    flags: Mapping[str, object], environ: Mapping[str, str], places: Places, without: KeyPath | None = None
) -> Resolution:
    """All keys that have a value, and all that is wrong with what was written. `without`: a key that the user's file is
    not asked for.
    """
    problems: Problems = []
    written = layers.catalogue(places.home)
    for path in (places.user_settings, places.project_settings):
        written += layers.file(path, places.home, problems)
    mine = str(places.user_settings)
    written = [entry for entry in written if entry.path != without or entry.origin.file != mine]
    begun = _slots(written)
    known = schema.concrete(begun, _variants(written))
    written += layers.environment(environ, known, places.home, problems)
    written += layers.flags(flags, places.home)
    resolution = Resolution(_defaults(known, places), begun, problems)
    for entry in written:
        _apply(entry, resolution, known)
    return resolution


def _slots(written: Iterable[Entry]) -> dict[str, Origin]:
    found: dict[str, Origin] = {}
    for entry in written:
        if len(entry.path) > 1 and entry.path[0] == "slots" and is_slot_id(entry.path[1]):
            found.setdefault(entry.path[1], entry.origin)
    return found


def _variants(written: Iterable[Entry]) -> list[tuple[str, str]]:
    """The (slot, variant) pairs that are spoken of, each once."""
    paths = (e.path for e in written if len(e.path) > 3 and e.path[0] == "slots" and is_slot_id(e.path[1]))
    return list(dict.fromkeys((path[1], path[3]) for path in paths if path[2] == "variants"))


def _defaults(known: list[KeyPath], places: Places) -> Resolved:
    computed: dict[KeyPath, object] = {
        ("models_dir",): places.models,
        ("database",): places.database,
        ("state_dir",): places.state,
        ("run_dir",): places.run,
        ("docker", "folder"): places.root,
    }
    found: Resolved = {}
    for path in known:
        key = schema.find(path)
        value = computed.get(path, key.default if key else None)
        if value is not None:
            found[path] = Setting(value, DEFAULT)
    return found


def _apply(entry: Entry, resolution: Resolution, known: list[KeyPath]) -> None:
    key = schema.find(entry.path)
    if entry.path[0] == "slots" and len(entry.path) > 1 and not is_slot_id(entry.path[1]):
        _refuse_slot(entry, resolution.problems)
    elif key is None:
        _refuse_key(entry, known, resolution.problems)
    else:
        resolution.settings[entry.path] = Setting(_read(entry, key, resolution.problems), entry.origin)


def _refuse_slot(entry: Entry, problems: Problems) -> None:
    """Once for each slot, however many keys it has."""
    slot = entry.path[1]
    if not any(isinstance(p, SlotIdInvalid) and p.slot == slot for p in problems):
        problems.append(SlotIdInvalid(entry.origin, schema.dotted(entry.path[:2]), slot))


def _refuse_key(entry: Entry, known: list[KeyPath], problems: Problems) -> None:
    name = schema.dotted(entry.path)
    if not any(path[: len(entry.path)] == entry.path for path in known):
        near = nearest(name, [schema.dotted(path) for path in known])
        problems.append(UnknownKey(entry.origin, name, near))
    elif entry.raw != {}:  # an empty table of ours is as good as none
        problems.append(WrongType(entry.origin, name, str(entry.raw), f"[{name}]"))


def _read(entry: Entry, key: Key, problems: Problems) -> object:
    """The typed value, or None after noting what is wrong with it."""
    raw = entry.raw
    if entry.worded and isinstance(raw, str):
        raw = key.kind.split(raw)
    try:
        return key.kind.read(raw, entry.anchor)
    except Unfit as unfit:
        _refuse_value(entry, key, raw, unfit, problems)
        return None


def _refuse_value(entry: Entry, key: Key, raw: object, unfit: Unfit, problems: Problems) -> None:
    where, name, shown = entry.origin, schema.dotted(entry.path), str(raw)
    match unfit.fault:
        case "range":
            assert isinstance(raw, int)
            problems.append(OutOfRange(where, name, raw, *unfit.bounds))
        case "choice":
            choices = key.kind.choices
            problems.append(NotAChoice(where, name, shown, choices, nearest(shown, list(choices))))
        case "form":
            problems.append(WrongForm(where, name, shown, key.example))
        case _:
            problems.append(WrongType(where, name, shown, key.example))
