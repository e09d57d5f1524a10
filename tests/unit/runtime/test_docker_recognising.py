"""Foreign error texts, as engines and Compose printed them, and the errors that they are understood as."""

from __future__ import annotations

import pytest

from arriero.core.errors import ArrieroError
from arriero.runtime.docker.errors import (
    ApiTooNew,
    ComposeFileInvalid,
    ComposeMissing,
    ContainerNameTaken,
    DockerDiskFull,
    GpuDriverFailed,
    GpuRuntimeMissing,
    ImageUnknown,
    ImageUnreachable,
    MountFailed,
    NetworksUsedUp,
)
from arriero.runtime.docker.recognising import recognise
from arriero.runtime.errors import PortTaken

DAEMON = "Error response from daemon: "
TEXTS: list[tuple[type[ArrieroError], str]] = [
    # moby daemon/errors.go and daemon/devices.go; nvidia-docker#1034, nvidia-container-toolkit#814
    (GpuRuntimeMissing, DAEMON + 'could not select device driver "nvidia" with capabilities: [[gpu]]'),
    (GpuRuntimeMissing, DAEMON + 'could not select device driver "" with capabilities: [[gpu]]'),
    (GpuRuntimeMissing, DAEMON + "failed to discover GPU vendor from CDI: no known GPU vendor found"),
    (GpuRuntimeMissing, DAEMON + "AMD CDI spec not found"),
    (GpuRuntimeMissing, DAEMON + "CDI device injection failed: unresolvable CDI devices nvidia.com/gpu=all"),
    (GpuRuntimeMissing, DAEMON + "unknown or invalid runtime name: nvidia"),
    # nvidia-container-toolkit#394, libnvidia-container#231, llama.cpp#9665
    (
        GpuDriverFailed,
        "nvidia-container-cli: initialization error: nvml error: driver/library version mismatch: unknown",
    ),
    (
        GpuDriverFailed,
        "nvidia-container-cli: initialization error: load library failed: libnvidia-ml.so.1: "
        "cannot open shared object file: no such file or directory: unknown",
    ),
    (
        GpuDriverFailed,
        "nvidia-container-cli: requirement error: unsatisfied condition: cuda>=12.8, "
        "please update your driver to a newer version",
    ),
    # Seen on 20.10 with Compose 2.26
    (
        PortTaken,
        DAEMON + "driver failed programming external connectivity on endpoint ollama-qwen (6d2bba1): "
        "Bind for 127.0.0.1:11434 failed: port is already allocated",
    ),
    (
        PortTaken,
        DAEMON + "driver failed programming external connectivity on endpoint ollama-qwen (6d2bba1): "
        "Error starting userland proxy: listen tcp4 127.0.0.1:11434: bind: address already in use",
    ),
    # Engine 28 and 29 (moby portmapper)
    (PortTaken, DAEMON + "failed to bind host port for 127.0.0.1:11434:172.18.0.2:11434/tcp: address already in use"),
    (
        PortTaken,
        DAEMON + "failed to set up container networking: driver failed programming external connectivity on endpoint "
        "ollama-qwen (ab): failed to bind host port 127.0.0.1:11434/tcp: address already in use",
    ),
    (DockerDiskFull, "write /var/lib/docker/overlay2/ab/diff/x: no space left on device"),
    (
        ContainerNameTaken,
        DAEMON + 'Conflict. The container name "/ollama-qwen" is already in use by container '
        '"f2c743a01b1e7c743a01b1e7c743a01b1e7c743a01b1e7c743a01b1e7c743a01". You have to remove (or rename)...',
    ),
    (
        MountFailed,
        DAEMON + "error while mounting volume '/var/lib/docker/volumes/arriero_ollama_models/_data': "
        "failed to mount local volume: mount /home/ana/models:/var/lib/docker/volumes/arriero_ollama_models/_data, "
        "flags: 0x1000: no such file or directory",
    ),
    # Seen on 20.10; then moby since 26
    (
        NetworksUsedUp,
        "failed to create network arriero_default: " + DAEMON + "could not find an available, non-overlapping IPv4 "
        "address pool among the defaults to assign to the network",
    ),
    (NetworksUsedUp, DAEMON + "all predefined address pools have been fully subnetted"),
    (ApiTooNew, DAEMON + "client version 1.24 is too old. Minimum supported API version is 1.44, please upgrade"),
    # docker/cli without the plugin: 20.10-28, then 29
    (ComposeMissing, "unknown shorthand flag: 'f' in -f\nSee 'docker --help'."),
    (ComposeMissing, "unknown flag: --ansi\nSee 'docker --help'."),
    (ComposeMissing, "docker: 'compose' is not a docker command.\nSee 'docker --help'"),
    (ComposeMissing, "docker: unknown command: docker compose\n\nRun 'docker --help' for more information"),
    (ImageUnknown, "manifest for ollama/ollama:9.9.9 not found: manifest unknown: manifest unknown"),
    (
        ImageUnknown,
        "pull access denied for ollama/olama, repository does not exist or may require 'docker login': "
        "denied: requested access to the resource is denied",
    ),
    (
        ImageUnreachable,
        'Get "https://registry-1.docker.io/v2/": dial tcp: lookup registry-1.docker.io on 127.0.0.53:53: '
        "server misbehaving",
    ),
    (ImageUnreachable, 'Get "https://registry-1.docker.io/v2/": dial tcp 18.0.0.1:443: i/o timeout'),
    (ImageUnreachable, 'Get "https://registry-1.docker.io/v2/": net/http: TLS handshake timeout'),
    (
        ImageUnreachable,
        'Get "https://registry-1.docker.io/v2/": net/http: request canceled while waiting for connection '
        "(Client.Timeout exceeded while awaiting headers)",
    ),
    (ComposeFileInvalid, "yaml: line 12: did not find expected key"),
    (
        ComposeFileInvalid,
        "validating /p/docker-compose.yml: services.ollama-qwen additional properties 'x' not allowed",
    ),
    (ComposeFileInvalid, "services.ollama-qwen Additional property x is not allowed"),
    # 2.19, 2.26 and 5.6, each asked to read files that are wrong
    (ComposeFileInvalid, "validating /p/docker-compose.yml: services.a.ports must be a list"),
    (ComposeFileInvalid, "validating /p/docker-compose.override.yml: services.ollama-qwen.x false schema"),
    (ComposeFileInvalid, "parsing /p/docker-compose.yml: yaml: line 1: did not find expected ',' or ']'"),
    (ComposeFileInvalid, "go-yaml load error in parser (while parsing a flow sequence) at L1.C15-L2.C1: did not find"),
    (ComposeFileInvalid, "error decoding 'services[a].shm_size': invalid size: 'many'"),
    (ComposeFileInvalid, "'services[a].shm_size' invalid size: 'many'"),
    (ComposeFileInvalid, "error while interpolating services.a.environment.A: required variable B is missing a value"),
    (ComposeFileInvalid, 'service "a" depends on undefined service "z": invalid compose project'),
    (ComposeFileInvalid, "no such service: ollama-llama"),
]


@pytest.mark.parametrize(("kind", "said"), TEXTS)
def test_known_words_are_understood(kind: type[ArrieroError], said: str) -> None:
    progress = " Container ollama-qwen  Creating\n Container ollama-qwen  Created\n"
    for text in (said, progress + said + "\n"):
        assert type(recognise(text, "ollama/ollama:0.33.0")) is kind


def test_what_is_said_with_them_is_kept() -> None:
    port = recognise("Bind for 127.0.0.1:11435 failed: port is already allocated")
    assert isinstance(port, PortTaken)
    assert port.port == 11435
    name = recognise('The container name "/ollama-qwen" is already in use by container "f2c743a01b1e7c74"')
    assert isinstance(name, ContainerNameTaken)
    assert (name.name, name.container) == ("ollama-qwen", "f2c743a01b1e")
    image = recognise("x\nGet https://r/v2/: dial tcp 1.2.3.4:443: i/o timeout\ny", "r/ollama:1")
    assert isinstance(image, ImageUnreachable)
    assert (image.image, image.detail) == ("r/ollama:1", "Get https://r/v2/: dial tcp 1.2.3.4:443: i/o timeout")
    api = recognise("client version 1.24 is too old. Minimum supported API version is 1.44, please upgrade")
    assert isinstance(api, ApiTooNew)
    assert (api.theirs, api.ours) == ("1.44", "1.24")


def test_other_words_are_not_guessed_at() -> None:
    assert recognise("Error response from daemon: something nobody has seen") is None
