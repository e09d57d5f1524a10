"""What is on top: what serves, and the card that serves it; without a card, processor and memory."""

from __future__ import annotations

from collections.abc import Iterator

from arriero.hardware.usage import UsageSnapshot
from arriero.hardware.values import GpuSnapshot, GpuState
from arriero.i18n import fill
from arriero.stack.results import GpuStatus, StackStatus
from arriero.tui.view import Cell, Line, Room, Tone, fitted, line
from arriero.tui.words import Words

_HOT_C = 83  # where NVIDIA's consumer cards begin to slow down (their "GPU Target Temperature")
_BAR_CELLS, _METER_CELLS = 12, 10
_ONE_LINE_COLUMNS = 124


def header(
    status: StackStatus | None, card: GpuSnapshot | None, usage: UsageSnapshot | None, words: Words, room: Room
) -> tuple[Line, ...]:
    """`card`: seen since the status, or by it. Two lines where one is too short for a card."""
    name = Cell("Arriero", Tone.STRONG)
    if status is None:
        return (line(name, Cell(f"  {words.tui.last_known}", Tone.DIM)),)
    what = line(name, Cell(f" {words.sign('dot')} {status.backend}", Tone.DIM))
    if status.gpu.state is not GpuState.READY:
        return (fitted((*what, *_machine(usage, words)), room.columns),)
    busy, memory = tuple(_card(status.gpu, card or status.gpu, words)), tuple(_memory(status.gpu, words))
    if room.columns >= _ONE_LINE_COLUMNS:
        return ((*what, *busy, *memory),)
    return fitted((*what, *busy), room.columns), fitted(memory[1:], room.columns)


def _card(gpu: GpuStatus, now: GpuSnapshot, words: Words) -> Iterator[Cell]:
    """How busy it is now."""
    name = (gpu.name or words.sign("none")).removeprefix("NVIDIA ").removeprefix("GeForce ")  # room is dear
    yield Cell(f"   {name}{words.texts.gpu_simulated if gpu.simulated else ''}")
    if now.utilisation_percent is not None:
        yield Cell(f"  {now.utilisation_percent} %")
    if now.temperature_c is not None:
        yield Cell(f"  {now.temperature_c} °C", Tone.WARN if now.temperature_c >= _HOT_C else Tone.PLAIN)
    if now.power_w is not None:
        yield Cell(f"  {now.power_w:.0f} W", rank=1)


def _memory(gpu: GpuStatus, words: Words) -> Iterator[Cell]:
    """Whose it is, as it was seen with the status: a bar, and what its parts mean."""
    t = words.tui
    parts = (
        (gpu.ours_bytes, "full", Tone.COOL, t.header_ours),
        (gpu.others_bytes, "others", Tone.WARN, t.header_others),
        (gpu.free_bytes, "empty", Tone.DIM, t.header_free),
    )
    yield Cell("   ")
    yield Cell("VRAM ", Tone.DIM)
    cells = _shares(tuple(size or 0 for size, *_ in parts))
    yield from (Cell(words.sign(sign) * count, tone, 1) for count, (_, sign, tone, _) in zip(cells, parts, strict=True))
    for size, sign, tone, told in parts:
        yield Cell(f"  {words.sign(sign)} {told.format(size=words.size(size))}", tone)


def _shares(sizes: tuple[int, ...], cells: int = _BAR_CELLS) -> tuple[int, ...]:
    """Cells of the bar for each; what is there at all has one. The last takes what is left."""
    whole = sum(sizes) or 1
    first = [max(1, round(size / whole * cells)) if size else 0 for size in sizes[:-1]]
    return *first, max(0, cells - sum(first))


def _machine(usage: UsageSnapshot | None, words: Words) -> Iterator[Cell]:
    if usage is None:
        return
    t, none = words.tui, words.sign("none")
    percent = none if usage.cpu_percent is None else str(usage.cpu_percent)
    used, whole = usage.memory_used_bytes, usage.memory_bytes
    yield Cell("   CPU ", Tone.DIM)
    yield from _meter((usage.cpu_percent or 0) / 100, words)
    yield Cell(f"{percent} %")
    yield Cell("   RAM ", Tone.DIM)
    yield from _meter(used / whole if whole else 0, words)
    yield Cell(t.header_memory.format(used=words.size(used), whole=words.size(whole)))


def _meter(share: float, words: Words) -> Iterator[Cell]:
    full, empty = _shares((round(share * 1000), round((1 - share) * 1000)), _METER_CELLS)
    yield Cell(words.sign("full") * full, Tone.COOL, 1)
    yield Cell(f"{words.sign('empty') * empty} ", Tone.DIM, 1)


def card_trouble(gpu: GpuStatus, words: Words) -> str | None:
    """What keeps a card that is there from being used, and what mends it."""
    if gpu.state in (GpuState.READY, GpuState.NONE):
        return None
    params = {name: list(value) if isinstance(value, tuple) else value for name, value in vars(gpu).items()}
    mark = words.texts.gpu_simulated if gpu.simulated else ""
    return words.texts.status_gpu.format(simulated=mark, text=fill(words.texts.gpus[gpu.state], params, words.numbers))
