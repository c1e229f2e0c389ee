"""A study in, its report out: pages, pictures, scores and a manifest, all of them or none."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from sos_score.comparison.compare import compare_study
from sos_score.definition.reading import Definition
from sos_score.errors import InvalidOutput, InvalidRequest, Problem
from sos_score.output.files import check_output, replace_files
from sos_score.report.docx import make_document
from sos_score.report.finding_codebook import list_codebooks
from sos_score.report.html import make_page
from sos_score.report.model import Evidence, Section, count
from sos_score.report.scores import StudyScores, gather_scores, make_study_sav
from sos_score.report.sections.registry import list_sections
from sos_score.report.tables.detail import make_file_tables
from sos_score.report.xlsx import make_report_workbook
from sos_score.study.file import read_study
from sos_score.study.load import load_study_data

STUDY_SUFFIXES = (".yaml", ".yml")
SCORES_SUFFIX = ".sav"


@dataclass(frozen=True)
class ReportRequest:
    """What to report on, and where to put it.

    Attributes
    ----------
    study : str
        A study file.
    outputs : tuple of str
        The report, once in each form: ``.html``, ``.docx`` or ``.xlsx``; the manifest goes beside the first.
    figures : str or None
        A folder for the pictures, each as SVG and as PNG.
    scores : str or None
        An SPSS file, ``.sav``, for everybody's scores.
    force, quiet : bool
    """

    study: str
    outputs: tuple[str, ...] = ("report.html",)
    figures: str | None = None
    scores: str | None = None
    force: bool = False
    quiet: bool = False

    @property
    def manifest(self) -> Path:
        """Return the path of the manifest."""
        return Path(self.outputs[0]).with_suffix(".manifest.json")


@dataclass(frozen=True)
class Report:
    """A report that is not written yet.

    Attributes
    ----------
    evidence : Evidence
    sections : tuple of Section
    scores : StudyScores
    files : dict
        Path to content: the report in each form, the scores and the pictures where they are wanted.
    """

    evidence: Evidence
    sections: tuple[Section, ...]
    scores: StudyScores
    files: Mapping[Path, bytes]


def _make_html(evidence: Evidence, sections: tuple[Section, ...], _scores: StudyScores) -> bytes:
    return make_page(evidence.data.study, sections).encode()


def _make_docx(evidence: Evidence, sections: tuple[Section, ...], _scores: StudyScores) -> bytes:
    return make_document(evidence.data.study, sections)


def _make_xlsx(evidence: Evidence, sections: tuple[Section, ...], scores: StudyScores) -> bytes:
    codebooks = list_codebooks(scores.variables)
    further = {
        **{f"all {name}": table for name, table in make_file_tables(evidence.comparison).items()},
        "codebook": codebooks["codebook"],
        "codebook of findings": codebooks["findings"],
    }
    return make_report_workbook(evidence.data.study, sections, further)


FORMS: dict[str, Callable[[Evidence, tuple[Section, ...], StudyScores], bytes]] = {
    ".html": _make_html,
    ".htm": _make_html,
    ".docx": _make_docx,
    ".xlsx": _make_xlsx,
}


def make_report(request: ReportRequest) -> Report:
    """Return the report of a study.

    Parameters
    ----------
    request : ReportRequest

    Returns
    -------
    Report
        The same inputs give the same bytes.

    Raises
    ------
    InvalidInput
        The study or a file of it is wrong.
    InvalidRequest
        It is no study file, or the plan leaves nothing to report on.
    """
    if Path(request.study).suffix.lower() not in STUDY_SUFFIXES:
        raise InvalidRequest(f"a report is made from a study file (.yaml), not from '{request.study}'")
    file = read_study(Path(request.study))
    data = load_study_data(file)
    evidence = Evidence(data, compare_study(data), request.manifest.name)
    sections = tuple(list_sections(evidence))
    definitions: dict[str, Definition] = {
        each.instrument.id: each for found in file.definitions.values() for each in found
    }
    scores = gather_scores(data, definitions)
    files = {Path(each): FORMS[Path(each).suffix.lower()](evidence, sections, scores) for each in request.outputs}
    if request.scores is not None:
        files[Path(request.scores)] = make_study_sav(data, scores)
    if request.figures is not None:
        for section in sections:
            for picture in section.pictures:
                for kind in ("svg", "png"):
                    files[Path(request.figures) / f"{picture.name}.{kind}"] = picture.render(kind)
    return Report(evidence, sections, scores, files)


def check_request(request: ReportRequest) -> None:
    """Raise `InvalidRequest` where an output has no form that is known, or two would be one file."""
    for each in request.outputs:
        if Path(each).suffix.lower() == SCORES_SUFFIX:
            raise InvalidRequest(f"a report holds no scores of single people; for them give --scores {each}")
        if Path(each).suffix.lower() not in FORMS:
            raise InvalidRequest(f"a report is an .html, .docx or .xlsx file, not '{each}'")
    if request.scores is not None and Path(request.scores).suffix.lower() != SCORES_SUFFIX:
        raise InvalidRequest(f"the scores of a study are a {SCORES_SUFFIX} file, not '{request.scores}'")
    if request.figures == "":
        raise InvalidRequest("--figures names no folder")
    folder = [] if request.figures is None else [Path(request.figures)]
    paths = [Path(each).resolve() for each in [*_list_named(request), *folder]]
    for path in paths:
        if paths.count(path) > 1:
            raise InvalidRequest(f"two outputs would be one file: {path.name}")


def _list_named(request: ReportRequest) -> list[Path]:
    """Return every file that a request names, the manifest included."""
    scores = [Path(request.scores)] if request.scores is not None else []
    return [*map(Path, request.outputs), *scores, request.manifest]


def write_report(request: ReportRequest) -> None:
    """Write the report of a study in every form asked for, its scores and pictures where wanted, and its manifest.

    Parameters
    ----------
    request : ReportRequest

    Raises
    ------
    InvalidInput, InvalidRequest
        See `make_report`; or a file cannot be written, or is there already. Then nothing is written.
    """
    from sos_score.report.manifest import make_manifest, say_now

    check_request(request)
    for path in _list_named(request):
        check_output(path, force=request.force)
    if request.figures is not None and not Path(request.figures).is_dir():
        check_output(Path(request.figures), force=False)
    made_at = say_now()
    report = make_report(request)
    _check_inputs(request, report)
    files = {**report.files, request.manifest: make_manifest(request, report, made_at)}
    if request.figures is not None:
        for path in files:
            if path.parent == Path(request.figures) and path.parent.is_dir():
                check_output(path, force=request.force)
    replace_files(files)
    if not request.quiet:
        print("\n".join(_say(request, report)), file=sys.stderr)  # noqa: T201 - a message


def _check_inputs(request: ReportRequest, report: Report) -> None:
    """Raise `InvalidOutput` where an output would take the place of a file that was read, even with --force."""
    problems: list[Problem] = []
    inputs = [each.path for each in report.evidence.data.inputs]
    for path in _list_named(request):
        try:
            check_output(path, force=True, inputs=inputs)
        except InvalidOutput as error:
            problems += error.problems
    if problems:
        raise InvalidOutput(problems, "nothing was written")


def _say(request: ReportRequest, report: Report) -> list[str]:
    pictures = sum(len(section.pictures) for section in report.sections)
    where = f", also in {request.figures}" if request.figures is not None else ""
    said = f"{count(len(report.sections), 'section')}, {count(pictures, 'picture')}{where}"
    lines = [f"{each}: {said}" if place == 0 else f"{each}: the same" for place, each in enumerate(request.outputs)]
    if request.scores is not None:
        rows = count(report.scores.frame.height, "row")
        lines.append(f"{request.scores}: {rows} of scores, with the ids of the people")
    return [*lines, f"{request.manifest}: what it was made from"]
