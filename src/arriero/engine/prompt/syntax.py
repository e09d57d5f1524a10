"""Template text to its tree, by gotpl's parser; what is wrong with it in Go's own words.

Positions in the tree are byte offsets, as in Go. Go names a template after its file; Ollama's have no name, hence
`template: :LINE:`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from gotpl import TemplateSyntaxError
from gotpl.parse.nodes import ListNode
from gotpl.parse.parser import parse_template

from arriero.engine.prompt.errors import TemplateInvalid
from arriero.engine.prompt.functions import OLLAMA

_IN_GO = (
    (re.compile(r"function '(.+)' not defined"), r'function "\1" not defined'),
    (re.compile(r"undefined variable '(.+)'"), r'undefined variable "\1"'),
    (re.compile(r"unexpected (end|else)"), r"unexpected {{\1}}"),
    (re.compile(r"(break|continue) outside range"), r"{{\1}} outside {{range}}"),
    (re.compile(r"bad number syntax: '(.+)'"), r'bad number syntax: "\1"'),
    (re.compile(r"multiple definition of (.+)"), r'template: multiple definition of template "\1"'),
    (re.compile(r"unexpected '(.+)'"), r'unexpected "\1" in operand'),
)


@dataclass(frozen=True)
class Syntax:
    """A parsed template: the tree of the whole, and those that it defines by name."""

    text: bytes
    root: ListNode
    definitions: Mapping[str, ListNode]


def parse(text: str) -> Syntax:
    """Raises TemplateInvalid."""
    try:
        tree = parse_template(text, functions=OLLAMA)
    except TemplateSyntaxError as error:
        raise TemplateInvalid(_go_words(error, last_line=text.count("\n") + 1)) from error
    return Syntax(text.encode(), tree.root, {item.name: item.body for item in tree.definitions})


def _go_words(error: TemplateSyntaxError, last_line: int) -> str:
    message = str(error).removeprefix(f"template:{error.line}:{error.column}: ")
    if message == "unclosed action" and error.line != last_line:
        return f"template: :{last_line}: {message} started at :{error.line}"
    matching = (pattern.sub(words, message) for pattern, words in _IN_GO if pattern.fullmatch(message))
    return f"template: :{error.line}: {next(matching, message)}"
