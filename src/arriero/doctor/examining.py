"""Makes every check look, all at once; none waits for another, and none is waited for longer than its limit."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence

from arriero.core.errors import ArrieroError
from arriero.core.ids import nearest
from arriero.doctor.check import Check, Checked, Finding, Grade, Subject, saw
from arriero.doctor.checks import CHECKS
from arriero.doctor.errors import CheckUnknown
from arriero.doctor.host import ToolSilent
from arriero.doctor.site import Site

CHECK_LIMIT_S = 3.0
ALL = "all"


async def examine_all(site: Site, words: Sequence[str] = ()) -> tuple[Checked, ...]:
    """Every check, or those that the words name. Raises CheckUnknown."""
    return await examine(site, select(words))


def select(words: Sequence[str]) -> tuple[Check, ...]:
    """A word is a code (`docker.group`), a subject (`docker`) or `all`. Raises CheckUnknown with the nearest one."""
    if ALL in words:
        return CHECKS
    for word in words:
        if not any(_means(word, check) for check in CHECKS):
            known = [*Subject, *(check.code for check in CHECKS)]
            raise CheckUnknown(word, nearest(word, [str(one) for one in known]))
    return tuple(check for check in CHECKS if not words or any(_means(word, check) for word in words))


async def examine(site: Site, checks: Iterable[Check]) -> tuple[Checked, ...]:
    """In the order given. A check that cannot look says why: `timed_out`, `unreadable` with the cause, or `defect`."""
    asked = tuple(checks)
    findings = await asyncio.gather(*(_look(check, site) for check in asked))
    return tuple(Checked(check, finding) for check, finding in zip(asked, findings, strict=True))


def worst(checked: Iterable[Checked]) -> Grade:
    return max((one.grade for one in checked), key=lambda grade: grade.rank, default=Grade.GOOD)


def _means(word: str, check: Check) -> bool:
    return word in (check.code, check.subject)


async def _look(check: Check, site: Site) -> Finding:
    try:
        async with asyncio.timeout(CHECK_LIMIT_S):
            return await check.look(site)
    except ToolSilent as silent:
        return saw("timed_out", what=silent.tool, limit_s=silent.limit_s)
    except TimeoutError:
        return saw("timed_out", what="", limit_s=CHECK_LIMIT_S)
    except OSError as cause:
        return saw("unreadable", detail=str(cause))
    except ArrieroError as cause:
        return saw("unreadable", detail=cause)
    except Exception as defect:  # noqa: BLE001  # one that breaks is told; the others are needed all the more
        return saw("defect", detail=f"{type(defect).__name__}: {defect}")
