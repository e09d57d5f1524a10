"""Whatever is typed or sent as a model's name: it is refused, or it stays inside the store and means one thing."""

from __future__ import annotations

from pathlib import Path

from hypothesis import example, given
from hypothesis import strategies as st

from arriero.core.ids import Reference

ROOT = Path("/store/manifests")
NASTY = st.text(alphabet="aZ09_-.:/\\\0 ñ\n%~", max_size=40)


def parsed(text: str) -> Reference | None:
    try:
        return Reference.parse(text)
    except ValueError:
        return None


@given(st.one_of(NASTY, st.text(max_size=120)))
@example("../../etc/passwd")
@example("/etc/passwd")
@example("a/../../b:c")
@example("host:5000/../x:y")
@example("x:\0")
@example("x\n")
@example("ſ:1")
def test_a_name_is_refused_or_leads_to_four_levels_below_the_root(text: str) -> None:
    name = parsed(text)
    if name is None:
        return
    path = ROOT.joinpath(*name.parts)
    assert path.relative_to(ROOT).parts == name.parts
    assert len(name.parts) == 4
    assert not any(part.startswith(".") or "\0" in part or "/" in part for part in name.parts)
    assert all(part.isascii() and len(part) <= 350 for part in name.parts)


@given(st.one_of(NASTY, st.text(max_size=120)))
@example("hf.co/owner/repo:Q4_K_M")
@example("127.0.0.1:5000/me/x")
@example("me/x")
def test_what_is_written_back_is_read_as_the_same(text: str) -> None:
    name = parsed(text)
    if name is None:
        return
    assert Reference.parse(str(name)) == Reference.parse(name.full) == name
    assert name.matches(Reference.parse(name.full.upper()))
