"""Versions as text: what was downloaded, what there would be, and what changed places."""

from __future__ import annotations

from arriero.cli.look import Look
from arriero.i18n import fill
from arriero.stack.version_results import CheckReport, Freshness, PulledModel, Switched, UpdateReport, VersionCheck


def render_pulled(pulled: PulledModel, look: Look) -> str:
    t = look.texts
    told = _template(pulled, look).format(
        reference=pulled.reference,
        version=pulled.version,
        before=pulled.before,
        size=t.numbers.size(pulled.size_bytes),
        download=t.numbers.size(pulled.download_bytes),
        name=pulled.slot or pulled.reference,
    )
    lines = [told]
    if pulled.down_s is not None:
        lines.append(t.switch_down.format(down=t.numbers.duration(pulled.down_s)))
    if pulled.changed and pulled.slot and not pulled.before and not pulled.dry_run:
        lines.append(t.imported_for_slot.format(slot=pulled.slot))
    return "\n".join(lines)


def _template(pulled: PulledModel, look: Look) -> str:
    t = look.texts
    if pulled.dry_run and pulled.download_bytes:
        return t.would_pull
    if not pulled.changed:
        return t.pulled_current
    if pulled.dry_run:
        return t.would_pull
    return t.pulled_changed if pulled.before else t.pulled


def render_update(report: UpdateReport, look: Look) -> str:
    if not report.pulled and not report.failures:
        return look.texts.check_nothing
    return "\n".join(render_pulled(pulled, look) for pulled in report.pulled)


def render_check(report: CheckReport, look: Look) -> str:
    if not report.checks:
        return look.texts.check_nothing
    lines = [_check(check, look) for check in report.checks]
    outdated = dict.fromkeys(c.slot for c in report.checks if c.freshness is Freshness.OUTDATED and c.slot)
    if outdated:
        name = next(iter(outdated)) if len(outdated) == 1 else "--all"
        lines += ["", look.texts.check_hint.format(name=name)]
    return "\n".join(lines)


def _check(check: VersionCheck, look: Look) -> str:
    t = look.texts
    templates = {
        Freshness.CURRENT: t.check_current,
        Freshness.OUTDATED: t.check_outdated,
        Freshness.PINNED: t.check_pinned,
        Freshness.UNKNOWN: t.check_unknown,
    }
    params = {
        "reference": check.reference,
        "installed": check.installed,
        "available": check.available,
        "published_at": check.published_at,
        "changes": ", ".join(t.layers[kind] for kind in check.changes),
        "download": t.numbers.size(check.download_bytes or 0),
    }
    told = fill(templates[check.freshness], params, t.numbers)
    return look.paint(told, "yellow") if check.freshness is Freshness.OUTDATED else told


def render_switched(switched: Switched, look: Look, *, dry_run: bool) -> str:
    t = look.texts
    template = t.would_roll_back if dry_run else t.rolled_back
    lines = [template.format(reference=switched.reference, before=switched.before, after=switched.after)]
    if switched.down_s is not None:
        lines.append(t.switch_down.format(down=t.numbers.duration(switched.down_s)))
    return "\n".join(lines)
