"""A model's server that takes known times: PORT-less, it prints its port, then one JSON line for each answer.

It stands in for a model whose speed would have to be known. It is known to behave as one because the same tests' client
measures the real engine and llama.cpp's own server; its times are those that it really took, by its own clock
(CLOCK_MONOTONIC, the same for every process of a machine), so that a loaded machine is no reason to disagree.

    python measure_server.py '{"read_s": 0.2, "token_s": 0.01, ...}'

`read_s` per 1000 words of the prompt, of those that were not asked before; `first_s` on top; `token_s` for each token.
Words are tokens. `after`: the answer from which `fault` holds: die (the process ends in the middle of an answer), stall
(it goes on for ever without a word), refuse (HTTP 500), break (it hangs up in the middle).
`most`: no answer has more tokens. `lie`: prompt (always 7 tokens) or written (always ten times as many).
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

SETTINGS: dict[str, Any] = {
    "host": "127.0.0.1",
    "first_s": 0.0,
    "read_s": 0.0,
    "token_s": 0.0,
    "after": 0,
    "fault": "",
    "most": 1 << 30,
    "lie": "",
    "context": 4096,
    "fill": True,
}


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, settings: dict[str, Any]) -> None:
        super().__init__((str((SETTINGS | settings)["host"]), 0), Handler)
        self.settings = SETTINGS | settings
        self.answers = 0
        self.seen: set[tuple[str, ...]] = set()
        self.turn = threading.Lock()  # one answer at a time, as a small engine does


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server

    def log_message(self, *_: object) -> None:
        """Its log is the answers."""

    def do_GET(self) -> None:
        context = self.server.settings["context"]
        ollama = {
            "/api/version": {"version": "0.0.0"},
            "/api/ps": {"models": [{"name": "timed:1", "context_length": context, "size": 1, "size_vram": 0}]},
            "/api/tags": {"models": [{"name": "timed:1"}]},
            "/v1/models": {"object": "list", "data": [{"id": "timed:1"}]},
        }
        self.reply(ollama.get(self.path))

    def do_POST(self) -> None:
        asked_at = time.perf_counter()
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.path == "/api/show":
            self.reply({"capabilities": ["completion", *(["insert"] if self.server.settings["fill"] else [])]})
            return
        with self.server.turn:
            self.server.answers += 1
            self.stream(body, asked_at)

    def reply(self, value: object) -> None:
        content = json.dumps(value or {"error": "not found"}).encode()
        self.send_response(200 if value else 404)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def stream(self, body: dict[str, Any], asked_at: float) -> None:
        settings = self.server.settings
        fault = settings["fault"] if self.server.answers > settings["after"] else ""
        if fault == "refuse":
            self.send_error(500)
            return
        words = prompt_of(body).split()
        limit = min(int(body.get("max_tokens") or body["options"]["num_predict"]), settings["most"])
        self.begin()
        time.sleep(settings["first_s"] + settings["read_s"] * self.unread(words) / 1000)
        moments = []
        for index in range(limit):
            if index:
                time.sleep(settings["token_s"])
            if fault and index == limit // 2:
                self.fail(fault)
                return
            moments.append(time.perf_counter())
            self.chunk(self.piece(f"{index} "))
        for end in self.ends(len(words), limit):
            self.chunk(end)
        over_at = time.perf_counter()
        self.wfile.write(b"0\r\n\r\n")
        seen = {"words": len(words), "first_s": moments[0] - asked_at, "over_s": over_at - asked_at}
        seen |= {"written_s": moments[-1] - moments[0], "tokens": limit, "asked_at": asked_at, "over_at": over_at}
        print(json.dumps(seen | {"max_tokens": limit}), flush=True)

    def unread(self, words: list[str]) -> int:
        """How many words lie behind the longest beginning that was asked before, in steps of 16."""
        known = 0
        for end in range(16, len(words) + 1, 16):
            key = tuple(words[:end])
            if key in self.server.seen:
                known = end
            self.server.seen.add(key)
        return len(words) - known

    def fail(self, fault: str) -> None:
        if fault == "die":
            os._exit(1)
        if fault == "stall":
            threading.Event().wait()
        self.close_connection = True
        self.connection.close()

    def begin(self) -> None:
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()

    def chunk(self, event: object) -> None:
        line = json.dumps(event).encode() + b"\n" if self.ollama else b"data: " + json.dumps(event).encode() + b"\n\n"
        self.wfile.write(f"{len(line):x}\r\n".encode() + line + b"\r\n")

    @property
    def ollama(self) -> bool:
        return self.path.startswith("/api/")

    def piece(self, text: str) -> object:
        if not self.ollama:
            return {"choices": [{"delta": {"content": text}, "finish_reason": None}]}
        said = {"response": text} if self.path == "/api/generate" else {"message": {"content": text}}
        return {"done": False, **said}

    def ends(self, words: int, tokens: int) -> list[object]:
        lie = self.server.settings["lie"]
        words, tokens = 7 if lie == "prompt" else words, tokens * 10 if lie == "written" else tokens
        if self.ollama:
            return [{"done": True, "prompt_eval_count": words, "eval_count": tokens}]
        usage = {"prompt_tokens": words, "completion_tokens": tokens}
        return [{"choices": [{"delta": {}, "finish_reason": "length"}]}, {"choices": [], "usage": usage}]


def prompt_of(body: dict[str, Any]) -> str:
    if "messages" in body:
        return " ".join(message["content"] for message in body["messages"])
    return f"{body['prompt']} {body.get('suffix', '')}"


if __name__ == "__main__":
    server = Server(json.loads(sys.argv[1]))
    print(server.server_port, flush=True)
    server.serve_forever()
