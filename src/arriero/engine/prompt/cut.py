"""The template of the last exchange: everything after `.Response` is taken away, wherever in the tree that is.

So does Ollama with a template that has no `.Messages`: the model writes on where its answer would stand. Branches
that open before it stay, conditions are not looked at. Source: Ollama 0.33 template/template.go.

Ollama runs such a cut template without its own functions (`json`, `currentDate`) and definitions, and panics where
`.Response` stands in a branch with an `else`: oversights, which are not followed. Nor does it ask there for missing
values to be zero, and that is followed (`nil_fails` of program.build), for it renders where it would fail otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from gotpl.parse import nodes


def after_response(tree: nodes.ListNode) -> nodes.ListNode:
    """The tree up to and with the first `.Response` that is written."""
    return _Knife().list(tree)


@dataclass
class _Knife:
    done: bool = False

    def list(self, tree: nodes.ListNode) -> nodes.ListNode:
        kept: list[nodes.TemplateNode] = []
        for node in tree.nodes:
            if self.done:
                break
            part = self._node(node)
            if part is not None:
                kept.append(part)
        return nodes.ListNode(tuple(kept))

    def _node(self, node: nodes.TemplateNode) -> nodes.TemplateNode | None:
        if isinstance(node, nodes.IfNode | nodes.WithNode | nodes.RangeNode):
            body = self.list(node.body)
            other = self.list(node.else_body) if node.else_body and not self.done else None
            return replace(node, body=body, else_body=other)
        if isinstance(node, nodes.ActionNode):
            pipeline = self._pipeline(node.pipeline)
            return replace(node, pipeline=pipeline) if pipeline else None
        return node

    def _pipeline(self, node: nodes.PipeNode) -> nodes.PipeNode | None:
        commands: list[nodes.CommandNode] = []
        for command in node.commands:
            arguments = tuple(kept for argument in command.arguments if (kept := self._term(argument)))
            if not arguments:  # `.Response | html`: nothing of such a pipeline stays
                return None
            commands.append(replace(command, arguments=arguments))
        return replace(node, commands=tuple(commands))

    def _term(self, node: nodes.TermNode) -> nodes.TermNode | None:
        if isinstance(node, nodes.FieldNode) and "Response" in node.fields:
            self.done = True
            return node
        if self.done:
            return None
        if isinstance(node, nodes.ParenthesizedNode) and not node.fields:
            pipeline = self._pipeline(node.pipeline)
            return replace(node, pipeline=pipeline) if pipeline else None
        return node
