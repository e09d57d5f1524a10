"""`config show` and `config validate`."""

from __future__ import annotations

from arriero.cli.call import Call, Reply
from arriero.cli.render.config import render_files, render_settings
from arriero.config import schema
from arriero.config.loading import load_settings


def show(call: Call) -> Reply:
    """Every key that has a value, with the value that counts."""
    settings = load_settings(call.flags, call.environ, call.places)
    data = {
        schema.dotted(path): {"value": setting.value, "origin": setting.origin.told}
        for path, setting in sorted(settings.items())
    }
    return Reply(data, render_settings(settings, call.look, origins=call.args.origin))


def validate(call: Call) -> Reply:
    """Raises ConfigInvalid with every problem; otherwise tells which files were read."""
    load_settings(call.flags, call.environ, call.places)
    files = {str(path): path.is_file() for path in (call.places.project_settings, call.places.user_settings)}
    return Reply({"valid": True, "files": files}, render_files(files, call.look))
