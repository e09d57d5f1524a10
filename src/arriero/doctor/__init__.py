"""Looks at the machine and at the stack, says what is wrong and what mends it, and mends what it was asked to.

Invariant: `checks` only look. Only a fix changes something: it says beforehand what, and afterwards the check decides
whether it is mended.
"""
