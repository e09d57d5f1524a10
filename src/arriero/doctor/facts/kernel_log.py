"""What the kernel wrote since the machine started, as far as this user may read it (journalctl(1))."""

from __future__ import annotations

from arriero.doctor.site import Site


async def kernel_lines(site: Site, pattern: str) -> list[str]:
    """The lines that match, the latest last; none where the log may not be read."""
    words = ("--dmesg", "--boot", f"--grep={pattern}", "--lines=20", "--output=cat", "--no-pager")
    ran = await site.host.ask("journalctl", *words)
    return ran.out.splitlines() if ran and ran.ok else []
