"""The texts of the fixes of Compose."""

from arriero.i18n.fix_texts import FixText

FIXES: dict[str, FixText] = {
    "compose.plugin": FixText(
        does={
            "missing": "Installs Compose's package.",
            "only_first": "Installs Compose's package; the old docker-compose stays.",
            "too_old": "Updates Compose's package.",
            "broken": "Installs Compose's package again.",
        },
        refuses={
            "no_apt": "this distribution has no apt; install Docker Compose with its own package manager",
            "first_only": 'this distribution only packages Compose 1, which no longer works; with Docker\'s own packages it comes along: ./main.sh install, with packages = "official" under [docker] in arriero.toml',
        },
    ),
    "compose.first_line": FixText(
        does={
            "first": "Removes the package docker-compose.",
        },
        refuses={
            "not_packaged": "{path} is not from a package: pip uninstall docker-compose, or remove that file",
        },
    ),
    "compose.files": FixText(
        does={
            "edited": "Makes {paths} anew; what you wrote is kept beside.",
            "refused": "",
        },
        refuses={
            "override": "the words are in {path}, which is yours: mend it, or put it aside",
            "foreign_words": "Arriero's own files are as they should be; look at .env, and at Compose's version: ./main.sh validate --only compose",
            "checked_in": "they belong to Arriero's own folder: git checkout -- {names}",
            "dotenv": "{path} sets what arriero.toml sets: take those lines out by hand",
        },
        acts={
            "render": "writes the Compose files in {folder}",
        },
    ),
}
