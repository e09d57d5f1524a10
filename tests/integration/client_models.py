"""The models that the clients' tests ask: the demo model and three derived from it, whose templates give abilities.

A template that writes calls as bare JSON, asked with a `format` schema of constants, makes even a tiny model call its
tool every time; one that ends in `<think>` makes it think; one that uses `.Suffix` fills in.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from engine_process import DEMO, EngineProcess, demo_store, engine

TOOLED, THINKER, INFILL = "tooled:one", "thinker:one", "infill:one"

_TURN = "<|im_start|>{{ .Role }}\n"
_END = "<|im_end|>\n{{ end }}<|im_start|>assistant\n"
TEMPLATES = {
    TOOLED: (
        "{{- if or .System .Tools }}<|im_start|>system\n{{ .System }}\n{{- if .Tools }}\nTools: {{ .Tools }}\n"
        "{{- end }}<|im_end|>\n{{ end }}\n{{- range .Messages }}" + _TURN + "{{ if .Content }}{{ .Content }}"
        '{{ else if .ToolCalls }}{{ range .ToolCalls }}{"name": "{{ .Function.Name }}", '
        '"arguments": {{ .Function.Arguments }}}{{ end }}{{ end }}' + _END
    ),
    THINKER: (
        "{{- range $i, $_ := .Messages }}" + _TURN + "{{ if and $.IsThinkSet .Thinking }}<think>{{ .Thinking }}</think>"
        "\n{{ end }}{{ .Content }}" + _END + "{{ if and $.IsThinkSet $.Think }}<think>\n{{ end }}"
    ),
    INFILL: (
        "{{- if .Suffix }}<|fim_prefix|>{{ .Prompt }}<|fim_suffix|>{{ .Suffix }}<|fim_middle|>{{ else }}"
        "{{ .Prompt }}{{ end }}"
    ),
}

ARGUMENTS_OF_PARIS = {"city": "Paris"}
WEATHER = {
    "name": "get_weather",
    "description": "Get the weather",
    "parameters": {"type": "object", "required": ["city"], "properties": {"city": {"type": "string"}}},
}
CALL_SCHEMA = {
    "type": "object",
    "properties": {
        "name": {"const": "get_weather"},
        "arguments": {
            "type": "object",
            "properties": {"city": {"const": "Paris"}},
            "required": ["city"],
            "additionalProperties": False,
        },
    },
    "required": ["name", "arguments"],
    "additionalProperties": False,
}
CHOICE_SCHEMA = {
    "type": "object",
    "properties": {"colour": {"enum": ["red", "blue"]}},
    "required": ["colour"],
    "additionalProperties": False,
}


@contextmanager
def engine_for_clients(folder: Path, gguf: Path) -> Iterator[EngineProcess]:
    """An engine whose store holds the demo model and those derived from it, which are made through its own API."""
    with engine(demo_store(folder, gguf)) as running:
        for name, template in TEMPLATES.items():
            asked = {"model": name, "from": DEMO, "template": template, "stream": False}
            assert running.post("/api/create", asked).json == {"status": "success"}
        yield running
