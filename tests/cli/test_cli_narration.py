"""Progress on a terminal is one line that grows; in a file it is a few plain lines."""

import io

import pytest

from arriero.cli.narration import Narrator
from arriero.core.progress import Progress
from arriero.i18n.en import EN
from arriero.i18n.es import ES

TOTAL = 100_000_000


class Desk:
    """A narrator with a clock that is turned by hand."""

    def __init__(self, *, redraw: bool, width: int = 80, quiet: bool = False, texts=ES) -> None:
        self.out, self.at = io.StringIO(), 0.0
        self.narrate = Narrator(self.out, texts, lambda: self.at, redraw=redraw, width=width, quiet=quiet)

    def download(self, done: int, at: float, total: int | None = TOTAL, unit: str = "bytes") -> None:
        self.at = at
        self.narrate(Progress("demo.download", "x==1", done, total, unit))

    @property
    def lines(self) -> list[str]:
        return self.out.getvalue().splitlines()

    @property
    def screen(self) -> list[str]:
        """What a terminal shows: each line as it was last drawn."""
        return [line.split("\r\x1b[K")[-1] for line in self.out.getvalue().split("\n")]


def test_milestones_are_lines() -> None:
    desk = Desk(redraw=False)
    desk.narrate(Progress("backend.start", "demo"))
    desk.narrate(Progress("backend.load", "demo", params={"model": "smollm2:1"}))
    assert desk.lines == ["demo: arrancando el motor", "demo: cargando smollm2:1 en memoria"]


@pytest.mark.parametrize(("texts", "expected"), [(ES, "quedan 8,0 s"), (EN, "8.0 s left")])
def test_the_line_tells_bytes_speed_and_time_left(texts, expected: str) -> None:
    desk = Desk(redraw=True, texts=texts)
    desk.download(0, 0.0)
    desk.download(20_000_000, 2.0)
    assert desk.screen[-1].endswith(
        f"20{texts.numbers.point}0 MB / 100 MB  20 %  10{texts.numbers.point}0 MB/s  {expected}"
    )


def test_speed_counts_from_where_a_resumed_transfer_began() -> None:
    desk = Desk(redraw=True)
    desk.download(50_000_000, 0.0)
    desk.download(60_000_000, 1.0)
    assert "10,0 MB/s  quedan 4,0 s" in desk.screen[-1]


def test_a_terminal_is_redrawn_ten_times_a_second_at_most() -> None:
    desk = Desk(redraw=True)
    for tick in range(101):
        desk.download(tick * 1_000_000, tick / 100)
    drawn = desk.out.getvalue().count("\r\x1b[K")
    assert 9 <= drawn <= 12
    assert "100 MB / 100 MB  100 %" in desk.screen[-1]


def test_words_give_way_to_figures_on_a_narrow_terminal() -> None:
    desk = Desk(redraw=True, width=50)
    desk.download(0, 0.0)
    desk.download(20_000_000, 2.0)
    assert len(desk.screen[-1]) < 50
    assert "quedan 8,0 s" in desk.screen[-1]


def test_other_words_start_on_a_line_of_their_own() -> None:
    desk = Desk(redraw=True)
    desk.download(50_000_000, 1.0)
    desk.narrate(Progress("backend.start", "demo"))
    assert desk.screen[1] == "demo: arrancando el motor"


def test_plain_lines_come_once_a_second_and_once_a_tenth() -> None:
    desk = Desk(redraw=False)
    for tick in range(1001):
        desk.download(tick * 100_000, tick / 100)  # ten seconds, a tenth each
    assert len(desk.lines) == 11
    assert "0 B / 100 MB" in desk.lines[0]
    assert "100 MB / 100 MB  100 %" in desk.lines[-1]


def test_a_slow_transfer_is_not_told_every_second() -> None:
    desk = Desk(redraw=False)
    for second in range(100):
        desk.download(second * 100_000, second)
    assert len(desk.lines) == 1


def test_a_quick_transfer_is_told_at_both_ends() -> None:
    desk = Desk(redraw=False)
    for tick in range(101):
        desk.download(tick * 1_000_000, tick / 1000)
    assert [line.split("  ")[2] for line in desk.lines] == ["0 %", "100 %"]


def test_a_transfer_of_unknown_size() -> None:
    desk = Desk(redraw=False)
    desk.download(0, 0.0, total=None)
    desk.download(5_000_000, 2.0, total=None)
    assert desk.lines[-1] == "Descargando x==1  5,00 MB  2,50 MB/s"


def test_steps_are_counted_not_weighed() -> None:
    desk = Desk(redraw=False)
    desk.download(3, 0.0, total=9, unit="steps")
    assert desk.lines == ["Descargando x==1  3/9"]


def test_quiet_says_nothing() -> None:
    desk = Desk(redraw=False, quiet=True)
    desk.narrate(Progress("backend.start", "demo"))
    desk.download(1, 1.0)
    desk.narrate.close()
    assert desk.out.getvalue() == ""
