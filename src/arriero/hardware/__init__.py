"""What the machine has: its graphics card through NVML, processor, memory, disks.

Invariant: looking never raises for what it finds and never waits longer than it says; whatever keeps a card from
telling is a state of its own (`GpuState`).
"""
