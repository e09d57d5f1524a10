"""Los textos de las comprobaciones de la red."""

from arriero.i18n.check_texts import CheckText

CHECKS: dict[str, CheckText] = {
    "network.ports": CheckText(
        title="Puertos de los modelos",
        why="Cada modelo tiene su puerto, que conocen los editores; quien lo ocupa impide que el modelo arranque.",
        seen={
            "free_or_ours": "libres, o de Arriero",
            "ollama": "el Ollama de la máquina ocupa {port} ({holders})",
            "container": "el contenedor {container} ocupa {port} ({holders})",
            "program": "ocupados: {holders}",
            "unseen": "ocupados por alguien que no se deja ver: {holders}",
        },
        advice={
            "ollama": "./main.sh validar --fix network.host_ollama, u otro puerto en arriero.toml",
            "container": "docker stop {container}, u otro puerto en arriero.toml",
            "program": "Termina ese programa, o da otro puerto al modelo en arriero.toml",
            "unseen": "sudo ss -ltnp 'sport = :{port}' muestra quién es",
        },
    ),
    "network.host_ollama": CheckText(
        title="El Ollama de la máquina",
        why="Quiere el puerto del primer modelo, y la misma tarjeta gráfica.",
        seen={
            "none": "no hay",
            "rests": "instalado, y no molesta (puerto {port})",
            "comes": "ahora descansa, y toma el puerto {port} en el próximo arranque",
            "runs": "está en marcha en el puerto {port}",
            "open": "está en marcha en el puerto {port}, y lo puede usar toda la red",
        },
        advice={
            "comes": "sudo systemctl disable ollama",
            "runs": "Si no lo necesitas: sudo systemctl disable --now ollama",
            "open": "sudo systemctl disable --now ollama, o pon OLLAMA_HOST=127.0.0.1 con sudo systemctl edit ollama",
        },
    ),
    "network.exposure": CheckText(
        title="Modelos abiertos a la red",
        why="Ollama no pide clave: quien alcance el puerto usa tu tarjeta y puede borrar modelos.",
        seen={
            "closed": "solo en esta máquina",
            "no_engine": "no hay motor al que preguntar",
            "ours": "se puede llegar desde la red a {names}[[; {firewall} no lo impide]]",
            "theirs": "contenedores que no son de Arriero sirven modelos a la red: {names}[[; {firewall} no lo impide]]",
        },
        advice={
            "ours": "./main.sh validar --fix network.exposure",
            "theirs": "Publícalos como 127.0.0.1:PUERTO:11434",
        },
    ),
    "network.localhost": CheckText(
        title="El nombre localhost",
        why="Los puertos de los modelos están en 127.0.0.1; a un cliente que toma localhost por ::1 se le rechaza.",
        seen={
            "four": "es 127.0.0.1",
            "missing": "no está en /etc/hosts",
            "six_only": "solo es ::1",
        },
        advice={
            "missing": "echo '127.0.0.1 localhost' | sudo tee -a /etc/hosts",
            "six_only": "./main.sh validar --fix network.localhost; o escribe 127.0.0.1 en cada dirección",
        },
    ),
    "network.proxy": CheckText(
        title="Proxy",
        why="Las preguntas a 127.0.0.1 que pasan por un proxy nunca llegan a los modelos.",
        seen={
            "none": "no hay",
            "around_own": "{name} está puesta, y esta máquina queda fuera",
            "own_proxied": "{name}={proxy} está puesta, y en NO_PROXY falta {missing}",
            "in_containers": "{path} da a cada contenedor el proxy {proxy}, que rompe las preguntas del propio Ollama",
        },
        advice={
            "own_proxied": "export NO_PROXY=127.0.0.1,localhost (y no_proxy) en ~/.profile",
            "in_containers": 'Añade "noProxy": "127.0.0.1,localhost" a `proxies` en {path}',
        },
    ),
    "network.registry": CheckText(
        title="Registro de los modelos",
        why="De él vienen los modelos; lo que ya está aquí se sirve sin él.",
        seen={
            "answers": "{host} responde",
            "unneeded": "ningún modelo lo necesita",
            "nameless": "nadie sabe dónde está {host}: no hay red, o no hay DNS",
            "unreachable": "no se llega a {host}: {fault}",
            "slow": "{host} no respondió en {limit_s:g} s",
            "untrusted": "{host} muestra un certificado que nadie avala: {fault}",
        },
        advice={
            "nameless": "resolvectl query {host}; sin red, los modelos que ya están siguen funcionando",
            "unreachable": "Mira la red, la VPN y el proxy; los modelos que ya están siguen funcionando",
            "slow": "",
            "untrusted": "¿Un proxy que abre TLS? Añade su certificado: sudo update-ca-certificates",
        },
    ),
    "network.mtu": CheckText(
        title="Tamaño de los paquetes",
        why="Los paquetes de contenedores mayores de lo que admite la salida se pierden: las descargas se atascan.",
        seen={
            "fits": "{docker} en los contenedores, {outside} en {device}",
            "no_engine": "no hay motor al que preguntar",
            "no_way_out": "no hay salida a la red",
            "bigger": "{docker} en los contenedores, solo {outside} en {device}",
        },
        advice={
            "bigger": "Si las descargas en contenedores se atascan: ./main.sh validar --fix network.mtu",
        },
    ),
}
