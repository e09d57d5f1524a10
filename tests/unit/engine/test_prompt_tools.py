"""Tools as clients send them: what is kept, how it prints, what is refused. Expected texts are Go's."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arriero.engine.prompt import Message, Template, Thinking, Tool, ToolInvalid

CHAT = [Message("user", "x")]


def shown(tool: object, text: str = "{{ if .Messages }}{{ end }}{{ range .Tools }}{{ json . }}{{ end }}") -> str:
    return Template.parse(text).render_chat(CHAT, [Tool.parse(tool)], Thinking())


def function(**fields: Any) -> dict[str, Any]:
    return {"type": "function", "function": {"name": "f", **fields}}


def parameters(**properties: Any) -> dict[str, Any]:
    return function(parameters={"type": "object", "properties": properties})


def test_what_ollama_does_not_keep_is_dropped() -> None:
    tool = {**parameters(a={"type": "string", "minLength": 3, "title": "A"}), "strict": True}
    assert shown(tool) == (
        '{"type":"function","function":{"name":"f","description":"",'
        '"parameters":{"type":"object","properties":{"a":{"type":"string"}}}}}'
    )


def test_a_tool_that_says_nothing_of_its_parameters() -> None:
    assert shown({}) == (
        '{"type":"","function":{"name":"","description":"","parameters":{"type":"","properties":null}}}'
    )
    assert shown({}, "{{ if .Messages }}{{ end }}{{ range .Tools }}{{ .Function }}{{ end }}") == (
        "{  { <nil> <nil> [] {}}}"
    )


def test_parameters_are_sorted_and_what_is_inside_them_is_not() -> None:
    tool = parameters(b={"type": "object", "properties": {"z": {}, "y": {}}}, a={"anyOf": [{"type": ["x", "null"]}]})
    assert (
        '"properties":{"a":{"anyOf":[{"type":["x","null"]}]},"b":{"type":"object","properties":{"z":{},"y":{}}}}'
        in (shown(tool))
    )


def test_numbers_of_a_schema_are_floats() -> None:
    tool = parameters(a={"enum": [1, 2.50, 10000000000000000000000], "items": {"maximum": 100}})
    assert '{"a":{"items":{"maximum":100},"enum":[1,2.5,1e+22]}}' in shown(tool)


def test_the_name_is_at_hand() -> None:
    assert Tool.parse(function()).name == "f"
    assert Tool.parse({}).name == ""


@pytest.mark.parametrize(
    ("tool", "field", "found", "wanted"),
    [
        (5, "tool", "number", "api.Tool"),
        ([], "tool", "array", "api.Tool"),
        ({"type": 1}, "type", "number", "string"),
        ({"function": "f"}, "function", "string", "api.ToolFunction"),
        (function(name=True), "function.name", "bool", "string"),
        (function(description={}), "function.description", "object", "string"),
        (function(parameters=[]), "function.parameters", "array", "api.ToolFunctionParameters"),
        (function(parameters={"required": "a"}), "function.parameters.required", "string", "[]string"),
        (function(parameters={"required": [1]}), "function.parameters.required", "number", "string"),
        (function(parameters={"properties": []}), "function.parameters.properties", "array", "api.ToolPropertiesMap"),
        (parameters(a=1), "function.parameters.properties.a", "number", "api.ToolProperty"),
        (parameters(a={"type": {}}), "function.parameters.properties.a.type", "object", "string"),
        (parameters(a={"type": ["x", 1]}), "function.parameters.properties.a.type", "number", "string"),
        (parameters(a={"enum": "x"}), "function.parameters.properties.a.enum", "string", "[]interface {}"),
        (parameters(a={"anyOf": [1]}), "function.parameters.properties.a.anyOf", "number", "api.ToolProperty"),
    ],
)
def test_a_wrong_type_is_named(tool: object, field: str, found: str, wanted: str) -> None:
    with pytest.raises(ToolInvalid) as refused:
        Tool.parse(tool)
    assert refused.value.params() == {"field": field, "found": found, "wanted": wanted}


def test_a_schema_without_a_bottom_is_refused() -> None:
    schema: dict[str, Any] = {"type": "object"}
    schema["properties"] = {"again": schema}
    with pytest.raises(ToolInvalid):
        Tool.parse(function(parameters=schema))


KEYS = st.sampled_from(["type", "items", "function", "name", "parameters", "properties", "required", "anyOf", "enum"])
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=10,
)


@given(st.dictionaries(KEYS, ANYTHING, max_size=5), ANYTHING)
def test_any_json_is_a_tool_or_refused(fields: dict[str, object], schema: object) -> None:
    try:
        tool = Tool.parse({**fields, "function": {"parameters": schema}})
    except ToolInvalid:
        return
    assert '"parameters":' in shown(tool.raw)
