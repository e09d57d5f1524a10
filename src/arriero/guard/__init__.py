"""The process that watches while nobody looks: it gives the card to listed programs and back, and has services that
lost the card started anew. Off by default; everything else works without it.

Invariant: it ends and starts services through the use cases alone, as a user would, and never touches a process that is
none of ours. What it cannot mend it says and leaves.
"""
