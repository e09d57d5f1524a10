"""The texts of the checks of the models."""

from arriero.i18n.check_texts import CheckText

CHECKS: dict[str, CheckText] = {
    "models.store": CheckText(
        title="The models' files",
        why="A model that is incomplete or somebody else's does not load, and while anything cannot be read nothing is deleted.",
        seen={
            "sound": "in order; models: {count}",
            "damaged": "damaged or incomplete: {models}",
            "closed": "you may not use them: {paths}",
        },
        advice={
            "damaged": "./main.sh verify --repair",
            "closed": "./main.sh validate --fix models.store",
        },
    ),
    "models.neighbours": CheckText(
        title="Another Ollama in the same folder",
        why="At its start it deletes downloads that have rested for an hour.",
        seen={"alone": "none", "shared": "uses {path} too (processes: {pids})"},
        advice={"shared": "Give it OLLAMA_NOPRUNE=1, or end it: kill {pids}"},
    ),
    "models.litter": CheckText(
        title="Unfinished downloads and leftovers",
        why="They take disk and belong to no model.",
        seen={
            "none": "none",
            "unjudged": "not known while there are manifests that cannot be read",
            "half": "{count} files, {size_bytes:size}; some downloads were not finished",
            "unused": "{count} files, {size_bytes:size}",
        },
        advice={
            "half": "To go on: ./main.sh pull MODEL; to delete them: ./main.sh prune",
            "unused": "./main.sh validate --fix models.litter",
        },
    ),
    "models.installed": CheckText(
        title="Installed models",
        why="Without any there is nothing to activate.",
        seen={"some": "{models}", "none": "none of the catalogue"},
        advice={"none": "The smallest, to try: ./main.sh demo; the one for code: ./main.sh activate qwen"},
    ),
    "models.outdated": CheckText(
        title="The models' versions",
        why="Their authors correct weights and templates.",
        seen={
            "current": "up to date",
            "nothing": "none is installed",
            "outdated": "there is another version of: {models}",
            "unanswered": "nobody could be asked: {detail}",
        },
        advice={
            "outdated": "What changes: ./main.sh update --check; to have them: ./main.sh update --all",
            "unanswered": "With a network: ./main.sh update --check",
        },
    ),
}
