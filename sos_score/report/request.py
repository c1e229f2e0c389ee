"""What a report is asked for, and the report that comes of it, before anything is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sos_score.comparison.judging import Comparison
from sos_score.report.model import Section
from sos_score.report.scores import StudyScores
from sos_score.study.data import StudyData


def name_annex(output: str | Path) -> Path | None:
    """Return the file of a report's annex: of a Word document one of its own, else none.

    Examples
    --------
    >>> str(name_annex("report.docx")), name_annex("report.html")
    ('report-annex.docx', None)
    """
    path = Path(output)
    return path.with_name(f"{path.stem}-annex{path.suffix}") if path.suffix.lower() == ".docx" else None


@dataclass(frozen=True)
class ReportRequest:
    """What to report on, and where to put it.

    Attributes
    ----------
    outputs : tuple of str
        The report, once in each form: ``.html``, ``.docx`` or ``.xlsx``; the manifest goes beside the first.
    figures : str or None
        A folder for the pictures, each as SVG and as PNG.
    scores : str or None
        An SPSS file, ``.sav``, for everybody's scores.
    checklist : str or None
        A draft to edit, ``.md`` or ``.docx``: results in words, and the items of TREND and JARS-Quant.
    made_on : str
        The day that the report is to name, as 2026-11-26; empty for none.
    sign_key : Path or None
        A key file to sign the manifest with; without one it is sealed, which shows what changed but not who changed it.
    """

    study: str
    outputs: tuple[str, ...] = ("report.html",)
    figures: str | None = None
    scores: str | None = None
    checklist: str | None = None
    sign_key: Path | None = None
    force: bool = False
    quiet: bool = False
    made_on: str = ""

    @property
    def manifest(self) -> Path:
        """Return the path of the manifest."""
        return Path(self.outputs[0]).with_suffix(".manifest.json")

    @property
    def paths(self) -> list[Path]:
        """Return every file that is named, annexes and the manifest included."""
        further = [Path(each) for each in (self.scores, self.checklist) if each is not None]
        annexes = [annex for each in self.outputs if (annex := name_annex(each))]
        return [*map(Path, self.outputs), *annexes, *further, self.manifest]


@dataclass(frozen=True)
class Report:
    """A report that is not written yet."""

    data: StudyData
    comparison: Comparison
    sections: tuple[Section, ...]
    scores: StudyScores
    # path to content: the report in each form, the scores and the pictures where they are wanted
    files: Mapping[Path, bytes]
