"""Pictures inside the dialects' messages, as Ollama's API carries them: plain base64. Nothing is ever fetched."""

from __future__ import annotations

import base64
import binascii

from arriero.engine.api.refusal import Refusal

_PREFIXES = ("data:;base64,", *(f"data:image/{kind};base64," for kind in ("jpeg", "jpg", "png", "webp")))


def image_of_url(url: str) -> str:
    """The base64 text of a data URI. Raises Refusal for web addresses, other types and broken base64."""
    if url.startswith(("http://", "https://")):
        raise Refusal(400, "image URLs are not currently supported, please use base64 encoded data instead")
    prefix = next((p for p in _PREFIXES if url.startswith(p)), None)
    if prefix is None or not is_base64(url[len(prefix) :]):
        raise Refusal(400, "invalid image input")
    return url[len(prefix) :]


def is_base64(text: str) -> bool:
    """Whether Go's base64.StdEncoding reads it: padded, and line breaks do not count."""
    try:
        base64.b64decode(text.replace("\r", "").replace("\n", ""), validate=True)
    except (binascii.Error, ValueError):
        return False
    return True
