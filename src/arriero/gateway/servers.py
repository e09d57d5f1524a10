"""The slots' servers as the gateway speaks to them: addresses, the key they may want, one request at a time.

Invariant: a connection carries one request. One that is kept may be closed by its server in the very moment in which
the next request goes out, and nobody could tell whether that request was begun; on this machine a new one costs 0.1 ms.
"""

from __future__ import annotations

import io

import aiohttp
from multidict import CIMultiDict, CIMultiDictProxy

from arriero.config.specs import Configuration
from arriero.runtime.address import reachable
from arriero.runtime.http import NoAnswer, ask
from arriero.runtime.served import read_key

_CONNECT_S = 5.0
_LOOK_S = 2.0
_LARGE_BYTES = 1 << 20
_OURS = frozenset({"host", "authorization", "x-api-key", "origin", "cookie", "content-length"})
_HOPS = frozenset(  # RFC 9110, section 7.6.1
    {"connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection", "te", "trailer"}
    | {"transfer-encoding", "upgrade", "expect"}
)


class Servers:
    def __init__(self, configuration: Configuration) -> None:
        settings = configuration.settings
        self._host = reachable(settings.bind)
        self._ports = {slot.id: slot.port for slot in configuration.slots}
        self._key_file = settings.engine.api_key_file
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, force_close=True),
            auto_decompress=False,
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=_CONNECT_S),
            skip_auto_headers=("User-Agent", "Accept", "Accept-Encoding", "Content-Type"),
        )

    async def post(self, slot: str, path: str, headers: CIMultiDictProxy[str], body: bytes) -> aiohttp.ClientResponse:
        """The answer's head; its body is still to be read. Raises aiohttp.ClientError."""
        host = f"[{self._host}]" if ":" in self._host else self._host
        data = io.BytesIO(body) if len(body) > _LARGE_BYTES else body
        passed = passed_on(headers, _OURS)
        if key := read_key(self._key_file):
            passed["Authorization"] = f"Bearer {key}"
        url = f"http://{host}:{self._ports[slot]}{path}"
        return await self._session.post(url, data=data, headers=passed, allow_redirects=False)

    async def loaded(self, slot: str) -> list[dict[str, object]]:
        """The `models` of its `/api/ps`; none where it does not answer."""
        key = read_key(self._key_file)
        try:
            told = (await ask(self._host, self._ports[slot], "/api/ps", key=key, limit_s=_LOOK_S)).json().get("models")
        except NoAnswer:
            return []
        return [each for each in told if isinstance(each, dict)] if isinstance(told, list) else []

    async def unload(self, slot: str, model: str) -> bool:
        """Whether its server said that it will; answers under way end first (Ollama 0.33, server/sched.go)."""
        asked: dict[str, object] = {"model": model, "keep_alive": 0, "stream": False}
        key = read_key(self._key_file)
        try:
            answer = await ask(self._host, self._ports[slot], "/api/generate", post=asked, key=key, limit_s=_LOOK_S)
        except NoAnswer:
            return False
        return answer.status == 200

    async def close(self) -> None:
        await self._session.close()


def passed_on(headers: CIMultiDictProxy[str], but: frozenset[str] = frozenset()) -> CIMultiDict[str]:
    """Those that are meant for the other end."""
    named = {word.strip().lower() for value in headers.getall("Connection", ()) for word in value.split(",")}
    left_out = _HOPS | but | named
    return CIMultiDict((name, value) for name, value in headers.items() if name.lower() not in left_out)
