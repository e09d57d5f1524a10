"""A template's tree as a program that writes a prompt: text, branches, loops, calls of other templates.

Invariant: a Program is immutable once built and runs hold their state in their own list of variables, so that one
may run any number of times, in any thread. Source: Go 1.26 text/template/exec.go.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import Enum, auto

from gotpl.parse import nodes

from arriero.engine.prompt.expressions import CHARACTERS_PER_UNIT, Expressions, Scope, Source, Variables, Work
from arriero.engine.prompt.go_json import InOrder
from arriero.engine.prompt.go_values import shown, text, truth
from arriero.engine.prompt.syntax import Syntax

Write = Callable[[str], None]
_BYTES_PER_UNIT = 32  # of a pipeline: some terms


class Leave(Enum):
    """How a loop's body ends before its end."""

    BREAK = auto()
    CONTINUE = auto()


Step = Callable[[Write, Variables, object], Leave | None]
"""(where to, the run's variables, the dot) -> how to go on"""


@dataclass(frozen=True)
class Program:
    """One tree, ready to run; `size` is how many variables live at once."""

    body: Step
    size: int

    def run(self, write: Write, dot: object, work: Work) -> None:
        """Raises Failure with Go's words, or when `work` ends."""
        self.body(write, Variables(dot, self.size, work), dot)


def build(syntax: Syntax, *, nil_fails: bool) -> Program:
    """The program of the whole template; those it defines are built with it.

    `nil_fails`: whether a field of a value that is not there is an error (Go's `missingkey=zero`) or not there either.
    """
    programs: dict[str, Program] = {}
    for name, tree in syntax.definitions.items():
        programs[name] = _program(tree, Expressions(Source(syntax.text, name), Scope(), nil_fails), programs)
    return _program(syntax.root, Expressions(Source(syntax.text, ""), Scope(), nil_fails), programs)


def render(program: Program, values: Mapping[str, object]) -> str:
    """Raises what `Program.run` raises."""
    parts: list[str] = []
    program.run(parts.append, dict(values), Work())
    return "".join(parts)


def _program(tree: nodes.ListNode, expressions: Expressions, programs: Mapping[str, Program]) -> Program:
    body = _Builder(expressions, programs).list(tree)
    return Program(body, expressions.scope.most)


@dataclass(frozen=True)
class _Builder:
    """Builds one tree. `programs` may still be filling: calls look their program up when they run."""

    expressions: Expressions
    programs: Mapping[str, Program]

    @property
    def scope(self) -> Scope:
        return self.expressions.scope

    @property
    def source(self) -> Source:
        return self.expressions.source

    def list(self, tree: nodes.ListNode | None) -> Step:
        """The nodes one after the other; what they declare is gone after them."""
        mark = len(self.scope.names)
        steps = tuple(self._node(node) for node in tree.nodes) if tree else ()
        del self.scope.names[mark:]
        cost = 1 + sum(map(_cost, tree.nodes if tree else ()))

        def run(write: Write, variables: Variables, dot: object) -> Leave | None:
            variables.work.spend(cost)
            for step in steps:
                leave = step(write, variables, dot)
                if leave:
                    return leave
            return None

        return run

    def _node(self, node: nodes.TemplateNode) -> Step:
        match node:
            case nodes.TextNode(text=words):
                step = _text(words)
            case nodes.ActionNode(pipeline=pipeline):
                step = self._action(pipeline)
            case nodes.IfNode() | nodes.WithNode():
                step = self._branch(node)
            case nodes.RangeNode():
                step = self._range(node)
            case nodes.BreakNode():
                step = _leave(Leave.BREAK)
            case nodes.ContinueNode():
                step = _leave(Leave.CONTINUE)
            case nodes.TemplateCallNode() | nodes.BlockNode():
                step = self._call(node)
        return step

    def _action(self, pipeline: nodes.PipeNode) -> Step:
        value = self.expressions.pipeline(pipeline)
        silent = bool(pipeline.declarations)

        def act(write: Write, variables: Variables, dot: object) -> None:
            result = value(variables, dot)
            if not silent:
                words = text(result)
                variables.work.spend_on(words)
                write(words)

        return act

    def _branch(self, node: nodes.IfNode | nodes.WithNode) -> Step:
        changes_dot = isinstance(node, nodes.WithNode)
        mark = len(self.scope.names)
        condition = self.expressions.pipeline(node.pipeline)
        body, other = self.list(node.body), self.list(node.else_body)
        del self.scope.names[mark:]

        def branch(write: Write, variables: Variables, dot: object) -> Leave | None:
            value = condition(variables, dot)
            if truth(value):
                return body(write, variables, value if changes_dot else dot)
            return other(write, variables, dot)

        return branch

    def _range(self, node: nodes.RangeNode) -> Step:
        mark = len(self.scope.names)
        names, plain = node.pipeline.declarations, _without_names(node.pipeline)
        values = self.expressions.pipeline(plain)
        places = [self._loop_variable(name, node.pipeline) for name in names]
        body, other = self.list(node.body), self.list(node.else_body)
        del self.scope.names[mark:]
        source = self.source

        def loop(write: Write, variables: Variables, dot: object) -> Leave | None:
            value = values(variables, dot)
            items = _items(value, len(places))
            if items is None:
                raise source.at(plain.commands[-1], _no_items(value, len(places)))
            for place in places:
                variables[place] = value
            ran = False
            for key, item in items:
                ran = True
                for place, given in zip(places, (key, item)[-len(places) :], strict=False):
                    variables[place] = given
                if body(write, variables, item) is Leave.BREAK:
                    break
            leave = None if ran else other(write, variables, dot)
            return None if leave is Leave.BREAK else leave  # Go: a `break` in the `else` ends but this loop

        return loop

    def _loop_variable(self, name: nodes.VariableNode, pipeline: nodes.PipeNode) -> int:
        place = self.scope.find(name.name) if pipeline.is_assignment else None
        return self.scope.declare(name.name) if place is None else place

    def _call(self, node: nodes.TemplateCallNode | nodes.BlockNode) -> Step:
        argument = self.expressions.pipeline(node.pipeline) if node.pipeline else None
        source, programs, name = self.source, self.programs, node.name

        def call(write: Write, variables: Variables, dot: object) -> None:
            if name not in programs:
                raise source.at(node, f'template "{name}" not defined')
            programs[name].run(write, argument(variables, dot) if argument else None, variables.work)

        return call


def _cost(node: nodes.TemplateNode) -> int:
    """In units of Work: a step, and what there is to evaluate or to write in it."""
    written = len(node.text) // CHARACTERS_PER_UNIT if isinstance(node, nodes.TextNode) else 0
    pipeline = getattr(node, "pipeline", None)
    return 1 + written + ((pipeline.end - pipeline.start) // _BYTES_PER_UNIT if pipeline else 0)


def _text(words: str) -> Step:
    def say(write: Write, _variables: Variables, _dot: object) -> None:
        write(words)

    return say


def _leave(how: Leave) -> Step:
    return lambda _write, _variables, _dot: how


def _no_items(value: object, names: int) -> str:
    if isinstance(value, int) and not isinstance(value, bool) and names:
        return f"can't use {value} to iterate over more than one variable"
    return f"range can't iterate over {shown(value)}"


def _without_names(pipeline: nodes.PipeNode) -> nodes.PipeNode:
    return nodes.PipeNode((), False, pipeline.commands, pipeline.start, pipeline.end)


def _items(value: object, names: int) -> Iterable[tuple[object, object]] | None:
    """Key and value of every item, maps sorted by key; None for what has no items."""
    if value is None:
        return ()
    if isinstance(value, list):
        return enumerate(value)
    if isinstance(value, InOrder):
        return None  # a struct of Ollama's without fields; only its JSON can be seen
    if isinstance(value, dict):
        return [(key, value[key]) for key in sorted(value)]
    if isinstance(value, int) and not isinstance(value, bool) and names < 2:
        return ((number, number) for number in range(value))
    return enumerate(value) if isinstance(value, bytes) else None
