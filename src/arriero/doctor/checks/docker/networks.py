"""Has the engine address ranges left for another network? It starts with thirty-one of them.

Foreign facts: the default pools are 172.17.0.0/16 to 172.31.0.0/16 and 192.168.0.0/16 in parts of /20 (moby,
libnetwork/ipamutils); when they are given: `all predefined address pools have been fully subnetted`.
"""

from __future__ import annotations

from ipaddress import ip_network
from typing import Any

from arriero.doctor.check import Check, Finding, Grade, Subject, saw
from arriero.doctor.facts.engine import ask, engine, info
from arriero.doctor.site import Site

_DEFAULT_POOLS: list[dict[str, Any]] = [{"Base": f"172.{n}.0.0/16", "Size": 16} for n in range(17, 32)] + [
    {"Base": "192.168.0.0/16", "Size": 20}
]
_FEW = 3


async def look(site: Site) -> Finding:
    found, told = await site.fact(engine), await site.fact(info)
    if found is None or told is None:
        return saw("no_engine")
    pools = told.get("DefaultAddressPools") or _DEFAULT_POOLS
    networks = await ask(found, "/networks")
    ranges = sum(2 ** (int(pool["Size"]) - ip_network(pool["Base"]).prefixlen) for pool in pools)
    left = ranges - sum(_taken_from(pools, network) for network in networks)
    kind = "used_up" if left <= 0 else "few" if left <= _FEW else "enough"
    return saw(kind, networks=len(networks), left=max(left, 0))


def _taken_from(pools: list[dict[str, Any]], network: dict[str, Any]) -> int:
    """How many of the pools' ranges it has: an IPv4 range of a user's own counts where it lies in a pool."""
    told = [str(each.get("Subnet", "")) for each in network["IPAM"].get("Config") or []]
    given = [ip_network(subnet) for subnet in told if "." in subnet]
    return len([one for one in given if any(one.overlaps(ip_network(pool["Base"])) for pool in pools)])


CHECK = Check(
    code="docker.networks",
    subject=Subject.DOCKER,
    kinds={"enough": Grade.GOOD, "no_engine": Grade.SKIPPED, "few": Grade.WARNING, "used_up": Grade.ERROR},
    look=look,
)
