"""How help is laid out: groups in the order of work, allowed values, two examples and the page of each command."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any, NamedTuple

import typer
from typer.core import TyperCommand, TyperGroup

from sos_score.errors import InvalidRequest, guess

EXIT_REQUEST = 2
_WIDEST = 30  # columns for an option; longer lists of allowed values go into its description
_MAP = "synthetic/wai_client.csv -i wai -c columns_wai_client.yaml"


class Guide(NamedTuple):
    """What the help of a command says beside its options: its group, its page, and what to type."""

    panel: str
    page: str
    examples: tuple[str, ...]


GUIDES: Mapping[str, Guide] = {
    "demo": Guide("Start", "docs/tutorial.md", ("", "my-demo")),
    "new instrument": Guide(
        "Start",
        "docs/how-to/own-instrument.md",
        (
            "Mood --items 4 --labels Never,Sometimes,Often",
            "Staff wellbeing --items 4 --subscale Energy=1,-2 --subscale Support=3,4",
        ),
    ),
    "new study": Guide("Start", "docs/study.md", ('"Two teams"', '"Two teams" -o autumn.yaml')),
    "columns": Guide(
        "Start",
        "docs/how-to/columns.md",
        ("synthetic/wai_client.csv -i wai", "synthetic/osc_t1.csv -i osc -o map.yaml"),
    ),
    "new columns": Guide(
        "Start",
        "docs/how-to/columns.md",
        ("synthetic/wai_client.csv -i wai", "synthetic/osc_t2.csv -i osc -o map-t2.yaml"),
    ),
    "check": Guide("Start", "docs/how-to/check.md", ("study.yaml", _MAP)),
    "score": Guide(
        "Score",
        "docs/score.md",
        ("synthetic/ccbc.csv -i ccbc -o scores.csv", "'synthetic/*_feedback.csv' -i family-feedback --as pomp"),
    ),
    "explain": Guide(
        "Score",
        "docs/explain.md",
        (
            "synthetic/osc_t1.csv -i osc --respondent S101 --scale stress",
            "synthetic/family_feedback.csv -i family-feedback --respondent F01-1",
        ),
    ),
    "codebook": Guide("Score", "docs/score.md", ("-i wai-s", "study.yaml -o codebook.csv")),
    "pseudonymise": Guide(
        "Score",
        "docs/how-to/share.md",
        (
            "synthetic/osc_t1.csv -i osc --key-file key.txt --new-key -o shared.csv",
            "synthetic/osc_t2.csv -i osc --key-file key.txt -o shared-t2.csv",
        ),
    ),
    "reliability": Guide(
        "Trust the scores",
        "docs/reliability.md",
        ("synthetic/osc_t1.csv -i osc", "synthetic/family_feedback.csv -i family-feedback --by site --items"),
    ),
    "agreement": Guide(
        "Trust the scores",
        "docs/agreement.md",
        ("synthetic/osc_t1.csv -i osc --team site", "synthetic/osc_t1.csv -i osc --team site --scale stress"),
    ),
    "raters": Guide(
        "Trust the scores",
        "docs/raters.md",
        (
            "synthetic/ccbc.csv -i ccbc --target target --rater rater",
            "synthetic/ccbc.csv -i ccbc --target target --rater rater --items",
        ),
    ),
    "retest": Guide(
        "Trust the scores",
        "docs/change.md",
        (f"{_MAP} --first T1 --second T2", f"{_MAP} --first T1 --second T2 --people"),
    ),
    "compare": Guide("Compare", "docs/compare.md", ("study.yaml", "study.yaml --only change --scale stress")),
    "power": Guide(
        "Compare",
        "docs/power.md",
        ("--sites-per-arm 4 --people 20 --icc 0.05", "--from study.yaml"),
    ),
    "plausible": Guide(
        "Compare",
        "docs/plausible.md",
        ("--mean 3.45 --sd 0.92 --n 20", "--mean 24.3 --sd 5.1 --n 18 --low 6 --high 30 --whole"),
    ),
    "report": Guide("Report", "docs/report.md", ("study.yaml -o results.html", "study.yaml -o results.docx --force")),
    "export": Guide(
        "Report",
        "docs/how-to/export.md",
        ("study.yaml -o for-r", "study.yaml -o for-r-by-id --ids"),
    ),
    "verify": Guide("Report", "docs/report.md", ("results.manifest.json", "report.manifest.json")),
    "list": Guide("Definitions", "docs/definitions.md", ("", "--measures burnout")),
    "show": Guide("Definitions", "docs/definitions.md", ("wai-s", "osc --format json")),
    "validate": Guide("Definitions", "docs/definitions.md", ("study.yaml", "columns_wai_client.yaml -i wai")),
    "diff": Guide("Definitions", "docs/definitions.md", ("wai-s wai-sr", "wai-s wai-sr --format json")),
    "schema": Guide("Definitions", "docs/definitions.md", ("study", "instrument -o instrument.schema.json")),
}
"""Every example is run by a test, in the folder that ``sos-score demo`` makes."""


def list_examples(words: str) -> list[str]:
    """Return the commands shown as examples of a command, or of each command in a group of them."""
    guides = {name: guide for name, guide in GUIDES.items() if f"{name} ".startswith(f"{words} ")}
    return [f"sos-score {name} {rest}".strip() for name, guide in guides.items() for rest in guide.examples]


class Command(TyperCommand):
    """A command whose help ends with examples and the page to read, and which names its own help when misused."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except InvalidRequest as error:
            typer.echo(f"{error}\nTry '{ctx.command_path} --help'.", err=True)
            raise typer.Exit(EXIT_REQUEST) from None

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read the words of the command line; what is wrong with one is said in plain words."""
        ctx.allow_extra_args, words = True, list(args)  # the parser takes words away from `args`
        try:
            rest = super().parse_args(ctx, args)
        except typer.BadParameter as error:
            error.message = error.message.removeprefix("Value error, ")
            opts = getattr(error.param, "opts", ())
            given = next((word for option, word in pairwise(words) if option in opts), "")
            near = guess(given, list_choices(error.param))
            error.message += f" {near[0].upper()}{near[1:]}" if near else ""
            raise
        if rest and not ctx.resilient_parsing:
            has_name = any(part.param_type_name == "argument" for part in self.params)
            way = "Put a name of several words in quotes." if has_name else "This command takes options only."
            ctx.fail(f"Unexpected words: {' '.join(rest)}. {way}")
        return rest

    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        """Return arguments as their metavars have them, without brackets around brackets."""
        arguments = [part for part in self.get_params(ctx) if part.param_type_name == "argument"]
        return [*(str(part.metavar or part.name.upper()) for part in arguments), "[OPTIONS]"]

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write arguments and options with the values they allow, and no type of Python."""
        for title, kind in (("Arguments", "argument"), ("Options", "option")):
            rows = [_describe(part) for part in self.get_params(ctx) if part.param_type_name == kind]
            if rows:
                with formatter.section(title):
                    formatter.write_dl(rows)

    def format_epilog(self, ctx: Any, formatter: Any) -> None:
        """Write the examples and where to read more."""
        words = ctx.command_path.partition(" ")[2]
        if words not in GUIDES:
            return
        with formatter.section("Examples, in the folder that 'sos-score demo' makes"):
            for example in list_examples(words):
                formatter.write(f"{'':{formatter.current_indent}}{example}\n")
        formatter.write(f"\nRead more: {GUIDES[words].page}\n")


class NamingCommand(Command):
    """A command whose argument is a name of several words, which stand together."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Refuse words that would become part of the name from behind an option: they belong to its list."""
        given = list(args)
        rest = super().parse_args(ctx, args)
        name = ctx.params.get("name") or []
        starts = range(len(given) - len(name) + 1)
        if not any(given[start : start + len(name)] == name for start in starts):
            stray = given[given.index(name[0]) :]
            together = next(length for length in range(1, len(name) + 1) if stray[:length] != name[:length]) - 1
            words = " ".join(name[together:])
            ctx.fail(f"Unexpected words: {words}. Write a list without spaces (3,8), or put it in quotes.")
        return rest


class Group(TyperGroup):
    """Commands listed in the order of work, with all of their first sentence."""

    command_class = Command

    def collect_usage_pieces(self, _ctx: Any) -> list[str]:
        """Return what follows the name of the program."""
        return ["COMMAND", "[OPTIONS]"]

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write the commands first, then the options."""
        self.format_commands(ctx, formatter)
        with formatter.section("Options"):
            formatter.write_dl([_describe(part) for part in self.get_params(ctx)])

    def describe_command(self, ctx: Any, name: str) -> tuple[str, str]:
        """Return the panel of a command and the first sentence of its help."""
        command: Any = self.get_command(ctx, name)
        return "Commands", " ".join((command.help or "").partition("\n\n")[0].split())

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write the commands by the panels they were given."""
        panels: dict[str, list[tuple[str, str]]] = {}
        above = "" if ctx.parent is None else ctx.info_name
        for name in sorted(self.list_commands(ctx), key=lambda name: _find_place(f"{above} {name}".strip())):
            panel, first = self.describe_command(ctx, name)
            panels.setdefault(panel, []).append((name, first))
        width = max(len(name) for rows in panels.values() for name, _ in rows)
        for panel, rows in panels.items():
            with formatter.section(panel):
                formatter.write_dl([(f"{name:<{width}}", first) for name, first in rows])


def _find_place(words: str) -> int:
    return next(place for place, name in enumerate(GUIDES) if f"{name} ".startswith(f"{words} "))


def find_panel(words: str) -> str:
    """Return the panel that a command, or the first of a group, stands in."""
    return [*GUIDES.values()][_find_place(words)].panel


def _describe(part: Any) -> tuple[str, str]:
    """Return what to type for an argument or option, and what it does."""
    choices = list_choices(part)
    is_option = part.param_type_name == "option"
    name, metavar = _name(part, is_option=is_option), "|".join(choices)
    told = len(f"{name} {metavar}") <= _WIDEST
    typed = (metavar if choices and told else part.metavar or "") if is_option and not part.is_flag else ""
    facts = [f"One of: {', '.join(choices)}."] if choices and not told else []
    marks = [f"default: {part.default}"] if part.default not in (None, False, [], "") and part.show_default else []
    if part.required and is_option:
        marks.append("required")
    return f"{name} {typed}".rstrip(), " ".join([part.help or "", *facts, *(f"[{mark}]" for mark in marks)])


def _name(part: Any, *, is_option: bool) -> str:
    return ", ".join(sorted(part.opts, key=len)) if is_option else str(part.metavar or part.name.upper())


def list_choices(part: Any) -> list[str]:
    """Return the values an argument or option allows, where they can be listed."""
    found = getattr(getattr(part, "type_descriptor", None), "choices", None)
    return [str(each) for each in found or ()]
