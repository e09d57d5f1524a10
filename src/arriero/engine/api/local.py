"""The Service that this engine itself gives (see `service`)."""

from __future__ import annotations

from arriero.engine.api.answers import StreamedAnswer
from arriero.engine.api.embeddings import embed
from arriero.engine.api.models import show, tags
from arriero.engine.api.ollama_chat import chat
from arriero.engine.api.ollama_generate import generate
from arriero.engine.api.service import Json
from arriero.engine.engine import Engine


class LocalService:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def chat(self, body: Json, *, relax_thinking: bool = False) -> StreamedAnswer:
        return await chat(self._engine, body, relax_thinking=relax_thinking)

    async def generate(self, body: Json) -> StreamedAnswer:
        return await generate(self._engine, body)

    async def embed(self, body: Json) -> Json:
        return await embed(self._engine, body)

    def models(self) -> list[Json]:
        return tags(self._engine)

    def show(self, body: Json) -> Json:
        return show(self._engine, body)
