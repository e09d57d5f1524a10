"""Why nothing can be said of what a model needs."""

from __future__ import annotations

from arriero.core.errors import NotFoundError, OperationFailed, UsageError


class ShapeUnknown(OperationFailed):
    """The header lacks a number without which nothing follows; `key` is its name."""

    code = "fit.shape_unknown"
    key: str


class ShapeAbsurd(OperationFailed):
    """The header states what no model has."""

    code = "fit.shape_absurd"
    key: str
    value: int
    limit: int


class KindUnsupported(OperationFailed):
    """A kind of model whose memory is laid out by rules that are not known here; `what` names the mark of it."""

    code = "fit.kind_unsupported"
    architecture: str
    what: str


class KvUnfit(UsageError):
    """This model's cache cannot have that type: its rows are no multiple of `block`, or its kind has no kernel."""

    code = "fit.kv_unfit"
    architecture: str
    kv_cache: str


class GpuUnknown(NotFoundError):
    """No card of that name in the table."""

    code = "fit.gpu_unknown"
    name: str
    nearest: str | None
    known: tuple[str, ...]


class ContextAbsurd(UsageError):
    """A context that nothing is served with: from 1 to `most` tokens."""

    code = "fit.context_absurd"
    context: int
    most: int
