"""What is declared: settings and the catalogue of slots (models.toml), from files, variables and flags.

Invariant: a Configuration is whole and right, or there is none and every problem is told (`loading.load`).
"""
