"""The shapes of the catalogue's own models, known before anything was downloaded or any registry asked.

Invariant: a shape that was read of the model itself, here or at its registry, always comes before these. They are made
by `scripts/make_shapes.py` from the published configurations, held against the published bytes.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from itertools import groupby
from typing import Any

from arriero.config.layers import CATALOGUE
from arriero.core.ids import Reference
from arriero.planner.fit.shape import LayerShape, ModelShape
from arriero.stack.shapes import FORM, FoundShape, HeaderSource, shape_from_json

PATH = CATALOGUE.with_name("shapes.json")


def declared_shape(reference: Reference) -> FoundShape | None:
    """None for a model that the catalogue does not come with."""
    known = json.loads(PATH.read_bytes())
    raw = known["shapes"].get(str(reference)) if known["form"] == FORM else None
    if raw is None:
        return None
    shape = shape_from_json({**raw, "layers": list(_unfolded(raw["layers"]))})
    return FoundShape(shape, HeaderSource.CATALOGUE, None, installed=False)


def to_json(shapes: Iterable[tuple[str, ModelShape]]) -> str:
    """The file's text: equal blocks that follow each other are written once, with how many they are."""
    folded = {name: {**asdict(shape), "layers": _folded(shape.layers)} for name, shape in shapes}
    return json.dumps({"form": FORM, "shapes": folded}, indent=1, sort_keys=True) + "\n"


def _folded(layers: Iterable[LayerShape]) -> list[dict[str, Any]]:
    return [{"blocks": len(list(same)), **asdict(layer)} for layer, same in groupby(layers)]


def _unfolded(folded: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for layer in folded:
        values = {key: value for key, value in layer.items() if key != "blocks"}
        yield from (values for _ in range(layer["blocks"]))
