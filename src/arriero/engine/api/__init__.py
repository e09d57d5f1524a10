"""The engine's HTTP face: Ollama's own API, and the dialects that are translated into it."""
