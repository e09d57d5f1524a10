"""What was imported into the store, and what left it."""

from __future__ import annotations

from arriero.cli.look import Look
from arriero.stack.results import ImportedModel, RemovedModel


def render_imported(imported: ImportedModel, look: Look) -> str:
    t = look.texts
    template = t.would_import if imported.dry_run else t.imported
    text = template.format(
        reference=imported.reference, size=t.numbers.size(imported.size_bytes), version=imported.version
    )
    if imported.slot and not imported.dry_run:
        text += "\n" + t.imported_for_slot.format(slot=imported.slot)
    return text


def render_removed(removed: RemovedModel, look: Look) -> str:
    t = look.texts
    template = t.would_remove if removed.dry_run else t.removed
    return template.format(references=", ".join(removed.references), freed=t.numbers.size(removed.freed_bytes))
