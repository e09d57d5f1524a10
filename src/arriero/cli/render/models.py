"""The catalogue beside the store: every variant of every slot, what it takes, and whether it is there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from arriero.cli.look import Look
from arriero.cli.render.plan import fit_lines, fits_hint
from arriero.cli.render.storage import litter_lines, problem_lines
from arriero.stack.fits import VariantFit
from arriero.stack.listing import StoreListing
from arriero.stack.results import ModelStatus, VariantStatus


def render_models(listing: StoreListing, look: Look) -> str:
    lines = [look.texts.models_store.format(folder=listing.models_dir)]
    fits = {fit.reference: fit for fit in listing.fits}
    for model in listing.models:
        lines += ["", *_slot(model, fits, look)]
    if listing.others:
        lines += ["", look.texts.models_others]
        size = look.texts.numbers.size
        lines += [f"    {o.reference}  {size(o.size_bytes)}  {o.version}" for o in listing.others]
    lines += fits_hint(listing.fits, look)
    amiss = [*problem_lines(listing.problems, look), *litter_lines(listing.litter_bytes, look)]
    return "\n".join([*lines, "", *amiss] if amiss else lines)


def _slot(model: ModelStatus, fits: Mapping[str, VariantFit], look: Look) -> Iterator[str]:
    t = look.texts
    sign = look.paint(look.sign(model.state), look.state(model.state).colour)
    parts = (look.paint(model.id, "bold"), model.title, model.purpose[t.language], str(model.port))
    yield f"{sign} " + f" {look.sign('dot')} ".join(part for part in parts if part)
    name_width = max(len(v.name) for v in model.variants)
    reference_width = max(len(v.reference) for v in model.variants)
    for variant in model.variants:
        chosen = "*" if variant.name == model.variant else " "
        yield (
            f"  {chosen} {variant.name.ljust(name_width)}  {variant.reference.ljust(reference_width)}"
            f"  {_size(variant, look).rjust(8)}  {_version(variant, look)}"
        )
        fit = fits.get(variant.reference)
        if fit is not None:
            yield from (f"      {line}" for line in fit_lines(fit, look))


def _version(variant: VariantStatus, look: Look) -> str:
    t = look.texts
    if variant.version is None:
        return look.paint(t.not_installed, "dim")
    return (
        f"{variant.version}  ({t.models_previous.format(version=variant.previous)})"
        if variant.previous
        else variant.version
    )


def _size(variant: VariantStatus, look: Look) -> str:
    size_bytes = variant.size_bytes if variant.size_bytes is not None else variant.published_bytes
    return look.texts.numbers.size(size_bytes) if size_bytes is not None else look.sign("none")
