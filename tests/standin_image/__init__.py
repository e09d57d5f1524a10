"""A stand-in for Ollama's image, made from this machine: our own engine under Ollama's name, port and folders.

What is like Ollama's (its Dockerfile, and a running 0.33): ENTRYPOINT /bin/ollama, CMD serve, 0.0.0.0:11434, root with
HOME=/root, models in /root/.ollama/models, Ollama's variables, `ollama list` for the health check, no curl, no wget.
What it cannot show: Ollama's own scheduler and code, CUDA, and that the image that users pull exists.
"""
