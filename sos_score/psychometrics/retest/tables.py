"""The same people at two occasions: stability of every scale, and whose change is more than error."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sos_score.definition.text import DECIMAL_ZERO, loosen_id
from sos_score.errors import InvalidRequest, InvalidSurvey, Problem, check_kind, guess
from sos_score.notes import Note, note
from sos_score.psychometrics.batches import iterate_batches
from sos_score.psychometrics.columns import list_scale_columns
from sos_score.psychometrics.internal_consistency.alpha import Reliability, reliability
from sos_score.psychometrics.internal_consistency.error import measurement_error
from sos_score.psychometrics.moments import moments
from sos_score.psychometrics.retest.stability import ReliableChange, difference_reliability, reliable_change, retest
from sos_score.psychometrics.tables import choose_scales, gather_notes
from sos_score.scoring.plan import ScalePlan
from sos_score.scoring.responses import Responses

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl

_SITE = "site"

_COUNTED = ("improved", "unchanged", "deteriorated")


@dataclass(frozen=True, slots=True)
class RetestTables:
    """Stability and change of the scales of an instrument.

    Attributes
    ----------
    scales : pandas DataFrame
        One row a scale: ``n`` people with both scores, ``first_only``, ``second_only``; ``r`` with ``r_low``,
        ``r_high``, ``t``, ``df``, ``p``; ``icc_agreement`` (ICC(A,1)) and ``icc_consistency`` (ICC(C,1)) with
        ``_low`` and ``_high``; ``mean_first``, ``sd_first``, ``mean_second``, ``sd_second``, ``mean_change``
        of those with both; ``reliability`` and ``reliability_from``; of alpha ``reliability_n`` (complete rows) and its
        interval, ``reliability_low``, ``reliability_high``; ``difference_reliability``, of the
        difference of the two scores of those with both; ``sd_error`` (the SD behind the error: everybody
        at the first occasion), ``sem``, ``s_diff``, ``critical_change`` with ``critical_change_low`` and
        ``_high`` at the two ends of that interval; ``improved``, ``unchanged``, ``deteriorated``,
        ``mean_index``; ``good`` (high or low); ``note``.
    people : pandas DataFrame
        One row a person and scale, for those with both scores: ``first``, ``second``, ``change``, ``index``,
        ``outcome``.
    notes : tuple of Note
        What could not be computed and what to beware of, each once.
    """

    scales: pd.DataFrame
    people: pd.DataFrame
    notes: tuple[Note, ...]


def assess_retest(
    responses: Responses,
    first: str,
    second: str,
    *,
    occasion: str = "wave",
    respondent: str = "respondent",
    stated_reliability: float | None = None,
    scales: str | Iterable[str] = (),
) -> RetestTables:
    """Assess how stable scores are, and whose change is more than the error of measurement.

    Parameters
    ----------
    responses : Responses
        See `read_responses` and `open_responses`.
    first, second : str
        The two occasions, as the column `occasion` has them.
    occasion, respondent : str
        Id columns: when, and who. Each person may be there once an occasion.
    stated_reliability : float, optional
        For the reliable change index; otherwise Cronbach's alpha of the complete answers at the first occasion.
    scales : str or iterable of str
        Only these.

    Returns
    -------
    RetestTables
        As `retest` and `reliable_change` say. The error of measurement takes the SD of everybody with a score at the
        first occasion, whether they came back or not. Rows without a respondent are left out.

    Raises
    ------
    InvalidSurvey
        There is no such id column, an occasion has no rows, or a person is there twice.
    InvalidRequest
        The occasions are the same, the stated reliability is not between 0 and 1, or there is no such scale.

    Examples
    --------
    >>> import polars as pl
    >>> from sos_score import load_instrument, read_responses
    >>> rows = [(f"A{n}", wave, n % 11, (n + later) % 11) for n in range(9) for later, wave in enumerate(["T1", "T2"])]
    >>> answers = pl.DataFrame([(who, when, x if when == "T1" else y) for who, when, x, y in rows],
    ...                        schema=["respondent", "wave", "safety"], orient="row")
    >>> tables = assess_retest(read_responses(answers, load_instrument("safety-scale")), "T1", "T2")
    >>> tables.scales[["scale", "n", "r"]].values.tolist()
    [['safety', 9, 1.0]]
    """
    import pandas as pd

    check_kind(responses, Responses, "read_responses(frame, instrument)")
    responses.require_ids(occasion, respondent)
    chosen = choose_scales(responses, scales)
    if first == second:
        raise InvalidRequest(f"the two occasions are the same: '{first}'")
    if stated_reliability is not None and not 0 <= stated_reliability <= 1:
        raise InvalidRequest(f"a reliability is between 0 and 1, not {stated_reliability}")
    one, two, said = _split(responses, chosen, (occasion, first, second), respondent)
    both = one.join(two, on=respondent, how="full", suffix=" later", coalesce=True, maintain_order="left_right")
    parts = [_Part(responses, scale, (both, one, two), stated_reliability) for scale in chosen]
    people = [row for part in parts for row in part.people(both[respondent].to_list())]
    found = [(part.plan.scale, "", each) for part in parts for each in part.notes]
    notes = (*said, *gather_notes(found, [scale.scale for scale in chosen], [""], responses.instrument))
    frame = pd.DataFrame(people, columns=["respondent", "scale", "first", "second", "change", "index", "outcome"])
    rows = [part.row() for part in parts]
    told = pd.DataFrame(rows)
    for name in _COUNTED:  # whole numbers stay whole beside what is not counted
        told[name] = pd.Series([row[name] for row in rows], dtype=object)
    return RetestTables(told, frame, notes)


class _Part:
    """One scale at two occasions."""

    def __init__(
        self,
        responses: Responses,
        plan: ScalePlan,
        rows: tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame],
        stated_reliability: float | None,
    ) -> None:
        self.plan = plan
        both, one, two = rows
        self.good = responses.instrument.scales[plan.scale].good
        self.first, self.second = both[plan.column].to_numpy(), both[f"{plan.column} later"].to_numpy()
        self.stability = retest(self.first, self.second)
        at_first = one[plan.column].drop_nulls().to_numpy()
        self.sd = float(at_first.std(ddof=1)) if len(at_first) > 1 else np.nan
        self.source, self.n = "stated", 0
        stated = np.nan if stated_reliability is None else stated_reliability
        self.coefficient, self.ends, later = stated, (np.nan, np.nan), stated
        notes: list[Note] = []
        if stated_reliability is None:
            sample, second = (_assess(responses, plan, each) for each in (one, two))
            self.source, self.n = f"alpha of {sample.n} at the first occasion", sample.n
            self.coefficient, self.ends, later = sample.alpha, (sample.ci_low, sample.ci_high), second.alpha
            notes += [each for each in sample.notes if np.isnan(sample.alpha) or each.code == "alpha_negative"]
        sds = self.stability.sd_first, self.stability.sd_second
        self.of_difference = difference_reliability(sds, (self.coefficient, later), self.stability.r)
        self.change: ReliableChange = reliable_change(
            self.first, self.second, self.sd, self.coefficient, higher_is_better=self.good != "low"
        )
        if self.good is None:
            notes.append(note("direction_unstated"))
        self.notes = list(dict.fromkeys([*self.stability.notes, *notes, *self.change.notes]))

    def row(self) -> dict[str, Any]:
        """Return the row of the scale table."""
        s, c = self.stability, self.change
        has_first, has_second = ~np.isnan(self.first), ~np.isnan(self.second)
        return {
            "scale": self.plan.scale,
            "n": s.n,
            "first_only": int((has_first & ~has_second).sum()),
            "second_only": int((has_second & ~has_first).sum()),
            "r": s.r,
            "r_low": s.ci_low,
            "r_high": s.ci_high,
            "t": s.t,
            "df": s.df,
            "p": s.p,
            "icc_agreement": s.agreement.icc,
            "icc_agreement_low": s.agreement.ci_low,
            "icc_agreement_high": s.agreement.ci_high,
            "icc_consistency": s.consistency.icc,
            "icc_consistency_low": s.consistency.ci_low,
            "icc_consistency_high": s.consistency.ci_high,
            "mean_first": s.mean_first,
            "sd_first": s.sd_first,
            "mean_second": s.mean_second,
            "mean_change": s.mean_second - s.mean_first,
            "sd_second": s.sd_second,
            "reliability": self.coefficient,
            "reliability_from": self.source,
            "reliability_n": self.n or None,
            "reliability_low": self.ends[0],
            "reliability_high": self.ends[1],
            "sd_error": self.sd,
            "sem": c.sem,
            "s_diff": c.s_diff,
            "critical_change": c.critical_change,
            "critical_change_low": self._limit(self.ends[1]),
            "critical_change_high": self._limit(self.ends[0]),
            "difference_reliability": self.of_difference,
            **dict(zip(_COUNTED, self._count(), strict=True)),
            "mean_index": c.mean_index,
            "good": self.good,
            "note": " ".join(map(str, self.notes)),
        }

    def _count(self) -> tuple[int | None, ...]:
        """Return how many improved, stayed and deteriorated; None where no change can be told from error."""
        c = self.change
        return (None,) * 3 if np.isnan(c.critical_change) else (c.improved, c.unchanged, c.deteriorated)

    def _limit(self, coefficient: float) -> float:
        """Return the change that is more than error at an end of the reliability's interval; at most at 0."""
        if np.isnan(self.change.critical_change):
            return np.nan
        return measurement_error(self.sd, max(coefficient, 0.0)).smallest_detectable_change

    def people(self, names: Sequence[str]) -> list[dict[str, Any]]:
        """Return the rows of the people with both scores."""
        return [
            {
                "respondent": name,
                "scale": self.plan.scale,
                "first": float(x),
                "second": float(y),
                "change": float(y - x),
                "index": float(index),
                "outcome": str(outcome) or None,
            }
            for name, x, y, index, outcome in zip(
                names, self.first, self.second, self.change.index, self.change.outcome, strict=True
            )
            if not np.isnan(x) and not np.isnan(y)
        ]


def _assess(responses: Responses, plan: ScalePlan, rows: pl.DataFrame) -> Reliability:
    """Return the internal consistency of a scale in the complete rows of an occasion."""
    (columns,) = list_scale_columns(responses, [plan])
    return reliability(moments(rows.select(columns.columns).to_numpy() * columns.factors), columns.names)


def _split(
    responses: Responses, scales: Sequence[ScalePlan], when: tuple[str, str, str], respondent: str
) -> tuple[pl.DataFrame, pl.DataFrame, list[Note]]:
    """Return the rows of each occasion, and what has to be said of who they are."""
    import polars as pl

    occasion, *wanted = when
    answers = [name for columns in list_scale_columns(responses, scales) for name in columns.columns]
    columns = [*dict.fromkeys([*answers, *(scale.column for scale in scales)])]
    site = [_SITE] if _SITE in responses.ids and _SITE not in (occasion, respondent) else []
    rows = pl.concat(iterate_batches(responses, [occasion, respondent, *site], columns))
    given = pl.col(respondent).cast(pl.String).str.strip_chars()
    folded = int(rows.select(given.str.contains(DECIMAL_ZERO).sum()).item())
    rows = rows.with_columns(given.str.replace(DECIMAL_ZERO, "$1").alias(respondent))
    known = rows[occasion].drop_nulls().unique(maintain_order=True).sort().to_list()
    problems = [
        Problem(
            f"no row has {occasion} '{value}' ({occasion}: {', '.join(known) or 'blank everywhere'})",
            responses.path,
            hint=guess(value, known),
            rule="occasion",
        )
        for value in wanted
        if value not in known
    ]
    parts = [rows.filter(pl.col(occasion) == value) for value in wanted]
    for value, part in zip(wanted, parts, strict=True):
        named = part[respondent].drop_nulls()
        twice = named.filter(named.is_duplicated()).unique(maintain_order=True).to_list()
        problems += [
            Problem(f"{respondent} '{name}' appears more than once at {value}", rule="duplicate") for name in twice[:20]
        ]
    if problems:
        raise InvalidSurvey(problems)
    unnamed = sum(part[respondent].null_count() for part in parts)
    one, two = (part.drop_nulls(respondent) for part in parts)
    notes = list(_note_links(set(one[respondent]), set(two[respondent]), respondent))
    if site:
        linked = one.select(respondent, _SITE).join(two.select(respondent, _SITE), on=respondent).drop_nulls()
        moved = int((linked[_SITE] != linked[f"{_SITE}_right"]).sum())
        notes += [note("retest_moved", number=moved, column=respondent)] if moved else []
    notes += [note("ids_read_whole", rows=folded, column=respondent)] if folded else []
    notes += [note("rows_without", rows=unnamed, column=respondent)] if unnamed else []
    return one, two, notes


def _note_links(first: set[str], second: set[str], respondent: str) -> Iterator[Note]:
    """Yield what keeps people from being linked."""
    left, right = first - second, second - first
    near = {loosen_id(each) for each in left} & {loosen_id(each) for each in right}
    if not first & second:
        yield note("retest_nobody", column=respondent)
    if near:
        yield note("retest_near", count=len(near), column=respondent)
