"""Los textos de las comprobaciones de la tarjeta gráfica."""

from arriero.i18n.check_texts import CheckText

_NO_CARD = "no hay tarjeta NVIDIA"
_NO_DRIVER = "el controlador no está cargado"
_NOT_ASKED = "no hay tarjeta a la que preguntar"

CHECKS: dict[str, CheckText] = {
    "gpu.card": CheckText(
        title="Tarjeta NVIDIA",
        why="Sin ella los modelos corren en la CPU, varias veces más despacio.",
        seen={
            "here": "sí[[: {name}]]",
            "handed_in": "cedida a este contenedor o máquina virtual[[: {name}]]",
            "simulated": "fingida ({name})",
            "none": "no hay[[; hay {others}, que aquí no se usa]]",
        },
        advice={"simulated": "Para mirar la de verdad, quita --simulate y el ajuste `simulate`.", "none": ""},
    ),
    "gpu.nouveau": CheckText(
        title="Controlador libre (nouveau)",
        why="Mientras nouveau lleve la tarjeta, el controlador de NVIDIA no puede con ella y CUDA no funciona.",
        seen={"away": "no la ocupa", "no_card": _NO_CARD, "in_charge": "nouveau se ha quedado con la tarjeta"},
        advice={"in_charge": "./main.sh validar --fix gpu.nouveau"},
    ),
    "gpu.driver": CheckText(
        title="Controlador de NVIDIA",
        why="Es lo que deja usar la tarjeta; su módulo ha de ser el del núcleo que corre.",
        seen={
            "loaded": "cargado, {version}",
            "no_card": _NO_CARD,
            "missing": "no está instalado",
            "not_for_kernel": "está el {version}, pero sin módulo para el núcleo {kernel}",
            "not_loaded": "su módulo está para el núcleo {kernel}, pero no se ha cargado",
        },
        advice={
            "missing": "Instálalo y reinicia: sudo ubuntu-drivers install && sudo reboot",
            "not_for_kernel": "./main.sh validar --fix gpu.driver",
            "not_loaded": "./main.sh validar --fix gpu.driver",
        },
    ),
    "gpu.secure_boot": CheckText(
        title="Arranque seguro",
        why="Con Secure Boot el núcleo solo carga módulos firmados; los de Ubuntu lo están, los de DKMS y .run no.",
        seen={
            "off": "apagado",
            "lets_it_in": "encendido, y el módulo está firmado",
            "no_card": _NO_CARD,
            "no_uefi": "este equipo no lo tiene o no lo dice",
            "before_install": "encendido: hará falta un controlador firmado",
            "blocks": "encendido, y no deja entrar al módulo de NVIDIA[[ ({detail})]]",
        },
        advice={
            "before_install": "Instala el de Ubuntu, que ya viene firmado: sudo ubuntu-drivers install",
            "blocks": "Pon el firmado por Ubuntu: sudo ubuntu-drivers install && sudo reboot; o inscribe la clave del tuyo: sudo mokutil --import /var/lib/shim-signed/mok/MOK.der && sudo reboot",
        },
    ),
    "gpu.library": CheckText(
        title="Módulo y biblioteca",
        why="Si no son de la misma versión, ni nvidia-smi ni CUDA ni los contenedores ven la tarjeta.",
        seen={
            "same": "ambos {version}",
            "no_driver": _NO_DRIVER,
            "differ": "el módulo cargado[[ ({module})]] y la biblioteca[[ ({library})]] no son de la misma versión: se actualizó sin reiniciar",
            "missing": "falta libnvidia-ml.so.1",
        },
        advice={
            "differ": "Reinicia: sudo reboot",
            "missing": "Instala la biblioteca: sudo apt install[[ libnvidia-compute-{branch} nvidia-utils-{branch}]]",
        },
    ),
    "gpu.release": CheckText(
        title="Versión del controlador",
        why="Ollama deja la tarjeta sin usar, sin decirlo casi, si el controlador es anterior al que pide.",
        seen={
            "enough": "{version}",
            "no_driver": _NO_DRIVER,
            "before_cuda_13": "{version}: vale; desde el 580 Ollama usa CUDA 13",
            "too_old": "{version}, y Ollama pide el {needed} o posterior",
        },
        advice={
            "before_cuda_13": "Si quieres: sudo ubuntu-drivers install nvidia:580 && sudo reboot",
            "too_old": "Actualízalo y reinicia: sudo ubuntu-drivers install nvidia:580 && sudo reboot",
        },
    ),
    "gpu.smi": CheckText(
        title="nvidia-smi",
        why="Es lo primero que preguntan las guías, y lo que Arriero prueba dentro de los contenedores.",
        seen={
            "answers": "{said}",
            "no_driver": _NO_DRIVER,
            "absent": "no está instalado",
            "failed": "falla: {said}",
            "no_module": "no puede hablar con el controlador: su módulo no está cargado",
            "mismatch": "módulo y biblioteca no son de la misma versión",
            "no_library": "no encuentra libnvidia-ml.so",
            "no_devices": "no ve ninguna tarjeta",
            "lost": "la tarjeta se ha perdido: {said}",
            "unknown_error": "da un error desconocido, casi siempre tras suspender el equipo",
            "no_permission": "este usuario no puede usar la tarjeta",
        },
        advice={
            "absent": "Instálalo: sudo apt install nvidia-utils-{branch}",
            "failed": "Míralo entero con: nvidia-smi",
            "no_module": "Pon el módulo del núcleo que corre y reinicia: sudo ubuntu-drivers install && sudo reboot",
            "mismatch": "Reinicia: sudo reboot",
            "no_library": "Instálala: sudo apt install libnvidia-compute-$(cut -d. -f1 /sys/module/nvidia/version)",
            "no_devices": "Reinicia; si sigue, mira lo que dice el núcleo: sudo dmesg | grep NVRM",
            "lost": "Apaga del todo y enciende; si se repite, revisa la alimentación de la tarjeta",
            "unknown_error": "./main.sh apagar && sudo rmmod nvidia_uvm && sudo modprobe nvidia_uvm; si sigue, reinicia",
            "no_permission": "Mira de quién son: ls -l /dev/nvidia*",
        },
    ),
    "gpu.nvml": CheckText(
        title="Respuesta de la tarjeta",
        why="Por NVML se sabe cuánta memoria queda y quién la usa; si falla, los modelos acaban en la CPU.",
        seen={
            "ready": "{name}",
            "not_asked": _NOT_ASKED,
            "no_permission": "este usuario no puede usarla[[ ({detail})]]",
            "unknown_error": "da un error desconocido, casi siempre tras suspender el equipo[[ ({detail})]]",
            "lost": "se ha caído del bus o hay que reiniciarla[[ ({detail})]]",
            "not_found": "el ajuste `gpu` no nombra una sola tarjeta: {detail}[[. Las que hay: {cards}]]",
            "silent": "el controlador no responde[[ en {detail}]]",
        },
        advice={
            "no_permission": "Mira de quién son: ls -l /dev/nvidia*",
            "unknown_error": "./main.sh apagar && sudo rmmod nvidia_uvm && sudo modprobe nvidia_uvm; si sigue, reinicia",
            "lost": "Apaga del todo y enciende; si se repite, revisa la alimentación de la tarjeta",
            "not_found": "Corrígelo en arriero.toml; dónde está puesto: ./main.sh config show --origin",
            "silent": "Mira lo que dice el núcleo (sudo dmesg | grep NVRM) y reinicia",
        },
    ),
    "gpu.uvm": CheckText(
        title="Dispositivo de CUDA",
        why="Un contenedor que arranca sin /dev/nvidia-uvm se queda en la CPU y no lo dice.",
        seen={
            "there": "/dev/nvidia-uvm está",
            "no_driver": _NO_DRIVER,
            "missing": "falta /dev/nvidia-uvm",
        },
        advice={"missing": "./main.sh validar --fix gpu.uvm"},
    ),
    "gpu.faults": CheckText(
        title="Averías de la tarjeta",
        why="El controlador anota en el registro del núcleo (Xid) los fallos de memoria, bus y alimentación.",
        seen={
            "none": "ninguna desde el arranque",
            "no_driver": _NO_DRIVER,
            "no_log": "este usuario no puede leer el registro del núcleo",
            "reported": "el controlador ha anotado Xid {numbers}",
            "off_the_bus": "la tarjeta se ha caído del bus[[ (Xid {numbers})]]",
        },
        advice={
            "no_log": "Míralo con: sudo dmesg | grep Xid",
            "reported": "Qué dice: sudo dmesg | grep Xid",
            "off_the_bus": "Apaga del todo y enciende; si se repite: revisa fuente y cables, o baja su reloj con sudo nvidia-smi -lgc 300,1500",
        },
    ),
    "gpu.memory": CheckText(
        title="Memoria de la tarjeta",
        why="Un modelo de 7B en Q4 con su contexto necesita de 5 a 7 GB; lo que no cabe va a la RAM, más despacio.",
        seen={
            "enough": "{total_bytes:size}",
            "not_asked": _NOT_ASKED,
            "small": "{total_bytes:size}: los modelos de 7B se reparten entre GPU y RAM",
            "too_small": "{total_bytes:size}: los modelos del catálogo irán casi enteros en la CPU",
        },
        advice={
            "small": "Qué cabe y con cuánto contexto: ./main.sh planificar",
            "too_small": "Qué cabe y con cuánto contexto: ./main.sh planificar",
        },
    ),
    "gpu.display": CheckText(
        title="Memoria que usan otros",
        why="Pantalla y navegador comparten la tarjeta con los modelos; con 8 GB se nota.",
        seen={
            "free": "{taken_bytes:size}[[ ({programs})]]",
            "not_asked": _NOT_ASKED,
            "shared": "{taken_bytes:size}[[ ({programs})]]",
            "crowded": "{taken_bytes:size}[[ ({programs})]]",
        },
        advice={
            "shared": "Si hay gráfica integrada, conecta ahí la pantalla; quién la usa: nvidia-smi",
            "crowded": "Cierra lo que no uses (quién la usa: nvidia-smi), o conecta la pantalla a la gráfica integrada",
        },
    ),
    "gpu.throttle": CheckText(
        title="Freno por calor o energía",
        why="Frenada, la tarjeta da menos tokens por segundo de los que puede.",
        seen={
            "none": "no[[; {temperature_c} °C]]",
            "no_driver": _NO_DRIVER,
            "untold": "esta tarjeta no lo dice",
            "heat": "frenada por calor[[; {temperature_c} °C]]",
            "power": "frenada porque la fuente no da más",
        },
        advice={
            "heat": "Limpia los ventiladores y mejora la ventilación; se sigue con: nvidia-smi -q -d PERFORMANCE,TEMPERATURE",
            "power": "Revisa los cables de la tarjeta y la fuente; se sigue con: nvidia-smi -q -d PERFORMANCE,POWER",
        },
    ),
    "gpu.suspend": CheckText(
        title="Suspensión",
        why="Si la memoria de la tarjeta no se guarda al suspender, al volver los modelos pierden la GPU.",
        seen={
            "kept": "la memoria de la tarjeta se guarda",
            "no_driver": _NO_DRIVER,
            "never_suspends": "este equipo no suspende",
            "not_kept": "al suspender se pierde lo que haya en la tarjeta",
            "services_off": "se quiere guardar, pero faltan por activar: {services}",
        },
        advice={
            "not_kept": "./main.sh validar --fix gpu.suspend",
            "services_off": "./main.sh validar --fix gpu.suspend",
        },
    ),
    "gpu.persistence": CheckText(
        title="Controlador despierto",
        why="Sin pantalla ni nvidia-persistenced, el controlador suelta la tarjeta tras cada uso y volver a tomarla tarda segundos.",
        seen={
            "active": "lo mantiene nvidia-persistenced",
            "display": "lo mantiene la pantalla",
            "no_driver": _NO_DRIVER,
            "no_systemd": "aquí no hay systemd al que preguntar",
            "off": "nada lo mantiene",
            "failed": "nvidia-persistenced ha fallado",
        },
        advice={
            "off": "./main.sh validar --fix gpu.persistence",
            "failed": "./main.sh validar --fix gpu.persistence",
        },
    ),
}
