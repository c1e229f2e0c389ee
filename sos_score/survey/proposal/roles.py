"""Which columns may say who answered, where and when."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sos_score.survey.platforms.layout import fold_name
from sos_score.survey.proposal.sample import Sample

# What columns of ids are usually called; what links a person over time comes before what a platform counts answers by.
_USUAL = {
    "respondent": (
        *("respondent", "respondent id", "participant", "participant id", "participant code", "person", "person id"),
        *("staff id", "staff code", "staff number", "worker id", "worker code", "client id", "family id", "case id"),
        *("case number", "employee id", "employee number", "study id", "subject id", "id code", "code"),
        *("record id", "unique id", "user id", "id", "urn", "unique response number", "external reference", "token"),
        *("respondentid", "responseid", "response id", "userid"),
    ),
    "site": (
        *("site", "site id", "team", "team name", "local authority", "authority", "la", "area", "office", "locality"),
        *("council", "service", "organisation", "region", "redcap data access group"),
    ),
    "wave": (
        *("wave", "time", "timepoint", "time point", "occasion", "round", "survey round", "phase", "stage"),
        *("redcap event name", "event name"),
    ),
    "rater": ("rater", "rater id", "observer", "observer id", "rated by"),
    "target": ("target", "target id", "rated", "observed"),
}
# Whoever answers, without a word that says it is a code: taken where nothing above is there. Families come before the
# workers whom they name.
_PLAIN = {
    "respondent": (
        *("family", "client", "child", "young person", "parent", "carer", "case", "subject"),
        *("staff", "staff member", "worker", "social worker", "practitioner", "employee", "member"),
    )
}
_MANY = 2  # times; a column of sites has its values more often than once


@dataclass(frozen=True)
class RoleColumn:
    """The column of an id."""

    place: int  # of the column, from 0
    others: tuple[str, ...] = ()  # further columns that might be meant
    repeated: int = 0  # of a respondent: how many of the rows looked at have an id that another row has too
    blank: int = 0  # in how many of the rows looked at there is nothing


def find_roles(sample: Sample) -> dict[str, RoleColumn]:
    """Return the column of each role that has one, by what ids are usually called and by what stands in them."""
    taken: set[int] = set()
    found: dict[str, RoleColumn] = {}
    for role, usual in _USUAL.items():
        free = [place for place in range(len(sample.names)) if place not in taken and sample.filled(place)]
        places = [place for place in _list_places(sample, usual) if place in free]
        places = places or [place for place in _list_places(sample, _PLAIN.get(role, ())) if place in free]
        if role in ("site", "wave"):
            places = [place for place in places if _is_group(sample, place)]
        if places:
            cells = sample.filled(places[0])
            repeated = sum(cells.count(cell) > 1 for cell in cells) if role == "respondent" else 0
            blank = len(sample.cells[places[0]]) - len(cells)
            others = tuple(sample.names[place] for place in places[1:])
            found[role] = RoleColumn(places[0], others, repeated, blank)
            taken.add(places[0])
    return found


def _list_places(sample: Sample, usual: tuple[str, ...]) -> Iterator[int]:
    """Yield the columns that are called as ids usually are, the likeliest first."""
    known = [{fold_name(text) for text in (*sample.texts(place), name)} for place, name in enumerate(sample.names)]
    yield from dict.fromkeys(place for name in usual for place, texts in enumerate(known) if name in texts)


def _is_group(sample: Sample, place: int) -> bool:
    cells = sample.filled(place)
    return len(cells) < _MANY or len(set(cells)) < len(cells)
