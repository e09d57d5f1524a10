"""The figures of one answer, on one line."""

from __future__ import annotations

from arriero.i18n import Texts
from arriero.stack.results import ChatStats


def render_stats(stats: ChatStats, texts: Texts) -> str:
    return texts.chat_stats.format(
        tokens=stats.tokens,
        speed=speed_text(stats.tokens_per_s, texts),
        ttft=seconds_text(stats.ttft_s, texts),
    )


def speed_text(tokens_per_s: float | None, texts: Texts) -> str:
    return "?" if tokens_per_s is None else texts.numbers.decimal(tokens_per_s)


def seconds_text(seconds: float | None, texts: Texts) -> str:
    return "?" if seconds is None else texts.numbers.decimal(seconds, 2)
