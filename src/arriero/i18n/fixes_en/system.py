"""The texts of the fixes of the system."""

from arriero.i18n.fix_texts import FixText

FIXES: dict[str, FixText] = {
    "system.clock": FixText(
        does={
            "not_kept": "Has the clock set from the network, now and always.",
            "behind": "Has the clock set from the network.",
        },
        refuses={
            "no_systemd": 'there is no timedatectl here: sudo date -s "YYYY-MM-DD HH:MM"',
        },
    ),
}
