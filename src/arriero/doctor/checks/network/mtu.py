"""Are the packets of containers small enough for the way out? Over a VPN or PPPoE bigger ones are lost: pulls stall,
TLS handshakes time out.

Docker's networks have 1500 unless daemon.json says otherwise (moby, libnetwork/drivers/bridge).
"""

from __future__ import annotations

from arriero.doctor.check import Check, Finding, Grade, Subject, saw
from arriero.doctor.facts.daemon_json import daemon_json
from arriero.doctor.facts.engine import engine
from arriero.doctor.site import Site

_DOCKERS = 1500


async def look(site: Site) -> Finding:
    if await site.fact(engine) is None:
        return saw("no_engine")
    device = _way_out(site.host.read("/proc/net/route") or "")
    told = site.host.read(f"/sys/class/net/{device}/mtu") if device else None
    if told is None:
        return saw("no_way_out")
    settings = (await site.fact(daemon_json)).settings or {}
    dockers, outside = int(settings.get("mtu") or _DOCKERS), int(told)
    kind = "bigger" if dockers > outside else "fits"
    return saw(kind, device=device, outside=outside, docker=dockers)


def _way_out(table: str) -> str | None:
    """The device of the default route: destination and mask 0, the smallest metric (proc(5), net/route)."""
    rows = [line.split() for line in table.splitlines()[1:]]
    ways = [(int(row[6]), row[0]) for row in rows if len(row) > 7 and row[1] == row[7] == "00000000"]
    return min(ways)[1] if ways else None


CHECK = Check(
    code="network.mtu",
    subject=Subject.NETWORK,
    kinds={"fits": Grade.GOOD, "no_engine": Grade.SKIPPED, "no_way_out": Grade.SKIPPED, "bigger": Grade.HINT},
    look=look,
)
