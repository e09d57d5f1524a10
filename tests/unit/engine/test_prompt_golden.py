"""Every prompt that a real Ollama rendered, and every refusal: the same bytes, the same words."""

from __future__ import annotations

from typing import Any

import pytest
from prompt_requests import answer, golden

from arriero.engine.prompt import Template, TemplateInvalid

PROMPTS = golden("prompts.json")
GOOD = [entry for entry in PROMPTS["templates"] if "create" not in entry]
BAD = [entry for entry in PROMPTS["templates"] if "create" in entry]


def test_the_recording_is_whole() -> None:
    outcomes = [case for entry in GOOD for case in entry["cases"].values()]
    assert sum("rendered" in case for case in outcomes) == 275
    assert len(outcomes) == 16 * len(GOOD)


@pytest.mark.parametrize("entry", GOOD, ids=lambda entry: entry["id"])
@pytest.mark.parametrize("name", PROMPTS["requests"])
def test_a_prompt_is_ollamas(entry: dict[str, Any], name: str) -> None:
    template = Template.parse(entry["template"])
    assert answer(template, entry["system"], PROMPTS["requests"][name]) == entry["cases"][name]


@pytest.mark.parametrize("entry", GOOD, ids=lambda entry: entry["id"])
def test_capabilities_are_read_from_the_template(entry: dict[str, Any]) -> None:
    assert sorted({"completion"} | Template.parse(entry["template"]).capabilities()) == entry["capabilities"]


@pytest.mark.parametrize("entry", BAD, ids=lambda entry: entry["id"])
def test_a_template_that_is_none_is_refused_in_gos_words(entry: dict[str, Any]) -> None:
    with pytest.raises(TemplateInvalid) as refused:
        Template.parse(entry["template"])
    assert entry["create"] == {"status": 400, "error": f"template error: {refused.value.detail}"}


def test_the_template_of_a_request_is_refused_in_gos_words() -> None:
    recorded = golden("answers.json")["generate.template.bad"]["json"]
    request = next(exchange for exchange in golden("requests.json") if exchange["id"] == "generate.template.bad")
    with pytest.raises(TemplateInvalid) as refused:
        Template.parse(request["body"]["template"])
    assert recorded == {"error": refused.value.detail}


@pytest.mark.parametrize("facts", golden("output.json")["templates"], ids=lambda facts: facts["template"][:60])
def test_what_a_template_tells_of_its_model(facts: dict[str, Any]) -> None:
    template = Template.parse(facts["template"])
    assert {
        "template": template.text,
        "variables": sorted(template.variables),
        "tool_tag": template.tool_tag,
        "thinking_open": template.thinking_tags[0],
        "thinking_close": template.thinking_tags[1],
    } == facts
