"""The main screen as plain text: what is shown of what is known, in both languages and with letters for signs."""

from __future__ import annotations

from dataclasses import replace

import made_known as made
import pytest

from arriero.core.progress import Progress
from arriero.hardware.values import GpuState
from arriero.i18n import Language, texts_of
from arriero.planner import Drift, DriftCode
from arriero.runtime.backend import PortHolder
from arriero.stack.results import ChatStats, ModelState, Processor
from arriero.stack.version_results import Freshness, VersionCheck
from arriero.state.errors import StateLocked
from arriero.tui.doing import Picked
from arriero.tui.hints import hint_line
from arriero.tui.jobs import JobSnapshot, JobState
from arriero.tui.operations import BY_NAME
from arriero.tui.presenting import Known, present_main
from arriero.tui.view import Room, Tone, plain
from arriero.tui.words import Words

ES, EN = Words(texts_of(Language.ES)), Words(texts_of(Language.EN))
NEWER = VersionCheck(
    reference=made.CODER.reference,
    slot="qwen",
    variant="7b",
    freshness=Freshness.OUTDATED,
    installed="dae161e27b0e",
    available="ffffffffffff",
    published_at=None,
    changes=("model",),
    download_bytes=4_000_000_000,
)


def shown(known: Known, words: Words = ES) -> str:
    view = present_main(known, words)
    return "\n".join([plain(view.header), *(row.text for row in (*view.models, *view.activity))])


def test_what_is_active_and_what_is_not() -> None:
    known = replace(made.KNOWN, answers={"qwen": ChatStats(40, 23.44, 0.31, 2.0, 12, "stop")})
    assert shown(known).splitlines() == [
        "Arriero · native   CPU █░░░░░░░░░ 12 %   RAM ██░░░░░░░░ 3,20 GB de 16,0 GB",
        "● qwen     Qwen2.5-Coder 7B  Completado de código",
        "  activo  http://127.0.0.1:11434/v1  mixto  contexto 32768  23,4 tokens/s",
        "○ deepseek DeepSeek-Coder",
        "  inactivo  no instalado  ▲",
        "▲ deepseek: debería estar activo y no está (desde 2026-11-22 16:00 UTC). Para recuperarlo: "
        "./main.sh activar deepseek",
    ]


def test_the_same_in_english_without_unicode() -> None:
    lines = shown(made.KNOWN, Words(EN.texts, unicode=False)).splitlines()
    assert lines[1:3] == [
        "* qwen     Qwen2.5-Coder 7B  Code completion",
        "  active  http://127.0.0.1:11434/v1  mixed  context 32768",
    ]
    assert all(line.isascii() for line in lines)


def test_details_of_one_model() -> None:
    known = replace(made.KNOWN, checks={NEWER.reference: NEWER})
    view = present_main(known, ES)
    assert plain(view.details["qwen"]).splitlines() == [
        "Modelo     qwen2.5-coder:7b-instruct-q4_K_M · 7b",
        "Versión    dae161e27b0e · 4,68 GB · instalada el 2026-11-22 · anterior: 0123456789ab · "
        "↑ hay una nueva: ffffffffffff, 4,00 GB por descargar",
        "Ejecución  mixto, contexto 32768 (q8_0), 1,20 GB en memoria, en marcha desde hace 3 min 20 s, rearranques: 1",
        "Respuesta  —",
        "Dirección  http://127.0.0.1:11434/v1",
    ]
    assert plain(view.details["deepseek"]).splitlines()[1:4] == [
        "Versión    no instalado (10,4 GB por descargar)",
        "Ejecución  tendrá un contexto de 32768 (q8_0)",
        "Respuesta  —",
    ]
    assert view.urls == {"qwen": "http://127.0.0.1:11434/v1"}
    assert "↑ actualización" in shown(known)


def test_an_update_that_was_made_since_is_offered_no_more() -> None:
    model = replace(made.QWEN, version="ffffffffffff")
    status = replace(made.STATUS, models=(model,))
    assert "actualización" not in shown(replace(made.KNOWN, status=status, checks={NEWER.reference: NEWER}))


@pytest.mark.parametrize(
    ("state", "sign", "tone"),
    [
        (ModelState.ACTIVE, "●", Tone.GOOD),
        (ModelState.STARTING, "◐", Tone.WARN),
        (ModelState.INACTIVE, "○", Tone.DIM),
        (ModelState.FAILED, "✗", Tone.BAD),
    ],
)
def test_four_states_four_signs(state: ModelState, sign: str, tone: Tone) -> None:
    status = replace(made.STATUS, models=(replace(made.QWEN, state=state),))
    first = present_main(replace(made.KNOWN, status=status), ES).models[0].lines[0][0]
    assert (first.text.strip(), first.tone) == (sign, tone)


@pytest.mark.parametrize(
    ("kind", "tone"), [(Processor.GPU, Tone.GOOD), (Processor.MIXED, Tone.WARN), (Processor.CPU, Tone.WARN)]
)
def test_only_the_gpu_alone_is_as_it_should_be(kind: Processor, tone: Tone) -> None:
    status = replace(made.STATUS, models=(replace(made.QWEN, processor=kind),))
    cells = present_main(replace(made.KNOWN, status=status), ES).models[0].lines[1]
    assert tone in {cell.tone for cell in cells if cell.text == ES.texts.processors[kind]}


def test_the_card_on_top() -> None:
    status = replace(made.STATUS, gpu=made.CARD)
    assert shown(replace(made.KNOWN, status=status)).splitlines()[0] == (
        "Arriero · native   RTX 2070 SUPER  35 %  61 °C  119 W   "
        "VRAM ████████▓░░░  █ nuestra 5,60 GB  ▓ ajena 400 MB  ░ libre 2,59 GB"
    )
    simulated = replace(made.STATUS, gpu=replace(made.CARD, simulated=True))
    assert "(simulada)" in shown(replace(made.KNOWN, status=simulated))


def test_what_takes_nothing_of_the_card_has_no_part_of_the_bar_and_what_takes_little_has_one() -> None:
    little = replace(made.CARD, ours_bytes=0, others_bytes=10_000_000, free_bytes=8_000_000_000)
    bar = plain(present_main(replace(made.KNOWN, status=replace(made.STATUS, gpu=little)), ES).header)
    assert "VRAM ▓░░░░░░░░░░░  █ nuestra 0 B" in bar


def test_where_room_is_short_what_matters_least_goes_first_and_whole() -> None:
    known = replace(
        made.KNOWN,
        status=replace(made.STATUS, gpu=made.CARD),
        answers={"qwen": ChatStats(40, 23.44, 0.31, 2.0, 12, "stop")},
        checks={NEWER.reference: NEWER},
        jobs=(made.PULL,),
    )

    def row(columns: int) -> list[str]:
        return present_main(known, ES, Room(columns, columns)).models[0].text.splitlines()

    assert row(80)[0] == "● qwen     Qwen2.5-Coder 7B  Completado de código"
    assert row(80)[1] == "  activo  http://127.0.0.1:11434/v1  mixto  23,4 tokens/s  ↑ actualización"
    assert row(60)[1] == "  http://127.0.0.1:11434/v1  mixto  23,4 tokens/s  ↑"
    assert row(47) == ["● qwen     Qwen2.5-Coder 7B", "  http://127.0.0.1:11434/v1  mixto  ↑"]
    view = present_main(known, ES, Room(77, 47))
    assert plain(view.header).splitlines() == [
        "Arriero · native   RTX 2070 SUPER  35 %  61 °C  119 W",
        "VRAM ████████▓░░░  █ nuestra 5,60 GB  ▓ ajena 400 MB  ░ libre 2,59 GB",
    ]
    assert view.activity[0].text == "◐ Descargar Modelo: deepseek v2-lite  ██░░░░░░░░ 25 % 25,9 MB/s quedan 5 min"
    assert max(len(text) for text in plain(view.details["qwen"]).splitlines()) <= 48


def test_where_there_is_room_each_model_has_its_files_and_an_empty_line_after_it() -> None:
    view = present_main(made.KNOWN, ES, Room(140, 100, model_rows=7))
    assert [row.text for row in view.models][1:] == [
        "",
        "○ deepseek DeepSeek-Coder\n  inactivo  no instalado  ▲\n"
        "  deepseek-coder-v2:16b-lite-instruct-q4_K_M · v2-lite · 10,4 GB",
    ]
    assert view.models[0].text.endswith(
        "\n  qwen2.5-coder:7b-instruct-q4_K_M · 7b · dae161e27b0e · 2026-11-22 · 4,68 GB"
    )
    assert [len(row.lines) for row in present_main(made.KNOWN, ES, Room(140, 100, model_rows=6)).models] == [2, 1, 2]
    assert [len(row.lines) for row in present_main(made.KNOWN, ES, Room(140, 100, model_rows=4)).models] == [2, 2]


def test_what_the_keys_do_where_they_go_to() -> None:
    for words, columns in ((ES, 160), (EN, 160)):
        told = {part: plain((hint_line(part, words, columns),)) for part in ("menu", "models", "activity")}
        assert all(
            "ctrl+p" in hint and hint.rstrip().endswith(words.tui.hints["always"][-7:]) for hint in told.values()
        )
        assert len(set(told.values())) == 3
    short = plain((hint_line("models", ES, 78),))
    assert ("enter copia" in short, "? ayuda" in short, "q salir" in short, "tab" in short) == (True, True, True, False)
    assert plain((hint_line("models", ES, 12),)).strip().startswith("enter")


def test_a_card_without_its_driver_is_told_with_what_mends_it() -> None:
    status = replace(made.STATUS, gpu=replace(made.NO_CARD, state=GpuState.NO_DRIVER))
    assert "sudo ubuntu-drivers install" in shown(replace(made.KNOWN, status=status))
    assert "GPU" not in "\n".join(row.text for row in present_main(made.KNOWN, ES).activity)


def test_what_is_amiss_is_told() -> None:
    holders = (PortHolder(11436, 0, "?"), PortHolder(11437, 99, "nginx"))
    drift = (Drift(DriftCode.SETTINGS_CHANGED, made.SINCE),)
    status = replace(made.STATUS, models=(replace(made.QWEN, drift=drift),), others=holders)
    locked = StateLocked("/home/ana/.models.db", 5.0)
    text = shown(replace(made.KNOWN, status=status, trouble=locked))
    assert "sudo ss -ltnp sport = :11436" in text
    assert "Puerto 11437: lo ocupa nginx (99)" in text
    assert "./main.sh activar qwen" in text
    assert "fuser /home/ana/.models.db" in text


def test_a_download_with_its_speed_and_what_is_left() -> None:
    text = shown(replace(made.KNOWN, jobs=(made.PULL,)))
    assert (
        "◐ Descargar Modelo: deepseek v2-lite  ██░░░░░░░░ 25 % 2,59 GB / 10,4 GB 25,9 MB/s quedan 5 min "
        "deepseek-coder-v2:16b-lite-instruct-q4_K_M: descargando"
    ) in text.splitlines()
    paused = replace(made.PULL, state=JobState.PAUSED, speed=None)
    (row,) = (r for r in present_main(replace(made.KNOWN, jobs=(paused,)), ES).activity if r.key == "job-1")
    assert row.text.startswith("○ Descargar Modelo: deepseek v2-lite  en pausa ██░")
    assert "quedan" not in row.text


def test_how_a_job_ended() -> None:
    fault = StateLocked("/x.db", 5.0)
    jobs = tuple(
        JobSnapshot(number, BY_NAME["down"], Picked(), state, took_s=1.5, fault=fault if number == 2 else None)
        for number, state in enumerate([JobState.DONE, JobState.FAILED, JobState.CANCELLED, JobState.PARTIAL], 1)
    )
    rows = [r.text for r in present_main(replace(made.KNOWN, jobs=jobs), ES).activity if r.key.startswith("job")]
    assert rows[0] == "✓ Desactivar Stack Completo  hecho en 1,5 s"
    assert rows[1].startswith("✗ Desactivar Stack Completo  no se pudo: Otro programa tiene bloqueada")
    assert [row[0] for row in rows[2:]] == ["—", "▲"]


def test_what_runs_comes_before_what_is_amiss_and_that_before_what_has_ended() -> None:
    done = JobSnapshot(2, BY_NAME["down"], Picked(), JobState.DONE)
    keys = [row.key for row in present_main(replace(made.KNOWN, jobs=(done, made.PULL)), ES).activity]
    assert keys == ["job-1", "warning-0", "job-2"]


def test_steps_without_bytes_show_their_count() -> None:
    job = replace(made.PULL, progress=Progress("demo.extract", "x", 3, 4, "steps"), speed=None)
    assert "75 %" in shown(replace(made.KNOWN, jobs=(job,)))


def test_two_hundred_slots_and_names_of_eighty_characters() -> None:
    models = tuple(replace(made.QWEN, id=f"slot-{i}", title="n" * 80, reference="m" * 80) for i in range(200))
    view = present_main(replace(made.KNOWN, status=replace(made.STATUS, models=models)), ES)
    assert len(view.models) == 200
    assert "n" * 80 in view.models[199].text
