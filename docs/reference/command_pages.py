"""The commands with their arguments and options, as typer knows them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import typer.main
from markdown_parts import make_table

from sos_score.cli import app

_INTRODUCTION = """\
# Commands

The same option means the same everywhere. Results go to standard output, all else to standard error. Exit codes: 0
done, 1 your files are wrong, 2 your command line is wrong, 3 a bug of ours.
"""


def make_command_page() -> str:
    """Return the page of all commands."""
    group: Any = typer.main.get_command(app)
    parts = [_INTRODUCTION, "Before any command: `-h`, `--help`, and\n", _tabulate(group.params)]
    for words, command in sorted(_list_commands(group)):
        named = [part.metavar or part.name.upper() for part in command.params if not part.opts[0].startswith("-")]
        usage = " ".join(["sos-score", *words, *named, "[options]"])
        parts += [f"## {' '.join(words)}\n", f"{command.help}\n", f"```text\n{usage}\n```\n", _tabulate(command.params)]
    return "\n".join(parts)


def _list_commands(group: Any, above: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from _list_commands(command, (*above, name))
        else:
            yield (*above, name), command


def _tabulate(parameters: list[Any]) -> str:
    return make_table(("option", "what it does", "default"), [_describe(part) for part in parameters])


def _describe(part: Any) -> tuple[str, str, str]:
    is_option = part.opts[0].startswith("-")
    names = sorted(part.opts, key=len) if is_option else [part.metavar or part.name.upper()]
    name = ", ".join(f"`{each}`" for each in names)
    if is_option and part.metavar:
        name += f" `{part.metavar}`"
    return name, part.help, _show_default(part)


def _show_default(part: Any) -> str:
    if part.required:
        return "required"
    if part.default is None or part.default is False or part.default == []:
        return ""
    return f"`{part.default}`"
