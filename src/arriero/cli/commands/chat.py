"""`chat`: one question, or a conversation when there is none on the line and someone sits at the terminal."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable

from arriero.cli.call import Call, Reply
from arriero.cli.errors import ArgumentMissing
from arriero.cli.render.chat import render_stats
from arriero.stack.chat import ChatMessage, ChatTarget, ask, find_target
from arriero.stack.results import ChatStats


def chat(call: Call) -> Reply:
    question = " ".join(call.args.prompt)
    talking = not question and sys.stdin.isatty()
    if talking and call.args.json:
        raise ArgumentMissing(call.args.verb, call.texts.meta_prompt)
    target = asyncio.run(find_target(call.world(), call.args.slot))
    if talking:
        return _converse(call, target)
    history = [ChatMessage("user", question or sys.stdin.read())]
    answer, stats = asyncio.run(_answer(target, history, _silent if call.args.json else _writer(call)))
    if not call.args.json:
        _tell_stats(call, stats)
    return Reply({"slot": target.slot, "model": target.model, "answer": answer, **vars(stats)}, "")


def _converse(call: Call, target: ChatTarget) -> Reply:
    """Until the end of input (Ctrl-D). The model is given the whole conversation every time."""
    history: list[ChatMessage] = []
    sys.stderr.write(call.texts.chat_hint.format(slot=target.slot, model=target.model) + "\n")
    while True:
        sys.stderr.write(call.texts.chat_prompt)
        sys.stderr.flush()
        question = sys.stdin.readline()
        if not question:
            return Reply(None, "")
        if question.strip():
            history.append(ChatMessage("user", question.strip()))
            answer, stats = asyncio.run(_answer(target, history, _writer(call)))
            history.append(ChatMessage("assistant", answer))
            _tell_stats(call, stats)


async def _answer(
    target: ChatTarget, history: list[ChatMessage], write: Callable[[str], None]
) -> tuple[str, ChatStats]:
    answer, stats = "", None
    async for piece in ask(target, history):
        if isinstance(piece, ChatStats):
            stats = piece
        else:
            answer += piece
            write(piece)
    write("\n")
    assert stats is not None  # `ask` ends with them or raises
    return answer, stats


def _writer(call: Call) -> Callable[[str], None]:
    def write(text: str) -> None:
        call.out.write(text)
        call.out.flush()

    return write


def _silent(_: str) -> None:
    """With --json the answer is printed once, whole."""


def _tell_stats(call: Call, stats: ChatStats) -> None:
    if not call.args.quiet:
        sys.stderr.write(render_stats(stats, call.texts) + "\n")
        sys.stderr.flush()
