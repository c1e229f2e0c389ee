"""A study in, its findings out: to the terminal as a summary, to files in full."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from textwrap import fill
from typing import NoReturn

from sos_score.comparison.compare import compare_study
from sos_score.comparison.finding import QUESTIONS
from sos_score.comparison.judging import Comparison
from sos_score.comparison.questions.registry import ASK_STUDY
from sos_score.errors import InvalidRequest, guess
from sos_score.output.delimited import RESULT_FORMATS, open_console, write_tables
from sos_score.output.files import check_output, choose_format
from sos_score.output.table import Table, print_table
from sos_score.output.terminal import show_progress
from sos_score.report.tables.detail import (
    list_detail_tables,
    list_sentences,
    list_told,
    make_file_tables,
    make_single_table,
    name_question,
)
from sos_score.report.tables.summary import drop_repeated_key, list_headlines, list_limits, list_summary_tables
from sos_score.report.tables.whole_study import list_question_summaries, list_question_tables
from sos_score.study.data import StudyData
from sos_score.study.file import read_study
from sos_score.study.load import load_study_data
from sos_score.version import __version__


@dataclass(frozen=True)
class Request:
    """What to compare, and where to put it.

    Attributes
    ----------
    path : str
        A study file, or a CSV of scores.
    only, scales, instruments : tuple of str
        Questions to show in full; scales and instruments to ask about.
    site : str
        The column of the site in a file of scores.
    wave : str or None
        The column of the wave; None for ``wave`` where there is one.
    treated : tuple of str
        The treated sites of a file of scores.
    fmt, output : str or None
        See `choose_format`.
    force, quiet : bool
    """

    path: str
    only: tuple[str, ...] = ()
    scales: tuple[str, ...] = ()
    instruments: tuple[str, ...] = ()
    site: str = "site"
    wave: str | None = None
    treated: tuple[str, ...] = ()
    fmt: str | None = None
    output: str | None = None
    force: bool = False
    quiet: bool = False


def compare_file(request: Request) -> None:
    """Compare a study and show or write what comes of it.

    Raises
    ------
    InvalidInput
        The study or a file of it is wrong.
    InvalidRequest
        A question, scale or instrument is not there.
    """
    for question in request.only:
        if question not in QUESTIONS:
            known = [*QUESTIONS, "sensitivity"]
            near = guess(question, known)
            raise InvalidRequest(f"no question '{question}' (questions: {', '.join(known)}) {near}".rstrip())
    kind = choose_format(request.fmt, request.output, RESULT_FORMATS)
    if request.output not in (None, "-"):
        check_output(Path(str(request.output)), force=request.force, inputs=[request.path])
    data = load_request(request)
    with show_progress(quiet=request.quiet) as track:
        comparison = compare_study(data, request.only, request.instruments, request.scales, track=track)
    if not comparison.panels:
        refuse_nothing(data)
    if kind == "table":
        _print(data, comparison, request)
    else:
        tables = {"comparison": make_single_table(comparison)} if kind == "csv" else make_file_tables(comparison)
        about = describe_comparison(data, comparison)
        inputs = [each.path for each in data.inputs]
        write_tables(tables, request.fmt, request.output, force=request.force, about=about, inputs=inputs)
    if not request.quiet:
        _say(data)


def refuse_nothing(data: StudyData) -> NoReturn:
    """Say that no outcome of the plan has the scale or instrument asked for."""
    known = ", ".join(outcome.id for outcome in data.outcomes if outcome.is_planned)
    raise InvalidRequest(f"no outcome is left to compare (outcomes: {known})")


def load_request(request: Request) -> StudyData:
    """Return the data of a study file, or of a file of scores."""
    if Path(request.path).suffix.lower() in (".yaml", ".yml"):
        return load_study_data(read_study(Path(request.path)))
    from sos_score.study.from_scores import ScoredFile, make_study_from_scores
    from sos_score.survey.readers.registry import open_export

    wave = request.wave
    if wave is None:
        with open_export(request.path) as export:
            wave = "wave" if "wave" in [name.strip() for name in export.header] else None
    return make_study_from_scores(ScoredFile(request.path, request.site, wave, request.treated))


def describe_comparison(data: StudyData, comparison: Comparison) -> dict[str, object]:
    """Return what has to stand beside the findings, as plain data."""
    return {
        "software": f"sos-score {__version__}",
        "study": {"id": data.study.id, "title": data.study.title},
        "inputs": [{"kind": each.kind, "path": each.path, "sha256": each.sha256} for each in data.inputs],
        "plan": data.study.plan.model_dump(mode="json"),
        "defaults": list(data.defaults),
        "families": comparison.families,
        "verification": {
            outcome.id: {part: claim.model_dump() for part, claim in outcome.verification.items()}
            for outcome in data.outcomes
            if outcome.is_planned
        },
    }


def _print(data: StudyData, comparison: Comparison, request: Request) -> None:
    from rich.text import Text

    console = open_console()
    console.print(Text(fill(data.study.title, console.width), style="bold"))

    def say(lines: Iterable[str], indent: str = "") -> None:
        for line in lines:
            console.print(Text(fill(f"{indent}{line}", console.width, subsequent_indent=" " * len(indent))))

    def show(tables: Iterable[Table]) -> None:
        for table in tables:
            console.print()
            print_table(table, console)

    say(list_limits(comparison))
    for question in request.only:
        console.print(Text(f"\n{name_question(question)}", style="bold"))
        is_of_study = question in ASK_STUDY
        show(list_question_tables(comparison, question) if is_of_study else list_detail_tables(comparison, question))
        console.print()
        say(list_sentences(comparison, question), "- ")
    if request.only:
        say(comparison.notes)
        return
    show(drop_repeated_key(list_summary_tables(comparison)))
    show(list_question_summaries(comparison).values())
    for name, sentences in list_headlines(comparison).items():
        console.print(Text(f"\n{name}", style="bold"))
        say(sentences, "- ")
    told = [sentence for question in ASK_STUDY for sentence in list_told(comparison, question)]
    if told:
        console.print(Text("\nOf the study as a whole", style="bold"))
        say(told, "- ")
    console.print()
    *names, last = QUESTIONS
    say([f"Every row: --only {', '.join(names)} or {last}; or --output FILE."])
    say(["Whether a verdict hangs on a choice of the analysis: --only sensitivity."])


def _say(data: StudyData) -> None:
    """Say on standard error what was defaulted and who vouches for the keys."""
    doubtful: dict[str, None] = {}
    for outcome in data.outcomes:
        parts = [f"{part} {claim.status}" for part, claim in outcome.verification.items() if claim.status != "verified"]
        if outcome.is_planned and parts:
            doubtful[f"{outcome.instrument}: {', '.join(parts)}"] = None
    lines = [*(f"default: {default}" for default in data.defaults), *doubtful]
    if lines:
        print("\n".join(lines), file=sys.stderr)  # noqa: T201 - messages go to standard error
