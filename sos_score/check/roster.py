"""Who was asked, and how many of them answered."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sos_score.check.answers import Answers
from sos_score.check.finding import Finding, Group, Place, make_finding
from sos_score.check.rules.missing import count_all
from sos_score.definition.text import fold_text, loosen_id
from sos_score.errors import InvalidSurvey, Problem
from sos_score.psychometrics.batches import WAVE, sort_groups
from sos_score.survey.readers.registry import open_export

if TYPE_CHECKING:
    import polars as pl

INVITED = "invited"
_PERSON = ("respondent", "target", "person")


@dataclass(frozen=True)
class Asked:
    """One row of a roster."""

    person: str  # the id, folded; empty where the roster only counts
    # where and when they were asked, folded; empty where the roster does not say
    site: str
    wave: str
    number: int  # how many people


@dataclass(frozen=True)
class Response:
    """How many of those asked answered anything, in one group."""

    group: Group
    invited: int
    answered: int  # people on the roster where it lists people, else rows with an answer


def read_roster(path: Path, person: str = "") -> tuple[Asked, ...]:
    """Read a list of people, one a row (a column ``respondent``), or of counts (a column ``invited``).

    Columns ``site`` and ``wave`` say where they were asked. `person` is what the answers call their respondents, which
    the list may do as well.
    """
    rows: list[Asked] = []
    problems: list[Problem] = []
    with open_export(str(path)) as opened, opened.normalise() as export:
        names = {fold_text(name): place for place, name in enumerate(export.header)}
        who = next((names[fold_text(each)] for each in (*_PERSON, person) if fold_text(each) in names), None)
        if who is None and INVITED not in names:
            message = f"has no column '{person or _PERSON[0]}' (one row a person) and no column '{INVITED}' (a number)"
            raise InvalidSurvey([Problem(message, export.name, 1, rule="roster")])
        for line, cells in export.records():
            site, wave = (fold_text(cells[names[each]]) if each in names else "" for each in ("site", "wave"))
            if who is not None:
                rows += [Asked(loosen_id(cells[who]), site, wave, 1)] if cells[who].strip() else []
            elif (text := cells[names[INVITED]].strip()).isdecimal():
                rows.append(Asked("", site, wave, int(text)))
            else:
                message = f"'{text}' is not a number of people"
                problems.append(Problem(message, export.name, line, INVITED, rule="roster"))
    if problems:
        raise InvalidSurvey(problems)
    return tuple(rows)


def list_responses(answers: Answers, roster: Iterable[Asked]) -> list[Response]:
    """Return how many of those asked answered, by site and wave as far as both the roster and the answers have them."""
    asked = list(roster)
    present = _list_present(answers)
    sites, waves = ({key[place]: None for key in present} for place in (1, 2))
    has_sites = any(each.site for each in asked) and any(sites)
    invited: dict[tuple[str, str], int] = {}
    people: dict[tuple[str, str], set[str]] = {}
    for each in asked:
        # Whoever is listed without a wave was asked at all of them.
        for wave in [each.wave] if each.wave else waves:
            place = (each.site if has_sites else "", wave)
            invited[place] = invited.get(place, 0) + each.number
            people.setdefault(place, set()).add(each.person)
    answered = dict.fromkeys(invited, 0)
    for place, listed in people.items():
        of_wave = [key for key in present if key[2] == place[1]]
        if listed == {""}:
            answered[place] = sum(present[key] for key in of_wave if not has_sites or key[1] == place[0])
        else:
            answered[place] = len(listed & {key[0] for key in of_wave})
    columns = [name for name in (answers.site, answers.wave) if name]
    spelt = {fold_text(value): value for name in columns for value in _list_values(answers, name)}
    used = [(0, answers.site)] * has_sites + [(1, answers.wave)] * any(waves)
    return [
        Response(tuple((name, spelt.get(place[at], place[at])) for at, name in used), number, answered[place])
        for place in sort_groups(invited, ["site", WAVE])
        for number in [invited[place]]
    ]


def _list_values(answers: Answers, column: str) -> list[str]:
    return answers.frame[column].drop_nulls().unique(maintain_order=True).to_list()


def find_roster(answers: Answers, roster: Iterable[Asked]) -> Iterator[Finding]:
    """Yield the rows of people who are not on the roster, and of those who are there at another site."""
    import polars as pl

    asked = [each for each in roster if each.person]
    if not asked or not answers.person:
        return
    sites: dict[str, set[str]] = {}
    for each in asked:
        sites.setdefault(each.person, set()).add(each.site)
    people = [loosen_id(each or "") for each in answers.frame[answers.person].to_list()]
    own = answers.frame[answers.site].to_list() if answers.site else [None] * len(people)
    unlisted = [bool(each) and each not in sites for each in people]
    moved = [
        site is not None and bool(sites.get(each, {""}) - {""}) and fold_text(site) not in sites[each]
        for each, site in zip(people, own, strict=True)
    ]
    for code, which in (("person_unlisted", unlisted), ("person_elsewhere", moved)):
        for file, lines, count in answers.locate(answers.frame.filter(pl.Series(which, dtype=pl.Boolean))):
            place = Place(answers.person, file.name, lines, count=count, of=file.frame.height)
            yield make_finding("roster", "warning", code, place)


def _list_present(answers: Answers) -> dict[tuple[str, str, str], int]:
    """Return who answered anything: folded id, site and wave to how many rows."""
    frame: pl.DataFrame = answers.frame[np.flatnonzero(count_all(answers)).tolist()]
    names = [answers.person, answers.site, answers.wave]
    cells = [frame[name].to_list() if name else [""] * frame.height for name in names]
    present: dict[tuple[str, str, str], int] = {}
    for person, site, wave in zip(*cells, strict=True):
        key = (loosen_id(person or ""), fold_text(site or ""), fold_text(wave or ""))
        present[key] = present.get(key, 0) + 1
    return present
