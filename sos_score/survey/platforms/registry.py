"""Which platforms are known; a new one is one module here, and its line in `PLATFORMS`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from sos_score.errors import InvalidRequest, InvalidSurvey, Problem, guess
from sos_score.notes import note
from sos_score.survey.platforms import forms, jisc, limesurvey, qualtrics, redcap, smartsurvey, surveymonkey
from sos_score.survey.platforms.layout import Head, Layout
from sos_score.survey.platforms.opened import apply_layout, read_whole
from sos_score.survey.readers.csv import CsvExport
from sos_score.survey.readers.export import Export, FrameExport

PLAIN = "plain"
_ROWS, _TAIL = 5, 1 << 14
_NAMES = 3  # so many cells in a row name columns, under a title in one


@dataclass(frozen=True)
class Platform:
    """A survey platform: its name, how its files are recognised, and how they are read."""

    title: str
    recognise: Callable[[Head], bool]
    lay_out: Callable[[Head], Layout]


# In the order in which a file is tried: those that mark their files most clearly come first.
PLATFORMS = {
    "qualtrics": Platform("Qualtrics", qualtrics.recognise, qualtrics.lay_out),
    "surveymonkey": Platform("SurveyMonkey", surveymonkey.recognise, surveymonkey.lay_out),
    "smartsurvey": Platform("SmartSurvey", smartsurvey.recognise, smartsurvey.lay_out),
    "redcap": Platform("REDCap", redcap.recognise, redcap.lay_out),
    "limesurvey": Platform("LimeSurvey", limesurvey.recognise, limesurvey.lay_out),
    "forms": Platform("Microsoft or Google Forms", forms.recognise, forms.lay_out),
    "jisc": Platform("Jisc Online Surveys", jisc.recognise, jisc.lay_out),
}


def check_platform(name: str | None) -> None:
    """Raise `InvalidRequest` for a platform that is not known."""
    if name is not None and name != PLAIN and name not in PLATFORMS:
        known = [*PLATFORMS, PLAIN]
        hint = guess(name, known)
        raise InvalidRequest(f"there is no platform '{name}' ({', '.join(known)})" + (f"; {hint}" if hint else ""))


def find_platform(head: Head) -> Platform | None:
    """Return the platform that wrote a file, as its header and first rows show."""
    return next((platform for platform in PLATFORMS.values() if platform.recognise(head)), None)


def read_as_platform(export: Export, chosen: str | None) -> Export:
    """Return an export as the platform means it that wrote it, or that the user says wrote it."""
    rows = _read_rows(export)
    _refuse_title(export, rows)
    head = Head(export.header, tuple(tuple(cells) for _, cells in rows if len(cells) == len(export.header)))
    platform = PLATFORMS.get(chosen) if chosen else find_platform(head)
    if platform is None:
        return read_whole(export) if isinstance(export, CsvExport) and _ends_in_a_legend(export) else export
    layout = platform.lay_out(head)
    about = note("platform", title=platform.title, rows=layout.header_rows)
    if layout.changes_rows:
        return apply_layout(export if isinstance(export, FrameExport) else read_whole(export), layout, about)
    if isinstance(export, CsvExport | FrameExport):
        return replace(export, aliases=layout.aliases, about=(*export.about, about))
    return export


def _read_rows(export: Export) -> list[tuple[int, Sequence[str]]]:
    try:
        return list(islice(export.records(), _ROWS))
    except InvalidSurvey:  # a cell without an end; found and reported where the rows are read
        return []


def _refuse_title(export: Export, rows: Sequence[tuple[int, Sequence[str]]]) -> None:
    """Raise `InvalidSurvey` where what should name the columns is a title over a table."""
    title = [name.strip() for name in export.header if name.strip()]
    named = next((line for line, cells in rows if sum(bool(cell.strip()) for cell in cells) >= _NAMES), None)
    if len(title) == 1 and named is not None:
        message = f"a title stands where the columns are named ({title[0]!r})"
        hint = (
            f"the columns seem to be named in row {named}: --header-row {named} (in a study file, header_row: {named})"
        )
        raise InvalidSurvey([Problem(message, export.name, hint=hint, rule="header")])


def _ends_in_a_legend(export: CsvExport) -> bool:
    """Return whether something stands under a row without a text, in the last part of a file."""
    with export.path.open("rb") as stream:
        stream.seek(max(stream.seek(0, 2) - _TAIL, 0))
        lines = [line.strip(b'\r \t",;') for line in stream.read().split(b"\n")[1:]]
    *_, last = [-1, *(place for place, line in enumerate(lines) if line)]
    return b"" in lines[:last]
