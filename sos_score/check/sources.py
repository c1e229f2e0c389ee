"""What is checked together: the files of one kind, opened and read as far as they can be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path

from sos_score.check.answers import Answers, FileAnswers, name_ids, read_answers
from sos_score.check.finding import Finding
from sos_score.check.roster import Response, find_roster, list_responses, read_roster
from sos_score.check.rules.registry import run_rules
from sos_score.check.rules.unread import find_absent, find_refused
from sos_score.definition.instrument.instrument import Instrument
from sos_score.definition.text import fold_text
from sos_score.errors import InvalidSurvey, Problem
from sos_score.scoring.expressions import answer_column
from sos_score.study.file import StudyFile
from sos_score.survey.column_map import ColumnMap
from sos_score.survey.mapped import open_mapped
from sos_score.survey.readers.export import AS_FOUND, ReadingOptions

DEFAULT_BY = ("site", "wave")


@dataclass(frozen=True)
class Source:
    """Files of one kind, before they are opened."""

    name: str  # its id in a study; empty outside one
    instruments: tuple[Instrument, ...]
    files: tuple[tuple[str, ColumnMap | None], ...]  # each file with its column map
    reading: ReadingOptions = AS_FOUND
    # the columns that make groups, by role or by their header; else site and wave, as far as they are there
    by: tuple[str, ...] | None = None
    # ``person``, ``site`` and ``wave`` to the id columns that hold them, where they are called otherwise
    ids: Mapping[str, str] = field(default_factory=dict)
    # the rows to look at: id column to the values it may have
    where: Mapping[str, Sequence[str]] = field(default_factory=dict)
    # those of the study, in order; none outside a study
    sites: tuple[str, ...] = ()
    waves: tuple[str, ...] = ()
    roster: Path | None = None  # who was asked


@dataclass(frozen=True)
class CheckedSource:
    """Files of one kind, checked."""

    source: Source
    answers: Answers | None  # none where no file could be read
    findings: tuple[Finding, ...]  # what every rule found
    responses: tuple[Response, ...]  # how many of those asked answered, where there is a roster
    unread: tuple[Problem, ...]  # why files could not be read


def list_sources(file: StudyFile) -> list[Source]:
    """Return the sources of a study, each with its instruments and files."""
    found = []
    for name, source in file.study.sources.items():
        paths = [file.resolve(each) for each in source.files]
        found.append(
            Source(
                name,
                tuple(each.instrument for each in file.definitions[name]),
                tuple(zip(paths, file.column_maps[name], strict=True)),
                file.reading(name),
                ids=source.ids,
                where=source.where,
                sites=tuple(file.study.sites),
                waves=tuple(file.study.waves),
            )
        )
    return found


def check_source(source: Source, stack: ExitStack) -> CheckedSource:
    """Read the files of a source and run every rule; the files stay open with `stack`."""
    files: list[FileAnswers] = []
    findings: list[Finding] = []
    unread: list[Problem] = []
    for name, column_map in source.files:
        try:
            opened = stack.enter_context(open_mapped(name, column_map, source.instruments, source.reading))
            export = stack.enter_context(opened.normalise())
            by, language = source.by or (), source.reading.language
            file = read_answers(export, len(files), source.instruments, column_map, by, language=language)
        except InvalidSurvey as error:
            findings += find_refused(name, error.problems)
            unread += error.problems
        else:
            files.append(_keep_rows(file, source.where))
    answers: Answers | None = None
    responses: tuple[Response, ...] = ()
    if files:
        answers = _name_columns(source, files)
        asked = read_roster(source.roster, _name_person(files, answers)) if source.roster else ()
        findings += find_absent(answers, [each.id for each in source.instruments])
        findings += [*run_rules(answers), *find_roster(answers, asked)]
        responses = tuple(list_responses(answers, asked)) if asked else ()
    # A file that holds two waves side by side is read twice, and says the same of itself.
    named = dict.fromkeys(replace(each, source=source.name) for each in findings)
    return CheckedSource(source, answers, tuple(named), responses, tuple(unread))


def _keep_rows(file: FileAnswers, where: Mapping[str, Sequence[str]]) -> FileAnswers:
    import polars as pl

    frame = file.frame
    for column, values in where.items():
        wanted = {fold_text(value) for value in values}
        if column in frame.columns:
            kept = [fold_text(cell or "") in wanted for cell in frame[column].to_list()]
            frame = frame.filter(pl.Series(kept, dtype=pl.Boolean))
    return replace(file, frame=frame)


def _name_columns(source: Source, files: Sequence[FileAnswers]) -> Answers:
    """Return the answers of all files, with the id columns that say who, where and when."""
    known = list(dict.fromkeys(name for file in files for name in name_ids(file.scorer)))
    columns = {role: source.ids.get(role, role) for role in ("person", "site", "wave")}
    if "person" not in source.ids:
        columns["person"] = next((role for role in ("respondent", "target") if role in known), "")
    named = {role: column if column in known else "" for role, column in columns.items()}
    by = source.by
    if by is None:
        by = tuple(named[role] for role in DEFAULT_BY if named[role])
    headers = {fold_text(column): role for file in files for role, column in file.scorer.columns.ids.items()}
    by = tuple(name if name in known else headers.get(fold_text(name), name) for name in by)
    listed, path = ", ".join(known) or "none", files[0].name
    message = "there is no id column '{}' (id columns: {})"
    wrong = [Problem(message.format(name, listed), path, rule="column") for name in by if name not in known]
    if wrong:
        raise InvalidSurvey(wrong)
    codes = {column for file in files for column in file.frame.columns}
    present = [each for each in source.instruments if any(answer_column(item) in codes for item in each.responses)]
    return Answers(tuple(present), tuple(files), by, **named, sites=source.sites, waves=source.waves)


def _name_person(files: Sequence[FileAnswers], answers: Answers) -> str:
    """Return what the first file calls its column of people."""
    return files[0].scorer.columns.ids.get(answers.person, answers.person)
