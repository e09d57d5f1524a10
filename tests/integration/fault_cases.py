"""Every fault that a registry or the way to it can show a pull, by name, and what is to come of it.

`RECOVERED` and `REFUSED` strike at one big layer of BIG bytes, `ANSWERS` at the manifest. A refusal's third field
changes the client's settings, so that its waits are short.
"""

from __future__ import annotations

import json

from aiohttp import web
from registry_faults import (
    Fault,
    FaultProxy,
    after,
    answering,
    at_pace,
    changed,
    limited,
    redirecting,
    reset,
    silence,
    with_more,
    with_wrong_byte,
)

from arriero.core.errors import ArrieroError
from arriero.registry.errors import (
    LayerCorrupt,
    LayerMissing,
    LayerSizeWrong,
    ManifestInvalid,
    ManifestNotFound,
    NeedsNewerOllama,
    NotARegistry,
    RedirectRefused,
    RegistryDenied,
    RegistryRefused,
    RegistryUnreachable,
    TransferBroken,
    TransferStalled,
)

BIG = 9_500_000

RECOVERED: dict[str, Fault] = {
    "reset mid-body": limited(changed(after(300_000, reset)), 7),
    "reset before the body": limited(changed(after(0, reset)), 3),
    "short body": limited(changed(after(300_000, reset), promise=-1), 5),
    "server error": limited(answering(500, "oops"), 5),
    "too many requests": limited(answering(429, "slow down", Retry_After="0"), 5),
    "unavailable": limited(answering(503, "later", Retry_After="0"), 5),
    "a date to retry after": limited(answering(503, Retry_After="Sun, 22 Nov 2020 12:00:00 GMT"), 2),
    "one wrong byte": limited(changed(with_wrong_byte), 1),
    "ignores ranges": changed(lambda source: source, ranged=False),
    "ignores ranges and says no length": changed(lambda source: source, ranged=False, promise=-1),
    "ignores ranges and breaks": limited(changed(after(5_000_000, reset), ranged=False), 6),
    "says no length": changed(lambda source: source, promise=-1),
    "slow connections": changed(at_pace(2_000_000, 50_000)),
}

REFUSED: dict[str, tuple[Fault, type[ArrieroError], dict[str, object]]] = {
    "no connection lasts": (changed(after(0, reset)), TransferBroken, {}),
    "always unavailable": (answering(503, "later", Retry_After="0"), RegistryRefused, {}),
    "come back tomorrow": (answering(429, "tomorrow", Retry_After="86400"), RegistryRefused, {}),
    "the same byte is always wrong": (changed(with_wrong_byte), LayerCorrupt, {}),
    "one byte a second": (changed(at_pace(1, 1)), TransferStalled, {"stall_s": 0.3, "tries": 2}),
    "silence after the headers": (changed(after(0, silence)), TransferStalled, {"stall_s": 0.3, "tries": 2}),
    "silence mid-body": (changed(after(9_000, silence)), TransferStalled, {"stall_s": 0.3, "tries": 2}),
    "a web page": (answering(200, "<html>welcome</html>", Content_Type="text/html"), NotARegistry, {}),
    "gone": (answering(404), LayerMissing, {}),
    "forbidden": (answering(403), RegistryDenied, {}),
    "a teapot": (answering(418, "short and stout"), RegistryRefused, {}),
    "to a file": (redirecting("file:///etc/passwd"), RedirectRefused, {}),
    "to another scheme": (redirecting("ftp://127.0.0.1/x"), RedirectRefused, {}),
    "to nowhere": (redirecting(""), RedirectRefused, {}),
    "to a closed port": (redirecting("http://127.0.0.1:1/x"), RegistryUnreachable, {}),
    "longer than promised": (
        changed(with_more(50_000_000), ranged=False, promise=BIG + 50_000_000),
        LayerSizeWrong,
        {},
    ),
    "longer without a length": (changed(with_more(100), ranged=False, promise=-1), LayerSizeWrong, {}),
    "shorter than promised": (answering(200, "short"), LayerSizeWrong, {}),
}


async def endless(proxy: FaultProxy, request: web.Request) -> web.StreamResponse:
    """5 GB of JSON, if anybody reads them."""
    response = web.StreamResponse(headers={"Content-Type": "application/json"})
    response.content_length = 5_000_000_000
    await response.prepare(request)
    while True:
        await response.write(b"[" * 65536)


async def a_million_layers(proxy: FaultProxy, request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "application/json"})
    await response.prepare(request)
    await response.write(b'{"schemaVersion":2,"layers":[')
    for _ in range(1000):
        await response.write(layers(1000).encode() + b",")
    return response


def layers(count: int) -> str:
    return ",".join([json.dumps({"mediaType": "t", "digest": "sha256:" + "0" * 64, "size": 1})] * count)


def image_index() -> str:
    return json.dumps({"schemaVersion": 2, "manifests": [{"digest": "sha256:" + "0" * 64, "size": 1}]})


ANSWERS: dict[str, tuple[Fault, type[ArrieroError], dict[str, object]]] = {
    "too old": (answering(412, "pull needs a newer version"), NeedsNewerOllama, {}),
    "not found": (answering(404), ManifestNotFound, {}),
    "a web page": (answering(200, "<!doctype html><p>hello", Content_Type="text/html"), NotARegistry, {}),
    "a web page in disguise": (answering(200, "\n<html>", Content_Type="text/plain"), NotARegistry, {}),
    "a web page that says 404": (answering(404, "<html>", Content_Type="text/html"), NotARegistry, {}),
    "an image index": (answering(200, image_index()), ManifestInvalid, {}),
    "noise": (answering(200, "\x00\x01"), ManifestInvalid, {}),
    "another digest": (
        answering(200, '{"schemaVersion":2}', Docker_Content_Digest="sha256:" + "0" * 64),
        ManifestInvalid,
        {},
    ),
    "5 GB": (endless, NotARegistry, {}),
    "a million layers": (a_million_layers, NotARegistry, {}),
    "thousands of layers": (
        answering(200, f'{{"schemaVersion":2,"layers":[{layers(20_000)}]}}'),
        ManifestInvalid,
        {},
    ),
    "trickle": (changed(at_pace(50, 5)), TransferStalled, {"answer_s": 0.3}),
    "silence": (changed(after(3, silence)), TransferStalled, {"answer_s": 0.3}),
    "reset": (changed(after(3, reset)), TransferBroken, {}),
    "denied": (answering(403), RegistryDenied, {}),
    "broken": (answering(500, '{"errors":[{"message":"no disk"}]}'), RegistryRefused, {}),
    "to a file": (answering(302, Location="file:///etc/passwd"), RedirectRefused, {}),
    "a terminal's nightmare": (answering(418, "\x1b[2J" + "x" * 10_000), RegistryRefused, {}),
}
