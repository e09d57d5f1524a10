"""What a template may cost: everything that could go on for ever, or fill the memory, ends early with an error."""

from __future__ import annotations

import pytest

from arriero.engine.prompt import Message, Template, TemplateFailed, TemplateInvalid, Thinking

HI = [Message("user", "hi")]


@pytest.mark.parametrize(
    "text",
    [
        "{{ range 1000000000 }}{{ end }}",
        "{{ range 1000000 }}{{ range 1000000 }}x{{ end }}{{ end }}",
        "{{ range 100000 }}" + "x" * 100_000 + "{{ end }}",
        "{{ range 1000000 }}{{ if or false false false false }}x{{ end }}{{ end }}",
        '{{ $x := "aaaaaaaa" }}' + "{{ $x = print $x $x }}" * 60,
        '{{ $x := "aaaaaaaa" }}' + '{{ $x = printf "%s%s" $x $x }}' * 60 + "{{ len $x }}",
    ],
)
def test_work_without_end_ends(text: str) -> None:
    with pytest.raises(TemplateFailed, match="more work than a prompt may take"):
        Template.parse(text).render_chat(HI, (), Thinking())


@pytest.mark.parametrize(
    "text",
    [
        '{{ printf "%1000000000d" 1 }}',
        '{{ printf "%.1000000000f" 1.5 }}',
        '{{ printf "%*d" 1000000000 1 }}',
        '{{ printf "%-*d" -1000000000 1 }}',
        '{{ printf "%999999d%999999d" 1 1 }}',
        '{{ printf "%' + "9" * 10_000 + 'd" 1 }}',
    ],
)
def test_widths_are_bound(text: str) -> None:
    with pytest.raises(TemplateFailed, match="width or precision too large"):
        Template.parse(text).render_chat(HI, (), Thinking())


def test_a_template_has_a_longest_text() -> None:
    assert Template.parse("x" * (1 << 17)).text
    with pytest.raises(TemplateInvalid, match="longer than 131072 characters"):
        Template.parse("x" * ((1 << 17) + 1))


def test_a_long_chat_is_far_from_the_bound() -> None:
    text = (
        "{{ range .Messages }}{{ if eq .Role `user` }}<u>{{ .Content }}</u>{{ else }}{{ .Content }}{{ end }}{{ end }}"
    )
    chat = [Message(("user", "assistant")[n % 2], "word " * 200) for n in range(10_000)]
    assert len(Template.parse(text).render_chat(chat, (), Thinking())) > 10_000_000
