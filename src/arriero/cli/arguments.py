"""What each command takes after its name; their texts are the user's language's.

Invariant: one function a kind of command, each given the parser, the texts, and what completion offers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from arriero.cli.parser import Parser
from arriero.config.specs import KvCache
from arriero.core.units import parse_bytes
from arriero.i18n import Texts


@dataclass(frozen=True)
class Offers:
    """What completion offers for arguments; empty for parsing, where our own errors know names better."""

    slots: tuple[str, ...] = ()
    files: Mapping[str, object] = field(default_factory=dict)


def status(p: Parser, t: Texts, _: Offers) -> None:
    p.options.add_argument("--watch", "-w", action="store_true", help=t.help_watch)


def yes(p: Parser, t: Texts, _: Offers) -> None:
    p.options.add_argument("--yes", "-y", action="store_true", help=t.help_yes)


def slot(p: Parser, t: Texts, offers: Offers) -> None:
    p.positionals.add_argument("slot", metavar=t.meta_slot, help=t.help_slot, choices=offers.slots or None)


def activate(p: Parser, t: Texts, offers: Offers) -> None:
    slot(p, t, offers)
    p.options.add_argument("--variant", metavar=t.meta_variant, help=t.help_variant)
    p.options.add_argument("--keep-others", action="store_true", help=t.help_keep_others)


def chat(p: Parser, t: Texts, offers: Offers) -> None:
    slot(p, t, offers)
    p.positionals.add_argument("prompt", metavar=t.meta_prompt, nargs="*", help=t.help_prompt)


def logs(p: Parser, t: Texts, offers: Offers) -> None:
    slot(p, t, offers)
    p.options.add_argument("--follow", "-f", action="store_true", help=t.help_follow)
    p.options.add_argument("--lines", "-n", type=count, default=50, metavar="N", help=t.help_lines)


def count(text: str) -> int:
    """A whole number from 0. argparse turns ValueError into a refusal."""
    number = int(text)
    if number < 0:
        raise ValueError(text)
    return number


def import_(p: Parser, t: Texts, offers: Offers) -> None:
    file: Any = p.positionals.add_argument("file", metavar=t.meta_file, help=t.help_file)
    file.complete = offers.files
    p.positionals.add_argument("target", metavar=t.meta_target, nargs="?", help=t.help_import_target)


def _add_target(p: Parser, t: Texts, offers: Offers, told: str, nargs: str | None = None) -> None:
    p.positionals.add_argument("target", metavar=t.meta_target, nargs=nargs, help=told, choices=offers.slots or None)
    p.options.add_argument("--variant", metavar=t.meta_variant, help=t.help_variant)


def remove(p: Parser, t: Texts, offers: Offers) -> None:
    _add_target(p, t, offers, t.help_target)


def pull(p: Parser, t: Texts, offers: Offers) -> None:
    _add_target(p, t, offers, t.help_pull_target)
    _add_transfer(p, t)


def _add_transfer(p: Parser, t: Texts) -> None:
    p.options.add_argument("--insecure", action="store_true", help=t.help_insecure)
    p.options.add_argument("--limit", type=rate, metavar=t.meta_rate, help=t.help_limit)


def rate(text: str) -> int:
    """Bytes per second, at least one. argparse turns ValueError into a refusal."""
    size_bytes = parse_bytes(text)
    if size_bytes < 1:
        raise ValueError(text)
    return size_bytes


def update(p: Parser, t: Texts, offers: Offers) -> None:
    p.positionals.add_argument("slot", metavar=t.meta_slot, nargs="?", help=t.help_slot, choices=offers.slots or None)
    p.options.add_argument("--all", action="store_true", help=t.help_all)
    p.options.add_argument("--check", action="store_true", help=t.help_check)
    _add_transfer(p, t)


def rollback(p: Parser, t: Texts, offers: Offers) -> None:
    _add_target(p, t, offers, t.help_target)


def verify(p: Parser, t: Texts, offers: Offers) -> None:
    _add_target(p, t, offers, t.help_target, "?")
    p.options.add_argument("--repair", action="store_true", help=t.help_repair)
    p.options.add_argument("--insecure", action="store_true", help=t.help_insecure)


def prune(p: Parser, t: Texts, _: Offers) -> None:
    p.options.add_argument("--previous", action="store_true", help=t.help_previous)


def plan(p: Parser, t: Texts, offers: Offers) -> None:
    target: Any = p.positionals.add_argument("target", metavar=t.meta_plan_target, nargs="?", help=t.help_plan_target)
    target.complete = offers.files
    p.options.add_argument("--context", type=count, metavar="N", help=t.help_plan_context)
    p.options.add_argument("--kv", choices=[str(kv) for kv in KvCache], metavar="T", help=t.help_plan_kv)
    p.options.add_argument("--vram", type=rate, metavar=t.meta_size, help=t.help_plan_vram)
    p.options.add_argument("--gpu", metavar=t.meta_card, help=t.help_plan_gpu)


def export(p: Parser, t: Texts, offers: Offers) -> None:
    _add_target(p, t, offers, t.help_target)
    file: Any = p.positionals.add_argument("file", metavar=t.meta_file, help=t.help_export_file)
    file.complete = offers.files


def contexts(text: str) -> tuple[int, ...]:
    """`512,2048`: each from 1 on. argparse turns ValueError into a refusal."""
    found = tuple(dict.fromkeys(int(part) for part in text.split(",")))
    if min(found) < 1:
        raise ValueError(text)
    return found


def bench(p: Parser, t: Texts, offers: Offers) -> None:
    from arriero.i18n.measure_texts import measure_texts_of

    m = measure_texts_of(t.language)
    p.positionals.add_argument("slots", metavar=t.meta_slot, nargs="*", help=m.help_slots, choices=offers.slots or None)
    p.options.add_argument("--quick", action="store_true", help=m.help_quick)
    p.options.add_argument("--context", type=contexts, metavar=m.meta_contexts, help=m.help_context)
    p.options.add_argument("--lifecycle", action="store_true", help=m.help_lifecycle)
    p.options.add_argument("--url", metavar=m.meta_url, help=m.help_url)
    p.options.add_argument("--model", metavar=t.meta_slot, help=m.help_url_model)
    p.options.add_argument("--compare", action="store_true", help=m.help_compare)
    p.options.add_argument("--markdown", action="store_true", help=m.help_markdown)
    file: Any = p.options.add_argument("--report", metavar=t.meta_file, help=m.help_report)
    file.complete = offers.files


def key(p: Parser, t: Texts, _: Offers) -> None:
    p.positionals.add_argument("name", metavar=t.help_gateway["meta_name"], help=t.help_gateway["name"])


def add_key(p: Parser, t: Texts, offers: Offers) -> None:
    key(p, t, offers)
    p.options.add_argument("--slots", metavar=t.meta_slot, help=t.help_gateway["slots"])
    p.options.add_argument("--expires", metavar=t.help_gateway["meta_until"], help=t.help_gateway["expires"])


def expose(p: Parser, t: Texts, offers: Offers) -> None:
    p.options.add_argument("--lan", action="store_true", help=t.help_gateway["lan"])
    p.options.add_argument("--off", action="store_true", help=t.help_gateway["off"])
    for name in ("certificate", "certificate_key"):
        option = f"--{name.replace('_', '-')}"
        file: Any = p.options.add_argument(option, metavar=t.meta_file, help=t.help_gateway[name])
        file.complete = offers.files
    yes(p, t, offers)


def client(p: Parser, t: Texts, _: Offers) -> None:
    p.positionals.add_argument("client", choices=("kilo",), metavar=t.meta_client, help=t.help_client)


def connect(p: Parser, t: Texts, offers: Offers) -> None:
    client(p, t, offers)
    p.options.add_argument("--check", action="store_true", help=t.help_client_check)
    p.options.add_argument("--gateway", action="store_true", help=t.help_gateway["through"])
    p.options.add_argument(
        "--legacy", nargs="?", const="kilo-code-settings.json", metavar=t.meta_file, help=t.help_client_legacy
    )


def validate(p: Parser, t: Texts, _: Offers) -> None:
    p.options.add_argument("--only", nargs="+", default=(), metavar=t.meta_code, help=t.help_only)
    p.options.add_argument("--fix", nargs="*", default=None, metavar=t.meta_code, help=t.help_fix)
    yes(p, t, _)


def uninstall(p: Parser, t: Texts, offers: Offers) -> None:
    yes(p, t, offers)
    p.options.add_argument("--models", action="store_true", help=t.help_uninstall_models)


def report(p: Parser, t: Texts, offers: Offers) -> None:
    file: Any = p.positionals.add_argument("file", metavar=t.meta_file, nargs="?", help=t.help_report_file)
    file.complete = offers.files


def config_show(p: Parser, t: Texts, _: Offers) -> None:
    p.options.add_argument("--origin", action="store_true", help=t.help_origin)


def completion(p: Parser, t: Texts, _: Offers) -> None:
    p.positionals.add_argument("shell", choices=("bash", "zsh", "fish"), metavar="SHELL", help=t.help_shell)


def help_(p: Parser, t: Texts, _: Offers) -> None:
    p.positionals.add_argument("topic", metavar=t.meta_command, nargs="*", help=t.help_topic)
