"""HardwareSnapshot as text: the card with its figures, then the machine."""

from __future__ import annotations

from collections.abc import Iterator

from arriero.cli.look import Look
from arriero.cli.render.status import card_holders
from arriero.hardware.machine import DiskSnapshot, MachineSnapshot
from arriero.hardware.values import GpuSnapshot
from arriero.i18n import describe_error, fill
from arriero.stack.machine import HardwareSnapshot


def render_hardware(seen: HardwareSnapshot, look: Look) -> str:
    return "\n".join([*_card(seen.gpu, look), *_machine(seen.machine, look), *_docker(seen, look)])


def _card(gpu: GpuSnapshot, look: Look) -> Iterator[str]:
    t = look.texts
    params = {name: list(value) if isinstance(value, tuple) else value for name, value in vars(gpu).items()}
    text = t.hardware_card if gpu.ready else t.gpus[gpu.state]
    mark = t.gpu_simulated if gpu.simulated else ""
    yield t.status_gpu.format(simulated=mark, text=fill(text, params, t.numbers))
    if gpu.ready:
        figures = fill(t.hardware_figures, params, t.numbers)
        yield from look.wrap(f"{figures}, {t.hardware_display}" if gpu.display else figures, "  ")
    if len(gpu.gpus) > 1:
        yield f"  {t.hardware_cards}"
        yield from (f"    {card}" for card in gpu.gpus)
    if gpu.processes:
        yield from look.wrap(card_holders(gpu.processes, look), "  ")


def _machine(machine: MachineSnapshot, look: Look) -> Iterator[str]:
    t, size = look.texts, look.texts.numbers.size
    yield t.hardware_processor.format(processor=machine.processor, cores=machine.cores)
    yield t.hardware_memory.format(free=size(machine.memory_available_bytes), total=size(machine.memory_bytes))
    for (free, total), disks in _filesystems(machine).items():
        yield t.hardware_disk.format(free=size(free), total=size(total))
        yield from (f"  {t.places[disk.place]}: {disk.path}" for disk in disks)
    yield t.hardware_system.format(distribution=machine.distribution or look.sign("none"), kernel=machine.kernel)


def _filesystems(machine: MachineSnapshot) -> dict[tuple[int, int], list[DiskSnapshot]]:
    """Places with the same free and total bytes are told together: they are on the same disk, as far as it matters."""
    found: dict[tuple[int, int], list[DiskSnapshot]] = {}
    for disk in machine.disks:
        found.setdefault((disk.free_bytes, disk.total_bytes), []).append(disk)
    return found


def _docker(seen: HardwareSnapshot, look: Look) -> Iterator[str]:
    t = look.texts
    if seen.docker is not None:
        told = fill(t.hardware_docker, vars(seen.docker), t.numbers)
        yield f"{told}, {t.hardware_nvidia}" if seen.docker.nvidia_runtime else told
    elif seen.docker_fault is not None:
        yield from look.wrap(describe_error(seen.docker_fault, t))
