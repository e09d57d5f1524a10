"""Los textos de las comprobaciones de Docker."""

from arriero.i18n.check_texts import CheckText
from arriero.i18n.checks_es import packages

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
            "context_unreadable": "Corrige o borra ese fichero; docker lo crea de nuevo",
            "context_dead": "docker context use default",
            "host_dead": "unset DOCKER_HOST, y quita la línea de ~/.bashrc o ~/.profile",
            "unusable": "unset DOCKER_HOST, y después docker context use default",
        },
    ),
    "docker.group": CheckText(
        title="Permisos sobre Docker",
        why="Sin el grupo `docker` cada orden necesitaría sudo, y dejaría ficheros de root en tus carpetas.",
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
        why="Con un fichero de ajustes que no puede leer, el servicio ya no arranca.",
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
    "docker.namespaces": CheckText(
        title="Espacios de nombres de Docker sin root",
        why="Sin un espacio de nombres propio, un servicio sin root no arranca.",
        seen={
            "right": "permitidos",
            "not_rootless": "no hay Docker sin root",
            "no_sub_ids": "{user} no tiene un rango de 65536 números en /etc/subuid",
            "restricted": "AppArmor impide a {path} crear uno",
        },
        advice={
            "no_sub_ids": "sudo usermod --add-subuids 100000-165535 --add-subgids 100000-165535 {user}",
            "restricted": "sudo apt install docker-ce-rootless-extras, que trae un perfil; o usa el Docker del sistema",
        },
    ),
    "docker.release": CheckText(
        title="Versión de Docker",
        why="El motor, Compose y Arriero necesitan una versión de la API en común.",
        seen={
            "current": "{version} (API {api})",
            "no_engine": "no hay motor al que preguntar",
            "aged": "{version} funciona, pero ya no recibe correcciones",
            "narrow": "{version} rechaza la API anterior a {oldest_api}: programas más antiguos (Portainer, Traefik) no pueden hablar con él",
            "too_old": "{fault}",
            "too_new": "{fault}",
        },
        advice={
            "aged": "sudo apt update && sudo apt upgrade, o ./main.sh instalar para los paquetes de Docker",
            "narrow": "sudo apt update && sudo apt upgrade (la 29.3 lo corrige)",
            "too_old": "./main.sh instalar trae uno actual",
            "too_new": "Actualiza Arriero",
        },
    ),
    "docker.boot": CheckText(
        title="Docker tras reiniciar",
        why="Los contenedores que deben seguir hasta que se detengan vuelven con el servicio, o no vuelven.",
        seen={
            "comes": "vuelve ({state})",
            "no_engine": "no hay motor al que preguntar",
            "no_unit": "no hay servicio de systemd",
            "stays_away": "no vuelve: el servicio está {state}",
        },
        advice={"stays_away": "sudo systemctl enable docker"},
    ),
    "docker.warnings": CheckText(
        title="Avisos del propio Docker",
        why="El motor es quien mejor sabe qué falta en su máquina, y si un extraño podría darle órdenes.",
        seen={
            "none": "ninguno",
            "no_engine": "no hay motor al que preguntar",
            "some": "{detail}",
            "no_forwarding": "{detail}: los contenedores no tienen red",
            "open_api": "quien alcance esta máquina puede hacerse root en ella: {detail}",
        },
        advice={
            "some": "",
            "no_forwarding": "sudo sysctl -w net.ipv4.ip_forward=1",
            "open_api": "Quita `tcp://` de `hosts` en /etc/docker/daemon.json, o usa TLS: docs.docker.com/engine/security/protect-access",
        },
    ),
    "docker.disk": CheckText(
        title="Espacio para imágenes",
        why="La imagen de Ollama ocupa unos seis GiB mientras se desempaqueta; con el disco lleno fallan también los contenedores.",
        seen={
            "roomy": "{free_bytes:size} libres en {path}",
            "unseen": "las carpetas del motor no se ven desde aquí",
            "tight": "solo {free_bytes:size} libres en {path}",
            "full": "{path} está lleno ({free_bytes:size} libres)",
        },
        advice={
            "tight": "docker system df muestra qué ocupa; docker image prune libera una parte",
            "full": "docker image prune; docker builder prune",
        },
    ),
    "docker.cgroups": CheckText(
        title="Grupos de control",
        why="Con el controlador de systemd y un Docker anterior, `systemctl daemon-reload` quita la tarjeta a los contenedores en marcha.",
        seen={
            "second": "versión 2, controlador {driver}",
            "no_engine": "no hay motor al que preguntar",
            "first": "versión {version}, controlador {driver}: Docker va a abandonarla",
            "loses_card": "controlador {driver} con Docker {release}: un daemon-reload quita la tarjeta a los contenedores",
        },
        advice={
            "first": "Arranca el sistema con la versión 2 (systemd.unified_cgroup_hierarchy=1)",
            "loses_card": "Docker 29.2 o posterior, o ./main.sh validar --fix docker.cgroups",
        },
    ),
    "docker.open_files": CheckText(
        title="Ficheros abiertos en los contenedores",
        why="Con 1024, un servidor con muchas conexiones falla con `too many open files`.",
        seen={
            "enough": "suficientes",
            "no_engine": "no hay motor al que preguntar",
            "no_unit": "no hay servicio de systemd al que preguntar",
            "few": "{limit} de partida",
        },
        advice={
            "few": "Solo si aparece `too many open files` en los registros: sudo systemctl edit containerd, LimitNOFILE=524288"
        },
    ),
    "docker.logs": CheckText(
        title="Tamaño de los registros de los contenedores",
        why="Sin límite llenan el disco con los meses.",
        seen={
            "limited": "limitado ({driver})",
            "no_engine": "no hay motor al que preguntar",
            "endless": "{driver} sin límite",
        },
        advice={"endless": "./main.sh validar --fix docker.logs"},
    ),
    "docker.networks": CheckText(
        title="Redes",
        why="Cada proyecto toma un rango de direcciones; cuando se acaban, no arranca ningún contenedor nuevo.",
        seen={
            "enough": "{networks}, y sitio para {left} más",
            "no_engine": "no hay motor al que preguntar",
            "few": "{networks}, y sitio solo para {left} más",
            "used_up": "{networks}: no queda ningún rango de direcciones",
        },
        advice={"few": "docker network prune", "used_up": "docker network prune"},
    ),
    "docker.names": CheckText(
        title="Nombres de los contenedores",
        why="Dos contenedores no pueden llamarse igual; el de un extraño impide crear el nuestro.",
        seen={
            "free": "libres",
            "no_engine": "no hay motor al que preguntar",
            "taken": "los tienen contenedores que no son de Arriero: {names}[[ (proyectos: {projects})]]",
        },
        advice={"taken": "Si no los necesitas: docker rm -f NOMBRE; o cámbiales el nombre: docker rename NOMBRE OTRO"},
    ),
    "docker.orphans": CheckText(
        title="Contenedores de ningún modelo",
        why="Ocupan puertos y memoria, y ninguna orden de Arriero los detiene.",
        seen={
            "none": "ninguno",
            "no_engine": "no hay motor al que preguntar",
            "some": "{names}",
        },
        advice={"some": "./main.sh validar --fix docker.orphans"},
    ),
    "docker.volume": CheckText(
        title="Volumen de los contenedores",
        why="Por él ven los contenedores los modelos; si lleva a otro sitio lo descargan todo otra vez, o no arrancan.",
        seen={
            "right": "{volume} lleva a {bound}",
            "none": "se creará con el primer contenedor",
            "no_engine": "no hay motor al que preguntar",
            "foreign": "{volume} es del proyecto {project}",
            "elsewhere": "{volume} lleva a {bound}, y los modelos están en {wanted}",
            "gone": "{volume} lleva a {bound}, y esa carpeta no existe",
        },
        advice={
            "foreign": "Dale otro nombre al conjunto: docker.project en arriero.toml",
            "elsewhere": "./main.sh apagar, y después docker volume rm {volume}: los ficheros de una carpeta enlazada se quedan",
            "gone": "mkdir -p {bound}",
        },
    ),
    "docker.stopping": CheckText(
        title="Parada de contenedores",
        why="A un contenedor al que no se puede pedir que termine se le mata a los diez segundos, en mitad de una respuesta.",
        seen={
            "right": "nada rechazado",
            "no_engine": "no hay motor al que preguntar",
            "no_apparmor": "no hay AppArmor",
            "unseen": "no se puede leer el registro del núcleo",
            "denied": "AppArmor impide a Docker {version} detener contenedores: {detail}",
        },
        advice={"denied": "sudo apt update && sudo apt upgrade, y reinicia la máquina"},
    ),
    "docker.image": CheckText(
        title="Imagen de los contenedores",
        why="Sin ella el primer arranque descarga varios GiB; un contenedor sigue con aquella de la que se creó.",
        seen={
            "here": "{image} ({size_bytes:size})",
            "unneeded": "ahora no hace falta",
            "behind": "{names} usan una imagen anterior a la que ahora es {image}",
            "missing": "{image} no está aquí",
            "needed": "{image} no está aquí, y los ajustes piden contenedores",
        },
        advice={
            "behind": "./main.sh apagar, y después ./main.sh encender",
            "missing": "docker pull {image}",
            "needed": "docker pull {image}",
        },
    ),
    **packages.CHECKS,
}
