"""A stand-in for Ollama's image, made from this machine: our own engine under Ollama's name, ports, folders and variables.

What is like Ollama's (its Dockerfile, and a running 0.33): ENTRYPOINT /bin/ollama, CMD serve, OLLAMA_HOST=0.0.0.0:11434,
root with HOME=/root, models in /root/.ollama/models, `ollama list` for the health check, no curl, no wget. What it cannot
show: Ollama's own scheduler and Go code, CUDA, and that the pinned tag exists.
"""
