"""What answers are made of: finding the model, holding a child, streaming.

Invariant: from the moment a Hold has its lease, somebody is bound to release it: the code that is still setting the
answer up, or the StreamedAnswer once it was handed out.
"""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from arriero.core.errors import ArrieroError
from arriero.core.ids import Reference
from arriero.engine.api.errors import refusal_for
from arriero.engine.api.go_time import now
from arriero.engine.api.refusal import Refusal
from arriero.engine.api.service import Json
from arriero.engine.engine import Engine
from arriero.engine.generation import Ending
from arriero.engine.llama.process import Child
from arriero.engine.prompt import no_thinking_text, refuse_unsupported, unsupported_text
from arriero.engine.prompt.messages import Thinking
from arriero.engine.scheduler import Lease
from arriero.engine.served import ServedModel
from arriero.store.errors import ModelNotInstalled


@dataclass
class StreamedAnswer:
    """An Answer (see `service`): `chunks` is the generator that makes it, `release` gives back what it holds.

    `single`: one chunk, told as plain JSON even to a client that asked for a stream.
    """

    chunks: AsyncGenerator[Json, None]
    release: Callable[[], None]
    single: bool = False

    def __aiter__(self) -> StreamedAnswer:
        return self

    async def __anext__(self) -> Json:
        try:
            return await anext(self.chunks)
        except StopAsyncIteration:
            self.release()
            raise

    async def aclose(self) -> None:
        try:
            await self.chunks.aclose()
        finally:
            self.release()  # a generator that was never started does not run its own clean-up


@dataclass
class Stopwatch:
    """Ollama's durations, in nanoseconds: since the request came, and until it had a child."""

    started_ns: int = field(default_factory=time.monotonic_ns)
    load_ns: int = 0

    def loaded(self) -> None:
        self.load_ns = time.monotonic_ns() - self.started_ns

    def elapsed_ns(self) -> int:
        return time.monotonic_ns() - self.started_ns

    def metrics(self, ending: Ending) -> Json:
        """Zeros are left out, as Go's omitempty does."""
        told = {
            "total_duration": self.elapsed_ns(),
            "load_duration": self.load_ns,
            "prompt_eval_count": ending.prompt_tokens,
            "prompt_eval_duration": ending.prompt_ns,
            "eval_count": ending.tokens,
            "eval_duration": ending.eval_ns,
        }
        return {name: value for name, value in told.items() if value}


async def find_model(engine: Engine, asked: str, *, missing: Refusal) -> ServedModel:
    """The model by the name a client gave. `missing` is raised for a name that is none, or empty."""
    try:
        reference = Reference.parse(asked)
    except ValueError:
        raise Refusal(400, "invalid model name") if asked else missing from None
    try:
        return await engine.models.find(reference)
    except ModelNotInstalled:
        raise Refusal(404, f"model '{asked}' not found") from None
    except ArrieroError as error:
        raise refusal_for(error) from error


def thinking_for(model: ServedModel, asked: str, wanted: Thinking, *, relax: bool) -> Thinking:
    """A model that can think does unless told otherwise; one that cannot refuses, or is relaxed about it."""
    if "thinking" in model.capabilities:
        return wanted if wanted.is_set else Thinking(True, "medium", True)
    if wanted.enabled and not relax:
        raise Refusal(400, no_thinking_text(asked))
    return Thinking() if wanted.enabled else wanted


def require(model: ServedModel, asked: str, verb: str, wanted: Iterable[str]) -> None:
    """Raises Refusal(400) when the model cannot do what is asked. `verb`: `chat` or `generate`."""
    missing = refuse_unsupported(model.capabilities, ["completion", *wanted])
    if missing == ["completion"] or "completion" in missing:
        raise Refusal(400, f'"{asked}" does not support {verb}')
    if missing:
        raise Refusal(400, unsupported_text(model.installed.reference.full, missing))


def plain_chunk(asked: str, part: Json, **rest: Any) -> Json:
    return {"model": asked, "created_at": now(), **part, **rest}


def single(chunk: Json) -> StreamedAnswer:
    """An answer that is one chunk and holds nothing."""

    async def chunks() -> AsyncGenerator[Json, None]:
        yield chunk

    return StreamedAnswer(chunks(), lambda: None, single=True)


@dataclass
class Hold:
    """A lease and what runs on it, released together."""

    lease: Lease[Child]
    close: Callable[[], None] = lambda: None

    def release(self) -> None:
        self.close()
        self.lease.release()
