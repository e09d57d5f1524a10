"""Prompts as the routes need them: rendered with the model's template, or by the child where the model has none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from arriero.engine.generation import tokenize
from arriero.engine.llama.client import ConnectionLost
from arriero.engine.llama.process import Child
from arriero.engine.output import ThinkingParser
from arriero.engine.prompt import Message, Thinking, Tool, fit_messages
from arriero.engine.served import ServedModel


async def chat_prompt(
    child: Child,
    model: ServedModel,
    messages: Sequence[Message],
    tools: Sequence[Tool],
    thinking: Thinking,
    *,
    truncate: bool,
) -> str:
    """The prompt of a chat, its oldest messages left out where it is too long. Raises TemplateFailed, child errors."""
    if model.template is None:
        return await _by_child(child, messages)
    limit = child.spec.context

    async def count(prompt: str) -> int:
        size = len(prompt.encode("utf-8", "replace"))
        return size if size <= limit else len(await tokenize(child, prompt))  # a token is at least a byte

    return await fit_messages(model.template, messages, tools, thinking, limit, count, truncate)


def without_old_thoughts(model: ServedModel, messages: Sequence[Message]) -> list[Message]:
    """For the two families that write their thoughts into their answers: what they thought before the last question
    is left out of what they said (Ollama 0.33 filterThinkTags)."""
    installed = model.installed
    if installed.config.family != "qwen3" and installed.reference.model != "deepseek-r1":
        return list(messages)
    last_question = max((place for place, each in enumerate(messages) if each.role == "user"), default=-1)
    return [
        replace(each, content=ThinkingParser("<think>", "</think>").feed(each.content)[1])
        if each.role == "assistant" and place < last_question
        else each
        for place, each in enumerate(messages)
    ]


def thinking_parser(model: ServedModel, thinking: Thinking, prompt: str) -> ThinkingParser | None:
    """None where nothing is to be told apart."""
    opening, closing = model.template.thinking_tags if model.template else ("", "")
    if not (thinking.enabled and opening and closing):
        return None
    return ThinkingParser(opening, closing, started=prompt.strip().endswith(opening))


def preserved_tokens(model: ServedModel, *, tools: bool) -> tuple[str, ...]:
    """The special token that a tool call begins with, which the child would otherwise not show as text. Of a tag like
    `[TOOL_CALLS][` only the first part is one (Ollama 0.33 llm/llama_server.go)."""
    tag = model.template.tool_tag if tools and model.template else ""
    if tag in ("", "{", "["):
        return ()
    end = tag.find({"[": "]", "<": ">"}.get(tag[0], "\0"))
    return (tag[: end + 1] if end > 0 else tag,)


async def _by_child(child: Child, messages: Sequence[Message]) -> str:
    """By the GGUF's own Jinja template, which the child renders."""
    plain = [{"role": message.role, "content": message.content} for message in messages]
    try:
        return str((await child.client.post("/apply-template", {"messages": plain}))["prompt"])
    except ConnectionLost as error:
        raise await child.terminated() from error
