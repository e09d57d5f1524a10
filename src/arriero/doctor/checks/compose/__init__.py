"""Compose: the plugin, and the files that it is given."""

from arriero.doctor.check import Check
from arriero.doctor.checks.compose import files, first_line, plugin

CHECKS: tuple[Check, ...] = (plugin.CHECK, first_line.CHECK, files.CHECK)
