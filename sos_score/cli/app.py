"""The commands, and how errors become exit codes."""

from __future__ import annotations

import errno
import gc
import os
import sys
from collections.abc import Sequence
from copy import copy
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from sos_score.cli import (
    agreement_command,
    check_command,
    codebook_command,
    columns_command,
    compare_command,
    demo_command,
    diff_command,
    explain_command,
    list_command,
    new_command,
    plausible_command,
    power_command,
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
from sos_score.errors import InvalidInput, InvalidRequest, count_problems, describe_failure
from sos_score.version import __version__

EXIT_INPUT, EXIT_REQUEST, EXIT_BUG = 1, 2, 3
_BUG = "This is a bug in sos-score, not in your files. Run the command again with --debug and report what it prints"


class Commands(TyperGroup):
    """Turns our errors into text on standard error and an exit code, in the shell and in tests alike."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except InvalidInput as error:
            several = len(error.problems) > 1 and not error.outcome
            typer.echo(f"{error}\n{count_problems(error.problems)}." if several else str(error), err=True)
            raise typer.Exit(EXIT_INPUT) from None
        except InvalidRequest as error:
            typer.echo(f"{error}\nTry 'sos-score --help'.", err=True)
            raise typer.Exit(EXIT_REQUEST) from None
        except OSError as error:
            if error.errno == errno.EPIPE:  # whoever reads the output has read enough
                raise
            place = f"{error.filename}: " if error.filename else ""
            typer.echo(f"{place}cannot be read or written ({describe_failure(error)})", err=True)
            raise typer.Exit(EXIT_INPUT) from None


app = typer.Typer(
    cls=Commands,
    name="sos-score",
    help="Score survey instruments used to evaluate children's social care, with the caveats attached.",
    epilog="Exit codes: 0 done, 1 your files are wrong, 2 your command line is wrong, 3 our bug.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # plain help is there in half the time
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(value: bool) -> None:  # noqa: FBT001 - typer calls it so
    if value:
        typer.echo(f"sos-score {__version__}")
        raise typer.Exit


@app.callback()
def begin(
    *,
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of a bug.")] = False,
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", callback=_print_version, is_eager=True)
    ] = False,
) -> None:
    """Options before the command."""


app.command("list")(list_command.list_instruments)
app.command("show")(show_command.show_instrument)
app.command("validate")(validate_command.validate)
app.command("diff")(diff_command.diff)
app.command("schema")(schema_command.print_schema)
app.command("check")(check_command.check)
app.command("columns")(columns_command.propose_columns)
app.command("score")(score_command.score)
app.command("pseudonymise")(pseudonymise_command.pseudonymise)
app.command("codebook")(codebook_command.codebook)
app.command("compare")(compare_command.compare)
app.command("explain")(explain_command.explain)
app.command("plausible")(plausible_command.plausible)
app.command("power")(power_command.power)
app.command("reliability")(reliability_command.report_reliability)
app.command("agreement")(agreement_command.report_agreement)
app.command("raters")(raters_command.report_raters)
app.command("retest")(retest_command.report_retest)
app.command("report")(report_command.report)
app.command("verify")(verify_command.verify)
app.command("demo")(demo_command.demo)
app.add_typer(new_command.app, name="new")


def _keep_only(whole: typer.Typer, names: Sequence[str]) -> typer.Typer:
    """Return an app of the commands named, or the whole where there are none: each takes its time to make ready."""
    commands = [command for command in whole.registered_commands if command.name in names]
    if not commands:
        return whole
    part = copy(whole)
    part.registered_commands, part.registered_groups = commands, []
    return part


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
    for stream in (sys.stdout, sys.stderr):
        # A label outside the terminal's character set must not end the program.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    try:
        _keep_only(app, sys.argv[1:2])()
    except Exception as error:
        if "--debug" in sys.argv:
            raise
        typer.echo(f"{_BUG} ({type(error).__name__}).", err=True)
        raise SystemExit(EXIT_BUG) from None
