"""Los textos de los arreglos de Compose."""

from arriero.i18n.fix_texts import FixText

FIXES: dict[str, FixText] = {
    "compose.plugin": FixText(
        does={
            "missing": "Instala el paquete de Compose.",
            "only_first": "Instala el paquete de Compose; el antiguo docker-compose se queda.",
            "too_old": "Actualiza el paquete de Compose.",
            "broken": "Instala de nuevo el paquete de Compose.",
        },
        refuses={
            "no_apt": "esta distribución no tiene apt; instala Docker Compose con su propio gestor de paquetes",
            "first_only": 'esta distribución solo empaqueta Compose 1, que ya no sirve; viene con los paquetes de Docker: ./main.sh instalar, con packages = "official" bajo [docker] en arriero.toml',
        },
    ),
    "compose.first_line": FixText(
        does={
            "first": "Quita el paquete docker-compose.",
        },
        refuses={
            "not_packaged": "{path} no es de un paquete: pip uninstall docker-compose, o borra ese fichero",
        },
    ),
    "compose.files": FixText(
        does={
            "edited": "Crea {paths} de nuevo; lo que escribiste se guarda al lado.",
            "refused": "",
        },
        refuses={
            "override": "está en {path}, que es tuyo: corrígelo o apártalo",
            "foreign_words": "los ficheros de Arriero están como deben; mira .env y la versión de Compose: ./main.sh validar --only compose",
            "checked_in": "son de la propia carpeta de Arriero: git checkout -- {names}",
            "dotenv": "{path} fija lo que fija arriero.toml: quita esas líneas a mano",
        },
        acts={
            "render": "escribe los ficheros de Compose en {folder}",
        },
    ),
}
