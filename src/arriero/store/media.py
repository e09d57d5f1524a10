"""The media types of Ollama's manifests (Ollama 0.33, server/images.go) and the short names Arriero calls them by."""

from __future__ import annotations

MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
CONFIG = "application/vnd.docker.container.image.v1+json"

_IMAGE = "application/vnd.ollama.image."
MODEL = _IMAGE + "model"
TEMPLATE = _IMAGE + "template"
PROMPT = _IMAGE + "prompt"  # what TEMPLATE was called before Ollama 0.1.16; still read
SYSTEM = _IMAGE + "system"
PARAMS = _IMAGE + "params"
LICENSE = _IMAGE + "license"
MESSAGES = _IMAGE + "messages"
ADAPTER = _IMAGE + "adapter"
PROJECTOR = _IMAGE + "projector"

KINDS: dict[str, tuple[str, ...]] = {
    "model": (MODEL,),
    "template": (TEMPLATE, PROMPT),
    "system": (SYSTEM,),
    "params": (PARAMS,),
    "license": (LICENSE,),
    "messages": (MESSAGES,),
    "adapter": (ADAPTER,),
    "projector": (PROJECTOR,),
}
