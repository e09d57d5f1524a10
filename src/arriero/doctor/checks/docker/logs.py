"""Is there an end to what containers may write into their logs? `json-file`, the default, has none."""

from __future__ import annotations

from arriero.doctor.check import Check, Finding, Grade, Subject, saw
from arriero.doctor.facts.daemon_json import daemon_json
from arriero.doctor.facts.engine import info
from arriero.doctor.site import Site


async def look(site: Site) -> Finding:
    told, file = await site.fact(info), await site.fact(daemon_json)
    if told is None:
        return saw("no_engine")
    driver = str(told.get("LoggingDriver", "?"))
    options = (file.settings or {}).get("log-opts") or {}
    if driver == "json-file" and "max-size" not in options:
        return saw("endless", driver=driver, path=str(file.path))
    return saw("limited", driver=driver)


CHECK = Check(
    code="docker.logs",
    subject=Subject.DOCKER,
    kinds={"limited": Grade.GOOD, "no_engine": Grade.SKIPPED, "endless": Grade.HINT},
    look=look,
)
