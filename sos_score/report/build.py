"""A study's data and findings in, its report out: pages, pictures and scores as bytes, nothing written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from sos_score.comparison.judging import Comparison
from sos_score.definition.reading import Definition
from sos_score.report.columns import list_codebooks
from sos_score.report.docx import make_annex, make_document
from sos_score.report.html import make_page
from sos_score.report.model import ReportData, Section
from sos_score.report.questions.registry import make_sheets
from sos_score.report.request import Report, ReportRequest, name_annex
from sos_score.report.scores import StudyScores, gather_scores, make_study_sav
from sos_score.report.sections.registry import list_sections
from sos_score.report.xlsx import make_report_workbook
from sos_score.study.data import StudyData


def _make_html(report: ReportData, sections: tuple[Section, ...], _scores: StudyScores) -> bytes:
    return make_page(report.data.study, sections, report.made_on).encode()


def _make_docx(report: ReportData, sections: tuple[Section, ...], _scores: StudyScores) -> bytes:
    return make_document(report.data.study, [each for each in sections if not each.is_annex], report.made_on)


def _make_xlsx(report: ReportData, sections: tuple[Section, ...], scores: StudyScores) -> bytes:
    codebooks = list(list_codebooks(scores.variables).values())
    return make_report_workbook(report.data.study, sections, make_sheets(report.comparison, report.labels), codebooks)


FORMS: dict[str, Callable[[ReportData, tuple[Section, ...], StudyScores], bytes]] = {
    ".html": _make_html,
    ".htm": _make_html,
    ".docx": _make_docx,
    ".xlsx": _make_xlsx,
}


def make_report(
    request: ReportRequest, data: StudyData, comparison: Comparison, definitions: Mapping[str, Definition]
) -> Report:
    """Return the report of a study, its definitions given by instrument id; the same inputs give the same bytes."""
    found = ReportData(data, comparison, request.manifest.name, request.made_on)
    sections = tuple(list_sections(found))
    scores = gather_scores(data, definitions)
    files = {Path(each): FORMS[Path(each).suffix.lower()](found, sections, scores) for each in request.outputs}
    for each in request.outputs:
        annex = name_annex(each)
        if annex is not None:
            files[annex] = make_annex(data.study, [section for section in sections if section.is_annex], found.made_on)
    if request.scores is not None:
        files[Path(request.scores)] = make_study_sav(data, scores)
    if request.figures is not None:
        for section in sections:
            for picture in section.pictures:
                for kind in ("svg", "png"):
                    files[Path(request.figures) / f"{picture.name}.{kind}"] = picture.render(kind)
    return Report(data, comparison, sections, scores, files)
