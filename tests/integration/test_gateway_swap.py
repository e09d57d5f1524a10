"""Models brought up on request: a real gateway under its supervisor, real engines, one model at a time."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import sqlite3
import ssl
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import anthropic
import httpx
import ollama
import openai
import pytest

from arriero.core.files import command_lock
from arriero.core.ids import Reference
from arriero.store import Store
from arriero.store.importing import import_gguf
from gateway_world import DEMO, RealGateway, real_gateway, switched_on
from ports import free_port

CHAT = "/v1/chat/completions"
ASK = [{"role": "user", "content": "Say hello."}]
SMALL = {"max_tokens": 3, "temperature": 0}
LIMIT_S = 120.0
pytestmark = pytest.mark.timeout(400)  # real loads, one after another, on a machine that may be busy


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory, demo_gguf: Path) -> Iterator[RealGateway]:
    """Running, with nothing active. Tests of this module follow each other on it."""
    folder = tmp_path_factory.mktemp("gateway")
    with switched_on(lambda run: real_gateway(folder, run, demo_gguf, wait_s="120", patience_s="0")) as made:
        yield made


class Occupied:
    """Somebody else on a port."""

    def __init__(self, port: int) -> None:
        self._port = port

    def __enter__(self) -> None:
        self._socket = socket.socket()
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.bind(("127.0.0.1", self._port))
        self._socket.listen()

    def __exit__(self, *_: object) -> None:
        self._socket.close()


def ask(gateway: RealGateway, model: str, **more: object) -> httpx.Response:
    body = {"model": model, "messages": ASK, **SMALL, **more}
    return httpx.post(gateway.url + CHAT, json=body, timeout=LIMIT_S)


def post(pool: ThreadPoolExecutor, gateway: RealGateway, path: str, body: dict[str, Any]) -> Future[httpx.Response]:
    return pool.submit(httpx.post, gateway.url + path, json=body, timeout=LIMIT_S)


def status(gateway: RealGateway) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(gateway.arriero("gateway", "status", "--json").stdout)["data"]
    return told


def states(gateway: RealGateway) -> dict[str, str]:
    told: dict[str, str] = httpx.get(gateway.url + "/health", timeout=LIMIT_S).json()["slots"]
    return {slot: told[slot] for slot in ("demo", "second")}


def until(look: Callable[[], bool]) -> None:
    deadline = time.monotonic() + LIMIT_S
    while not look():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_streams_hear_that_their_model_is_loading_whoever_reads_them(gateway: RealGateway) -> None:
    """A command that is at work holds the load up for as long as it takes until each has heard so."""
    address: dict[str, Any] = {"base_url": gateway.url, "api_key": "any", "max_retries": 0, "timeout": LIMIT_S}
    first, second = openai.OpenAI(**address | {"base_url": gateway.url + "/v1"}), anthropic.Anthropic(**address)
    asked: dict[str, Any] = {"model": "demo", "messages": ASK, "max_tokens": 3}
    with ThreadPoolExecutor(4) as pool, ExitStack() as held:
        held.enter_context(command_lock(gateway.folder / "state/arriero/command.lock", "other", "now"))
        lines: tuple[list[str], list[str]] = ([], [])
        for path, read in zip((CHAT, "/v1/messages"), lines, strict=True):
            pool.submit(raw, gateway, path, asked, read)
        parsed = pool.submit(through_openai, first, asked), pool.submit(through_anthropic, second, asked)
        until(lambda: status(gateway)["waiting"] == 4)
        heard = len(lines[0])
        until(lambda: len(lines[0]) == heard + 2)  # so long did the others wait too, and all hear something each second
        held.close()
        assert all(answer.result() for answer in parsed)
    for read in lines:
        assert re.fullmatch(r": (loading|waiting for) demo, \d+ s", read[0])
    assert lines[0][-1] == "data: [DONE]"
    assert json.loads(lines[1][-1].removeprefix("data: ")) == {"type": "message_stop"}
    assert states(gateway) == {"demo": "active", "second": "inactive"}


def raw(gateway: RealGateway, path: str, asked: dict[str, Any], read: list[str]) -> None:
    """Its lines, as curl shows them, as they come."""
    with httpx.stream("POST", gateway.url + path, json=asked | {"stream": True}, timeout=LIMIT_S) as answer:
        read.extend(line for line in answer.iter_lines() if line)


def through_openai(client: openai.OpenAI, asked: dict[str, Any]) -> list[str]:
    return [chunk.choices[0].delta.content for chunk in client.chat.completions.create(**asked, stream=True)]


def through_anthropic(client: anthropic.Anthropic, asked: dict[str, Any]) -> list[str]:
    with client.messages.stream(**asked) as stream:
        return [*stream.text_stream]


def test_two_models_in_turn_on_a_card_that_holds_one(gateway: RealGateway) -> None:
    before = len(gateway.loads)
    for model, told in [("second", "second:135m"), ("second:135m", "second:135m"), (DEMO, DEMO), ("demo", DEMO)]:
        answer = ask(gateway, model)
        assert (answer.status_code, answer.json()["model"]) == (200, told)
    assert gateway.loads[before:] == ["second", "demo"]
    assert "stop second (yields to=demo), start demo (asked)" in gateway.log
    for path, listed in (("/v1/models", "data"), ("/api/tags", "models")):
        told = httpx.get(gateway.url + path, timeout=LIMIT_S).json()[listed]
        seen = {(model["slot"], model["state"], model["context_length"]) for model in told}
        assert seen == {("demo", "active", 4096), ("second", "inactive", 2048)}


def test_many_at_once_for_two_models_load_each_once(gateway: RealGateway) -> None:
    before = len(gateway.loads)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda model: ask(gateway, model), ["second", "demo"] * 4))
    assert [a.json()["model"] for a in answers] == ["second:135m", DEMO] * 4
    assert len(gateway.loads) - before <= 3  # one of them may ask before the other has begun to yield


def test_the_clients_that_people_use(gateway: RealGateway) -> None:
    """Both models through three packages, streamed and whole, the first of each while its model loads."""
    other = openai.OpenAI(base_url=gateway.url + "/v1", api_key="any", max_retries=0, timeout=LIMIT_S)
    streamed = other.chat.completions.create(model="second", messages=ASK, max_tokens=3, stream=True)
    assert "".join(chunk.choices[0].delta.content or "" for chunk in streamed)
    assert [m.id for m in other.models.list()] == ["second:135m", "other-name:1", DEMO]
    with pytest.raises(openai.NotFoundError, match="did you mean 'second'"):
        other.chat.completions.create(model="secnod", messages=ASK)

    own = ollama.Client(gateway.url, timeout=LIMIT_S)
    pieces = [*own.chat("demo", messages=ASK, stream=True, options={"num_predict": 3})]
    assert pieces[-1].done
    assert [(m.model, m.context_length) for m in own.ps().models] == [(DEMO, 4096)]
    assert own.show("second").details.family == "llama"
    with pytest.raises(ollama.ResponseError, match="'nope' not found"):
        own.generate("nope")

    third = anthropic.Anthropic(base_url=gateway.url, api_key="any", max_retries=0, timeout=LIMIT_S)
    message = third.messages.create(model="demo", messages=ASK, max_tokens=3)
    assert message.usage.output_tokens == 3
    with third.messages.stream(model="demo", messages=ASK, max_tokens=3) as stream:
        assert stream.get_final_text()


def test_the_answer_is_the_slots_own(gateway: RealGateway) -> None:
    body = {"model": DEMO, "prompt": "Once upon", "raw": True, "stream": True, "options": {"temperature": 0, "seed": 1}}
    said = [
        [
            {k: v for k, v in json.loads(line).items() if "duration" not in k and k != "created_at"}
            for line in httpx.post(f"{url}/api/generate", json=body, timeout=LIMIT_S).text.splitlines()
        ]
        for url in (gateway.url, f"http://127.0.0.1:{gateway.ports['demo']}")
    ]
    assert said[0] == said[1]
    assert said[0][-1]["done"]


def test_a_client_that_hangs_up_leaves_nothing_loading(gateway: RealGateway) -> None:
    assert states(gateway)["second"] == "inactive"
    impatient = httpx.Timeout(LIMIT_S, read=0.3)
    with pytest.raises(httpx.ReadTimeout):
        httpx.post(gateway.url + CHAT, json={"model": "second", "messages": ASK}, timeout=impatient)
    until(lambda: "hung up model=second:135m" in gateway.log)
    until(lambda: status(gateway)["loading"] is None)
    assert states(gateway)["second"] == "inactive"
    assert ask(gateway, "demo").status_code == 200


def test_of_two_who_wait_for_a_model_one_may_hang_up(gateway: RealGateway) -> None:
    """It is loaded for the other, once."""
    before, hung_up = len(gateway.loads), gateway.log.count("hung up model=second:135m")
    with ThreadPoolExecutor(1) as pool:
        patient = pool.submit(ask, gateway, "second")
        impatient = httpx.Timeout(LIMIT_S, read=0.2)
        with pytest.raises(httpx.ReadTimeout):
            httpx.post(gateway.url + CHAT, json={"model": "second", "messages": ASK}, timeout=impatient)
        assert patient.result().json()["model"] == "second:135m"
    until(lambda: gateway.log.count("hung up model=second:135m") > hung_up)
    assert gateway.loads[before:] == ["second"]
    assert ask(gateway, "demo").status_code == 200


def test_a_model_that_is_removed_while_requests_wait_for_it(gateway: RealGateway, demo_gguf: Path) -> None:
    """A command that holds the lock lets them wait; each then hears of it in its API's form."""
    before, asked = gateway.loads, {"model": "second", "messages": ASK, "max_tokens": 3}
    streamed = [CHAT, "/v1/messages", "/v1/responses"]
    told = "model 'second:135m' is not installed; install it with: ./main.sh pull second"
    with ThreadPoolExecutor(6) as pool:
        with command_lock(gateway.folder / "state/arriero/command.lock", "remove", "now"):
            plain = [post(pool, gateway, path, {**asked, "stream": False}) for path in ("/api/chat", *streamed[:2])]
            streams = [post(pool, gateway, path, {**asked, "input": "x", "stream": True}) for path in streamed]
            until(lambda: status(gateway)["waiting"] == 6)
            Store(gateway.folder / "models").delete(Reference.parse("second:135m"))
        answers = [answer.result() for answer in plain]
        ollamas, openais, anthropics = (answer.json() for answer in answers)
        assert [answer.status_code for answer in answers] == [404] * 3
        assert (ollamas, openais["error"]["message"]) == ({"error": told}, told)
        assert anthropics["error"] == {"type": "not_found_error", "message": told}
        for stream in streams:
            event = json.loads(stream.result().text.rstrip().rpartition("data: ")[2])
            assert told in (event.get("message"), event.get("error", {}).get("message"))
    import_gguf(Store(gateway.folder / "models"), demo_gguf, Reference.parse("second:135m"), params={"num_predict": 24})
    assert gateway.loads == before
    assert ask(gateway, "second").json()["model"] == "second:135m"


def test_a_database_that_is_locked_is_told(gateway: RealGateway) -> None:
    """What is active goes on; what would have to be loaded is refused until whoever holds it lets go."""
    assert ask(gateway, "demo").status_code == 200
    with closing(sqlite3.connect(gateway.folder / "models.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert ask(gateway, "demo").status_code == 200
        answer = ask(gateway, "second")
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
        assert "state.locked" in answer.json()["error"]["message"]
    assert ask(gateway, "second").status_code == 200


def test_what_was_brought_up_and_who_yielded_is_counted(gateway: RealGateway) -> None:
    for model in ("demo", "second"):
        assert ask(gateway, model).status_code == 200
    counted = httpx.get(gateway.url + "/metrics", timeout=LIMIT_S).text
    values = {name: float(value) for name, value in re.findall(r"^(arriero\S+) (\S+)$", counted, re.MULTILINE)}
    assert values['arriero_gateway_swaps_total{outcome="done"}'] >= 1
    assert values["arriero_gateway_swap_seconds_count"] >= values['arriero_gateway_swaps_total{outcome="done"}']
    assert values["arriero_gateway_swap_seconds_sum"] > 0
    assert values['arriero_gateway_evictions_total{slot="demo"}'] >= 1
    assert (values["arriero_gateway_queue"], values["arriero_gateway_flying"]) == (0, 0)
    assert (values['arriero_slot_active{slot="second"}'], values['arriero_slot_active{slot="demo"}']) == (1, 0)
    assert values['arriero_gateway_tokens_total{slot="second"}'] >= 3
    assert not any(name.startswith("arriero_vram") for name in values)  # there is no card


def test_an_engine_that_was_killed_is_there_again_at_the_next_request(gateway: RealGateway) -> None:
    assert ask(gateway, "demo").status_code == 200
    seen = json.loads(gateway.arriero("status", "--json").stdout)["data"]["models"]
    os.kill(next(model["pid"] for model in seen if model["id"] == "demo"), signal.SIGKILL)
    assert ask(gateway, "demo").status_code == 200


def test_a_gateway_that_was_killed_is_there_again(gateway: RealGateway) -> None:
    pid = status(gateway)["pid"]
    os.kill(pid, signal.SIGKILL)
    until(lambda: (now := status(gateway))["answers"] and now["pid"] != pid)
    assert status(gateway)["restarts"] == 1
    assert ask(gateway, "demo").status_code == 200  # it was active all the time


def test_a_model_that_is_not_there_is_not_downloaded(gateway: RealGateway) -> None:
    answer = ask(gateway, "qwen")
    assert answer.status_code == 404
    assert answer.json()["error"]["message"].endswith("install it with: ./main.sh pull qwen")


def test_a_load_that_fails_says_why(gateway: RealGateway) -> None:
    with Occupied(gateway.ports["second"]):
        answer = ask(gateway, "second")
        streamed = ask(gateway, "second", stream=True)
    assert answer.status_code == 500
    assert "the model could not be loaded: port.taken" in answer.json()["error"]["message"]
    assert "port.taken" in streamed.text
    assert ask(gateway, "demo").status_code == 200  # who had yielded is back


def test_after_down_nothing_is_loaded_until_up(gateway: RealGateway) -> None:
    gateway.arriero("down")
    answer = ask(gateway, "demo")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
    assert "start again with: ./main.sh up" in answer.json()["error"]["message"]
    assert status(gateway)["resting_since"]
    gateway.arriero("up")
    assert ask(gateway, "demo").status_code == 200


def test_kilo_gets_every_model_with_its_context(gateway: RealGateway) -> None:
    outcome = json.loads(gateway.arriero("connect", "kilo", "--gateway", "--json").stdout)["data"]
    assert [(p["slot"], p["model"], p["context"]) for p in outcome["providers"]] == [
        ("second", "second:135m", 2048),
        ("demo", DEMO, 4096),
    ]
    written = json.loads(Path(outcome["file"]).read_text())["provider"]["arriero-_gateway"]
    assert written["options"]["baseURL"] == f"{gateway.url}/v1"
    assert written["models"]["second:135m"]["limit"] == {"context": 2048, "output": 512}
    assert json.loads(gateway.arriero("disconnect", "kilo", "--json").stdout)["data"]["removed"] == ["arriero-_gateway"]


def test_an_exposed_gateway_answers_others_with_a_key_alone(gateway: RealGateway) -> None:
    """The whole way as it is typed; on this machine nothing changes meanwhile."""
    gateway.environ["ARRIERO_GATEWAY__LAN_PORT"] = str(free_port())
    key = json.loads(gateway.arriero("keys", "add", "laptop", "--json").stdout)["data"]["key"]
    exposed = json.loads(gateway.arriero("expose", "--lan", "--yes", "--json").stdout)["data"]
    assert (exposed["restarted"], exposed["keys"]) == (True, ["laptop"])
    trust = ssl.create_default_context(cafile=exposed["exposure"]["certificate"])
    url = f"https://localhost:{gateway.environ.pop('ARRIERO_GATEWAY__LAN_PORT')}"
    with httpx.Client(base_url=url, verify=trust, timeout=LIMIT_S) as other:
        asked = {"json": {"model": "demo", "messages": ASK, **SMALL}, "headers": {"x-api-key": key}}
        assert (other.get("/health").status_code, other.post(CHAT, **asked).status_code) == (401, 200)
        gateway.arriero("keys", "revoke", "laptop")
        assert other.post(CHAT, **asked).status_code == 401
        assert ask(gateway, "demo").status_code == 200
        gateway.arriero("expose", "--off")
        with pytest.raises(httpx.ConnectError):
            other.get("/health")
    assert key not in gateway.log
    assert "key=laptop" in gateway.log


def test_a_gateway_that_is_off_leaves_the_slots_alone(gateway: RealGateway) -> None:
    outcome = json.loads(gateway.arriero("gateway", "off", "--json").stdout)["data"]
    assert (outcome["action"], outcome["gateway"]["state"]) == ("stop", "off")
    assert httpx.get(f"http://127.0.0.1:{gateway.ports['demo']}/api/version").status_code == 200
    silent = gateway.arriero("connect", "kilo", "--gateway", "--json", check=False)
    assert (silent.returncode, json.loads(silent.stdout)["errors"][0]["code"]) == (1, "client.gateway_silent")
    with Occupied(gateway.port):
        refused = gateway.arriero("gateway", "on", "--json", check=False)
    assert (refused.returncode, json.loads(refused.stdout)["errors"][0]["code"]) == (3, "port.taken")


def test_a_pinned_slot_does_not_yield(gateway: RealGateway) -> None:
    gateway.environ["ARRIERO_GATEWAY__PINS"] = "demo"
    gateway.arriero("gateway", "on")
    answer = ask(gateway, "second")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
    assert answer.json()["error"]["message"].startswith("demo is pinned and second does not fit beside it")
    assert states(gateway)["demo"] == "active"


def test_on_a_card_with_room_for_both_nobody_yields(gateway: RealGateway) -> None:
    """A simulated one: the models run on the processor, and the plan counts that card's memory."""
    gateway.arriero("--simulate", "rtx2070s", "gateway", "on")
    assert ask(gateway, "demo").status_code == 200
    assert ask(gateway, "second").status_code == 200
    assert states(gateway) == {"demo": "active", "second": "active"}
    assert 'arriero_vram_bytes{kind="total"} 8.5' in httpx.get(gateway.url + "/metrics", timeout=LIMIT_S).text
