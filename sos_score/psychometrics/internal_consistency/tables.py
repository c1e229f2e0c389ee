"""Reliability of every scale of an instrument in every group: one pass over the answers, whatever their number."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, get_args

from sos_score.errors import InvalidRequest, check_kind
from sos_score.notes import Note, note
from sos_score.psychometrics.batches import Group, order_group
from sos_score.psychometrics.columns import list_scale_columns
from sos_score.psychometrics.internal_consistency.omega import OmegaInterval
from sos_score.psychometrics.internal_consistency.parts import Part, fit_omegas
from sos_score.psychometrics.internal_consistency.people import (
    PeopleInterval,
    RowsByGroup,
    bootstrap_omegas,
    find_people_intervals,
)
from sos_score.psychometrics.internal_consistency.within import read_within
from sos_score.psychometrics.moments import Missing
from sos_score.psychometrics.sums import sum_answers
from sos_score.psychometrics.tables import choose_scales, gather_notes, list_groups, name_group
from sos_score.scoring.responses import Responses
from sos_score.words import list_names

if TYPE_CHECKING:
    import pandas as pd

_SUSPICION = ("item", "n", "item_rest_r", "r_if_flipped", "alpha", "alpha_if_flipped", "sentence")


@dataclass(frozen=True, slots=True)
class ReliabilityTables:
    """Reliability of the scales of an instrument.

    Attributes
    ----------
    scales : pandas DataFrame
        One row a scale and group. The columns of `by` ("all" for all rows); ``scale``; ``rows``, ``n`` used,
        ``incomplete`` and ``blank`` (rows left out for some or for all answers missing); ``items`` used, ``left_out``
        (item ids); ``mean``, ``sd`` of the score in the rows used, in score points; ``mean_r``; ``alpha``,
        ``alpha_low``, ``alpha_high``; ``interval`` (Feldt, or clusters of people where somebody answered more than one
        of the rows: see `alpha_of_people`), ``people``; ``standardized_alpha``; ``omega`` (one-factor maximum
        likelihood, model-implied variance), ``omega_low``, ``omega_high`` (bootstrap, if asked for); ``ordinal_alpha``;
        ``lambda2``, ``lambda4``, ``lambda6``; ``spearman_brown`` (two items); ``sem``,
        ``smallest_detectable_change`` (from alpha, in score points); with `team` ``teams``, ``alpha_within`` with
        ``_low`` and ``_high`` (Feldt, with as many degrees of freedom as rows less teams; none where people are there
        more than once), ``omega_within``; ``missing`` (listwise or pairwise); ``note``.
    items : pandas DataFrame
        One row an item, scale and group: ``reversed``, ``n``, ``mean``, ``sd``, ``floor``, ``ceiling`` (shares) under
        the scale's key; ``item_rest_r``, ``alpha_if_dropped``; ``r_if_flipped``, ``suspected`` (see `check_keys`).
    suspicions : pandas DataFrame
        The suspected items with ``n``, ``item_rest_r``, ``r_if_flipped``, ``alpha``, ``alpha_if_flipped`` and a
        ``sentence``.
    notes : tuple of Note
        What could not be computed and what to beware of, each once.
    """

    scales: pd.DataFrame
    items: pd.DataFrame
    suspicions: pd.DataFrame
    notes: tuple[Note, ...]


def assess_reliability(
    responses: Responses,
    by: str | Sequence[str] = (),
    missing: Missing = "listwise",
    *,
    scales: str | Iterable[str] = (),
    team: str | None = None,
    bootstrap: int = 0,
    seed: int = 1,
) -> ReliabilityTables:
    """Assess the reliability of each scale in each group and over all rows.

    Parameters
    ----------
    responses : Responses
        See `read_responses` and `open_responses`.
    by : str or sequence of str
        Id columns whose values make the groups; rows where one is blank count among all rows only.
    missing : {"listwise", "pairwise"}
        Listwise drops each row with a missing answer to the scale (an item that nobody in the group answered drops
        nobody; it is left out). Pairwise takes for each covariance the rows that have both answers; ordinal alpha
        keeps to complete rows.
    scales : str or iterable of str
        Only these.
    team : str, optional
        The id column of the team: alpha and omega are given within teams too, from the pooled covariance of colleagues.
        Rows where it is blank are left out of these.
    bootstrap : int
        Samples for an interval of omega, of people with all their rows; 0 for none. Takes all answers into memory, as
        an interval by people does.
    seed : int
        Of the samples.

    Returns
    -------
    ReliabilityTables
        Coefficients as `reliability`, `omega_total`, `ordinal_alpha` and `item_statistics` say. Of a scale of
        scores, the scores of its parts count as items.

    Raises
    ------
    InvalidSurvey
        There is no such id column.
    InvalidRequest
        There is no such scale or way with missing answers, or a bootstrap is asked for with pairwise deletion or of
        fewer than no samples.

    Examples
    --------
    >>> import polars as pl
    >>> from sos_score import load_instrument, read_responses
    >>> answers = pl.read_csv("examples/wai_s_labels.csv")
    >>> tables = assess_reliability(read_responses(answers, load_instrument("wai-s")), scales=["total"])
    >>> tables.scales[["scale", "n", "items", "alpha"]].round(2).values.tolist()
    [['total', 17, 12, 0.93]]
    """
    import pandas as pd

    check_kind(responses, Responses, "read_responses(frame, instrument)")
    by = list_names(by)
    if missing not in get_args(Missing):
        raise InvalidRequest(f"missing is {' or '.join(get_args(Missing))}, not '{missing}'")
    if bootstrap < 0:
        raise InvalidRequest(f"bootstrap is a number of samples, or 0 for none, not {bootstrap}")
    responses.require_ids(*by, *([team] if team else []))
    chosen = list_scale_columns(responses, choose_scales(responses, scales))
    if bootstrap and missing == "pairwise":
        raise InvalidRequest("a bootstrap needs complete rows, so it cannot be used with pairwise deletion")
    if team in by:
        raise InvalidRequest(f"within '{team}' there are no groups of '{team}': leave it out of one of the two")
    sums, repeated = sum_answers(responses, chosen, by, missing=missing, has_tables=True)
    inside = read_within(responses, chosen, by, team, missing=missing, sums=sums) if team else {}
    places = list_groups((group for _, group in sums), by)
    rows = RowsByGroup.read(responses, by, chosen) if repeated or bootstrap else None
    people: dict[tuple[str, Group], PeopleInterval] = {}
    intervals: dict[tuple[str, Group], OmegaInterval] = {}
    if rows:
        again = [group for group in places if group in repeated]
        people = dict(find_people_intervals(rows, chosen, again, is_listwise=missing == "listwise"))
    if rows and bootstrap:
        ordered = sorted(rows.parts, key=order_group)
        intervals = dict(bootstrap_omegas(rows, chosen, ordered, bootstrap, seed))
    keys = [(scale, group, (scale.plan.scale, group)) for scale in chosen for group in places]
    parts = [
        Part(scale, places[group], sums[key], missing, interval=intervals.get(key), people=people.get(key),
             within=inside.get(key))
        for scale, group, key in keys
    ]  # fmt: skip
    fit_omegas(parts)
    found = [(part.scale.plan.scale, name_group(part.place), each) for part in parts for each in part.notes]
    names = [name_group(place) for place in places.values()]
    notes = gather_notes(found, [scale.plan.scale for scale in chosen], names, responses.instrument)
    if by and any(None in group for _, group in sums):
        notes += (note("rows_blank_group", columns=tuple(by)),)
    suspicions = [each for part in parts for each in part.suspicions(responses.instrument)]
    return ReliabilityTables(
        pd.DataFrame([part.row() for part in parts]),
        pd.DataFrame([item for part in parts for item in part.items()]),
        pd.DataFrame(suspicions, columns=[*by, "scale", *_SUSPICION]),
        notes,
    )
