"""Which engine is meant, by the same order as the docker command's."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from arriero.runtime.docker import endpoint as module
from arriero.runtime.docker.endpoint import Endpoint, resolve_endpoint
from arriero.runtime.docker.errors import (
    ContextUnknown,
    ContextUnreadable,
    EndpointInvalid,
    EndpointRemote,
    EndpointScheme,
)


def write_context(folder: Path, name: str, host: str, *, skip: bool = False) -> Path:
    """As `docker context create` writes it (seen with docker 28)."""
    digest = hashlib.sha256(name.encode()).hexdigest()
    path = folder / "contexts" / "meta" / digest / "meta.json"
    path.parent.mkdir(parents=True)
    docker = {"Host": host, "SkipTLSVerify": skip}
    path.write_text(json.dumps({"Name": name, "Metadata": {}, "Endpoints": {"docker": docker}}))
    return folder / "contexts" / "tls" / digest / "docker"


def test_without_anything_it_is_the_default_socket(tmp_path: Path) -> None:
    assert resolve_endpoint({}, tmp_path) == Endpoint("unix:///var/run/docker.sock", "default")


def test_a_rootless_socket_is_found_where_there_is_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "docker.sock").touch()
    environ = {"XDG_RUNTIME_DIR": str(tmp_path)}
    monkeypatch.setattr(module, "DEFAULT_SOCKET", tmp_path / "other.sock")
    assert resolve_endpoint(environ, tmp_path) == Endpoint(f"unix://{tmp_path}/docker.sock", "rootless")
    (tmp_path / "other.sock").touch()
    assert resolve_endpoint(environ, tmp_path) == Endpoint(f"unix://{tmp_path}/other.sock", "default")


def test_docker_host_comes_before_every_context(tmp_path: Path) -> None:
    write_context(tmp_path / ".docker", "work", "unix:///work.sock")
    found = resolve_endpoint({"DOCKER_HOST": "unix:///mine.sock", "DOCKER_CONTEXT": "work"}, tmp_path)
    assert (found.url, found.origin, found.socket) == ("unix:///mine.sock", "DOCKER_HOST", Path("/mine.sock"))


def test_the_named_context_comes_before_the_current_one(tmp_path: Path) -> None:
    folder = tmp_path / "elsewhere"
    write_context(folder, "work", "unix:///work.sock")
    write_context(folder, "rootless", "unix:///run/user/1000/docker.sock")
    (folder / "config.json").write_text('{"currentContext": "rootless"}')
    environ = {"DOCKER_CONFIG": str(folder)}
    assert resolve_endpoint(environ, tmp_path).origin == "context rootless"
    assert resolve_endpoint(environ | {"DOCKER_CONTEXT": "work"}, tmp_path).url == "unix:///work.sock"
    assert resolve_endpoint(environ | {"DOCKER_CONTEXT": "default"}, tmp_path).origin == "default"


def test_a_context_has_its_certificates_beside_it(tmp_path: Path) -> None:
    tls = write_context(tmp_path / ".docker", "vm", "tcp://127.0.0.1:2376", skip=True)
    tls.mkdir(parents=True)
    found = resolve_endpoint({"DOCKER_CONTEXT": "vm"}, tmp_path)
    assert (found.tls_dir, found.verify) == (tls, False)
    assert found.environment() == {
        "DOCKER_HOST": "tcp://127.0.0.1:2376",
        "DOCKER_TLS": "1",
        "DOCKER_CERT_PATH": str(tls),
    }


def test_tls_of_docker_host_is_asked_for_by_variables(tmp_path: Path) -> None:
    environ = {"DOCKER_HOST": "tcp://localhost:2376", "DOCKER_TLS_VERIFY": "1"}
    found = resolve_endpoint(environ, tmp_path)
    assert (found.tls_dir, found.verify) == (tmp_path / ".docker", True)
    assert resolve_endpoint({"DOCKER_HOST": "tcp://localhost:2375"}, tmp_path).tls_dir is None


@pytest.mark.parametrize("host", ["ssh://ana@server", "npipe:////./pipe/docker_engine", "fd://", "localhost:2375"])
def test_other_ways_are_refused(host: str, tmp_path: Path) -> None:
    with pytest.raises(EndpointScheme):
        resolve_endpoint({"DOCKER_HOST": host}, tmp_path)


def test_an_engine_elsewhere_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EndpointRemote) as caught:
        resolve_endpoint({"DOCKER_HOST": "tcp://192.168.1.7:2375"}, tmp_path)
    assert (caught.value.url, caught.value.origin) == ("tcp://192.168.1.7:2375", "DOCKER_HOST")


@pytest.mark.parametrize("host", ["unix://", "unix://relative/docker.sock", "tcp://localhost:many"])
def test_an_address_that_is_none_is_refused(host: str, tmp_path: Path) -> None:
    with pytest.raises(EndpointInvalid):
        resolve_endpoint({"DOCKER_HOST": host}, tmp_path)


def test_a_context_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(ContextUnknown) as caught:
        resolve_endpoint({"DOCKER_CONTEXT": "gone"}, tmp_path)
    assert caught.value.name == "gone"


@pytest.mark.parametrize("content", ["{", "[]", '{"Endpoints": {}}', '{"Endpoints": {"docker": 1}}'])
def test_a_context_that_makes_no_sense_is_told(content: str, tmp_path: Path) -> None:
    write_context(tmp_path / ".docker", "work", "unix:///x")
    (path,) = tmp_path.rglob("meta.json")
    path.write_text(content)
    with pytest.raises(ContextUnreadable) as caught:
        resolve_endpoint({"DOCKER_CONTEXT": "work"}, tmp_path)
    assert caught.value.path == path


def test_a_configuration_that_makes_no_sense_is_told(tmp_path: Path) -> None:
    (tmp_path / ".docker").mkdir()
    (tmp_path / ".docker" / "config.json").write_text("{")
    with pytest.raises(ContextUnreadable):
        resolve_endpoint({}, tmp_path)
