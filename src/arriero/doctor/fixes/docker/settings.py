"""Mends the daemon's settings file: commas and remarks that are no JSON, keys that it does not know, `hosts` twice.

What cannot be understood at all is put aside, and the daemon starts with nothing but its defaults.
"""

from __future__ import annotations

import json
import re
from typing import Any

from arriero.doctor.check import Finding
from arriero.doctor.checks.docker.settings import CHECK
from arriero.doctor.facts.daemon_json import daemon_json
from arriero.doctor.fix import CannotFix, Fix, FixPlan
from arriero.doctor.fixes.daemon_file import rewritten
from arriero.doctor.site import Site

_UNKNOWN = re.compile(r"don't match any configuration option: (.+)")
_STRING = r'"(?:\\.|[^"\\])*"'
_REMARK = re.compile(rf"({_STRING})|//[^\n]*|/\*.*?\*/", re.DOTALL)
_COMMA = re.compile(rf"({_STRING})|,(?=\s*[}}\]])")


async def plan(site: Site, finding: Finding) -> FixPlan | CannotFix:
    there = await site.fact(daemon_json)
    if there.settings is None:
        return rewritten(there, understood(there.text or "") or {})
    barred = _barred(finding)
    if not barred:
        return CannotFix("unknown", (("detail", finding.params["detail"]),))
    return rewritten(there, {key: value for key, value in there.settings.items() if key not in barred})


def understood(text: str) -> dict[str, Any] | None:
    """What was meant, where only commas and remarks are in the way."""
    bare = _COMMA.sub(_kept, _REMARK.sub(_kept, text))
    try:
        value = json.loads(bare)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def _kept(found: re.Match[str]) -> str:
    """Strings stay, whatever is in them."""
    return found[1] or ""


def _barred(finding: Finding) -> set[str]:
    if finding.kind == "hosts_twice":
        return {"hosts"}
    named = _UNKNOWN.search(str(finding.params["detail"]))
    return {key.strip() for key in named[1].split(",")} if named else set()


FIX = Fix(CHECK.code, frozenset({"not_json", "refused", "hosts_twice"}), plan, frozenset({"unknown"}))
