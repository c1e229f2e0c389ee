"""A study in, its report out: the page, its pictures and its manifest, all of them or none."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from sos_score.comparison.study_panels import compare_study
from sos_score.errors import InvalidRequest
from sos_score.report.blocks import Evidence, Section, count
from sos_score.report.page import make_page
from sos_score.report.sections import list_sections
from sos_score.report.writers import check_output, replace_file
from sos_score.scoring.study_file import read_study
from sos_score.scoring.study_reading import load_study_data

STUDY_SUFFIXES = (".yaml", ".yml")
PAGE_SUFFIXES = (".html", ".htm")


@dataclass(frozen=True)
class ReportRequest:
    """What to report on, and where to put it.

    Attributes
    ----------
    study : str
        A study file.
    output : str
        The page, ``.html``; the manifest goes beside it.
    figures : str or None
        A folder for the pictures, each as SVG and as PNG.
    force, quiet : bool
    """

    study: str
    output: str = "report.html"
    figures: str | None = None
    force: bool = False
    quiet: bool = False

    @property
    def page(self) -> Path:
        """Return the path of the page."""
        return Path(self.output)

    @property
    def manifest(self) -> Path:
        """Return the path of the manifest."""
        return self.page.with_suffix(".manifest.json")


@dataclass(frozen=True)
class Report:
    """A report that is not written yet.

    Attributes
    ----------
    evidence : Evidence
    sections : tuple of Section
    files : dict
        Path to content: the page, and the pictures where they are wanted.
    """

    evidence: Evidence
    sections: tuple[Section, ...]
    files: Mapping[Path, bytes]


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
    data = load_study_data(read_study(Path(request.study)))
    evidence = Evidence(data, compare_study(data), request.manifest.name)
    sections = tuple(list_sections(evidence))
    files = {request.page: make_page(data.study, sections).encode()}
    if request.figures is not None:
        for section in sections:
            for picture in section.pictures:
                for kind in ("svg", "png"):
                    files[Path(request.figures) / f"{picture.name}.{kind}"] = picture.render(kind)
    return Report(evidence, sections, files)


def write_report(request: ReportRequest) -> None:
    """Write the report of a study, its manifest, and its pictures where they are wanted.

    Parameters
    ----------
    request : ReportRequest

    Raises
    ------
    InvalidInput, InvalidRequest
        See `make_report`; or a file cannot be written, or is there already. Then nothing is written.
    """
    from sos_score.report.manifest import make_manifest

    if request.page.suffix.lower() not in PAGE_SUFFIXES:
        raise InvalidRequest(f"a report is an .html file, not '{request.output}'")
    for path in (request.page, request.manifest):
        check_output(path, force=request.force)
    if request.figures is not None and not Path(request.figures).is_dir():
        check_output(Path(request.figures), force=False)
    report = make_report(request)
    files = {**report.files, request.manifest: make_manifest(request, report)}
    if request.figures is not None:
        for path in files:
            if path.parent == Path(request.figures) and path.parent.is_dir():
                check_output(path, force=request.force)
        Path(request.figures).mkdir(exist_ok=True)
    _write_files(files)
    if not request.quiet:
        pictures = sum(len(section.pictures) for section in report.sections)
        where = f", also in {request.figures}" if request.figures is not None else ""
        said = f"{request.output}: {count(len(report.sections), 'section')}, {count(pictures, 'picture')}{where}"
        print(f"{said}\n{request.manifest}: what it was made from", file=sys.stderr)  # noqa: T201 - a message


def _write_files(files: Mapping[Path, bytes]) -> None:
    """Write every file beside its place, then put them all in place."""
    with ExitStack() as stack:
        for path, content in files.items():
            stack.enter_context(replace_file(path)).write(content)
