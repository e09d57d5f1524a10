"""Los textos de las comprobaciones de los modelos."""

from arriero.i18n.check_texts import CheckText

CHECKS: dict[str, CheckText] = {
    "models.store": CheckText(
        title="Ficheros de los modelos",
        why="Un modelo a medias o ajeno no se carga, y mientras algo no se pueda leer no se borra nada.",
        seen={
            "sound": "en orden; modelos: {count}",
            "damaged": "dañados o incompletos: {models}",
            "closed": "no te dejan usarlos: {paths}",
        },
        advice={
            "damaged": "./main.sh comprobar --repair",
            "closed": "./main.sh validar --fix models.store",
        },
    ),
    "models.neighbours": CheckText(
        title="Otro Ollama en la misma carpeta",
        why="Al arrancar borra las descargas que llevan una hora paradas.",
        seen={"alone": "ninguno", "shared": "usa también {path} (procesos: {pids})"},
        advice={"shared": "Ponle OLLAMA_NOPRUNE=1, o ciérralo: kill {pids}"},
    ),
    "models.litter": CheckText(
        title="Descargas a medias y restos",
        why="Ocupan disco y no son de ningún modelo.",
        seen={
            "none": "ninguno",
            "unjudged": "no se sabe mientras haya manifiestos que no se pueden leer",
            "half": "{count} ficheros, {size_bytes:size}; hay descargas sin terminar",
            "unused": "{count} ficheros, {size_bytes:size}",
        },
        advice={
            "half": "Para seguir: ./main.sh descargar MODELO; para borrarlas: ./main.sh limpiar",
            "unused": "./main.sh validar --fix models.litter",
        },
    ),
    "models.installed": CheckText(
        title="Modelos instalados",
        why="Sin ninguno no hay nada que activar.",
        seen={"some": "{models}", "none": "ninguno del catálogo"},
        advice={"none": "El mínimo, para probar: ./main.sh demo; el de programar: ./main.sh activar qwen"},
    ),
    "models.outdated": CheckText(
        title="Versiones de los modelos",
        why="Sus autores corrigen pesos y plantillas.",
        seen={
            "current": "al día",
            "nothing": "no hay ninguno instalado",
            "outdated": "hay otra versión de: {models}",
            "unanswered": "no se pudo preguntar: {detail}",
        },
        advice={
            "outdated": "Qué cambia: ./main.sh actualizar --check; para ponerlas: ./main.sh actualizar --all",
            "unanswered": "Con red: ./main.sh actualizar --check",
        },
    ),
}
