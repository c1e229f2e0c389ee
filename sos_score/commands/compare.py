"""A study in, its findings out: to the terminal as a summary, to files in full."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from textwrap import fill
from typing import TYPE_CHECKING

from sos_score.commands.score_summary import list_readings
from sos_score.comparison.compare import compare_study
from sos_score.comparison.judging import Comparison, check_questions
from sos_score.comparison.questions.registry import OF_STUDY, QUESTIONS
from sos_score.definition.study.model import Plan
from sos_score.errors import InvalidRequest
from sos_score.inputs import name_files
from sos_score.output.delimited import RESULT_FORMATS, open_console, write_tables
from sos_score.output.files import check_output, choose_format
from sos_score.output.table import Table, print_table
from sos_score.output.terminal import announce, show_progress
from sos_score.report.labels import Labels
from sos_score.report.overview import QUESTIONS as OVERVIEW
from sos_score.report.overview import describe_none, describe_rest, describe_test_of_sites, list_arms, list_data_notes
from sos_score.report.overview import list_sentences as list_differences
from sos_score.report.overview import make_table as make_overview
from sos_score.report.questions.design import list_limits, name_change
from sos_score.report.questions.outcomes import name_question
from sos_score.report.questions.registry import (
    VIEWS,
    list_sentences,
    list_summaries,
    make_file_tables,
    make_sheets,
    make_single_table,
)
from sos_score.report.questions.view import TERMINAL, drop_repeated_notes
from sos_score.report.response_counts import describe_files, explain_files
from sos_score.report.tables.comparability import list_comparability
from sos_score.report.tables.verdicts import list_doubts, list_headlines, make_count_table
from sos_score.scoring.provenance import describe_caveat
from sos_score.study.data import StudyData
from sos_score.study.file import read_study
from sos_score.study.load import load_study_data
from sos_score.survey.readers.export import AS_FOUND, ReadingOptions
from sos_score.temporary import private_folder
from sos_score.version import __version__
from sos_score.words import count

if TYPE_CHECKING:
    from rich.console import Console


@dataclass(frozen=True)
class CompareRequest:
    """What to compare, and where to put it."""

    path: str  # a study file, or a CSV of scores
    # questions to show in full; scales and instruments to ask about
    only: tuple[str, ...] = ()
    scales: tuple[str, ...] = ()
    instruments: tuple[str, ...] = ()
    site: str = "site"  # the column of the site in a file of scores
    wave: str | None = None  # the column of the wave; None for ``wave`` where there is one
    waves: tuple[str, ...] = ()  # the waves of a file of scores, in order; none for their own
    treated: tuple[str, ...] = ()  # the treated sites of a file of scores
    reading: ReadingOptions = AS_FOUND  # how a file of scores is to be read
    fmt: str | None = None
    output: str | None = None
    force: bool = False
    quiet: bool = False
    is_full: bool = False  # whether the terminal shows every question in place of the first answer


def compare_file(request: CompareRequest) -> None:
    """Compare a study and show or write what comes of it."""
    check_questions(request.only)
    kind = choose_format(request.fmt, request.output, RESULT_FORMATS)
    if request.output not in (None, "-"):
        check_output(Path(str(request.output)), force=request.force, inputs=[request.path])
    data = load_request(request)
    announce(f"Comparing {count(len(data.outcomes), 'scale')} between sites and waves", quiet=request.quiet)
    with show_progress(quiet=request.quiet) as track:
        is_first = kind == "table" and not request.is_full and not request.only
        asked = OVERVIEW if is_first else request.only
        chosen = (request.instruments, request.scales)
        comparison = compare_study(data, asked, *chosen, track=track, judged_only=is_first)
    labels = Labels.of(comparison, data)
    if kind == "table":
        _print(data, comparison, labels, request)
    else:
        write_comparison(data, comparison, request)
    if kind != "table":
        for question in request.only:
            if not comparison.ask(question):
                print(f"{name_question(question)}: {_explain_empty(question)}", file=sys.stderr)  # noqa: T201 - a message
    if not request.quiet:
        _describe_defaults(data)


def write_comparison(data: StudyData, comparison: Comparison, request: CompareRequest) -> None:
    """Write a comparison as data: one table as CSV, a table a question as JSON, sheets by kind in a workbook."""
    labels = Labels.of(comparison, data)
    kind = choose_format(request.fmt, request.output, RESULT_FORMATS)
    if kind == "csv":
        tables = {"comparison": make_single_table(comparison, labels)}
    else:
        tables = make_sheets(comparison, labels) if kind == "xlsx" else make_file_tables(comparison, labels)
    about = describe_comparison(data, comparison)
    inputs = [each.path for each in data.inputs]
    write_tables(tables, request.fmt, request.output, force=request.force, about=about, inputs=inputs)


def load_request(request: CompareRequest) -> StudyData:
    """Return the data of a study file, or of a file of scores."""
    if Path(request.path).suffix.lower() in (".yaml", ".yml"):
        if request.waves:
            raise InvalidRequest("--waves is for a file of scores; a study file has its waves in order")
        return load_study_data(read_study(Path(request.path)))
    from sos_score.study.from_scores import ScoredFile, make_study_from_scores
    from sos_score.survey.readers.parts import holds_many, is_address
    from sos_score.survey.readers.registry import find_file, open_export

    with private_folder() as folder:
        is_folder = holds_many(request.path) and not is_address(request.path)
        # Standard input can be read only once.
        file, wave = None if is_folder else find_file(request.path, folder), request.wave
        if wave is None:
            with open_export(request.path, request.reading, file) as export:
                wave = "wave" if "wave" in [name.strip() for name in export.header] else None
        if wave is None and request.waves:
            raise InvalidRequest(f"{request.path} has no column 'wave' for --waves; name it with --wave")
        names = (request.path, request.site, wave, request.treated)
        return make_study_from_scores(ScoredFile(*names, waves=request.waves, reading=request.reading, file=file))


def describe_comparison(data: StudyData, comparison: Comparison) -> dict[str, object]:
    """Return what has to stand beside the findings, as plain data."""
    files, names = describe_files(data), _name_inputs(data)
    return {
        "software": f"sos-score {__version__}",
        "study": {"id": data.study.id, "title": data.study.title},
        "inputs": describe_inputs(data),
        "plan": data.study.plan.model_dump(mode="json"),
        "files": None if files is None else [each | {"file": names[each["file"]]} for each in files],
        **({"files_not_shown": said} if (said := explain_files(data)) else {}),
        "defaults": list(data.defaults),
        "families": comparison.families,
        "verification": {
            outcome.id: {part: claim.model_dump() for part, claim in outcome.verification.items()}
            for outcome in data.outcomes
            if outcome.is_planned
        },
    }


def describe_inputs(data: StudyData) -> list[dict[str, str]]:
    """Return every file that was read, by its path from the folder that holds them all; an instrument by its id."""
    names = _name_inputs(data)
    return [{"kind": each.kind, "path": names.get(each.path, each.path), "sha256": each.sha256} for each in data.inputs]


def _name_inputs(data: StudyData) -> dict[str, str]:
    files = [each.path for each in data.inputs if each.kind != "instrument" or Path(each.path).suffix]
    return name_files([*files, *(each.name for each in data.files)])


def _print(data: StudyData, comparison: Comparison, labels: Labels, request: CompareRequest) -> None:
    from rich.text import Text

    console = open_console()
    console.print(Text(fill(data.study.title, console.width), style="bold"))
    _write(list_doubts(comparison, labels), console)
    if request.only or request.is_full:
        _write([*list_limits(comparison, labels), *name_change(comparison)], console)
    if request.only:
        for question in request.only:
            _print_question(question, comparison, labels, console)
        _write(make_count_table(comparison, labels).notes, console)
    elif request.is_full:
        _print_everything(comparison, labels, console)
    else:
        _print_overview(data, comparison, labels, request, console)


def _write(lines: Iterable[str], console: Console, indent: str = "") -> None:
    from rich.text import Text

    for line in lines:
        console.print(Text(fill(f"{indent}{line}", console.width, subsequent_indent=" " * len(indent))))


def _show(tables: Iterable[Table], console: Console) -> None:
    for table in tables:
        console.print()
        print_table(table, console)


def _print_section(title: str, sentences: Iterable[str], console: Console) -> None:
    from rich.text import Text

    console.print(Text(f"\n{title}", style="bold"))
    _write(sentences, console, "- ")


def _print_question(question: str, comparison: Comparison, labels: Labels, console: Console) -> None:
    from rich.text import Text

    console.print(Text(f"\n{name_question(question)}", style="bold"))
    tables = [table for table in VIEWS[question].full(comparison, labels) if table.rows]
    if not tables:
        _write([_explain_empty(question)], console)
    _show(tables, console)
    console.print()
    _write(list_comparability(comparison.ask(question)), console)
    _write(list_sentences(question, comparison, labels, in_full=True), console, "- ")


def _explain_empty(question: str) -> str:
    return f"Nothing to show: this needs {QUESTIONS[question].needs}."


def _print_overview(
    data: StudyData, comparison: Comparison, labels: Labels, request: CompareRequest, console: Console
) -> None:
    limits = " ".join([*list_limits(comparison, labels), list_arms(comparison, labels)]).strip()
    _write([limits] if limits else [], console)
    table = make_overview(comparison, labels)
    if not table.rows:
        means = compare_study(data, ("descriptives",), request.instruments, request.scales)
        _show(VIEWS["descriptives"].full(means, labels), console)
    else:
        _show([table], console)
        sites = list(describe_test_of_sites(comparison, labels))
        if sites:
            _print_section("Of the sites", sites, console)
        said = list_differences(comparison, labels) or [describe_none(comparison)]
        alpha = comparison.plan.alpha
        level = "" if alpha == Plan().alpha else f"; tests are at {alpha:g}"
        _print_section(f"Differences, the largest in SD first, with 95% intervals{level}", said, console)
    doubts = list_doubts(comparison, labels)
    notes = [each for each in list_data_notes(data, labels) if each not in doubts]
    if notes:
        _print_section("About the data", notes, console)
    if notes or not table.rows:
        console.print()
    _write([describe_rest(comparison)], console)


def _print_everything(comparison: Comparison, labels: Labels, console: Console) -> None:
    found = list_summaries(comparison, labels, TERMINAL)
    of_outcomes = [table for name, tables in found.items() if name not in OF_STUDY for table in tables]
    _show(drop_repeated_notes([*of_outcomes, make_count_table(comparison, labels)]), console)
    _show((table for name, tables in found.items() if name in OF_STUDY for table in tables), console)
    console.print()
    _write(list_comparability(comparison.findings), console)
    for name, sentences in list_headlines(comparison, labels).items():
        _print_section(name, sentences, console)
    for name, questions in (
        ("Across the study", OF_STUDY),
        ("More than error", ("reliable",)),
        ("At the end of a scale", ("extremes",)),
        ("Who is missing", ("missing",)),
    ):
        said = [each for question in questions for each in list_sentences(question, comparison, labels, in_full=False)]
        if said:
            _print_section(name, said, console)
    console.print()
    *names, last = QUESTIONS
    _write([f"Every row: --only {', '.join(names)} or {last}; or --output FILE."], console)
    _write(["Whether a verdict hangs on a choice of the analysis: --only sensitivity."], console)


def _describe_defaults(data: StudyData) -> None:
    """Say on standard error how the files were read, what was defaulted and who vouches for the keys."""
    used = [each.table.instrument for each in data.outcomes if each.is_planned and each.table.instrument is not None]
    doubtful = dict.fromkeys(filter(None, map(describe_caveat, used)))
    lines = [*list_readings(data.files), *(f"default: {default}" for default in data.defaults), *doubtful]
    if lines:
        print("\n".join(lines), file=sys.stderr)  # noqa: T201 - messages go to standard error
