"""Pipelines of a template as Python functions: what a field, a variable, a call or a chain of them gives.

Everything that the text alone decides (which variable is meant, which function, how many arguments) is decided here,
once; a run only follows. Source: Go 1.26 text/template/exec.go, also for the words of every error.

gotpl 0.1.0 could run its own trees; it is not let, for it loses the dot at a `continue` inside `with`, leaves a
finished iteration's variables visible to the next, and takes a missing value for an error in `eq`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from gotpl.parse import nodes
from gotpl.runtime.values import number_value

from arriero.engine.prompt.functions import FUNCTIONS, Function
from arriero.engine.prompt.go_values import GoError, Struct, truth, type_name

MOST_WORK = 300_000  # half a second; a message of a chat takes some twenty
CHARACTERS_PER_UNIT = 256


class Failure(Exception):
    """A run that ended early: the message is Go's, with place and context."""


class Work:
    """What one prompt may still cost: a unit for a step, and for so many characters that are read or made.

    Go has no such bound; without one `{{ range 1000000000 }}` holds the engine for as long as it likes.
    """

    def __init__(self) -> None:
        self.left = MOST_WORK

    def spend(self, units: int) -> None:
        """Raises Failure."""
        self.left -= units
        if self.left < 0:
            raise Failure("template: more work than a prompt may take")

    def spend_on(self, words: str) -> None:
        self.spend(len(words) // CHARACTERS_PER_UNIT)


class Variables(list[object]):
    """The variables of one run, the dot that it began with first; `work` is shared by all the runs of a prompt."""

    def __init__(self, dot: object, size: int, work: Work) -> None:
        super().__init__([dot] + [None] * (size - 1))
        self.work = work


Evaluate = Callable[[Variables, object], object]
"""(the run's variables, the dot) -> value"""


class Spot(Protocol):
    """Where in the text something stands, in bytes."""

    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...


@dataclass(frozen=True)
class Source:
    """Where a tree comes from, to say where it failed."""

    text: bytes
    template: str

    def at(self, node: Spot, message: object, skipped: int = 0) -> Failure:
        """`skipped`: how many bytes of the node stand before the place that Go names."""
        start = node.start + skipped
        line_start = self.text.rfind(b"\n", 0, start) + 1
        line = self.text.count(b"\n", 0, start) + 1
        context = " ".join(self.text[node.start : node.end].decode(errors="replace").split())
        place = f"{line}:{start - line_start}"
        return Failure(f'template: :{place}: executing "{self.template}" at <{context}>: {message}')


@dataclass
class Scope:
    """The variables that are visible at one point of the text, innermost last; each has its place in the run's list."""

    names: list[str] = field(default_factory=lambda: ["$"])
    most: int = 1

    def declare(self, name: str) -> int:
        self.names.append(name)
        self.most = max(self.most, len(self.names))
        return len(self.names) - 1

    def find(self, name: str) -> int | None:
        found = (place for place in range(len(self.names) - 1, -1, -1) if self.names[place] == name)
        return next(found, None)


@dataclass(frozen=True)
class Expressions:
    """Compiles the pipelines of one tree. With `nil_fails` a field of nothing is an error, else nothing again."""

    source: Source
    scope: Scope
    nil_fails: bool

    def pipeline(self, node: nodes.PipeNode) -> Evaluate:
        """The value of a pipeline, stored in the variable that it declares or assigns, if it does."""
        value: Evaluate | None = None
        for command in node.commands:
            value = self._command(command, value)
        assert value is not None
        for variable in node.declarations:
            place = self._place(variable) if node.is_assignment else self.scope.declare(variable.name)
            value = _stored(value, place)
        return value

    def _command(self, node: nodes.CommandNode, piped: Evaluate | None) -> Evaluate:
        first, *rest = node.arguments
        if isinstance(first, nodes.IdentifierNode):
            return self._call(first, node, rest, piped)
        if (rest or piped) and not isinstance(first, nodes.NilNode):
            return self._not_callable(first)
        if isinstance(first, nodes.NilNode):
            return _failing(self.source.at(first, "nil is not a command"))
        return self._term(first)

    def _not_callable(self, node: nodes.TermNode) -> Evaluate:
        fields = getattr(node, "fields", ())
        if fields:
            return _failing(self.source.at(node, f"{fields[-1]} is not a method but has arguments"))
        text = self.source.text[node.start : node.end].decode()
        return _failing(self.source.at(node, f"can't give argument to non-function {text}"))

    def _call(
        self,
        name: nodes.IdentifierNode,
        node: nodes.CommandNode,
        rest: Sequence[nodes.TermNode],
        piped: Evaluate | None,
    ) -> Evaluate:
        arguments = [self._term(argument) for argument in rest]
        if name.name in {"and", "or"}:
            return self._logical(name, arguments, piped)
        function = FUNCTIONS[name.name]
        wrong = function.arity_error(name.name, len(arguments) + (piped is not None))
        if wrong:
            return _failing(self.source.at(name, wrong))
        return self._applied(function, name.name, node, arguments, piped)

    def _applied(
        self,
        function: Function,
        name: str,
        node: nodes.CommandNode,
        arguments: list[Evaluate],
        piped: Evaluate | None,
    ) -> Evaluate:
        call = function.call

        def apply(variables: Variables, dot: object) -> object:
            last = () if piped is None else (piped(variables, dot),)
            values = [argument(variables, dot) for argument in arguments]
            for value in (*values, *last):
                if isinstance(value, str):
                    variables.work.spend_on(value)
            try:
                made = call(*values, *last)
            except GoError as error:
                raise self.source.at(node, f"error calling {name}: {error}") from None
            if isinstance(made, str):
                variables.work.spend_on(made)
            return made

        return apply

    def _logical(self, name: nodes.IdentifierNode, arguments: list[Evaluate], piped: Evaluate | None) -> Evaluate:
        """`and` and `or`: the first value that decides, else the last; what comes after is not looked at."""
        if not arguments and piped is None:
            return _failing(self.source.at(name, f"wrong number of args for {name.name}: want at least 1 got 0"))
        decides = name.name == "or"

        def decide(variables: Variables, dot: object) -> object:
            last = None if piped is None else piped(variables, dot)
            for argument in arguments:
                value = argument(variables, dot)
                if truth(value) is decides:
                    return value
            return value if piped is None else last

        return decide

    def _term(self, node: nodes.TermNode) -> Evaluate:
        match node:
            case nodes.DotNode():
                return _dot
            case nodes.FieldNode(fields=fields):
                return self._fields(node, _dot, fields)
            case nodes.VariableNode(fields=fields):
                return self._fields(node, self._variable(node), fields)
            case nodes.ParenthesizedNode(pipeline=pipeline, fields=fields):
                return self._fields(node, self.pipeline(pipeline), fields)
            case nodes.IdentifierNode():
                return self._call(node, nodes.CommandNode((node,), node.start, node.end), (), None)
        return _constant(_literal(node))

    def _variable(self, node: nodes.VariableNode) -> Evaluate:
        place = self.scope.find(node.name)
        if place is None:
            return _failing(self.source.at(node, f"undefined variable: {node.name}"))
        return lambda variables, _dot: variables[place]

    def _fields(self, node: nodes.TermNode, start: Evaluate, fields: tuple[str, ...]) -> Evaluate:
        """A chain of fields. Nothing at its start, where it came through a pipeline, gives nothing."""
        if not fields:
            return start
        first, *rest = fields
        nil_fails = self.nil_fails

        def follow(variables: Variables, dot: object) -> object:
            value = start(variables, dot)
            if value is None:
                return None
            try:
                value = lookup(value, first)
                for name in rest:
                    if value is None and not nil_fails:
                        return None
                    value = lookup(value, name)
            except GoError as error:
                raise self.source.at(node, error, _before_chain(node)) from None
            return value

        return follow

    def _place(self, variable: nodes.VariableNode) -> int:
        place = self.scope.find(variable.name)
        assert place is not None, "the parser saw its declaration"
        return place


def lookup(value: object, name: str) -> object:
    """One field of a value. Raises GoError where Go has no such field; a key that a map lacks gives nothing."""
    if isinstance(value, Struct):
        if name in value.fields:
            return value.fields[name]
        if name in value.methods:
            return value.methods[name]()
    elif isinstance(value, dict):
        try:
            return value[name]
        except KeyError:
            return None
    elif value is None:
        raise GoError(f"nil pointer evaluating interface {{}}.{name}")
    raise GoError(f"can't evaluate field {name} in type {type_name(value)}")


def _before_chain(node: nodes.TermNode) -> int:
    """Go places a chain of fields where its second link begins."""
    match node:
        case nodes.FieldNode(fields=(first, _, *_)):
            return len(f".{first}".encode())
        case nodes.VariableNode(name=name, fields=(_, *_)):
            return len(name.encode())
    return 0


def _dot(_variables: Variables, dot: object) -> object:
    return dot


def _constant(value: object) -> Evaluate:
    return lambda _variables, _dot: value


def _stored(value: Evaluate, place: int) -> Evaluate:
    def store(variables: Variables, dot: object) -> object:
        variables[place] = kept = value(variables, dot)
        return kept

    return store


def _failing(failure: Failure) -> Evaluate:
    def fail(_variables: Variables, _dot: object) -> object:
        raise Failure(*failure.args)

    return fail


def _literal(node: nodes.TermNode) -> object:
    match node:
        case nodes.BoolNode(value=value) | nodes.StringNode(value=value):
            return value
        case nodes.CharacterNode(value=value):
            return ord(value)
        case nodes.NumberNode(text=text) | nodes.ComplexNode(text=text):
            return number_value(text, is_complex=isinstance(node, nodes.ComplexNode))
    return None
