"""Reliability of every scale of an instrument in every group: one pass over the answers, whatever their number."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from sos_score.definition.instrument.instrument import Instrument
from sos_score.errors import InvalidRequest
from sos_score.notes import Note, note
from sos_score.psychometrics.batches import Group, iterate_batches, order_group
from sos_score.psychometrics.columns import ScaleColumns, list_scale_columns
from sos_score.psychometrics.internal_consistency.alpha import reliability
from sos_score.psychometrics.internal_consistency.error import measurement_error
from sos_score.psychometrics.internal_consistency.items import item_statistics
from sos_score.psychometrics.internal_consistency.keycheck import check_keys
from sos_score.psychometrics.internal_consistency.omega import Omega, OmegaInterval, bootstrap_omega, omega_totals
from sos_score.psychometrics.internal_consistency.ordinal import OrdinalAlpha, ordinal_alpha_from_tables
from sos_score.psychometrics.moments import Missing
from sos_score.psychometrics.sums import FEW_OPTIONS, AnswerSums, key_extremes, key_moments, sum_answers
from sos_score.psychometrics.tables import ALL, choose_scales, gather_notes, list_groups, name_group, place_row
from sos_score.scoring.responses import Responses

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
        ``alpha_low``, ``alpha_high`` (Feldt); ``standardized_alpha``; ``omega`` (one-factor maximum likelihood,
        model-implied variance), ``omega_low``, ``omega_high`` (bootstrap, where asked for); ``ordinal_alpha``;
        ``lambda2``, ``lambda4``, ``lambda6``; ``spearman_brown`` (two items); ``sem``,
        ``smallest_detectable_change`` (from alpha, in score points); ``missing`` (listwise or pairwise); ``note``.
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
    by: Sequence[str] = (),
    missing: Missing = "listwise",
    *,
    scales: Iterable[str] = (),
    bootstrap: int = 0,
    seed: int = 1,
) -> ReliabilityTables:
    """Assess the reliability of each scale in each group and over all rows.

    Parameters
    ----------
    responses : Responses
        See `read_responses` and `open_responses`.
    by : sequence of str
        Id columns whose values make the groups; rows where one is blank count among all rows only.
    missing : {"listwise", "pairwise"}
        Listwise drops each row with a missing answer to the scale (an item that nobody in the group answered drops
        nobody; it is left out). Pairwise takes for each covariance the rows that have both answers; ordinal alpha
        keeps to complete rows.
    scales : iterable of str
        Only these.
    bootstrap : int
        Samples for an interval of omega; 0 for none. Takes all answers into memory.
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
        There is no such scale, or a bootstrap is asked for with pairwise deletion.

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

    responses.require_ids(*by)
    chosen = list_scale_columns(responses, choose_scales(responses, scales))
    if bootstrap and missing == "pairwise":
        raise InvalidRequest("a bootstrap resamples complete rows; it does not go with pairwise deletion")
    sums = sum_answers(responses, chosen, by, missing=missing, has_tables=True)
    intervals = _bootstrap(responses, chosen, by, bootstrap, seed) if bootstrap else {}
    places = list_groups((group for _, group in sums), by)
    parts = [
        _Part(scale, place, sums[scale.plan.scale, group], missing, interval=intervals.get((scale.plan.scale, group)))
        for scale in chosen
        for group, place in places.items()
    ]
    omegas = omega_totals([part.moments for part in parts], [part.scale.names for part in parts])
    for part, omega in zip(parts, omegas, strict=True):
        part.omega = omega
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


class _Part:
    """One scale in one group, worked out."""

    def __init__(
        self,
        scale: ScaleColumns,
        place: dict[str, str],
        sums: AnswerSums,
        missing: Missing,
        *,
        interval: OmegaInterval | None,
    ) -> None:
        self.scale, self.place, self.sums, self.missing = scale, place, sums, missing
        self.moments = key_moments(scale, sums, missing)
        self.reliability = reliability(self.moments, scale.names)
        self.omega: Omega
        self.interval = interval
        self.ordinal = self._ordinal()
        self.key = check_keys(self.moments, scale.names)
        self.mean, self.sd = self._score()
        self.error = measurement_error(self.sd, self.reliability.alpha)

    @property
    def notes(self) -> list[Note]:
        """Everything that could not be computed, each once."""
        known = self.reliability.notes
        if np.isnan(self.reliability.alpha):
            # Whatever else there is not, it is for the same reason.
            return list(known)
        # What the key check finds is said by the suspicions.
        key = [each for each in self.key.notes if each.code != "key_item_against"]
        error = () if self.reliability.alpha < 0 else self.error.notes
        interval = [each for each in self.interval.notes if each not in self.omega.notes] if self.interval else []
        return list(dict.fromkeys([*known, *self.omega.notes, *interval, *self.ordinal.notes, *key, *error]))

    def _ordinal(self) -> OrdinalAlpha:
        if self.sums.tables.size == 0:
            k = len(self.scale.columns)
            why = note("ordinal_many_options", most=FEW_OPTIONS)
            if self.scale.plan.of_scores:
                why = note("ordinal_of_scores")
            elif not all(term.options for term in self.scale.plan.terms):
                why = note("ordinal_fractions")
            elif len(set(self.scale.high - self.scale.low)) > 1:
                why = note("ordinal_different_options")
            return OrdinalAlpha(np.nan, self.sums.complete, k, np.full((k, k), np.nan), (why,))
        counted = int(self.sums.tables.sum(axis=(2, 3)).max(initial=0))
        tabled = replace(self.moments, complete=counted)
        alpha = ordinal_alpha_from_tables(tabled, self.sums.tables, self.scale.names, self.scale.signs)
        if tabled.complete < self.sums.complete:
            first = note("ordinal_first_rows", first=tabled.complete, n=self.sums.complete)
            alpha = replace(alpha, notes=(*alpha.notes, first))
        return alpha

    def _score(self) -> tuple[float, float]:
        """Return the mean and standard deviation of the score, from the sum of the terms that were answered."""
        m, plan = self.moments, self.scale.plan
        answered = m.counts > 0
        k = int(answered.sum())
        if k == 0 or np.isnan(self.reliability.sum_sd):
            return np.nan, np.nan
        share = 1 / k
        if plan.method == "sum":
            share = 1.0 if plan.rule.sums == "as_answered" else len(plan.terms) / k
        return float(m.means[answered].sum() * share), self.reliability.sum_sd * share

    def row(self) -> dict[str, object]:
        """Return the row of the scale table."""
        r, k = self.reliability, len(self.scale.plan.terms)
        dropped = 0 if self.missing == "pairwise" else self.sums.rows - self.moments.n - self.sums.blank
        row = {
            "rows": self.sums.rows,
            "n": r.n,
            "incomplete": max(dropped, 0),
            "blank": self.sums.blank,
            "items": r.items,
            "left_out": " ".join(self.scale.names[i] for i in r.left_out) if len(r.left_out) < k else "",
            "mean": self.mean,
            "sd": self.sd,
            "mean_r": r.mean_r,
            "alpha": r.alpha,
            "alpha_low": r.ci_low,
            "alpha_high": r.ci_high,
            "standardized_alpha": r.standardized_alpha,
            "omega": self.omega.omega,
            "omega_low": self.interval.ci_low if self.interval else np.nan,
            "omega_high": self.interval.ci_high if self.interval else np.nan,
            "ordinal_alpha": self.ordinal.alpha,
            "lambda2": r.lambda2,
            "lambda4": r.lambda4,
            "lambda6": r.lambda6,
            "spearman_brown": r.two_item,
            "sem": self.error.sem,
            "smallest_detectable_change": self.error.smallest_detectable_change,
            "missing": self.missing,
            "note": " ".join(map(str, self.notes)),
        }
        return place_row(self.place, self.scale.plan.scale, row)

    def items(self) -> list[dict[str, object]]:
        """Return the rows of the item table."""
        table = item_statistics(self.moments, *key_extremes(self.scale, self.sums))
        rows = [
            {
                "item": term.name,
                "reversed": term.is_reversed,
                "n": int(table.n[i]),
                "mean": float(table.mean[i]),
                "sd": float(table.sd[i]),
                "floor": float(table.floor[i]),
                "ceiling": float(table.ceiling[i]),
                "item_rest_r": float(table.item_rest_r[i]),
                "alpha_if_dropped": float(table.alpha_if_dropped[i]),
                "r_if_flipped": float(self.key.r_if_flipped[i]),
                "suspected": bool(self.key.suspected[i]),
            }
            for i, term in enumerate(self.scale.plan.terms)
        ]
        return [place_row(self.place, self.scale.plan.scale, row) for row in rows]

    def suspicions(self, instrument: Instrument) -> list[dict[str, object]]:
        """Return the items that run against the key, each with its sentence."""
        title, where = instrument.scales[self.scale.plan.scale].title, name_group(self.place)
        preposition = "over" if ALL in self.place.values() else "at"
        rows = [
            {
                "item": self.scale.names[i],
                "n": self.key.n,
                "item_rest_r": float(self.key.item_rest_r[i]),
                "r_if_flipped": float(self.key.r_if_flipped[i]),
                "alpha": self.key.alpha,
                "alpha_if_flipped": self.key.alpha_if_flipped,
                "sentence": str(
                    note("suspected", item=self.scale.names[i], scale=title, where=where, preposition=preposition)
                ),
            }
            for i in np.flatnonzero(self.key.suspected)
        ]
        return [place_row(self.place, self.scale.plan.scale, row) for row in rows]


def _bootstrap(
    responses: Responses, scales: Sequence[ScaleColumns], by: Sequence[str], replicates: int, seed: int
) -> dict[tuple[str, Group], OmegaInterval]:
    """Return the interval of omega of each scale in each group; all answers are held in memory."""
    import polars as pl

    rows = pl.concat(iterate_batches(responses, by, [name for scale in scales for name in scale.columns]))
    parts: dict[Group, pl.DataFrame] = {(): rows}
    if by:
        parts |= rows.partition_by(*by, as_dict=True)
    generator = np.random.default_rng(seed)
    found = {}
    for scale in scales:
        for group in sorted(parts, key=order_group):
            answers = parts[group].select(scale.columns).to_numpy()
            keyed = np.where(scale.signs < 0, scale.low + scale.high - answers, answers)
            found[scale.plan.scale, group] = bootstrap_omega(keyed, generator, replicates=replicates)
    return found
