"""The settings that the app offers, each with its value and where that is from, as rows. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from arriero.config import schema
from arriero.config.building import build_slots
from arriero.config.errors import ConfigInvalid, Origin
from arriero.config.lines import KeyPath
from arriero.config.resolving import Resolved
from arriero.core.errors import ArrieroError
from arriero.i18n import describe_error
from arriero.i18n.settings_texts import SettingsTexts, settings_texts_of
from arriero.tui.keeping import Keeping
from arriero.tui.view import Cell, Row, Tone, line
from arriero.tui.words import Words

_GROUPS: Mapping[str, tuple[str, ...]] = {
    "app": ("lang", "theme"),
    "serving": (
        *("backend", "gpu", "docker.gpu", "models_dir"),
        *("engine.keep_alive", "engine.parallel", "engine.threads"),
    ),
    "services": ("gateway.port", "gateway.keys", "gateway.pins", "guard.programs"),
}
_OF_SLOT = ("default_variant", "context", "kv_cache", "speculation", "idle_s")
_LABEL_CELLS, _VALUE_CELLS = 29, 22


@dataclass(frozen=True)
class Adjustable:
    """`name`: the key as the schema has it. `origin` None: there is no value. `choices` empty: it is typed."""

    path: KeyPath
    name: str
    group: str
    value: object | None
    origin: Origin | None
    choices: tuple[str, ...]
    home: Path

    @property
    def dotted(self) -> str:
        return schema.dotted(self.path)

    @property
    def text(self) -> str:
        """As it is typed."""
        if isinstance(self.value, tuple | list):
            return ", ".join(map(str, self.value))
        if isinstance(self.value, Path) and self.value.is_relative_to(self.home):
            return f"~/{self.value.relative_to(self.home)}"
        return "" if self.value is None else str(self.value)

    @property
    def example(self) -> str:
        key = schema.find(self.path)
        return key.example if key else ""


def adjustables(settings: Resolved, home: Path) -> tuple[Adjustable, ...]:
    """In the order in which they are shown. `home`: what a path is shown from."""
    return tuple(_all(settings, home))


def _all(settings: Resolved, home: Path) -> Iterator[Adjustable]:
    for group, names in _GROUPS.items():
        yield from (_adjustable(settings, tuple(name.split(".")), name, group, home) for name in names)
    for slot in build_slots(settings):
        variant = slot.variant()
        assert variant is not None  # a checked catalogue has its default variant
        own = {"context": variant.context, "kv_cache": variant.kv_cache}
        for key in _OF_SLOT:
            counts = ("variants", variant.name, key) if own.get(key) is not None else (key,)
            variants = tuple(each.name for each in slot.variants) if key == "default_variant" else ()
            yield _adjustable(settings, ("slots", slot.id, *counts), f"slots.*.{key}", slot.id, home, variants)


def _adjustable(
    settings: Resolved, path: KeyPath, name: str, group: str, home: Path, choices: tuple[str, ...] = ()
) -> Adjustable:
    setting, key = settings.get(path), schema.find(path)
    assert key is not None  # the tables above are of the schema's keys; a test walks them
    value, origin = (setting.value, setting.origin) if setting else (None, None)
    return Adjustable(path, name, group, value, origin, choices or key.kind.choices, home)


def setting_rows(found: tuple[Adjustable, ...], keeping: Keeping, words: Words) -> tuple[Row, ...]:
    """With a heading before each group."""
    return tuple(_rows(found, keeping, words))


def _rows(found: tuple[Adjustable, ...], keeping: Keeping, words: Words) -> Iterator[Row]:
    t, group = settings_texts_of(words.texts.language), ""
    for each in found:
        if each.group != group:
            if group:
                yield Row(f"before-{each.group}", (line(""),), heading=True)
            group = each.group
            yield Row(f"group-{group}", (line(Cell(t.groups.get(group, group), Tone.STRONG)),), heading=True)
        ours = each.origin is not None and each.origin.kind != "default"
        yield Row(
            each.dotted,
            (
                line(
                    f"{t.labels[each.name].ljust(_LABEL_CELLS)}",
                    Cell(
                        f"{(each.text or words.sign('none')).ljust(_VALUE_CELLS)} ", Tone.ACCENT if ours else Tone.PLAIN
                    ),
                    _origin(each, keeping, t),
                ),
            ),
        )


def _origin(each: Adjustable, keeping: Keeping, t: SettingsTexts) -> Cell:
    """A place that overrules the user's own is worth a colour."""
    origin = each.origin or Origin("default")
    told = t.origins[_place(origin, keeping)].format(place=_short(origin), line=origin.line)
    return Cell(told, Tone.WARN if keeping.overrules(origin) else Tone.DIM)


def _place(origin: Origin, keeping: Keeping) -> str:
    if origin.kind != "file":
        return origin.kind
    return "user" if origin.file == str(keeping.places.user_settings) else "project"


def _short(origin: Origin) -> str:
    return f"{Path(origin.name).name}:{origin.line}" if origin.file else origin.name


def about_setting(each: Adjustable, words: Words) -> str:
    """What it does, and what may be put there."""
    t = settings_texts_of(words.texts.language)
    free = t.example.format(example=each.example)
    return f"{t.abouts[each.name]}\n{t.values.format(choices=', '.join(each.choices)) if each.choices else free}"


def why_refused(fault: ArrieroError, words: Words) -> str:
    """Without the places of what was only typed."""
    parts = fault.problems if isinstance(fault, ConfigInvalid) else (fault,)
    return "\n".join(_without_flag(part, words) for part in parts)


def _without_flag(fault: ArrieroError, words: Words) -> str:
    origin, told = getattr(fault, "origin", None), describe_error(fault, words.texts)
    typed = isinstance(origin, Origin) and origin.kind == "flag"
    return told.removeprefix(f"{origin}: ") if typed else told
