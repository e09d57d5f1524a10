"""Every command: its name, its Spanish one, what it takes, and the function that carries it out (imported when called).

In Spanish help the Spanish name stands first; both are always understood.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from arriero.cli.parser import PROGRAM, Parser
from arriero.config.specs import KvCache
from arriero.core.units import parse_bytes
from arriero.i18n import Texts


@dataclass(frozen=True)
class Offers:
    """What completion offers for arguments; empty for parsing, where our own errors know names better."""

    slots: tuple[str, ...] = ()
    files: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Verb:
    """`run` is `module:function` below arriero.cli.commands. `parts` are commands below this one (`config show`).

    `changes`: it changes what runs or what is stored, so an interruption may leave something to do.
    `also`: further names, in any language.
    """

    name: str
    alias: str
    help: str
    run: str
    arguments: Callable[[Parser, Texts, Offers], None] = lambda _p, _t, _o: None
    parts: tuple[Verb, ...] = ()
    changes: bool = False
    also: tuple[str, ...] = ()

    def names(self, language: str) -> tuple[str, ...]:
        """The name that this language shows, then the others if there are any."""
        both = (self.alias, self.name) if language == "es" else (self.name, self.alias)
        return tuple(dict.fromkeys(name for name in (*both, *self.also) if name))


def verbs(t: Texts) -> tuple[Verb, ...]:
    return (
        Verb("status", "estado", t.help_status, "status:status", _status),
        Verb("models", "modelos", t.help_models, "models:models"),
        Verb("hardware", "equipo", t.help_hardware, "hardware:hardware", _status),
        Verb("activate", "activar", t.help_activate, "switching:activate", _activate, changes=True),
        Verb("deactivate", "desactivar", t.help_deactivate, "switching:deactivate", _slot, changes=True),
        Verb("down", "apagar", t.help_down, "switching:down", changes=True, also=("jugar",)),
        Verb("up", "encender", t.help_up, "switching:up", changes=True),
        Verb("apply", "aplicar", t.help_apply, "switching:apply", _yes, changes=True),
        Verb("chat", "probar", t.help_chat, "chat:chat", _chat),
        Verb("logs", "registros", t.help_logs, "logs:logs", _logs),
        Verb("import", "importar", t.help_import, "files:import_model", _import, changes=True),
        Verb("remove", "borrar", t.help_remove, "files:remove_model", _remove, changes=True),
        Verb("pull", "descargar", t.help_pull, "versions:pull_model", _pull, changes=True),
        Verb("update", "actualizar", t.help_update, "versions:update", _update, changes=True),
        Verb("rollback", "revertir", t.help_rollback, "versions:rollback", _rollback, changes=True),
        Verb("verify", "comprobar", t.help_verify, "storage:verify", _verify, changes=True),
        Verb("prune", "limpiar", t.help_prune, "storage:prune", _prune, changes=True),
        Verb("plan", "planificar", t.help_plan, "plan:plan", _plan),
        Verb("export", "exportar", t.help_export, "storage:export_model", _export),
        Verb(
            "guard",
            "guardia",
            t.help_guard,
            "",
            parts=(
                Verb("on", "encender", t.help_guard_on, "guard:on", changes=True),
                Verb("off", "apagar", t.help_guard_off, "guard:off", changes=True),
                Verb("status", "estado", t.help_guard_status, "guard:status"),
            ),
        ),
        Verb("bench", "medir", t.help_bench, "measure:bench", _bench),
        Verb("accept", "verificar", t.help_accept, "accept:accept"),
        Verb(
            "gateway",
            "pasarela",
            t.help_gateway["gateway"],
            "",
            parts=(
                Verb("on", "encender", t.help_gateway["gateway on"], "gateway:on", changes=True),
                Verb("off", "apagar", t.help_gateway["gateway off"], "gateway:off", changes=True),
                Verb("status", "estado", t.help_gateway["gateway status"], "gateway:status"),
            ),
        ),
        Verb(
            "keys",
            "claves",
            t.help_gateway["keys"],
            "",
            parts=(
                Verb("add", "crear", t.help_gateway["keys add"], "gateway:add_key", _add_key, changes=True),
                Verb("list", "listar", t.help_gateway["keys list"], "gateway:list_keys"),
                Verb("revoke", "retirar", t.help_gateway["keys revoke"], "gateway:revoke_key", _key, changes=True),
            ),
        ),
        Verb("expose", "exponer", t.help_gateway["expose"], "gateway:expose", _expose, changes=True),
        Verb("connect", "conectar", t.help_connect, "clients:connect", _connect, changes=True),
        Verb("disconnect", "desconectar", t.help_disconnect, "clients:disconnect", _client, changes=True),
        Verb("validate", "validar", t.help_validate, "doctor:validate", _validate),
        Verb("install", "instalar", t.help_install, "installing:install", _yes, changes=True),
        Verb("uninstall", "desinstalar", t.help_uninstall, "installing:uninstall", _uninstall, changes=True),
        Verb("report", "informe", t.help_report, "report:report", _report),
        Verb("demo", "", t.help_demo, "demo:demo", changes=True),
        Verb(
            "config",
            "",
            t.help_config,
            "",
            parts=(
                Verb("show", "mostrar", t.help_config_show, "config:show", _config_show),
                Verb("validate", "validar", t.help_config_validate, "config:validate"),
            ),
        ),
        Verb("completion", "completado", t.help_completion, "about:completion", _completion),
        Verb("version", "", t.help_about_version, "about:version"),
        Verb("help", "ayuda", t.help_about_help, "about:help_on", _help),
    )


def build_parser(texts: Texts, offers: Offers | None = None, program: str = PROGRAM, first: str = "") -> Parser:
    """The whole grammar, or the part that a line needs whose `first` word is a command: that is sooner there.

    `offers` only for completion scripts.
    """
    parser = Parser(texts=texts, prog=program, description=texts.help_program, epilog=texts.help_epilog, commands=False)
    known = verbs(texts)
    for verb in [verb for verb in known if first in verb.names(texts.language)] or known:
        _add_verb(parser, verb, texts, offers or Offers())
    return parser


def _add_verb(parser: Parser, verb: Verb, texts: Texts, offers: Offers, above: str = "") -> None:
    first, *others = verb.names(texts.language)
    child: Parser = parser.choices.add_parser(
        first,
        aliases=others,
        help=verb.help,
        description=verb.help,
        texts=texts,
        command=f"{parser.command} {first}".strip(),
        commands=True if verb.parts else None,
    )
    verb.arguments(child, texts, offers)
    full = f"{above} {verb.name}".strip()
    for part in verb.parts:
        _add_verb(child, part, texts, offers, full)
    if verb.run:
        child.set_defaults(run=verb.run, verb=full, parser=child, changes=verb.changes)


def _add_slot(p: Parser, t: Texts, offers: Offers) -> None:
    p.positionals.add_argument("slot", metavar=t.meta_slot, help=t.help_slot, choices=offers.slots or None)


def _status(p: Parser, t: Texts, _: Offers) -> None:
    p.options.add_argument("--watch", "-w", action="store_true", help=t.help_watch)


def _yes(p: Parser, t: Texts, _: Offers) -> None:
    p.options.add_argument("--yes", "-y", action="store_true", help=t.help_yes)


def _slot(p: Parser, t: Texts, offers: Offers) -> None:
    _add_slot(p, t, offers)


def _activate(p: Parser, t: Texts, offers: Offers) -> None:
    _add_slot(p, t, offers)
    p.options.add_argument("--variant", metavar=t.meta_variant, help=t.help_variant)
    p.options.add_argument("--keep-others", action="store_true", help=t.help_keep_others)


def _chat(p: Parser, t: Texts, offers: Offers) -> None:
    _add_slot(p, t, offers)
    p.positionals.add_argument("prompt", metavar=t.meta_prompt, nargs="*", help=t.help_prompt)


def _logs(p: Parser, t: Texts, offers: Offers) -> None:
    _add_slot(p, t, offers)
    p.options.add_argument("--follow", "-f", action="store_true", help=t.help_follow)
    p.options.add_argument("--lines", "-n", type=count, default=50, metavar="N", help=t.help_lines)


def count(text: str) -> int:
    """A whole number from 0. argparse turns ValueError into a refusal."""
    number = int(text)
    if number < 0:
        raise ValueError(text)
    return number


def _import(p: Parser, t: Texts, offers: Offers) -> None:
    file: Any = p.positionals.add_argument("file", metavar=t.meta_file, help=t.help_file)
    file.complete = offers.files
    p.positionals.add_argument("target", metavar=t.meta_target, nargs="?", help=t.help_import_target)


def _add_target(p: Parser, t: Texts, offers: Offers, told: str, nargs: str | None = None) -> None:
    p.positionals.add_argument("target", metavar=t.meta_target, nargs=nargs, help=told, choices=offers.slots or None)
    p.options.add_argument("--variant", metavar=t.meta_variant, help=t.help_variant)


def _remove(p: Parser, t: Texts, offers: Offers) -> None:
    _add_target(p, t, offers, t.help_target)


def _pull(p: Parser, t: Texts, offers: Offers) -> None:
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


def _update(p: Parser, t: Texts, offers: Offers) -> None:
    p.positionals.add_argument("slot", metavar=t.meta_slot, nargs="?", help=t.help_slot, choices=offers.slots or None)
    p.options.add_argument("--all", action="store_true", help=t.help_all)
    p.options.add_argument("--check", action="store_true", help=t.help_check)
    _add_transfer(p, t)


def _rollback(p: Parser, t: Texts, offers: Offers) -> None:
    _add_target(p, t, offers, t.help_target)


def _verify(p: Parser, t: Texts, offers: Offers) -> None:
    _add_target(p, t, offers, t.help_target, "?")
    p.options.add_argument("--repair", action="store_true", help=t.help_repair)
    p.options.add_argument("--insecure", action="store_true", help=t.help_insecure)


def _prune(p: Parser, t: Texts, _: Offers) -> None:
    p.options.add_argument("--previous", action="store_true", help=t.help_previous)


def _plan(p: Parser, t: Texts, offers: Offers) -> None:
    target: Any = p.positionals.add_argument("target", metavar=t.meta_plan_target, nargs="?", help=t.help_plan_target)
    target.complete = offers.files
    p.options.add_argument("--context", type=count, metavar="N", help=t.help_plan_context)
    p.options.add_argument("--kv", choices=[str(kv) for kv in KvCache], metavar="T", help=t.help_plan_kv)
    p.options.add_argument("--vram", type=rate, metavar=t.meta_size, help=t.help_plan_vram)
    p.options.add_argument("--gpu", metavar=t.meta_card, help=t.help_plan_gpu)


def _export(p: Parser, t: Texts, offers: Offers) -> None:
    _add_target(p, t, offers, t.help_target)
    file: Any = p.positionals.add_argument("file", metavar=t.meta_file, help=t.help_export_file)
    file.complete = offers.files


def contexts(text: str) -> tuple[int, ...]:
    """`512,2048`: each from 1 on. argparse turns ValueError into a refusal."""
    found = tuple(dict.fromkeys(int(part) for part in text.split(",")))
    if min(found) < 1:
        raise ValueError(text)
    return found


def _bench(p: Parser, t: Texts, offers: Offers) -> None:
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


def _key(p: Parser, t: Texts, _: Offers) -> None:
    p.positionals.add_argument("name", metavar=t.help_gateway["meta_name"], help=t.help_gateway["name"])


def _add_key(p: Parser, t: Texts, offers: Offers) -> None:
    _key(p, t, offers)
    p.options.add_argument("--slots", metavar=t.meta_slot, help=t.help_gateway["slots"])
    p.options.add_argument("--expires", metavar=t.help_gateway["meta_until"], help=t.help_gateway["expires"])


def _expose(p: Parser, t: Texts, offers: Offers) -> None:
    p.options.add_argument("--lan", action="store_true", help=t.help_gateway["lan"])
    p.options.add_argument("--off", action="store_true", help=t.help_gateway["off"])
    for name in ("certificate", "certificate_key"):
        option = f"--{name.replace('_', '-')}"
        file: Any = p.options.add_argument(option, metavar=t.meta_file, help=t.help_gateway[name])
        file.complete = offers.files
    _yes(p, t, offers)


def _client(p: Parser, t: Texts, _: Offers) -> None:
    p.positionals.add_argument("client", choices=("kilo",), metavar=t.meta_client, help=t.help_client)


def _connect(p: Parser, t: Texts, offers: Offers) -> None:
    _client(p, t, offers)
    p.options.add_argument("--check", action="store_true", help=t.help_client_check)
    p.options.add_argument("--gateway", action="store_true", help=t.help_gateway["through"])
    p.options.add_argument(
        "--legacy", nargs="?", const="kilo-code-settings.json", metavar=t.meta_file, help=t.help_client_legacy
    )


def _validate(p: Parser, t: Texts, _: Offers) -> None:
    p.options.add_argument("--only", nargs="+", default=(), metavar=t.meta_code, help=t.help_only)
    p.options.add_argument("--fix", nargs="*", default=None, metavar=t.meta_code, help=t.help_fix)
    _yes(p, t, _)


def _uninstall(p: Parser, t: Texts, offers: Offers) -> None:
    _yes(p, t, offers)
    p.options.add_argument("--models", action="store_true", help=t.help_uninstall_models)


def _report(p: Parser, t: Texts, offers: Offers) -> None:
    file: Any = p.positionals.add_argument("file", metavar=t.meta_file, nargs="?", help=t.help_report_file)
    file.complete = offers.files


def _config_show(p: Parser, t: Texts, _: Offers) -> None:
    p.options.add_argument("--origin", action="store_true", help=t.help_origin)


def _completion(p: Parser, t: Texts, _: Offers) -> None:
    p.positionals.add_argument("shell", choices=("bash", "zsh", "fish"), metavar="SHELL", help=t.help_shell)


def _help(p: Parser, t: Texts, _: Offers) -> None:
    p.positionals.add_argument("topic", metavar=t.meta_command, nargs="*", help=t.help_topic)
