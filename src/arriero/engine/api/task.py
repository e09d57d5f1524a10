"""What the routes of `/api/chat` and `/api/generate` do alike: check a request, get a child, start, tell its pieces.

Source: Ollama 0.33 server/routes.go (GenerateHandler, ChatHandler), and its recorded answers.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from arriero.engine.api.answers import Hold, Stopwatch, StreamedAnswer, plain_chunk
from arriero.engine.api.prompts import preserved_tokens
from arriero.engine.api.requests import keep_alive_of, thinking_of, top_logprobs_of, truth_of
from arriero.engine.api.service import Json
from arriero.engine.engine import Engine
from arriero.engine.generation import Ask, Completion, Piece
from arriero.engine.options import Options
from arriero.engine.prompt import Thinking
from arriero.engine.served import ServedModel


@dataclass(frozen=True)
class Terms:
    """What a request says besides its prompt, read and checked before its model is looked for."""

    body: Json
    keep_alive_s: float | None
    thinking: Thinking
    top_logprobs: int | None
    watch: Stopwatch

    @classmethod
    def read(cls, body: Json) -> Terms:
        """The clock runs from here. Raises Refusal(400)."""
        watch = Stopwatch()
        return cls(body, keep_alive_of(body), thinking_of(body), top_logprobs_of(body), watch)

    @property
    def asked(self) -> str:
        """The model, as the client spells it."""
        return self.body.get("model") or ""


@dataclass(frozen=True)
class Task:
    """A checked request. `thinking`: what comes of the request's for this model."""

    terms: Terms
    model: ServedModel
    options: Options
    thinking: Thinking

    def text(self, name: str) -> str:
        return self.terms.body.get(name) or ""

    @property
    def body(self) -> Json:
        return self.terms.body

    @property
    def truncate(self) -> bool:
        return truth_of(self.terms.body, "truncate", True)

    def plain(self, part: Json, **rest: Any) -> Json:
        return plain_chunk(self.terms.asked, part, **rest)

    def chunk(self, part: Json, piece: Piece) -> Json:
        """One chunk of the answer; the last one with its reason and its figures."""
        chunk = self.plain(part, done=piece.ending is not None)
        if piece.ending is not None:
            chunk["done_reason"] = piece.ending.reason
            chunk |= self.terms.watch.metrics(piece.ending)
        if piece.logprobs:
            chunk["logprobs"] = list(piece.logprobs)
        return chunk

    def debug(self, part: Json, prompt: str, image_count: int) -> Json:
        """The answer to `_debug_render_only`."""
        seen = {"image_count": image_count} if image_count else {}
        return self.plain(part, done=False, _debug_info={"rendered_template": prompt, **seen})


async def with_child(
    engine: Engine, task: Task, held: Callable[[Hold], Awaitable[StreamedAnswer]], *, slot: bool
) -> StreamedAnswer:
    """What `held` makes of a child's lease, which it takes over unless it fails. Raises what leasing raises."""
    lease = await engine.lease(
        task.model,
        task.options,
        shift=truth_of(task.body, "shift", True),
        keep_alive_s=task.terms.keep_alive_s,
        slot=slot,
    )
    hold = Hold(lease)
    task.terms.watch.loaded()
    try:
        return await held(hold)
    except BaseException:
        hold.release()
        raise


async def start(
    hold: Hold, task: Task, prompt: str, wanted: object, images: tuple[bytes, ...], *, tools: bool
) -> Completion:
    """The completion of a prompt, held too. `wanted`: a format. Raises what `Completion.start` raises."""
    ask = Ask(
        prompt=prompt,
        options=task.options,
        format=wanted,
        truncate=task.truncate,
        adds_bos=task.model.adds_bos,
        top_logprobs=task.terms.top_logprobs,
        preserved=preserved_tokens(task.model, tools=tools),
        images=images,
    )
    completion = await Completion.start(hold.lease.child, ask)
    hold.close = completion.close
    return completion
