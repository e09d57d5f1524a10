"""A tiny engine for tests of what starts and watches engines: real process, real HTTP, no model.

It takes the real engine's options and answers /api/version, /api/tags, /api/ps and the loading form of /api/generate;
POST /say {"line"}, /exit {"status"} and /eat {"bytes"} have it print, end and take memory.
Variables of its environment make it misbehave:
  STANDIN_MODEL=NAME    has that model, and not the demo's
  STANDIN_EXIT=N        ends at once with that status, after a line on stderr
  STANDIN_EXIT_IF=FILE  the same with status 4, whenever that file exists
  STANDIN_SILENT_IF=F   lives and never listens, whenever that file exists
  STANDIN_EXIT_ON_LOAD=N  ends with that status instead of loading
  STANDIN_STUBBORN=1    ignores SIGTERM
  STANDIN_TOGETHER=F:N  told to end, it writes SLOT.told into folder F; once N have, it writes SLOT.ended and ends
  STANDIN_CONTEXT=N     serves that context instead of the one asked for
  STANDIN_CHILD=1       has a child process that does not end by itself
"""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

OPTIONS = dict(zip(sys.argv[1::2], sys.argv[2::2], strict=True))
KEY = Path(OPTIONS["--api-key-file"]).read_text().strip() if "--api-key-file" in OPTIONS else None
INSTALLED = os.environ.get("STANDIN_MODEL", "smollm2:135m-instruct-q4_1")
LOADED: dict[str, dict[str, object]] = {}


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        answers: dict[str, object] = {
            "/api/version": {"version": "0.33.0"},
            "/api/tags": {"models": [{"name": INSTALLED}]},
            "/api/ps": {"models": list(LOADED.values())},
        }
        self.answer(200 if self.path in answers else 404, answers.get(self.path, {"error": "no such path"}))

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.path == "/say":
            print(body["line"], flush=True)
            return self.answer(200, {})
        if self.path == "/exit":
            os._exit(body["status"])
        if self.path == "/eat":
            bytearray(body["bytes"])
        if "STANDIN_EXIT_ON_LOAD" in os.environ:
            os._exit(int(os.environ["STANDIN_EXIT_ON_LOAD"]))
        if body["model"] != INSTALLED:
            return self.answer(404, {"error": f"model '{body['model']}' not found"})
        LOADED[INSTALLED] = {
            "name": INSTALLED,
            "size": 98_362_432,
            "size_vram": 0,
            "context_length": int(os.environ.get("STANDIN_CONTEXT") or OPTIONS["--context"]),
            "expires_at": "2318-01-01T00:00:00Z",
        }
        return self.answer(200, {"model": INSTALLED, "response": "", "done": True, "done_reason": "load"})

    def answer(self, status: int, value: object) -> None:
        if KEY and self.headers.get("Authorization") != f"Bearer {KEY}":
            status, value = 401, {"error": "unauthorized"}
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Quiet: the log holds what tests say."""


def end(*_: object) -> None:
    if "STANDIN_TOGETHER" in os.environ:
        folder, number = os.environ["STANDIN_TOGETHER"].rsplit(":", 1)
        Path(folder, f"{OPTIONS['--slot']}.told").touch()
        while len([*Path(folder).glob("*.told")]) < int(number):
            time.sleep(0.01)
        Path(folder, f"{OPTIONS['--slot']}.ended").touch()
    os._exit(0)


def main() -> None:
    print(f"stand-in for {OPTIONS['--slot']}", flush=True)
    status = 4 if Path(os.environ.get("STANDIN_EXIT_IF", "/-")).exists() else int(os.environ.get("STANDIN_EXIT", "0"))
    if status:
        print(f"stand-in ends with {status}", file=sys.stderr)
        sys.exit(status)
    # said and not left to the kernel, which ignores it for the first process of a container
    signal.signal(signal.SIGTERM, signal.SIG_IGN if "STANDIN_STUBBORN" in os.environ else end)
    if "STANDIN_CHILD" in os.environ:
        subprocess.Popen([sys.executable, "-c", "import signal; signal.signal(15, signal.SIG_IGN); signal.pause()"])
    if Path(os.environ.get("STANDIN_SILENT_IF", "/-")).exists():
        threading.Event().wait()
    ThreadingHTTPServer((OPTIONS["--host"], int(OPTIONS["--port"])), Handler).serve_forever()


main()
