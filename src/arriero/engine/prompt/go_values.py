"""Go's values, as far as a prompt template meets them: how they print, what is true, what their types are called.

Strings, numbers, lists and dicts are Python's own; a Go int is an int, a float64 a float, nil is None. What Ollama
hands to templates beyond those are structs and a few named types that print as JSON, and these are here.
Source: Go's fmt and text/template (1.26); Ollama 0.33 template/template.go for the types.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from gotpl.runtime.gofmt import sprintf


class GoError(Exception):
    """What a Go function or field access answers with; whoever evaluates it adds the place."""


@dataclass(frozen=True)
class Shape:
    """A struct type. `keys` gives, per field in order, its JSON key and whether an empty value is left out."""

    type_name: str
    keys: Mapping[str, tuple[str, bool]]


@dataclass(frozen=True, slots=True)
class Struct:
    """A Go struct value: every field of its shape, in the shape's order. Methods are called without arguments."""

    shape: Shape
    fields: dict[str, object]
    methods: Mapping[str, Callable[[], object]] = field(default_factory=dict)


class Nil:
    """A slice or map that is nil: empty in every respect, but `null` in JSON."""


class NilList(Nil, list[object]):
    pass


class Named(ABC):
    """A named type with a String method: that is how it prints, at any depth."""

    type_name: ClassVar[str]

    @abstractmethod
    def go_string(self) -> str: ...

    def json_value(self) -> object:
        """What is written in JSON instead of the value itself."""
        return self


def text(value: object) -> str:
    """What an action writes: fmt.Fprint of the value, but that nothing is `<no value>`."""
    if value is None:
        return "<no value>"
    return shown(value)


def shown(value: object) -> str:
    """Go's `%v`."""
    match value:
        case str():
            words = value
        case None:
            words = "<nil>"
        case bool():
            words = "true" if value else "false"
        case int():
            words = str(value)
        case Named():
            words = value.go_string()
        case Struct(fields=fields):
            words = "{" + _spaced(fields.values()) + "}"
        case bytes() | list():
            words = "[" + _spaced(value) + "]"
        case dict():
            words = "map[" + " ".join(f"{shown(key)}:{shown(value[key])}" for key in sorted(value)) + "]"
        case _:
            words = sprintf("%v", value)
    return words


def truth(value: object) -> bool:
    """Whether `if` takes it for true: not nil, false, zero or empty; a struct always is."""
    return isinstance(value, Struct) or bool(value)


def type_name(value: object) -> str:
    """The Go type, as error texts name it."""
    if isinstance(value, Struct):
        return value.shape.type_name
    if isinstance(value, Named):
        return value.type_name
    names = {str: "string", bool: "bool", int: "int", float: "float64", complex: "complex128", bytes: "api.ImageData"}
    named = names.get(type(value))
    return named or ("[]interface {}" if isinstance(value, list) else "map[string]interface {}")


def as_decoded(value: object) -> object:
    """A JSON value as Go decodes it into an `any`: every number is a float64."""
    if isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if isinstance(value, list) and not isinstance(value, Nil):
        return [as_decoded(item) for item in value]
    if isinstance(value, dict):
        return {key: as_decoded(item) for key, item in value.items()}
    return value


def _spaced(values: Iterable[object]) -> str:
    return " ".join(shown(value) for value in values)
