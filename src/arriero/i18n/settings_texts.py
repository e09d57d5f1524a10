"""The settings that the app offers, in words: what each is called and what it does. Loads with its screen alone.

Keys are as `config.schema` has them, with `*` for the names that users choose.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, eq=False, repr=False)
class SettingsTexts:
    """`labels` and `abouts` by key; `groups` by the group's name, where it is no slot. `origins` by where a value is from:
    default, flag, environment, project or user.
    """

    title: str
    hint: str
    groups: Mapping[str, str]
    labels: Mapping[str, str]
    abouts: Mapping[str, str]
    origins: Mapping[str, str]
    values: str
    example: str
    kept: str
    kept_but_flag: str
    typed: str
    pick: str
    unchanged: str


ES = SettingsTexts(
    title="Ajustes",
    hint="enter cambia   supr vuelve a lo de fábrica   esc cierra",
    groups={"app": "La aplicación", "serving": "El motor", "services": "Pasarela y guardia"},
    labels={
        "lang": "Idioma",
        "theme": "Tema",
        "backend": "Quién sirve los modelos",
        "gpu": "Tarjeta gráfica",
        "docker.gpu": "Los contenedores calculan en",
        "models_dir": "Carpeta de los modelos",
        "engine.keep_alive": "Sin uso, en memoria",
        "engine.parallel": "Respuestas a la vez",
        "engine.threads": "Hilos",
        "gateway.port": "Puerto de la pasarela",
        "gateway.keys": "La pasarela pide clave",
        "gateway.pins": "Modelos que no ceden",
        "guard.programs": "Programas con preferencia",
        "slots.*.default_variant": "Variante",
        "slots.*.context": "Contexto (tokens)",
        "slots.*.kv_cache": "Tipo de caché KV",
        "slots.*.speculation": "Borrador especulativo",
        "slots.*.idle_s": "Descargar sin uso (s)",
    },
    abouts={
        "lang": "Idioma de la interfaz. «auto» mira el del sistema.",
        "theme": "Los colores de la aplicación.",
        "backend": "Contenedores de Docker, o el motor integrado. «auto» usa Docker si funciona.",
        "gpu": "Cuál, donde hay varias: su número, su UUID o parte de su nombre. De fábrica, la primera.",
        "docker.gpu": "En qué calculan los contenedores. «auto» mira qué hay, y avisa antes de ir por la CPU.",
        "models_dir": "Dónde están los ficheros de los modelos, como los guarda Ollama.",
        "engine.keep_alive": "Cuánto se queda en memoria un modelo que nadie usa: 5m, 1h, 0 nada, -1 siempre.",
        "engine.parallel": "Cuántas peticiones responde un modelo al mismo tiempo. Cada una ocupa su contexto.",
        "engine.threads": "Hilos del procesador para el motor. 0 los elige según el equipo.",
        "gateway.port": "Puerto de la dirección única para todos los modelos.",
        "gateway.keys": "A quién: solo a otras máquinas («exposed»), o también a esta («always»).",
        "gateway.pins": "Los que la pasarela nunca para por otro, separados por comas.",
        "guard.programs": "A los que la guardia cede la tarjeta mientras corren, separados por comas.",
        "slots.*.default_variant": "Cuál se activa si no se dice otra.",
        "slots.*.context": "Con cuánto contexto arranca. Más contexto es más memoria.",
        "slots.*.kv_cache": "Cómo se guarda el contexto: q8_0 ocupa la mitad que f16, y q4_0 la cuarta parte.",
        "slots.*.speculation": "Adelanta lo que ya está en la pregunta: más rápido al reescribir código en una GPU.",
        "slots.*.idle_s": "Segundos sin peticiones tras los que la pasarela lo quita de la memoria. 0: no lo hace.",
    },
    origins={
        "default": "de fábrica",
        "flag": "opción {place}",
        "environment": "variable {place}",
        "project": "proyecto, {place}",
        "user": "tuyo, línea {line}",
    },
    values="Valores: {choices}",
    example="Por ejemplo: {example}",
    kept="Guardado: {label} = {value}",
    kept_but_flag="Guardado, pero mientras dure esta ejecución manda {place}.",
    typed="Valor nuevo (vacío: como está; -: el de fábrica): ",
    pick="¿Qué ajuste?",
    unchanged="Se queda como estaba.",
)
EN = SettingsTexts(
    title="Settings",
    hint="enter changes   del goes back to the default   esc closes",
    groups={"app": "The app", "serving": "The engine", "services": "Gateway and guard"},
    labels={
        "lang": "Language",
        "theme": "Theme",
        "backend": "What serves the models",
        "gpu": "Graphics card",
        "docker.gpu": "Containers compute on",
        "models_dir": "Folder of the models",
        "engine.keep_alive": "Unused, kept in memory",
        "engine.parallel": "Answers at the same time",
        "engine.threads": "Threads",
        "gateway.port": "Port of the gateway",
        "gateway.keys": "The gateway asks for a key",
        "gateway.pins": "Models that never yield",
        "guard.programs": "Programs that come first",
        "slots.*.default_variant": "Variant",
        "slots.*.context": "Context (tokens)",
        "slots.*.kv_cache": "Type of KV cache",
        "slots.*.speculation": "Speculative draft",
        "slots.*.idle_s": "Unload when unused (s)",
    },
    abouts={
        "lang": "Language of the interface. `auto` asks the system.",
        "theme": "The colours of the app.",
        "backend": "Docker's containers, or the embedded engine. `auto` takes Docker where it works.",
        "gpu": "Which one, where there are several: its number, its UUID or a part of its name. Default: the first.",
        "docker.gpu": "What the containers compute on. `auto` looks, and says so before it takes the CPU.",
        "models_dir": "Where the models' files are, in Ollama's layout.",
        "engine.keep_alive": "How long a model that nobody uses stays in memory: 5m, 1h, 0 not at all, -1 for ever.",
        "engine.parallel": "Requests that one model answers at the same time. Each takes its own context.",
        "engine.threads": "Threads of the processor for the engine. 0 chooses them from the machine.",
        "gateway.port": "Port of the one address for every model.",
        "gateway.keys": "Of whom: only of other machines (`exposed`), or of this one too (`always`).",
        "gateway.pins": "Those that the gateway never stops for another, separated by commas.",
        "guard.programs": "Those that the guard gives the card to while they run, separated by commas.",
        "slots.*.default_variant": "Which one is activated unless another is asked for.",
        "slots.*.context": "How much context it is started with. More context is more memory.",
        "slots.*.kv_cache": "How the context is kept: q8_0 takes half of what f16 does, q4_0 a quarter.",
        "slots.*.speculation": "Drafts what the question already says: faster when code is rewritten on a GPU.",
        "slots.*.idle_s": "Seconds without requests after which the gateway has it unloaded. 0: it does not.",
    },
    origins={
        "default": "default",
        "flag": "option {place}",
        "environment": "variable {place}",
        "project": "project, {place}",
        "user": "yours, line {line}",
    },
    values="Values: {choices}",
    example="For example: {example}",
    kept="Kept: {label} = {value}",
    kept_but_flag="Kept, but for as long as this run lasts {place} counts.",
    typed="New value (empty: as it is; -: the default): ",
    pick="Which setting?",
    unchanged="It stays as it was.",
)


def settings_texts_of(language: str) -> SettingsTexts:
    return {"es": ES, "en": EN}[language]
