"""The scripts of the installation: real bash, real dpkg where there is one; package managers are stand-ins that behave.

That the stand-ins behave as the real ones is proved by `make install-check`, which installs Docker for real.
"""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from arriero.cli.verbs import build_parser
from arriero.core.paths import PROJECT_ROOT
from arriero.i18n.en import EN
from bare_host import BareHost, bare_host

SCRIPTS = sorted((PROJECT_ROOT / ".scripts").glob("*.sh"))
RUN = [path for path in SCRIPTS if path.name != "steps.sh"]
UBUNTU = 'ID=ubuntu\nVERSION_ID="24.04"\nVERSION_CODENAME=noble\n'
DEBIAN = 'ID=debian\nVERSION_ID="{version}"\nVERSION_CODENAME=x\n'
INSTALL = """
while [ "$1" != install ]; do [ "$1" = update ] && exit 0; shift; done; shift
for name; do echo "$name" >>"{folder}/packages"; done
cp "{folder}/engine" "{folder}/bin/docker"; cp "{folder}/engine" "{folder}/bin/dockerd"
"""
ENGINE = """#!/bin/sh
[ "$1" != version ] || [ -e "{folder}/started" ] || {{ echo "Is the docker daemon running?" >&2; exit 1; }}
"""


@pytest.fixture
def bare(tmp_path: Path) -> BareHost:
    made = bare_host(tmp_path)
    made.tool("dpkg-query", f'grep -qx "$4" "{tmp_path}/packages" && printf ii; exit 0')
    made.tool("apt-get", INSTALL.format(folder=tmp_path))
    (tmp_path / "engine").write_text(ENGINE.format(folder=tmp_path))
    (tmp_path / "engine").chmod(0o755)
    for name in ("service", "systemctl"):  # which of them depends on whether systemd runs where the test does
        made.tool(name, f'echo "$@" >>"{tmp_path}/started"')
    (tmp_path / "packages").touch()
    (tmp_path / "release").write_text(UBUNTU)
    return made


def script(bare: BareHost, name: str, *words: str, mark: str = "1", **more: str) -> subprocess.CompletedProcess[str]:
    environ = {**bare.host.environ, "LANG": "en_US.UTF-8"}
    environ |= {"STEP_OS_RELEASE": str(bare.folder / "release"), **more}
    command = ["/bin/bash", str(PROJECT_ROOT / ".scripts" / name), *words]
    return subprocess.run(command, env={**environ, "ARRIERO_STEP": mark}, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_a_script_is_short_and_can_be_read(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= 150
    subprocess.run(["bash", "-n", path], check=True)


@pytest.mark.parametrize("path", RUN, ids=lambda path: path.name)
def test_a_script_that_is_run_directly_refuses_and_names_the_command(bare: BareHost, path: Path) -> None:
    spanish = script(bare, path.name, mark="", LANG="es_ES.UTF-8")
    english = script(bare, path.name, mark="")
    assert (spanish.returncode, english.returncode) == (2, 2)
    assert "./main.sh" in spanish.stderr
    assert "./main.sh" in english.stderr
    assert not (spanish.stdout + english.stdout)


def test_docker_is_rehearsed_installed_and_then_there(bare: BareHost) -> None:
    assert script(bare, "docker.sh", "--check").returncode == 1
    rehearsed = script(bare, "docker.sh", "--dry-run", "official", "https://example.test/linux/ubuntu").stdout
    assert "+ curl -fsSL https://example.test/linux/ubuntu/gpg" in rehearsed
    assert "  URIs: https://example.test/linux/ubuntu\n" in rehearsed
    assert "docker-ce docker-ce-cli containerd.io docker-buildx-plugin docker-compose-plugin" in rehearsed
    assert (bare.folder / "packages").read_text() == ""
    assert script(bare, "docker.sh", "--check").returncode == 1

    done = script(bare, "docker.sh", "distribution")
    assert done.returncode == 0, done.stderr
    assert "docker.io" in (bare.folder / "packages").read_text().split()
    assert (bare.folder / "started").read_text() in ("docker start\n", "enable --now docker\n")
    assert script(bare, "docker.sh", "--check").returncode == 0
    assert script(bare, "docker.sh", "distribution").stdout == ""  # a second time nothing is to be done


def test_what_was_cut_off_is_finished_first(bare: BareHost) -> None:
    half = bare.folder / "half"
    half.write_text("iU \n")
    whole = f'grep -qx "$4" "{bare.folder}/packages" && printf ii; exit 0'
    bare.tool("dpkg-query", f"if [ $# = 3 ]; then [ -e {half} ] && cat {half}; exit 0; fi; {whole}")
    bare.tool("dpkg", f'[ "$*" = "--force-confold --configure -a" ] && rm {half}')
    line = "+ env DEBIAN_FRONTEND=noninteractive dpkg --force-confold --configure -a\n"
    assert script(bare, "docker.sh", "--dry-run", "distribution").stdout.startswith(line)
    assert half.exists()
    assert script(bare, "docker.sh", "distribution").stdout.startswith(line)
    assert not half.exists()
    assert line not in script(bare, "docker.sh", "--dry-run", "distribution").stdout


def test_what_was_torn_is_installed_again(bare: BareHost) -> None:
    """dpkg-query ends with 1 where it does not know one of those that it is asked for."""
    bare.tool("dpkg-query", "echo iHR; echo 'no packages found matching docker-compose-v2' >&2; exit 1")
    assert " install --reinstall docker.io" in script(bare, "docker.sh", "--dry-run", "distribution").stdout


@pytest.mark.parametrize(
    ("release", "packages"),
    [
        (UBUNTU, ["docker.io", "docker-compose-v2"]),
        (DEBIAN.format(version=13), ["docker-cli", "docker.io", "docker-compose"]),
    ],
)
def test_each_distribution_calls_its_packages_otherwise(bare: BareHost, release: str, packages: list[str]) -> None:
    (bare.folder / "release").write_text(release)
    assert script(bare, "docker.sh", "--missing", "distribution").stdout.split() == packages


def test_a_distribution_that_only_has_compose_1_is_refused_with_the_way_out(bare: BareHost) -> None:
    (bare.folder / "release").write_text(DEBIAN.format(version=12))
    refused = script(bare, "docker.sh", "distribution")
    assert refused.returncode == 1
    assert 'docker.packages = "official"' in refused.stderr
    assert (bare.folder / "packages").read_text() == ""


def test_what_would_be_new_is_only_what_is_not_there(bare: BareHost) -> None:
    (bare.folder / "packages").write_text("docker-ce\n")
    missing = script(bare, "docker.sh", "--missing", "official", "https://example.test").stdout.split()
    assert missing == ["docker-ce-cli", "containerd.io", "docker-buildx-plugin", "docker-compose-plugin"]


def test_a_user_joins_the_group_once(bare: BareHost) -> None:
    members = bare.folder / "members"
    bare.tool("id", f'[ -e "{members}" ] && echo bob docker || echo bob')
    bare.tool("usermod", f'echo "$@" >"{members}"')
    assert script(bare, "group.sh", "--check", "bob").returncode == 1
    assert script(bare, "group.sh", "--dry-run", "bob").stdout == "+ usermod -aG docker bob\n"
    assert not members.exists()
    assert script(bare, "group.sh", "bob").returncode == 0
    assert members.read_text() == "-aG docker bob\n"
    assert script(bare, "group.sh", "--check", "bob").returncode == 0
    assert script(bare, "group.sh", "bob").stdout == ""


def test_the_toolkit_comes_from_nvidias_repository_and_docker_starts_again(bare: BareHost) -> None:
    assert script(bare, "toolkit.sh", "--check").returncode == 1
    rehearsed = script(bare, "toolkit.sh", "--dry-run", "https://example.test/nvidia").stdout
    assert "+ curl -fsSL https://example.test/nvidia/gpgkey" in rehearsed
    assert "install nvidia-container-toolkit\n" in rehearsed
    assert rehearsed.splitlines()[-1] in ("+ systemctl restart docker", "+ service docker restart")
    for name in ("nvidia-ctk", "nvidia-container-runtime-hook"):
        bare.tool(name, "exit 0")
    assert script(bare, "toolkit.sh", "--check").returncode == 0


def test_a_service_is_started_again_once(bare: BareHost) -> None:
    assert script(bare, "service.sh", "docker").returncode == 0
    assert (bare.folder / "started").read_text() in ("docker restart\n", "restart docker\n")


def test_the_model_managers_verbs_are_the_apps(bare: BareHost) -> None:
    refused = script(bare, "model_manager.sh", "start", "qwen", mark="")
    assert (refused.returncode, "./main.sh activate qwen" in refused.stderr) == (2, True)
    unknown = script(bare, "model_manager.sh", "explode")
    assert (unknown.returncode, "./main.sh help" in unknown.stderr) == (2, True)


VERBS = [
    ("", "status"),
    ("status", "status"),
    ("list", "models"),
    ("models", "models"),
    ("start qwen", "activate qwen"),
    ("activate qwen", "activate qwen"),
    ("stop qwen", "deactivate qwen"),
    ("deactivate qwen", "deactivate qwen"),
    ("stop-all", "down"),
    ("down", "down"),
    ("up", "up"),
    ("update", "update --all"),
    ("update qwen", "update qwen"),
    ("pull qwen", "pull qwen"),
    ("logs qwen", "logs qwen"),
    ("install", "install"),
    ("validate", "validate"),
]


@pytest.mark.parametrize(("words", "line"), VERBS)
def test_from_the_app_they_are_handed_over(bare: BareHost, words: str, line: str) -> None:
    project = bare.folder / "project"
    (project / ".scripts").mkdir(parents=True)
    for name in ("steps.sh", "model_manager.sh"):
        (project / ".scripts" / name).write_text((PROJECT_ROOT / ".scripts" / name).read_text())
    (project / "main.sh").write_text('#!/bin/sh\necho "$@" "[${ARRIERO_STEP:-}]"\n')
    (project / "main.sh").chmod(0o755)
    command = ["/bin/bash", str(project / ".scripts/model_manager.sh"), *words.split()]
    environ = {**bare.host.environ, "ARRIERO_STEP": "1"}
    said = subprocess.run(command, env=environ, capture_output=True, text=True, check=True).stdout
    assert said == f"{line} []\n"
    verb = line.split(maxsplit=1)[0]
    assert build_parser(EN, first=verb).read(line.split()).verb == verb


def test_every_verb_of_the_model_manager_is_tried() -> None:
    text = (PROJECT_ROOT / ".scripts/model_manager.sh").read_text()
    assert set(re.findall(r"\[([a-z-]+)\]=", text)) <= {words.split()[0] for words, _ in VERBS if words}
