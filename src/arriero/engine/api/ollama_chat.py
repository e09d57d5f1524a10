"""`/api/chat`. Source: Ollama 0.33 server/routes.go (ChatHandler), and its recorded answers."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, replace
from functools import partial

from arriero.core.errors import ArrieroError
from arriero.engine.api.answers import Hold, StreamedAnswer, find_model, plain_chunk, require, single, thinking_for
from arriero.engine.api.chat_output import ChatOutput
from arriero.engine.api.errors import refusal_for
from arriero.engine.api.prompts import chat_prompt, thinking_parser, without_old_thoughts
from arriero.engine.api.refusal import Refusal
from arriero.engine.api.requests import CHAT, messages_of, recheck, tools_of
from arriero.engine.api.service import Json
from arriero.engine.api.task import Task, Terms, start, with_child
from arriero.engine.engine import Engine
from arriero.engine.generation import Completion
from arriero.engine.options import read_options
from arriero.engine.output import ToolParser
from arriero.engine.prompt import Message, Tool
from arriero.engine.served import ServedModel

_EMPTY = {"message": {"role": "assistant", "content": ""}}


@dataclass(frozen=True)
class Chat(Task):
    """`messages`: what the prompt is made of, the model's own before the client's."""

    messages: Sequence[Message]
    tools: Sequence[Tool]


async def chat(engine: Engine, body: Json, *, relax_thinking: bool = False) -> StreamedAnswer:
    """See `Service.chat`."""
    terms = Terms.read(recheck(body, CHAT))
    messages, tools, asked = messages_of(body), tools_of(body), terms.asked
    model = await find_model(engine, asked, missing=Refusal(400, "model is required"))
    if not messages and terms.keep_alive_s == 0:
        await engine.scheduler.unload(str(model.path))
        return single(plain_chunk(asked, _EMPTY, done=True, done_reason="unload"))
    thinking = thinking_for(model, asked, terms.thinking, relax=relax_thinking)
    require(model, asked, "chat", ["tools"] if tools else [])
    try:
        options = read_options(model.params, body.get("options") or {})
        task = Chat(terms, model, options, thinking, _conversation(model, messages), tools)
        return await with_child(engine, task, partial(_held, task), slot=bool(messages))
    except ArrieroError as error:
        raise refusal_for(error) from error


def _conversation(model: ServedModel, messages: Sequence[Message]) -> list[Message]:
    if not messages:
        return []
    own = [Message("system", model.system)] if model.system and messages[0].role != "system" else []
    return without_old_thoughts(model, [*own, *model.messages, *messages])


async def _held(task: Chat, hold: Hold) -> StreamedAnswer:
    if not task.messages:
        hold.release()
        return single(task.plain(_EMPTY, done=True, done_reason="load"))
    prompt = await _prompt(hold, task)
    if task.body.get("_debug_render_only"):
        hold.release()
        return single(task.debug({"message": {"role": "", "content": ""}}, prompt, len(_images(task))))
    output = _output(task, prompt)
    completion = await _start(hold, task, prompt, None if output.thinks_first else task.body.get("format"))
    return StreamedAnswer(_chunks(hold, completion, task, output), hold.release)


async def _prompt(hold: Hold, task: Chat) -> str:
    return await chat_prompt(
        hold.lease.child, task.model, task.messages, task.tools, task.thinking, truncate=task.truncate
    )


def _images(task: Chat) -> tuple[bytes, ...]:
    return tuple(image for message in task.messages for image in message.images)


def _output(task: Chat, prompt: str) -> ChatOutput:
    tag = task.model.template.tool_tag if task.model.template else ""
    calls = ToolParser(tag, [tool.name for tool in task.tools]) if task.tools else None
    wants_format = task.body.get("format") not in (None, "")
    return ChatOutput(thinking_parser(task.model, task.thinking, prompt), calls, wants_format)


async def _start(hold: Hold, task: Chat, prompt: str, wanted: object) -> Completion:
    return await start(hold, task, prompt, wanted, _images(task), tools=bool(task.tools))


async def _chunks(hold: Hold, completion: Completion, task: Chat, output: ChatOutput) -> AsyncGenerator[Json, None]:
    try:
        async for chunk in _told(completion, task, output):
            if chunk["done"]:
                hold.release()
            yield chunk
        if output.format_is_due:
            completion.close()
            completion = await _constrained(hold, task, output.thoughts)
            output.begin_formatted()
            async for chunk in _told(completion, task, output):
                yield chunk
    except ArrieroError as error:
        yield {"error": refusal_for(error).message}
    finally:
        hold.release()


async def _told(completion: Completion, task: Chat, output: ChatOutput) -> AsyncGenerator[Json, None]:
    """Chunks until the end, or until the thoughts end that a format waits for."""
    async for piece in completion:
        for message in output.messages(piece.content, ended=piece.ending is not None, logprobs=bool(piece.logprobs)):
            yield task.chunk({"message": message}, piece)
        if output.format_is_due:
            return


async def _constrained(hold: Hold, task: Chat, thoughts: str) -> Completion:
    """The second completion of an answer that was thought about first: what was thought stands in the prompt."""
    again = replace(task, messages=[*task.messages, Message("assistant", thinking=thoughts)])
    return await _start(hold, again, await _prompt(hold, again), task.body.get("format"))
