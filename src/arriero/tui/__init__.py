"""The terminal app: the menu of the stack, alive on a terminal, as numbered lines elsewhere.

Invariant: it decides nothing. It shows what use cases tell, and calls the very ones that commands call. Textual is
imported by what draws and by nothing else: the plain menu starts without it.
"""
