"""What keeps a measurement from beginning, and what ends it early."""

from __future__ import annotations

from arriero.core.errors import EnvironmentFault, NotFoundError, OperationFailed, UsageError


class NothingActive(OperationFailed):
    """No slot serves, so there is nothing to measure. `slot`: one that can be activated at once."""

    code = "measure.nothing_active"
    slot: str


class UrlInvalid(UsageError):
    code = "measure.url_invalid"
    url: str


class ServerSilent(EnvironmentFault):
    """Nobody at this address speaks Ollama's or OpenAI's HTTP; `detail`: what came instead."""

    code = "measure.server_silent"
    url: str
    detail: str


class ModelUnnamed(UsageError):
    """A server has several models, or tells none, and nobody said which one to ask."""

    code = "measure.model_unnamed"
    url: str
    models: tuple[str, ...]


class MeasureBroken(OperationFailed):
    """The server ended, stalled or refused in the middle; what was measured until then is kept. `detail`: its words."""

    code = "measure.broken"
    target: str
    detail: str


class NothingMeasured(NotFoundError):
    """No measurement of this target is remembered."""

    code = "measure.nothing_remembered"
    target: str


class RequirementsNotMet(OperationFailed):
    """`figures`: those of the specification that this machine does not reach."""

    code = "measure.not_met"
    figures: tuple[str, ...]
