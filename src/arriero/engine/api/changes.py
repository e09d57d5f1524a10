"""`/api/copy` and `/api/delete`. Source: Ollama 0.33 server/routes.go."""

from __future__ import annotations

import json

from arriero.core.errors import ArrieroError
from arriero.engine.api.errors import refusal_for
from arriero.engine.api.refusal import Refusal
from arriero.engine.api.requests import reference_of
from arriero.engine.api.service import Json
from arriero.engine.engine import Engine
from arriero.store.errors import ModelNotInstalled


def copy(engine: Engine, body: Json) -> None:
    """Blocking. Raises Refusal."""
    source, destination = body.get("source") or "", body.get("destination") or ""
    from_name = reference_of(source, f"source {json.dumps(source)} is invalid")
    to_name = reference_of(destination, f"destination {json.dumps(destination)} is invalid")
    try:
        engine.store.copy(from_name, to_name)
    except ModelNotInstalled:
        raise Refusal(404, f"model {json.dumps(source)} not found") from None
    except ArrieroError as error:
        raise refusal_for(error) from error


def delete(engine: Engine, body: Json) -> None:
    """Blocking. What is loaded of the model stays loaded. Raises Refusal."""
    asked = body.get("model") or body.get("name")
    if not asked:
        raise Refusal(400, "model is required")
    name = reference_of(asked, f"name {json.dumps(asked)} is invalid")
    try:
        engine.store.delete(name)
    except ModelNotInstalled:
        raise Refusal(404, f"model '{asked}' not found") from None
    except ArrieroError as error:
        raise refusal_for(error) from error
