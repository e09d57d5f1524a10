"""Los textos de las comprobaciones de los paquetes, de los que viene Docker."""

from arriero.i18n.check_texts import CheckText

CHECKS: dict[str, CheckText] = {
    "docker.sources": CheckText(
        title="Fuentes de paquetes",
        why="Con un sitio anotado dos veces, apt ya no hace nada, o avisa cada vez.",
        seen={
            "right": "{sources}, cada una una vez",
            "no_apt": "no hay fuentes de apt",
            "twice": "{uri} {suite} está en {files}",
            "conflict": "{uri} {suite} está en {files} con claves distintas",
        },
        advice={
            "twice": "./main.sh validar --fix docker.sources aparta el fichero antiguo",
            "conflict": "./main.sh validar --fix docker.sources aparta el fichero antiguo",
        },
    ),
    "docker.keyrings": CheckText(
        title="Claves de las fuentes",
        why="Sin su clave, apt no se fía de una fuente: NO_PUBKEY.",
        seen={
            "right": "{keyrings} se pueden leer",
            "none_named": "ninguna fuente nombra una clave",
            "missing": "{file} nombra {path}, que no existe",
            "closed": "apt no puede leer {path}",
            "empty": "{path} está vacío: su descarga falló",
            "wrong_form": "la terminación de {path} no encaja con su contenido (.asc: texto, .gpg: binario)",
        },
        advice={
            "missing": "./main.sh instalar vuelve a traer las claves de Docker y NVIDIA",
            "closed": "sudo chmod 0644 {path}",
            "empty": "./main.sh instalar vuelve a traer las claves de Docker y NVIDIA",
            "wrong_form": "./main.sh instalar vuelve a traer las claves de Docker y NVIDIA",
        },
    ),
    "docker.suite": CheckText(
        title="Fuente de Docker para esta versión",
        why="Los paquetes de otra versión pueden no instalarse, o quedarse antiguos tras actualizar el sistema.",
        seen={
            "right": "{codename}",
            "no_source": "no se usa la fuente de Docker",
            "other": "{file} nombra {suite}, y este sistema es {codename}",
        },
        advice={
            "other": "./main.sh validar --fix docker.suite",
        },
    ),
    "docker.dpkg": CheckText(
        title="Paquetes a medio instalar",
        why="Mientras una instalación esté cortada, dpkg no hace nada más.",
        seen={
            "right": "ninguno",
            "no_dpkg": "no hay dpkg",
            "half": "{packages}",
            "interrupted": "una instalación quedó cortada",
        },
        advice={
            "half": "sudo dpkg --configure -a",
            "interrupted": "sudo dpkg --configure -a",
        },
    ),
    "docker.apt_lock": CheckText(
        title="Instalaciones en curso",
        why="Mientras otro programa instala, no se puede instalar nada más.",
        seen={
            "free": "ninguna",
            "no_apt": "no hay apt",
            "held": "{name} (pid {pid}) está instalando",
        },
        advice={
            "held": "Espera a que termine",
        },
    ),
}
