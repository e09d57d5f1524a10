"""The demo's answer, how fast it came, and the three lines that an editor asks for."""

from __future__ import annotations

from arriero.cli.look import Look
from arriero.cli.render.chat import seconds_text, speed_text
from arriero.stack.results import DemoResult


def render_demo(result: DemoResult, look: Look) -> str:
    t = look.texts
    speed = t.demo_speed.format(speed=speed_text(result.tokens_per_s, t), ttft=seconds_text(result.ttft_s, t))
    width = max(len(word) for word in (t.demo_url, t.demo_model, t.demo_key))
    return "\n".join(
        (
            look.paint(result.answer, "bold"),
            "",
            speed,
            "",
            t.demo_editor,
            f"  {t.demo_url.ljust(width)}  {result.url}",
            f"  {t.demo_model.ljust(width)}  {result.model}",
            f"  {t.demo_key.ljust(width)}  {result.api_key}",
        )
    )
