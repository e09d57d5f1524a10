"""What the app is given by whoever opens it: the way to a world, and the words for what comes out of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from arriero.core.errors import ArrieroError
from arriero.i18n import Texts

if TYPE_CHECKING:
    from arriero.stack.world import World
    from arriero.tui.keeping import Keeping


class Tell(Protocol):
    def __call__(self, result: object, texts: Texts, *, planned: bool) -> str:
        """A use case's result or an error in words, as the command tells it. `planned`: of a dry run."""
        ...


@dataclass(frozen=True)
class Host:
    """`open_world` reads the settings anew, as every command does; raises ConfigInvalid and what `open_world` raises.

    `keeping`: where what is chosen in the app stays. `run` carries a command out in this terminal, which has to be free
    for it, and gives its exit code. `defect` writes a traceback away and gives the error that tells where. `unicode`:
    whether signs can be shown.
    """

    open_world: Callable[[], World]
    tell: Tell
    defect: Callable[[BaseException], ArrieroError]
    keeping: Keeping
    run: Callable[[Sequence[str]], int]
    unicode: bool = True
