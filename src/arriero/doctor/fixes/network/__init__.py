"""What mends the checks of the network."""

from arriero.doctor.fix import Fix
from arriero.doctor.fixes.network import exposure, host_ollama, localhost, mtu, proxy

FIXES: tuple[Fix, ...] = (host_ollama.FIX, exposure.FIX, localhost.FIX, proxy.FIX, mtu.FIX)
