"""Model files in Ollama's own layout: manifests, blobs, configs; the GGUF files inside; the demo model's source."""

from arriero.store.config_blob import ModelConfig
from arriero.store.manifest import Layer
from arriero.store.models import InstalledModel, ProblemKind, Removal, StoreProblem
from arriero.store.store import Store

__all__ = ["InstalledModel", "Layer", "ModelConfig", "ProblemKind", "Removal", "Store", "StoreProblem"]
