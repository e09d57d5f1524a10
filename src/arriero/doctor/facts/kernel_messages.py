"""All that the kernel said since the boot, as far as this user may read it (journalctl(1), dmesg(1))."""

from __future__ import annotations

from arriero.doctor.site import Site

_CLOSED = ("insufficient permissions", "not seeing messages from other users", "No journal files were found")


async def kernel_messages(site: Site) -> str | None:
    """None where nobody lets us: that is another thing than a kernel that said nothing."""
    journal = await site.host.ask("journalctl", "--dmesg", "--boot", "--output=cat", "--no-pager", "--quiet")
    if journal and journal.ok and journal.out.strip() and not any(words in journal.said for words in _CLOSED):
        return journal.out
    ring = await site.host.ask("dmesg")
    return ring.out if ring and ring.ok else None
