"""`/api/chat`. Source: Ollama 0.33 server/routes.go (ChatHandler), and its recorded answers."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, replace

from arriero.core.errors import ArrieroError
from arriero.engine.api.answers import (
    Hold,
    Stopwatch,
    StreamedAnswer,
    find_model,
    plain_chunk,
    require,
    single,
    thinking_for,
)
from arriero.engine.api.chat_output import ChatOutput
from arriero.engine.api.errors import refusal_for
from arriero.engine.api.prompts import chat_prompt, preserved_tokens, thinking_parser, without_old_thoughts
from arriero.engine.api.refusal import Refusal
from arriero.engine.api.requests import (
    CHAT,
    keep_alive_of,
    messages_of,
    recheck,
    thinking_of,
    tools_of,
    top_logprobs_of,
    truth_of,
)
from arriero.engine.api.service import Json
from arriero.engine.engine import Engine
from arriero.engine.generation import Ask, Completion, Piece
from arriero.engine.options import Options, read_options
from arriero.engine.output import ToolParser
from arriero.engine.prompt import Message, Thinking, Tool
from arriero.engine.served import ServedModel


@dataclass(frozen=True)
class Request:
    """A checked request. `messages`: what the prompt is made of, the model's own before the client's."""

    body: Json
    asked: str
    model: ServedModel
    options: Options
    thinking: Thinking
    messages: Sequence[Message]
    tools: Sequence[Tool]
    keep_alive_s: float | None
    top_logprobs: int | None
    watch: Stopwatch

    @property
    def truncate(self) -> bool:
        return truth_of(self.body, "truncate", True)


async def chat(engine: Engine, body: Json, *, relax_thinking: bool = False) -> StreamedAnswer:
    """See `Service.chat`."""
    watch = Stopwatch()
    recheck(body, CHAT)
    keep_alive_s, thinking, top_logprobs = keep_alive_of(body), thinking_of(body), top_logprobs_of(body)
    messages, tools, asked = messages_of(body), tools_of(body), body.get("model") or ""
    model = await find_model(engine, asked, missing=Refusal(400, "model is required"))
    if not messages and keep_alive_s == 0:
        await engine.scheduler.unload(str(model.path))
        return _single(asked, "unload")
    thinking = thinking_for(model, asked, thinking, relax=relax_thinking)
    require(model, asked, "chat", ["tools"] if tools else [])
    try:
        options = read_options(model.params, body.get("options") or {})
        said = _conversation(model, messages)
        return await _answer(
            engine,
            Request(body, asked, model, options, thinking, said, tools, keep_alive_s, top_logprobs, watch),
        )
    except ArrieroError as error:
        raise refusal_for(error) from error


def _conversation(model: ServedModel, messages: Sequence[Message]) -> list[Message]:
    if not messages:
        return []
    own = [Message("system", model.system)] if model.system and messages[0].role != "system" else []
    return without_old_thoughts(model, [*own, *model.messages, *messages])


async def _answer(engine: Engine, request: Request) -> StreamedAnswer:
    lease = await engine.lease(
        request.model,
        request.options,
        shift=truth_of(request.body, "shift", True),
        keep_alive_s=request.keep_alive_s,
        slot=bool(request.messages),
    )
    hold = Hold(lease)
    request.watch.loaded()
    try:
        return await _held(hold, request)
    except BaseException:
        hold.release()
        raise


async def _held(hold: Hold, request: Request) -> StreamedAnswer:
    if not request.messages:
        hold.release()
        return _single(request.asked, "load")
    prompt = await _prompt(hold, request)
    if request.body.get("_debug_render_only"):
        hold.release()
        return single(_debug(prompt, request))
    output = _output(request, prompt)
    wanted = None if output.thinks_first else request.body.get("format")
    completion = await _start(hold, request, prompt, wanted)
    return StreamedAnswer(_chunks(hold, completion, request, output), hold.release)


async def _prompt(hold: Hold, request: Request) -> str:
    return await chat_prompt(
        hold.lease.child, request.model, request.messages, request.tools, request.thinking, truncate=request.truncate
    )


def _output(request: Request, prompt: str) -> ChatOutput:
    tag = request.model.template.tool_tag if request.model.template else ""
    calls = ToolParser(tag, [tool.name for tool in request.tools]) if request.tools else None
    wants_format = request.body.get("format") not in (None, "")
    return ChatOutput(thinking_parser(request.model, request.thinking, prompt), calls, wants_format)


async def _start(hold: Hold, request: Request, prompt: str, wanted: object) -> Completion:
    ask = Ask(
        prompt=prompt,
        options=request.options,
        format=wanted,
        truncate=request.truncate,
        adds_bos=request.model.adds_bos,
        top_logprobs=request.top_logprobs,
        preserved=preserved_tokens(request.model, tools=bool(request.tools)),
        images=tuple(image for message in request.messages for image in message.images),
    )
    completion = await Completion.start(hold.lease.child, ask)
    hold.close = completion.close
    return completion


async def _chunks(
    hold: Hold, completion: Completion, request: Request, output: ChatOutput
) -> AsyncGenerator[Json, None]:
    try:
        async for chunk in _told(completion, request, output):
            if chunk["done"]:
                hold.release()
            yield chunk
        if output.format_is_due:
            completion.close()
            completion = await _constrained(hold, request, output.thoughts)
            output.begin_formatted()
            async for chunk in _told(completion, request, output):
                yield chunk
    except ArrieroError as error:
        yield {"error": refusal_for(error).message}
    finally:
        hold.release()


async def _told(completion: Completion, request: Request, output: ChatOutput) -> AsyncGenerator[Json, None]:
    """Chunks until the end, or until the thoughts end that a format waits for."""
    async for piece in completion:
        for message in output.messages(piece.content, ended=piece.ending is not None, logprobs=bool(piece.logprobs)):
            yield _chunk(request, piece, message)
        if output.format_is_due:
            return


async def _constrained(hold: Hold, request: Request, thoughts: str) -> Completion:
    """The second completion of an answer that was thought about first: what was thought stands in the prompt."""
    again = replace(request, messages=[*request.messages, Message("assistant", thinking=thoughts)])
    return await _start(hold, again, await _prompt(hold, again), request.body.get("format"))


def _chunk(request: Request, piece: Piece, message: Json) -> Json:
    chunk = plain_chunk(request.asked, {"message": message}, done=piece.ending is not None)
    if piece.ending is not None:
        chunk["done_reason"] = piece.ending.reason
        chunk |= request.watch.metrics(piece.ending)
    if piece.logprobs:
        chunk["logprobs"] = list(piece.logprobs)
    return chunk


def _debug(prompt: str, request: Request) -> Json:
    count = sum(len(message.images) for message in request.messages)
    seen = {"image_count": count} if count else {}
    return plain_chunk(
        request.asked,
        {"message": {"role": "", "content": ""}},
        done=False,
        _debug_info={"rendered_template": prompt, **seen},
    )


def _single(asked: str, reason: str) -> StreamedAnswer:
    message = {"role": "assistant", "content": ""}
    return single(plain_chunk(asked, {"message": message}, done=True, done_reason=reason))
