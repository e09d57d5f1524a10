"""`install` and `uninstall`: the steps from a bare machine to a model that answers, and the way back."""

from __future__ import annotations

import asyncio
import os
import sys
from contextlib import suppress

from arriero.cli.call import Call, Reply
from arriero.cli.commands.mending import Healing, reply_on
from arriero.cli.render.mending import render_changes, render_summary
from arriero.cli.render.outcome import render_outcome
from arriero.config.specs import BackendChoice, BackendKind
from arriero.core.errors import ArrieroError, EnvironmentFault
from arriero.doctor import open_site
from arriero.doctor.install import steps_of
from arriero.doctor.install.group import CHECK as GROUP_CHECK
from arriero.doctor.install.group import as_member, waits_for_login
from arriero.doctor.install.removing import Addition, Removal, TakenBack, additions, take_back
from arriero.doctor.mending import Ending, Mended
from arriero.doctor.site import Site
from arriero.i18n import fill
from arriero.i18n.check_texts import check_title
from arriero.i18n.mending_texts import mending_texts
from arriero.stack.down import down
from arriero.stack.remove import remove
from arriero.stack.results import Outcome
from arriero.store.errors import ModelNotInstalled

_GOES_ON = (Ending.NOT_NEEDED, Ending.FIXED, Ending.PLANNED)


def install(call: Call) -> Reply:
    """Each step sees the machine that the one before has left. It stops where the next one would stand on nothing.

    Where all that is missing is the group's next login, the same line goes on in a process that has the group; scripts
    (`--json`) are told of the login instead, since one result has to tell all steps.
    """
    backend = _backend(call)
    healing = Healing(call, "install", lambda: open_site(call.world(), call.environ))
    every: list[Mended] = []
    for step in steps_of(backend):
        every.append(healing.treat(step.check, step.fixes))
        if every[-1].ending not in _GOES_ON and not call.args.dry_run:
            break
    if every[-1].ending is Ending.WAITS and every[-1].proposal.checked.check is GROUP_CHECK and not call.args.json:
        _go_on_as_member(call, healing)
    return reply_on(call, every, "\n".join(["", render_summary(every, call.look), _last_word(call, every)]))


def _backend(call: Call) -> BackendKind:
    """To install means containers, unless the embedded engine is asked for; later steps go by what is decided here."""
    asked = call.configuration().settings.backend
    backend = BackendKind.NATIVE if asked is BackendChoice.NATIVE else BackendKind.DOCKER
    vars(call.args).update(backend=str(backend))
    return backend


def _go_on_as_member(call: Call, healing: Healing) -> None:
    """Does not come back, unless this user cannot have the group without a new login."""
    command = asyncio.run(as_member(open_site(call.world(), call.environ), (sys.executable, *sys.orig_argv[1:])))
    if command:
        healing.say(mending_texts(call.texts).as_member)
        os.execvpe(command[0], command, call.environ)  # noqa: S606 - the very line that was typed


def _last_word(call: Call, every: list[Mended]) -> str:
    words = mending_texts(call.texts)
    if call.args.dry_run:
        return words.dry_run
    if every[-1].ending not in _GOES_ON:
        return words.stopped.format(command=" ".join(["./main.sh", *sys.argv[1:]]))
    last = words.installed if any(done.ending is Ending.FIXED for done in every) else words.unchanged
    return "\n".join(
        [last, *([words.other_terminals] if waits_for_login(open_site(call.world(), call.environ)) else [])]
    )


def uninstall(call: Call) -> Reply:
    """What runs ends first; then each addition is asked for by itself."""
    site, words = open_site(call.world(), call.environ), mending_texts(call.texts)
    healing = Healing(call, "uninstall", lambda: site)
    stopped, faults = None, list[ArrieroError]()
    try:
        stopped = _stop(call, healing, site)
    except EnvironmentFault as fault:  # an engine that is down keeps nobody from taking it away
        faults.append(fault)
    kept = asyncio.run(additions(site))
    done = tuple(_take_back(call, healing, site, addition) for addition in kept)
    removed = _remove_models(call, healing) if call.args.models else ()
    data = {"stopped": stopped, "additions": done, "models": removed, "dry_run": call.args.dry_run}
    last = [] if call.args.models else [words.models_stay.format(path=site.settings.models_dir)]
    text = "\n".join(
        [*([] if kept else [words.nothing_of_ours]), *([words.dry_run] if call.args.dry_run else []), *last]
    )
    failures = (*faults, *(each.fault for each in done if each.fault))
    return Reply(data, text, failures, nothing_done=not any(each.removal is Removal.DONE for each in done))


def _stop(call: Call, healing: Healing, site: Site) -> Outcome | None:
    """None where nothing runs, or where it is to go on."""
    planned = asyncio.run(down(site.world, call.narrate, dry_run=True))
    if planned.plan.empty:
        return None
    healing.say(render_outcome(planned, call.look))
    if call.args.dry_run:
        return planned
    return asyncio.run(down(site.world, call.narrate)) if healing.agrees() else None


def _take_back(call: Call, healing: Healing, site: Site, addition: Addition) -> TakenBack:
    words = mending_texts(call.texts)
    at = fill(words.take_back, {"at": addition.at.strftime("%Y-%m-%dT%H:%M:%S.000Z")}, call.texts.numbers)
    title = call.look.paint(f"{check_title(addition.step, call.texts)} [{addition.step}]", "bold")
    healing.say("\n".join([f"{title} {at}", *render_changes(addition.shown, addition.step, call.look)]))
    if call.args.dry_run:
        return TakenBack(addition.step, addition.shown, Removal.PLANNED)
    if not healing.agrees():
        return TakenBack(addition.step, addition.shown, Removal.DECLINED)
    done = asyncio.run(take_back(site, addition, call.narrate, terminal=sys.stdin.isatty()))
    healing.say(words.taken_back if done.removal is Removal.DONE else words.endings["failed"])
    return done


def _remove_models(call: Call, healing: Healing) -> tuple[str, ...]:
    """Every variant of the catalogue that is here, as `remove` does it; other models in that folder stay."""
    world, names = call.world(), list[str]()
    for slot in world.configuration.slots:
        for variant in slot.variants:
            with suppress(ModelNotInstalled):
                planned = asyncio.run(remove(world, slot.id, variant=variant.name, dry_run=True))
                healing.say(", ".join(planned.references))
                if call.args.dry_run or healing.agrees():
                    done = asyncio.run(remove(world, slot.id, variant=variant.name, dry_run=call.args.dry_run))
                    names += done.references
    return tuple(names)
