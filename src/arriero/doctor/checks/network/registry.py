"""Can the models' registry be reached: its name, its certificate, its answer?

A machine without a network is not broken: models that are here are served all the same.
"""

from __future__ import annotations

import asyncio

from arriero.config.specs import SourceKind
from arriero.core.errors import ArrieroError
from arriero.core.ids import Reference
from arriero.doctor.check import Check, Finding, Grade, Subject, saw
from arriero.doctor.site import Site
from arriero.registry.client import RegistryClient
from arriero.registry.errors import RegistryUnreachable, RegistryUntrusted
from arriero.registry.values import RegistrySettings

_NAME_S, _ANSWER_S = 1.2, 1.4


async def look(site: Site) -> Finding:
    reference = _reference(site)
    if reference is None:
        return saw("unneeded")
    host = reference.host.partition(":")[0]
    if not _proxied(site):
        named = await site.host.run("getent", "ahosts", host, limit_s=_NAME_S)
        if named is not None and not named.ok:
            return saw("nameless", host=host)
    return await _ask(site, reference)


async def _ask(site: Site, reference: Reference) -> Finding:
    insecure = frozenset(site.settings.insecure_registries)
    patience = RegistrySettings(insecure, connect_s=_ANSWER_S, answer_s=_ANSWER_S, tries=1, backoff_s=0.0)
    try:
        async with asyncio.timeout(_ANSWER_S):
            await RegistryClient(patience).head_manifest(reference)
    except TimeoutError:
        return saw("slow", host=reference.host, limit_s=_ANSWER_S)
    except RegistryUntrusted as fault:
        return saw("untrusted", host=reference.host, fault=fault)
    except RegistryUnreachable as fault:
        return saw("unreachable", host=reference.host, fault=fault)
    except ArrieroError:
        return saw("answers", host=reference.host)  # it refuses this one, and so it is there
    return saw("answers", host=reference.host)


def _reference(site: Site) -> Reference | None:
    variants = [slot.variant() for slot in site.world.configuration.slots]
    return next((each.reference for each in variants if each and each.source is SourceKind.REGISTRY), None)


def _proxied(site: Site) -> bool:
    return any(site.host.environ.get(name) for name in ("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"))


CHECK = Check(
    code="network.registry",
    subject=Subject.NETWORK,
    kinds={
        "answers": Grade.GOOD,
        "unneeded": Grade.SKIPPED,
        "nameless": Grade.HINT,
        "unreachable": Grade.HINT,
        "slow": Grade.HINT,
        "untrusted": Grade.WARNING,
    },
    look=look,
)
