"""Ollama's `options`: names, types, defaults, and what llama.cpp's completion is given for them. Pure.

Source: Ollama 0.33 api/types.go (Options, FromMap, DefaultOptions) and llm/llama_server.go. The order of precedence is
defaults, the model's parameters, the request's options; a name that Ollama does not know is ignored, as there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from arriero.engine.errors import OptionInvalid

OPEN_END_CONTEXTS = 10
"""An answer without a limit of its own ends after this many contexts."""


@dataclass(frozen=True)
class Options:
    """Every option that has an effect here. The first eight are the runner's: changing one reloads the model.

    num_ctx 0: the server's default. num_batch 0: the child chooses. num_gpu -1: automatic.
    """

    num_ctx: int = 0
    num_batch: int = 0
    num_gpu: int = -1
    main_gpu: int | None = None
    use_mmap: bool | None = None
    num_thread: int = 0
    num_keep: int = 4
    seed: int = -1
    num_predict: int = -1
    top_k: int = 40
    top_p: float = 0.9
    min_p: float = 0.0
    typical_p: float = 1.0
    repeat_last_n: int = 64
    temperature: float = 0.8
    repeat_penalty: float = 1.0
    presence_penalty: float = 0.0
    frequency_penalty: float = 0.0
    stop: tuple[str, ...] = ()


def read_options(*layers: Mapping[str, Any]) -> Options:
    """The defaults with each layer laid over them; null leaves a value as it was. Raises OptionInvalid."""
    values: dict[str, Any] = {}
    for layer in layers:
        for name, given in layer.items():
            if name in _READERS and given is not None:
                values[name] = _READERS[name](name, given)
    return replace(Options(), **values)


def sampling_body(options: Options, context: int) -> dict[str, Any]:
    """The part of a `/completion` request that options make. `context`: the child's, in tokens."""
    body: dict[str, Any] = {
        "temperature": options.temperature,
        "top_k": options.top_k,
        "top_p": options.top_p,
        "min_p": options.min_p,
        "repeat_penalty": options.repeat_penalty,
        "repeat_last_n": options.repeat_last_n,
        "frequency_penalty": options.frequency_penalty,
        "presence_penalty": options.presence_penalty,
        "seed": options.seed,
    }
    named = {
        "n_predict": _limit(options.num_predict, context),
        "n_keep": options.num_keep,
        "stop": list(options.stop),
        "typical_p": options.typical_p,
    }
    return body | {name: value for name, value in named.items() if value}  # Go leaves these out when zero


def _limit(num_predict: int, context: int) -> int:
    most = OPEN_END_CONTEXTS * context
    return most if num_predict < 0 or num_predict > most else num_predict


def _integer(name: str, given: Any) -> int:
    if isinstance(given, bool) or not isinstance(given, int | float):
        raise OptionInvalid(name, "of type integer")
    return int(given)


def _real(name: str, given: Any) -> float:
    if isinstance(given, bool) or not isinstance(given, int | float):
        raise OptionInvalid(name, "of type float32")
    return float(given)


def _truth(name: str, given: Any) -> bool:
    if not isinstance(given, bool):
        raise OptionInvalid(name, "of type boolean")
    return given


def _texts(name: str, given: Any) -> tuple[str, ...]:
    if not isinstance(given, list | tuple):
        raise OptionInvalid(name, "of type array")
    if not all(isinstance(item, str) for item in given):
        raise OptionInvalid(name, "of an array of strings")
    return tuple(given)


_BY_TYPE: dict[str, Callable[[str, Any], Any]] = {
    "int": _integer,
    "int | None": _integer,
    "float": _real,
    "bool | None": _truth,
    "tuple[str, ...]": _texts,
}
_READERS = {field.name: _BY_TYPE[str(field.type)] for field in fields(Options)}
