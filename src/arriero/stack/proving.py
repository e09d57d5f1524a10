"""Whether a service really serves its model: one short answer."""

from __future__ import annotations

from arriero.runtime.backend import ServiceSpec
from arriero.runtime.http import NoAnswer, ask
from arriero.runtime.served import read_key
from arriero.stack.errors import AnswerFailed

LIMIT_S = 120.0
_TOKENS = 4


async def prove(service: ServiceSpec) -> None:
    """Raises AnswerFailed with the server's words, or what was wrong with its answer."""
    question: dict[str, object] = {
        "model": service.model,
        "messages": [{"role": "user", "content": "Hi"}],
        "stream": False,
        "options": {"num_predict": _TOKENS, "temperature": 0},
    }
    key = read_key(service.api_key_file)
    try:
        answer = await ask(service.host, service.port, "/api/chat", post=question, key=key, limit_s=LIMIT_S)
    except NoAnswer as fault:
        raise AnswerFailed(service.slot, service.model, str(fault)) from fault
    told = answer.json()
    if answer.status != 200:
        raise AnswerFailed(service.slot, service.model, str(told.get("error") or f"HTTP {answer.status}"))
    if not told.get("eval_count"):
        raise AnswerFailed(service.slot, service.model, "no tokens")
