"""What an editor's configuration holds of ours, and what the editor said when it was asked."""

from __future__ import annotations

from arriero.cli.look import Look
from arriero.cli.render.chat import seconds_text
from arriero.clients.values import ClientCheck, Connection


def render_connected(done: Connection, look: Look, *, legacy: bool) -> str:
    t = look.texts
    lines = [_written(done, look)]
    lines += [t.client_row.format(**vars(each)) for each in done.providers]
    lines += [t.client_no_tools.format(slot=each.slot) for each in done.providers if not each.tools]
    return "\n".join([*lines, "", t.client_import if legacy else t.client_next])


def render_disconnected(done: Connection, look: Look) -> str:
    t = look.texts
    if not done.removed:
        return t.client_nothing.format(file=done.file)
    return "\n".join([_written(done, look), t.client_removed.format(names=", ".join(done.removed))])


def _written(done: Connection, look: Look) -> str:
    t = look.texts
    if not done.diff:
        return t.client_unchanged.format(file=done.file)
    if done.dry_run:
        return f"{t.client_would_write.format(file=done.file)}\n\n{done.diff}\n"
    if done.backup:
        return t.client_written.format(file=done.file, backup=done.backup)
    return t.client_created.format(file=done.file)


def render_check(done: ClientCheck, look: Look) -> str:
    t = look.texts
    answers = [
        t.client_answer.format(slot=a.slot, text=a.text, seconds=seconds_text(a.took_s, t)) for a in done.answers
    ]
    return "\n".join([f"{done.program} {done.version}", *answers])
