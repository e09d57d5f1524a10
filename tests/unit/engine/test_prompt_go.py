"""Against Go itself: what text/template 1.26 made of half a thousand templates, down to the last blank."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from prompt_requests import message

from arriero.engine.prompt import Template, TemplateFailed, TemplateInvalid, Thinking, Tool

RECORDED = json.loads((Path(__file__).parent / "go_templates.json").read_text())
INVALID = [entry for entry in RECORDED["templates"] if "invalid" in entry]
OUTCOMES = [
    (entry["template"], name, outcome)
    for entry in RECORDED["templates"]
    for name, outcome in entry.get("of", {}).items()
]


def rendered(text: str, request: dict[str, Any]) -> str:
    template = Template.parse(text)
    thinking = Thinking(request["Think"], request["ThinkLevel"], request["IsThinkSet"])
    if "Suffix" in request:
        return template.render_fill(request["Prompt"], request["Suffix"], thinking)
    tools = [Tool.parse(tool) for tool in request["Tools"] or []]
    return template.render_chat([message(raw) for raw in request["Messages"]], tools, thinking)


@pytest.mark.parametrize(("text", "name", "outcome"), OUTCOMES)
def test_renders_as_go_does(text: str, name: str, outcome: dict[str, str | None]) -> None:
    request = RECORDED["requests"][name]
    if "text" in outcome:
        assert rendered(text, request) == outcome["text"]
        return
    with pytest.raises(TemplateFailed) as failed:
        rendered(text, request)
    assert outcome["failed"] in (None, failed.value.detail)


@pytest.mark.parametrize("entry", INVALID, ids=lambda entry: entry["template"])
def test_refuses_what_go_refuses(entry: dict[str, str | None]) -> None:
    with pytest.raises(TemplateInvalid) as refused:
        Template.parse(str(entry["template"]))
    assert entry["invalid"] in (None, refused.value.detail)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{{ .X\n\n", "template: :3: unclosed action started at :1"),
        ("a\n{{ .X", "template: :2: unclosed action"),
        ("{{ if .X }}\n\n", "template: :3: unexpected EOF"),
        ("x\n{{ foo }}", 'template: :2: function "foo" not defined'),
        ("{{ if .X }}\n{{ $y }}{{ end }}", 'template: :2: undefined variable "$y"'),
        ("a\n{{ end }}", "template: :2: unexpected {{end}}"),
        ("\n{{ break }}", "template: :2: {{break}} outside {{range}}"),
        ("{{ template `x` }}", "undefined template specified"),
    ],
)
def test_the_line_of_a_fault(text: str, words: str) -> None:
    with pytest.raises(TemplateInvalid) as refused:
        Template.parse(text)
    assert refused.value.detail == words
