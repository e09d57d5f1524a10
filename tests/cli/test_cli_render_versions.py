"""What is told of versions and of the store's files, in both languages."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import made_results as made
import pytest

from arriero.cli.look import Look
from arriero.cli.render.models import render_models
from arriero.cli.render.storage import render_exported, render_pruned, render_verified
from arriero.cli.render.versions import render_check, render_pulled, render_switched, render_update
from arriero.cli.telling import error_lines
from arriero.core.ids import Reference
from arriero.i18n import Texts
from arriero.i18n.en import EN
from arriero.i18n.es import ES
from arriero.runtime.errors import LoadFailed
from arriero.stack.errors import VersionUndone
from arriero.stack.listing import StoreListing
from arriero.stack.version_results import (
    BadLayer,
    CheckReport,
    ExportedModel,
    Freshness,
    PruneReport,
    PulledModel,
    Switched,
    UpdateReport,
    VerifyReport,
    VersionCheck,
)
from arriero.store.litter import Litter, LitterKind
from arriero.store.models import ProblemKind, StoreProblem

NAME = "qwen2.5-coder:7b-instruct-q4_K_M"
OLD, NEW = "dae161e27b0e", "0123456789ab"
FIRST = PulledModel(NAME, "qwen", None, NEW, 4_683_087_561, 4_683_087_561, True, None, False)
UPDATED = replace(FIRST, before=OLD, download_bytes=1200, down_s=2.34)
CURRENT = replace(FIRST, before=NEW, download_bytes=0, changed=False)
OUTDATED = VersionCheck(
    NAME, "qwen", "7b", Freshness.OUTDATED, OLD, NEW, "2026-11-22T16:00:00.000Z", ("model", "template"), 4_600_000_000
)
CHECKS = tuple(
    replace(OUTDATED, freshness=freshness, published_at=None, changes=(), available=None, download_bytes=None)
    for freshness in (Freshness.CURRENT, Freshness.PINNED, Freshness.UNKNOWN)
)
BLOB = Path("/m/blobs/sha256-" + "a" * 64)
PROBLEMS = tuple(StoreProblem(kind, Path("/m/manifests/x"), Reference.parse(NAME), "because") for kind in ProblemKind)
VERIFIED = VerifyReport((NAME,), 4_683_087_561, (), (), 0, ())
REPAIRED = replace(
    VERIFIED,
    bad=(BadLayer("sha256:" + "a" * 64, str(BLOB), "content", (NAME,), repaired=True),),
    problems=PROBLEMS,
    litter_bytes=1_200_000_000,
)
PRUNED = PruneReport(
    (Litter(LitterKind.ORPHAN, BLOB, 1_000_000, True), Litter(LitterKind.PARTIAL, Path(f"{BLOB}-partial"), 24, True)),
    (f"{NAME}-prev",),
    5_000_000,
    0,
    dry_run=False,
)


@pytest.mark.parametrize("texts", [ES, EN], ids=["es", "en"])
def test_versions_and_storage(check_golden: Callable[[str, str], None], texts: Texts) -> None:
    look = Look(texts)
    undone = VersionUndone((LoadFailed("qwen", NAME, "unknown model"),), NAME, NEW, OLD)
    told = {
        "pulled": render_pulled(FIRST, look),
        "would pull": render_pulled(replace(FIRST, dry_run=True), look),
        "current": render_pulled(CURRENT, look),
        "current, dry": render_pulled(replace(CURRENT, dry_run=True), look),
        "updated": render_update(UpdateReport((UPDATED, CURRENT), ()), look),
        "nothing to update": render_update(UpdateReport((), ()), look),
        "undone": "\n".join(error_lines(undone, look, 100_000)),
        "check": render_check(CheckReport((OUTDATED, replace(OUTDATED, published_at=None), *CHECKS), ()), look),
        "nothing to check": render_check(CheckReport((), ()), look),
        "rolled back": render_switched(Switched(NAME, "qwen", NEW, OLD, 1.9), look, dry_run=False),
        "would roll back": render_switched(Switched(NAME, "qwen", NEW, OLD, None), look, dry_run=True),
        "verified": render_verified(VERIFIED, look),
        "repaired": render_verified(REPAIRED, look),
        "pruned": render_pruned(PRUNED, look),
        "would prune": render_pruned(replace(PRUNED, dry_run=True, kept_bytes=77_000_000), look),
        "nothing to prune": render_pruned(PruneReport((), (), 0, 0, dry_run=False), look),
        "exported": render_exported(ExportedModel(NAME, "/x/m.tar", OLD, 4_683_087_561, dry_run=False), look),
        "would export": render_exported(ExportedModel(NAME, "/x/m.tar", OLD, 4_683_087_561, dry_run=True), look),
    }
    check_golden(f"versions.{texts.language}.txt", "".join(f"# {what}\n{text}\n\n" for what, text in told.items()))


def test_a_failure_keeps_the_word_verified_from_being_said() -> None:
    failed = replace(VERIFIED, failures=(LoadFailed("qwen", NAME, "x"),))
    assert render_verified(failed, Look(EN)) == ""


def test_models_shows_the_version_before_and_what_is_amiss() -> None:
    slot = made.STATUS.models[0]
    variants = (replace(slot.variants[0], version=NEW, previous=OLD),)
    listing = StoreListing("/m", (replace(slot, variants=variants),), (), PROBLEMS[:1], 2_000_000)
    text = render_models(listing, Look(EN))
    assert f"{NEW}  (before: {OLD})" in text
    assert "/m/manifests/x" in text
    assert "2.00 MB belong to no model" in text
