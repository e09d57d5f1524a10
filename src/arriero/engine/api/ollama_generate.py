"""`/api/generate`. Source: Ollama 0.33 server/routes.go (GenerateHandler), and its recorded answers."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from typing import Any

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
from arriero.engine.api.errors import refusal_for
from arriero.engine.api.prompts import chat_prompt, preserved_tokens, thinking_parser
from arriero.engine.api.refusal import Refusal
from arriero.engine.api.requests import (
    GENERATE,
    images_of,
    keep_alive_of,
    recheck,
    thinking_of,
    top_logprobs_of,
    truth_of,
)
from arriero.engine.api.service import Json
from arriero.engine.engine import Engine
from arriero.engine.generation import Ask, Completion, Piece, detokenize, tokenize
from arriero.engine.llama.process import Child
from arriero.engine.options import Options, read_options
from arriero.engine.output import ThinkingParser
from arriero.engine.prompt import Message, Template, Thinking
from arriero.engine.served import ServedModel


@dataclass(frozen=True)
class Request:
    """A checked request."""

    body: Json
    asked: str
    model: ServedModel
    options: Options
    thinking: Thinking
    keep_alive_s: float | None
    top_logprobs: int | None
    images: tuple[bytes, ...]
    watch: Stopwatch

    def text(self, name: str) -> str:
        return self.body.get(name) or ""

    @property
    def truncate(self) -> bool:
        return truth_of(self.body, "truncate", True)


async def generate(engine: Engine, body: Json) -> StreamedAnswer:
    """See `Service.generate`."""
    watch = Stopwatch()
    recheck(body, GENERATE)
    keep_alive_s, thinking, top_logprobs = keep_alive_of(body), thinking_of(body), top_logprobs_of(body)
    images, asked = images_of(body), body.get("model") or ""
    model = await find_model(engine, asked, missing=Refusal(404, f"model '{asked}' not found"))
    if not body.get("prompt") and keep_alive_s == 0:
        await engine.scheduler.unload(str(model.path))
        return single(plain_chunk(asked, {"response": ""}, done=True, done_reason="unload"))
    if body.get("raw") and (body.get("template") or body.get("system") or body.get("context")):
        raise Refusal(400, "raw mode does not support template, system, or context")
    thinking = thinking_for(model, asked, thinking, relax=False)
    require(model, asked, "generate", ["insert"] if body.get("suffix") else [])
    try:
        options = read_options(model.params, body.get("options") or {})
        request = Request(body, asked, model, options, thinking, keep_alive_s, top_logprobs, images, watch)
        return await _answer(engine, request)
    except ArrieroError as error:
        raise refusal_for(error) from error


async def _answer(engine: Engine, request: Request) -> StreamedAnswer:
    lease = await engine.lease(
        request.model,
        request.options,
        shift=truth_of(request.body, "shift", True),
        keep_alive_s=request.keep_alive_s,
        slot=bool(request.text("prompt")),
    )
    hold = Hold(lease)
    request.watch.loaded()
    try:
        return await _held(hold, request)
    except BaseException:
        hold.release()
        raise


async def _held(hold: Hold, request: Request) -> StreamedAnswer:
    if not request.text("prompt"):
        hold.release()
        return single(plain_chunk(request.asked, {"response": ""}, done=True, done_reason="load"))
    child = hold.lease.child
    prompt = request.text("prompt") if request.body.get("raw") else await _prompt(child, request)
    if request.body.get("_debug_render_only"):
        hold.release()
        return single(plain_chunk(request.asked, {"response": ""}, done=False, _debug_info=_debug(prompt, request)))
    ask = Ask(
        prompt=prompt,
        options=request.options,
        format=request.body.get("format"),
        truncate=request.truncate,
        adds_bos=request.model.adds_bos,
        top_logprobs=request.top_logprobs,
        preserved=preserved_tokens(request.model, tools=False),
        images=request.images,
    )
    completion = await Completion.start(child, ask)
    hold.close = completion.close
    return StreamedAnswer(_chunks(hold, completion, request, prompt), hold.release)


async def _prompt(child: Child, request: Request) -> str:
    """The rendered prompt. Raises TemplateInvalid, TemplateFailed, Child errors."""
    before = await _context_text(child, request)
    template = Template.parse(request.text("template")) if request.text("template") else request.model.template
    suffix = request.text("suffix")
    if suffix and template is not None:
        return before + template.render_fill(request.text("prompt"), suffix, request.thinking)
    messages = _messages(request)
    if request.text("template") and template is not None:
        return before + template.render_chat(messages, (), request.thinking)
    limit = request.truncate
    return before + await chat_prompt(child, request.model, messages, (), request.thinking, truncate=limit)


def _messages(request: Request) -> Sequence[Message]:
    system = request.text("system") or request.model.system
    said = [Message("system", system)] if system else []
    known = request.model.messages if request.body.get("context") is None else ()
    return [*said, *known, Message("user", request.text("prompt"), images=request.images)]


async def _context_text(child: Child, request: Request) -> str:
    """The deprecated `context`: the tokens of an earlier exchange, which stand before the prompt."""
    tokens = request.body.get("context")
    return "" if tokens is None else await detokenize(child, tokens)


async def _chunks(hold: Hold, completion: Completion, request: Request, prompt: str) -> AsyncGenerator[Json, None]:
    parser = thinking_parser(request.model, request.thinking, prompt)
    written: list[str] = []
    try:
        async for piece in completion:
            written.append(piece.content)
            chunk = _chunk(request, piece, parser)
            if piece.ending is not None:
                hold.lease.computed()
                chunk |= await _last(hold.lease.child, request, piece, prompt + "".join(written))
            yield chunk
    except ArrieroError as error:
        yield {"error": refusal_for(error).message}
    finally:
        hold.release()


def _chunk(request: Request, piece: Piece, parser: ThinkingParser | None) -> Json:
    thought, content = parser.feed(piece.content) if parser else ("", piece.content)
    chunk = plain_chunk(request.asked, {"response": content})
    if thought:
        chunk["thinking"] = thought
    chunk["done"] = piece.ending is not None
    if piece.logprobs:
        chunk["logprobs"] = list(piece.logprobs)
    return chunk


async def _last(child: Child, request: Request, piece: Piece, text: str) -> Json:
    """What the last chunk has on top."""
    assert piece.ending is not None
    told: dict[str, Any] = {"done_reason": piece.ending.reason}
    if not request.body.get("raw"):
        told["context"] = await tokenize(child, text)
    return told | request.watch.metrics(piece.ending)


def _debug(prompt: str, request: Request) -> Json:
    seen = {"image_count": len(request.images)} if request.images else {}
    return {"rendered_template": prompt, **seen}
