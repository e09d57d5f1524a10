"""The texts of the fixes of the models."""

from arriero.i18n.fix_texts import FixText

FIXES: dict[str, FixText] = {
    "models.store": FixText(does={"closed": "Gives back to you: {paths}"}),
    "models.litter": FixText(
        does={
            "half": "Removes downloads that nobody has touched for an hour. What a model needs stays.",
            "unused": "Removes files that no model names. What a model needs stays.",
        },
        acts={"prune": "removes {count} files ({size_bytes:size}) from the models' folder"},
    ),
}
