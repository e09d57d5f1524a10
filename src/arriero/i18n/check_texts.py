"""The texts of a check. They load with `validate` alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class CheckText:
    """`title`: what is looked at. `why`: why it matters. `seen`: a sentence for each kind that it may see, with the
    finding's parameters. `advice`: for each kind that is not well, what to type or do; `""` where there is nothing to do.
    """

    title: str
    why: str
    seen: Mapping[str, str]
    advice: Mapping[str, str] = field(default_factory=dict)
