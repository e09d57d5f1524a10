"""How Go compares values in a template: only like with like, and nothing only with nothing.

Source: Go 1.26 text/template/funcs.go (eq, lt).
"""

from __future__ import annotations

from typing import Any

from arriero.engine.prompt.go_values import GoError, Nil, shown, type_name

_BASIC = {bool: "bool", int: "int", float: "float", complex: "complex", str: "string"}


def equal(first: object, *others: object) -> bool:
    """`eq`: whether the first is one of the others; nothing equals only nothing."""
    if not others:
        raise GoError("missing argument for comparison")
    return any(same(first, other) for other in others)


def same(one: object, other: object) -> bool:
    """`eq` of two. Raises GoError where Go would not compare them."""
    kind, other_kind = _BASIC.get(type(one)), _BASIC.get(type(other))
    if kind is None and other_kind is None:
        return _same_composite(one, other)
    if kind != other_kind and one is not None and other is not None:
        raise _incompatible(one, other)
    return kind == other_kind and one == other


def _same_composite(one: object, other: object) -> bool:
    """Slices and maps only tell whether they are nil; of the structs, messages are pointers."""
    if one is None or other is None or (isinstance(one, list | dict) and isinstance(other, list | dict)):
        if _is_nil(one) or _is_nil(other):
            return _is_nil(one) and _is_nil(other)
    elif type_name(one) == type_name(other) and type_name(one).startswith("*"):
        return one is other
    raise GoError(f"non-comparable type {shown(one)}: {type_name(one)}")


def _is_nil(value: object) -> bool:
    return value is None or isinstance(value, Nil)


def _incompatible(one: object, other: object) -> GoError:
    return GoError(f"incompatible types for comparison: {type_name(one)} and {type_name(other)}")


def less(one: Any, other: Any) -> bool:
    """`lt`. Raises GoError where Go would not order them."""
    kind, other_kind = _BASIC.get(type(one)), _BASIC.get(type(other))
    if kind is None or other_kind is None:
        raise GoError("invalid type for comparison")
    if kind != other_kind:
        raise _incompatible(one, other)
    if kind in {"bool", "complex"}:
        raise GoError("invalid type for comparison")
    return bool(one < other)
