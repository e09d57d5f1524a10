"""NVIDIA's card and driver as kernel, bus and libraries show them, and what NVML makes of it.

Sources: /sys/module/nvidia/version and /proc/driver/nvidia/version (the driver's own), modules.dep (depmod(8)), the
libraries' file names, which end in their version.
"""

from __future__ import annotations

from dataclasses import dataclass

from arriero.doctor.site import Site
from arriero.hardware import presence
from arriero.hardware.values import GpuSnapshot, GpuState

_LIBRARIES = ("/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64", "/usr/lib", "/usr/lib/wsl/lib")


@dataclass(frozen=True)
class Driver:
    """`version`: of the module that is loaded, empty where none is. `libraries`: versions of libnvidia-ml there are.

    `on_bus`: a card of NVIDIA's is among the PCI devices. `bound`: the kernel driver that has it, empty for none.
    `for_kernel`: the running kernel has a module of NVIDIA's to load.
    """

    on_bus: bool
    bound: str
    version: str
    libraries: tuple[str, ...]
    kernel: str
    for_kernel: bool
    modules: frozenset[str]

    @property
    def loaded(self) -> bool:
        return bool(self.version)

    @property
    def here(self) -> bool:
        """There is a card to speak of: on the bus, or handed in with its driver (a container, WSL)."""
        return self.on_bus or self.loaded

    @property
    def installed(self) -> bool:
        return self.loaded or self.for_kernel or bool(self.libraries)


async def driver(site: Site) -> Driver:
    host = site.host
    bus = presence.without_driver(host.root)
    kernel = (host.read("/proc/sys/kernel/osrelease") or "").strip()
    told = (host.read("/sys/module/nvidia/version") or "").strip()
    listed = host.read(f"/lib/modules/{kernel}/modules.dep") or ""
    return Driver(
        on_bus=bus.state is GpuState.NO_DRIVER,
        bound=bus.detail,
        version=told or _version_told(host.read("/proc/driver/nvidia/version") or ""),
        libraries=_libraries(site),
        kernel=kernel,
        for_kernel="/nvidia.ko" in listed,
        modules=frozenset(line.split()[0] for line in (host.read("/proc/modules") or "").splitlines() if line),
    )


async def card(site: Site) -> GpuSnapshot:
    """What NVML tells, or the simulated card; never raises."""
    if not site.world.gpu.simulated and not presence.driver_loaded(site.host.root):
        return presence.without_driver(site.host.root)
    return await site.world.gpu.look()


def branch(version: str) -> int | None:
    """580 of 580.82.09."""
    number = version.partition(".")[0]
    return int(number) if number.isdigit() else None


def _version_told(text: str) -> str:
    """`NVRM version: NVIDIA UNIX x86_64 Kernel Module  580.82.09  Wed …`"""
    words = text.partition("\n")[0].split()
    return next((word for word in words if word[:1].isdigit() and "." in word), "")


def _libraries(site: Site) -> tuple[str, ...]:
    files = [file for folder in _LIBRARIES for file in site.host.lists(folder, "libnvidia-ml.so.*.*")]
    return tuple(sorted({file.name.removeprefix("libnvidia-ml.so.") for file in files}))
