"""The texts of the fixes of the disks."""

from arriero.i18n.fix_texts import FixText

FIXES: dict[str, FixText] = {
    "storage.models_folder": FixText(
        does={
            "absent": "Makes the folder {path}.",
            "closed": "Gives {path} back to you.",
        },
        refuses={
            "shared": "{path} belongs to {owner}, whose service writes there; choose another models_dir in arriero.toml, or join its group: sudo usermod -aG ollama $USER",
        },
    ),
    "storage.owners": FixText(
        does={
            "foreign": "Gives {count} files in {path} back to {user}.",
        },
        refuses={
            "shared": "the machine's own Ollama writes in {path}, and could not any more",
        },
    ),
    "storage.swap": FixText(
        does={
            "none": "Makes a file of 8 GiB for swap, and enters it into /etc/fstab.",
        },
        refuses={
            "there": "{path} is there already: sudo swapon {path}",
            "filesystem": "on {filesystem} a file for swap takes steps of its own",
            "no_room": "it takes {needed_bytes:size} of free disk",
        },
    ),
}
