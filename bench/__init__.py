"""Measures what is ours, as ratios within one run: the engine against its own llama.cpp child, commands against limits.

`make bench` prints the table, `make soak` loads an engine for a minute, `make live` has a real editor agent ask it
something. No figure is asserted: they belong to the machine and to its other work at that moment, so every comparison
takes turns (A B A B) and shows medians.
"""
