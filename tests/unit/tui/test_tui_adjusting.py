"""The settings that the app offers: their words, their values and origins, what is refused, what is taken back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from arriero.config import schema
from arriero.config.errors import ConfigInvalid, NotAChoice, OutOfRange, PortShared, SettingOverruled
from arriero.core.paths import Places, places
from arriero.i18n import Language, texts_of
from arriero.i18n.settings_texts import EN, ES
from arriero.tui.adjusting import Adjustable, about_setting, adjustables, setting_rows, why_refused
from arriero.tui.keeping import Keeping
from arriero.tui.view import Tone
from arriero.tui.words import Words

WORDS = Words(texts_of(Language.ES))


@pytest.fixture
def mine(tmp_path: Path) -> Places:
    here = replace(places({"HOME": str(tmp_path)}), root=tmp_path / "project")
    here.root.mkdir()
    here.config.mkdir(parents=True)
    return here


def keeping(mine: Places, environ: Mapping[str, str] = {}, flags: Mapping[str, object] = {}) -> Keeping:
    def no_world(_: object) -> object:
        raise AssertionError

    return Keeping(no_world, environ, mine, flags)  # type: ignore[arg-type]


def offered(here: Keeping, dotted: str) -> Adjustable:
    return next(each for each in adjustables(here.settings(), here.places.home) if each.dotted == dotted)


def row(here: Keeping, dotted: str) -> str:
    rows = setting_rows(adjustables(here.settings(), here.places.home), here, WORDS)
    return next(" ".join(found.text.split()) for found in rows if found.key == dotted)


def test_each_has_its_words_in_both_languages_and_is_a_key_of_the_schema(mine: Places) -> None:
    found = adjustables(keeping(mine).settings(), mine.home)
    names = {each.name for each in found}
    for texts in (ES, EN):
        assert names == texts.labels.keys() == texts.abouts.keys()
    assert all(schema.find(each.path) for each in found)
    slots = {each.group for each in found} - ES.groups.keys()
    assert slots == {"qwen", "deepseek", "mistral", "demo"}


def test_value_and_origin(mine: Places) -> None:
    mine.user_settings.write_text('# mine\nlang = "en"\n')
    mine.project_settings.write_text("[slots.qwen]\ncontext = 8192\n")
    here = keeping(mine, {"ARRIERO_ENGINE__PARALLEL": "3"}, {"backend": "native", "lang": None})
    assert row(here, "lang") == "Idioma en tuyo, línea 2"
    assert row(here, "theme") == "Tema textual-dark de fábrica"
    assert row(here, "backend") == "Quién sirve los modelos native opción --backend"
    assert row(here, "slots.qwen.context") == "Contexto (tokens) 8192 proyecto, arriero.toml:2"
    assert row(here, "engine.parallel") == "Respuestas a la vez 3 variable ARRIERO_ENGINE__PARALLEL"
    assert row(here, "gpu") == "Tarjeta gráfica — de fábrica"


def test_what_overrules_the_user_has_a_colour_of_its_own(mine: Places) -> None:
    here = keeping(mine, {"ARRIERO_THEME": "nord"})
    found = {
        r.key: r.lines[0][-1].tone
        for r in setting_rows(adjustables(here.settings(), here.places.home), here, WORDS)
        if not r.heading
    }
    assert (found["theme"], found["lang"]) == (Tone.WARN, Tone.DIM)


def test_headings_part_the_groups(mine: Places) -> None:
    here = keeping(mine)
    headings = [
        r.text
        for r in setting_rows(adjustables(here.settings(), here.places.home), here, WORDS)
        if r.heading and r.text
    ]
    assert headings == ["La aplicación", "El motor", "Pasarela y guardia", "qwen", "deepseek", "mistral", "demo"]


def test_the_key_that_counts_for_the_variant(mine: Places) -> None:
    """The 6.7b has a cache type of its own; a context that it has not is the slot's."""
    mine.user_settings.write_text('[slots.deepseek]\ndefault_variant = "6.7b"\n')
    here = keeping(mine)
    cache = offered(here, 'slots.deepseek.variants."6.7b".kv_cache')
    assert (cache.name, cache.text) == ("slots.*.kv_cache", "q8_0")
    assert offered(here, "slots.deepseek.context").choices == ()
    here.change(cache.path, "f16")
    assert offered(here, cache.dotted).text == "f16"
    assert offered(here, "slots.deepseek.default_variant").choices == ("v2-lite", "6.7b")


def test_what_is_typed_is_kept_as_its_kind_and_the_rest_of_the_file_stays(mine: Places) -> None:
    mine.user_settings.write_text("# mine\n")
    here = keeping(mine)
    here.change(("slots", "qwen", "context"), "8192")
    here.change(("guard", "programs"), "dota2, blender")
    text = mine.user_settings.read_text()
    assert text == '# mine\n\n[slots.qwen]\ncontext = 8192\n\n[guard]\nprograms = ["dota2", "blender"]\n'
    assert offered(here, "guard.programs").text == "dota2, blender"


@pytest.mark.parametrize(
    ("path", "typed", "problem", "told"),
    [
        (("slots", "qwen", "context"), "5", OutOfRange, "«slots.qwen.context» va de 256 a 1048576, y aquí vale 5."),
        (("backend",), "dokcer", NotAChoice, "«dokcer» no es un valor de «backend»."),
        (("slots", "qwen", "port"), "11435", PortShared, "el puerto 11435 está puesto en varios modelos"),
    ],
)
def test_what_is_wrong_is_refused_with_its_reason(
    mine: Places, path: tuple[str, ...], typed: str, problem: type, told: str
) -> None:
    with pytest.raises(ConfigInvalid) as refused:
        keeping(mine).change(path, typed)
    assert isinstance(refused.value.problems[0], problem)
    assert told in why_refused(refused.value, WORDS)
    assert not mine.user_settings.exists()


def test_what_would_not_count_is_refused_with_the_place_that_does(mine: Places) -> None:
    mine.project_settings.write_text('theme = "nord"\n')
    for here, path in ((keeping(mine), ("theme",)), (keeping(mine, {"ARRIERO_LANG": "en"}), ("lang",))):
        with pytest.raises(SettingOverruled):
            here.change(path, "es")
        with pytest.raises(SettingOverruled):
            here.reset(path)
    assert not mine.user_settings.exists()


def test_back_to_the_default(mine: Places) -> None:
    mine.user_settings.write_text('lang = "en"\n# the good one\ntheme = "nord"\n')
    here = keeping(mine)
    here.reset(("theme",))
    assert mine.user_settings.read_text() == 'lang = "en"\n# the good one\n'
    assert offered(here, "theme").text == "textual-dark"


def test_without_it_the_settings_would_be_wrong(mine: Places) -> None:
    own = '[slots.mine]\nport = 12000\ndefault_variant = "a"\n'
    own += "".join(f'[slots.mine.variants.{name}]\nreference = "{name}:1"\n' for name in "ab")
    mine.user_settings.write_text(own)
    with pytest.raises(ConfigInvalid):
        keeping(mine).reset(("slots", "mine", "default_variant"))
    assert mine.user_settings.read_text() == own


def test_what_it_does_and_what_may_be_put_there(mine: Places) -> None:
    here = keeping(mine)
    assert about_setting(offered(here, "slots.qwen.kv_cache"), WORDS).endswith("Valores: f16, q8_0, q4_0")
    assert about_setting(offered(here, "engine.keep_alive"), WORDS).endswith('Por ejemplo: keep_alive = "5m"')
