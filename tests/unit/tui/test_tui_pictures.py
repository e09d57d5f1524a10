"""How the app looks: each screen as a picture, compared with the one that somebody has looked at and kept.

`make pictures` keeps them anew, to be looked at before they are committed. What is shown is made by hand (made_known),
so that no clock, machine or terminal has a part in it.
"""

from __future__ import annotations

import os
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace
from pathlib import Path

import made_known as made
import pytest
from made_measured import BEFORE, LAST
from textual.pilot import Pilot

from arriero.gateway.results import GatewayStatus
from arriero.hardware.values import GpuProcess
from arriero.i18n import Language, texts_of
from arriero.planner import Action, ActionKind, Plan, Reason
from arriero.runtime.backend import StopReport
from arriero.stack.chat import ChatTarget
from arriero.stack.results import ChatStats, ModelState, Outcome, Processor
from arriero.state.errors import StateLocked
from arriero.tui.doing import Picked
from arriero.tui.foreseeing import Foreseen
from arriero.tui.jobs import JobSnapshot, JobState
from arriero.tui.operations import BY_NAME
from arriero.tui.presenting import Known
from arriero.tui.remembered import Remembered
from arriero.tui.screens import chat, logs, measure, planning
from arriero.tui.screens.dialogs import ChooseScreen, LeaveScreen, TextScreen
from arriero.tui.screens.settings import EditScreen
from arriero.tui.words import Words
from tui_still import Still

KEPT = Path(__file__).resolve().parents[2] / "pictures"
ANEW = bool(os.environ.get("TUI_PICTURES_ANEW"))
ES, EN = Words(texts_of(Language.ES)), Words(texts_of(Language.EN))
ASCII = Words(texts_of(Language.EN), unicode=False)
MISTRAL = replace(
    made.QWEN,
    id="mistral",
    title="Mistral 7B Instruct v0.3",
    purpose={"es": "Documentación y arquitectura", "en": "Documentation and architecture"},
    reference="mistral:7b-instruct-v0.3-q4_K_M",
    state=ModelState.STARTING,
    url=None,
    processor=None,
    port=11436,
    restarts=None,
)
DEMO = replace(
    MISTRAL,
    id="demo",
    title="SmolLM2 135M Instruct",
    purpose={"es": "Prueba sin Docker ni GPU", "en": "Trial without Docker or GPU"},
    reference="smollm2:135m-instruct-q4_1",
    state=ModelState.FAILED,
    port=11437,
    last_exit="signal 9",
)
QWEN = replace(made.QWEN, processor=Processor.GPU, backend="docker")
DEEPSEEK = replace(made.DEEPSEEK, purpose={"es": "Razonamiento técnico", "en": "Technical reasoning"}, drift=())
SPEED = ChatStats(128, 24.3, 0.42, 5.7, 31, "stop")
STATUS = replace(
    made.STATUS,
    backend="docker",
    models=(QWEN, DEEPSEEK, MISTRAL, DEMO),
    gpu=made.CARD,
    others=(GpuProcess(3000, "Xorg", "/usr/lib/xorg/Xorg", None, 400_000_000),),
)
GATEWAY = GatewayStatus(
    *(
        "on",
        "http://127.0.0.1:11430/v1",
        4300,
        0,
        None,
        48_000_000,
        True,
        True,
        2,
        1,
        "mistral",
        1,
        None,
        None,
        "/x.log",
    )
)
DONE = JobSnapshot(2, BY_NAME["activate"], Picked("qwen", "7b"), JobState.DONE, took_s=6.2)
BUSY = Known(
    Remembered(),
    STATUS,
    (made.PULL, DONE),
    answers={"qwen": SPEED},
    card=made.CARD,
    gateway=GATEWAY,
    usage=made.KNOWN.usage,
)
CALM = replace(BUSY, jobs=(DONE,), gateway=None, status=replace(STATUS, gpu=made.NO_CARD, others=()))
TROUBLE = replace(
    CALM,
    status=replace(STATUS, models=(QWEN, made.DEEPSEEK, MISTRAL, DEMO)),
    trouble=StateLocked("/home/ana/.models.db", 5.0),
)
MANY = replace(
    CALM, status=replace(STATUS, models=tuple(replace(QWEN, id=f"s{i:03d}", title="n" * 80) for i in range(200)))
)
STOPPED = Outcome(
    Plan("down", (Action(ActionKind.STOP, "qwen", QWEN.reference, Reason("asked")),)),
    *(False, "docker", Reason("backend.asked"), ()),
    (StopReport("qwen", True, True, 5_600_000_000, 1.9),),
    *((), 2.1),
)
RESULT = replace(CALM, jobs=(replace(DONE, operation=BY_NAME["down"], picked=Picked(), result=STOPPED),))
Steps = Callable[[Pilot[int]], Awaitable[None]]


@dataclass(frozen=True)
class Picture:
    """`steps`: what is done before it is taken. `settings`: the text of the user's file."""

    name: str
    size: tuple[int, int]
    known: Known = BUSY
    words: Words = ES
    theme: str = "textual-dark"
    steps: Steps | None = None
    settings: str = 'theme = "textual-dark"\n'


async def until(pilot: Pilot[int], condition: Callable[[], object]) -> None:
    while not condition():
        await pilot.pause(0.01)


def pressing(*keys: str) -> Steps:
    async def press(pilot: Pilot[int]) -> None:
        await pilot.press(*keys)
        await pilot.pause(0.1)

    return press


async def a_plan(pilot: Pilot[int]) -> None:
    await pilot.press("5")
    await until(pilot, lambda: isinstance(pilot.app.screen, planning.PlanScreen))
    await until(pilot, lambda: pilot.app.screen.query_one("#yes").has_focus)


async def a_refusal(pilot: Pilot[int]) -> None:
    await pilot.press("s")
    await until(pilot, lambda: pilot.app.screen.query("#settings"))
    rows = pilot.app.screen.query_one("#settings")
    await until(pilot, lambda: rows.option_count)  # type: ignore[attr-defined]
    rows.highlighted = rows.get_option_index("slots.qwen.context")  # type: ignore[attr-defined]
    await pilot.press("enter")
    await until(pilot, lambda: isinstance(pilot.app.screen, EditScreen))
    await pilot.press(*["backspace"] * 5, "5", "enter")
    await until(pilot, lambda: "1048576" in str(pilot.app.screen.query_one("#refused").render()))


async def the_settings(pilot: Pilot[int]) -> None:
    await pilot.press("s")
    await until(pilot, lambda: pilot.app.screen.query("#settings"))
    await until(pilot, lambda: str(pilot.app.screen.query_one("#about").render()))


async def a_chat(pilot: Pilot[int]) -> None:
    pilot.app.push_screen(chat.ChatScreen(ChatTarget("qwen", "http://127.0.0.1:11434", QWEN.reference, "")))
    await until(pilot, lambda: pilot.app.screen.query("#ask"))
    await pilot.press(*"sum", "enter")
    await until(pilot, lambda: "24" in str(pilot.app.screen.query_one("#talk > .note").render()))
    await pilot.pause(0.1)


async def a_log(pilot: Pilot[int]) -> None:
    pilot.app.push_screen(logs.LogsScreen("qwen"))
    await until(pilot, lambda: pilot.app.screen.query("#lines"))
    await until(pilot, lambda: pilot.app.screen.query_one("#lines").line_count > 3)  # type: ignore[attr-defined]


async def choosing(pilot: Pilot[int]) -> None:
    await pilot.press("3")
    await until(pilot, lambda: isinstance(pilot.app.screen, ChooseScreen))
    await until(pilot, lambda: pilot.app.focused)


async def measured(pilot: Pilot[int]) -> None:
    pilot.app.push_screen(measure.MeasureScreen("demo"))
    await until(pilot, lambda: pilot.app.screen.query("#bars"))
    await until(pilot, lambda: str(pilot.app.screen.query_one("#bars").render()))


async def leaving(pilot: Pilot[int]) -> None:
    await pilot.press("q")
    await until(pilot, lambda: isinstance(pilot.app.screen, LeaveScreen))


async def a_result(pilot: Pilot[int]) -> None:
    pilot.app.screen.query_one("#activity").focus()
    await pilot.press("end", "enter")
    await until(pilot, lambda: isinstance(pilot.app.screen, TextScreen))


PICTURES = (
    Picture("first-es-80x24", (80, 24), Known(Remembered())),
    Picture("main-es-80x24", (80, 24)),
    Picture("main-en-80x24", (80, 24), words=EN),
    Picture("main-es-100x30", (100, 30)),
    Picture("main-es-140x40", (140, 40)),
    Picture("main-en-140x40", (140, 40), words=EN),
    Picture("calm-es-80x24", (80, 24), CALM),
    Picture("light-en-100x30", (100, 30), words=EN, theme="textual-light"),
    Picture("ascii-en-80x24", (80, 24), words=ASCII),
    Picture("no-colours-es-80x24", (80, 24)),
    Picture("narrow-es-50x20", (50, 20)),
    Picture("tiny-es-20x5", (20, 5)),
    Picture("trouble-es-100x30", (100, 30), TROUBLE),
    Picture("many-es-80x24", (80, 24), MANY),
    Picture("menu-es-80x24", (80, 24), CALM, steps=pressing("shift+tab", "end")),
    Picture("choose-es-80x24", (80, 24), CALM, steps=choosing),
    Picture("plan-es-80x24", (80, 24), CALM, steps=a_plan),
    Picture("result-es-100x30", (100, 30), RESULT, steps=a_result),
    Picture("leaving-es-80x24", (80, 24), steps=leaving),
    Picture("help-en-100x30", (100, 30), words=EN, steps=pressing("question_mark")),
    Picture("settings-es-100x30", (100, 30), CALM, steps=the_settings),
    Picture("refused-es-80x24", (80, 24), CALM, steps=a_refusal),
    Picture("chat-es-80x24", (80, 24), CALM, steps=a_chat),
    Picture("measured-es-100x30", (100, 30), CALM, steps=measured),
    Picture("log-en-100x30", (100, 30), CALM, words=EN, steps=a_log),
)


@pytest.fixture
def scripted(monkeypatch: pytest.MonkeyPatch) -> None:
    """What screens would ask of a server, a log, a plan."""

    async def answer(*_: object) -> AsyncIterator[str | ChatStats]:
        yield "```python\ndef add(a: int, b: int) -> int:\n    return a + b\n```\n\n"
        yield "It **adds** two numbers:\n\n- `add(2, 3)` is 5\n- `add(-1, 1)` is 0\n"
        yield SPEED

    async def written(*_: object, **__: object) -> AsyncIterator[str]:
        for second in range(9):
            yield f"2026-11-22T16:00:0{second}Z INFO  qwen: request {second} took 0.{second}1 s"

    async def foreseen(*_: object) -> Foreseen:
        return Foreseen(replace(STOPPED, dry_run=True, stopped=()))

    monkeypatch.setattr(chat, "ask", answer)
    monkeypatch.setattr(logs, "logs", written)
    monkeypatch.setattr(measure, "recall", lambda *_: [LAST, BEFORE])
    monkeypatch.setattr(planning, "foresee", foreseen)


@pytest.mark.parametrize("picture", PICTURES, ids=lambda picture: picture.name)
async def test_it_looks_as_it_was_kept(
    picture: Picture, scripted: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if picture.name.startswith("no-colours"):
        monkeypatch.setenv("NO_COLOR", "1")
    app = Still(picture.known, picture.words, picture.theme, tmp_path, picture.settings)
    async with app.run_test(size=picture.size, notifications=True) as pilot:
        await pilot.pause()
        if picture.steps:
            await picture.steps(pilot)
        await pilot.pause()
        taken = taken_of(app)
    kept = KEPT / f"{picture.name}.svg"
    if ANEW:
        kept.parent.mkdir(exist_ok=True)
        kept.write_text(taken)
    assert kept.exists(), "make pictures"
    if taken != kept.read_text():
        (tmp_path / kept.name).write_text(taken)
        pytest.fail(f"looks otherwise than {kept}: {tmp_path / kept.name} (to keep it: make pictures)")


def taken_of(app: Still) -> str:
    """Without fonts from elsewhere, and without the number that Rich makes of the contents."""
    svg = re.sub(r"@font-face \{.*?\}\s*", "", app.export_screenshot(title="./main.sh"), flags=re.DOTALL)
    return re.sub(r"terminal-\d+", "terminal", svg)


def test_there_are_no_pictures_of_what_is_not_taken() -> None:
    assert {path.stem for path in KEPT.iterdir()} == {picture.name for picture in PICTURES}
    assert len(PICTURES) <= 25
