"""`bench` and `accept` on the demo model in containers, whose template fills in: every figure is a real engine's."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from arriero.core.ids import Reference
from arriero.core.progress import silent
from arriero.measure.accepting import Told, accept
from arriero.measure.measuring import Wish, measure
from arriero.measure.requirements import Verdict
from arriero.measure.targets import active_slots, slot_target
from arriero.measure.values import FigureName, Mark
from arriero.stack.activate import activate
from arriero.stack.down import down
from arriero.stack.world import World
from arriero.store import Store
from arriero.store.importing import import_gguf
from docker_stack import DockerStack, docker_stack
from docker_world import MODELS

pytestmark = [pytest.mark.usefixtures("needs_docker"), pytest.mark.timeout(400)]

FILLING = (
    "{{- if .Suffix }}<|fim_prefix|>{{ .Prompt }}<|fim_suffix|>{{ .Suffix }}<|fim_middle|>{{ else }}"
    "{{- range .Messages }}<|im_start|>{{ .Role }}\n{{ .Content }}<|im_end|>\n{{ end }}<|im_start|>assistant\n{{ end }}"
)


@pytest.fixture
def stack(tmp_path: Path, standin_image: str, demo_gguf: Path) -> Iterator[DockerStack]:
    """`qwen` fills in, `mistral` does not."""
    with docker_stack(tmp_path, standin_image, demo_gguf, ("qwen", "mistral")) as made:
        store = Store(Path(made.flags["models_dir"]))
        import_gguf(store, demo_gguf, Reference.parse(MODELS["qwen"]), template=FILLING)
        yield made


@pytest.fixture
async def world(stack: DockerStack) -> AsyncIterator[World]:
    """`qwen` serves, with a context that has no room for 2048 tokens, which would take a loaded machine a minute."""
    made = stack.another(slots__qwen__context="1024")
    await activate(made, "qwen", silent)
    yield made
    await down(made, silent)
    made.gpu.close()


async def test_every_figure_of_a_container_and_its_life_cycle(world: World) -> None:
    wishes = world.writable_state().desired()
    wish = Wish(quick=True, contexts=(64,), life_cycle=True)
    taken = await measure(world, await slot_target(world, "qwen"), wish, silent)
    figures = {(figure.name, figure.at): figure for figure in taken.measurement.figures}
    assert (taken.failures, taken.measurement.whole) == ((), True)
    assert {figure.name for figure in figures.values() if figure.samples} == set(FigureName)
    assert figures[FigureName.OFF, 0].mark is Mark.NO_CARD
    assert 0 < figures[FigureName.COLD, 0].median < 60  # type: ignore[operator]
    told = taken.measurement.environment
    assert (told.backend, told.quantisation, told.context) == ("docker", "Q4_1", 1024)
    assert taken.measurement.memory[0].ram_bytes > 90_000_000  # the container's own processes were seen
    assert await active_slots(world) == ("qwen",)
    assert world.writable_state().desired() == wishes


async def not_here() -> Told:
    return Told(well=None, detail="not here")


async def test_the_specification_of_containers_is_told_row_by_row(world: World) -> None:
    told = await accept(world, not_here, not_here, silent)
    rows = {(row.name, row.slot): row for row in told.rows}
    met = {name for (name, slot), row in rows.items() if slot == "qwen" and row.verdict is Verdict.MET}
    assert met == {"RF-02", "7.generate", "RNF-02.recovery", "RNF-02.compose"}
    assert told.not_met == ()
    completion, uptime = rows["7.completion", "qwen"], rows["RNF-02.uptime", "qwen"]
    assert completion.value is not None
    assert completion.why is not None
    assert completion.why.code == "no_card"
    assert uptime.why is not None
    assert uptime.why.code == "uptime_short"
    assert await active_slots(world) == ("qwen",)
