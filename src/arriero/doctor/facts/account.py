"""Who asks: the user, the groups of this session, and those that a new login would have (id(1), coreutils)."""

from __future__ import annotations

from dataclasses import dataclass

from arriero.doctor.site import Site


@dataclass(frozen=True)
class Account:
    """`session`: the groups that this process has. `enrolled`: those in the database, which a new login will have."""

    name: str
    uid: int
    session: frozenset[str]
    enrolled: frozenset[str]


async def account(site: Site) -> Account | None:
    """None where the system does not tell: a user without an entry, or no `id`."""
    who, number, session = [await site.host.ask("id", flag) for flag in ("-un", "-u", "-Gn")]
    if not (who and who.ok and number and number.ok and session):
        return None
    name = who.out.strip()
    enrolled = await site.host.ask("id", "-Gn", name)
    groups = enrolled.out.split() if enrolled else ()
    return Account(name, int(number.out), frozenset(session.out.split()), frozenset(groups))
