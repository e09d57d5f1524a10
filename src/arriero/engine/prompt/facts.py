"""What a template's tree says about its model: the variables it reads, how the model marks calls and thoughts.

Found by walking the tree, never by searching the text. Source: Ollama 0.33, template/template.go (Vars),
tools/template.go (the tag), thinking/template.go (the tags).
"""

from __future__ import annotations

from collections.abc import Iterator

from gotpl.parse import nodes

from arriero.engine.prompt.errors import TemplateInvalid
from arriero.engine.prompt.syntax import Syntax

_Branch = nodes.IfNode | nodes.WithNode | nodes.RangeNode


def variables(syntax: Syntax) -> frozenset[str]:
    """Names of fields and variables in lower case, of the definitions too. Raises TemplateInvalid."""
    trees = (syntax.root, *syntax.definitions.values())
    return frozenset(name.lower() for tree in trees for name in _names_in_list(tree))


def _names_in_list(tree: nodes.ListNode | None) -> Iterator[str]:
    for node in tree.nodes if tree else ():
        if isinstance(node, nodes.TemplateCallNode) and node.pipeline is None:
            raise TemplateInvalid("undefined template specified")  # Ollama wants a value handed over
        pipeline = getattr(node, "pipeline", None)
        if pipeline is not None:
            yield from _names_in_pipeline(pipeline)
        if isinstance(node, _Branch):
            yield from _names_in_list(node.body)
            yield from _names_in_list(node.else_body)


def _names_in_pipeline(pipeline: nodes.PipeNode) -> Iterator[str]:
    for command in pipeline.commands:
        for term in command.arguments:
            if isinstance(term, nodes.FieldNode):
                yield from term.fields
            elif isinstance(term, nodes.VariableNode):
                yield from (term.name, *term.fields)
            elif isinstance(term, nodes.ParenthesizedNode) and not term.fields:
                yield from _names_in_pipeline(term.pipeline)  # with fields after it, Ollama does not look inside


def tool_tag(root: nodes.ListNode) -> str:
    """What a model writes before a call: the first text inside the first `if .ToolCalls`, up to a brace; else `{`."""
    branch = _if_tool_calls(root)
    words = _first_text(branch.body) if branch else None
    return (words or "").strip().replace("\r\n", "\n").split("{")[0].strip() or "{"


def _if_tool_calls(tree: nodes.ListNode | None) -> nodes.IfNode | None:
    for node in tree.nodes if tree else ():
        if isinstance(node, nodes.IfNode) and _names_field(node.pipeline, "ToolCalls"):
            return node
        if isinstance(node, _Branch):
            found = _if_tool_calls(node.body) or _if_tool_calls(node.else_body)
            if found:
                return found
    return None


def _names_field(pipeline: nodes.PipeNode, name: str) -> bool:
    terms = (term for command in pipeline.commands for term in command.arguments)
    return any(isinstance(term, nodes.FieldNode) and name in term.fields for term in terms)


def _first_text(tree: nodes.ListNode | None) -> str | None:
    """The first text that is not blank; an action before it hides it, and so does a branch without one."""
    for node in tree.nodes if tree else ():
        if isinstance(node, nodes.TextNode) and node.text.strip():
            return node.text
        if isinstance(node, _Branch):
            return _first_text(node.body) or _first_text(node.else_body)
        if isinstance(node, nodes.ActionNode):
            return None
    return None


def thinking_tags(root: nodes.ListNode) -> tuple[str, str]:
    """The texts around `.Thinking` in a range over `.Messages`: first and last of the list that holds it."""
    opening, closing = "", ""
    for holder in _lists_with_thinking(root, in_messages=False):
        first, last = holder.nodes[0], holder.nodes[-1]
        opening = first.text.strip() if isinstance(first, nodes.TextNode) else opening
        closing = last.text.strip() if isinstance(last, nodes.TextNode) else closing
    return opening, closing


def _lists_with_thinking(tree: nodes.ListNode | None, *, in_messages: bool) -> Iterator[nodes.ListNode]:
    """Every list with a mention of `.Thinking`, in their order; a condition counts for the list around it."""
    for node in tree.nodes if tree else ():
        assert tree is not None
        inside = in_messages
        if isinstance(node, nodes.RangeNode):
            inside = _mentions(node.pipeline, "Messages")
        pipeline = getattr(node, "pipeline", None)
        if inside and pipeline is not None and _mentions(pipeline, "Thinking"):
            yield tree
        if isinstance(node, _Branch):
            yield from _lists_with_thinking(node.body, in_messages=inside)
            yield from _lists_with_thinking(node.else_body, in_messages=inside)


def _mentions(pipeline: nodes.PipeNode, name: str) -> bool:
    """Whether a field chain in it, also inside plain parentheses, begins with the name."""
    terms = [term for command in pipeline.commands for term in command.arguments]
    return any(
        (isinstance(term, nodes.FieldNode) and term.fields[0] == name)
        or (isinstance(term, nodes.ParenthesizedNode) and not term.fields and _mentions(term.pipeline, name))
        for term in terms
    )
