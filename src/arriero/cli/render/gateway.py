"""The gateway, its exposure and its keys as text."""

from __future__ import annotations

from collections.abc import Iterator

from arriero.cli.look import Look
from arriero.gateway.results import ExposureOutcome, ExposureStatus, GatewayOutcome, GatewayStatus, KeyList, NewKey
from arriero.gateway.results import KeyStatus as Key
from arriero.i18n import fill
from arriero.i18n.gateway_texts import GatewayTexts, gateway_texts


def render_gateway_outcome(outcome: GatewayOutcome, look: Look) -> str:
    t = _texts(look)
    if outcome.dry_run:
        return t.planned[outcome.action]
    shown = [] if outcome.gateway.state == "off" else [render_gateway(outcome.gateway, look)]
    return "\n".join([t.actions[outcome.action], *shown])


def render_gateway(gateway: GatewayStatus, look: Look) -> str:
    t = _texts(look)
    templates = [t.states[gateway.state]]
    if gateway.state != "off":
        templates += [t.stale] if gateway.in_step is False else []
        templates += [t.busy] if gateway.flying is not None else []
        templates += [t.loading] if gateway.loading else []
        templates += [t.memory] if gateway.memory_bytes else []
        templates += [t.log]
    templates += [t.resting] if gateway.resting_since else []
    templates += [t.keys] if gateway.keys else []
    first, *rest = (fill(template, vars(gateway), look.texts.numbers) for template in templates)
    exposed = _exposure(gateway.exposure, t.exposed, look) if gateway.exposure else ()
    return "\n".join([first, *(f"  {line}" for line in (*rest, *exposed))])


def render_exposure(outcome: ExposureOutcome, look: Look) -> str:
    t = _texts(look)
    if outcome.exposure is None:
        return t.would_unexpose if outcome.dry_run else t.unexposed
    head = t.would_expose if outcome.dry_run else t.exposed
    lines = [*_exposure(outcome.exposure, head, look), *_told(t.models, look, models=outcome.models)]
    lines += _told(t.holders, look, keys=outcome.keys)
    if not outcome.dry_run and not outcome.restarted:
        lines.append(t.not_on)
    return "\n".join(lines)


def render_new_key(made: NewKey, look: Look, *, dry_run: bool) -> str:
    t = _texts(look)
    params = vars(made) | {"slots": _slots(made.slots, t)}
    if dry_run:
        return fill(t.key_would, params, look.texts.numbers)
    return "\n".join([fill(t.key_made, params, look.texts.numbers), "", f"  {made.key}", "", t.key_how])


def render_keys(listed: KeyList, look: Look) -> str:
    t = _texts(look)
    return "\n".join(_key(key, t, look) for key in listed.keys) or t.no_keys


def render_revoked(key: Key, look: Look, *, dry_run: bool) -> str:
    t = _texts(look)
    return (t.would_revoke if dry_run else t.revoked).format(name=key.name)


def _key(key: Key, t: GatewayTexts, look: Look) -> str:
    params = vars(key) | {"slots": _slots(key.slots, t), "state": t.key_states[key.state]}
    return fill(t.key_line, params, look.texts.numbers)


def _exposure(exposure: ExposureStatus, head: str, look: Look) -> Iterator[str]:
    for template in (head, _texts(look).fingerprint):
        yield fill(template, vars(exposure), look.texts.numbers)


def _told(template: str, look: Look, **params: object) -> list[str]:
    return [fill(template, params, look.texts.numbers)]


def _slots(slots: tuple[str, ...], t: GatewayTexts) -> str:
    return ", ".join(slots) or t.all_slots


def _texts(look: Look) -> GatewayTexts:
    return gateway_texts(look.texts.language)
