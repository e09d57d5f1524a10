"""The line on top: what serves, and the card that serves it; without a card, processor and memory."""

from __future__ import annotations

from collections.abc import Iterator

from arriero.hardware.usage import UsageSnapshot
from arriero.hardware.values import GpuSnapshot, GpuState
from arriero.i18n import fill
from arriero.stack.results import GpuStatus, StackStatus
from arriero.tui.view import Cell, Line, Tone, line
from arriero.tui.words import Words

_HOT_C = 83  # where NVIDIA's consumer cards begin to slow down (their "GPU Target Temperature")


def header(status: StackStatus | None, card: GpuSnapshot | None, usage: UsageSnapshot | None, words: Words) -> Line:
    """`card`: seen since the status, or by it."""
    name = Cell("Arriero", Tone.STRONG)
    if status is None:
        return line(name, Cell(f"  {words.tui.last_known}", Tone.DIM))
    ready = status.gpu.state is GpuState.READY
    cells = _card(status.gpu, card or status.gpu, words) if ready else _machine(usage, words)
    return line(name, Cell(f" {words.sign('dot')} {status.backend}  ", Tone.DIM), *cells)


def _card(gpu: GpuStatus, now: GpuSnapshot, words: Words) -> Iterator[Cell]:
    """Whose memory it is was seen with the status; how busy it is, now."""
    t = words.tui
    name = (gpu.name or words.sign("none")).removeprefix("NVIDIA ").removeprefix("GeForce ")  # room is dear
    yield Cell(f"{name}{words.texts.gpu_simulated if gpu.simulated else ''}  ")
    sizes = {"ours": gpu.ours_bytes, "others": gpu.others_bytes, "free": gpu.free_bytes}
    yield Cell(t.header_vram.format(**{name: words.size(size) for name, size in sizes.items()}), Tone.ACCENT)
    if now.utilisation_percent is not None:
        yield Cell(f"  {now.utilisation_percent} %")
    if now.temperature_c is not None:
        yield Cell(f"  {now.temperature_c} °C", Tone.WARN if now.temperature_c >= _HOT_C else Tone.PLAIN)
    if now.power_w is not None:
        yield Cell(f"  {now.power_w:.0f} W")


def _machine(usage: UsageSnapshot | None, words: Words) -> Iterator[Cell]:
    if usage is not None:
        percent = words.sign("none") if usage.cpu_percent is None else str(usage.cpu_percent)
        used, whole = words.size(usage.memory_used_bytes), words.size(usage.memory_bytes)
        yield Cell(words.tui.header_machine.format(percent=percent, used=used, whole=whole))


def card_trouble(gpu: GpuStatus, words: Words) -> str | None:
    """What keeps a card that is there from being used, and what mends it."""
    if gpu.state in (GpuState.READY, GpuState.NONE):
        return None
    params = {name: list(value) if isinstance(value, tuple) else value for name, value in vars(gpu).items()}
    mark = words.texts.gpu_simulated if gpu.simulated else ""
    return words.texts.status_gpu.format(simulated=mark, text=fill(words.texts.gpus[gpu.state], params, words.numbers))
