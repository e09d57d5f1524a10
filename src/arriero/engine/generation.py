"""One completion: from a rendered prompt to the pieces of text that the child makes of it.

`completion_body` and what it uses are pure. Invariant: a Completion that was started is closed, by its end or by
`close`; closing it makes the child stop computing.
"""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any

from arriero.engine.errors import ChildRefused, FormatInvalid, PromptTooLong
from arriero.engine.llama.client import ConnectionLost, EventStream
from arriero.engine.llama.process import Child
from arriero.engine.options import Options, sampling_body

MOST_REPEATS = 30
"""So many equal pieces in a row, and the answer is cut off (Ollama 0.33)."""

JSON_GRAMMAR = r"""
root   ::= object
value  ::= object | array | string | number | ("true" | "false" | "null") ws
object ::= "{" ws ( string ":" ws value ("," ws string ":" ws value)* )? ws "}"
array  ::= "[" ws ( value ("," ws value)* )? ws "]"
string ::= "\"" ( [^"\\\x7F\x00-\x1F] | "\\" (["\\/bfnrt] | "u" [0-9a-fA-F] [0-9a-fA-F] [0-9a-fA-F] [0-9a-fA-F]) )* "\""
number ::= ("-"? ([0-9] | [1-9] [0-9]*)) ("." [0-9]+)? ([eE] [-+]? [0-9]+)?
ws     ::= ([ \t\n] ws)?
"""
"""Any JSON object: the language that Ollama's built-in grammar for `format: "json"` describes."""


@dataclass(frozen=True)
class Ask:
    """What a completion needs to know. `format`: None, "json" or a JSON schema. `adds_bos`: so the tokenizer does.

    `preserved`: special tokens that are to be shown as text. `images` belong to the marks `[img-0]`, `[img-1]`… .
    """

    prompt: str
    options: Options
    format: Any = None
    truncate: bool = True
    adds_bos: bool = False
    top_logprobs: int | None = None
    preserved: tuple[str, ...] = ()
    images: tuple[bytes, ...] = ()


@dataclass(frozen=True)
class Ending:
    """How an answer ended, and what it cost. `reason`: `stop` or `length`. Prompt tokens include cached ones."""

    reason: str
    prompt_tokens: int
    prompt_ns: int
    tokens: int
    eval_ns: int


@dataclass(frozen=True)
class Piece:
    """Some text of the answer as it arrived, or its ending. `logprobs` in Ollama's form, empty when not asked for."""

    content: str
    logprobs: Sequence[dict[str, Any]] = ()
    ending: Ending | None = None


def completion_body(ask: Ask, prompt: str | list[int], context: int) -> dict[str, Any]:
    """The child's `/completion` request. Raises FormatInvalid."""
    body: dict[str, Any] = {
        "prompt": _with_images(prompt, ask.images) if ask.images and isinstance(prompt, str) else prompt,
        "stream": True,
        "cache_prompt": True,
        "return_progress": True,  # an event for each batch: only when it cannot send one does it notice a hang-up
        **sampling_body(ask.options, context),
        **_constraint(ask.format),
    }
    if ask.top_logprobs is not None:
        body["n_probs"] = max(ask.top_logprobs, 1)
    if ask.preserved:
        body["preserved_tokens"] = list(ask.preserved)
    return body


def shortened(tokens: list[int], context: int, keep: int, adds_bos: bool) -> list[int]:
    """A prompt that is too long, with its middle left out: `keep` tokens of its start, and of its end what leaves
    half of the rest of the context free for the answer (Ollama 0.33 llm/llama_server.go)."""
    keep = min((keep if keep >= 0 else len(tokens)) + adds_bos, context - 1)
    limit = context - max((context - keep) // 2, 1)
    return tokens[:keep] + tokens[keep + len(tokens) - limit :]


class Completion:
    """A running completion; iterate it once."""

    def __init__(self, child: Child, stream: EventStream, ask: Ask) -> None:
        self._child = child
        self._stream = stream
        self._first: list[dict[str, Any]] = []
        self._ask = ask

    @classmethod
    async def start(cls, child: Child, ask: Ask) -> Completion:
        """Returns when the first piece of the answer is there.

        Raises FormatInvalid, PromptTooLong, ChildRefused, ChildTerminated.
        """
        body = completion_body(ask, await fitting_prompt(child, ask), child.spec.context)
        try:
            stream = await child.client.stream("/completion", body)
        except ConnectionLost as error:
            raise await child.terminated() from error
        completion = cls(child, stream, ask)
        try:
            await completion._wait_for_first()
        except BaseException:
            stream.close()
            raise
        return completion

    def close(self) -> None:
        self._stream.close()

    async def __aiter__(self) -> AsyncIterator[Piece]:
        """Pieces as they arrive, the last one with the Ending; none has it when the answer repeats itself without end.

        Raises ChildTerminated, and ChildRefused when the child reports an error in the middle.
        """
        last, repeats = None, 0
        try:
            batch = self._first
            while True:
                for event in batch:
                    if not _tells(event):
                        continue
                    content = event["content"]
                    if event["stop"]:
                        yield Piece(content, ending=_ending(event))
                        return
                    word = content.strip()
                    last, repeats = word, repeats + 1 if word == last else 0
                    if repeats > MOST_REPEATS:
                        return
                    if content:
                        yield Piece(content, self._logprobs(event))
                batch = await self._batch()
        finally:
            self.close()

    async def _wait_for_first(self) -> None:
        while not (told := [event for event in self._first if "prompt_progress" not in event]):
            self._first = await self._batch()
        _tells(told[0])

    async def _batch(self) -> list[dict[str, Any]]:
        try:
            batch = await self._stream.batch()
        except ConnectionLost as error:
            raise await self._child.terminated() from error
        if not batch:
            raise await self._child.terminated()
        return batch

    def _logprobs(self, event: dict[str, Any]) -> Sequence[dict[str, Any]]:
        if self._ask.top_logprobs is None:
            return ()
        return [_logprob(entry, self._ask.top_logprobs > 0) for entry in event.get("completion_probabilities", ())]


async def fitting_prompt(child: Child, ask: Ask) -> str | list[int]:
    """The prompt, cut to the context where it must be and may be. Raises PromptTooLong, ChildTerminated."""
    context = child.spec.context
    if not ask.truncate or ask.images or context <= 1 or len(ask.prompt.encode("utf-8", "replace")) < context:
        return ask.prompt  # a token is at least a byte
    tokens = await tokenize(child, ask.prompt, add_special=True)
    if len(tokens) < context:
        return ask.prompt
    if not child.spec.context_shift:
        raise PromptTooLong(context)
    return shortened(tokens, context, ask.options.num_keep, ask.adds_bos)


async def tokenize(child: Child, text: str, *, add_special: bool = False) -> list[int]:
    """Raises ChildTerminated."""
    try:
        answer = await child.client.post("/tokenize", {"content": text, "add_special": add_special})
    except ConnectionLost as error:
        raise await child.terminated() from error
    tokens: list[int] = answer["tokens"]
    return tokens


async def detokenize(child: Child, tokens: Sequence[int]) -> str:
    """Raises ChildRefused for tokens that the model does not have, ChildTerminated."""
    try:
        return str((await child.client.post("/detokenize", {"tokens": list(tokens)}))["content"])
    except ConnectionLost as error:
        raise await child.terminated() from error


def _tells(event: dict[str, Any]) -> bool:
    """Whether it is part of the answer. Raises ChildRefused for an error that llama.cpp met on the way."""
    if "error" in event:
        raise ChildRefused(500, json.dumps({"error": event["error"]}))
    return "prompt_progress" not in event


def _constraint(wanted: Any) -> dict[str, Any]:
    if wanted is None or wanted == "":
        return {}
    if wanted == "json":
        return {"grammar": JSON_GRAMMAR}
    if isinstance(wanted, dict):
        return {"json_schema": wanted}
    raise FormatInvalid(json.dumps(wanted, ensure_ascii=False, separators=(",", ":")))


def _with_images(prompt: str, images: Sequence[bytes]) -> dict[str, Any]:
    """A model that cannot see refuses this in its own words, which are Ollama's too."""
    for number in range(len(images)):
        prompt = prompt.replace(f"[img-{number}]", "<__media__>", 1)
    return {"prompt_string": prompt, "multimodal_data": [base64.b64encode(image).decode() for image in images]}


def _ending(event: dict[str, Any]) -> Ending:
    timings = event["timings"]
    return Ending(
        reason="length" if event["stop_type"] == "limit" else "stop",
        prompt_tokens=timings.get("cache_n", 0) + timings["prompt_n"],
        prompt_ns=int(timings["prompt_ms"] * 1e6),
        tokens=timings["predicted_n"],
        eval_ns=int(timings["predicted_ms"] * 1e6),
    )


def _logprob(entry: dict[str, Any], with_top: bool) -> dict[str, Any]:
    told = _token(entry)
    if with_top and (top := entry.get("top_logprobs")):
        told["top_logprobs"] = [_token(other) for other in top]
    return told


def _token(entry: dict[str, Any]) -> dict[str, Any]:
    text = entry["token"]
    return {"token": text, "logprob": entry["logprob"], "bytes": list(text.encode("utf-8", "replace"))}
