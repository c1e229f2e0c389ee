"""A codebook on request: of the scores of instruments, or of everything that comes of a study."""

from __future__ import annotations

from pathlib import Path

from sos_score.commands.score_request import ScoreRequest, load_definitions, make_choices
from sos_score.errors import InvalidRequest
from sos_score.output.codebook import Variable, describe_plan, make_codebook
from sos_score.output.delimited import write_tables
from sos_score.report.columns import list_codebooks
from sos_score.report.scores import gather_scores
from sos_score.scoring.plan import plan_scores
from sos_score.study.file import read_study
from sos_score.study.load import load_study_data


def write_codebook(study: str | None, request: ScoreRequest) -> None:
    """Show or write what every column of scores means, and of a study also every column of findings."""
    if (study is None) == (not request.instruments):
        raise InvalidRequest("give a study file, or one or more instruments with -i")
    if study is None:
        tables = {"codebook": make_codebook(_list_of_instruments(request))}
    else:
        tables = list_codebooks(_list_of_study(study))
    write_tables(tables, request.fmt, request.output, force=request.force)


def _list_of_instruments(request: ScoreRequest) -> list[Variable]:
    definitions = load_definitions(request.instruments)
    choices = make_choices(request, [definition.instrument for definition in definitions])
    return [each for found in definitions for each in describe_plan(plan_scores(found.instrument, choices), found)]


def _list_of_study(path: str) -> tuple[Variable, ...]:
    file = read_study(Path(path))
    definitions = {each.instrument.id: each for found in file.definitions.values() for each in found}
    return gather_scores(load_study_data(file), definitions).variables
