"""A setting put into the user's file: everything else in it stays, to the letter."""

from __future__ import annotations

import stat
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest
from textual.theme import BUILTIN_THEMES

from arriero.config.errors import SettingNotWritten
from arriero.config.loading import load
from arriero.config.schema import THEMES
from arriero.config.writing import with_value, write_user_setting
from arriero.core.paths import Places, places

MINE = """\
# my settings
lang = "en"   # for now
theme = 'nord # not a comment'

[slots.qwen] # the good one
priority = 1

[slots.deepseek.variants]
"v2.x" = { reference = "a:1" }
"""


@pytest.mark.parametrize(
    ("path", "value", "before", "after"),
    [
        (("lang",), "es", 'lang = "en"   # for now\n', 'lang = "es"  # for now\n'),
        (("theme",), "dracula", "theme = 'nord # not a comment'\n", 'theme = "dracula"\n'),
        (
            ("slots", "qwen", "context"),
            8192,
            "[slots.qwen] # the good one\n",
            "[slots.qwen] # the good one\ncontext = 8192\n",
        ),
        (("slots", "qwen", "priority"), 2, "priority = 1\n", "priority = 2\n"),
        (("bind",), "::1", "# my settings\n", 'bind = "::1"\n# my settings\n'),
    ],
)
def test_one_line_is_another(path: tuple[str, ...], value: str | int, before: str, after: str) -> None:
    assert with_value(MINE, path, value) == MINE.replace(before, after, 1)


def test_a_list_and_a_variant_whose_name_has_a_dot() -> None:
    assert with_value("", ("guard", "programs"), ["dota2", 'a "b"']) == '[guard]\nprograms = ["dota2", "a \\"b\\""]\n'
    path = ("slots", "deepseek", "variants", "6.7b", "kv_cache")
    assert with_value("", path, "f16") == '[slots.deepseek.variants."6.7b"]\nkv_cache = "f16"\n'


@pytest.mark.parametrize(
    ("path", "gone"),
    [(("lang",), 'lang = "en"   # for now\n'), (("slots", "qwen", "priority"), "priority = 1\n"), (("bind",), "")],
)
def test_what_is_taken_out_leaves_the_rest(path: tuple[str, ...], gone: str) -> None:
    assert with_value(MINE, path, None) == MINE.replace(gone, "", 1)


def test_what_has_no_line_of_its_own_is_not_taken_out() -> None:
    with pytest.raises(tomllib.TOMLDecodeError):
        with_value("slots = { qwen = { priority = 1, port = 2000 } }\n", ("slots", "qwen", "priority"), None)


def test_a_table_that_was_not_there_comes_last() -> None:
    assert with_value(MINE, ("slots", "demo", "context"), 4096) == f"{MINE}\n[slots.demo]\ncontext = 4096\n"
    assert with_value("", ("lang",), "es") == 'lang = "es"\n'
    assert with_value("\n", ("slots", "demo", "context"), 1) == "\n[slots.demo]\ncontext = 1\n"


@pytest.mark.parametrize(
    "text",
    ['lang = """\n# en\n"""\n', 'lang = "en"', '"lang" = "en"\n', "\ufeff# x\n"[1:], "[slots]\nqwen.priority = 1\n"],
)
def test_however_it_was_written(text: str) -> None:
    assert tomllib.loads(with_value(text, ("lang",), 'ñ"\\#')) == {**tomllib.loads(text), "lang": 'ñ"\\#'}


@pytest.mark.parametrize("text", ["slots = { qwen = { priority = 1 } }\n", "slots.qwen.priority = 1\n", "not toml"])
def test_what_has_no_place_for_it_is_refused(text: str) -> None:
    with pytest.raises(tomllib.TOMLDecodeError):
        with_value(text, ("slots", "qwen", "context"), 1)


@pytest.fixture
def mine(tmp_path: Path) -> Places:
    return replace(places({"HOME": str(tmp_path)}), root=tmp_path / "project")


def test_what_was_written_counts_and_the_file_keeps_its_mode(mine: Places) -> None:
    write_user_setting(mine, ("theme",), "nord")
    mine.user_settings.chmod(0o600)
    write_user_setting(mine, ("slots", "qwen", "context"), 8192)
    found = load({}, {}, mine)
    assert found.settings.theme == "nord"
    assert found.origins["theme"] == f"{mine.user_settings}:1"
    slot = found.slot("qwen")
    assert slot
    assert {slot.context_of(variant) for variant in slot.variants} == {8192}
    assert stat.S_IMODE(mine.user_settings.stat().st_mode) == 0o600
    assert [path.name for path in mine.config.iterdir()] == ["arriero.toml"]


def test_a_link_to_a_file_elsewhere_stays_one(mine: Places, tmp_path: Path) -> None:
    mine.config.mkdir(parents=True)
    elsewhere = tmp_path / "dotfiles.toml"
    elsewhere.write_text('lang = "en"\n')
    mine.user_settings.symlink_to(elsewhere)
    write_user_setting(mine, ("lang",), "es")
    assert mine.user_settings.is_symlink()
    assert elsewhere.read_text() == 'lang = "es"\n'


def test_what_cannot_be_written_is_told_and_left_alone(mine: Places) -> None:
    mine.config.mkdir(parents=True)
    mine.user_settings.write_text("broken")
    with pytest.raises(SettingNotWritten) as told:
        write_user_setting(mine, ("lang",), "es")
    assert (told.value.file, told.value.key) == (str(mine.user_settings), "lang")
    assert mine.user_settings.read_text() == "broken"


def test_every_theme_of_textuals_may_be_asked_for() -> None:
    assert tuple(THEMES) == tuple(BUILTIN_THEMES)
