"""Los textos de las comprobaciones de los discos."""

from arriero.i18n.check_texts import CheckText

CHECKS: dict[str, CheckText] = {
    "storage.space": CheckText(
        title="Espacio",
        why="Con el disco lleno las descargas se cortan y no se puede escribir el estado.",
        seen={
            "roomy": "suficiente en todas partes; donde menos, en {path}: {free_bytes:size} libres",
            "tight": "solo {free_bytes:size} libres para {place} en {path}",
            "full": "sin espacio para {place} en {path}: {free_bytes:size} libres",
        },
        advice={
            "tight": "./main.sh limpiar, o traslada los modelos: models_dir en arriero.toml",
            "full": "./main.sh limpiar, o traslada los modelos: models_dir en arriero.toml",
        },
    ),
    "storage.inodes": CheckText(
        title="Números para ficheros",
        why="Un disco con espacio y sin números también dice `No space left on device`.",
        seen={
            "enough": "quedan {left} en {path}",
            "uncounted": "el sistema de ficheros no los cuenta",
            "few": "solo quedan {left} en {path}",
        },
        advice={
            "few": "Busca qué creó tantos ficheros: sudo du --inodes -x -d2 / | sort -n | tail",
        },
    ),
    "storage.models_folder": CheckText(
        title="Carpeta de los modelos",
        why="Ahí escriben los modelos Arriero y los contenedores.",
        seen={
            "right": "{path}",
            "absent": "{path} se creará con el primer modelo",
            "dangling": "{path} lleva a {target}, que no existe: ¿falta un disco?",
            "not_a_folder": "{path} no es una carpeta",
            "read_only": "{path} está en un sistema de ficheros de solo lectura",
            "closed": "{folder} es de {owner}, y no puedes escribir ahí",
        },
        advice={
            "absent": "mkdir -p {path}",
            "dangling": "Monta ese disco, o mkdir -p {target}",
            "not_a_folder": "Aparta ese fichero, o elige otra models_dir en arriero.toml",
            "read_only": "sudo dmesg | tail: un disco con fallos se monta en solo lectura; o sudo mount -o remount,rw",
            "closed": "./main.sh validar --fix storage.models_folder, o sudo chown -R $USER: {path}",
        },
    ),
    "storage.owners": CheckText(
        title="Dueño de los modelos",
        why="Los ficheros de root, que escriben los contenedores, no los puedes ni actualizar ni borrar.",
        seen={
            "own": "todo es tuyo",
            "unneeded": "no hay nada que mirar",
            "foreign": "{count} ficheros en {path} son de {owner}",
        },
        advice={
            "foreign": "./main.sh validar --fix storage.owners, o sudo chown -R {user}: {path}",
        },
    ),
    "storage.filesystem": CheckText(
        title="Sistema de ficheros de los modelos",
        why="Los modelos son ficheros de muchos GiB, proyectados en memoria y renombrados de una vez.",
        seen={
            "local": "{filesystem} ({point})",
            "untold": "no se puede saber",
            "odd": "{filesystem} ({point}): los ficheros ocupan todo su espacio de golpe, y se pueden perder los dueños",
            "network": "{filesystem} ({point}): cargar un modelo tarda lo que tarde la red, y los bloqueos pueden no valer",
            "memory": "{filesystem} ({point}): los modelos desaparecen al reiniciar, y ocupan memoria",
            "small_files": "{filesystem} ({point}) no admite ficheros de más de 4 GiB",
        },
        advice={
            "odd": "Mejor un disco con ext4, xfs o btrfs: models_dir en arriero.toml",
            "network": "Mejor un disco de esta máquina: models_dir en arriero.toml",
            "memory": "Elige una carpeta en un disco: models_dir en arriero.toml",
            "small_files": "Elige un disco con ext4, xfs o btrfs: models_dir en arriero.toml",
        },
    ),
    "storage.execution": CheckText(
        title="Ejecutar programas",
        why="El entorno de Arriero contiene programas; donde no se pueden ejecutar, no puede servir.",
        seen={
            "allowed": "permitido",
            "tmp_barred": "{point} está montado con noexec: construir paquetes puede fallar",
            "barred": "{path} está en {point}, montado con noexec",
        },
        advice={
            "tmp_barred": "export TMPDIR=~/.cache/tmp (crea antes esa carpeta)",
            "barred": "Mueve la carpeta de Arriero a otro disco, o sudo mount -o remount,exec {point}",
        },
    ),
    "storage.swap": CheckText(
        title="Intercambio",
        why="Donde se acaba la memoria sin intercambio, el núcleo termina el programa mayor: el servidor del modelo.",
        seen={
            "some": "{swap_bytes:size}",
            "unneeded": "no hay, y {memory_bytes:size} de memoria",
            "untold": "el núcleo no lo dice",
            "none": "no hay, con {memory_bytes:size} de memoria",
        },
        advice={
            "none": "./main.sh validar --fix storage.swap crea un fichero de 8 GiB",
        },
    ),
}
