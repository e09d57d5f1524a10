"""Makes every check look, all at once; none waits for another, and none is waited for longer than its limit."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from arriero.core.errors import ArrieroError
from arriero.doctor.check import Check, Checked, Finding, saw
from arriero.doctor.site import Site

CHECK_LIMIT_S = 3.0


async def examine(site: Site, checks: Iterable[Check]) -> tuple[Checked, ...]:
    """In the order given. A check that cannot look says why: `timed_out`, or `unreadable` with the cause."""
    asked = tuple(checks)
    findings = await asyncio.gather(*(_look(check, site) for check in asked))
    return tuple(Checked(check, finding) for check, finding in zip(asked, findings, strict=True))


async def _look(check: Check, site: Site) -> Finding:
    try:
        async with asyncio.timeout(CHECK_LIMIT_S):
            return await check.look(site)
    except TimeoutError:
        return saw("timed_out", limit_s=CHECK_LIMIT_S)
    except OSError as cause:
        return saw("unreadable", detail=str(cause))
    except ArrieroError as cause:
        return saw("unreadable", detail=str(cause))
