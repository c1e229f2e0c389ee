"""The commands, and how errors become exit codes."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer
import typer.main

from sos_score.characters import find_hidden, make_visible
from sos_score.cli import process
from sos_score.cli.guide import Command, Group, find_panel
from sos_score.errors import InvalidInput, count_problems, describe_failure
from sos_score.version import __version__

EXIT_INPUT, EXIT_REQUEST, EXIT_BUG = 1, 2, 3
_LACKING = """\
'{command}' needs {lacking}, which is not installed.
  hint: validate, list, show, schema and diff run without it; for the rest: python -m pip install sos-score"""
_WITHOUT_DATA = ("list", "show", "validate", "schema", "diff", "new")  # commands that run in very little memory
_BUG = "This is a bug in sos-score, not in your files. Run the command again with --debug and report what it prints"


_COMMANDS = {
    "list": (
        "list_command.list_instruments",
        "List the instruments that come with sos-score, by who answers them and what they measure.",
    ),
    "show": ("show_command.show_instrument", "Show an instrument: its scales, key, missing rule and rights."),
    "validate": ("validate_command.validate", "Check the files you write: definitions, studies, column maps."),
    "diff": ("diff_command.diff", "Compare two definitions: what changed, and which scores change."),
    "schema": ("schema_command.print_schema", "Print the JSON Schema of a kind of file, for editors."),
    "check": ("check_command.check", "Look for problems in files of answers before scoring them."),
    "columns": ("columns_command.propose_columns", "Propose which column of a file holds what."),
    "score": ("score_command.score", "Score files of answers with one or more instruments."),
    "pseudonymise": ("pseudonymise_command.pseudonymise", "Write a copy without names that can still be linked."),
    "codebook": ("codebook_command.codebook", "Describe every column of the results."),
    "compare": ("compare_command.compare", "Compare sites and arms at each wave and over time."),
    "explain": ("explain_command.explain", "Explain one respondent's scores, answer by answer."),
    "plausible": ("plausible_command.plausible", "Check whether a published mean, SD, n and range are possible."),
    "power": ("power_command.power", "Plan a study: the smallest effect it could show."),
    "reliability": ("reliability_command.report_reliability", "Report how reliable each scale is in these answers."),
    "agreement": ("agreement_command.report_agreement", "Report whether team members agree enough to report a mean."),
    "raters": ("raters_command.report_raters", "Report how far several raters of the same targets agree."),
    "retest": ("retest_command.report_retest", "Report how stable scores are, and who changed reliably."),
    "report": ("report_command.report", "Write a study's report: web page, Word document or workbook."),
    "export": ("export_command.export", "Write a study as a folder for R and Python, with scripts that run."),
    "verify": ("verify_command.verify", "Recompute a report from its manifest and say what differs."),
    "demo": ("demo_command.demo", "Make an example study with its report, to see what comes out."),
    "new": ("new_command.app", "Write a commented starter file."),
}
"""Where each command is, and the first sentence of its help; a command is only loaded where it is asked for."""


class _Loaded(Mapping[str, Any]):
    """The commands by name, each made ready when it is first looked up."""

    def __init__(self) -> None:
        self.ready: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self.ready:
            module, attribute = _COMMANDS[name][0].split(".")
            found = getattr(import_module(f"sos_score.cli.{module}"), attribute)
            if not isinstance(found, typer.Typer):
                alone = typer.Typer(rich_markup_mode=None, add_completion=False)
                alone.command(name, cls=Command)(found)
                found = alone
            self.ready[name] = typer.main.get_command(found)
            self.ready[name].name = name
        return self.ready[name]

    def __iter__(self) -> Iterator[str]:
        return iter(_COMMANDS)

    def __len__(self) -> int:
        return len(_COMMANDS)


class Commands(Group):
    """Turns our errors into text on standard error and an exit code, in the shell and in tests alike."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.commands: Any = _Loaded()

    def list_commands(self, _ctx: Any) -> list[str]:
        """Return the names of the commands, and load none of them."""
        return [*self.commands]

    def describe_command(self, _ctx: Any, name: str) -> tuple[str, str]:
        """Return the panel of a command and the first sentence of its help."""
        return find_panel(name), _COMMANDS[name][1]

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Refuse a word that would act on a terminal wherever it is shown; `help COMMAND` asks for its help."""
        if args[:1] == ["help"]:
            args = [*args[1:], "--help"]
        for word in args:
            if find_hidden(word, one_line=True):
                shown = make_visible(word, one_line=True)
                hint = "rename the file" if Path(word).exists() else "type it again"
                raise typer.BadParameter(f"'{shown}' holds a control character; {hint}", ctx)
        with _say_failures(ctx):  # help is written here
            return super().parse_args(ctx, args)

    def invoke(self, ctx: Any) -> Any:
        """Run the command."""
        with _say_failures(ctx):
            result = super().invoke(ctx)
            sys.stdout.flush()  # a full disk or a reader that has gone is noticed here, not by the interpreter
        return result


@contextmanager
def _say_failures(ctx: Any) -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:  # whoever reads the output has read enough
        process.let_go_of_output()
        raise SystemExit(process.CLOSED_PIPE) from None
    except InvalidInput as error:
        several = len(error.problems) > 1 and not error.outcome
        typer.echo(f"{error}\n{count_problems(error.problems)}." if several else str(error), err=True)
        raise typer.Exit(EXIT_INPUT) from None
    except ModuleNotFoundError as error:
        lacking = (error.name or "").partition(".")[0]
        if lacking in ("", "sos_score"):
            raise
        typer.echo(_LACKING.format(command=ctx.invoked_subcommand, lacking=lacking), err=True)
        raise typer.Exit(EXIT_REQUEST) from None
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        is_closed = error.errno == errno.EBADF
        said = f"{place}cannot be read or written ({describe_failure(error)})"
        typer.echo("standard output is closed" if is_closed else said, err=True)
        raise typer.Exit(EXIT_INPUT) from None
    except MemoryError:
        typer.echo("there is not enough memory for this; nothing was written", err=True)
        raise typer.Exit(EXIT_INPUT) from None


app = typer.Typer(
    cls=Commands,
    name="sos-score",
    help="Score survey instruments used to evaluate children's social care, check how far the scores can be trusted,"
    " and compare sites.",
    epilog="sos-score COMMAND --help gives examples. Exit codes: 0 done, 1 a file needs correcting, 2 the command line"
    " needs correcting, 3 a bug in sos-score.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # plain help is there in half the time
    context_settings={"help_option_names": ["--help", "-h"]},
)


def _print_version(value: bool) -> None:  # noqa: FBT001 - typer calls it so
    if value:
        typer.echo(f"sos-score {__version__}")
        raise typer.Exit


@app.callback()
def begin(
    *,
    debug: Annotated[bool, typer.Option("--debug", help="Show where a bug arose, to report it.")] = False,
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", callback=_print_version, is_eager=True)
    ] = False,
) -> None:
    """Options before the command."""


def _refuse_memory(limit: int) -> SystemExit:
    typer.echo(f"{process.describe_memory_limit(limit)}. Nothing was written.", err=True)
    return SystemExit(EXIT_INPUT)


def main() -> None:
    """Run the command line."""
    # The matrices of a study are small: threads cost several times what they save.
    for setting in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ.setdefault(setting, "1")
    # Pieces of a large file are read ahead by number: small ones keep the memory the same however long the file.
    os.environ.setdefault("POLARS_CSV_CHUNK_SIZE", "4000000")  # bytes
    os.environ.setdefault("POLARS_IDEAL_MORSEL_SIZE", "20000")  # rows
    # Models need no plugins of other packages, and looking for some takes a tenth of the start-up.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    process.prepare_streams()
    process.end_on_signals()
    limit = process.find_memory_limit()
    is_little = process.find_little_memory() is not None
    if limit is not None and is_little and len(sys.argv) > 2 and sys.argv[1] not in _WITHOUT_DATA:
        raise _refuse_memory(limit)
    try:
        app()
    except Exception as error:
        if "--debug" in sys.argv:
            raise
        if limit is not None and (is_little or isinstance(error, ImportError)):  # a library found no room
            raise _refuse_memory(limit) from None
        typer.echo(f"{_BUG} ({type(error).__name__}).", err=True)
        raise SystemExit(EXIT_BUG) from None
