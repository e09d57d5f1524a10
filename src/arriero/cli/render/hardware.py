"""HardwareSnapshot as text: the card with its figures, then the machine."""

from __future__ import annotations

from collections.abc import Iterator

from arriero.cli.look import Look
from arriero.cli.render.status import card_holders
from arriero.hardware.machine import HardwareSnapshot, MachineSnapshot
from arriero.hardware.values import GpuSnapshot
from arriero.i18n import fill


def render_hardware(seen: HardwareSnapshot, look: Look) -> str:
    return "\n".join([*_card(seen.gpu, look), *_machine(seen.machine, look)])


def _card(gpu: GpuSnapshot, look: Look) -> Iterator[str]:
    t = look.texts
    params = {name: list(value) if isinstance(value, tuple) else value for name, value in vars(gpu).items()}
    text = t.hardware_card if gpu.ready else t.gpus[gpu.state]
    mark = t.gpu_simulated if gpu.simulated else ""
    yield t.status_gpu.format(simulated=mark, text=fill(text, params, t.numbers))
    if gpu.ready:
        figures = fill(t.hardware_figures, params, t.numbers)
        yield f"  {figures}, {t.hardware_display}" if gpu.display else f"  {figures}"
    if gpu.processes:
        yield f"  {card_holders(gpu.processes, look)}"


def _machine(machine: MachineSnapshot, look: Look) -> Iterator[str]:
    t, size = look.texts, look.texts.numbers.size
    yield t.hardware_processor.format(processor=machine.processor, cores=machine.cores)
    yield t.hardware_memory.format(free=size(machine.memory_available_bytes), total=size(machine.memory_bytes))
    for disk in machine.disks:
        told = {"place": t.places[disk.place], "path": disk.path}
        yield t.hardware_disk.format(**told, free=size(disk.free_bytes), total=size(disk.total_bytes))
    yield t.hardware_system.format(distribution=machine.distribution or look.sign("none"), kernel=machine.kernel)
