"""The texts of the checks of the disks."""

from arriero.i18n.check_texts import CheckText

CHECKS: dict[str, CheckText] = {
    "storage.space": CheckText(
        title="Room",
        why="On a full disk downloads break off and the state cannot be written.",
        seen={
            "roomy": "enough everywhere; least in {path}: {free_bytes:size} free",
            "tight": "only {free_bytes:size} free for {place} in {path}",
            "full": "no room for {place} in {path}: {free_bytes:size} free",
        },
        advice={
            "tight": "./main.sh prune, or move the models: models_dir in arriero.toml",
            "full": "./main.sh prune, or move the models: models_dir in arriero.toml",
        },
    ),
    "storage.inodes": CheckText(
        title="Numbers for files",
        why="A disk with room and no numbers left says `No space left on device` too.",
        seen={
            "enough": "{left} left in {path}",
            "uncounted": "the filesystem does not count them",
            "few": "only {left} left in {path}",
        },
        advice={
            "few": "Find what made so many files: sudo du --inodes -x -d2 / | sort -n | tail",
        },
    ),
    "storage.models_folder": CheckText(
        title="The models' folder",
        why="Models are written there, by Arriero and by the containers.",
        seen={
            "right": "{path}",
            "absent": "{path} will be made with the first model",
            "dangling": "{path} leads to {target}, which is not there: is a disk missing?",
            "not_a_folder": "{path} is no folder",
            "read_only": "{path} lies on a read-only filesystem",
            "closed": "{folder} belongs to {owner}, and you may not write there",
        },
        advice={
            "absent": "mkdir -p {path}",
            "dangling": "Mount that disk, or mkdir -p {target}",
            "not_a_folder": "Put that file aside, or choose another models_dir in arriero.toml",
            "read_only": "sudo dmesg | tail: a disk with faults is mounted read-only; or sudo mount -o remount,rw",
            "closed": "./main.sh validate --fix storage.models_folder, or sudo chown -R $USER: {path}",
        },
    ),
    "storage.owners": CheckText(
        title="Owner of the models",
        why="Files of root's, which containers write, you can neither update nor remove.",
        seen={
            "own": "all yours",
            "unneeded": "nothing to look at",
            "foreign": "{count} files in {path} belong to {owner}",
        },
        advice={
            "foreign": "./main.sh validate --fix storage.owners, or sudo chown -R {user}: {path}",
        },
    ),
    "storage.filesystem": CheckText(
        title="Filesystem of the models",
        why="Models are files of many GiB, mapped into memory, renamed in one step.",
        seen={
            "local": "{filesystem} ({point})",
            "untold": "not to be found out",
            "odd": "{filesystem} ({point}): files take their full room at once, owners may be lost",
            "network": "{filesystem} ({point}): loading a model takes the network's time, locks may not hold",
            "memory": "{filesystem} ({point}): the models are gone after a reboot, and take memory",
            "small_files": "{filesystem} ({point}) takes no file above 4 GiB",
        },
        advice={
            "odd": "Better a disk with ext4, xfs or btrfs: models_dir in arriero.toml",
            "network": "Better a disk of this machine: models_dir in arriero.toml",
            "memory": "Choose a folder on a disk: models_dir in arriero.toml",
            "small_files": "Choose a disk with ext4, xfs or btrfs: models_dir in arriero.toml",
        },
    ),
    "storage.execution": CheckText(
        title="Running programs",
        why="Arriero's environment holds programs; where none may run, it cannot serve.",
        seen={
            "allowed": "allowed",
            "tmp_barred": "{point} is mounted noexec: building packages may fail",
            "barred": "{path} lies on {point}, which is mounted noexec",
        },
        advice={
            "tmp_barred": "export TMPDIR=~/.cache/tmp (make that folder first)",
            "barred": "Move Arriero's folder to another disk, or sudo mount -o remount,exec {point}",
        },
    ),
    "storage.swap": CheckText(
        title="Swap",
        why="Where memory runs out without swap, the kernel ends the biggest program: the model's server.",
        seen={
            "some": "{swap_bytes:size}",
            "unneeded": "none, and {memory_bytes:size} of memory",
            "untold": "the kernel does not tell",
            "none": "none, with {memory_bytes:size} of memory",
        },
        advice={
            "none": "./main.sh validate --fix storage.swap makes a file of 8 GiB",
        },
    ),
}
