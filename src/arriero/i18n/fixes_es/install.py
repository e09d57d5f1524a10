"""Los textos de lo que hace cada paso de la instalación."""

from arriero.i18n.fix_texts import FixText

NO_APT = "esta distribución no usa apt; instálalo con su gestor de paquetes y repite la orden"

FIXES: dict[str, FixText] = {
    "install.driver": FixText(
        does={"missing": "Instala el controlador con los paquetes de la distribución.", "broken": ""},
        refuses={
            "no_apt": NO_APT,
            "broken": "está instalado y no responde; la causa se ve con: ./main.sh validar --only gpu",
        },
    ),
    "install.docker": FixText(
        does={
            "missing": "Instala Docker y Compose, y arranca su servicio.",
            "no_compose": "Instala Compose junto al Docker que ya hay.",
            "stopped": "Arranca el servicio de Docker.",
        },
        refuses={
            "no_apt": NO_APT,
            "first_only": '{name} solo empaqueta Compose 1, que ya no sirve, y el repositorio de Docker no responde (o packages = "distribution" lo descarta): comprueba la red, o escribe packages = "official" bajo [docker] en arriero.toml; después repite la orden',
            "snap": "el Docker de snap no puede usar la GPU ni carpetas de fuera de tu casa; quítalo con: sudo snap remove docker; y repite la orden",
        },
    ),
    "install.group": FixText(
        does={"outside": "Añade a {user} al grupo docker (equivale a ser root).", "relogin": ""},
        refuses={"relogin": "cierra la sesión, vuelve a entrar y repite la orden"},
    ),
    "install.toolkit": FixText(
        does={
            "missing": "Instala el NVIDIA Container Toolkit de su repositorio y reinicia Docker.",
            "not_restarted": "Reinicia Docker; los contenedores se paran y vuelven a arrancar.",
        },
        refuses={"no_apt": NO_APT},
    ),
    "install.image": FixText(
        does={"missing": "Descarga la imagen.", "no_engine": "Descarga la imagen."},
        acts={"pull": "descarga la imagen {image}"},
    ),
    "install.folders": FixText(
        does={"missing": "Crea las carpetas que faltan.", "closed": "Las devuelve a {user}: hay ficheros de root."},
    ),
    "install.compose": FixText(does={"missing": "Copia los ficheros de Compose a su carpeta."}),
    "install.model": FixText(
        does={"inactive": "Instala el modelo si falta, lo activa y comprueba que responde."},
        acts={"activate": "activa {slot} ({reference}) con {backend}; lo que falte se descarga antes"},
    ),
}
