"""The JSON contract: one object on stdout for every command, made of the use case's own result."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import Enum
from typing import Any

from arriero.cli.exit_codes import OK, PARTIAL
from arriero.core.clock import iso
from arriero.core.errors import ArrieroError
from arriero.core.ids import Reference
from arriero.i18n import Texts, describe_error

SCHEMA = 1


def envelope(command: str, data: object, errors: Sequence[ArrieroError], code: int, texts: Texts) -> str:
    """`status` follows the exit code: success (0), partial (5), error (any other; then `data` is null)."""
    status = {OK: "success", PARTIAL: "partial"}.get(code, "error")
    told = [_error(e, texts) for error in errors for e in (error, *parts_of(error))]
    whole = {"schema": SCHEMA, "command": command, "status": status, "data": jsonable(data), "errors": told}
    return json.dumps(whole, ensure_ascii=False, indent=2)


def parts_of(error: ArrieroError) -> tuple[ArrieroError, ...]:
    """The errors that one error stands for."""
    parts: tuple[ArrieroError, ...] = getattr(error, "parts", ())
    return parts


def _error(error: ArrieroError, texts: Texts) -> dict[str, object]:
    return {"code": error.code, "message": describe_error(error, texts), "params": error.params()}


def jsonable(value: Any) -> Any:
    """Values of ours as JSON has them: dataclasses by field, moments in RFC 3339, references and paths by name."""
    match value:
        case Enum():
            told: Any = value.value
        case None | bool() | int() | float():
            told = value
        case ArrieroError():
            told = {"code": value.code, "params": value.params()}
        case datetime():
            told = iso(value)
        case Mapping():
            told = {str(k): jsonable(v) for k, v in value.items()}
        case list() | tuple():
            told = [jsonable(v) for v in value]
        case _ if dataclasses.is_dataclass(value) and not isinstance(value, Reference):
            told = {f.name: jsonable(getattr(value, f.name)) for f in dataclasses.fields(value)}
        case _:
            told = str(value)
    return told
