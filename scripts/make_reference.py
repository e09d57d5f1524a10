#!/usr/bin/env python3
"""Writes docs/reference/ from the code. A test fails while a page and the code differ.

python scripts/make_reference.py
"""

from __future__ import annotations

import dataclasses
import inspect
import pkgutil
import re
import sys
from collections.abc import Iterable, Iterator
from importlib import import_module
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "docs" / "reference"
sys.path.insert(0, str(ROOT / "src"))

import arriero  # noqa: E402
from arriero.cli import exit_codes  # noqa: E402
from arriero.cli.commands.demo import DATA as DEMO_DATA  # noqa: E402
from arriero.cli.commands.measure import BenchReport  # noqa: E402
from arriero.cli.render.mending import MendedTold  # noqa: E402
from arriero.cli.verbs import Verb, build_parser, verbs  # noqa: E402
from arriero.clients import values as client_values  # noqa: E402
from arriero.config import schema  # noqa: E402
from arriero.core.errors import ArrieroError, every_error  # noqa: E402
from arriero.doctor.checks import CHECKS  # noqa: E402
from arriero.doctor.examining import CHECK_LIMIT_S  # noqa: E402
from arriero.doctor.fixes import FIXES  # noqa: E402
from arriero.doctor.install.removing import TakenBack  # noqa: E402
from arriero.doctor.reporting import WrittenReport  # noqa: E402
from arriero.doctor.showing import ChangeView  # noqa: E402
from arriero.gateway import results as gateway_results  # noqa: E402
from arriero.hardware.machine import DiskSnapshot, MachineSnapshot  # noqa: E402
from arriero.hardware.values import GpuProcess  # noqa: E402
from arriero.i18n import checks_en  # noqa: E402
from arriero.i18n.check_texts import CheckTold  # noqa: E402
from arriero.i18n.en import EN  # noqa: E402
from arriero.measure.accepting import Acceptance  # noqa: E402
from arriero.measure.comparing import Change, Comparison, Condition, Loss  # noqa: E402
from arriero.measure.requirements import Note, Row  # noqa: E402
from arriero.measure.values import Environment, Figure, Measurement, MemorySample, Remark  # noqa: E402
from arriero.planner import Action, Drift, Plan, Reason  # noqa: E402
from arriero.planner.fit.choosing import Choice  # noqa: E402
from arriero.planner.fit.speed import Expected  # noqa: E402
from arriero.runtime.backend import PortHolder, StopReport  # noqa: E402
from arriero.runtime.docker.probe import EngineSnapshot  # noqa: E402
from arriero.stack import results, version_results  # noqa: E402
from arriero.stack.fits import VariantFit  # noqa: E402
from arriero.stack.guard import GuardOutcome  # noqa: E402
from arriero.stack.guard_notes import GuardStatus, Trouble, Yielded  # noqa: E402
from arriero.stack.learning import Measured  # noqa: E402
from arriero.stack.listing import StoredModel, StoreListing  # noqa: E402
from arriero.stack.machine import HardwareSnapshot  # noqa: E402
from arriero.stack.plan import CardRoom, FitReport  # noqa: E402
from arriero.state import Repair  # noqa: E402
from arriero.store.litter import Litter  # noqa: E402
from arriero.store.models import StoreProblem  # noqa: E402

HEAD = "<!-- Made by scripts/make_reference.py. Change the code, not this page. -->\n\n"


def pages() -> dict[str, str]:
    """File name -> text."""
    made = {
        "config.md": config_page(),
        "errors.md": errors_page(),
        "json.md": json_page(),
        "exit-codes.md": exit_codes_page(),
        "commands.md": commands_page(),
        "checks.md": checks_page(),
    }
    return {name: HEAD + text.rstrip() + "\n" for name, text in made.items()}


def table(headings: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    names = list(headings)
    lines = [names, ["---"] * len(names), *([str(cell).replace("|", "\\|") for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def config_page() -> str:
    return f"""# Settings

A value is taken from the strongest place that has it: flag > environment > `arriero.toml` in the project >
`~/.config/arriero/arriero.toml` > default. Everything is checked before anything is used, and all that is wrong is told
at once: `./main.sh config validate`. Where each value came from: `./main.sh config show --origin`.

Every key has an environment variable: `ARRIERO_`, then the key in capitals, with `__` for each dot and `_` for every
other character that is no letter or digit. `slots.qwen.port` is `ARRIERO_SLOTS__QWEN__PORT`. Lists are separated by
commas. An empty variable counts as unset, and one that starts with `ARRIERO_` without naming a key is refused.
`OLLAMA_MODELS` is understood too. Variables and flags change slots that exist; a new slot is declared in a file.

{_config_section("Settings", schema.SETTINGS)}
{_config_section("Slots", schema.SLOT)}
{_config_section("Variants of a slot", schema.VARIANT)}
## A slot of your own

```toml
[slots.tiny]
port = 11440
purpose.en = "Quick answers"
variants.small.reference = "llama3.2:1b"
```
"""


def _config_section(title: str, keys: Iterable[schema.Key]) -> str:
    rows = ((f"`{'.'.join(_named(k.path))}`", k.kind.told, _default(k), k.about, f"`{k.example}`") for k in keys)
    return f"## {title}\n\n{table(('key', 'value', 'default', 'what it is', 'example'), rows)}"


def _named(path: tuple[str, ...]) -> Iterator[str]:
    names = iter(("SLOT", "VARIANT"))
    return (next(names) if part == "*" else part for part in path)


def _default(key: schema.Key) -> str:
    if key.required:
        return "must be given"
    if key.default is None:
        return ""
    return "`[]`" if key.default == () else f"`{key.default}`"


def errors_page() -> str:
    rows = [
        (f"`{kind.code}`", exit_codes.code_of(kind), _fields(kind), f"{EN.errors[kind.code]}")
        for kind in known_errors()
    ]
    return f"""# Errors

`code` is stable: scripts may rely on it. The fields are the `params` of the JSON contract. `[[…]]` is left out where a
field in it is empty. The Spanish texts have the same fields.

{table(("code", "exit", "fields", "text"), rows)}"""


def checks_page() -> str:
    mended = {(fix.check, kind) for fix in FIXES for kind in fix.mends}
    headings = ("code", "what is looked at, and why", "what it may find wrong")
    sections = (f"## {name}\n\n{table(headings, _checks(of, mended))}" for of, name in checks_en.SUBJECTS.items())
    return f"""# Checks

`./main.sh validate` lets all of these look at once, none longer than {CHECK_LIMIT_S:g} seconds; `--only` takes codes
and subjects. What is marked ✚ is mended by `./main.sh validate --fix CODE`: it shows first what it would do and looks
again afterwards, or says why it cannot be mended here. For everything else it says what to type.

{chr(10).join(sections)}"""


def _checks(subject: str, mended: set[tuple[str, str]]) -> Iterator[tuple[str, str, str]]:
    for check in (one for one in CHECKS if one.subject == subject):
        text, bad = checks_en.CHECKS[check.code], {kind: grade for kind, grade in check.kinds.items() if not grade.ok}
        wrong = (f"{grade} `{kind}`{' ✚' * ((check.code, kind) in mended)}" for kind, grade in bad.items())
        yield f"`{check.code}`", f"{text.title}. {text.why}", ", ".join(wrong)


def known_errors() -> list[type[ArrieroError]]:
    """Every error with a text, sorted by code."""
    for module in pkgutil.walk_packages(arriero.__path__, "arriero."):
        if module.name.endswith(".errors") or module.name == "arriero.core.files":
            import_module(module.name)
    kinds = {kind.code: kind for kind in every_error() if kind.code in EN.errors}
    return [kinds[code] for code in sorted(kinds)]


def _fields(kind: type[ArrieroError]) -> str:
    return ", ".join(f"`{name}`" for name in kind.field_names)


def exit_codes_page() -> str:
    return f"""# Exit codes

{table(("code", "meaning"), exit_codes.MEANINGS.items())}
Which error ends in which code: [errors.md](errors.md).
"""


COMMAND_DATA = (
    ("`status`", "`StackStatus`"),
    ("`models`", "`StoreListing`"),
    ("`hardware`", "`HardwareSnapshot`"),
    ("`plan`", "`FitReport`; without a name `fits`, a list of `VariantFit`"),
    ("`activate`, `deactivate`, `down`, `up`, `apply`", "`Outcome`"),
    ("`import`", "`ImportedModel`"),
    ("`remove`", "`RemovedModel`"),
    ("`pull`", "`PulledModel`"),
    ("`update`", "`UpdateReport`; with `--check` or `--dry-run` a `CheckReport`"),
    ("`rollback`", "`Switched`"),
    ("`verify`", "`VerifyReport`"),
    ("`prune`", "`PruneReport`"),
    ("`export`", "`ExportedModel`"),
    ("`guard on`, `guard off`", "`GuardOutcome`"),
    ("`guard status`", "`GuardStatus`"),
    ("`gateway on`, `gateway off`", "`GatewayOutcome`"),
    ("`gateway status`", "`GatewayStatus`"),
    ("`keys add`", "`NewKey`"),
    ("`keys list`", "`KeyList`"),
    ("`keys revoke`", "`KeyStatus`"),
    ("`expose`", "`ExposureOutcome`"),
    ("`bench`", "`BenchReport`; with `--compare` a list of `Comparison`"),
    ("`accept`", "`Acceptance`"),
    ("`connect`", "`Connection`; with `--check` a `ClientCheck`"),
    ("`disconnect`", "`Connection`"),
    ("`chat`", "`slot`, `model`, `answer` and the fields of `ChatStats`"),
    ("`report`", "`WrittenReport`"),
    (
        "`validate`",
        "`checks`, a list of `CheckTold`, whatever `status` says; "
        "with `--fix` `steps`, a list of `MendedTold`, and `dry_run`",
    ),
    ("`install`", "`steps`, a list of `MendedTold`, and `dry_run`"),
    ("`uninstall`", "`stopped`, an `Outcome`; `additions`, a list of `TakenBack`; `models`, `dry_run`"),
    ("`demo`", ", ".join(f"`{name}`" for name in DEMO_DATA) + "; with `--dry-run` an `Outcome`"),
    ("`logs`", "`slot`, `lines`"),
    ("`config show`", "for each key an object with `value` and `origin`"),
    ("`config validate`", "`valid`, `files` (path: whether it exists)"),
    ("`version`", "`version`, `python`"),
    ("`completion`", "`shell`, `script`"),
    ("`help`", "`text`"),
)
DESCRIBED = (
    results.StackStatus,
    results.ModelStatus,
    results.VariantStatus,
    Drift,
    results.GpuStatus,
    GpuProcess,
    HardwareSnapshot,
    MachineSnapshot,
    DiskSnapshot,
    EngineSnapshot,
    PortHolder,
    Repair,
    BenchReport,
    Measurement,
    Environment,
    Figure,
    Remark,
    MemorySample,
    Comparison,
    Change,
    Condition,
    Loss,
    Acceptance,
    Row,
    Note,
    GuardStatus,
    Trouble,
    Yielded,
    GuardOutcome,
    results.Outcome,
    results.CardRelease,
    Plan,
    Action,
    Reason,
    StopReport,
    StoreListing,
    StoredModel,
    VariantFit,
    FitReport,
    CardRoom,
    Expected,
    Measured,
    Choice,
    results.ImportedModel,
    results.RemovedModel,
    version_results.PulledModel,
    version_results.UpdateReport,
    version_results.CheckReport,
    version_results.VersionCheck,
    version_results.Switched,
    version_results.VerifyReport,
    version_results.BadLayer,
    StoreProblem,
    version_results.PruneReport,
    Litter,
    version_results.ExportedModel,
    results.ChatStats,
    CheckTold,
    WrittenReport,
    MendedTold,
    ChangeView,
    TakenBack,
    client_values.Connection,
    client_values.Endpoint,
    client_values.ClientCheck,
    client_values.ClientAnswer,
    gateway_results.GatewayOutcome,
    gateway_results.GatewayStatus,
    gateway_results.ExposureStatus,
    gateway_results.ExposureOutcome,
    gateway_results.NewKey,
    gateway_results.KeyList,
    gateway_results.KeyStatus,
)


def json_page() -> str:
    return f"""# JSON

Every command takes `--json` and then prints one object on standard output and nothing else there:

```json
{{"schema": 1, "command": "status", "status": "success", "data": {{}}, "errors": []}}
```

- `command`: the English name, whatever was typed.
- `status`: `success` (exit code 0), `partial` (5: `data` is what was done, `errors` what was not), `error` (any other;
  `data` is null unless what was found is itself the failure, as with an interrupted `bench`).
- `errors`: objects with `code`, `message` (in the language of the interface) and `params`; see [errors.md](errors.md).
- Moments are RFC 3339 in UTC, sizes bytes, durations seconds, references Ollama's `name:tag`.
- `--watch` and `--follow` do not go with `--json`.

{table(("command", "`data`"), COMMAND_DATA)}
{"".join(_described(kind) for kind in DESCRIBED)}"""


def _described(kind: type) -> str:
    rows = ((f"`{f.name}`", f"`{f.type}`") for f in dataclasses.fields(kind))
    about = re.sub(r"\s+", " ", inspect.getdoc(kind) or "")
    about = "" if about.startswith(f"{kind.__name__}(") else f"{about}\n\n"
    return f"## {kind.__name__}\n\n{about}{table(('field', 'type'), rows)}\n"


def commands_page() -> str:
    found = verbs(EN)
    rows = ((f"`{v.name}`", f"`{v.alias}`" if v.alias else "", v.help) for v in found)
    return f"""# Commands

`./main.sh COMMAND`. English and Spanish names are understood whatever the language of the interface.

{table(("command", "in Spanish", "what it does"), rows)}
{"".join(_help(verb, ()) for verb in found)}"""


def _help(verb: Verb, above: tuple[str, ...]) -> str:
    path = (*above, verb.name)
    parser = build_parser(EN)
    for name in path:
        parser = parser.choices.choices[name]
    below = "".join(_help(part, path) for part in verb.parts)
    return f"## {' '.join(path)}\n\n```\n{parser.format_help().rstrip()}\n```\n\n{below}"


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        (FOLDER / name).write_text(text, encoding="utf-8")
        sys.stdout.write(f"{FOLDER / name}\n")
