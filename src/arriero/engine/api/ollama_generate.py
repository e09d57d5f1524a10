"""`/api/generate`. Source: Ollama 0.33 server/routes.go (GenerateHandler), and its recorded answers."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from functools import partial

from arriero.core.errors import ArrieroError
from arriero.engine.api.answers import Hold, StreamedAnswer, find_model, plain_chunk, require, single, thinking_for
from arriero.engine.api.errors import refusal_for
from arriero.engine.api.prompts import chat_prompt, thinking_parser
from arriero.engine.api.refusal import Refusal
from arriero.engine.api.requests import GENERATE, images_of, recheck
from arriero.engine.api.service import Json
from arriero.engine.api.task import Task, Terms, start, with_child
from arriero.engine.engine import Engine
from arriero.engine.generation import Completion, detokenize, tokenize
from arriero.engine.llama.process import Child
from arriero.engine.options import read_options
from arriero.engine.prompt import Message, Template

_EMPTY = {"response": ""}


@dataclass(frozen=True)
class Generation(Task):
    images: tuple[bytes, ...]


async def generate(engine: Engine, body: Json) -> StreamedAnswer:
    """See `Service.generate`."""
    terms = Terms.read(recheck(body, GENERATE))
    images, asked = images_of(body), terms.asked
    model = await find_model(engine, asked, missing=Refusal(404, f"model '{asked}' not found"))
    if not body.get("prompt") and terms.keep_alive_s == 0:
        await engine.scheduler.unload(str(model.path))
        return single(plain_chunk(asked, _EMPTY, done=True, done_reason="unload"))
    if body.get("raw") and (body.get("template") or body.get("system") or body.get("context")):
        raise Refusal(400, "raw mode does not support template, system, or context")
    thinking = thinking_for(model, asked, terms.thinking, relax=False)
    require(model, asked, "generate", ["insert"] if body.get("suffix") else [])
    try:
        task = Generation(terms, model, read_options(model.params, body.get("options") or {}), thinking, images)
        return await with_child(engine, task, partial(_held, task), slot=bool(task.text("prompt")))
    except ArrieroError as error:
        raise refusal_for(error) from error


async def _held(task: Generation, hold: Hold) -> StreamedAnswer:
    if not task.text("prompt"):
        hold.release()
        return single(task.plain(_EMPTY, done=True, done_reason="load"))
    prompt = task.text("prompt") if task.body.get("raw") else await _prompt(hold.lease.child, task)
    if task.body.get("_debug_render_only"):
        hold.release()
        return single(task.debug(_EMPTY, prompt, len(task.images)))
    completion = await start(hold, task, prompt, task.body.get("format"), task.images, tools=False)
    return StreamedAnswer(_chunks(hold, completion, task, prompt), hold.release)


async def _prompt(child: Child, task: Generation) -> str:
    """The rendered prompt. Raises TemplateInvalid, TemplateFailed, Child errors."""
    before = await _context_text(child, task)
    template = Template.parse(task.text("template")) if task.text("template") else task.model.template
    suffix = task.text("suffix")
    if suffix and template is not None:
        return before + template.render_fill(task.text("prompt"), suffix, task.thinking)
    messages = _messages(task)
    if task.text("template") and template is not None:
        return before + template.render_chat(messages, (), task.thinking)
    return before + await chat_prompt(child, task.model, messages, (), task.thinking, truncate=task.truncate)


def _messages(task: Generation) -> Sequence[Message]:
    system = task.text("system") or task.model.system
    said = [Message("system", system)] if system else []
    known = task.model.messages if task.body.get("context") is None else ()
    return [*said, *known, Message("user", task.text("prompt"), images=task.images)]


async def _context_text(child: Child, task: Generation) -> str:
    """The deprecated `context`: the tokens of an earlier exchange, which stand before the prompt."""
    tokens = task.body.get("context")
    return "" if tokens is None else await detokenize(child, tokens)


async def _chunks(hold: Hold, completion: Completion, task: Generation, prompt: str) -> AsyncGenerator[Json, None]:
    parser = thinking_parser(task.model, task.thinking, prompt)
    written: list[str] = []
    try:
        async for piece in completion:
            written.append(piece.content)
            thought, content = parser.feed(piece.content) if parser else ("", piece.content)
            part: Json = {"response": content, "thinking": thought} if thought else {"response": content}
            if piece.ending is not None:
                hold.lease.computed()
                if not task.body.get("raw"):
                    part["context"] = await tokenize(hold.lease.child, prompt + "".join(written))
            yield task.chunk(part, piece)
    except ArrieroError as error:
        yield {"error": refusal_for(error).message}
    finally:
        hold.release()
