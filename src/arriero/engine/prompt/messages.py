"""What a client says and what a model calls: the values that prompts are made of. Frozen, no behaviour."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class ToolCall:
    """One call of a tool. `arguments` are as JSON gives them; `index` counts the calls of one answer from 0."""

    name: str
    arguments: dict[str, object] = field(default_factory=dict)
    id: str = ""
    index: int = 0


@dataclass(frozen=True)
class Message:
    """One message of `/api/chat`; `role` in lower case (`system`, `user`, `assistant`, `tool`), images as raw bytes."""

    role: str
    content: str = ""
    thinking: str = ""
    images: tuple[bytes, ...] = ()
    tool_calls: tuple[ToolCall, ...] = ()
    tool_name: str = ""
    tool_call_id: str = ""


@dataclass(frozen=True)
class Thinking:
    """Whether the model shall think. `level`: `low`, `medium`, `high`, `max` or nothing; `is_set`: someone said so."""

    enabled: bool = False
    level: str = ""
    is_set: bool = False
