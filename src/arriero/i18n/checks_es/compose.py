"""Los textos de las comprobaciones de Compose."""

from arriero.i18n.check_texts import CheckText

CHECKS: dict[str, CheckText] = {
    "compose.plugin": CheckText(
        title="Docker Compose",
        why="Levanta los contenedores igual que `docker compose up` a mano.",
        seen={
            "right": "{version}",
            "unneeded": "aquí no hace falta",
            "missing": "docker no tiene el complemento de Compose",
            "only_first": "solo está el antiguo docker-compose ({version})",
            "too_old": "{version} es demasiado antiguo; el más antiguo que funciona es {oldest}",
            "broken": "falla: {detail}",
        },
        advice={
            "missing": "sudo apt install docker-compose-plugin (en los paquetes de Ubuntu: docker-compose-v2)",
            "only_first": "sudo apt install docker-compose-plugin (en los paquetes de Ubuntu: docker-compose-v2)",
            "too_old": "sudo apt update && sudo apt install docker-compose-plugin (o docker-compose-v2)",
            "broken": "sudo apt install --reinstall docker-compose-plugin (o docker-compose-v2)",
        },
    ),
    "compose.first_line": CheckText(
        title="docker-compose antiguo",
        why="La versión 1 falla con contenedores creados por las posteriores: KeyError: 'ContainerConfig'.",
        seen={
            "none": "no hay",
            "newer": "docker-compose es la versión {version}",
            "first": "docker-compose {version} está en {path}; usa `docker compose`, con espacio",
        },
        advice={"first": "sudo apt remove docker-compose, o pip uninstall docker-compose"},
    ),
    "compose.files": CheckText(
        title="Ficheros de Compose",
        why="De ellos se crean los contenedores; Arriero no sobrescribe lo que se cambió a mano.",
        seen={
            "right": "en orden ({folder})",
            "absent": "aún no hay",
            "unjudged": "aquí no hay quien los juzgue",
            "edited": "cambiados a mano: {paths}",
            "refused": "Compose los rechaza: {detail}",
        },
        advice={
            "edited": "Para crearlos de nuevo: ./main.sh validar --fix compose.files (los antiguos se guardan al lado)",
            "refused": "./main.sh validar --fix compose.files, o corrígelos a mano",
        },
    ),
}
