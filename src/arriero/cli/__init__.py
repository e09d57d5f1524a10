"""The command line: parse, call one use case, render its result.

Invariant: stdout carries the result and nothing else; narration, progress and errors go to stderr. Nothing heavy is
imported before a command is known (`--help` in 150 ms, `status` in 250 ms).
"""

from arriero.cli.app import main

__all__ = ["main"]
