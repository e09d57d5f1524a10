"""What goes out of a text, and what stays readable."""

import pytest

from arriero.doctor.redacting import make_redactor

REDACTOR = make_redactor(
    {"HOME": "/home/ana", "HF_TOKEN": "hunter2-hunter2", "MY_PASSWORD": "s3cr3t!", "PATH": "/usr/bin"},
    ["ana"],
    ["cabrero"],
    ["4f1c9f0b7c\n"],
)


@pytest.mark.parametrize(
    "secret",
    [
        "hunter2-hunter2",
        "s3cr3t!",
        "4f1c9f0b7c",
        "Authorization: Bearer abc.def-ghi",
        "Authorization: Basic YW5hOmhvbGE=",
        "https://ana:hola@registry.example/v2/",
        "https://example/v2/blob?X-Amz-Signature=deadbeef&ok=1",
        "https://example/?access_token=abcdef",
        "api_key=abcdef",
        '"token": "abcdef"',
        "hf_abcdefghijklmnopqrst",
        "sk-abcdefghijklmnopqrst",
        "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
        "ana@example.org",
        "/home/ana/proyectos",
        "/home/berta/proyectos",
        "cabrero",
        "GPU-51a1a7ed-0000-0000-0000-000000000000",
    ],
)
def test_what_goes(secret: str) -> None:
    told = REDACTOR.clean(f"before {secret} after")
    assert told.startswith("before ")
    for word in ("hunter2", "s3cr3t", "4f1c9f", "abc.def", "YW5h", "hola", "deadbeef", "abcdef", "0123456789", "ana"):
        assert word not in told
    for word in ("berta", "cabrero", "51a1a7ed"):
        assert word not in told


@pytest.mark.parametrize(
    "line",
    [
        'time=2026 level=DEBUG msg="completion request" prompt="mi secreto"',
        '{"messages":[{"role":"user","content":"mi secreto"}]}',
        "input: mi secreto",
        "slot update: text = mi secreto",
    ],
)
def test_what_was_asked_goes_from_logs(line: str) -> None:
    assert "mi secreto" not in REDACTOR.clean_log(line)


@pytest.mark.parametrize(
    "line",
    [
        "sha256:b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
        "deepseek-coder-v2:16b-lite-instruct-q4_K_M on 127.0.0.1:11435",
        "nvidia-driver-580-open 580.82.09-0ubuntu0.24.04.1",
        "banana, manana: a name is replaced as a whole word only",
        "http://127.0.0.1:11434/v1?stream=1",
    ],
)
def test_what_helps_stays(line: str) -> None:
    assert REDACTOR.clean(line) == line


def test_names_that_are_everybodys_stay() -> None:
    redactor = make_redactor({"HOME": "/"}, ["root", ""], ["localhost"], [""])
    assert redactor.clean("root on localhost") == "root on localhost"
