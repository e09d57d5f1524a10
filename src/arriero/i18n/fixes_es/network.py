"""Los textos de los arreglos de la red."""

from arriero.i18n.fix_texts import FixText

FIXES: dict[str, FixText] = {
    "network.host_ollama": FixText(
        does={
            "comes": "Impide que el Ollama de la máquina arranque con ella. Sus modelos se quedan.",
            "runs": "Termina el Ollama de la máquina e impide que arranque con ella. Sus modelos se quedan.",
            "open": "Termina el Ollama de la máquina e impide que arranque con ella. Sus modelos se quedan.",
        },
    ),
    "network.exposure": FixText(
        does={
            "ours": "Crea de nuevo {names}, publicados solo en esta máquina.",
        },
        refuses={
            "edited": "los ficheros de Compose se cambiaron a mano; antes: ./main.sh validar --fix compose.files ({paths})",
            "not_asked_for": "nadie se los pidió a Arriero; termínalos con: docker rm -f {names}",
        },
        acts={
            "apply": "crea de nuevo los contenedores {names} como dicen los ajustes",
        },
    ),
    "network.localhost": FixText(
        does={
            "missing": "Escribe localhost en /etc/hosts.",
            "six_only": "Escribe 127.0.0.1 para localhost en /etc/hosts.",
        },
    ),
    "network.proxy": FixText(
        does={
            "own_proxied": "",
            "in_containers": "Deja 127.0.0.1 fuera del proxy en {path}; lo tienen los contenedores que se creen desde ahora.",
        },
        refuses={
            "shell": "solo tú puedes cambiar tu terminal: pon export NO_PROXY=127.0.0.1,localhost y export no_proxy=127.0.0.1,localhost en ~/.profile, y vuelve a iniciar sesión",
        },
    ),
    "network.mtu": FixText(
        does={
            "bigger": "Pone {outside} para las redes de Docker que se creen desde ahora; reinicia Docker.",
        },
        refuses={
            "unreadable": "{path} no es JSON: arréglalo antes con ./main.sh validar --fix docker.settings",
        },
    ),
}
