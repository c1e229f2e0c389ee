"""What is proposed for one file: its id columns, its items, and what is not sure of either."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sos_score.definition.instrument.instrument import Instrument
from sos_score.errors import InvalidSurvey, Problem
from sos_score.notes import Note, note
from sos_score.survey.answers import build_answer_keys
from sos_score.survey.proposal.items import ItemColumns, find_items
from sos_score.survey.proposal.roles import RoleColumn, find_roles
from sos_score.survey.proposal.sample import Sample, take_sample
from sos_score.survey.readers.export import Export

_MOST = 5


@dataclass(frozen=True)
class Proposal:
    """What a column map of a file could say."""

    name: str  # the file
    sample: Sample  # its columns
    roles: dict[str, RoleColumn]  # the id columns, by role
    # the items of each instrument; several of one instrument where the file has several occasions side by side
    items: tuple[ItemColumns, ...]
    doubts: tuple[Note, ...]  # what is not sure, and why

    @property
    def occasions(self) -> tuple[str, ...]:
        """Return the occasions that stand side by side, one empty name where there is one only."""
        return tuple(dict.fromkeys(each.occasion for each in self.items if each.occasion)) or ("",)


def propose_columns(export: Export, instruments: Iterable[Instrument]) -> Proposal:
    """Return what a column map of an export could say; nothing found at all is a problem."""
    sample = take_sample(export)
    instruments = list(instruments)
    keys = build_answer_keys(instruments)
    roles = find_roles(sample)
    taken = {each.place for each in roles.values()}
    items: list[ItemColumns] = []
    for instrument in instruments:
        found = find_items(instrument, sample, keys, taken)
        items += found
        for each in found:
            for places in each.found.values():
                taken |= {places} if isinstance(places, int) else set(places)
    if not any(each.found for each in items):
        names = ", ".join(each.id for each in instruments)
        message = f"nothing shows which columns are the items of {names}"
        hint = f"the columns of the file: {sample.headers.describe()}; --header-row N where a title stands above them"
        raise InvalidSurvey([Problem(message, export.name, hint=hint, rule="column")])
    doubts = [*_doubt_roles(sample, roles), *(doubt for each in items for doubt in _doubt_items(sample, each))]
    if any(each.occasion.isdecimal() for each in items):
        doubts.append(note("occasions_counted"))
    return Proposal(export.name, sample, roles, tuple(items), tuple(dict.fromkeys(doubts)))


def _doubt_roles(sample: Sample, roles: dict[str, RoleColumn]) -> Iterator[Note]:
    if "respondent" not in roles:
        yield note("no_respondent_column")
    if "site" not in roles:
        yield note("no_site_column")
    for role, each in roles.items():
        column = sample.names[each.place]
        if each.others:
            yield note("other_id_columns", role=role, column=column, others=each.others[:_MOST])
        if each.repeated and "wave" not in roles:
            yield note("ids_repeated", column=column, rows=each.repeated)
        if each.blank and role == "respondent":
            yield note("ids_blank", column=column, rows=each.blank)


def _doubt_items(sample: Sample, each: ItemColumns) -> Iterator[Note]:
    name = each.instrument.id
    for how in ("wording", "number", "order", "options"):
        items = [item for item, way in each.how.items() if way == how]
        if items:
            place = each.found[items[0]]
            first = sample.names[place if isinstance(place, int) else place[0]]
            yield note(f"items_by_{how}", instrument=name, items=len(items), first=items[0], column=first)
    if each.others:
        yield note("other_runs", instrument=name, others=each.others[:_MOST])
    if each.unfit:
        yield note("items_unfit", instrument=name, items=each.unfit[:_MOST], count=len(each.unfit))
    if each.lost:
        yield note("items_lost", instrument=name, items=tuple(each.lost[:_MOST]), count=len(each.lost))
