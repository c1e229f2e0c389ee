"""The command line: a translation of the library, one small module per command."""

from sos_score.cli.app import app, main

__all__ = ["app", "main"]
