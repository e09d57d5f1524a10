"""Los textos de los arreglos del propio Arriero."""

from arriero.i18n.fix_texts import FixText

FIXES: dict[str, FixText] = {
    "arriero.owners": FixText(
        does={
            "foreign": "Te devuelve: {paths}",
        },
    ),
    "arriero.key": FixText(
        does={
            "readable": "Deja {path} solo para ti.",
        },
    ),
    "arriero.processes": FixText(
        does={
            "undeclared": "Termina los procesos {pids}, de {slots}.",
        },
    ),
    "arriero.drift": FixText(
        does={
            "differs": "Deja en marcha lo que pediste: {slots}",
        },
        refuses={"nothing": "apply no tiene nada que hacer: lo que difiere no es suyo. Qué es: ./main.sh estado"},
        acts={
            "apply": "./main.sh aplicar: {actions}",
        },
    ),
}
