"""`bench` as it is typed: against servers by address, with a report, after an update, and cut short."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from arriero.cli.look import Look
from arriero.cli.render.measure import loss_text, markdown, render_comparison, render_measurements
from arriero.cli.render.measure_accept import render_acceptance
from arriero.cli.render.measure_report import render_report
from arriero.i18n import Texts
from arriero.i18n.en import EN
from arriero.i18n.es import ES
from arriero.i18n.language import Language
from arriero.i18n.measure_texts import measure_texts_of
from arriero.measure.accepting import Acceptance
from arriero.measure.comparing import compare, loss_since_update
from arriero.measure.requirements import REQUIREMENTS, Facts, Note, Row, Verdict, judge
from arriero.measure.values import Environment, Figure, FigureName, Mark, Measurement, MemorySample, Remark

Arriero = Callable[..., Any]
Golden = Callable[[str, str], None]
SCRIPT = Path(__file__).parents[1] / "measure_server.py"
BOTH = pytest.mark.parametrize("texts", [ES, EN], ids=["es", "en"])
AT = "2026-11-22T12:00:00.000Z"


@contextmanager
def timed(**settings: object) -> Iterator[str]:
    with subprocess.Popen([sys.executable, str(SCRIPT), json.dumps(settings)], stdout=subprocess.PIPE) as process:
        assert process.stdout
        try:
            yield f"http://127.0.0.1:{int(process.stdout.readline())}"
        finally:
            process.terminate()
            process.communicate()


def test_a_server_by_its_address_and_its_report(arriero: Arriero, tmp_path: Path) -> None:
    report = tmp_path / "report.html"
    with timed(token_s=0.0005) as url:
        run = arriero("medir", "--url", url, "--quick", "--context", "64,128", "--report", str(report), "--json")
    told = json.loads(run.out)
    assert (run.code, told["command"], told["status"]) == (0, "bench", "success")
    (measurement,) = told["data"]["measurements"]
    assert measurement["whole"]
    assert measurement["environment"]["url"] == url.removeprefix("http://")
    assert {f["at"] for f in measurement["figures"] if f["name"] == "ttft_fresh"} == {64, 128}
    assert told["data"]["report"] == str(report)
    page = Page(report.read_text())
    assert page.addresses <= {"http://www.w3.org/2000/svg"}
    assert "script" not in page.tags
    assert page.tags.count("table") == 1 + page.tags.count("svg") >= 5


class Page(HTMLParser):
    """What a page is made of, and every address in it. Raises for a tag that is closed and was not open."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.addresses = set(re.findall(r"https?://[^\s\"'<)]+", text))
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.tags.append(tag)


def test_what_was_measured_before_is_compared(arriero: Arriero) -> None:
    with timed(token_s=0.001) as url:
        assert arriero("bench", "--url", url, "--quick", "--context", "64").code == 0
        assert arriero("bench", "--compare").code == 4
        assert arriero("bench", "--url", url, "--quick", "--context", "64").code == 0
    run = arriero("bench", "--compare", "--json")
    (comparison,) = json.loads(run.out)["data"]
    assert {change["name"] for change in comparison["changes"]} >= {"generation", "short", "ttft_fresh", "crowd"}


def test_a_server_that_dies_leaves_what_was_measured(arriero: Arriero) -> None:
    with timed(token_s=0.0005, after=6, fault="die") as url:
        run = arriero("bench", "--url", url, "--quick", "--context", "64", "--json")
    told = json.loads(run.out)
    assert (run.code, told["status"], told["errors"][0]["code"]) == (5, "partial", "measure.broken")
    figures = {f["name"]: f for f in told["data"]["measurements"][0]["figures"]}
    assert figures["generation"]["samples"] >= 2
    assert figures["edit"]["mark"] == "gone"


def test_a_report_that_cannot_be_written_costs_no_figure(arriero: Arriero, tmp_path: Path) -> None:
    nowhere = str(tmp_path / "missing" / "report.html")
    with timed() as url:
        run = arriero("bench", "--url", url, "--quick", "--context", "64", "--report", nowhere, "--json")
    told = json.loads(run.out)
    assert (run.code, told["errors"][0]["code"], told["data"]["report"]) == (5, "file.refused", None)
    assert told["data"]["measurements"][0]["whole"]


@pytest.mark.parametrize(
    ("argv", "code", "error"),
    [
        (["bench"], 1, "measure.nothing_active"),
        (["bench", "qwne"], 4, "slot.unknown"),
        (["bench", "qwen"], 1, "slot.inactive"),
        (["bench", "--url", "ftp://x"], 2, "measure.url_invalid"),
        (["bench", "--context", "0"], 2, "usage.value_not_a_number"),
        (["bench", "--context", "many"], 2, "usage.value_not_a_number"),
        (["bench", "--model", "m"], 2, "usage.options_clash"),
        (["bench", "demo", "--lifecycle", "--dry-run"], 2, "usage.options_clash"),
        (["bench", "demo", "--compare"], 4, "measure.nothing_remembered"),
    ],
)
def test_what_cannot_be_measured(arriero: Arriero, argv: list[str], code: int, error: str) -> None:
    run = arriero(*argv, "--json")
    assert (run.code, json.loads(run.out)["errors"][0]["code"]) == (code, error)


def test_nobody_there(arriero: Arriero, free_port: int) -> None:
    run = arriero("bench", "--url", f"http://127.0.0.1:{free_port}", "--json")
    assert (run.code, json.loads(run.out)["errors"][0]["code"]) == (3, "measure.server_silent")


def figure(name: FigureName, median: float, at: int = 0, mark: Mark = Mark.NONE, detail: str = "") -> Figure:
    return Figure(name, at, median, median * 0.98, median * 1.02, median * 1.1, 5, mark=mark, detail=detail)


HERE = Environment(
    slot="qwen",
    url="http://127.0.0.1:11434",
    model="qwen2.5-coder:7b-instruct-q4_K_M",
    version="aaa",
    quantisation="Q4_K_M",
    engine="docker 0.33.0",
    context=16384,
    kv_cache="q8_0",
    on="gpu",
    card="NVIDIA GeForce RTX 2070 SUPER",
    load=0.4,
)
FAST = Measurement(
    AT,
    61.0,
    quick=False,
    whole=True,
    environment=HERE,
    figures=(
        figure(FigureName.GENERATION, 34.1),
        figure(FigureName.SHORT, 0.31),
        figure(FigureName.TTFT_FRESH, 1.41, 2048),
        figure(FigureName.READ_FRESH, 1450.0, 2048, Mark.MISCOUNTED),
        Figure(FigureName.TTFT_FRESH, 32768, mark=Mark.BEYOND_CONTEXT, detail="16384"),
        Figure(FigureName.FILL, mark=Mark.UNABLE),
        figure(FigureName.CROWD, 40.0, 4),
        figure(FigureName.CROWD, 38.0, 2),
    ),
    remarks=(Remark("busy", {"percent": 23}), Remark("hot", {"celsius": 89})),
    memory=(MemorySample(0.0, 500_000_000, 5_000_000_000), MemorySample(2.0, 510_000_000, 5_100_000_000)),
)
SLOW = replace(
    FAST, environment=replace(HERE, version="bbb"), figures=(figure(FigureName.GENERATION, 21.0), *FAST.figures[1:])
)
CRASHED = {"slot": "qwen", "count": 2, "exit": "SIGKILL"}
OTHER = replace(FAST, environment=Environment(slot=None, url="127.0.0.1:8080", model="m", engine="openai"))


@BOTH
def test_tables(check_golden: Golden, texts: Texts) -> None:
    look = Look(texts)
    told = [
        render_measurements([FAST], look),
        markdown([FAST, OTHER], look),
        render_comparison(compare(FAST, SLOW), look, same_target=True),
        render_comparison(compare(FAST, OTHER), look, same_target=False),
    ]
    losses = [loss_since_update([after, FAST]) for after in (replace(SLOW, remarks=()), SLOW)]
    told += [loss_text(loss, look) for loss in losses if loss]
    check_golden(f"measure.{texts.language}.txt", "\n--\n".join(told) + "\n")


@BOTH
def test_the_specification(check_golden: Golden, texts: Texts) -> None:
    card = replace(HERE, on="mixed", others=("firefox",))
    taken = replace(FAST, environment=card, figures=(*SLOW.figures, figure(FigureName.COLD, 12.3)))
    facts = Facts(7.6e9, True, (("q8_0", 8192),), (("kv_cache", "q8_0"),), ("6.7b",))
    slow = replace(taken, figures=(figure(FigureName.GENERATION, 17.5), figure(FigureName.SHORT, 0.7)))
    known = {f.name for f in taken.figures}
    rows = [judge(one, taken, facts) for one in REQUIREMENTS if one.figure in known]
    rows += [judge(one, slow, facts) for one in REQUIREMENTS[1:4:2]]
    rows += [judge(REQUIREMENTS[0], taken, Facts(7.6e9)), judge(REQUIREMENTS[0], taken, Facts(1e8, True))]
    rows += [
        Row("RF-02", "qwen", Verdict.MET),
        Row("7.generate", "mistral", Verdict.UNKNOWN, why=Note("inactive", {"slot": "mistral"})),
        Row("7.generate", "qwen", Verdict.NOT_MET, remedies=(Note("logs", {"slot": "qwen", "detail": "HTTP 500"}),)),
        Row("RNF-02.compose", "qwen", Verdict.UNKNOWN, why=Note("no_docker", {})),
        Row("RNF-02.uptime", "qwen", Verdict.MET, up_s=11_000.0),
        Row("RNF-02.uptime", "qwen", Verdict.UNKNOWN, why=Note("uptime_short", {}), up_s=95.0),
        Row("RNF-02.uptime", "mistral", Verdict.UNKNOWN, why=Note("uptime_untold", {})),
        Row("RNF-02.uptime", "demo", Verdict.NOT_MET, remedies=(Note("uptime_down", {"slot": "demo"}),)),
        Row("RNF-02.uptime", "qwen", Verdict.NOT_MET, remedies=(Note("uptime_broken", CRASHED),)),
        judge(REQUIREMENTS[2], replace(taken, environment=replace(card, slot="deepseek")), facts),
        Row("7.toolkit", "", Verdict.UNKNOWN, why=Note("told", {"detail": "-"})),
        Row("7.editor", "", Verdict.NOT_MET, remedies=(Note("told", {"detail": "-"}),)),
    ]
    told = render_acceptance(Acceptance(tuple(rows), (taken,), interrupted=True), Look(texts))
    check_golden(f"accept.{texts.language}.txt", told + "\n")
    assert max(len(line) for line in told.split("\n\n")[0].splitlines()) <= 80


def test_without_an_active_model_there_is_nothing_to_accept(arriero: Arriero) -> None:
    run = arriero("accept", "--json")
    assert (run.code, json.loads(run.out)["errors"][0]["code"]) == (1, "measure.nothing_active")


def test_a_rehearsal_tells_what_would_be_checked(arriero: Arriero) -> None:
    run = arriero("accept", "--dry-run", "--json")
    rows = json.loads(run.out)["data"]["rows"]
    assert (run.code, {row["verdict"] for row in rows}) == (0, {"unknown"})
    assert {row["name"] for row in rows} == set(measure_texts_of(Language.EN).accept_rows)


def test_a_report_tells_every_number_that_it_draws() -> None:
    page = render_report([FAST, OTHER], [FAST, SLOW, FAST], Look(ES))
    assert page.count("<svg") == 5
    assert (page.count("<figure>"), page.count("<table>")) == (5, 6)
    for number in ("1,41 s", "1450 tokens/s", "40,0 tokens/s", "5,00 GB", "21,0 tokens/s"):
        assert number in page
    assert "prefers-color-scheme:dark" in page
    assert 'name="viewport"' in page
    assert re.findall(r"<h2>(.*?)</h2><p><b>(.*?)</b>", page) == [
        ("generación", "34,1 tokens/s"),
        ("primer token, 2048 tokens", "1,41 s"),
        ("respuesta corta", "310 ms"),
    ]


def test_a_table_below_a_plot_is_rather_high_than_wide() -> None:
    """Four lines over one place: a row for each line."""
    tokens = [figure(FigureName.TTFT_FRESH, 1.41, 2048), figure(FigureName.TTFT_SHARED, 0.2, 2048)]
    pair = [replace(one, figures=tuple(tokens)) for one in (FAST, OTHER)]
    page = render_report(pair, [], Look(EN))
    assert "<tr><th>prompt tokens</th><th>2048</th></tr>" in page
    assert "<tr><th scope='row'>qwen, beginning seen before</th><td>200 ms</td></tr>" in page


def test_names_are_text_in_a_report() -> None:
    nasty = replace(FAST, environment=replace(HERE, slot=None, url="<script>alert(1)</script>"))
    assert "<script" not in render_report([nasty], [nasty], Look(EN))
