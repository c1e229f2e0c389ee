"""Everything a check found, as tables for files."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence

from sos_score.check.finding import Finding, Group
from sos_score.check.rules.links import list_pairs
from sos_score.check.rules.missing import list_lost_scores
from sos_score.check.sources import CheckedSource
from sos_score.check.summary import summarise_groups, summarise_items, summarise_people
from sos_score.inputs import name_files
from sos_score.output.table import Cell, Column, Table

_FINDINGS = ("level", "code", "source", "file", "lines", "where", "about", "count", "of", "message", "accepted")
_GROUPS = ("rows", "complete", "answered", "straight_lines", "without_a_score")
_RESPONSES = ("invited", "responded")
_ITEMS = ("source", "instrument", "item", "column", "answers", "missing", "not_allowed", "mean", "lowest", "highest")
_SCALES = ("source", "instrument", "scale", "items", "needed", "scores", "lost")
_PEOPLE = ("source", "instrument", "everything", "half_or_more", "less_than_half", "nothing")
_LINKS = ("source", "first", "second", "both", "only_first", "only_second", "nearly_the_same_id")
_FILES = ("source", "file", "rows", "blank_rows", "left_out")


def make_tables(checked: Sequence[CheckedSource], findings: Sequence[Finding]) -> dict[str, Table]:
    """Return everything as tables, the findings first; no table holds an id or an answer of one person."""
    read = [(each.source.name or None, each, each.answers) for each in checked if each.answers is not None]
    by = list(dict.fromkeys(name for _, _, answers in read for name in answers.by))
    asked = list(
        dict.fromkeys(name for _, each, _ in read for response in each.responses for name, _ in response.group)
    )
    groups = [(name, each) for name, _, answers in read for each in summarise_groups(answers)]
    files = (each.name for _, _, answers in read for each in answers.files)
    names = name_files((*files, *(each.place.file for each in findings if each.place.file)))
    responses = [(name, each) for name, source, _ in read for each in source.responses]
    return {
        "findings": _table(_FINDINGS, (_list_cells(each, names) for each in findings)),
        "groups": _table(
            ("source", *by, *_GROUPS), ((name, *_spread(each.group, by), *_fields(each)[1:]) for name, each in groups)
        ),
        "items": _table(_ITEMS, ((name, *_fields(each)) for name, _, found in read for each in summarise_items(found))),
        "scales": _table(_SCALES, ((name, *_fields(each)) for name, _, a in read for each in list_lost_scores(a))),
        "people": _table(_PEOPLE, ((name, *_fields(each)) for name, _, a in read for each in summarise_people(a))),
        "links": _table(_LINKS, ((name, *_fields(each)) for name, _, a in read for each in list_pairs(a))),
        "responses": _table(
            ("source", *asked, *_RESPONSES),
            ((name, *_spread(each.group, asked), each.invited, each.answered) for name, each in responses),
        ),
        "files": _table(
            _FILES,
            (
                (name, names[each.name], each.frame.height, each.blank_rows, sum(each.export.left_out.values()))
                for name, _, answers in read
                for each in answers.files
            ),
        ),
    }


def name_group(group: Group) -> str:
    """Return where in the data something is, in words.

    Examples
    --------
    >>> name_group((("site", "3"), ("wave", "T1")))
    'site 3, wave T1'
    """
    return ", ".join(f"{name} {value or '(blank)'}" for name, value in group)


def _list_cells(finding: Finding, names: Mapping[str, str]) -> tuple[Cell, ...]:
    place = finding.place
    lines = ", ".join(map(str, place.lines))
    where = (finding.source or None, names.get(place.file) or None, lines or None, name_group(place.group) or None)
    figures = (place.about or None, place.count, place.of)
    return (finding.level, finding.code, *where, *figures, str(finding.note), finding.reason or None)


def _table(names: Iterable[str], rows: Iterable[tuple[Cell, ...]]) -> Table:
    return Table(tuple(map(Column, names)), tuple(rows))


def _spread(group: Group, names: Sequence[str]) -> list[Cell]:
    values = dict(group)
    return [values.get(name) or None for name in names]


def _fields(part: object) -> list[Cell]:
    return [getattr(part, each.name) for each in dataclasses.fields(part)]  # type: ignore[arg-type]  # all are dataclasses
