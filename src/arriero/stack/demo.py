"""`demo`: from nothing to an answer of a real model, and what an editor needs to go on."""

from __future__ import annotations

from arriero.core.progress import Progress, Report
from arriero.stack.activate import activate
from arriero.stack.chat import ChatMessage, ask, find_target
from arriero.stack.results import ChatStats, DemoResult
from arriero.stack.world import World

DEMO_SLOT = "demo"
QUESTION = "What is the capital of France?"  # English in both languages: the demo model knows little else
SHORT = {"num_predict": 64, "temperature": 0}  # so small a model may else talk on for minutes
PLACEHOLDER_KEY = "ollama"  # what editors are given where no key is needed: they insist on one, the server ignores it


async def demo(world: World, question: str, report: Report) -> DemoResult:
    """Installs and activates the demo slot beside whatever runs (it takes 0.2 GB) and asks it one question.

    Raises what `activate` and `ask` raise. Leaves the slot active.
    """
    outcome = await activate(world, DEMO_SLOT, report, keep_others=True)
    target = await find_target(world, DEMO_SLOT)
    report(Progress("demo.ask", DEMO_SLOT, params={"question": question}))
    answer, stats = "", None
    async for piece in ask(target, [ChatMessage("user", question)], SHORT):
        if isinstance(piece, ChatStats):
            stats = piece
        else:
            answer += piece
    assert stats is not None  # `ask` ends with them or raises
    return DemoResult(
        answer=answer.strip(),
        tokens_per_s=stats.tokens_per_s,
        ttft_s=stats.ttft_s,
        url=target.url,
        model=target.model,
        api_key=target.api_key or PLACEHOLDER_KEY,
        question=question,
        outcome=outcome,
    )
