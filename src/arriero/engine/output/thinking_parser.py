"""Splits what a model writes into its thoughts and its answer, as the text arrives.

Invariant: how the text is cut into pieces does not change what comes out. Source: Ollama 0.33 thinking/parser.go.
"""

from __future__ import annotations

from collections.abc import Callable

from arriero.engine.output.held_back import GO_SPACE, begins_at


class ThinkingParser:
    """One answer. Thoughts are what stands between the tags if the answer begins with the opening one.

    With `started` the prompt ended in the opening tag, so the answer begins inside. Blanks before the opening tag and
    after either tag are dropped.
    """

    def __init__(self, open_tag: str, close_tag: str, started: bool = False) -> None:
        self._open_tag = open_tag
        self._close_tag = close_tag
        self._held = ""
        self._stage: Callable[[], tuple[str, str]] = self._before
        if started:
            self._stage = self._blank_before_thoughts

    def feed(self, text: str) -> tuple[str, str]:
        """(thinking, content) that this piece makes certain; what may yet become a tag is held back."""
        self._held += text
        return self._stage()

    def _before(self) -> tuple[str, str]:
        trimmed = self._held.lstrip(GO_SPACE)
        if trimmed.startswith(self._open_tag):
            self._held = trimmed[len(self._open_tag) :]
            return self._next(self._blank_before_thoughts)
        if self._open_tag.startswith(trimmed):
            return "", ""
        return self._next(self._content)

    def _blank_before_thoughts(self) -> tuple[str, str]:
        self._held = self._held.lstrip(GO_SPACE)
        return self._next(self._thoughts) if self._held else ("", "")

    def _thoughts(self) -> tuple[str, str]:
        thoughts, tag, rest = self._held.partition(self._close_tag)
        if tag:
            self._held = rest
            return thoughts, self._next(self._blank_before_content)[1]
        certain = begins_at(self._held, self._close_tag)
        thoughts, self._held = self._held[:certain], self._held[certain:]
        return thoughts, ""

    def _blank_before_content(self) -> tuple[str, str]:
        self._held = self._held.lstrip(GO_SPACE)
        return self._next(self._content) if self._held else ("", "")

    def _content(self) -> tuple[str, str]:
        content, self._held = self._held, ""
        return "", content

    def _next(self, stage: Callable[[], tuple[str, str]]) -> tuple[str, str]:
        self._stage = stage
        return stage()
