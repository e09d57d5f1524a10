"""The embedded server: Ollama's API in front of a llama.cpp child process. It knows nothing of slots or the stack."""
