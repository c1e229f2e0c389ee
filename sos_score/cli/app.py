"""The commands, and how errors become exit codes."""

from __future__ import annotations

import errno
import gc
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from copy import copy
from inspect import getdoc
from pathlib import Path
from typing import Annotated, Any

import typer

from sos_score.characters import find_hidden, make_visible
from sos_score.cli import (
    agreement_command,
    check_command,
    codebook_command,
    columns_command,
    compare_command,
    demo_command,
    diff_command,
    explain_command,
    export_command,
    list_command,
    new_command,
    plausible_command,
    power_command,
    process,
    pseudonymise_command,
    raters_command,
    reliability_command,
    report_command,
    retest_command,
    schema_command,
    score_command,
    show_command,
    validate_command,
    verify_command,
)
from sos_score.cli.guide import GUIDES, Command, Group
from sos_score.errors import InvalidInput, count_problems, describe_failure
from sos_score.version import __version__

EXIT_INPUT, EXIT_REQUEST, EXIT_BUG = 1, 2, 3
_LACKING = """\
'{command}' needs {lacking}, which is not installed.
  hint: validate, list, show, schema and diff run without it; for the rest: python -m pip install sos-score"""
_WITHOUT_DATA = ("list", "show", "validate", "schema", "diff", "new")  # commands that run in very little memory
_LISTS = ("--help", "-h", "--version")  # what is asked before any command
_BUG = "This is a bug in sos-score, not in your files. Run the command again with --debug and report what it prints"


class Commands(Group):
    """Turns our errors into text on standard error and an exit code, in the shell and in tests alike."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Refuse a word that would act on a terminal wherever it is shown."""
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


_FUNCTIONS: dict[str, Callable[..., None]] = {
    "list": list_command.list_instruments,
    "show": show_command.show_instrument,
    "validate": validate_command.validate,
    "diff": diff_command.diff,
    "schema": schema_command.print_schema,
    "check": check_command.check,
    "columns": columns_command.propose_columns,
    "score": score_command.score,
    "pseudonymise": pseudonymise_command.pseudonymise,
    "codebook": codebook_command.codebook,
    "compare": compare_command.compare,
    "explain": explain_command.explain,
    "plausible": plausible_command.plausible,
    "power": power_command.power,
    "reliability": reliability_command.report_reliability,
    "agreement": agreement_command.report_agreement,
    "raters": raters_command.report_raters,
    "retest": retest_command.report_retest,
    "report": report_command.report,
    "export": export_command.export,
    "verify": verify_command.verify,
    "demo": demo_command.demo,
}
for _name, _function in _FUNCTIONS.items():
    app.command(_name, cls=Command, rich_help_panel=GUIDES[_name].panel)(_function)
app.add_typer(new_command.app, name="new", rich_help_panel="Start")


def _keep_only(whole: typer.Typer, names: Sequence[str]) -> typer.Typer:
    """Return an app of the commands named, or the whole where there are none: each takes its time to make ready."""
    commands = [command for command in whole.registered_commands if command.name in names]
    if not commands:
        return whole
    part = copy(whole)
    part.registered_commands, part.registered_groups = commands, []
    return part


def _name_all(whole: typer.Typer) -> typer.Typer:
    """Return an app whose commands have their names and help and no options, which a list of them does without."""
    part = copy(whole)
    part.registered_commands = [copy(command) for command in whole.registered_commands]
    part.registered_groups = [copy(group) for group in whole.registered_groups]
    for command in part.registered_commands:
        command.help = command.help or getdoc(command.callback)
        command.callback = _do_nothing
    for group in part.registered_groups:
        if group.typer_instance:
            group.typer_instance = _name_all(group.typer_instance)
    return part


def _do_nothing() -> None:
    pass


def _refuse_memory(limit: int) -> SystemExit:
    typer.echo(f"{process.describe_memory_limit(limit)}. Nothing was written.", err=True)
    return SystemExit(EXIT_INPUT)


def main() -> None:
    """Run the command line."""
    # Hardly anything that is loaded is ever let go: looking for it after every 700 objects takes longer than it saves.
    gc.set_threshold(50_000)
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
        lists_commands = sys.argv[1:2] and sys.argv[1] in _LISTS
        (_name_all(app) if lists_commands else _keep_only(app, sys.argv[1:2]))()
    except Exception as error:
        if "--debug" in sys.argv:
            raise
        if limit is not None and (is_little or isinstance(error, ImportError)):  # a library found no room
            raise _refuse_memory(limit) from None
        typer.echo(f"{_BUG} ({type(error).__name__}).", err=True)
        raise SystemExit(EXIT_BUG) from None
