"""The texts of the checks of Arriero itself."""

from arriero.i18n.check_texts import CheckText

CHECKS: dict[str, CheckText] = {
    "arriero.environment": CheckText(
        title="Python's environment",
        why="Arriero is tested with the versions that requirements/runtime.txt pins, and with no others.",
        seen={
            "in_step": "up to date",
            "other_python": "runs with {python}, not with main.sh's",
            "no_lock": "the list of versions is missing in {folder}",
            "outdated": "it was made from another list of versions",
            "incomplete": "{python} lacks, or has in another version: {packages}",
        },
        advice={
            "other_python": "Unless you meant it, begin with: ./main.sh",
            "no_lock": "Get it back: git checkout requirements",
            "outdated": "main.sh makes it anew by itself: ./main.sh version",
            "incomplete": "Make it anew: rm .venv/made-from.txt && ./main.sh version",
        },
    ),
    "arriero.owners": CheckText(
        title="Owner of our files",
        why="What root left your user can neither change nor delete, and commands fail halfway.",
        seen={"own": "your user", "root": "runs as root", "foreign": "these are not yours: {paths}"},
        advice={"foreign": "./main.sh validate --fix arriero.owners"},
    ),
    "arriero.key": CheckText(
        title="API key",
        why="Whoever reads it can use the models from outside.",
        seen={
            "kept": "only you can read it",
            "none_asked": "none is asked for",
            "readable": "other users can read {path}",
            "empty": "{path} is empty",
            "missing": "{path} does not exist",
        },
        advice={
            "readable": "./main.sh validate --fix arriero.key",
            "empty": "Write one: openssl rand -hex 32 > {path} && chmod 600 {path}",
            "missing": "Write one: openssl rand -hex 32 > {path} && chmod 600 {path}",
        },
    ),
    "arriero.database": CheckText(
        title="Database",
        why="It keeps what you asked for, what happened and which versions there were; what runs is always looked at anew.",
        seen={
            "sound": "{path}",
            "set_aside": "the one that was there was of no use; it was moved to {moved} and another begun",
            "closed": "{detail}",
        },
        advice={
            "set_aside": "It is mended already. If you do not want to keep the bad one: rm {moved}",
            "closed": "See whose it is: ls -la {path}*",
        },
    ),
    "arriero.backend": CheckText(
        title="What serves the models",
        why="If it cannot be asked, no command knows what runs.",
        seen={"seen": "{backend} answers", "blind": "{backend}: {detail}"},
        advice={"blind": "What ails it: ./main.sh validate --only docker"},
    ),
    "arriero.processes": CheckText(
        title="Stray processes",
        why="What nobody looks after holds memory and a port, and nobody starts it again when it ends.",
        seen={
            "none": "none",
            "undeclared": "an engine of {slots} runs, which is not in the catalogue any more (processes: {pids})",
            "orphaned": "the engine of {slots} has lost its supervisor (processes: {pids})",
        },
        advice={
            "undeclared": "./main.sh validate --fix arriero.processes",
            "orphaned": "To put it under one again: ./main.sh deactivate {slots} && ./main.sh activate {slots}",
        },
    ),
    "arriero.drift": CheckText(
        title="What was asked for and what is there",
        why="If they differ, your editor finds something else than you asked for.",
        seen={"in_step": "the same", "differs": "they differ: {slots}"},
        advice={"differs": "./main.sh validate --fix arriero.drift"},
    ),
}
