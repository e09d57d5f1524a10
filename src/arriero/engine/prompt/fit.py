"""A chat cut to what the model can hold, as Ollama cuts it: whole messages, from the front.

Source: Ollama 0.33 server/prompt.go (chatPrompt).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from itertools import count as counter

from arriero.engine.prompt.messages import Message, Thinking
from arriero.engine.prompt.template import Template
from arriero.engine.prompt.tools import Tool


async def fit_messages(
    template: Template,
    messages: Sequence[Message],
    tools: Sequence[Tool],
    thinking: Thinking,
    limit_tokens: int,
    count: Callable[[str], Awaitable[int]],
    truncate: bool = True,
) -> str:
    """The prompt of the longest end of the chat that `count` finds no longer than the limit.

    System messages stay wherever they stood, and the last message stays even where it alone is too long: what then
    happens is the engine's to say. Without `truncate` nothing is counted or cut. Raises TemplateFailed.
    """
    start = 0
    while truncate and start < len(messages) - 1:
        prompt = template.render_chat(_from(messages, start), tools, thinking)
        if await count(prompt) <= limit_tokens:
            break
        start += 1
    return template.render_chat(_with_image_tags(_from(messages, start)), tools, thinking)


def _from(messages: Sequence[Message], start: int) -> list[Message]:
    return [message for message in messages[:start] if message.role == "system"] + list(messages[start:])


def _with_image_tags(messages: Sequence[Message]) -> list[Message]:
    """`[img-N]`, counted through the chat, in the place of each `[img]`, or before the content."""
    numbers = counter()
    return [_tagged(message, [f"[img-{next(numbers)}]" for _ in message.images]) for message in messages]


def _tagged(message: Message, tags: Sequence[str]) -> Message:
    content, before = message.content, ""
    for tag in tags:
        if "[img]" in content:
            content = content.replace("[img]", tag, 1)
        else:
            before += tag
    return replace(message, content=before + content)
