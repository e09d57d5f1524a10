"""Templates beyond the recordings: the last exchange, loops, many threads at once, and text that nobody meant."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from itertools import groupby

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arriero.engine.prompt import Message, Template, TemplateFailed, TemplateInvalid, Thinking, Tool, ToolCall

CHAT = [Message("user", "One"), Message("assistant", "Two"), Message("user", "Three")]


def render(text: str, messages: list[Message] | None = None) -> str:
    return Template.parse(text).render_chat(CHAT if messages is None else messages, [], Thinking())


def test_the_last_exchange_ends_where_the_answer_begins() -> None:
    assert render("[{{ .Prompt }}]{{ if .Prompt }}({{ .Response }})</s>{{ end }}!") == "[One](Two)</s>![Three]("


def test_the_last_exchange_leaves_out_what_the_answer_is_handed_to() -> None:
    assert render("{{ .Prompt }}:{{ .Response | html }};") == "One:Two;Three:"


def test_an_else_after_the_answer_is_cut_like_all_else() -> None:
    assert render("{{ .Prompt }}{{ if .Prompt }}>{{ .Response }}{{ else }}x{{ end }};") == "One>Two;Three>"


def test_the_last_exchange_still_knows_functions_and_definitions() -> None:
    text = '{{ define "turn" }}<{{ . }}>{{ end }}{{ template "turn" .Prompt }}{{ json .Prompt }}'
    assert render(text) == '<One>"One"Two<Three>"Three"'


def test_no_message_at_all_renders_an_empty_turn() -> None:
    assert render("[{{ .Prompt }}]", []) == "[]"
    assert render("[{{ range .Messages }}x{{ end }}]", []) == "[]"


def test_a_continue_inside_with_gives_the_dot_back() -> None:
    text = "{{ with .Messages }}{{ range . }}{{ with .Content }}{{ continue }}{{ end }}{{ end }}{{ len . }}{{ end }}"
    assert render(text) == "3"


def test_the_variables_of_an_iteration_end_with_it() -> None:
    assert render("{{ $x := 1 }}{{ range .Messages }}{{ $x }}{{ $x := 2 }}{{ $x }} {{ end }}{{ $x }}") == "12 12 12 1"


def test_an_assignment_reaches_out_of_a_loop() -> None:
    text = '{{ $last := -1 }}{{ range $i, $m := .Messages }}{{ if eq .Role "user" }}{{ $last = $i }}{{ end }}{{ end }}'
    assert render(text + "{{ $last }}") == "2"


def test_dates_are_todays_and_yesterdays() -> None:
    before = date.today()
    shown = render('{{ if .Messages }}{{ currentDate }} {{ yesterdayDate }} {{ currentDate "2006" }}{{ end }}')
    days = [before, date.today()]  # midnight may have passed
    assert shown in [f"{day} {day - timedelta(days=1)} {day}" for day in days]


def test_a_template_that_calls_itself_fails() -> None:
    with pytest.raises(TemplateFailed) as failed:
        render('{{ define "a" }}{{ template "a" . }}{{ end }}{{ range .Messages }}{{ template "a" . }}{{ end }}')
    assert failed.value.detail == "exceeded max depth"


def test_arguments_without_a_bottom_fail() -> None:
    bottomless: dict[str, object] = {}
    bottomless["again"] = bottomless
    messages = [Message("assistant", tool_calls=(ToolCall("f", bottomless),))]
    with pytest.raises(TemplateFailed, match="exceeded max depth"):
        render("{{ range .Messages }}{{ .ToolCalls }}{{ end }}", messages)


def test_the_numbers_of_arguments_are_floats() -> None:
    messages = [Message("assistant", tool_calls=(ToolCall("f", {"n": 1000000, "m": 2, "deep": [3]}),))]
    text = (
        "{{ range .Messages }}{{ range .ToolCalls }}{{ range .Function.Arguments }}{{ . }} {{ end }}{{ end }}{{ end }}"
    )
    assert render(text, messages) == "[3] 2 1e+06 "


def test_tools_print_as_null_when_there_are_none() -> None:
    assert render("{{ .Tools }}{{ len .Messages }}") == "null3"


def test_one_text_is_parsed_once() -> None:
    assert Template.parse("{{ .Prompt }}once") is Template.parse("{{ .Prompt }}once")


def test_many_threads_render_one_template() -> None:
    text = "{{ range $i, $m := .Messages }}{{ $x := $m.Content }}{{ range 3 }}{{ $x }}{{ end }}{{ end }}"
    template = Template.parse(text)

    def rendered(number: int) -> str:
        return template.render_chat([Message("user", f"{number};")] * 2, [], Thinking())

    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(rendered, range(400)))
    assert results == [f"{number};\n\n{number};" * 3 for number in range(400)]


PIECES = st.sampled_from(
    [
        "{{",
        "}}",
        "{{-",
        "-}}",
        ".",
        ".Prompt",
        ".Messages",
        ".Role",
        "$",
        "$x",
        "$x:=",
        "if",
        "else",
        "end",
        "range",
        "with",
        "define",
        "template",
        "block",
        "break",
        "continue",
        '"a"',
        "`r`",
        "'c'",
        "(",
        ")",
        "|",
        "1",
        "1.5",
        "0x",
        "-",
        ",",
        "=",
        "nil",
        "true",
        "and",
        "len",
        "eq",
        "index",
        "slice",
        "printf",
        "foo",
        "/*",
        "*/",
        "é",
        "#",
        '"',
        "\\",
        "{{end}}",
        "{{.Content}}",
        "{{.System}}",
        "{{range.Messages}}",
        "{{if.System}}",
        "{{else}}",
    ]
)


@given(
    st.lists(st.tuples(PIECES, st.sampled_from(["", " ", "\n"])), max_size=16).map(lambda p: "".join(map("".join, p)))
)
def test_any_text_is_a_template_or_refused(text: str) -> None:
    try:
        prompt = Template.parse(text).render_chat(CHAT, [Tool.parse({})], Thinking())
    except (TemplateInvalid, TemplateFailed) as error:
        prompt = error.detail
    assert isinstance(prompt, str)


@given(st.lists(st.tuples(st.sampled_from(["system", "user", "assistant", "tool"]), st.text(max_size=5)), max_size=8))
def test_neighbours_of_one_role_are_one_message(said: list[tuple[str, str]]) -> None:
    expected = ""
    for role, group in groupby(said, key=lambda turn: turn[0]):
        contents = [content for _, content in group]
        for content in contents if role == "tool" else ["\n\n".join(contents)]:
            expected += f"<{role}>{content}</>"
    told = [Message(role, content) for role, content in said]
    assert render("{{ range .Messages }}<{{ .Role }}>{{ .Content }}</>{{ end }}", told) == expected
    assert render("{{ .System }}{{ if .Messages }}{{ end }}", told) == "\n\n".join(c for r, c in said if r == "system")
