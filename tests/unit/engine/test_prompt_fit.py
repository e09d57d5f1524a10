"""A chat that is too long loses its oldest messages, and never a system message or the last one."""

from __future__ import annotations

from arriero.engine.prompt import Message, Template, Thinking, fit_messages

TEMPLATE = Template.parse("{{ range .Messages }}{{ .Role }}:{{ .Content }};{{ end }}")
CHAT = [
    Message("user", "one"),
    Message("system", "rule"),
    Message("user", "two"),
    Message("assistant", "three"),
    Message("user", "four"),
]


async def fitted(messages: list[Message], limit: int, *, truncate: bool = True) -> tuple[str, list[str]]:
    counted: list[str] = []

    async def count(prompt: str) -> int:
        counted.append(prompt)
        return prompt.count(";")

    prompt = await fit_messages(TEMPLATE, messages, [], Thinking(), limit, count, truncate)
    return prompt, counted


async def test_what_fits_is_left_alone() -> None:
    prompt, counted = await fitted(CHAT, 5)
    assert prompt == "user:one;system:rule;user:two;assistant:three;user:four;"
    assert counted == [prompt]


async def test_the_oldest_go_first_and_the_rule_moves_to_the_front() -> None:
    assert (await fitted(CHAT, 4))[0] == "system:rule;user:two;assistant:three;user:four;"
    assert (await fitted(CHAT, 3))[0] == "system:rule;assistant:three;user:four;"
    assert (await fitted(CHAT, 2))[0] == "system:rule;user:four;"


async def test_the_last_message_stays_even_where_it_is_too_long() -> None:
    assert (await fitted(CHAT, 0))[0] == "system:rule;user:four;"


async def test_dropping_a_system_message_drops_nothing_of_the_prompt() -> None:
    chat = [Message("system", "rule"), Message("user", "x"), Message("user", "y")]
    prompt, counted = await fitted(chat, 1)
    assert counted == ["system:rule;user:x\n\ny;"] * 2
    assert prompt == "system:rule;user:y;"


async def test_without_truncation_nothing_is_counted() -> None:
    prompt, counted = await fitted(CHAT, 0, truncate=False)
    assert prompt.startswith("user:one;")
    assert counted == []


async def test_nothing_to_say() -> None:
    assert await fitted([], 0) == ("", [])


async def test_images_are_numbered_through_what_is_left() -> None:
    chat = [
        Message("user", "gone", images=(b"0",)),
        Message("assistant", "a"),
        Message("user", "see [img] and", images=(b"1", b"2")),
        Message("assistant", "b"),
        Message("user", "last", images=(b"3",)),
    ]
    prompt, _ = await fitted(chat, 4)
    assert prompt == "assistant:a;user:[img-1]see [img-0] and;assistant:b;user:[img-2]last;"
