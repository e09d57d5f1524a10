"""`python -m bench.gateway_shown`: the gateway before one's eyes, with `curl` and with the `openai` package. Two models
in turn on a simulated card that holds one of them, and streams that hear how their model is loaded."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from dataclasses import replace
from typing import Any

import openai

from bench.gateway_rig import MODELS, GatewayRig, gateway
from bench.rig import installation

_CARD = "rtx2070s,desktop=7700M,release=2"  # its driver takes two seconds to give memory back
_TURNS = 6
_QUESTION: Any = [{"role": "user", "content": "What is the capital of France?"}]


def run(rig: GatewayRig) -> int:
    """Prints what was answered and what the log says; 1 if anything of it is wrong."""
    asked = [("second", "third")[number % 2] for number in range(_TURNS)]
    told = [_answer(rig, slot) for slot in asked]
    swaps = re.findall(r"swap to=.*", rig.log.read_text())
    print(*swaps, sep="\n")
    once = re.findall(r"swap to=(\w+)", "\n".join(swaps)) == asked
    yielded = [_yielded(slot) in swap for slot, swap in zip(asked[1:], swaps[1:], strict=True)]
    heard = _heard(_curl(rig, "demo", "-N", stream=True)), _heard(_through_openai(rig, "second"))
    rows = {"right model": told == [MODELS[slot] for slot in asked], "each loaded once a turn": once}
    rows |= {"who yielded is told": all(yielded), "comments, then the answer": all(heard)}
    print("\n".join(f"{what}: {'yes' if right else 'NO'}" for what, right in rows.items()))
    return int(not all(rows.values()))


def _answer(rig: GatewayRig, slot: str) -> str:
    """The model that answered."""
    answer = json.loads(_curl(rig, slot, stream=False))
    print(f"curl, {slot}: {answer['model']}: {answer['choices'][0]['message']['content']!r}")
    return str(answer["model"])


def _yielded(to: str) -> str:
    other = "third" if to == "second" else "second"
    return f"stop {other} (yields to={to}), start {to} (asked)"


def _curl(rig: GatewayRig, slot: str, *flags: str, stream: bool) -> str:
    body = json.dumps({"model": slot, "messages": _QUESTION, "max_tokens": 8, "stream": stream, "temperature": 0})
    url = f"http://127.0.0.1:{rig.address.port}/v1/chat/completions"
    return subprocess.run(["curl", "-s", *flags, url, "-d", body], check=True, capture_output=True, text=True).stdout


def _through_openai(rig: GatewayRig, slot: str) -> str:
    """Its own view of a stream, and beside it the lines that it read."""
    client = openai.OpenAI(base_url=f"http://127.0.0.1:{rig.address.port}/v1", api_key="any", max_retries=0)
    with client.chat.completions.with_streaming_response.create(
        model=slot, messages=_QUESTION, max_tokens=8, stream=True
    ) as answer:
        lines = list(answer.iter_lines())
    other: Any = client.chat.completions.create(model="third", messages=_QUESTION, max_tokens=8, stream=True)
    print("openai, third:", repr("".join(chunk.choices[0].delta.content or "" for chunk in other)))
    return "\n".join(lines)


def _heard(told: str) -> bool:
    """Whether comments came first and then a whole answer."""
    lines = [line for line in told.splitlines() if line]
    print(*lines[:4], "...", *lines[-2:], sep="\n")
    return re.fullmatch(r": (loading|waiting for) \w+, \d+ s", lines[0]) is not None and lines[-1] == "data: [DONE]"


def main() -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # what was started is ended on the way out
    with installation() as here:
        simulated = replace(here, environ=here.environ | {"ARRIERO_SIMULATE": _CARD})
        with gateway(simulated) as rig:
            return run(rig)


if __name__ == "__main__":
    sys.exit(main())
