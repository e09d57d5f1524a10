"""Ollama's chat templates: Go template text in, prompts out, byte for byte as Ollama 0.33 renders them.

A model without such a template gets its prompt from the Jinja template of its GGUF, which is not done here: the
llama.cpp server renders that one itself (`/apply-template`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache

from gotpl.parse import nodes

from arriero.engine.prompt import facts
from arriero.engine.prompt.conversation import Values, collate, exchanges, message_value, thinking_values
from arriero.engine.prompt.cut import after_response
from arriero.engine.prompt.errors import TemplateFailed, TemplateInvalid
from arriero.engine.prompt.expressions import Failure
from arriero.engine.prompt.messages import Message, Thinking
from arriero.engine.prompt.program import Program, build, render
from arriero.engine.prompt.syntax import parse
from arriero.engine.prompt.tools import NoTools, Tool, ToolList

MOST_CHARACTERS = 1 << 17
"""Parsing takes seconds for a megabyte; the longest templates of known models have some 20,000."""


@dataclass(frozen=True)
class Template:
    """A parsed template; parsing costs milliseconds and is remembered per text, rendering may run anywhere at once.

    `variables` in lower case. `tool_tag` is what the model writes before a call, `thinking_tags` what it puts around
    its thoughts, ("", "") where the template does not tell.
    """

    text: str
    variables: frozenset[str]
    tool_tag: str
    thinking_tags: tuple[str, str]
    _whole: Program
    _last: Program

    @classmethod
    def parse(cls, text: str) -> Template:
        """Raises TemplateInvalid with Go's own words, or for a text that is too long to be one."""
        if len(text) > MOST_CHARACTERS:
            raise TemplateInvalid(f"template: longer than {MOST_CHARACTERS} characters")
        return _parsed(text)

    def capabilities(self) -> frozenset[str]:
        """What the template is made for, of `tools`, `insert` (fill in the middle) and `thinking`."""
        found = {"tools": "tools" in self.variables, "insert": "suffix" in self.variables}
        return frozenset(name for name, there in {**found, "thinking": all(self.thinking_tags)}.items() if there)

    def render_chat(self, messages: Sequence[Message], tools: Sequence[Tool], thinking: Thinking) -> str:
        """The prompt of a chat. Raises TemplateFailed."""
        with _failures():
            if "messages" not in self.variables:
                *done, last = (turn.values(thinking) for turn in exchanges(messages))
                return "".join(render(self._whole, values) for values in done) + render(self._last, last)
            system, joined = collate(messages)
            values: Values = {
                "System": system,
                "Messages": [message_value(message) for message in joined],
                "Tools": ToolList(tool.value for tool in tools) or NoTools(),
                "Response": "",
                **thinking_values(thinking),
            }
            return render(self._whole, values)

    def render_fill(self, prompt: str, suffix: str, thinking: Thinking) -> str:
        """The prompt that asks for what stands between two texts, neither of them empty. Raises TemplateFailed."""
        values: Values = {"Prompt": prompt, "Suffix": suffix, "Response": "", **thinking_values(thinking)}
        with _failures():
            return render(self._whole, values)


@lru_cache(maxsize=64)
def _parsed(text: str) -> Template:
    syntax = parse(text)
    names = facts.variables(syntax)
    if not names & {"messages", "response"}:
        syntax = replace(syntax, root=nodes.ListNode((*syntax.root.nodes, *parse("{{ .Response }}").root.nodes)))
        names |= {"response"}
    whole = build(syntax, nil_fails=True)
    last = replace(syntax, root=after_response(syntax.root))
    return Template(
        text=text,
        variables=names,
        tool_tag=facts.tool_tag(syntax.root),
        thinking_tags=facts.thinking_tags(syntax.root),
        _whole=whole,
        _last=whole if "messages" in names else build(last, nil_fails=False),
    )


@contextmanager
def _failures() -> Iterator[None]:
    try:
        yield
    except Failure as failure:
        raise TemplateFailed(str(failure)) from failure
    except RecursionError as error:  # a template that calls itself, or arguments nested without end
        raise TemplateFailed("exceeded max depth") from error
