"""What changed from one definition to another, as a table, JSON, or Markdown for a comment on a pull request."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass
from pathlib import Path
from textwrap import fill
from typing import TYPE_CHECKING, Any

from sos_score.definition.changes import Aspect, Change, Comparison, check_version, compare_definitions
from sos_score.definition.reading import Definition
from sos_score.definition.revision import find_revised
from sos_score.errors import InvalidDefinition, Problem, clip
from sos_score.output.delimited import open_console
from sos_score.output.files import choose_format, write_text
from sos_score.output.table import Column, Table, format_cell, print_table
from sos_score.words import count, join

if TYPE_CHECKING:
    from sos_score.scoring.differences import ScoreDifference
    from sos_score.scoring.scorer import OnInvalid

# What is said of a change, where the word of the file is not the word of the field.
_WORDS = {
    Aspect.SIGN: "reversal",
    Aspect.RANGE: "range of answers",
    Aspect.LABEL: "answer label",
    Aspect.METHOD: "how it is scored",
    Aspect.DIRECTION: "what high means",
    Aspect.RESPONDENTS: "who answers",
    Aspect.WORDING: "item wording",
}


@dataclass(frozen=True)
class DiffRequest:
    """Two definitions, and the export to score with both."""

    # ids, paths, or paths at a revision
    old: str
    new: str
    data: str | None = None  # an export
    columns: Path | None = None  # its column map
    on_invalid: OnInvalid = "error"  # ``error`` or ``missing``
    # platform, sheet, header row and language of the export, where they do not show
    reading: tuple[str | None, str | None, int | None, str | None] = (None, None, None, None)


def write_diff(request: DiffRequest, fmt: str | None, output: str | None, *, force: bool) -> None:
    """Write what changed; raise where a score can change and the version was not raised."""
    kind = choose_format(fmt, output, ("json", "markdown"))
    old, new = _read_both(request)
    comparison = compare_definitions(old.instrument, new.instrument)
    differences = _compare_scores(request, comparison)
    problems = check_version(comparison, new.document)
    if kind == "table":
        _print(comparison, differences)
    else:
        make = _make_json if kind == "json" else _make_markdown
        text = make(comparison, differences, problems)
        inputs = [each for each in (request.old, request.new, request.data, request.columns) if each is not None]
        write_text(text, output, force=force, inputs=inputs)
    if problems:
        raise InvalidDefinition(problems)


def _read_both(request: DiffRequest) -> tuple[Definition, Definition]:
    found: list[Definition] = []
    problems: list[Problem] = []
    for name in (request.old, request.new):
        try:
            found.append(find_revised(name))
        except InvalidDefinition as error:
            problems += error.problems
    if problems:
        raise InvalidDefinition(problems, "nothing was compared")
    return found[0], found[1]


def _compare_scores(request: DiffRequest, comparison: Comparison) -> tuple[ScoreDifference, ...]:
    if request.data is None:
        return ()
    # Reading an export takes Polars, which comparing two definitions can do without.
    from sos_score.commands.column_maps import pair_maps
    from sos_score.scoring.differences import compare_scores
    from sos_score.survey.readers.export import ReadingOptions

    paths = [] if request.columns is None else [request.columns]
    sides = [
        (instrument, pair_maps([request.data], paths, [instrument])[0][1])
        for instrument in (comparison.old, comparison.new)
    ]
    return compare_scores(request.data, sides[0], sides[1], request.on_invalid, ReadingOptions(*request.reading))


def _summarise(comparison: Comparison) -> str:
    old, new = comparison.old, comparison.new
    head = f"{old.id} {old.version} to {new.id} {new.version}"
    if not comparison.changes:
        return f"{head}: nothing changed in meaning."
    changes = count(len(comparison.changes), "change")
    bands = f"bands of {join(comparison.bands)} can change" if comparison.bands else ""
    if not comparison.scales:
        return f"{head}: {changes}; {f'{bands}, though no score does' if bands else 'no score can change'}."
    if bands:
        return f"{head}: {changes}; scores of {join(comparison.scales)} and {bands}."
    return f"{head}: {changes}; scores of {join(comparison.scales)} can change."


def _print(comparison: Comparison, differences: tuple[ScoreDifference, ...]) -> None:
    from rich.text import Text

    console = open_console()
    console.print(Text(fill(_summarise(comparison), console.width)))
    groups = {
        "Scores can change by": [change for change in comparison.changes if change.scales],
        "Bands can change, though no score does, by": [change for change in comparison.changes if change.bands],
        "No score changes by": [change for change in comparison.changes if not change.scales and not change.bands],
    }
    for title, changes in groups.items():
        if changes:
            console.print(f"\n{title}")
        for change in changes:
            line = f"{name_aspect(change)}: {_name_place(change)}: {_show_sides(change)}"
            line += f" ({join(change.scales or change.bands)})" if change.scales or change.bands else ""
            console.print(Text(fill(line, console.width, initial_indent="  ", subsequent_indent="    ")))
    if differences:
        console.print()
        print_table(_tabulate_scores(differences), console)


def name_aspect(change: Change) -> str:
    """Return what a change is about, in the words of the field."""
    return _WORDS.get(change.aspect, change.aspect.value)


def _name_place(change: Change) -> str:
    return f"{change.place} {clip(change.name)}".rstrip()


def _show_sides(change: Change) -> str:
    before, after = show_side(change.before), show_side(change.after)
    if before is None or after is None:
        return f"added, {after}" if before is None else f"removed, was {before}"
    return f"{before}, now {after}"


def _tabulate_changes(comparison: Comparison) -> Table:
    rows = tuple(
        (
            name_aspect(change),
            _name_place(change),
            show_side(change.before),
            show_side(change.after),
            ", ".join(change.scales) or (f"none; bands of {', '.join(change.bands)}" if change.bands else "none"),
        )
        for change in sorted(comparison.changes, key=lambda change: (not change.scales, not change.bands))
    )
    labels = ("what", "where", "before", "after", "scores it can change")
    return Table(tuple(map(Column, labels)), rows)


def show_side(value: Any) -> str | None:
    """Return what one of two definitions says, shortened; None where it says nothing.

    Examples
    --------
    >>> show_side({"min_answered": "80%", "sums": "prorated"}), show_side(["client", "staff"]), show_side(None)
    ('min_answered 80%, sums prorated', 'client, staff', None)
    """
    if value is None or value in ({}, []):
        return None
    if isinstance(value, dict):
        return clip(", ".join(f"{key} {show_side(each) or '-'}" for key, each in value.items()))
    if isinstance(value, list):
        return clip(", ".join(show_side(each) or "-" for each in value))
    return clip(" ".join(str(value).split()))


def _tabulate_scores(differences: tuple[ScoreDifference, ...]) -> Table:
    columns = (
        Column("score"),
        Column("rows"),
        Column("changed"),
        Column("new only"),
        Column("old only"),
        Column("mean difference", 3),
        Column("largest", 3),
    )
    rows = tuple(
        (each.score, each.rows, each.changed, each.gained, each.lost, each.mean, each.largest) for each in differences
    )
    return Table(columns, rows, notes=("Differences are new minus old, over the rows with both scores.",))


def _make_json(comparison: Comparison, differences: tuple[ScoreDifference, ...], problems: list[Problem]) -> str:
    data = {
        **{
            side: {"id": each.id, "version": each.version}
            for side, each in (("old", comparison.old), ("new", comparison.new))
        },
        "can_change": list(comparison.scales),
        "changes": [asdict(change) for change in comparison.changes],
        "scores": [asdict(each) for each in differences],
        "problems": [problem.as_dict() for problem in problems],
    }
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"


def _make_markdown(comparison: Comparison, differences: tuple[ScoreDifference, ...], problems: list[Problem]) -> str:
    parts = [f"**{_mark(_summarise(comparison))}**"]
    tables = [_tabulate_changes(comparison)] if comparison.changes else []
    tables += [_tabulate_scores(differences)] if differences else []
    parts += [f"Error: version {_mark(problem.message)}; {_mark(problem.hint)}." for problem in problems]
    for table in tables:
        labels = [column.label for column in table.columns]
        lines = [f"| {' | '.join(labels)} |", f"|{'---|' * len(labels)}"]
        for row in table.rows:
            cells = [_code(format_cell(cell, column.digits)) for cell, column in zip(row, table.columns, strict=True)]
            lines.append(f"| {' | '.join(cells)} |")
        parts.append("\n".join(lines))
        parts += table.notes
    return "\n\n".join(parts) + "\n"


def _code(text: str) -> str:
    """Return a cell in which no text of a definition is read as Markdown, HTML, a mention or a link."""
    return f"`{text.replace('`', chr(39)).replace('|', chr(92) + '|')}`"


def _mark(text: str) -> str:
    """Return words with every mark of Markdown and HTML as itself."""
    return re.sub(r"([\\`*_{}\[\]<>|#@~])", r"\\\1", text)
