"""Looks at the machine and at the stack, says what is wrong and what mends it, and mends what it was asked to.

Invariant: `checks` only look. Only a fix changes something: it says beforehand what, and afterwards the check decides
whether it is mended.

    checked = await examine_all(open_site(world, environ))
"""

from arriero.doctor.examining import examine_all, worst
from arriero.doctor.site import open_site

__all__ = ["examine_all", "open_site", "worst"]
