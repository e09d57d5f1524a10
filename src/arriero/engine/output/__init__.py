"""What a model writes, taken apart as it arrives: tool calls, thoughts and the answer. Pure, no IO."""

from arriero.engine.output.thinking_parser import ThinkingParser
from arriero.engine.output.tool_parser import ToolParser

__all__ = ["ThinkingParser", "ToolParser"]
