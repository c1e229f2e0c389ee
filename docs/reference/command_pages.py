"""The commands with their arguments and options, as typer knows them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import typer.main
from markdown_parts import make_table

from sos_score.cli import app
from sos_score.cli.guide import GUIDES, list_choices, list_examples

_INTRODUCTION = """\
# Commands

The same option means the same everywhere. Results go to standard output, all else to standard error. Exit codes: 0
done, 1 a file needs correcting, 2 the command line needs correcting, 3 a bug in sos-score. The examples are for the
folder that `sos-score demo` makes.

`sos-score --install-completion` teaches your shell (bash, zsh, fish or PowerShell) to complete commands, options and
allowed values with the Tab key; open a new terminal afterwards.
"""


def make_command_page() -> str:
    """Return the page of all commands."""
    group: Any = typer.main.get_command(app)
    parts = [_INTRODUCTION, "Before any command: `-h`, `--help`, and\n", _tabulate(group.params)]
    for words, command in sorted(_list_commands(group)):
        named = [part.metavar or part.name.upper() for part in command.params if not part.opts[0].startswith("-")]
        usage = " ".join(["sos-score", *words, *named, "[options]"])
        examples = "\n".join(list_examples(" ".join(words)))
        page = GUIDES[" ".join(words)].page.removeprefix("docs/")
        more = f"```text\n{examples}\n```\n\nRead more: [{page}](../{page})\n"
        parts += [f"## {' '.join(words)}\n", f"{command.help}\n", f"```text\n{usage}\n```\n", _tabulate(command.params)]
        parts += [more]
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
    typed = part.metavar or "|".join(list_choices(part))
    if is_option and typed:
        name += f" `{typed}`"
    choices = list_choices(part) if part.metavar else []
    allowed = f" One of: {', '.join(choices)}." if choices else ""
    return name, f"{part.help}{allowed}", _show_default(part)


def _show_default(part: Any) -> str:
    if part.required:
        return "required"
    if part.default is None or part.default is False or part.default == []:
        return ""
    return f"`{part.default}`"
