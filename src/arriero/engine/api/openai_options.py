"""What OpenAI's requests say about sampling, stopping, format and thinking, in Ollama's words. Pure.

OpenAI's defaults (temperature 1, top_p 1) are always sent, so they win over the model's own parameters, as in Ollama.
"""

from __future__ import annotations

from arriero.engine.api.go_decode import go_kind
from arriero.engine.api.refusal import Refusal
from arriero.engine.api.service import Json

_EFFORTS: dict[str, bool | str] = {
    "none": False,
    "minimal": "low",
    "low": "low",
    "medium": "medium",
    "high": "high",
    "xhigh": "max",
    "max": "max",
    "ultra": "max",
}


def sampling(request: Json) -> Json:
    """Ollama's `options`, without `stop`."""
    told: Json = {"temperature": 1.0, "top_p": 1.0}
    for theirs, ours in (
        ("temperature", "temperature"),
        ("top_p", "top_p"),
        ("max_tokens", "num_predict"),
        ("seed", "seed"),
        ("frequency_penalty", "frequency_penalty"),
        ("presence_penalty", "presence_penalty"),
    ):
        if request.get(theirs) is not None:
            told[ours] = request[theirs]
    return told


def stops(request: Json, *, strict: bool) -> Json:
    """`{"stop": [...]}` or nothing: what is neither text nor list says nothing, nor does what in a list is no text.

    `strict` refuses the latter instead, as Ollama does for `/v1/completions` alone.
    """
    stop = request.get("stop")
    given = stop if isinstance(stop, list) else [stop] if isinstance(stop, str) else []
    found = [item for item in given if isinstance(item, str)]
    if strict and len(found) < len(given):
        wrong = next(item for item in given if not isinstance(item, str))
        raise Refusal(400, f"invalid type for 'stop' field: {go_kind(wrong)}")
    return {"stop": found} if found else {}


def think(effort: str | None) -> Json:
    """`{"think": ...}` or nothing for no effort. Raises Refusal for a word that is no effort."""
    if not effort:
        return {}
    if effort not in _EFFORTS:
        known = '"high", "medium", "low", "max", or "none"'
        raise Refusal(400, f"invalid reasoning value: '{effort}' (must be {known})")
    return {"think": _EFFORTS[effort]}


def output_format(response_format: Json | None) -> Json:
    """`{"format": ...}` from chat's `response_format`, or nothing: types that Ollama does not know say nothing."""
    given = response_format or {}
    kind = (given.get("type") or "").strip().lower()
    if kind == "json_object":
        return {"format": "json"}
    schema = (given.get("json_schema") or {}).get("schema")
    return {"format": schema} if kind == "json_schema" and schema is not None else {}
