"""Messages as templates see them: neighbours of one role joined, system messages gathered, fields by Go's names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from arriero.engine.prompt.go_json import go_json
from arriero.engine.prompt.go_values import Named, NilList, Shape, Struct, as_decoded
from arriero.engine.prompt.messages import Message, Thinking, ToolCall

Values = dict[str, object]
"""What a template's `.` holds at its start."""


def _plain(name: str, *fields: str) -> Shape:
    """Ollama gives these structs no JSON keys of their own."""
    return Shape(name, {field: (field, False) for field in fields})


_MESSAGE = _plain(
    "*template.templateMessage", "Role", "Content", "Thinking", "Images", "ToolCalls", "ToolName", "ToolCallID"
)
_CALL = _plain("template.templateToolCall", "ID", "Function")
_CALL_FUNCTION = _plain("template.templateToolCallFunction", "Index", "Name", "Arguments")


class Arguments(Named, dict[str, object]):
    """The arguments of a call; they print as JSON, and numbers among them are float64."""

    type_name = "template.templateArgs"

    def go_string(self) -> str:
        return go_json(self)


def collate(messages: Sequence[Message]) -> tuple[str, list[Message]]:
    """All system messages as one text, and the messages with neighbours of one role joined by a blank line.

    Tool results stay apart. A joined message keeps all but the content from its first part.
    """
    joined: list[Message] = []
    for message in messages:
        if joined and joined[-1].role == message.role != "tool":
            joined[-1] = replace(joined[-1], content=f"{joined[-1].content}\n\n{message.content}")
        else:
            joined.append(message)
    return "\n\n".join(message.content for message in messages if message.role == "system"), joined


def thinking_values(thinking: Thinking) -> Values:
    return {"Think": thinking.enabled, "ThinkLevel": thinking.level, "IsThinkSet": thinking.is_set}


def message_value(message: Message) -> Struct:
    return Struct(
        _MESSAGE,
        {
            "Role": message.role,
            "Content": message.content,
            "Thinking": message.thinking,
            "Images": list(message.images) or NilList(),
            "ToolCalls": [_call_value(call) for call in message.tool_calls] or NilList(),
            "ToolName": message.tool_name,
            "ToolCallID": message.tool_call_id,
        },
    )


def _call_value(call: ToolCall) -> Struct:
    arguments = Arguments((name, as_decoded(value)) for name, value in call.arguments.items())
    function = Struct(_CALL_FUNCTION, {"Index": call.index, "Name": call.name, "Arguments": arguments})
    return Struct(_CALL, {"ID": call.id, "Function": function})


@dataclass(frozen=True)
class Exchange:
    """One turn of a template that knows no messages: instruction, question, answer."""

    system: str = ""
    prompt: str = ""
    response: str = ""

    def values(self, thinking: Thinking) -> Values:
        turn = {"System": self.system, "Prompt": self.prompt, "Response": self.response}
        return {**turn, **thinking_values(thinking)}


def exchanges(messages: Sequence[Message]) -> list[Exchange]:
    """The turns in order; the last one is never missing and is the one to be answered. Tool results are not told."""
    done: list[Exchange] = []
    turn = Exchange()
    for message in collate(messages)[1]:
        if _begins_turn(message.role, turn):
            done.append(turn)
            turn = Exchange()
        slot = {"system": "system", "user": "prompt", "assistant": "response"}.get(message.role)
        if slot:
            turn = replace(turn, **{slot: message.content})
    return [*done, turn]


def _begins_turn(role: str, turn: Exchange) -> bool:
    if role == "system":
        return bool(turn.prompt or turn.response)
    return role == "user" and bool(turn.response)
