"""The numbers of a header, each with a bound: what a file says is believed only as far as a model could mean it."""

from __future__ import annotations

from arriero.planner.fit.errors import ShapeAbsurd, ShapeUnknown
from arriero.store.gguf import GgufHeader

MAX_LAYERS = 1024  # the largest public model has 126
MAX_WIDTH = 1 << 20
MAX_CONTEXT = 1 << 24
ARRAY_LIMIT = MAX_LAYERS


class Keys:
    """Looks below the architecture's prefix. Raises ShapeUnknown and ShapeAbsurd."""

    def __init__(self, header: GgufHeader) -> None:
        self._header = header
        self.architecture = header.architecture or ""
        if not self.architecture:
            raise ShapeUnknown("general.architecture")

    def number(self, key: str, default: int | None = None, *, limit: int = MAX_WIDTH) -> int:
        """From 0 to `limit`; of an array its largest."""
        value = self._header.metadata.get(self._full(key))
        if value is None and default is not None:
            return default
        values = value if isinstance(value, tuple) else (value,)
        numbers = [v for v in values if isinstance(v, int) and not isinstance(v, bool)]
        if not numbers or len(numbers) != len(values):
            raise ShapeUnknown(self._full(key))
        return self._bounded(key, max(numbers, key=abs), limit)

    def required(self, key: str, *, limit: int = MAX_WIDTH) -> int:
        """A number from 1 on."""
        value = self.number(key, limit=limit)
        if value == 0:
            raise ShapeUnknown(self._full(key))
        return value

    def per_layer(self, key: str, layers: int, default: int) -> tuple[int, ...]:
        """One number for each block, whether the header has one for all or a list."""
        value = self._header.metadata.get(self._full(key))
        if not isinstance(value, tuple):
            return (self.number(key, default),) * layers
        numbers = tuple(v for v in value if isinstance(v, int))
        if len(numbers) != len(value) or len(numbers) < layers:
            raise ShapeUnknown(self._full(key))
        return tuple(self._bounded(key, v, MAX_WIDTH) for v in numbers[:layers])

    def has(self, key: str) -> bool:
        return self._full(key) in self._header.metadata

    def _bounded(self, key: str, value: int, limit: int) -> int:
        if not 0 <= value <= limit:
            raise ShapeAbsurd(self._full(key), value, limit)
        return int(value)

    def _full(self, key: str) -> str:
        return f"{self.architecture}.{key}"
