"""What is measured of one server, section by section. Each adds its samples to the ledger as they come.

Invariant: a section asks through the public API alone, and no prompt is asked twice: what a cache may help with is
measured on purpose (`shared`), never by accident.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace

from arriero.core.clock import Clock
from arriero.core.progress import Progress, Report
from arriero.measure import prompts
from arriero.measure.asking import Answer, Server
from arriero.measure.dialect import Question
from arriero.measure.ledger import Ledger, repeat
from arriero.measure.prompts import ASSUMED, CALIBRATION_WORDS, TOLERANCE, Tokens
from arriero.measure.sampling import QUICK, THOROUGH, Effort, Series
from arriero.measure.values import FigureName, Mark

CONTEXTS = (512, 2048, 8192)
QUICK_CONTEXTS = (512, 2048)
CLIENTS = (1, 2, 4)
READING = (FigureName.TTFT_FRESH, FigureName.READ_FRESH, FigureName.TTFT_SHARED, FigureName.READ_SHARED)
_ANSWER_ROOM = 64  # of the context: what the template may add, and the answer
_BRIEF = 8


@dataclass(frozen=True)
class Extent:
    """How much is measured. `written`: tokens of a long answer; `together`: of each of several at once. `only`: what
    somebody wants to know, None: everything. `limit_s`: nothing is begun that would end after this time."""

    contexts: tuple[int, ...]
    effort: Effort
    short: Effort
    written: int
    together: int
    only: frozenset[FigureName] | None = None
    limit_s: float | None = None


THOROUGH_EXTENT = Extent(CONTEXTS, THOROUGH, Effort(20, 40, 30.0), written=128, together=32)
QUICK_EXTENT = Extent(QUICK_CONTEXTS, QUICK, Effort(5, 10, 2.0, 0.05), written=48, together=16, limit_s=24.0)


@dataclass
class Bench:
    """One server under measurement. `began`: after it had warmed up. `tokens` is what is known of how it counts."""

    server: Server
    ledger: Ledger
    extent: Extent
    clock: Clock
    report: Report
    name: str
    began: float = 0.0
    tokens: Tokens = ASSUMED

    def has_time(self, needed_s: float = 0.0) -> bool:
        limit_s = self.extent.limit_s
        return limit_s is None or self.clock.monotonic() - self.began + needed_s < limit_s

    async def again(
        self, taken: tuple[Series, ...], sample: Callable[[], Awaitable[None]], effort: Effort | None = None
    ) -> None:
        await repeat(effort or self.extent.effort, self.clock, taken, sample)


async def calibrate(bench: Bench) -> None:
    """Warms up, and learns how the server counts. Raises Broken."""
    bench.report(Progress("measure.warm", bench.name))
    few, many = CALIBRATION_WORDS
    await bench.server.ask(prompts.short())
    counts = [(await bench.server.ask(prompts.fresh(words, prompts.nonce()))).prompt_tokens for words in (few, many)]
    bench.tokens = prompts.tokens_of((counts[0], counts[1]))


async def short_answers(bench: Bench) -> None:
    bench.report(Progress("measure.short", bench.name))
    series = bench.ledger.series(FigureName.SHORT)

    async def sample() -> None:
        series.values.append((await bench.server.ask(prompts.short())).whole_s)

    await bench.again((series,), sample, bench.extent.short)


async def generation(bench: Bench) -> None:
    bench.report(Progress("measure.generation", bench.name))
    await _writing(bench, FigureName.GENERATION, lambda: prompts.story(bench.extent.written))


async def editing(bench: Bench) -> None:
    bench.report(Progress("measure.edit", bench.name))
    await _writing(bench, FigureName.EDIT, lambda: prompts.edit(bench.extent.written))


async def _writing(bench: Bench, name: FigureName, question: Callable[[], Question]) -> None:
    series = bench.ledger.series(name)

    async def sample() -> None:
        asked = question()
        answer = await bench.server.ask(asked)
        tokens = written(series, answer, asked.max_tokens)
        if tokens >= _BRIEF and answer.last_s > answer.first_s:
            series.values.append((tokens - 1) / (answer.last_s - answer.first_s))

    await bench.again((series,), sample)


def written(series: Series, answer: Answer, asked: int) -> int:
    """Tokens of an answer: the server's count where it can be true, else the pieces that came."""
    if answer.tokens is None:
        series.flag(Mark.UNCOUNTED)
        return answer.pieces
    if not answer.pieces - 2 <= answer.tokens <= min(asked, len(answer.text)) + 1:
        series.flag(Mark.MISCOUNTED)
        return answer.pieces
    return answer.tokens


async def reading(bench: Bench, context: int) -> None:
    """Fresh and shared by turns: each shared one has the beginning of the fresh one before it."""
    bench.report(Progress("measure.context", bench.name, params={"tokens": context}))
    fresh_s, fresh_rate, shared_s, shared_rate = taken = tuple(bench.ledger.series(n, context) for n in READING)
    limit = bench.server.context
    if limit is not None and context > limit:
        bench.ledger.flag(Mark.BEYOND_CONTEXT, *((name, context) for name in READING), detail=str(limit))
        return
    if not bench.has_time(_reading_s(bench, context)):
        bench.ledger.flag(Mark.NO_TIME, *((name, context) for name in READING))
        return
    wanted = context if limit is None else min(context, limit - _ANSWER_ROOM)
    corrections = 0

    async def sample() -> None:
        nonlocal corrections
        words = bench.tokens.words_for(wanted)
        question = prompts.fresh(words, prompts.nonce())
        answer = await bench.server.ask(question)
        counted = answer.prompt_tokens or 0
        if bench.tokens.believed and TOLERANCE < abs(counted / wanted - 1) <= _CREDIBLE and corrections < _CORRECTIONS:
            corrections += 1
            bench.tokens = replace(bench.tokens, per_word=(counted - bench.tokens.fixed) / words)
            return
        _take(bench, fresh_s, fresh_rate, answer, words)
        again = replace(question, user=f"{question.user.rpartition(' ')[0]} {prompts.nonce()}")
        _take(bench, shared_s, shared_rate, await bench.server.ask(again), words)

    await bench.again(taken, sample)


def _reading_s(bench: Bench, context: int) -> float:
    """What one sample will take, by the speed at shorter contexts; 0 before any is known."""
    known = [s for c in bench.extent.contexts if c < context for s in bench.ledger.series(READING[1], c).values]
    return context / min(known) if known else 0.0


_CREDIBLE = 0.5  # a count that is further off than this is no other tokenizer
_CORRECTIONS = 2


def _take(bench: Bench, seconds: Series, rate: Series, answer: Answer, words: int) -> None:
    tokens = _read(rate, bench.tokens, answer, words)
    for series in (seconds, rate):
        series.tokens.append(tokens)
    seconds.values.append(answer.first_s)
    rate.values.append(tokens / answer.first_s)


def _read(series: Series, tokens: Tokens, answer: Answer, words: int) -> int:
    expected = tokens.of(words)
    if answer.prompt_tokens is None:
        series.flag(Mark.UNCOUNTED)
        return expected
    if not tokens.believed or abs(answer.prompt_tokens / expected - 1) > _CREDIBLE:
        series.flag(Mark.MISCOUNTED)
        return expected
    return answer.prompt_tokens


async def filling(bench: Bench) -> None:
    series = bench.ledger.series(FigureName.FILL)
    if not bench.server.can_fill:
        bench.ledger.flag(Mark.UNABLE, (FigureName.FILL, 0))
        return
    bench.report(Progress("measure.fill", bench.name))

    async def sample() -> None:
        series.values.append((await bench.server.ask(prompts.fill(bench.extent.together))).whole_s)

    await bench.again((series,), sample)


async def crowd(bench: Bench, clients: int) -> None:
    bench.report(Progress("measure.crowd", bench.name, params={"clients": clients}))
    rate, first = (bench.ledger.series(name, clients) for name in (FigureName.CROWD, FigureName.CROWD_TTFT))

    async def sample() -> None:
        asked = [prompts.story(bench.extent.together) for _ in range(clients)]
        answers = await asyncio.gather(*(bench.server.ask(question) for question in asked))
        tokens = sum(written(rate, a, q.max_tokens) for a, q in zip(answers, asked, strict=True))
        rate.values.append(tokens / max(answer.last_s for answer in answers))
        first.values.append(max(answer.first_s for answer in answers))

    await bench.again((rate, first), sample)


Section = tuple[Callable[[Bench], Awaitable[None]], tuple[tuple[FigureName, int], ...]]


def sections_of(extent: Extent) -> list[Section]:
    """In the order in which they are measured: what is quick and decides most comes first."""
    return [
        section
        for section in _every(extent.contexts)
        if extent.only is None or {n for n, _ in section[1]} & extent.only
    ]


def _every(contexts: Sequence[int]) -> list[Section]:

    def at(context: int) -> Section:
        return (lambda bench: reading(bench, context)), tuple((name, context) for name in READING)

    def together(clients: int) -> Section:
        keys = ((FigureName.CROWD, clients), (FigureName.CROWD_TTFT, clients))
        return (lambda bench: crowd(bench, clients)), keys

    return [
        (generation, ((FigureName.GENERATION, 0),)),
        (short_answers, ((FigureName.SHORT, 0),)),
        *(at(context) for context in contexts),
        (filling, ((FigureName.FILL, 0),)),
        (editing, ((FigureName.EDIT, 0),)),
        *(together(clients) for clients in CLIENTS),
    ]
