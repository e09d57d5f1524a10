"""One thread's talk with a registry: connections per origin, redirects, the token challenge, refusals as errors.

Invariant: a token goes to the origin that asked for it and nowhere else.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping

from arriero.core.ids import Reference
from arriero.registry.addresses import Origin, base_url, follow, origin_of
from arriero.registry.challenge import parse_challenge, read_token
from arriero.registry.errors import NotARegistry, RedirectRefused, RegistryDenied, RegistryRefused
from arriero.registry.faults import Broken, Busy
from arriero.registry.halt import Halt
from arriero.registry.patience import parse_retry_after
from arriero.registry.wire import Answer, Body, Network, Wire

MAX_REDIRECTS = 10
MAX_ERROR_BYTES = 1 << 16
MAX_DETAIL = 300
_REDIRECTS = (301, 302, 303, 307, 308)


class Registry:
    """The registry of one reference, as all threads of an operation see it: its address and the token it gave."""

    def __init__(self, network: Network, reference: Reference) -> None:
        self.network, self.settings, self.reference = network, network.settings, reference
        self.base = base_url(reference, self.settings.insecure_hosts)
        self.origin = origin_of(self.base)
        self._lock = threading.Lock()
        self._token: str | None = None

    @property
    def token(self) -> str | None:
        with self._lock:
            return self._token

    @token.setter
    def token(self, token: str | None) -> None:
        with self._lock:
            self._token = token


class Caller:
    """One thread's connections. Not to be shared between threads."""

    def __init__(self, registry: Registry, halt: Halt) -> None:
        self.registry, self.halt = registry, halt
        self._settings = registry.settings
        self._wires: dict[Origin, Wire] = {}

    def close(self) -> None:
        for wire in self._wires.values():
            wire.close()

    def open(
        self, method: str, url: str, headers: Mapping[str, str], body: Body = None, within_s: float | None = None
    ) -> Answer:
        """The answer after redirects (of GET and HEAD) and at most one token challenge; any status but those two.

        An iterable body is sent once: a challenge in answer to it is handed back. Raises what Wire.request raises, and
        RedirectRefused, RegistryDenied.
        """
        challenged = False
        for _ in range(MAX_REDIRECTS + 1):
            answer = self._send(method, url, headers, body, within_s)
            if answer.status == 401 and not challenged and _repeatable(body) and self._ours(answer.url):
                challenged = True
                self._answer_challenge(answer)
            elif answer.status in _REDIRECTS and method in ("GET", "HEAD"):
                with answer:
                    url = follow(url, answer.headers.get("Location"), self._settings.insecure_hosts)
            else:
                return answer
        raise RedirectRefused(self.registry.origin.shown, origin_of(url).shown)

    def read_all(self, answer: Answer, most: int) -> bytes:
        """The body of a small answer. Raises NotARegistry when it is longer than any registry's, or Fault."""
        try:
            return answer.read_all(most, self._settings.answer_s)
        except ValueError as error:
            raise NotARegistry(origin_of(answer.url).shown, str(error)) from error

    def refusal(self, answer: Answer) -> Exception:
        """What an answer that was not asked for means; reads its body for the registry's own words."""
        host, status = origin_of(answer.url).shown, answer.status
        detail = self._detail(answer)
        if status in (408, 429) or status >= 500:
            return Busy(status, detail, parse_retry_after(answer.headers.get("Retry-After")))
        return RegistryDenied(host, status) if status in (401, 403) else RegistryRefused(host, status, detail)

    def _send(
        self, method: str, url: str, headers: Mapping[str, str], body: Body, within_s: float | None = None
    ) -> Answer:
        sent = {"User-Agent": self._settings.user_agent, "Accept-Encoding": "identity", **headers}
        if self.registry.token and self._ours(url):
            sent["Authorization"] = f"Bearer {self.registry.token}"
        return self._wire(origin_of(url)).request(method, url, sent, body, within_s)

    def _wire(self, origin: Origin) -> Wire:
        if origin not in self._wires:
            self._wires[origin] = Wire(self.registry.network, origin, self.halt)
        return self._wires[origin]

    def _ours(self, url: str) -> bool:
        return origin_of(url) == self.registry.origin

    def _answer_challenge(self, answer: Answer) -> None:
        origin = self.registry.origin
        with answer:
            header = answer.headers.get("WWW-Authenticate")
        challenge = parse_challenge(header, http_allowed=origin.scheme == "http")
        if challenge is None:
            raise RegistryDenied(origin.shown, answer.status)
        self.registry.token = None
        with self._ask_for_token(challenge.url) as granted:
            token = read_token(self.read_all(granted, MAX_ERROR_BYTES)) if granted.status == 200 else None
        if token is None:
            raise RegistryDenied(origin.shown, granted.status)
        self.registry.token = token

    def _ask_for_token(self, url: str) -> Answer:
        answer = self._send("GET", url, {}, None)
        if answer.status in (429, *range(500, 600)):
            with answer:
                raise self.refusal(answer)
        return answer

    def _detail(self, answer: Answer) -> str:
        try:
            body = answer.read_all(MAX_ERROR_BYTES, self._settings.answer_s)
        except (Broken, ValueError):
            return ""
        return _plain(_message(body))


def _repeatable(body: Body) -> bool:
    return body is None or isinstance(body, bytes)


def _message(body: bytes) -> str:
    """The text in an error's body: distribution's `errors[].message`, Hugging Face's `error`, else all of it."""
    try:
        fields = json.loads(body)
        return str(fields.get("error") or "; ".join(str(error["message"]) for error in fields["errors"]))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return body.decode("utf-8", "replace")


def _plain(text: str) -> str:
    """One line for a terminal, nothing in it that a terminal would obey."""
    return "".join(c if c.isprintable() else " " for c in text).strip()[:MAX_DETAIL]
