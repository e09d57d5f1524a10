"""What is counted, for whoever scrapes `/metrics`. Counters begin at nothing with each start of the process.

Tokens are those that a server tells at the end of an answer; nothing else of an answer is read. OpenAI's streams tell
them only to clients that ask for it (`stream_options.include_usage`).
"""

from __future__ import annotations

import re
from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from arriero.gateway.admission import Swap
from arriero.gateway.board import Board

TAIL_BYTES = 4096
_TOKENS = re.compile(rb'"(?:eval_count|completion_tokens|output_tokens)":\s*(\d+)')
_SECONDS = (0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 120, 300)


class Metrics:
    """`queued` tells how many requests wait for a model now."""

    def __init__(self, board: Board, queued: Callable[[], int], flying: Callable[[], int]) -> None:
        own = self._registry = CollectorRegistry()
        by_status = ("slot", "status")
        self._requests = Counter("arriero_gateway_requests", "Requests, by slot and status", by_status, registry=own)
        self.tokens = Counter("arriero_gateway_tokens", "Tokens of answers, as servers tell", ("slot",), registry=own)
        self.first = Histogram(
            "arriero_gateway_first_byte_seconds", "To an answer's first byte", ("slot",), buckets=_SECONDS, registry=own
        )
        self.swaps = Counter("arriero_gateway_swaps", "Models brought up, by outcome", ("outcome",), registry=own)
        name = "arriero_gateway_swap_seconds"
        self.swap_time = Histogram(name, "Bringing a model up", buckets=_SECONDS, registry=own)
        self.evictions = Counter("arriero_gateway_evictions", "Slots stopped for another", ("slot",), registry=own)
        Gauge("arriero_gateway_queue", "Requests that wait for a model", registry=own).set_function(queued)
        Gauge("arriero_gateway_flying", "Requests under way", registry=own).set_function(flying)
        self._board = board
        self._vram = Gauge("arriero_vram_bytes", "The card's memory when it was last seen", ("kind",), registry=own)
        self._active = Gauge("arriero_slot_active", "Whether the slot serves", ("slot",), registry=own)

    def swapped(self, swap: Swap) -> None:
        self.swaps.labels("failed" if swap.fault else "done").inc()
        self.swap_time.observe(swap.took_s)
        for slot in swap.stopped:
            self.evictions.labels(slot).inc()

    def request(self, slot: str, status: str) -> None:
        """`slot`: empty where it did not get as far as one. `status`: of HTTP, or that its client hung up."""
        self._requests.labels(slot, status).inc()

    def answered(self, slot: str, tail: bytes) -> None:
        """`tail`: the last bytes of the answer."""
        if told := _TOKENS.findall(tail):
            self.tokens.labels(slot).inc(int(told[-1]))

    def exposition(self) -> bytes:
        for slot, model in self._board.models.items():
            self._active.labels(slot).set(model.state == "active")
        gpu = self._board.gpu
        if gpu and gpu.ready:
            for kind in ("total", "used", "free"):
                self._vram.labels(kind).set(getattr(gpu, f"{kind}_bytes") or 0)
        return generate_latest(self._registry)
