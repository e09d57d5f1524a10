"""Arriero leads a train of llamas: local models on fixed ports, one owner of the GPU, the truth in one place."""

__version__ = "0.1.0"
