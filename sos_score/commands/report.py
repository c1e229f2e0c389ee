"""A study in, its report out: pages, pictures, scores and a manifest, all of them or none."""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from pathlib import Path

from sos_score.commands.score_summary import list_readings
from sos_score.comparison.compare import compare_study
from sos_score.comparison.judging import Comparison
from sos_score.errors import InvalidOutput, InvalidRequest, Problem
from sos_score.output.files import check_output, write_files
from sos_score.output.terminal import announce
from sos_score.report.build import FORMS, make_report
from sos_score.report.checklist.draft import make_checklist
from sos_score.report.manifest import format_now, make_manifest
from sos_score.report.model import ReportData
from sos_score.report.request import Report, ReportRequest, name_annex
from sos_score.study.data import StudyData
from sos_score.study.file import StudyFile, read_study
from sos_score.study.load import load_study_data
from sos_score.survey.pseudonyms import read_key
from sos_score.words import count

_STUDY_SUFFIXES = (".yaml", ".yml")
_SCORES_SUFFIX = ".sav"
_DRAFT_SUFFIXES = (".md", ".docx")


@dataclass(frozen=True)
class ComparedStudy:
    """A study as read, and what was found in it."""

    file: StudyFile
    data: StudyData
    comparison: Comparison


def compare_whole(path: Path, *, quiet: bool) -> ComparedStudy:
    """Read a study file and ask every question; raise `InvalidInput` or `InvalidRequest` where it is wrong."""
    file = read_study(path)
    data = load_study_data(file)
    announce(f"Comparing {count(len(data.outcomes), 'scale')} between sites and waves", quiet=quiet)
    return ComparedStudy(file, data, compare_study(data))


def write_report(request: ReportRequest, compared: ComparedStudy | None = None) -> None:
    """Write the report of a study in every form asked for, its scores and pictures where wanted, and its manifest.

    A study that is compared already is not read again. Raises `InvalidInput` or `InvalidRequest` where the study is
    wrong, or a file cannot be written or is there already; then nothing is written.
    """
    check_request(request)
    for path in request.paths:
        check_output(path, force=request.force)
    if request.figures is not None and not Path(request.figures).is_dir():
        check_output(Path(request.figures), force=False)
    made_at = format_now()
    request = replace(request, made_on=made_at[:10])
    key = None if request.sign_key is None else read_key(request.sign_key)
    report = run_report(request, compared)
    _check_inputs(request, report)
    files = {**report.files, request.manifest: make_manifest(request, report, made_at, key)}
    if request.checklist is not None:  # its author edits it, so the manifest does not hold it
        path, found = Path(request.checklist), ReportData(report.data, report.comparison, request.manifest.name)
        files[path] = make_checklist(found, path.suffix.lower())
    if request.figures is not None:
        for path in files:
            if path.parent == Path(request.figures) and path.parent.is_dir():
                check_output(path, force=request.force)
    write_files(files, force=request.force)
    if not request.quiet:
        print("\n".join(_describe_files(request, report)), file=sys.stderr)  # noqa: T201 - a message


def check_request(request: ReportRequest) -> None:
    """Raise `InvalidRequest` where an output has no form that is known, or two would be one file."""
    for each in request.outputs:
        if Path(each).suffix.lower() == _SCORES_SUFFIX:
            raise InvalidRequest(f"a report holds no scores of single people; for them give --scores {each}")
        if Path(each).suffix.lower() not in FORMS:
            how = "; for a PDF, open the .html and print it" if Path(each).suffix.lower() == ".pdf" else ""
            raise InvalidRequest(f"a report is an .html, .docx or .xlsx file, not '{each}'{how}")
    if request.scores is not None and Path(request.scores).suffix.lower() != _SCORES_SUFFIX:
        raise InvalidRequest(f"the scores of a study are a {_SCORES_SUFFIX} file, not '{request.scores}'")
    if request.checklist is not None and Path(request.checklist).suffix.lower() not in _DRAFT_SUFFIXES:
        raise InvalidRequest(f"a checklist is an .md or .docx file, not '{request.checklist}'")
    if request.figures == "":
        raise InvalidRequest("--figures names no folder")
    folder = [] if request.figures is None else [Path(request.figures)]
    paths = [each.resolve() for each in [*request.paths, *folder]]
    for path in paths:
        if paths.count(path) > 1:
            raise InvalidRequest(f"two outputs would be one file: {path.name}")


def run_report(request: ReportRequest, compared: ComparedStudy | None = None) -> Report:
    """Return the report of a study, compared now unless it is already.

    Raises `InvalidInput` or `InvalidRequest` where the study is wrong.
    """
    if Path(request.study).suffix.lower() not in _STUDY_SUFFIXES:
        raise InvalidRequest(f"a report is made from a study file (.yaml), not from '{request.study}'")
    found = compared or compare_whole(Path(request.study), quiet=request.quiet)
    definitions = {each.instrument.id: each for of_source in found.file.definitions.values() for each in of_source}
    announce("Drawing pictures and setting tables", quiet=request.quiet)
    return make_report(request, found.data, found.comparison, definitions)


def _check_inputs(request: ReportRequest, report: Report) -> None:
    """Raise `InvalidOutput` where an output would take the place of a file that was read, even with --force."""
    problems: list[Problem] = []
    inputs = [each.path for each in report.data.inputs]
    for path in request.paths:
        try:
            check_output(path, force=True, inputs=inputs)
        except InvalidOutput as error:
            problems += error.problems
    if problems:
        raise InvalidOutput(problems, "nothing was written")


def _describe_files(request: ReportRequest, report: Report) -> list[str]:
    pictures = sum(len(section.pictures) for section in report.sections)
    annex = sum(section.is_annex for section in report.sections)
    where = f", also in {request.figures}" if request.figures is not None else ""
    held = f"{count(len(report.sections) - annex, 'section')}, an annex of {annex}, {count(pictures, 'picture')}{where}"
    lines = []
    for place, each in enumerate(request.outputs):
        beside = name_annex(each)
        lines.append(f"{each}: {'the same' if place else held}{f'; its annex is {beside.name}' if beside else ''}")
    if request.scores is not None:
        rows = count(report.scores.frame.height, "row")
        lines.append(f"{request.scores}: {rows} of scores, with the ids of the people")
    if request.checklist is not None:
        lines.append(f"{request.checklist}: a draft of the results and of the TREND and JARS-Quant checklists, to edit")
    return [*lines, f"{request.manifest}: what it was made from", *list_readings(report.data.files)]
