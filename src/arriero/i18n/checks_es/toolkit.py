"""Los textos de las comprobaciones del toolkit de contenedores de NVIDIA."""

from arriero.i18n.check_texts import CheckText

_UNNEEDED = "aquí no hace falta: no hay Docker con tarjeta"

CHECKS: dict[str, CheckText] = {
    "toolkit.installed": CheckText(
        title="Toolkit de NVIDIA",
        why="Sin él Docker no puede dar la tarjeta a ningún contenedor.",
        seen={"here": "instalado[[, {version}]]", "unneeded": _UNNEEDED, "missing": "no está instalado"},
        advice={"missing": "Instálalo con: ./main.sh instalar; o a mano: sudo apt install nvidia-container-toolkit"},
    ),
    "toolkit.versions": CheckText(
        title="Paquetes del toolkit",
        why="Desde la 1.18 los cuatro han de ser de la misma versión; si uno se queda atrás, no arranca nada con GPU.",
        seen={
            "same": "todos de la misma versión",
            "unpackaged": "no se instaló con apt",
            "differ": "no son de la misma versión: {packages}",
        },
        advice={"differ": "./main.sh validar --fix toolkit.versions"},
    ),
    "toolkit.daemon": CheckText(
        title="Docker conoce el toolkit",
        why="Docker solo lo busca al arrancar.",
        seen={
            "newer": "Docker arrancó después de instalarlo",
            "unneeded": _UNNEEDED,
            "not_running": "aquí no corre ningún dockerd",
            "older": "Docker arrancó antes de que se instalara y aún no lo ve",
        },
        advice={"older": "./main.sh validar --fix toolkit.daemon"},
    ),
    "toolkit.specification": CheckText(
        title="Especificación CDI",
        why="Dice a Docker qué ficheros de la tarjeta dar a un contenedor; si es de otro controlador, el contenedor no arranca.",
        seen={
            "current": "al día ({version})",
            "unneeded": _UNNEEDED,
            "before_cdi": "este toolkit aún no la escribe",
            "absent": "falta {path}",
            "stale": "{path} es del controlador {named}, y corre el {version}",
        },
        advice={
            "absent": "./main.sh validar --fix toolkit.specification",
            "stale": "./main.sh validar --fix toolkit.specification",
        },
    ),
    "toolkit.handmade": CheckText(
        title="CDI escrita a mano",
        why="Nadie renueva /etc/cdi/nvidia.yaml: tras actualizar el controlador nombra ficheros que ya no están.",
        seen={
            "none": "no hay",
            "unneeded": _UNNEEDED,
            "shadows": "{path} se lee junto a la que el toolkit mantiene",
            "stale": "{path} es de otro controlador ({named})",
        },
        advice={
            "shadows": "./main.sh validar --fix toolkit.handmade",
            "stale": "./main.sh validar --fix toolkit.handmade",
        },
    ),
    "toolkit.runtime": CheckText(
        title="Runtime «nvidia»",
        why="Si daemon.json nombra un runtime que no está, Docker no arranca contenedores con él.",
        seen={
            "registered": "registrado en {path}",
            "unused": "no se usa, ni hace falta",
            "program_missing": "{path} lo registra, pero no está su programa ({program})",
            "default_unknown": "{path} lo pone por defecto sin registrarlo",
        },
        advice={
            "program_missing": "Instala el toolkit (sudo apt install nvidia-container-toolkit) o quítalo de {path}; y después: sudo systemctl restart docker",
            "default_unknown": "sudo nvidia-ctk runtime configure --runtime=docker && sudo systemctl restart docker",
        },
    ),
    "toolkit.cgroups": CheckText(
        title="Permisos del toolkit",
        why="Con no-cgroups el contenedor recibe la tarjeta sin permiso para usarla y Ollama se va a la CPU.",
        seen={
            "set_up": "el toolkit los pone",
            "for_rootless": "no los pone, como pide Docker sin root",
            "absent": "no hay config.toml del toolkit",
            "left_out": "{path} tiene no-cgroups = true, y Docker corre como root",
            "not_toml": "{path} no es TOML válido: {detail}",
        },
        advice={
            "left_out": "./main.sh validar --fix toolkit.cgroups",
            "not_toml": "Corrígelo, o escríbelo de nuevo con: sudo nvidia-ctk config default --output={path}",
        },
    ),
}
