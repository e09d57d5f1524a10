"""Measures what is ours, as ratios within one run: the engine against its own llama.cpp child, commands against limits.

`python -m bench` prints the table of `make bench`, `python -m bench soak` loads an engine for a minute. Nothing here is
asserted: figures belong to the machine and to its other work at that moment, so every comparison takes turns (A B A B)
and shows medians.
"""
