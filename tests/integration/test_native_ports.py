"""Processes and ports as the kernel tells them: names, containers, memory, and who has a port."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from arriero.runtime import proc
from arriero.runtime.backend import PortHolder
from arriero.runtime.listening import Inodes, by_netlink, from_tables
from arriero.runtime.ports import holder

PAUSE = "import signal; signal.pause()"


@pytest.fixture
def odd() -> Iterator[subprocess.Popen[bytes]]:
    """A process whose name and arguments are made to confuse a reader of /proc."""
    code = (
        "import pathlib, signal; pathlib.Path('/proc/self/comm').write_text(') S 1 (x');"
        "print('ready', flush=True); signal.pause()"
    )
    process = subprocess.Popen([sys.executable, "-c", code, "", "two words\n"], stdout=subprocess.PIPE)
    assert process.stdout
    assert process.stdout.readline() == b"ready\n"
    yield process
    process.kill()
    process.communicate()


def test_a_process_is_read_right_whatever_its_name(odd: subprocess.Popen[bytes]) -> None:
    seen = proc.facts(odd.pid)
    assert seen is not None
    assert seen.parent == os.getpid()
    assert seen.command[3:] == ("", "two words\n")
    assert proc.own_processes()[odd.pid] == seen
    assert proc.memory_bytes([seen.process]) > 1_000_000


def test_a_zombie_is_not_alive(odd: subprocess.Popen[bytes]) -> None:
    seen = proc.facts(odd.pid)
    assert seen is not None
    held = proc.hold(seen.process)
    assert held is not None
    os.close(held)
    odd.kill()
    os.waitid(os.P_PID, odd.pid, os.WEXITED | os.WNOWAIT)
    assert proc.facts(odd.pid) is None
    assert proc.hold(seen.process) is None


def test_a_number_given_to_another_is_not_held() -> None:
    seen = proc.facts(os.getpid())
    assert seen is not None
    assert proc.hold(seen.process._replace(start_ticks=seen.process.start_ticks - 1)) is None


def test_a_free_port_has_no_holder(free_port: int) -> None:
    assert holder(free_port) is None


@pytest.mark.parametrize(("family", "address"), [(socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")])
def test_a_listener_is_named(family: socket.AddressFamily, address: str) -> None:
    with socket.create_server((address, 0), family=family) as listener:
        port = listener.getsockname()[1]
        who = holder(port)
        assert who == PortHolder(port, os.getpid(), Path("/proc/self/comm").read_text().strip())
        assert proc.listens(os.getpid(), port)


@pytest.mark.parametrize("look", [by_netlink, from_tables])
def test_both_ways_to_ask_see_every_listener(look: Callable[[], Inodes]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as one, socket.create_server(("::1", 0), family=socket.AF_INET6) as two:
        for listener in (one, two):
            assert os.fstat(listener.fileno()).st_ino in look()[listener.getsockname()[1]]


def test_what_docker_publishes_is_told_by_the_proxys_command_line(needs_root: None) -> None:
    """Seen by an ordinary user: root's sockets are hidden, command lines are not."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        proxy = subprocess.Popen(
            ["docker-proxy", "-c", PAUSE, *f"-host-port {port} -container-ip 172.17.0.2 -container-port 11434".split()],
            executable=sys.executable,
        )
        try:
            assert as_nobody(listener) == repr(PortHolder(port, proxy.pid, "docker-proxy", "172.17.0.2"))
        finally:
            proxy.kill()
            proxy.wait()
        assert as_nobody(listener) == repr(PortHolder(port, 0, "?"))


def as_nobody(listener: socket.socket) -> str:
    port = listener.getsockname()[1]
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            listener.close()
            os.setuid(65534)
            os.write(writing, repr(holder(port)).encode())
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as answer:
        os.waitpid(child, 0)
        return answer.read()
