"""Prompts: Ollama's Go templates, the messages and tools that go into them, and cutting a chat to the context.

Pure: no IO, no HTTP. Importing this room imports gotpl (0.1 s, 12 MB), so only the engine's process does.
"""

from arriero.engine.prompt.capabilities import no_thinking_text, refuse_unsupported, unsupported_text
from arriero.engine.prompt.errors import TemplateFailed, TemplateInvalid, ToolInvalid
from arriero.engine.prompt.fit import fit_messages
from arriero.engine.prompt.go_json import go_json
from arriero.engine.prompt.messages import Message, Thinking, ToolCall
from arriero.engine.prompt.template import Template
from arriero.engine.prompt.tools import Tool

__all__ = [
    "Message",
    "Template",
    "TemplateFailed",
    "TemplateInvalid",
    "Thinking",
    "Tool",
    "ToolCall",
    "ToolInvalid",
    "fit_messages",
    "go_json",
    "no_thinking_text",
    "refuse_unsupported",
    "unsupported_text",
]
