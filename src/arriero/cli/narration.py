"""What a command says on stderr while it works: steps, and one line that grows while bytes arrive."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TextIO

from arriero.core.progress import Progress
from arriero.i18n import Texts, describe_step

_REDRAW_S = 0.1
_PLAIN_EVERY_S = 1.0


@dataclass
class _Transfer:
    """One step that counts. `said_at`, `said_tenth`: when a line was last written, and how many tenths were done."""

    key: tuple[str, str]
    began_at: float
    began_with: int
    said_at: float
    said_tenth: int = 0


class Narrator:
    """A `Report`. On a terminal one line is redrawn; elsewhere there is at most a line a second and a tenth."""

    def __init__(
        self,
        out: TextIO,
        texts: Texts,
        now: Callable[[], float],
        *,
        redraw: bool,
        width: int = 80,
        quiet: bool = False,
    ) -> None:
        self._out, self._texts, self._now = out, texts, now
        self._redraw, self._width, self._quiet = redraw, width, quiet
        self._transfer: _Transfer | None = None

    def __call__(self, progress: Progress) -> None:
        if self._quiet:
            return
        if progress.done is None:
            self.close()
            self._out.write(f"{describe_step(progress, self._texts)}\n")
            self._out.flush()
        else:
            self._count(progress, progress.done)

    def close(self) -> None:
        """Ends the line that is being redrawn, so that other text starts on one of its own."""
        if self._transfer is not None and self._redraw:
            self._out.write("\n")
            self._out.flush()
        self._transfer = None

    def _count(self, progress: Progress, done: int) -> None:
        now, key = self._now(), (progress.step, progress.subject)
        if self._transfer is None or self._transfer.key != key:
            self.close()
            self._transfer = _Transfer(key, now, done, now - _PLAIN_EVERY_S)
        transfer = self._transfer
        if not self._due(progress, done, transfer, now):
            return
        transfer.said_at, transfer.said_tenth = now, _tenth(progress, done)
        line = self._line(progress, done, transfer, now)
        self._out.write(f"\r\x1b[K{line}" if self._redraw else f"{line}\n")
        self._out.flush()

    def _due(self, progress: Progress, done: int, transfer: _Transfer, now: float) -> bool:
        if self._redraw:
            return now - transfer.said_at >= _REDRAW_S or done == progress.total
        if done == progress.total:
            return transfer.said_tenth < 10
        late = now - transfer.said_at >= _PLAIN_EVERY_S
        return late and (progress.total is None or done == 0 or _tenth(progress, done) > transfer.said_tenth)

    def _line(self, progress: Progress, done: int, transfer: _Transfer, now: float) -> str:
        """What is done, then the figures; on a terminal the words give way, so that the figures are never cut off."""
        figures = "  ".join(self._figures(progress, done, transfer, now))
        words = describe_step(progress, self._texts)
        if self._redraw:
            words = words[: max(0, self._width - len(figures) - 3)]
        return f"{words}  {figures}"

    def _figures(self, progress: Progress, done: int, transfer: _Transfer, now: float) -> list[str]:
        texts, spent = self._texts, now - transfer.began_at
        if progress.unit == "steps":
            return [f"{done}/{progress.total}" if progress.total else str(done)]
        size, parts = texts.numbers.size, []
        parts.append(f"{size(done)} / {size(progress.total)}" if progress.total else size(done))
        if progress.total:
            parts.append(f"{done * 100 // progress.total} %")
        if spent > 0 and done > transfer.began_with:
            speed = (done - transfer.began_with) / spent
            parts.append(f"{size(round(speed))}/s")
            if progress.total and done < progress.total:
                left = texts.numbers.duration((progress.total - done) / speed)
                parts.append(texts.progress_left.format(left=left))
        return parts


def _tenth(progress: Progress, done: int) -> int:
    return done * 10 // progress.total if progress.total else 0
