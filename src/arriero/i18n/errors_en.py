"""Text of every error by its code."""

TEXTS: dict[str, str] = {
    "backend.unavailable": 'The backend "{backend}" is not available here; there is: {available}. Try: ./main.sh --backend native status',
    "busy.command": "Another Arriero command is running: {command} (process {pid}, since {since}). Wait for it to end and repeat yours.",
    "chat.failed": 'The server of "{slot}" did not complete the answer (status {status}): {detail}. See its log with: ./main.sh logs {slot}',
    "internal": "Internal failure of Arriero ({kind}). The details are in {detail}.",
    "model.in_use": '"{reference}" is being used by "{slot}". Deactivate it first with: ./main.sh deactivate {slot}',
    "model.not_installed": 'The model of "{slot}" ({reference}) is not in {models_dir}. If you have its GGUF file, import it with: ./main.sh import FILE.gguf {slot}; or download it into that folder with: ollama pull {reference}',
    "reference.invalid": '"{text}" is not a valid model name. The form is name:tag, for example qwen2.5-coder:7b-instruct-q4_K_M. See the installed ones with: ./main.sh models',
    "slot.inactive": '"{slot}" is not active ({state}). Activate it with: ./main.sh activate {slot}',
    "slot.not_active": 'Everything planned was done, but "{slot}" was not seen active afterwards ({state}). See its log with: ./main.sh logs {slot}',
    "slot.unknown": 'There is no model called "{name}". There are: {known}.',
    "variant.unknown": '"{slot}" has no variant "{name}". There are: {known}.',
}
