"""What an engine's JSON is read into, and what is concluded from it."""

from __future__ import annotations

import copy
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from arriero.runtime.backend import EventKind, PortHolder, ServiceEvent
from arriero.runtime.docker import usage
from arriero.runtime.docker.container import parse
from arriero.runtime.docker.engine import EngineVersion, agree
from arriero.runtime.docker.errors import ApiTooNew, ApiTooOld
from arriero.runtime.docker.events import parse as parse_event
from arriero.runtime.docker.inspecting import phase
from arriero.runtime.docker.pulling import Layers, tagged

ID = "b6b6f0563a26" + "0" * 52
RUNNING: dict[str, Any] = {  # GET /containers/{id}/json of Engine 20.10, as far as it is read
    "Id": ID,
    "Created": "2026-11-22T19:58:58.123456789Z",
    "Name": "/ollama-qwen",
    "Image": "sha256:a4a57f97",
    "RestartCount": 0,
    "State": {
        "Status": "running",
        "Running": True,
        "Paused": False,
        "Restarting": False,
        "OOMKilled": False,
        "Dead": False,
        "Pid": 24001,
        "ExitCode": 0,
        "Error": "",
        "StartedAt": "2026-11-22T19:58:58.829403Z",
        "FinishedAt": "0001-01-01T00:00:00Z",
        "Health": {"Status": "healthy", "FailingStreak": 0, "Log": [{"ExitCode": 0, "Output": "NAME\n"}]},
    },
    "Config": {
        "Image": "ollama/ollama:0.33.0",
        "Env": ["OLLAMA_CONTEXT_LENGTH=4096"],
        "Labels": {"com.docker.compose.service": "ollama-qwen", "arriero.slot": "qwen"},
    },
    "HostConfig": {
        "PortBindings": {"11434/tcp": [{"HostIp": "127.0.0.1", "HostPort": "11434"}]},
        "ShmSize": 67108864,
        "DeviceRequests": None,
    },
    "NetworkSettings": {"Ports": {"11434/tcp": [{"HostIp": "127.0.0.1", "HostPort": "11434"}]}},
}
STOPPED = {"Running": False, "Pid": 0, "Status": "exited", "FinishedAt": "2026-11-22T20:00:00Z"}
SOMEBODY = PortHolder(11434, 7, "ollama")


class Clock:
    def __init__(self, moment: datetime) -> None:
        self.moment = moment

    def now(self) -> datetime:
        return self.moment

    def monotonic(self) -> float:
        return 0.0

    async def sleep(self, seconds: float) -> None:
        raise AssertionError


CREATED = datetime(2026, 11, 22, 19, 58, 58, 123456, tzinfo=UTC)
LATER = Clock(CREATED + timedelta(minutes=1))


def told(**state: object) -> dict[str, Any]:
    given = copy.deepcopy(RUNNING)
    given["State"] |= state
    return given


def test_a_running_container_is_read() -> None:
    container = parse(RUNNING)
    seen = container.snapshot
    assert (seen.id, seen.name, seen.state, seen.health) == (ID[:12], "ollama-qwen", "running", "healthy")
    assert (seen.image, seen.image_id, seen.exit_code) == ("ollama/ollama:0.33.0", "sha256:a4a57f97", None)
    assert (container.slot, container.host, container.port, container.pid) == ("qwen", "127.0.0.1", 11434, 24001)
    assert container.created_at == CREATED
    assert container.last_exit is None
    assert container.is_well


@pytest.mark.parametrize(
    ("state", "last_exit", "on_purpose"),
    [
        ({"ExitCode": 0}, "exit 0", True),
        ({"ExitCode": 143}, "SIGTERM", True),
        ({"ExitCode": 137}, "SIGKILL", True),
        ({"ExitCode": 137, "OOMKilled": True}, "OOM", False),
        ({"ExitCode": 139}, "SIGSEGV", False),
        ({"ExitCode": 3}, "exit 3", False),
        ({"ExitCode": 255}, "exit 255", False),
        ({"ExitCode": 128, "Error": "bind: address already in use"}, "exit 128", False),
    ],
)
def test_how_it_ended_is_told(state: dict[str, object], last_exit: str, on_purpose: bool) -> None:
    container = parse(told(**STOPPED, **state))
    assert (container.last_exit, container.ended_on_purpose) == (last_exit, on_purpose)
    assert phase(container, False, None, LATER) == ("absent" if on_purpose else "failed")
    assert phase(container, False, SOMEBODY, LATER) == "blocked"


@pytest.mark.parametrize(
    ("state", "answers", "expected"),
    [
        ({"Health": {"Status": "starting"}}, False, "starting"),
        ({"Health": {"Status": "starting"}}, True, "serving"),
        ({"Health": {"Status": "healthy"}}, False, "serving"),  # and it does not answer: it hangs
        ({"Health": {"Status": "unhealthy"}}, True, "serving"),
        ({"Health": {"Status": "unhealthy"}}, False, "failed"),
        ({"Health": None}, False, "starting"),
        ({"Status": "paused", "Paused": True}, False, "failed"),
        ({"Status": "restarting", "Restarting": True, "Pid": 0, "ExitCode": 4}, False, "restarting"),
        ({"Status": "dead", "Running": False, "Pid": 0}, False, "failed"),
        ({"Status": "removing", "Running": False, "Pid": 0}, False, "absent"),
    ],
)
def test_phases(state: dict[str, object], answers: bool, expected: str) -> None:
    assert phase(parse(told(**state)), answers, None, LATER) == expected


def test_one_that_was_made_and_is_not_started_failed_after_a_while() -> None:
    made = told(Status="created", Running=False, Pid=0, StartedAt="0001-01-01T00:00:00Z")
    container = parse(made)
    assert (container.started_at, container.last_exit) == (None, None)
    assert phase(container, False, None, Clock(CREATED + timedelta(seconds=1))) == "starting"
    assert phase(container, False, None, LATER) == "failed"
    made["State"]["Error"] = "driver failed programming external connectivity"
    assert phase(parse(made), False, None, Clock(CREATED)) == "failed"


def test_without_a_container_it_is_absent_or_blocked() -> None:
    assert phase(None, False, None, LATER) == "absent"
    assert phase(None, False, SOMEBODY, LATER) == "blocked"


def test_the_port_that_was_asked_for_is_told_while_it_does_not_run() -> None:
    stopped = told(**STOPPED)
    stopped["NetworkSettings"]["Ports"] = {}
    assert parse(stopped).port == 11434
    stopped["HostConfig"]["PortBindings"] = {}
    assert parse(stopped).port is None


def test_events_are_read() -> None:
    line = {
        "Type": "container",
        "Action": "health_status: healthy",
        "Actor": {"ID": ID, "Attributes": {"arriero.slot": "qwen", "com.docker.compose.project": "arriero"}},
        "time": 1795377541,
        "timeNano": 1795377541500000000,
    }
    moment = datetime.fromtimestamp(1795377541.5, UTC)
    assert parse_event(line) == ServiceEvent("qwen", EventKind.HEALTHY, moment)
    assert parse_event(line | {"Action": "exec_start: ollama list"}) is None
    assert parse_event(line | {"Actor": {"ID": ID, "Attributes": {}}}) is None


def test_the_newest_api_that_both_speak_is_spoken() -> None:
    assert agree("20.10.24", "1.12", "1.41") == EngineVersion("20.10.24", "1.41", "1.12", "1.41")
    assert agree("29.0.0", "1.44", "1.52").api == "1.52"
    assert agree("31.0.0", "1.44", "1.60").api == "1.52"
    assert agree("26.1.0", "1.24", "1.45").api == "1.45"
    with pytest.raises(ApiTooOld):
        agree("19.03.15", "1.12", "1.40")
    with pytest.raises(ApiTooNew):
        agree("40.0.0", "1.60", "1.70")


def test_layers_are_added_up() -> None:
    """Lines as GET /images/create of 20.10 sends them."""
    layers = Layers()
    assert not layers.take({"status": "Pulling from ollama/ollama", "id": "0.33.0"})
    assert not layers.take({"status": "Pulling fs layer", "progressDetail": {}, "id": "a"})
    assert layers.take({"status": "Downloading", "progressDetail": {"current": 5, "total": 100}, "id": "a"})
    assert layers.take({"status": "Downloading", "progressDetail": {"current": 1, "total": 50}, "id": "b"})
    assert (layers.done_bytes, layers.total_bytes) == (6, 150)
    assert layers.take({"status": "Download complete", "progressDetail": {}, "id": "a"})
    assert not layers.take({"status": "Extracting", "progressDetail": {"current": 9, "total": 100}, "id": "a"})
    assert not layers.take({"status": "Pull complete", "progressDetail": {}, "id": "a"})
    assert (layers.done_bytes, layers.total_bytes) == (101, 150)


@pytest.mark.parametrize(
    ("image", "asked"),
    [
        ("ollama/ollama", "ollama/ollama:latest"),
        ("ollama/ollama:0.33.0", "ollama/ollama:0.33.0"),
        ("localhost:5000/ollama", "localhost:5000/ollama:latest"),
        ("ollama/ollama@sha256:ab", "ollama/ollama@sha256:ab"),
    ],
)
def test_an_image_without_a_tag_is_the_latest(image: str, asked: str) -> None:
    assert tagged(image) == asked


def test_use_is_read_from_both_kinds_of_control_groups(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files with the names and lines of Linux 6; the folders are the test's."""
    monkeypatch.setattr(usage, "_CGROUPS", tmp_path)
    unified = usage._groups(f"0::/system.slice/docker-{ID}.scope\n", ID)
    folder = tmp_path / unified[""]
    folder.mkdir(parents=True)
    (folder / "memory.current").write_text("5000\n")
    (folder / "memory.stat").write_text("anon 1\ninactive_file 1000\n")
    (folder / "cpu.stat").write_text("usage_usec 2500000\nuser_usec 1\n")
    assert usage._unified(folder) == usage.Usage(2.5, 4000)
    divided = usage._groups(f"4:memory:/docker/{ID}\n2:cpu,cpuacct:/docker/{ID}\n0::/docker/{ID}\n", ID)
    assert divided == dict.fromkeys(("memory", "cpu", "cpuacct", ""), f"docker/{ID}")


def test_a_process_that_is_not_the_containers_is_not_asked() -> None:
    """An engine in a virtual machine tells pids of its own, which are other processes here."""
    assert usage._groups("0::/user.slice/user-1000.slice/session-2.scope\n", ID) == {}
