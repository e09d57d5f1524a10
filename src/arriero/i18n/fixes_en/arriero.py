"""The texts of the fixes of Arriero itself."""

from arriero.i18n.fix_texts import FixText

FIXES: dict[str, FixText] = {
    "arriero.owners": FixText(
        does={
            "foreign": "Gives back to you: {paths}",
        },
    ),
    "arriero.key": FixText(
        does={
            "readable": "Keeps {path} for you alone.",
        },
    ),
    "arriero.processes": FixText(
        does={
            "undeclared": "Ends the processes {pids}, of {slots}.",
        },
    ),
    "arriero.drift": FixText(
        does={
            "differs": "Brings about what you asked for: {slots}",
        },
        refuses={"nothing": "apply has nothing to do: what differs is not for it. What it is: ./main.sh status"},
        acts={
            "apply": "./main.sh apply: {actions}",
        },
    ),
}
