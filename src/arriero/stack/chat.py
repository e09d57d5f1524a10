"""`chat SLOT`: one conversation with a slot's model through the port that editors use."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterable, AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from arriero.stack.describing import base_url
from arriero.stack.errors import ChatFailed, SlotInactive
from arriero.stack.observing import look
from arriero.stack.results import ChatStats
from arriero.stack.world import World


@dataclass(frozen=True)
class ChatMessage:
    """`role`: system, user or assistant."""

    role: str
    content: str


@dataclass(frozen=True)
class ChatTarget:
    """Where to ask: the slot's own server. `api_key` is empty where none is needed."""

    slot: str
    url: str
    model: str
    api_key: str


async def find_target(world: World, slot_id: str) -> ChatTarget:
    """Raises SlotUnknown, and SlotInactive unless the slot is seen serving."""
    slot = world.slot(slot_id)
    scene = await look(world)
    if not scene.snapshots[slot_id].answers or not scene.views[slot_id].phase.ours:
        raise SlotInactive(slot_id, str(scene.views[slot_id].phase))
    url = base_url(world.configuration.settings.bind, slot.port)
    return ChatTarget(slot_id, url, scene.views[slot_id].reference, read_key(world))


def read_key(world: World) -> str:
    """The engine's API key, or empty: its file's first line."""
    file = world.configuration.settings.engine.api_key_file
    return file.read_text().split("\n", 1)[0].strip() if file else ""


async def ask(
    target: ChatTarget, messages: Sequence[ChatMessage], options: Mapping[str, float] | None = None
) -> AsyncIterator[str | ChatStats]:
    """The answer piece by piece as it comes, its ChatStats last. `options` are Ollama's (`num_predict`, …).

    Raises ChatFailed with the server's own words.
    """
    import aiohttp  # late: only a chat pays for it

    body = {
        "model": target.model,
        "messages": [vars(m) for m in messages],
        "stream": True,
        "options": dict(options or {}),
    }
    headers = {"Authorization": f"Bearer {target.api_key}"} if target.api_key else {}
    timeout = aiohttp.ClientTimeout(total=None, sock_connect=5)
    try:
        async with aiohttp.ClientSession(timeout=timeout, headers=headers) as session:
            asked_at = time.perf_counter()
            async with session.post(target.url.removesuffix("/v1") + "/api/chat", json=body) as answer:
                if answer.status != 200:
                    raise ChatFailed(target.slot, answer.status, _error_of(await answer.text()))
                async for piece in _pieces(target, answer.content, asked_at):
                    yield piece
    except aiohttp.ClientError as fault:
        raise ChatFailed(target.slot, 0, str(fault) or type(fault).__name__) from fault


async def _pieces(target: ChatTarget, lines: AsyncIterable[bytes], asked_at: float) -> AsyncIterator[str | ChatStats]:
    first_at: float | None = None
    async for line in lines:
        chunk = json.loads(line)
        if "error" in chunk:
            raise ChatFailed(target.slot, 200, str(chunk["error"]))
        text = chunk["message"].get("thinking", "") + chunk["message"]["content"]
        if text:
            first_at = first_at or time.perf_counter()
            yield text
        if chunk["done"]:
            yield _stats(chunk, asked_at, first_at)
            return
    raise ChatFailed(target.slot, 200, "the answer ended before it was complete")


def _stats(final: dict[str, Any], asked_at: float, first_at: float | None) -> ChatStats:
    tokens, spent_ns = int(final.get("eval_count", 0)), int(final.get("eval_duration", 0))
    return ChatStats(
        tokens=tokens,
        tokens_per_s=tokens / (spent_ns / 1e9) if spent_ns else None,
        ttft_s=first_at - asked_at if first_at else None,
        total_s=time.perf_counter() - asked_at,
        prompt_tokens=int(final.get("prompt_eval_count", 0)),
        done_reason=str(final.get("done_reason", "")),
    )


def _error_of(text: str) -> str:
    try:
        return str(json.loads(text)["error"])
    except (ValueError, KeyError, TypeError):
        return text[:200]
