"""One address for every model: requests go to the slot that has their model, which is brought up for them if need be.

Invariant: nothing here decides who owns the card or starts an engine; that is done by the use cases of `stack`. Slots
work without the gateway, and what it passes on it passes on byte for byte.
"""
