"""Ports, names, registries."""

from arriero.doctor.check import Check
from arriero.doctor.checks.network import exposure, host_ollama, localhost, mtu, ports, proxy, registry

CHECKS: tuple[Check, ...] = (
    ports.CHECK,
    host_ollama.CHECK,
    exposure.CHECK,
    localhost.CHECK,
    proxy.CHECK,
    registry.CHECK,
    mtu.CHECK,
)
