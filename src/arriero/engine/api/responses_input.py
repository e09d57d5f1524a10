"""The input of OpenAI's Responses API as Ollama's messages. Pure; restates Ollama's openai/responses.go.

Stateless: what came before is in the input or nowhere. Reasoning that a client hands back belongs to the next
assistant message or call.
"""

from __future__ import annotations

from arriero.engine.api.go_decode import STRING, slice_of, struct, text_or
from arriero.engine.api.images import image_of_url
from arriero.engine.api.refusal import Refusal
from arriero.engine.api.service import Json
from arriero.engine.api.tool_calls import arguments_of

_PARTS = text_or(slice_of(struct("openai.ResponsesContent", type=STRING, text=STRING, image_url=STRING)))
INPUT = text_or(
    slice_of(
        struct(
            "openai.ResponsesInputItem",
            type=STRING,
            role=STRING,
            content=_PARTS,
            call_id=STRING,
            name=STRING,
            arguments=STRING,
            output=_PARTS,
            encrypted_content=STRING,
        )
    )
)


def ollama_messages(request: Json) -> list[Json]:
    """Raises Refusal(400), naming the item, for items and content that Ollama does not take."""
    system = request.get("instructions")
    told = [{"role": "system", "content": system}] if system else []
    given = request.get("input") or []
    if isinstance(given, str):
        return [*told, {"role": "user", "content": given}]
    thinking = ""
    for index, item in enumerate(given):
        kind = item.get("type") or ("message" if item.get("role") else "")
        if kind == "reasoning":
            thinking = item.get("encrypted_content") or ""
            continue
        message = _translated(kind, item, f"input[{index}]: ")
        if thinking and message["role"] == "assistant":
            message["thinking"], thinking = thinking, ""
        _append(told, message, kind)
    return [*told, {"role": "assistant", "content": "", "thinking": thinking}] if thinking else told


def _append(told: list[Json], message: Json, kind: str) -> None:
    """A call joins the assistant message before it: for the model they are one turn."""
    if kind == "function_call" and told and told[-1]["role"] == "assistant":
        calls = [*told[-1].get("tool_calls", ()), *message.pop("tool_calls")]
        told[-1] |= {key: value for key, value in message.items() if key == "thinking"} | {"tool_calls": calls}
    else:
        told.append(message)


def _translated(kind: str, item: Json, place: str) -> Json:
    if kind == "message":
        return {"role": item.get("role") or "", **_content(item.get("content"), f"{place}content")}
    if kind == "function_call":
        return {"role": "assistant", "content": "", "tool_calls": [_call(item)]}
    if kind == "function_call_output":
        said = _content(item.get("output"), f"{place}output")
        return {"role": "tool", **said, "tool_call_id": item.get("call_id") or ""}
    missing = f"{place}input item missing required 'type' field"
    raise Refusal(400, f'{place}unknown input item type: "{kind}"' if kind else missing)


def _content(given: str | list[Json] | None, place: str) -> Json:
    if isinstance(given, str):
        return {"content": given}
    texts, images = [], []
    for index, part in enumerate(given or ()):
        kind = part.get("type") or ""
        if kind in ("input_text", "output_text"):
            texts.append(part.get("text") or "")
        elif kind == "input_file":
            raise Refusal(400, "file inputs are not currently supported")
        elif kind != "input_image":
            raise Refusal(400, f"{place}[{index}]: unknown content type: {kind}")
        elif part.get("image_url"):  # a picture by file_id alone is passed over, as Ollama does
            images.append(image_of_url(part["image_url"]))
    return {"content": "".join(texts)} | ({"images": images} if images else {})


def _call(item: Json) -> Json:
    text = item.get("arguments") or ""
    try:
        arguments = arguments_of(text) if text else {}
    except ValueError as error:
        raise Refusal(400, f"failed to parse function call arguments: {error}") from None
    return {"id": item.get("call_id") or "", "function": {"name": item.get("name") or "", "arguments": arguments}}
