"""The line of every key, in the forms that TOML knows."""

import tomllib

import pytest

from arriero.config.lines import leaves, lines_of


@pytest.mark.parametrize(
    ("text", "path", "line"),
    [
        ("a = 1\n", ("a",), 1),
        ("# a = 0\n\na = 1\n", ("a",), 3),
        ("[t]\nx = 1\n[u]\nx = 2\n", ("u", "x"), 4),
        ("a.b.c = 1\n", ("a", "b", "c"), 1),
        (
            '[slots.deepseek.variants."6.7b"]\nreference = "x"\n',
            ("slots", "deepseek", "variants", "6.7b", "reference"),
            2,
        ),
        ("[ 'a' . \"b\" ] # why\n'c d' = 1\n", ("a", "b", "c d"), 2),
        ("purpose = { es = 'a', en = 'b' }\n", ("purpose", "en"), 1),
        ("list = [\n 1, # x = 9\n 2,\n]\nafter = 1\n", ("after",), 5),
        ('text = """\n[no]\nx = 1\n"""\nx = 2\n', ("x",), 5),
        ("text = '''\nx = 1'''\r\nx = 2\r\n", ("x",), 3),
        ("[empty]\n[other]\nx = 1\n", ("empty",), 1),
        ("[a]\n[a.b]\nx = 1\n[a.c]\ny.z = 1\n", ("a", "c", "y", "z"), 5),
    ],
)
def test_finds_the_line(text: str, path: tuple[str, ...], line: int) -> None:
    assert lines_of(text)[path] == line


def test_a_key_inside_a_text_is_none() -> None:
    assert ("no", "x") not in lines_of('text = """\n[no]\nx = 1\n"""\n')


def test_every_value_of_the_catalogue_has_its_line() -> None:
    from arriero.config.layers import CATALOGUE

    text = CATALOGUE.read_text(encoding="utf-8")
    lines, written = lines_of(text), text.splitlines()
    for path, _ in leaves(tomllib.loads(text)):
        assert path[-1] in written[lines[path] - 1]
