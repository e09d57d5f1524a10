"""Ports, names and ways out, on machines where they are wrong: real listeners, files as the kernel writes them."""

from __future__ import annotations

import asyncio
import json
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from arriero.config.specs import SlotSpec, SourceKind
from arriero.core.ids import Reference
from arriero.doctor.checks.network import exposure, host_ollama, localhost, mtu, ports, proxy, registry
from doctor_machine import HOME, Machine, give, open_the_way


async def test_a_real_listener_has_the_port(machine: Machine, free_port: int) -> None:
    with socket.create_server(("127.0.0.1", 0)) as gateways:
        gateway_port = gateways.getsockname()[1]
    configuration = machine.world.configuration
    gateway = replace(configuration.settings.gateway, port=gateway_port)
    settings = replace(configuration.settings, gateway=gateway)
    only = replace(configuration, slots=(own(machine, free_port),), settings=settings)
    machine.world = replace(machine.world, configuration=only)
    assert (await machine.sees(ports.CHECK)).grade.ok
    for port in (free_port, gateway_port):
        with socket.create_server(("127.0.0.1", port)):
            seen = (await machine.sees(ports.CHECK)).finding
        assert (seen.kind, seen.params["port"]) == ("program", port)
        assert str(seen.params["holders"]).startswith(f"['{port}: ")


def own(machine: Machine, port: int) -> SlotSpec:
    """The slot whose port is the test's: the others' may be held by whoever works on this machine."""
    (found,) = [slot for slot in machine.world.configuration.slots if slot.port == port]
    return found


# systemd 255, `systemctl show` of the unit that ollama's install.sh writes
UNIT = "LoadState=loaded\nActiveState={active}\nUnitFileState={enabled}\nEnvironment=PATH=/usr/bin{more}\n"


@pytest.mark.parametrize(
    ("active", "enabled", "more", "expected"),
    [
        ("active", "enabled", "", "runs"),
        ("active", "enabled", " OLLAMA_HOST=0.0.0.0", "open"),
        ("active", "enabled", " OLLAMA_HOST=http://[::]:11434", "open"),
        ("active", "disabled", " OLLAMA_HOST=127.0.0.1:11500", "runs"),
        ("inactive", "enabled", "", "comes"),
        ("inactive", "enabled", " OLLAMA_HOST=127.0.0.1:1", "rests"),
        ("inactive", "disabled", "", "rests"),
    ],
)
async def test_the_machines_own_ollama(machine: Machine, active: str, enabled: str, more: str, expected: str) -> None:
    assert await machine.kind(host_ollama.CHECK) == "none"
    machine.tool("systemctl", UNIT.format(active=active, enabled=enabled, more=more))
    assert await machine.kind(host_ollama.CHECK) == expected


async def test_a_unit_that_is_not_there(machine: Machine) -> None:
    machine.tool("systemctl", "LoadState=not-found\nActiveState=inactive\nUnitFileState=\nEnvironment=\n")
    assert await machine.kind(host_ollama.CHECK) == "none"


def published(name: str, address: str, project: str, image: str = "ollama/ollama:0.33.0") -> dict[str, Any]:
    """As GET /containers/json of Engine 20.10 to 29 lists one."""
    port = {"IP": address, "PrivatePort": 11434, "PublicPort": 11434, "Type": "tcp"}
    labels = {"com.docker.compose.project": project, "arriero.slot": "qwen"}
    return {"Id": name, "Names": [f"/{name}"], "Image": image, "Labels": labels, "Ports": [port]}


async def test_models_that_the_network_can_reach(machine: Machine) -> None:
    assert await machine.kind(exposure.CHECK) == "no_engine"
    project = machine.world.configuration.settings.docker.project
    for address, whose, expected in (
        ("127.0.0.1", project, "closed"),
        ("::", project, "ours"),
        ("0.0.0.0", "webui", "theirs"),
    ):
        async with machine.engine({"/containers/json": [published("ollama-qwen", address, whose)]}):
            assert await machine.kind(exposure.CHECK) == expected
    machine.file("/etc/ufw/ufw.conf", "ENABLED=yes\nLOGLEVEL=low\n")
    async with machine.engine({"/containers/json": [published("ollama-qwen", "0.0.0.0", project)]}):
        assert (await machine.sees(exposure.CHECK)).finding.params["firewall"] == "ufw"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("127.0.0.1 localhost\n::1 ip6-localhost localhost\n", "four"),
        ("::1 localhost\n# 127.0.0.1 localhost\n", "six_only"),
        ("127.0.1.1 desk\n", "missing"),
    ],
)
async def test_localhost(machine: Machine, text: str, expected: str) -> None:
    machine.file("/etc/hosts", text)
    assert await machine.kind(localhost.CHECK) == expected


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({}, "none"),
        ({"HTTPS_PROXY": "http://proxy:3128"}, "none"),
        ({"http_proxy": "http://proxy:3128"}, "own_proxied"),
        ({"http_proxy": "http://proxy:3128", "NO_PROXY": "127.0.0.1"}, "own_proxied"),
        ({"HTTP_PROXY": "http://proxy:3128", "no_proxy": "localhost, 127.0.0.1,.lan"}, "around_own"),
        ({"HTTP_PROXY": "http://proxy:3128", "no_proxy": "*"}, "around_own"),
    ],
)
async def test_proxies(machine: Machine, environ: dict[str, str], expected: str) -> None:
    machine.environ |= environ
    assert await machine.kind(proxy.CHECK) == expected


async def test_a_proxy_in_every_container(machine: Machine) -> None:
    default = {"httpProxy": "http://proxy:3128", "noProxy": "*.lan"}
    machine.file(f"{HOME}/.docker/config.json", json.dumps({"proxies": {"default": default}}))
    assert await machine.kind(proxy.CHECK) == "in_containers"
    default["noProxy"] = "127.0.0.1,localhost"
    machine.file(f"{HOME}/.docker/config.json", json.dumps({"proxies": {"default": default}}))
    assert await machine.kind(proxy.CHECK) == "none"


ROUTES = """\
Iface	Destination	Gateway 	Flags	RefCnt	Use	Metric	Mask		MTU	Window	IRTT
wg0	00000000	00000000	0001	0	0	50	00000000	0	0	0
eth0	00000000	0100A8C0	0003	0	0	100	00000000	0	0	0
eth0	0000A8C0	00000000	0001	0	0	100	00FFFFFF	0	0	0
"""


async def test_packets_that_are_too_big_for_the_way_out(machine: Machine) -> None:
    async with machine.engine({"/info": {}}):
        assert await machine.kind(mtu.CHECK) == "no_way_out"
        machine.file("/proc/net/route", ROUTES)
        machine.file("/sys/class/net/wg0/mtu", "1420\n")
        assert await machine.kind(mtu.CHECK) == "bigger"
        machine.file("/etc/docker/daemon.json", '{"mtu": 1400}')
        assert await machine.kind(mtu.CHECK) == "fits"


LISTEN = "import socket, sys; s = socket.create_server(('127.0.0.1', int(sys.argv[1]))); print(flush=True); input()"


@pytest.fixture
def listener(machine: Machine, free_port: int, tmp_path: Path) -> Iterator[None]:
    """A program called ollama has the port of the only slot."""
    only = replace(machine.world.configuration, slots=(own(machine, free_port),))
    machine.world = replace(machine.world, configuration=only)
    (tmp_path / "ollama").symlink_to(sys.executable)
    with subprocess.Popen(
        [tmp_path / "ollama", "-c", LISTEN, str(free_port)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as program:
        assert program.stdout is not None
        program.stdout.readline()
        yield
        program.communicate(b"\n")


async def test_an_ollama_that_somebody_started(machine: Machine, listener: None) -> None:
    assert await machine.kind(ports.CHECK) == "ollama"


async def test_a_port_of_somebody_whose_programs_we_may_not_see(
    machine: Machine, listener: None, needs_root: None, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    open_the_way(machine.folder)
    give(tmp_path, 65534)
    request.getfixturevalue("as_nobody")
    assert await machine.kind(ports.CHECK) == "unseen"


async def test_a_registry_that_does_not_hurry(
    machine: Machine, free_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It takes the connection and says nothing."""
    monkeypatch.setattr(registry, "_ANSWER_S", 0.3)
    asking(machine, f"127.0.0.1:{free_port}", insecure=True)
    over = asyncio.Event()

    async def wait(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await over.wait()
        writer.close()

    async with await asyncio.start_server(wait, "127.0.0.1", free_port):
        assert await machine.kind(registry.CHECK) in ("slow", "unreachable")
        over.set()


async def test_a_registry_that_nobody_knows_where_it_is(machine: Machine) -> None:
    """getent(1) of glibc ends with 2 for a name that is not found."""
    machine.tool("getent", code=2)
    assert await machine.kind(registry.CHECK) == "nameless"
    machine.script("getent", "exec sleep 60")  # a resolver that does not answer: the question is ended
    machine.real("sleep")
    assert await machine.kind(registry.CHECK) == "nameless"


def asking(machine: Machine, host: str, *, insecure: bool) -> None:
    """A slot's model comes from there."""
    configuration = machine.world.configuration
    slot = next(slot for slot in configuration.slots if slot.variants[0].source is SourceKind.REGISTRY)
    variant = replace(slot.variants[0], reference=Reference.parse(f"{host}/library/x:1"))
    only = replace(slot, variants=(variant,), default_variant=variant.name)
    settings = replace(configuration.settings, insecure_registries=(host,) if insecure else ())
    machine.world = replace(machine.world, configuration=replace(configuration, slots=(only,), settings=settings))
    machine.tool("getent", "127.0.0.1 STREAM\n")


async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
    writer.close()


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is asked here answers, however busy this machine is."""
    monkeypatch.setattr(registry, "_ANSWER_S", 30.0)


async def test_a_registry_on_this_machine(machine: Machine, free_port: int, patient: None) -> None:
    """Whatever it says of a model, it is there; or nobody listens where it should be."""
    asking(machine, f"127.0.0.1:{free_port}", insecure=True)
    assert await machine.kind(registry.CHECK) == "unreachable"
    async with await asyncio.start_server(refuse, "127.0.0.1", free_port):
        assert await machine.kind(registry.CHECK) == "answers"


async def test_a_registry_whose_certificate_nobody_vouches_for(machine: Machine, tmp_path: Path, patient: None) -> None:
    """As where a company's proxy opens what is encrypted."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    made = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
        "-days",
        "2",
        "-subj",
        "/CN=proxy",
    ]
    files = [f"-keyout={tmp_path}/key.pem", f"-out={tmp_path}/cert.pem"]
    words = [word for each in files for word in each.split("=")]
    await asyncio.to_thread(subprocess.run, [*made, *words], check=True, capture_output=True)
    context.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")
    async with await asyncio.start_server(refuse, "127.0.0.1", 0, ssl=context) as server:
        asking(machine, f"127.0.0.1:{server.sockets[0].getsockname()[1]}", insecure=False)
        assert await machine.kind(registry.CHECK) == "untrusted"
