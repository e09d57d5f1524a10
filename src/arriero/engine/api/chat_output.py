"""From the text of an answer to the messages of its chunks: thoughts, tool calls, content. Pure.

Source: Ollama 0.33 server/routes.go. A piece of which nothing is certain yet makes no message, unless it ends the
answer or carries logprobs.
"""

from __future__ import annotations

from collections.abc import Sequence

from arriero.engine.api.service import Json
from arriero.engine.output import ThinkingParser, ToolParser
from arriero.engine.prompt import ToolCall


class ChatOutput:
    """One answer. `wants_format`: its content is to follow a grammar, which must not bind its thoughts.

    So an answer that `thinks_first` is begun without the grammar; when `format_is_due` it is begun again with it, the
    `thoughts` before it.
    """

    def __init__(self, thinking: ThinkingParser | None, calls: ToolParser | None, wants_format: bool) -> None:
        self._thinking = thinking
        self._calls = calls
        self.thinks_first = wants_format and thinking is not None
        self.format_is_due = False
        self._thoughts: list[str] = []

    @property
    def thoughts(self) -> str:
        return "".join(self._thoughts)

    def begin_formatted(self) -> None:
        self.thinks_first = self.format_is_due = False

    def messages(self, text: str, *, ended: bool, logprobs: bool) -> list[Json]:
        """The message of the next chunk, in a list of none or one."""
        thought, content = self._thinking.feed(text) if self._thinking else ("", text)
        if self._thinking and not (thought or content or ended):
            return []
        self._thoughts.append(thought)
        if self.thinks_first and content and self.thoughts:
            self.format_is_due = True
            return [_message("", thought)]
        if self._calls is None:
            return [_message(content, thought)]
        return self._with_calls(self._calls, content, thought, ended, logprobs)

    def _with_calls(self, parser: ToolParser, content: str, thought: str, ended: bool, logprobs: bool) -> list[Json]:
        calls, certain = parser.feed(content)
        if certain:
            return [_message(certain, thought)]
        if calls:
            return [_message("", thought, calls)]
        if thought:
            return [_message(content, thought)]
        if ended:
            return [_message(parser.rest(), "")]
        return [_message("", "")] if logprobs else []


def _message(content: str, thought: str, calls: Sequence[ToolCall] = ()) -> Json:
    message: Json = {"role": "assistant", "content": content}
    if thought:
        message["thinking"] = thought
    if calls:
        message["tool_calls"] = [_call(call) for call in calls]
    return message


def _call(call: ToolCall) -> Json:
    return {"id": call.id, "function": {"index": call.index, "name": call.name, "arguments": call.arguments}}
