"""What mends the checks of Docker."""

from arriero.doctor.fix import Fix
from arriero.doctor.fixes.docker import (
    address,
    boot,
    cgroups,
    client,
    daemon,
    dpkg,
    group,
    image,
    keyrings,
    logs,
    namespaces,
    networks,
    orphans,
    settings,
    socket,
    sources,
    suite,
    volume,
)

FIXES: tuple[Fix, ...] = (
    address.FIX,
    group.FIX,
    socket.FIX,
    settings.FIX,
    daemon.FIX,
    client.FIX,
    namespaces.FIX,
    sources.FIX,
    keyrings.FIX,
    suite.FIX,
    dpkg.FIX,
    boot.FIX,
    cgroups.FIX,
    logs.FIX,
    networks.FIX,
    orphans.FIX,
    volume.FIX,
    image.FIX,
)
