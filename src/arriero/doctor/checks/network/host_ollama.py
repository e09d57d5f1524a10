"""Does the machine's own Ollama service take the port of the first slot, now or at the next boot?

Its installer (ollama/scripts/install.sh) enables ollama.service; it listens on OLLAMA_HOST, which many set to 0.0.0.0.
"""

from __future__ import annotations

import re

from arriero.doctor.check import Check, Finding, Grade, Subject, saw
from arriero.doctor.site import Site

_OPEN = re.compile(r"OLLAMA_HOST=(?:https?://)?(?:0\.0\.0\.0|\[?::\]?)")
_PORT = re.compile(r"OLLAMA_HOST=\S*?:(\d+)(?:\s|$)")


async def look(site: Site) -> Finding:
    words = ("LoadState", "ActiveState", "UnitFileState", "Environment")
    ran = await site.host.ask("systemctl", "show", *(f"--property={word}" for word in words), "ollama.service")
    told = dict(line.partition("=")[::2] for line in ran.out.splitlines()) if ran else {}
    if told.get("LoadState") != "loaded":
        return saw("none")
    environment = told.get("Environment", "")
    port = int(found[1]) if (found := _PORT.search(environment)) else 11434
    if told.get("ActiveState") == "active":
        return saw("open" if _OPEN.search(environment) else "runs", port=port)
    if told.get("UnitFileState") == "enabled" and port in {slot.port for slot in site.world.configuration.slots}:
        return saw("comes", port=port)
    return saw("rests", port=port)


CHECK = Check(
    code="network.host_ollama",
    subject=Subject.NETWORK,
    kinds={
        "none": Grade.GOOD,
        "rests": Grade.GOOD,
        "comes": Grade.HINT,
        "runs": Grade.WARNING,
        "open": Grade.WARNING,
    },
    look=look,
)
