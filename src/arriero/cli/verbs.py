"""Every command: its name, its Spanish one, what it takes, and the function that carries it out (imported when called).

In Spanish help the Spanish name stands first; both are always understood.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from arriero.cli import arguments as takes
from arriero.cli.arguments import Offers
from arriero.cli.parser import PROGRAM, Parser
from arriero.i18n import Texts


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


@dataclass(frozen=True)
class Topic:
    """Commands that the help shows under one heading."""

    heading: str
    verbs: tuple[Verb, ...]


def topics(t: Texts) -> tuple[Topic, ...]:
    h = t.help_topics
    return (
        Topic(h["daily"], _daily(t)),
        Topic(h["models"], _models(t)),
        Topic(h["card"], _card(t)),
        Topic(h["clients"], _clients(t)),
        Topic(h["machine"], _machine(t)),
        Topic(h["arriero"], _arriero(t)),
    )


def verbs(t: Texts) -> tuple[Verb, ...]:
    return tuple(verb for topic in topics(t) for verb in topic.verbs)


def _daily(t: Texts) -> tuple[Verb, ...]:
    return (
        Verb("status", "estado", t.help_status, "status:status", takes.status),
        Verb("activate", "activar", t.help_activate, "switching:activate", takes.activate, changes=True),
        Verb("deactivate", "desactivar", t.help_deactivate, "switching:deactivate", takes.slot, changes=True),
        Verb("down", "apagar", t.help_down, "switching:down", changes=True, also=("jugar",)),
        Verb("up", "encender", t.help_up, "switching:up", changes=True),
        Verb("apply", "aplicar", t.help_apply, "switching:apply", takes.yes, changes=True),
        Verb("chat", "probar", t.help_chat, "chat:chat", takes.chat),
        Verb("logs", "registros", t.help_logs, "logs:logs", takes.logs),
    )


def _models(t: Texts) -> tuple[Verb, ...]:
    return (
        Verb("models", "modelos", t.help_models, "models:models"),
        Verb("pull", "descargar", t.help_pull, "versions:pull_model", takes.pull, changes=True),
        Verb("update", "actualizar", t.help_update, "versions:update", takes.update, changes=True),
        Verb("rollback", "revertir", t.help_rollback, "versions:rollback", takes.rollback, changes=True),
        Verb("remove", "borrar", t.help_remove, "files:remove_model", takes.remove, changes=True),
        Verb("import", "importar", t.help_import, "files:import_model", takes.import_, changes=True),
        Verb("export", "exportar", t.help_export, "storage:export_model", takes.export),
        Verb("verify", "comprobar", t.help_verify, "storage:verify", takes.verify, changes=True),
        Verb("prune", "limpiar", t.help_prune, "storage:prune", takes.prune, changes=True),
    )


def _card(t: Texts) -> tuple[Verb, ...]:
    guard = (
        Verb("on", "encender", t.help_guard_on, "guard:on", changes=True),
        Verb("off", "apagar", t.help_guard_off, "guard:off", changes=True),
        Verb("status", "estado", t.help_guard_status, "guard:status"),
    )
    return (
        Verb("plan", "planificar", t.help_plan, "plan:plan", takes.plan),
        Verb("guard", "guardia", t.help_guard, "", parts=guard),
        Verb("bench", "medir", t.help_bench, "measure:bench", takes.bench),
        Verb("accept", "verificar", t.help_accept, "accept:accept"),
    )


def _clients(t: Texts) -> tuple[Verb, ...]:
    g = t.help_gateway
    gateway = (
        Verb("on", "encender", g["gateway on"], "gateway:on", changes=True),
        Verb("off", "apagar", g["gateway off"], "gateway:off", changes=True),
        Verb("status", "estado", g["gateway status"], "gateway:status"),
    )
    keys = (
        Verb("add", "crear", g["keys add"], "gateway:add_key", takes.add_key, changes=True),
        Verb("list", "listar", g["keys list"], "gateway:list_keys"),
        Verb("revoke", "retirar", g["keys revoke"], "gateway:revoke_key", takes.key, changes=True),
    )
    return (
        Verb("connect", "conectar", t.help_connect, "clients:connect", takes.connect, changes=True),
        Verb("disconnect", "desconectar", t.help_disconnect, "clients:disconnect", takes.client, changes=True),
        Verb("gateway", "pasarela", g["gateway"], "", parts=gateway),
        Verb("keys", "claves", g["keys"], "", parts=keys),
        Verb("expose", "exponer", g["expose"], "gateway:expose", takes.expose, changes=True),
    )


def _machine(t: Texts) -> tuple[Verb, ...]:
    return (
        Verb("validate", "validar", t.help_validate, "doctor:validate", takes.validate),
        Verb("install", "instalar", t.help_install, "installing:install", takes.yes, changes=True),
        Verb("uninstall", "desinstalar", t.help_uninstall, "installing:uninstall", takes.uninstall, changes=True),
        Verb("hardware", "equipo", t.help_hardware, "hardware:hardware", takes.status),
        Verb("report", "informe", t.help_report, "report:report", takes.report),
    )


def _arriero(t: Texts) -> tuple[Verb, ...]:
    config = (
        Verb("show", "mostrar", t.help_config_show, "config:show", takes.config_show),
        Verb("validate", "validar", t.help_config_validate, "config:validate"),
    )
    return (
        Verb("demo", "", t.help_demo, "demo:demo", changes=True),
        Verb("config", "", t.help_config, "", parts=config),
        Verb("completion", "completado", t.help_completion, "about:completion", takes.completion),
        Verb("version", "", t.help_about_version, "about:version"),
        Verb("help", "ayuda", t.help_about_help, "about:help_on", takes.help_),
    )


def build_parser(texts: Texts, offers: Offers | None = None, program: str = PROGRAM, first: str = "") -> Parser:
    """The whole grammar, or the part that a line needs whose `first` word is a command: that is sooner there.

    `offers` only for completion scripts.
    """
    parser = Parser(texts=texts, prog=program, description=texts.help_program, epilog=texts.help_epilog, commands=False)
    known = verbs(texts)
    for verb in [verb for verb in known if first in verb.names(texts.language)] or known:
        _add_verb(parser, verb, texts, offers or Offers())
    parser.head_commands({topic.verbs[0].names(texts.language)[0]: topic.heading for topic in topics(texts)})
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
