"""Questions to one Docker engine over its HTTP API, in a version of it that both sides speak.

Foreign facts: Engine API 1.41 is Docker 20.10, the oldest that is asked; an engine of 29 refuses less than 1.40 or 1.44
(moby, daemon/config). Nothing that is asked here changed between 1.41 and 1.52.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

from arriero.runtime.docker.access import why_unreachable
from arriero.runtime.docker.endpoint import Endpoint
from arriero.runtime.docker.errors import ApiTooNew, ApiTooOld, EngineRefused
from arriero.runtime.http import Answer, exchange, opened, request

OLDEST_API = "1.41"
NEWEST_API = "1.52"
_LIMIT_S = 10.0
_NAME = "docker"  # the Host header: what it says does not matter to an engine


class EngineVersion(NamedTuple):
    """What GET /version tells. `api`: the version that is spoken with it."""

    version: str
    api: str
    oldest_api: str
    newest_api: str


async def connect(endpoint: Endpoint, *, limit_s: float = _LIMIT_S) -> Engine:
    """Asks for the versions and agrees on one. Raises EngineUnavailable's children."""
    answer = await _ask(endpoint, "GET", "/version", None, limit_s)
    told = answer.json()
    newest, oldest = str(told.get("ApiVersion", "?")), str(told.get("MinAPIVersion", OLDEST_API))
    if answer.status != 200 or newest == "?":
        raise EngineRefused("GET /version", answer.status, _message(answer.body))
    return Engine(endpoint, agree(str(told.get("Version", "?")), oldest, newest))


def agree(version: str, oldest: str, newest: str) -> EngineVersion:
    """The newest version of the API that both speak. Pure. Raises ApiTooOld, ApiTooNew."""
    if _order(newest) < _order(OLDEST_API):
        raise ApiTooOld(newest, OLDEST_API, version)
    if _order(oldest) > _order(NEWEST_API):
        raise ApiTooNew(oldest, NEWEST_API)
    return EngineVersion(version, min(newest, NEWEST_API, key=_order), oldest, newest)


class Engine:
    """Every method raises EngineUnavailable's children when the engine does not answer, EngineRefused when it
    says no."""

    def __init__(self, endpoint: Endpoint, version: EngineVersion) -> None:
        self.endpoint = endpoint
        self.version = version

    async def get(self, path: str, *, limit_s: float = _LIMIT_S, **query: object) -> Any:
        """The JSON that a GET brings; None when there is no such thing (404)."""
        answer = await _ask(self.endpoint, "GET", self._path(path, query), None, limit_s)
        if answer.status == 404:
            return None
        self._require_success(f"GET {path}", answer.status, answer.body)
        return json.loads(answer.body)

    async def act(self, method: str, path: str, *, limit_s: float = _LIMIT_S, **query: object) -> bool:
        """POST or DELETE without a body. False when there is nothing to act on (404) or nothing to do (304)."""
        answer = await _ask(self.endpoint, method, self._path(path, query), None, limit_s)
        if answer.status in (304, 404):
            return False
        self._require_success(f"{method} {path}", answer.status, answer.body)
        return True

    @asynccontextmanager
    async def stream(
        self, method: str, path: str, query: dict[str, object], *, begin_s: float | None = _LIMIT_S
    ) -> AsyncIterator[asyncio.StreamReader]:
        """An answer that begins within `begin_s` and comes bit by bit, for as long as the caller reads.

        Only reading belongs inside: an OSError or ValueError that is raised there is taken for the connection's.
        """
        asked = request(method, _NAME, self._path(path, query), {} if method == "POST" else None)
        try:
            async with asyncio.timeout(begin_s) as limit, opened(self.endpoint.dial, asked) as (status, body):
                if status >= 400:
                    self._require_success(f"{method} {path}", status, await body.read())
                limit.reschedule(None)
                yield body
        except TimeoutError as error:
            raise why_unreachable(self.endpoint, TimeoutError(f"no answer in {begin_s} s")) from error
        except (OSError, ValueError) as error:
            raise why_unreachable(self.endpoint, error) from error

    def _path(self, path: str, query: dict[str, object]) -> str:
        given = {name: _text(value) for name, value in query.items()}
        return f"/v{self.version.api}{quote(path)}" + (f"?{urlencode(given)}" if given else "")

    @staticmethod
    def _require_success(asked: str, status: int, body: bytes) -> None:
        if status >= 400:
            raise EngineRefused(asked, status, _message(body))


async def _ask(endpoint: Endpoint, method: str, path: str, body: dict[str, object] | None, limit_s: float) -> Answer:
    try:
        async with asyncio.timeout(limit_s):
            return await exchange(endpoint.dial, request(method, _NAME, path, body))
    except TimeoutError as error:
        raise why_unreachable(endpoint, TimeoutError(f"no answer in {limit_s:g} s")) from error
    except (OSError, ValueError) as error:
        raise why_unreachable(endpoint, error) from error


def _message(body: bytes) -> str:
    """Errors are {"message": ...} (Engine API, ErrorResponse)."""
    try:
        return str(json.loads(body)["message"])
    except (ValueError, KeyError, TypeError):
        return body.decode(errors="replace").strip()


def _text(value: object) -> str:
    """As the API wants it in a query: maps as JSON, truth as 1 and 0."""
    if isinstance(value, bool):
        return str(int(value))
    return value if isinstance(value, str) else json.dumps(value)


def _order(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdigit())
