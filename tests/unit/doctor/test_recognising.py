"""What apt, dpkg and sudo say when they fail, word for word, and the error that it stands for."""

import pytest

from arriero.core.errors import ArrieroError
from arriero.doctor import errors
from arriero.doctor.recognising import recognise, recognise_sudo

LOCK = (
    "E: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 1234 (unattended-upgr)\n"
    "N: Be aware that removing the lock file is not a solution and may break your system.\n"
    "E: Unable to acquire the dpkg frontend lock (/var/lib/dpkg/lock-frontend), is another process using it?\n"
)
CONFLICT = (
    "E: Conflicting values set for option Signed-By regarding source https://download.docker.com/linux/ubuntu/ noble: "
    "/etc/apt/keyrings/docker.asc !="
)


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        (LOCK, errors.AptLocked("1234 (unattended-upgr)")),
        (
            "E: Could not get lock /var/lib/apt/lists/lock. It is held by process 9 (apt-get)\n",
            errors.AptLocked("9 (apt-get)"),
        ),
        ("dpkg: error: dpkg frontend lock was locked by another process with pid 7\n", errors.AptLocked("")),
        (
            "E: dpkg was interrupted, you must manually run 'sudo dpkg --configure -a' to correct the problem. \n",
            errors.DpkgInterrupted(),
        ),
        ("E: Unable to locate package docker-ce\n", errors.PackageUnknown("docker-ce")),
        ("E: Package 'docker-compose-v2' has no installation candidate\n", errors.PackageUnknown("docker-compose-v2")),
        (
            "Err:1 http://mirror.example/debian bookworm InRelease\n  Temporary failure resolving 'mirror.example'\n",
            errors.PackagesUnreachable("Temporary failure resolving 'mirror.example'"),
        ),
        (
            "curl: (6) Could not resolve host: download.docker.com\n",
            errors.PackagesUnreachable("curl: (6) Could not resolve host: download.docker.com"),
        ),
        (
            "E: The repository 'http://h/ubuntu questing Release' does not have a Release file.\n",
            errors.SourceUnusable("E: The repository 'http://h/ubuntu questing Release' does not have a Release file."),
        ),
        (f"{CONFLICT}\n", errors.SourceUnusable(CONFLICT)),
        (
            "E: You don't have enough free space in /var/cache/apt/archives/.\n",
            errors.HostDiskFull("E: You don't have enough free space in /var/cache/apt/archives/."),
        ),
        (
            "The following packages have unmet dependencies:\n docker-ce : Depends: containerd.io\n",
            errors.PackagesBroken("The following packages have unmet dependencies:"),
        ),
    ],
)
def test_words_of_apt_and_dpkg(said: str, fault: ArrieroError) -> None:
    found = recognise(f"Reading package lists...\n{said}")
    assert (type(found), found and found.params()) == (type(fault), fault.params())


def test_other_words_are_no_known_cause() -> None:
    assert recognise("Setting up docker.io ...\nProcessing triggers for man-db\n") is None


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        ("sudo: a password is required\n", errors.SudoAsks),
        ("sudo: a terminal is required to read the password; either use the -S option\n", errors.SudoAsks),
        ("bob is not in the sudoers file.  This incident will be reported.\n", errors.SudoRefused),
        ("Sorry, user bob is not allowed to execute '/usr/bin/apt' as root on here.\n", errors.SudoRefused),
        ("sudo: 3 incorrect password attempts\n", errors.SudoRefused),
    ],
)
def test_words_of_sudo(said: str, fault: type[ArrieroError]) -> None:
    assert type(recognise_sudo(said, "apt-get update")) is fault


def test_a_program_under_sudo_that_fails_is_not_sudos_fault() -> None:
    assert recognise_sudo("E: Unable to locate package x\n", "apt-get install x") is None
