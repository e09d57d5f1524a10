"""`python -m bench.soak_gateway [SECONDS]`: fifty clients on three models through one gateway, some of whom hang up,
while engines and once the gateway itself are killed.

What counts: every answer is the asked model's, every request that got none got an error, and nothing is left over.
"""

from __future__ import annotations

import asyncio
import json
import random
import signal
import sys
import time
from collections import Counter
from contextlib import suppress
from typing import Any

import aiohttp
import psutil

from bench.gateway_rig import MODELS, GatewayRig, gateway
from bench.rig import installation
from bench.serving import CLIENTS

_PAUSE_S = 0.2


async def run(rig: GatewayRig, seconds: float) -> int:
    """Prints what happened; 1 if anything happened that must not."""
    await _settled(rig)
    before = rig.process.num_fds()
    until = time.monotonic() + seconds
    killer = asyncio.create_task(_kills(rig, until))
    watcher = asyncio.create_task(_memory(rig, until, seconds / 12))
    found = await asyncio.gather(*(_client(rig, until, random.Random(number)) for number in range(CLIENTS)))
    killed = await killer
    ends = sum(found, Counter[str]())
    await _settled(rig)
    after = rig.process.num_fds()
    print(f"{CLIENTS} clients, {seconds:g} s, killed {dict(killed)}: {dict(ends)}")
    print(f"open files {before} -> {after}; memory, process by process, MB:")
    for pid, seen in (await watcher).items():
        print(f"  {pid}: {' '.join(f'{mb:.0f}' for mb in seen)}")
    print(f"under way {rig.status()['flying']}, waiting {rig.status()['waiting']}")
    wrong = [end for end in ends if end.startswith(("wrong", "silent"))]
    left = rig.status()["flying"] or rig.status()["waiting"] or after > before + 5
    return int(bool(wrong) or bool(left) or not ends["answered"])


async def _client(rig: GatewayRig, until: float, dice: random.Random) -> Counter[str]:
    ends: Counter[str] = Counter()
    async with aiohttp.ClientSession(f"http://127.0.0.1:{rig.address.port}") as session:
        while time.monotonic() < until:
            slot = dice.choice([*MODELS])
            patience_s = dice.uniform(0.05, 3) if dice.random() < 0.2 else None
            ends[await _one(session, slot, dice, patience_s)] += 1
            await asyncio.sleep(dice.uniform(0, _PAUSE_S))
    return ends


async def _one(session: aiohttp.ClientSession, slot: str, dice: random.Random, patience_s: float | None) -> str:
    streams = dice.random() < 0.7
    body = {
        "model": dice.choice([slot, MODELS[slot]]),
        "stream": streams,
        "max_tokens": dice.randint(2, 16),
        "messages": [{"role": "user", "content": "Tell me of the Andes."}],
    }
    try:
        async with asyncio.timeout(patience_s), session.post("/v1/chat/completions", json=body) as answer:
            told = await answer.text()
    except TimeoutError:
        return "hung up"
    except aiohttp.ClientError as error:
        return f"broke visibly: {type(error).__name__}"
    if answer.status != 200:
        return f"status {answer.status}"
    return _judged(told, slot) if streams else _whole(told, slot)


def _judged(told: str, slot: str) -> str:
    """An event stream that ended: with [DONE], or with an error's event; anything else was silent."""
    events = [line[6:] for line in told.splitlines() if line.startswith("data: ")]
    if not events or events[-1] != "[DONE]":
        return "told an error" if events and "error" in events[-1] else "silent end"
    models = {json.loads(event)["model"] for event in events[:-1]}
    return "answered" if models == {MODELS[slot]} else f"wrong model: {models} for {slot}"


def _whole(told: str, slot: str) -> str:
    answer: dict[str, Any] = json.loads(told)
    return "answered" if answer["model"] == MODELS[slot] else f"wrong model: {answer['model']} for {slot}"


async def _kills(rig: GatewayRig, until: float) -> Counter[str]:
    """An engine every now and then, and the gateway once, early: the next one shows whether its memory grows."""
    dice, killed = random.Random(0), Counter[str]()
    early = time.monotonic() + (until - time.monotonic()) / 5
    while (left := until - time.monotonic()) > 0:
        await asyncio.sleep(min(left, dice.uniform(5, 15)))
        if time.monotonic() > early and not killed["gateway"]:
            await asyncio.to_thread(rig.kill)
            killed["gateway"] += 1
        elif await asyncio.to_thread(rig.kill_engine, dice.choice([*MODELS])):
            killed["engine"] += 1
    return killed


async def _memory(rig: GatewayRig, until: float, every_s: float) -> dict[int, list[float]]:
    """By the gateway's process, as time goes by; a moment at which there is none is left out."""
    seen: dict[int, list[float]] = {}
    while time.monotonic() < until:
        if pid := (await asyncio.to_thread(rig.status))["pid"]:
            with suppress(psutil.NoSuchProcess):
                seen.setdefault(pid, []).append(psutil.Process(pid).memory_info().rss / 1e6)
        await asyncio.sleep(every_s)
    return seen


async def _settled(rig: GatewayRig) -> None:
    """Until it answers and nobody is under way. Raises TimeoutError."""
    async with asyncio.timeout(60):
        while True:
            told = await asyncio.to_thread(rig.status)
            if told["answers"] and not told["flying"] and not told["waiting"]:
                return
            await asyncio.sleep(0.2)


def main(words: list[str]) -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # what was started is ended on the way out
    with installation() as here, gateway(here, patience_s=3, drain_s=20) as rig:
        return asyncio.run(run(rig, float(words[0]) if words else 60))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
