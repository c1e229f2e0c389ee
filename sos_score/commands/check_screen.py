"""What a check found, on one screen for a tired person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from sos_score.check.answers import Answers
from sos_score.check.finding import LEVELS, Finding
from sos_score.check.rules.links import list_pairs
from sos_score.check.rules.missing import list_lost_scores
from sos_score.check.sources import CheckedSource
from sos_score.check.summary import summarise_groups, summarise_items, summarise_people
from sos_score.commands.check_tables import name_group
from sos_score.output.table import Cell, Column, Table, print_table
from sos_score.words import count, format_fixed, join

if TYPE_CHECKING:
    from rich.console import Console

_MOST_FINDINGS = 16
_MOST_SCALES = 6
_MOST_GROUPS = 16
_MOST_LINES = 4
_MOST_ITEMS = 6


def print_checked(checked: Sequence[CheckedSource], findings: Sequence[Finding], console: Console) -> None:
    """Print one source in full, or the sources of a study in a line each, and then what was found."""
    if len(checked) == 1 and checked[0].answers is not None:
        console.print(_title(checked[0], checked[0].answers), markup=False)
        for table in _show_answers(checked[0], checked[0].answers):
            print_table(table, console)
            console.print()
    elif len(checked) > 1:
        print_table(_show_sources(checked, findings), console)
        console.print()
    if findings:
        print_table(_show_findings(findings), console)
    console.print(sum_up(findings), markup=False)


def sum_up(findings: Sequence[Finding]) -> str:
    """Return how much was found, in one line."""
    levels = Counter(each.level for each in findings if not each.reason)
    accepted = sum(bool(each.reason) for each in findings)
    parts = [count(levels[level], level) for level in reversed(LEVELS)]
    return f"Found: {join(parts)}{f'; {accepted} accepted' if accepted else ''}."


def _show_answers(source: CheckedSource, answers: Answers) -> Iterator[Table]:
    yield _show_groups(answers)
    if source.responses:
        asked = [
            (name_group(each.group) or "all", each.invited, each.answered, _share(each.answered, each.invited))
            for each in source.responses
        ]
        yield Table((Column("asked at"), Column("invited"), Column("answered"), Column("%")), tuple(asked))
    lost = sorted((each for each in list_lost_scores(answers) if each.lost), key=lambda each: -each.lost)
    if lost:
        rows = [(each.scale, each.items, each.needed, each.scored, each.lost) for each in lost[:_MOST_SCALES]]
        columns = (Column("scale"), Column("items"), Column("needed"), Column("scores"), Column("lost"))
        rest = len(lost) - _MOST_SCALES
        notes = (f"and {count(rest, 'more scale')} with lost scores",) if rest > 0 else ()
        yield Table(columns, tuple(rows), notes=notes)


def _show_groups(answers: Answers) -> Table:
    names = answers.by
    heads = ("rows", "complete", "answered %", "straight", "no score")
    groups, has_items = summarise_groups(answers), bool(answers.instruments)
    rows: list[tuple[Cell, ...]] = [
        (
            *(value or "-" for _, value in each.group),
            each.rows,
            *(
                (each.complete, float(format_fixed(100 * each.answered, 1)), each.straight, each.lost)
                if has_items
                else [None] * 4
            ),
        )
        for each in groups[:_MOST_GROUPS]
    ]
    columns = (*map(Column, names), *(Column(head, 1 if "%" in head else None) for head in heads))
    notes = [*([f"and {len(groups) - _MOST_GROUPS} more groups"] if len(groups) > _MOST_GROUPS else [])]
    notes += _describe(answers)
    return Table(columns, tuple(rows), notes=tuple(notes), stub=max(len(names), 1))


def _title(source: CheckedSource, answers: Answers) -> str:
    asked = join([f"{each.id} ({count(len(answers.items(each)), 'item')})" for each in answers.instruments])
    ready = dict.fromkeys(each.instrument for file in answers.files for each in file.scorer.vendor_scores)
    asked = join([*([asked] if asked else []), *(f"{each} (ready-made T-scores)" for each in ready)])
    files = answers.files[0].name if len(answers.files) == 1 else count(len(answers.files), "file")
    people = ""
    if answers.person:
        number = answers.frame[answers.person].drop_nulls().n_unique()
        people = f", {count(number, 'person', 'people')}"
    return f"{source.source.name or asked}: {files}, {count(answers.frame.height, 'row')}{people}"


def _describe(answers: Answers) -> list[str]:
    """Return the sentences under the table of groups: links, people, items most often missing."""
    said = [
        f"{each.first} to {each.second}: {count(each.both, 'person', 'people')} at both, {each.only_first} only at"
        f" {each.first}, {each.only_second} only at {each.second}"
        for each in list_pairs(answers)
    ]
    said += [
        f"{each.instrument}: {each.everything} answered every item, {each.half} half or more, {each.less} less,"
        f" {each.nothing} none"
        for each in summarise_people(answers)
    ]
    missing = sorted((each for each in summarise_items(answers) if each.missing), key=lambda each: -each.missing)
    if missing:
        listed = ", ".join(f"{each.item} {each.missing}" for each in missing[:_MOST_ITEMS])
        said.append(f"most often missing: {listed}")
    return said


def _show_sources(checked: Sequence[CheckedSource], findings: Sequence[Finding]) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for each in checked:
        found = Counter(one.level for one in findings if one.source == each.source.name and not one.reason)
        levels = [found[level] for level in reversed(LEVELS)]
        answers = each.answers
        if answers is None:
            rows.append((each.source.name, len(each.source.files), None, None, None, *levels))
            continue
        people = answers.frame[answers.person].drop_nulls().n_unique() if answers.person else None
        pairs = list_pairs(answers)
        linked = pairs[0].both if pairs else None
        rows.append((each.source.name, len(answers.files), answers.frame.height, people, linked, *levels))
    heads = ("source", "files", "rows", "people", "linked", "problems", "warnings", "notes")
    return Table(tuple(map(Column, heads)), tuple(rows), notes=("linked: people at the first two waves.",))


def _show_findings(findings: Sequence[Finding]) -> Table:
    merged = _merge(findings)
    shown = [each for each in merged if not each.reason][:_MOST_FINDINGS]
    # What is accepted is said each time, however much else there is.
    accepted = [each for each in merged if each.reason]
    rows = tuple((each.level if not each.reason else "accepted", _say(each)) for each in [*shown, *accepted])
    rest = len(merged) - len(rows)
    notes = (f"{rest} more, with every line and figure: --format json",) if rest > 0 else ()
    return Table((Column("level"), Column("what was found", wraps=True, narrowest=40)), rows, notes=notes)


def _merge(findings: Sequence[Finding]) -> list[Finding]:
    """Return findings that differ in nothing but what they are about as one, which names all of that."""
    groups: dict[object, list[Finding]] = {}
    for each in findings:
        same = replace(each, note=each.note.with_values(about=""), place=replace(each.place, about=""))
        groups.setdefault(same, []).append(each)
    return [
        replace(each[0], note=each[0].note.with_values(about=_list_some([one.place.about for one in each])))
        for each in groups.values()
    ]


def _list_some(names: Sequence[str]) -> str:
    more = len(names) - _MOST_ITEMS
    return ", ".join(names) if more <= 1 else f"{', '.join(names[:_MOST_ITEMS])} and {more} more"


def _say(finding: Finding) -> str:
    place = finding.place
    lines = ", ".join(map(str, place.lines[:_MOST_LINES])) + (" ..." if len(place.lines) > _MOST_LINES else "")
    file = f"{place.file}:{lines}" if lines and place.file else place.file
    head = ": ".join(part for part in (finding.source, file, name_group(place.group)) if part)
    said = f"{head}: {finding.note}" if head else str(finding.note)
    return f"{said} (accepted: {finding.reason})" if finding.reason else said


def _share(part: int, whole: int) -> float | None:
    return int(format_fixed(100 * part / whole, 0)) if whole else None
