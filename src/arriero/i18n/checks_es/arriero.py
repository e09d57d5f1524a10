"""Los textos de las comprobaciones del propio Arriero."""

from arriero.i18n.check_texts import CheckText

CHECKS: dict[str, CheckText] = {
    "arriero.environment": CheckText(
        title="Entorno de Python",
        why="Arriero se prueba con las versiones que fija requirements/runtime.txt, y con ninguna otra.",
        seen={
            "in_step": "al día",
            "other_python": "corre con {python}, no con el de main.sh",
            "no_lock": "en {folder} falta la lista de versiones",
            "outdated": "se hizo con otra lista de versiones",
            "incomplete": "a {python} le faltan, o tiene en otra versión: {packages}",
        },
        advice={
            "other_python": "Si no es a propósito, empieza por: ./main.sh",
            "no_lock": "Recupérala: git checkout requirements",
            "outdated": "main.sh lo rehace solo: ./main.sh version",
            "incomplete": "Rehazlo: rm .venv/made-from.txt && ./main.sh version",
        },
    ),
    "arriero.owners": CheckText(
        title="Dueño de nuestros ficheros",
        why="Lo que dejó root no lo puede cambiar ni borrar tu usuario, y las órdenes fallan a medias.",
        seen={"own": "tu usuario", "root": "corre como root", "foreign": "no son tuyos: {paths}"},
        advice={"foreign": "./main.sh validar --fix arriero.owners"},
    ),
    "arriero.key": CheckText(
        title="Clave de la API",
        why="Quien la lea puede usar los modelos desde fuera.",
        seen={
            "kept": "solo la lees tú",
            "none_asked": "no se pide ninguna",
            "readable": "{path} la pueden leer otros usuarios",
            "empty": "{path} está vacío",
            "missing": "no existe {path}",
        },
        advice={
            "readable": "./main.sh validar --fix arriero.key",
            "empty": "Escribe una: openssl rand -hex 32 > {path} && chmod 600 {path}",
            "missing": "Escribe una: openssl rand -hex 32 > {path} && chmod 600 {path}",
        },
    ),
    "arriero.database": CheckText(
        title="Base de datos",
        why="Guarda lo que pediste, lo que pasó y qué versiones hubo; lo que corre se mira siempre de nuevo.",
        seen={
            "sound": "{path}",
            "set_aside": "la que había no servía; se apartó en {moved} y se empezó otra",
            "closed": "{detail}",
        },
        advice={
            "set_aside": "Ya está mendado. Si no quieres guardar la mala: rm {moved}",
            "closed": "Mira de quién es: ls -la {path}*",
        },
    ),
    "arriero.backend": CheckText(
        title="Lo que sirve los modelos",
        why="Si no se le puede preguntar, ninguna orden sabe qué está en marcha.",
        seen={"seen": "{backend} responde", "blind": "{backend}: {detail}"},
        advice={"blind": "Qué le pasa: ./main.sh validar --only docker"},
    ),
    "arriero.processes": CheckText(
        title="Procesos sueltos",
        why="Lo que nadie cuida ocupa memoria y puerto, y nadie lo rearranca si cae.",
        seen={
            "none": "ninguno",
            "undeclared": "corre un motor de {slots}, que ya no está en el catálogo (procesos: {pids})",
            "orphaned": "el motor de {slots} ha perdido a su supervisor (procesos: {pids})",
        },
        advice={
            "undeclared": "./main.sh validar --fix arriero.processes",
            "orphaned": "Para ponerlo de nuevo bajo uno: ./main.sh desactivar {slots} && ./main.sh activar {slots}",
        },
    ),
    "arriero.drift": CheckText(
        title="Lo pedido y lo que hay",
        why="Si no coinciden, tu editor encuentra otra cosa que la que pediste.",
        seen={"in_step": "coinciden", "differs": "no coinciden: {slots}"},
        advice={"differs": "./main.sh validar --fix arriero.drift"},
    ),
}
