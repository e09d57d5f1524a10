"""`report`: one file to show to who is to help."""

from __future__ import annotations

from pathlib import Path

from arriero.cli.call import Call, Reply
from arriero.doctor import examine_all, open_site
from arriero.doctor.reporting import WrittenReport, compose_report, write_report
from arriero.doctor.site import Site
from arriero.doctor.unwaited import run_unwaited


def report(call: Call) -> Reply:
    """On a dry run the text itself goes to standard output, and nowhere else."""
    world = call.world()
    text = run_unwaited(_compose(open_site(world, call.environ)))
    if call.args.dry_run:
        told = WrittenReport("", len(text.encode()), text, dry_run=True)
        return Reply(told, text)
    path = Path(call.args.file or f"arriero-report-{world.clock.now():%Y%m%dT%H%M%SZ}.txt").absolute()
    told = WrittenReport(str(path), write_report(path, text), "", dry_run=False)
    size = call.texts.numbers.size(told.size_bytes)
    return Reply(told, call.texts.report_written.format(file=path, size=size))


async def _compose(site: Site) -> str:
    return await compose_report(site, await examine_all(site))
