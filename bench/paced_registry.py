"""A registry with one model that takes long: BYTES_PER_S for each connection. Its weights are zeros, sent at that pace.

A process of its own, so that it takes no time from whoever measures. Writes its port to the first line of its output.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

WHOLE = 8 << 30
PIECE = 1 << 16
CONFIG = b'{"model_format":"gguf","model_family":"llama"}'
TYPE = "application/vnd.docker.distribution.manifest.v2+json"


def layer(media_type: str, digest: str, size_bytes: int) -> dict[str, object]:
    return {"mediaType": f"application/vnd.{media_type}", "digest": f"sha256:{digest}", "size": size_bytes}


MANIFEST = json.dumps(
    {
        "schemaVersion": 2,
        "mediaType": TYPE,
        "config": layer("docker.container.image.v1+json", hashlib.sha256(CONFIG).hexdigest(), len(CONFIG)),
        "layers": [layer("ollama.image.model", "0" * 64, WHOLE)],
    }
).encode()


class Paced(BaseHTTPRequestHandler):
    pace = 1.0

    def do_GET(self) -> None:
        if "/manifests/" in self.path:
            self._whole(MANIFEST, TYPE)
        elif self.path.endswith("0" * 64):
            self._zeros()
        else:
            self._whole(CONFIG, "application/octet-stream")

    def do_HEAD(self) -> None:
        self.do_GET()

    def _whole(self, body: bytes, media_type: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", media_type)
        self.send_header("Docker-Content-Digest", f"sha256:{hashlib.sha256(body).hexdigest()}")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    def _zeros(self) -> None:
        asked = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", "bytes=0-"))
        first = int(asked[1]) if asked else 0
        last = int(asked[2]) if asked and asked[2] else WHOLE - 1
        self.send_response(206)
        self.send_header("Content-Range", f"bytes {first}-{last}/{WHOLE}")
        self.send_header("Content-Length", str(last - first + 1))
        self.end_headers()
        left = last - first + 1
        while left > 0 and self.command == "GET":
            self.wfile.write(bytes(min(PIECE, left)))
            left -= PIECE
            time.sleep(PIECE / self.pace)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the base class's word
        """Nobody reads it."""


def main() -> None:
    Paced.pace = float(sys.argv[1])
    server = ThreadingHTTPServer(("127.0.0.1", 0), Paced)
    print(server.server_port, flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
