"""Text of every error by its code."""

TEXTS: dict[str, str] = {
    "backend.unavailable": "El backend «{backend}» no está disponible aquí; hay: {available}. Prueba con: ./main.sh --backend native estado",
    "busy.command": "Otra orden de Arriero está en marcha: {command} (proceso {pid}, desde {since}). Espera a que termine y repite la tuya.",
    "chat.failed": "El servidor de «{slot}» no completó la respuesta (estado {status}): {detail}. Mira su registro con: ./main.sh registros {slot}",
    "internal": "Fallo interno de Arriero ({kind}). Los detalles están en {detail}.",
    "model.in_use": "«{reference}» lo está usando «{slot}». Desactívalo antes con: ./main.sh desactivar {slot}",
    "model.not_installed": "El modelo de «{slot}» ({reference}) no está en {models_dir}. Si tienes su fichero GGUF, impórtalo con: ./main.sh importar FICHERO.gguf {slot}; o descárgalo en esa carpeta con: ollama pull {reference}",
    "reference.invalid": "«{text}» no es un nombre de modelo válido. La forma es nombre:etiqueta, por ejemplo qwen2.5-coder:7b-instruct-q4_K_M. Los instalados se ven con: ./main.sh modelos",
    "slot.inactive": "«{slot}» no está activo ({state}). Actívalo con: ./main.sh activar {slot}",
    "slot.not_active": "Se hizo todo lo previsto, pero «{slot}» no quedó activo ({state}). Mira su registro con: ./main.sh registros {slot}",
    "slot.unknown": "No hay ningún modelo llamado «{name}». Los que hay: {known}.",
    "variant.unknown": "«{slot}» no tiene la variante «{name}». Las que hay: {known}.",
}
