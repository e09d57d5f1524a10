"""The questions before an operation: what it is about, and whether its plan is what was meant."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from arriero.core.errors import ArrieroError
from arriero.tui.choices import Choice, ask_text, choices_of, command_of, typed
from arriero.tui.doing import Picked
from arriero.tui.operations import Ask, Operation, Pick
from arriero.tui.presenting_jobs import about
from arriero.tui.screens.dialogs import AskScreen, ChooseScreen
from arriero.tui.screens.planning import PlanScreen

if TYPE_CHECKING:
    from arriero.tui.app import ArrieroApp


async def ask_and_begin(app: ArrieroApp, operation: Operation, pointed: str | None) -> None:
    """`pointed`: the slot under the cursor, which is offered first. Closing a dialog ends it all."""
    picked = await _pick(app, operation, pointed)
    for ask in operation.asks:
        picked = picked and await _typed(app, operation, ask, picked)
    if picked is None:
        return
    if operation.command:
        await app.run_command(command_of(operation, picked))
    elif operation.act is None:
        await open_screen(app, operation, picked)
    elif not operation.planned:
        app.begin(operation, picked)
    else:
        planning = PlanScreen(operation, picked, app.host, app.words)
        if await app.push_screen_wait(planning):
            app.begin(operation, planning.picked)


async def _pick(app: ArrieroApp, operation: Operation, pointed: str | None) -> Picked | None:
    if operation.pick is Pick.NOTHING:
        return Picked()
    if app.known.status is None:
        app.notify(app.words.tui.looking)
        return None
    choices = choices_of(operation, app.known.status, app.words, app.known.validation)
    if not choices:
        app.notify(app.words.tui.choose_nothing)
        return None
    if operation.act is None and not operation.command and len(choices) == 1:
        return choices[0].picked
    title = app.words.tui.operations[operation.name]
    return await app.push_screen_wait(ChooseScreen(title, choices, _first(choices, pointed), app.words))


async def _typed(app: ArrieroApp, operation: Operation, ask: Ask, picked: Picked) -> Picked | None:
    title = about(operation, picked, app.words)
    asking = AskScreen(title, ask_text(ask, app.words), app.words, may_be_empty=ask is Ask.NAME)
    answer = await app.push_screen_wait(asking)
    return None if answer is None else typed(picked, ask, answer)


def _first(choices: Sequence[Choice], pointed: str | None) -> int:
    return next((i for i, choice in enumerate(choices) if choice.picked.slot == pointed), 0)


async def open_screen(app: ArrieroApp, operation: Operation, picked: Picked) -> None:
    """Chat, logs, figures and settings, which are imported when they are first wanted."""
    if operation.name == "settings":
        from arriero.tui.screens.settings import SettingsScreen

        app.push_screen(SettingsScreen())
        return
    assert picked.slot is not None  # the others are about one slot
    if operation.name == "logs":
        from arriero.tui.screens.logs import LogsScreen

        app.push_screen(LogsScreen(picked.slot))
        return
    if operation.name == "bench":
        from arriero.tui.screens.measure import MeasureScreen

        app.push_screen(MeasureScreen(picked.slot))
        return
    from arriero.tui.screens.chat import ChatScreen, find

    try:
        target = await find(app.host, picked.slot)
    except ArrieroError as fault:
        app.notify(app.host.tell(fault, app.words.texts, planned=False), severity="error", markup=False)
        return
    app.push_screen(ChatScreen(target))
