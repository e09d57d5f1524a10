"""What is told of the gateway and its keys, in both languages. Loads only where there is something to tell of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, eq=False, repr=False)
class GatewayTexts:
    """`actions`: what was done, `planned`: what would be, by `GatewayOutcome.action`; `states` by `GatewayStatus.state`,
    `key_states` by `KeyStatus.state`."""

    states: Mapping[str, str]
    actions: Mapping[str, str]
    planned: Mapping[str, str]
    memory: str
    busy: str
    loading: str
    stale: str
    resting: str
    keys: str
    log: str
    exposed: str
    would_expose: str
    fingerprint: str
    models: str
    holders: str
    not_on: str
    unexposed: str
    would_unexpose: str
    key_made: str
    key_would: str
    key_how: str
    key_line: str
    key_states: Mapping[str, str]
    all_slots: str
    no_keys: str
    revoked: str
    would_revoke: str


ES = GatewayTexts(
    states={
        "on": "Pasarela: en marcha en {url}[[ (proceso {pid})]]",
        "starting": "Pasarela: arrancando en {url}",
        "failed": "Pasarela: se ha caído y ya no se rearranca sola[[ ({last_exit})]]. Para rearrancarla: ./main.sh pasarela encender",
        "off": "Pasarela: apagada. Para encenderla: ./main.sh pasarela encender",
    },
    actions={
        "start": "Pasarela encendida.",
        "restart": "Pasarela rearrancada con los ajustes de ahora.",
        "stop": "Pasarela apagada. Los modelos activos siguen en sus puertos.",
        "nothing": "No había nada que hacer.",
    },
    planned={
        "start": "Se encendería la pasarela.",
        "restart": "Se rearrancaría la pasarela con los ajustes de ahora.",
        "stop": "Se apagaría la pasarela.",
        "nothing": "No habría nada que hacer.",
    },
    memory="Memoria: {memory_bytes:size}",
    busy="Peticiones en curso: {flying}; a la espera de su modelo: {waiting}",
    loading="Cargando: {loading}",
    stale="Va con ajustes de antes. Para ponerla al día: ./main.sh pasarela encender",
    resting="Todo se apagó para jugar ({resting_since:moment}): no carga nada hasta ./main.sh encender",
    keys="Claves que valen: {keys}",
    log="Lo que va diciendo: {log}",
    exposed="Abierta a otras máquinas: {urls}",
    would_expose="Se abriría a otras máquinas: {urls}",
    fingerprint="Certificado: {certificate}[[; huella SHA-256: {fingerprint}]]",
    models="Lo que se podrá usar desde allí: {models}",
    holders="Con estas claves: {keys}",
    not_on="La pasarela está apagada; lo hará cuando se encienda: ./main.sh pasarela encender",
    unexposed="La pasarela solo responde a esta máquina.",
    would_unexpose="La pasarela volvería a responder solo a esta máquina.",
    key_made="Clave «{name}» para {slots}[[, hasta {expires_at:moment}]]. Cópiala ahora: no se vuelve a mostrar.",
    key_would="Se crearía la clave «{name}» para {slots}[[, hasta {expires_at:moment}]].",
    key_how="Se envía como «Authorization: Bearer CLAVE» o «x-api-key: CLAVE».",
    key_line="{name}: {state}, para {slots}, creada {created_at:moment}[[, hasta {expires_at:moment}]]",
    key_states={"holds": "vale", "expired": "caducada", "revoked": "retirada"},
    all_slots="todos los slots",
    no_keys="No hay claves. Para crear una: ./main.sh claves crear NOMBRE",
    revoked="La clave «{name}» ya no vale.",
    would_revoke="La clave «{name}» dejaría de valer.",
)
EN = GatewayTexts(
    states={
        "on": "Gateway: on at {url}[[ (process {pid})]]",
        "starting": "Gateway: starting at {url}",
        "failed": "Gateway: it crashed and is not restarted any more[[ ({last_exit})]]. To start it again: ./main.sh gateway on",
        "off": "Gateway: off. To start it: ./main.sh gateway on",
    },
    actions={
        "start": "Gateway started.",
        "restart": "Gateway started again with today's settings.",
        "stop": "Gateway ended. Active models stay on their ports.",
        "nothing": "There was nothing to do.",
    },
    planned={
        "start": "The gateway would be started.",
        "restart": "The gateway would be started again with today's settings.",
        "stop": "The gateway would be ended.",
        "nothing": "There would be nothing to do.",
    },
    memory="Memory: {memory_bytes:size}",
    busy="Requests under way: {flying}; waiting for their model: {waiting}",
    loading="Loading: {loading}",
    stale="It runs with earlier settings. To bring it up to date: ./main.sh gateway on",
    resting="Everything was stopped for a game ({resting_since:moment}): it loads nothing until ./main.sh up",
    keys="Keys that hold: {keys}",
    log="What it says: {log}",
    exposed="Open to other machines: {urls}",
    would_expose="It would be open to other machines: {urls}",
    fingerprint="Certificate: {certificate}[[; SHA-256 fingerprint: {fingerprint}]]",
    models="What can be used from there: {models}",
    holders="With these keys: {keys}",
    not_on="The gateway is off; it will do so once it is started: ./main.sh gateway on",
    unexposed="The gateway answers this machine only.",
    would_unexpose="The gateway would answer this machine only, again.",
    key_made='Key "{name}" for {slots}[[, until {expires_at:moment}]]. Copy it now: it is not shown again.',
    key_would='The key "{name}" would be made for {slots}[[, until {expires_at:moment}]].',
    key_how='It is sent as "Authorization: Bearer KEY" or "x-api-key: KEY".',
    key_line="{name}: {state}, for {slots}, made {created_at:moment}[[, until {expires_at:moment}]]",
    key_states={"holds": "holds", "expired": "expired", "revoked": "revoked"},
    all_slots="all slots",
    no_keys="There are no keys. To make one: ./main.sh keys add NAME",
    revoked='The key "{name}" does not hold any more.',
    would_revoke='The key "{name}" would not hold any more.',
)


def gateway_texts(language: str) -> GatewayTexts:
    return {"es": ES, "en": EN}[language]
