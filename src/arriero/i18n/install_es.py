"""Los textos de los pasos de la instalación: qué mira cada uno y qué ve."""

from arriero.i18n.check_texts import CheckText

CHECKS: dict[str, CheckText] = {
    "install.distribution": CheckText(
        title="Distribución",
        why="Los paquetes se instalan con apt.",
        seen={"apt": "{name}", "no_apt": "{name}: sin apt, lo que falte hay que instalarlo a mano"},
    ),
    "install.driver": CheckText(
        title="Controlador de NVIDIA",
        why="Sin él los modelos van en la CPU, muchas veces más despacio.",
        seen={
            "no_card": "no hay tarjeta de NVIDIA: los modelos irán en la CPU",
            "works": "{said}",
            "missing": "hay una tarjeta de NVIDIA y falta su controlador",
            "broken": "el controlador está instalado y no responde: {said}",
        },
        advice={"missing": "./main.sh instalar", "broken": "./main.sh validar --only gpu"},
    ),
    "install.docker": CheckText(
        title="Docker y Compose",
        why="Cada modelo vive en un contenedor.",
        seen={
            "there": "{docker}, Compose {compose}",
            "missing": "Docker no está instalado",
            "no_compose": "{docker}, pero falta Compose",
            "stopped": "instalado, pero no responde: {detail}",
            "unusable": "{detail}",
        },
        advice={
            "missing": "./main.sh instalar",
            "no_compose": "./main.sh instalar",
            "stopped": "./main.sh instalar",
            "unusable": "./main.sh validar --only docker",
        },
    ),
    "install.group": CheckText(
        title="Permiso para usar Docker",
        why="Sin estar en el grupo docker, cada orden necesitaría sudo. Ojo: ese grupo equivale a ser root.",
        seen={
            "root": "eres root",
            "member": "{user} puede usarlo",
            "outside": "{user} no está en el grupo docker",
            "relogin": "{user} ya está en el grupo docker, pero esta sesión empezó antes",
            "no_account": "el usuario {uid} no tiene cuenta en este equipo",
        },
        advice={
            "outside": "./main.sh instalar",
            "relogin": "Cierra la sesión y vuelve a entrar.",
            "no_account": "Crea la cuenta con: sudo adduser NOMBRE",
        },
    ),
    "install.toolkit": CheckText(
        title="GPU en contenedores (NVIDIA Container Toolkit)",
        why="Docker lo necesita para dar la tarjeta a un contenedor.",
        seen={
            "no_card": "no hay tarjeta de NVIDIA",
            "there": "instalado",
            "missing": "no está instalado",
            "not_restarted": "instalado, pero Docker arrancó antes y aún no lo conoce",
        },
        advice={"missing": "./main.sh instalar", "not_restarted": "sudo systemctl restart docker"},
    ),
    "install.image": CheckText(
        title="Imagen de Ollama",
        why="De ella se hacen los contenedores.",
        seen={
            "there": "{image}",
            "missing": "{image} no está descargada",
            "no_engine": "{image}: aún no hay Docker al que preguntar",
        },
        advice={"missing": "./main.sh instalar", "no_engine": "./main.sh instalar"},
    ),
    "install.folders": CheckText(
        title="Carpetas",
        why="Guardan los modelos, los registros y los ficheros de Compose.",
        seen={"there": "{paths}", "missing": "faltan: {paths}", "closed": "{user} no puede escribir en {paths}"},
        advice={"missing": "./main.sh instalar", "closed": "./main.sh instalar"},
    ),
    "install.compose": CheckText(
        title="Ficheros de Compose",
        why="Con ellos se manejan los contenedores, también a mano.",
        seen={"there": "en {folder}", "missing": "en {folder} faltan {names}"},
        advice={"missing": "./main.sh instalar"},
    ),
    "install.model": CheckText(
        title="Primer modelo",
        why="Al terminar, algo responde.",
        seen={
            "active": "{slot} responde en {url}",
            "inactive": "ninguno activo; el primero sería {slot} ({reference})",
        },
        advice={"inactive": "./main.sh activar {slot}"},
    ),
}
