"""The texts of the fixes of NVIDIA's container toolkit."""

from arriero.i18n.fix_texts import FixText

FIXES: dict[str, FixText] = {
    "toolkit.versions": FixText(
        does={
            "differ": "Brings the four packages to one version, the newest.",
        },
        refuses={
            "no_apt": "there is no apt here",
        },
    ),
    "toolkit.daemon": FixText(
        does={
            "older": "Restarts Docker; containers that are to run come back by themselves.",
        },
        refuses={
            "no_systemd": "there is no systemd here: restart dockerd in your own way",
        },
    ),
    "toolkit.specification": FixText(
        does={
            "absent": "Writes the CDI specification.",
            "stale": "Writes the CDI specification anew.",
        },
        refuses={
            "no_tool": "nvidia-ctk is missing; first: ./main.sh install",
        },
    ),
    "toolkit.handmade": FixText(
        does={
            "shadows": "Takes {path} away; a copy stays beside.",
            "stale": "Takes {path} away; a copy stays beside.",
        },
    ),
    "toolkit.cgroups": FixText(
        does={
            "left_out": "Lets the toolkit set the permissions again.",
        },
        refuses={
            "no_tool": "nvidia-ctk is missing; first: ./main.sh install",
        },
    ),
}
