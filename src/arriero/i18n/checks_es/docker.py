"""Los textos de las comprobaciones de Docker."""

from arriero.i18n.check_texts import CheckText

CHECKS: dict[str, CheckText] = {
    "docker.program": CheckText(
        title="Orden docker",
        why="Con ella se crean los contenedores de los modelos.",
        seen={
            "present": "{said}",
            "unneeded": "no está instalada, y los ajustes piden modelos sin contenedores",
            "missing": "no está instalada: los modelos se sirven sin contenedores",
            "podman": "`docker` es en realidad Podman ({said})",
            "needed": "no está instalada, y los ajustes piden contenedores",
            "broken": "`docker --version` falla: {said}",
        },
        advice={
            "missing": "./main.sh instalar",
            "podman": "sudo apt remove podman-docker, y después ./main.sh instalar",
            "needed": "./main.sh instalar",
            "broken": "sudo apt install --reinstall docker-ce-cli (o docker.io)",
        },
    ),
    "docker.kind": CheckText(
        title="Tipo de Docker",
        why="El snap y Docker Desktop no pueden dar la tarjeta gráfica; los modelos irían por el procesador.",
        seen={
            "engine": "Docker Engine {version} en {system}",
            "not_installed": "no hay Docker",
            "untold": "el motor no responde",
            "rootless": "Docker sin root: ahí la tarjeta necesita pasos adicionales",
            "desktop": "Docker Desktop ({version}): su máquina virtual no tiene tarjeta gráfica",
            "snap": "Docker del snap ({path}): sin tarjeta gráfica y sin carpetas fuera de tu carpeta personal",
        },
        advice={
            "rootless": "Para la tarjeta, lo sencillo es el Docker del sistema: docker context use default",
            "desktop": "Deja Desktop y usa el motor: ./main.sh instalar, y después docker context use default",
            "snap": "sudo snap remove docker, y después ./main.sh instalar",
        },
    ),
    "docker.installations": CheckText(
        title="Docker instalado una sola vez",
        why="Dos instalaciones tienen dos servicios y dos juegos de imágenes: lo que crea una, la otra no lo ve.",
        seen={
            "one": "{found}",
            "none": "ningún Docker de un paquete",
            "several": "instalado más de una vez: {found}",
        },
        advice={"several": "Quédate con una y quita las demás: sudo apt remove NOMBRE, o sudo snap remove docker"},
    ),
    "docker.address": CheckText(
        title="Qué motor se usa",
        why="Un DOCKER_HOST o un contexto olvidado lleva todo a un motor que no existe, o a otro.",
        seen={
            "usual": "{url}",
            "elsewhere": "{url}, por {origin}",
            "context_unknown": "el contexto elegido no existe: {name}",
            "context_unreadable": "no se puede leer {path}: {detail}",
            "context_dead": "{origin} lleva a {url}, y ahí no hay nada",
            "host_dead": "DOCKER_HOST lleva a {url}, y ahí no hay nada",
            "unusable": "{fault}",
        },
        advice={
            "elsewhere": "Si no es lo que quieres: unset DOCKER_HOST, o docker context use default",
            "context_unknown": "docker context use default",
            "context_unreadable": "Corrige o borra ese archivo; docker lo crea de nuevo",
            "context_dead": "docker context use default",
            "host_dead": "unset DOCKER_HOST, y quita la línea de ~/.bashrc o ~/.profile",
            "unusable": "unset DOCKER_HOST, y después docker context use default",
        },
    ),
    "docker.group": CheckText(
        title="Permisos sobre Docker",
        why="Sin el grupo `docker` cada orden necesitaría sudo, y dejaría archivos de root en tus carpetas.",
        seen={
            "member": "{user} está en el grupo docker",
            "root": "root puede hacerlo todo",
            "unneeded": "aquí no hace falta",
            "untold": "el sistema no dice quién eres",
            "relogin": "{user} está en el grupo docker, pero esta sesión empezó antes",
            "outside": "{user} no está en el grupo docker",
            "no_group": "no existe el grupo docker",
        },
        advice={
            "untold": "",
            "relogin": "Cierra la sesión y vuelve a entrar; mientras tanto: sg docker -c './main.sh'",
            "outside": "sudo usermod -aG docker {user} (quien está en ese grupo puede hacerse root), y vuelve a iniciar sesión",
            "no_group": "sudo groupadd docker && sudo usermod -aG docker {user}, y vuelve a iniciar sesión",
        },
    ),
    "docker.socket": CheckText(
        title="Socket de Docker",
        why="Quien puede escribir en él es root en esta máquina; quien no puede, no puede usar Docker.",
        seen={
            "right": "{path} ({mode})",
            "no_socket": "no hay socket que mirar",
            "root_only": "{path} es del grupo de root: el grupo docker se creó después de arrancar el servicio",
            "open_to_all": "cualquier usuario de esta máquina puede escribir en {path} ({mode})",
            "not_a_socket": "{path} no es un socket: un contenedor dejó una carpeta con ese nombre",
        },
        advice={
            "root_only": "sudo systemctl restart docker.socket docker",
            "open_to_all": "sudo chmod 0660 {path}",
            "not_a_socket": "sudo systemctl stop docker.socket docker; sudo rmdir {path}; sudo systemctl start docker",
        },
    ),
    "docker.daemon": CheckText(
        title="Servicio de Docker",
        why="Ejecuta los contenedores; sin él ninguno sirve.",
        seen={
            "answers": "responde (versión {version})",
            "not_installed": "no está instalado",
            "no_address": "la dirección está mal",
            "closed": "este usuario no puede preguntarle ({socket})",
            "stopped": "no está en marcha: {detail}",
            "failed": "no arranca: {detail}",
            "hangs": "está en marcha y no responde: {detail}",
            "refuses": "a {asked} responde {status}: {detail}",
        },
        advice={
            "closed": "Mira: permisos sobre Docker",
            "stopped": "sudo systemctl enable --now docker",
            "failed": "sudo journalctl -u docker -n 50; después sudo systemctl start docker",
            "hangs": "sudo systemctl restart docker (detiene todos los contenedores un momento)",
            "refuses": "sudo systemctl restart docker (detiene todos los contenedores un momento)",
        },
    ),
    "docker.settings": CheckText(
        title="Ajustes de Docker",
        why="Con un archivo de ajustes que no puede leer, el servicio ya no arranca.",
        seen={
            "right": "{path} se puede leer",
            "absent": "no hay {path}: todo como viene de fábrica",
            "not_json": "{path} no es JSON: {detail}",
            "refused": "el servicio rechaza {path}: {detail}",
            "hosts_twice": "`hosts` está en {path} y en la línea de órdenes del servicio",
        },
        advice={
            "not_json": "./main.sh validar --fix docker.settings, o corrígelo: sudo nano {path}",
            "refused": "./main.sh validar --fix docker.settings, o corrígelo: sudo nano {path}",
            "hosts_twice": "Quita `hosts` de {path}, y después sudo systemctl restart docker",
        },
    ),
    "docker.client": CheckText(
        title="Tu carpeta de Docker",
        why="docker lee ahí sus contextos y cuentas; un solo `sudo docker login` la deja en manos de root.",
        seen={
            "right": "{path} se puede leer",
            "absent": "no hay {path}: todo como viene de fábrica",
            "no_store": "{path} nombra {program}, que no está instalado: las descargas de imágenes fallan",
            "foreign": "{path} es de {owner}, no de {user}",
            "not_json": "{path} no es JSON: {detail}",
        },
        advice={
            "no_store": "Quita `credsStore` de {path}",
            "foreign": "sudo chown -R {user}: {folder}",
            "not_json": "Corrige {path} o apártalo; docker lo crea de nuevo",
        },
    ),
}
