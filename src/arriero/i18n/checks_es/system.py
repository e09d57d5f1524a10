"""Los textos de las comprobaciones del sistema."""

from arriero.i18n.check_texts import CheckText

CHECKS: dict[str, CheckText] = {
    "system.distribution": CheckText(
        title="Distribución",
        why="Los pasos de instalación y los repositorios de Docker y NVIDIA dependen de ella; sin actualizaciones dejan de funcionar.",
        seen={
            "supported": "{name}",
            "unknown_release": "{name}: Arriero aún no conoce esta versión",
            "other": "{name}: Arriero se prueba en Ubuntu",
            "untold": "el sistema no dice cuál es (falta /etc/os-release)",
            "ended": "{name} no recibe actualizaciones desde {ended}",
        },
        advice={
            "unknown_release": "",
            "other": "",
            "untold": "",
            "ended": "Pasa a Ubuntu 24.04 o 26.04: sudo do-release-upgrade",
        },
    ),
    "system.processor": CheckText(
        title="Procesador",
        why="llama.cpp calcula en la CPU lo que no cabe en la GPU; sin AVX2 va varias veces más despacio.",
        seen={"able": "{name}", "other": "no es x86[[: {name}]]", "no_avx2": "{name}: no tiene AVX2"},
        advice={"no_avx2": "Usa modelos pequeños, o que quepan enteros en la GPU: ./main.sh planificar"},
    ),
    "system.memory": CheckText(
        title="Memoria",
        why="Lo que no cabe en la tarjeta va a la RAM; si tampoco cabe ahí, el sistema mata el modelo o se arrastra.",
        seen={
            "enough": "{total_bytes:size}",
            "untold": "el sistema no dice cuánta hay",
            "tight": "{total_bytes:size}, pocos para: {models}",
            "too_little": "{total_bytes:size}, pocos para todos los modelos del catálogo",
        },
        advice={
            "tight": "Elige una variante menor; cuáles caben: ./main.sh planificar",
            "too_little": "Usa el modelo mínimo (./main.sh demo) o uno que quepa: ./main.sh planificar",
        },
    ),
    "system.clock": CheckText(
        title="Reloj",
        why="Con la hora atrasada los certificados aún no valen y no se puede descargar nada.",
        seen={
            "kept": "en hora",
            "plausible": "parece en hora",
            "not_yet": "se sincroniza, pero aún no lo ha logrado",
            "not_kept": "nadie lo pone en hora",
            "behind": "atrasado: marca {now:moment} y hay ficheros de {newest:moment}",
        },
        advice={
            "not_yet": "Si sigue así: timedatectl timesync-status",
            "not_kept": "./main.sh validar --fix system.clock",
            "behind": "./main.sh validar --fix system.clock",
        },
    ),
    "system.user": CheckText(
        title="Usuario y carpeta personal",
        why="Ahí van los modelos, los ajustes y los registros.",
        seen={
            "at_home": "{home}",
            "through_sudo": "lo ejecuta root por «{user}» con la carpeta de root",
            "no_variable": "no hay HOME",
            "no_home": "no existe {home}",
            "closed_home": "no se puede escribir en {home}",
        },
        advice={
            "through_sudo": "Ejecútalo sin sudo; cuando haga falta root, Arriero lo pide para ese paso.",
            "no_variable": "Dásela: HOME=/una/carpeta ./main.sh validar",
            "no_home": "Créala: sudo mkdir -p {home} && sudo chown $USER {home}",
            "closed_home": "Recupérala: sudo chown $USER {home} && chmod u+rwx {home}",
        },
    ),
    "system.terminal": CheckText(
        title="Terminal",
        why="Sin UTF-8 los acentos y los signos salen como interrogaciones.",
        seen={
            "utf8": "{locale}",
            "unset": "sin idioma puesto; se usa UTF-8",
            "dumb": "TERM=dumb: la aplicación de pantalla completa no se puede dibujar",
            "not_utf8": "{locale} no es UTF-8",
        },
        advice={"dumb": "Usa otra terminal, o: ./main.sh --plain", "not_utf8": "export LC_ALL=C.UTF-8"},
    ),
    "system.reboot": CheckText(
        title="Reinicio pendiente",
        why="Hasta reiniciar corren el núcleo y el controlador de antes, con las bibliotecas de ahora.",
        seen={
            "none": "no",
            "waits": "lo piden: {packages}",
            "waits_with_driver": "lo piden, entre ellos el controlador de NVIDIA: {packages}",
        },
        advice={"waits": "Cuando puedas: sudo reboot", "waits_with_driver": "sudo reboot"},
    ),
}
