"""Los textos de los arreglos de Docker."""

from arriero.i18n.fix_texts import FixText

FIXES: dict[str, FixText] = {
    "docker.address": FixText(
        does={
            "context_unknown": "Vuelve al motor de la propia máquina.",
            "context_dead": "Vuelve al motor de la propia máquina.",
            "host_dead": "",
        },
        refuses={
            "shell": "solo tú puedes cambiar tu terminal: quita la línea de ~/.bashrc o ~/.profile, y abre una terminal nueva",
        },
    ),
    "docker.group": FixText(
        does={
            "outside": "Añade {user} al grupo docker. Quien está en él puede hacerse root en esta máquina.",
            "no_group": "Crea el grupo docker y añade a {user}. Quien está en él puede hacerse root en esta máquina.",
            "relogin": "",
        },
        refuses={
            "relogin": "cierra la sesión y vuelve a entrar; mientras tanto: sg docker -c './main.sh'",
        },
    ),
    "docker.socket": FixText(
        does={
            "open_to_all": "Deja {path} solo para root y el grupo docker.",
            "root_only": "Hace que se cree de nuevo el socket, para el grupo docker. Los contenedores paran y vuelven a arrancar.",
            "not_a_socket": "Quita la carpeta vacía {path} y arranca Docker de nuevo.",
        },
    ),
    "docker.settings": FixText(
        does={
            "not_json": "Escribe {path} de nuevo con lo que se entiende de él; el texto antiguo se guarda al lado. Reinicia Docker.",
            "refused": "Quita de {path} lo que el servicio no conoce, y reinicia Docker.",
            "hosts_twice": "Quita `hosts` de {path}: ya está en la línea de órdenes del servicio. Reinicia Docker.",
        },
        refuses={
            "unknown": "lo que el servicio objeta lo tienes que decidir tú: {detail}",
        },
    ),
    "docker.daemon": FixText(
        does={
            "stopped": "Arranca el servicio de Docker, ahora y con la máquina.",
            "failed": "Deja que el servicio de Docker lo intente otra vez, ahora y con la máquina.",
            "hangs": "Reinicia el servicio de Docker. Los contenedores paran y vuelven a arrancar.",
            "refuses": "Reinicia el servicio de Docker. Los contenedores paran y vuelven a arrancar.",
        },
        refuses={
            "settings_first": "no puede leer {path}; antes: ./main.sh validar --fix docker.settings",
        },
    ),
    "docker.client": FixText(
        does={
            "foreign": "Devuelve {folder} a {user}.",
            "no_store": "Quita {program} de {path}.",
            "not_json": "Aparta {path}; docker lo crea de nuevo. Después hay que elegir otra vez contexto y cuentas.",
        },
    ),
    "docker.namespaces": FixText(
        does={
            "no_sub_ids": "Da a {user} un rango de 65536 números.",
        },
    ),
    "docker.sources": FixText(
        does={
            "conflict": "Aparta el fichero antiguo; al lado queda una copia que apt no lee.",
            "twice": "Aparta el fichero antiguo; al lado queda una copia que apt no lee.",
        },
        refuses={
            "mixed": "cada uno de estos ficheros nombra también otros sitios; quita a mano la línea doble: {files}",
        },
    ),
    "docker.keyrings": FixText(
        does={
            "closed": "Deja que apt lea {path}.",
        },
    ),
    "docker.suite": FixText(
        does={
            "other": "Escribe {codename} en lugar de {suite} en {file}, y hace que apt mire de nuevo.",
        },
    ),
    "docker.dpkg": FixText(
        does={
            "half": "Termina la instalación de {packages}.",
            "interrupted": "Termina la instalación que quedó cortada.",
        },
    ),
    "docker.boot": FixText(
        does={
            "stays_away": "Hace que Docker arranque con la máquina.",
        },
    ),
    "docker.cgroups": FixText(
        does={
            "loses_card": "Hace que Docker delimite él mismo los contenedores, y lo reinicia; los contenedores paran y vuelven a arrancar.",
        },
        refuses={
            "unreadable": "{path} no es JSON: arréglalo antes con ./main.sh validar --fix docker.settings",
        },
    ),
    "docker.logs": FixText(
        does={
            "endless": "Limita los registros a tres ficheros de 10 MB en {path}, para los contenedores que se creen desde ahora; reinicia Docker.",
        },
        refuses={
            "unreadable": "{path} no es JSON: arréglalo antes con ./main.sh validar --fix docker.settings",
        },
    ),
    "docker.networks": FixText(
        does={
            "few": "Quita las redes que no usa ningún contenedor.",
            "used_up": "Quita las redes que no usa ningún contenedor.",
        },
    ),
    "docker.orphans": FixText(
        does={
            "some": "Detiene y quita {names}. Los modelos no se tocan.",
        },
    ),
    "docker.volume": FixText(
        does={
            "gone": "Crea la carpeta {bound}.",
            "elsewhere": "Quita el volumen {volume}, que solo es un nombre para {bound}; se crea de nuevo para {wanted}.",
        },
        refuses={
            "holds_files": "{volume} contiene ficheros propios en {path}, que se irían con él; cópialos antes",
            "used": "lo usan contenedores; antes: ./main.sh apagar ({names})",
        },
    ),
    "docker.image": FixText(
        does={
            "missing": "Descarga {image}.",
            "needed": "Descarga {image}.",
        },
        acts={
            "pull": "descarga la imagen {image}",
        },
    ),
}
