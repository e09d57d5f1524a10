"""Los textos de los arreglos de los modelos."""

from arriero.i18n.fix_texts import FixText

FIXES: dict[str, FixText] = {
    "models.store": FixText(does={"closed": "Te devuelve: {paths}"}),
    "models.litter": FixText(
        does={
            "half": "Quita las descargas que nadie ha tocado en una hora. Lo que un modelo necesita se queda.",
            "unused": "Quita los ficheros que no nombra ningún modelo. Lo que un modelo necesita se queda.",
        },
        acts={"prune": "quita {count} ficheros ({size_bytes:size}) de la carpeta de los modelos"},
    ),
}
