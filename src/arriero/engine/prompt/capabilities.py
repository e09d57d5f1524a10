"""What a model must be able to do for a request, and what it is told where it cannot. Words: Ollama 0.33."""

from __future__ import annotations

from collections.abc import Collection, Sequence


def refuse_unsupported(have: Collection[str], wanted: Sequence[str]) -> list[str]:
    """Those of the `wanted` capabilities that the model lacks, in their order; empty: go on."""
    return [capability for capability in wanted if capability not in have]


def unsupported_text(full_name: str, missing: Sequence[str]) -> str:
    """The body of the 400: `registry.ollama.ai/library/NAME:TAG does not support tools`, further ones on new lines."""
    return f"{full_name} does not support " + "\n".join(missing)


def no_thinking_text(model: str) -> str:
    """The same for thinking, which is asked for apart: with the name as the client wrote it."""
    return f'"{model}" does not support thinking'
