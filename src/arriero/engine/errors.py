"""What can go wrong in the engine. HTTP statuses and Ollama's texts for these are in `api/errors.py`."""

from __future__ import annotations

from pathlib import Path

from arriero.core.errors import BusyError, EnvironmentFault, OperationFailed, UsageError


class EngineSettingInvalid(UsageError):
    """A flag or variable of the engine: `name` is the one that was given (`--keep-alive`, `OLLAMA_KEEP_ALIVE`)."""

    code = "engine.setting_invalid"
    name: str
    value: str
    example: str


class EngineBindNeedsKey(UsageError):
    """Other machines could reach `host`, and no API key was named."""

    code = "engine.bind_needs_key"
    host: str


class EngineKeyUnreadable(UsageError):
    """The file with the API key is missing, unreadable or empty."""

    code = "engine.key_unreadable"
    path: Path
    detail: str


class EngineCannotListen(EnvironmentFault):
    """The address is taken, or not this machine's, or not allowed."""

    code = "engine.cannot_listen"
    host: str
    port: int
    detail: str


class ArchitectureUnknown(OperationFailed):
    """The model is of a kind that this llama.cpp does not know."""

    code = "engine.architecture_unknown"
    architecture: str


class ModelUnreadable(OperationFailed):
    """llama.cpp refused the model file: cut short, or no GGUF; `detail` is its own word for it."""

    code = "engine.model_unreadable"
    detail: str


class MemoryExhausted(EnvironmentFault):
    """The model, or the context asked for, does not fit into the memory there is."""

    code = "engine.memory_exhausted"
    detail: str


class LoadFailed(OperationFailed):
    """The child ended while it loaded the model. `exit_text`: `exit status 1`, `signal: killed`."""

    code = "engine.load_failed"
    exit_text: str
    detail: str


class LoadStalled(OperationFailed):
    """The child said nothing for `timeout_s` while it loaded the model, and was ended."""

    code = "engine.load_stalled"
    timeout_s: float


class ChildTerminated(OperationFailed):
    """The child died with requests in flight: killed, out of memory, or a defect of llama.cpp."""

    code = "engine.child_terminated"
    exit_text: str
    detail: str


class ChildRefused(OperationFailed):
    """llama.cpp answered a request with an error: HTTP `status` and the whole `body` that it sent."""

    code = "engine.child_refused"
    status: int
    body: str


class EngineBusy(BusyError):
    """More requests wait than the queue holds."""

    code = "engine.busy"
    limit: int


class EngineStopping(BusyError):
    """The engine was told to end."""

    code = "engine.stopping"


class OptionInvalid(UsageError):
    """An entry of `options` or of the model's parameters. `wanted` as Ollama says it: `of type integer`."""

    code = "engine.option_invalid"
    name: str
    wanted: str


class FormatInvalid(UsageError):
    """`format` is neither "json" nor a JSON schema; `given` is its JSON text."""

    code = "engine.format_invalid"
    given: str


class PromptTooLong(UsageError):
    """The prompt does not fit the context, and this model cannot shift it or was told not to truncate."""

    code = "engine.prompt_too_long"
    context: int


class LayerUnsupported(UsageError):
    """The model has a layer that the engine cannot apply (`adapter`); answering without it would be another model."""

    code = "engine.layer_unsupported"
    reference: str
    kind: str
