"""Every error ends in an exit code that is documented, by its family."""

import pytest

from arriero.cli.errors import CommandUnknown, Interrupted
from arriero.cli.exit_codes import MEANINGS, code_of, exit_code
from arriero.config.errors import ConfigInvalid
from arriero.core.errors import ArrieroError, InternalError, every_error
from arriero.core.files import CommandRunning
from arriero.runtime.errors import LoadFailed, PortTaken
from arriero.stack.errors import SlotUnknown


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (LoadFailed("demo", "m", "no memory"), 1),
        (InternalError("KeyError", "file"), 1),
        (CommandUnknown("x", None), 2),
        (ConfigInvalid(()), 2),
        (PortTaken(11434, 1, "ollama", None), 3),
        (SlotUnknown("x", None, ()), 4),
        (CommandRunning(1, "up", "?"), 6),
        (Interrupted("up", changes=True), 130),
    ],
)
def test_families(error: ArrieroError, code: int) -> None:
    assert exit_code(error) == code


def test_every_error_has_a_code_with_a_meaning() -> None:
    for kind in every_error():
        assert code_of(kind) in MEANINGS
