"""One HTTP/1.1 connection in one thread: `http.client`, its faults translated, its waits bounded.

Why threads and the standard library, where the other rooms use aiohttp: a layer of gigabytes goes from the socket into
one reused buffer, to the file and to SHA-256 without an object per chunk, beside the event loop instead of through it.
Measured on two cores with 2 GB over loopback, verified: 2.5-3.1 s, against 3.3-3.9 s with aiohttp, whose hundreds of
thousands of short-lived chunks cost more than the copying.
"""

from __future__ import annotations

import functools
import http.client
import socket
import ssl
import time
from collections.abc import Iterable, Mapping
from types import TracebackType
from typing import TypeAlias

from arriero.registry.addresses import Origin, Proxy, proxy_for, target_of
from arriero.registry.errors import InsecureRegistry, RegistryUntrusted
from arriero.registry.faults import Broken, Fault, Stalled, Stopped, Unconnected
from arriero.registry.halt import Halt
from arriero.registry.values import RegistrySettings

_PLAIN_HTTP = ("WRONG_VERSION_NUMBER", "HTTP_REQUEST")
_SEND_BLOCK = 1 << 17  # a send of one block may take `stall_s`

Body: TypeAlias = bytes | Iterable[bytes] | None


class Network:
    """What all connections of a client share: settings, TLS trust, and the proxies of the environment."""

    def __init__(self, settings: RegistrySettings) -> None:
        self.settings = settings

    @functools.cached_property
    def _tls(self) -> ssl.SSLContext:
        return ssl.create_default_context()

    def connection(self, origin: Origin) -> tuple[http.client.HTTPConnection, Proxy | None]:
        proxy = proxy_for(origin)
        host, port = (proxy.host, proxy.port) if proxy else (origin.host, origin.port)
        timeout_s = self.settings.connect_s
        if origin.scheme == "http":
            return http.client.HTTPConnection(host, port, timeout=timeout_s, blocksize=_SEND_BLOCK), proxy
        tls = http.client.HTTPSConnection(host, port, timeout=timeout_s, context=self._tls, blocksize=_SEND_BLOCK)
        if proxy:
            headers: dict[str, str] = {"Proxy-Authorization": proxy.authorization} if proxy.authorization else {}
            tls.set_tunnel(origin.host, origin.port, headers)
        return tls, None


class Wire:
    """A connection to one origin, opened when first used and again when the server has closed it."""

    def __init__(self, network: Network, origin: Origin, halt: Halt) -> None:
        self._settings, self._origin, self._halt = network.settings, origin, halt
        self._connection, self._proxy = network.connection(origin)

    def request(
        self, method: str, url: str, headers: Mapping[str, str], body: Body = None, within_s: float | None = None
    ) -> Answer:
        """The answer's head, within `within_s` seconds of the last byte sent (usually `answer_s`).

        Raises a Fault, Stopped, or RegistryUntrusted and InsecureRegistry, which no other try would heal."""
        used_before = self._connection.sock is not None
        try:
            return self._exchange(method, url, headers, body, within_s)
        except Broken:
            self.close()
            if not used_before or method not in ("GET", "HEAD"):
                raise
            return self._exchange(method, url, headers, body, within_s)  # a kept connection that the server had closed

    def close(self) -> None:
        self._connection.close()

    def _exchange(
        self, method: str, url: str, headers: Mapping[str, str], body: Body, within_s: float | None
    ) -> Answer:
        if self._connection.sock is None:
            self._connect()
        sock = self._connection.sock
        with self._halt.guard(sock):
            self._send(method, url, headers, body)
        if within_s is not None:
            sock.settimeout(within_s)
        with self._halt.guard(sock, within_s or self._settings.answer_s):
            response = self._receive(sock)
        sock.settimeout(self._settings.stall_s)
        return Answer(url, response, self._connection, sock, self._halt)

    def _receive(self, sock: socket.socket) -> http.client.HTTPResponse:
        try:
            return self._connection.getresponse()
        except TimeoutError:
            raise Stalled(sock.gettimeout() or 0.0) from None
        except (http.client.HTTPException, OSError) as error:
            raise Broken(f"no answer: {_text(error)}") from error

    def _send(self, method: str, url: str, headers: Mapping[str, str], body: Body) -> None:
        target = url if self._proxy else target_of(url)
        if self._proxy and self._proxy.authorization:
            headers = {**headers, "Proxy-Authorization": self._proxy.authorization}
        try:
            self._connection.request(method, target, body, dict(headers))
        except (BrokenPipeError, ConnectionResetError):
            if body is None:
                raise Broken("closed before the request") from None
            # a server that refuses a body may answer and close while it is still being sent: the answer comes next
        except (http.client.HTTPException, OSError) as error:
            raise Broken(_text(error)) from error

    def _connect(self) -> None:
        self._halt.check()
        try:
            self._connection.connect()
        except OSError as error:
            self._connection.close()
            raise self._unreachable(error) from error
        except http.client.HTTPException as error:
            self._connection.close()
            raise Broken(_text(error)) from error
        self._connection.sock.settimeout(self._settings.stall_s)

    def _unreachable(self, error: OSError) -> Exception:
        shown = self._origin.shown
        if isinstance(error, ssl.SSLCertVerificationError):
            return RegistryUntrusted(shown, error.verify_message)
        if isinstance(error, ssl.SSLError) and error.reason in _PLAIN_HTTP:
            return InsecureRegistry(shown)
        return Unconnected(shown, _text(error))


class Answer:
    """A response whose body is still on the wire. Close it: its connection lives on when the body was read to its end.

    `left` is what of the body is still to come, None where the server did not say.
    """

    def __init__(
        self,
        url: str,
        response: http.client.HTTPResponse,
        connection: http.client.HTTPConnection,
        sock: socket.socket,
        halt: Halt,
    ) -> None:
        self.url, self.status, self.headers = url, response.status, response.headers
        self.left: int | None = None if response.chunked else response.length
        self._response, self._connection, self._sock, self._halt = response, connection, sock, halt
        self._ended = self.left == 0
        self._fault: Fault | Stopped | None = None

    def __enter__(self) -> Answer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._response.close()
        if not self._ended:
            self._connection.close()

    @property
    def _patience_s(self) -> float:
        return self._sock.gettimeout() or 0.0

    def read_some(self, view: memoryview, for_s: float = 0.0) -> int:
        """What comes until `view` is full or `for_s` seconds are over, at least one byte; 0 at the end.

        Raises Broken, Stalled and Stopped; when some bytes have come before, then by the next call: they are not lost.
        """
        if self._fault is not None:
            raise self._fault
        count, due = 0, time.monotonic() + for_s
        try:
            with self._halt.guard(self._sock, 2 * self._patience_s + for_s):
                while count < len(view) and (not count or time.monotonic() < due):
                    got = self._read(view[count:])
                    if not got:
                        break
                    count += got
        except (Fault, Stopped) as fault:
            if not count:
                raise
            self._fault = fault
        return count

    def read_all(self, most: int, within_s: float) -> bytes:
        """The body. Raises ValueError when it is longer than `most`, Stalled when it takes longer than `within_s`."""
        whole, block = bytearray(), memoryview(bytearray(1 << 16))
        with self._halt.guard(self._sock, within_s):
            while count := self._read(block):
                whole += block[:count]
                if len(whole) > most:
                    raise ValueError(f"more than {most} bytes")
        return bytes(whole)

    def _read(self, view: memoryview) -> int:
        try:
            count = self._read_raw(view)
        except TimeoutError:
            raise Stalled(self._patience_s) from None
        except (http.client.HTTPException, OSError, ValueError) as error:
            raise Broken(_text(error)) from error
        if not count and len(view):
            if self.left:
                raise Broken(f"ended {self.left} bytes early")
            self._ended = True
        return count

    def _read_raw(self, view: memoryview) -> int:
        if self.left is None:
            data = self._response.read1(len(view))
            view[: len(data)] = data
            return len(data)
        count: int = self._response.fp.readinto1(view[: self.left])
        self.left -= count
        self._ended = self.left == 0
        return count


def _text(error: BaseException) -> str:
    return str(error) or type(error).__name__
