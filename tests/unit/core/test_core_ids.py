"""Names of models, read and refused as Ollama 0.33 does (types/model/name.go, ParseNameBare and IsFullyQualified)."""

from __future__ import annotations

import re

import pytest

from arriero.core.ids import Reference


@pytest.mark.parametrize(
    ("text", "full"),
    [
        ("qwen2.5-coder", "registry.ollama.ai/library/qwen2.5-coder:latest"),
        ("qwen2.5-coder:7b-instruct-q4_K_M", "registry.ollama.ai/library/qwen2.5-coder:7b-instruct-q4_K_M"),
        ("me/model", "registry.ollama.ai/me/model:latest"),
        ("hf.co/bartowski/Llama-3.2-GGUF:Q4_K_M", "hf.co/bartowski/Llama-3.2-GGUF:Q4_K_M"),
        ("127.0.0.1:5000/me/x:1", "127.0.0.1:5000/me/x:1"),
        ("http://127.0.0.1:5000/me/x", "127.0.0.1:5000/me/x:latest"),
        ("https://registry.ollama.ai/library/x:1", "registry.ollama.ai/library/x:1"),
    ],
)
def test_what_is_left_out_is_filled_in(text: str, full: str) -> None:
    assert Reference.parse(text).full == full


@pytest.mark.parametrize(
    "text",
    [
        *("", "/", ":", "x:", ":x", "/x", "x/", "a//b", "//b", "a//b/c", "a/b//c", "/a/b", "a/b/", "a/b/c/d"),
        *("../x", "./x", "a/../b", "..", "x:..", ".x", "-x", "x:-1", "a.b/c", "a:b/c", "x:y:z", "x y", "x\0", "ñ"),
        *("http://x", "http://a/x", "http:///x", "a://b://c/d/e", "a" * 81, "x:" + "t" * 81, "n" * 81 + "/x"),
    ],
)
def test_what_is_no_name_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(text)}$"):
        Reference.parse(text)
