"""What connecting an editor returns. `cli` and `tui` render these."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Endpoint:
    """One active slot as a client sees it. `url` is the OpenAI base URL, `context` what the server really has.

    `output`: how many tokens of that context an answer may take; `tools`: whether the model's template takes tools.
    `api_key_file` holds the key where the slot asks for one.
    """

    slot: str
    title: str
    url: str
    model: str
    context: int
    output: int
    tools: bool
    api_key_file: str | None


@dataclass(frozen=True)
class Connection:
    """What was written (with `dry_run`: would be) to a client's `file`; `diff` is unified, empty when nothing changed.

    `providers`: what of ours is new or as it should be, by the slot's endpoint; `removed`: names that were taken out.
    `backup`: the copy of what was there before, None where there was nothing.
    """

    client: str
    file: str
    created: bool
    diff: str
    backup: str | None
    providers: tuple[Endpoint, ...]
    removed: tuple[str, ...]
    dry_run: bool


@dataclass(frozen=True)
class ClientAnswer:
    """One answer that a client's own program got through a slot. Tokens as the client counted them."""

    slot: str
    text: str
    prompt_tokens: int
    tokens: int
    took_s: float


@dataclass(frozen=True)
class ClientCheck:
    client: str
    program: str
    version: str
    answers: tuple[ClientAnswer, ...]
