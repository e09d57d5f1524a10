"""A tool as a client describes it, read as Ollama reads it: what templates see, and how it prints.

Invariant: a Tool made by `parse` renders without error, and templates see only what Ollama keeps of a description;
any other keyword of JSON schema is dropped. Source: Ollama 0.33, api/types.go and template/template.go.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from arriero.engine.prompt.errors import ToolInvalid
from arriero.engine.prompt.go_json import InOrder, go_json
from arriero.engine.prompt.go_values import Named, Nil, NilList, Shape, Struct, as_decoded

Json = dict[str, object]


def _shape(name: str, **keys: tuple[str, bool]) -> Shape:
    return Shape(name, keys)


_KEPT, _OMITTED = False, True
TOOL = _shape("template.templateTool", Type=("type", _KEPT), Items=("items", _OMITTED), Function=("function", _KEPT))
FUNCTION = _shape(
    "template.templateToolFunction",
    Name=("name", _KEPT),
    Description=("description", _KEPT),
    Parameters=("parameters", _KEPT),
)
PARAMETERS = _shape(
    "template.templateToolFunctionParameters",
    Type=("type", _KEPT),
    Defs=("$defs", _OMITTED),
    Items=("items", _OMITTED),
    Required=("required", _OMITTED),
    Properties=("properties", _KEPT),
)
PROPERTY = _shape(
    "api.ToolProperty",
    AnyOf=("anyOf", _OMITTED),
    Type=("type", _OMITTED),
    Items=("items", _OMITTED),
    Description=("description", _OMITTED),
    Enum=("enum", _OMITTED),
    Properties=("properties", _OMITTED),
    Required=("required", _OMITTED),
)


class ToolList(Named, list[object]):
    type_name = "template.templateTools"

    def go_string(self) -> str:
        return go_json(self)


class NoTools(Nil, ToolList):
    pass


class NilTexts(Nil, list[str]):
    pass


class PropertyType(Named, list[str]):
    """A JSON schema type: one name, or several."""

    type_name = "api.PropertyType"

    def go_string(self) -> str:
        return self[0] if len(self) == 1 else f"[{' '.join(self)}]" if self else ""

    def json_value(self) -> object:
        return self[0] if len(self) == 1 else list(self)


class Properties(Named, dict[str, object]):
    """The parameters by name; a name that is not there gives an empty property, as Go's maps do."""

    type_name = "template.templateProperties"

    def go_string(self) -> str:
        return self._json

    def __missing__(self, key: str) -> Struct:
        return _property({}, "")

    @cached_property
    def _json(self) -> str:
        return go_json(dict(self))


class NilProperties(Nil, Properties):
    """A tool that says nothing of its parameters."""


@dataclass(frozen=True)
class Tool:
    """One tool, `raw` as the client sent it: `{"type", "items", "function": {"name", "description", "parameters"}}`."""

    raw: Json

    @classmethod
    def parse(cls, raw: object) -> Tool:
        """Raises ToolInvalid with the field, what it holds and what it should hold."""
        tool = cls(_object({"tool": raw}, "tool", "", "api.Tool"))
        try:
            _ = tool.value
        except RecursionError as error:
            raise ToolInvalid("function", "object without a bottom", "api.ToolFunction") from error
        return tool

    @property
    def name(self) -> str:
        function = self.value.fields["Function"]
        assert isinstance(function, Struct)
        return str(function.fields["Name"])

    @cached_property
    def value(self) -> Struct:
        """What templates see; read once, for a prompt is rendered anew for every message that does not fit."""
        function = _function(_object(self.raw, "function", "", "api.ToolFunction"), "function.")
        fields = {"Type": _text(self.raw, "type", ""), "Items": as_decoded(self.raw.get("items")), "Function": function}
        return Struct(TOOL, fields)


def typescript(value: object) -> str:
    """Ollama's `toTypeScriptType`: the type of a parameter as TypeScript writes it."""
    if not isinstance(value, Struct) or value.shape is not PROPERTY:
        return "any"
    any_of, names = value.fields["AnyOf"], value.fields["Type"]
    assert isinstance(any_of, list)
    assert isinstance(names, PropertyType)
    if any_of:
        return " | ".join(map(typescript, any_of))
    return " | ".join(_TYPESCRIPT.get(name, "any") for name in names) or "any"


_TYPESCRIPT = {
    "string": "string",
    "number": "number",
    "integer": "number",
    "boolean": "boolean",
    "array": "any[]",
    "object": "Record<string, any>",
    "null": "null",
}


def _function(raw: Json, path: str) -> Struct:
    parameters = _object(raw, "parameters", path, "api.ToolFunctionParameters")
    return Struct(
        FUNCTION,
        {
            "Name": _text(raw, "name", path),
            "Description": _text(raw, "description", path),
            "Parameters": _parameters(parameters, f"{path}parameters."),
        },
    )


def _parameters(raw: Json, path: str) -> Struct:
    properties = _properties(raw, path)
    return Struct(
        PARAMETERS,
        {
            "Type": _text(raw, "type", path),
            "Defs": as_decoded(raw.get("$defs")),
            "Items": as_decoded(raw.get("items")),
            "Required": _texts(raw, "required", path),
            "Properties": NilProperties() if properties is None else Properties(properties),
        },
    )


def _property(raw: Json, path: str) -> Struct:
    value = Struct(
        PROPERTY,
        {
            "AnyOf": [_property(item, f"{path}anyOf.") for item in _objects(raw, "anyOf", path)],
            "Type": _types(raw, path),
            "Items": as_decoded(raw.get("items")),
            "Description": _text(raw, "description", path),
            "Enum": as_decoded(_list(raw, "enum", path, "[]interface {}")),
            "Properties": _properties(raw, path),
            "Required": _texts(raw, "required", path),
        },
        {"ToTypeScriptType": lambda: typescript(value)},
    )
    return value


def _properties(raw: Json, path: str) -> InOrder | None:
    if raw.get("properties") is None:
        return None
    properties, wanted = _object(raw, "properties", path, "api.ToolPropertiesMap"), "api.ToolProperty"
    path = f"{path}properties."
    return InOrder({k: _property(_object(properties, k, path, wanted), f"{path}{k}.") for k in properties})


def _types(raw: Json, path: str) -> PropertyType:
    if "type" not in raw:
        return PropertyType()
    return PropertyType(_texts(raw, "type", path) if isinstance(raw["type"], list) else [_text(raw, "type", path)])


def _object(raw: Json, key: str, path: str, wanted: str) -> Json:
    value = raw.get(key)
    if value is not None and not isinstance(value, dict):
        raise ToolInvalid(path + key, _kind(value), wanted)
    return value or {}


def _text(raw: Json, key: str, path: str) -> str:
    value = raw.get(key)
    if value is not None and not isinstance(value, str):
        raise ToolInvalid(path + key, _kind(value), "string")
    return value or ""


def _list(raw: Json, key: str, path: str, wanted: str) -> list[object]:
    value = raw.get(key)
    if value is not None and not isinstance(value, list):
        raise ToolInvalid(path + key, _kind(value), wanted)
    return NilList() if value is None else value


def _texts(raw: Json, key: str, path: str) -> list[str]:
    items = _list(raw, key, path, "[]string")
    return NilTexts() if isinstance(items, Nil) else [_text({key: item}, key, path) for item in items]


def _objects(raw: Json, key: str, path: str) -> list[Json]:
    items = _list(raw, key, path, "[]api.ToolProperty")
    return [_object({key: item}, key, path, "api.ToolProperty") for item in items]


def _kind(value: object) -> str:
    """What Go's decoder calls a JSON value."""
    kinds = {bool: "bool", int: "number", float: "number", str: "string", list: "array", dict: "object"}
    return kinds.get(type(value), "null")
