"""What can go wrong with somebody else's configuration, and with the program that reads it."""

from __future__ import annotations

from pathlib import Path

from arriero.core.errors import EnvironmentFault, NotFoundError, OperationFailed, UsageError


class NothingToConnect(NotFoundError):
    """No slot is active: there is no address to give to an editor."""

    code = "client.no_slot"
    client: str


class GatewaySilent(OperationFailed):
    """The gateway does not tell what models there are: it is off, or asks for a key. `detail`: what happened."""

    code = "client.gateway_silent"
    client: str
    url: str
    detail: str


class ClientFileInvalid(UsageError):
    """The client's configuration cannot be read as JSON with comments; it was left as it is. `line` counts from 1."""

    code = "client.file_invalid"
    path: Path
    line: int
    what: str


class ClientMissing(EnvironmentFault):
    """The client's program is not on the PATH. `package`: what npm calls it."""

    code = "client.missing"
    program: str
    package: str


class ClientFailed(OperationFailed):
    """The client ran and gave no answer of this slot's model. `detail`: its own last words."""

    code = "client.no_answer"
    client: str
    slot: str
    detail: str
