"""Los textos de los arreglos de los discos."""

from arriero.i18n.fix_texts import FixText

FIXES: dict[str, FixText] = {
    "storage.models_folder": FixText(
        does={
            "absent": "Crea la carpeta {path}.",
            "closed": "Te devuelve {path}.",
        },
        refuses={
            "shared": "{path} es de {owner}, cuyo servicio escribe ahí; elige otra models_dir en arriero.toml, o entra en su grupo: sudo usermod -aG ollama $USER",
        },
    ),
    "storage.owners": FixText(
        does={
            "foreign": "Devuelve a {user} {count} ficheros en {path}.",
        },
        refuses={
            "shared": "el Ollama de la máquina escribe en {path}, y ya no podría",
        },
    ),
    "storage.swap": FixText(
        does={
            "none": "Crea un fichero de 8 GiB para intercambio, y lo apunta en /etc/fstab.",
        },
        refuses={
            "there": "{path} ya existe: sudo swapon {path}",
            "filesystem": "en {filesystem} un fichero de intercambio necesita otros pasos",
            "no_room": "hacen falta {needed_bytes:size} libres en el disco",
        },
    ),
}
