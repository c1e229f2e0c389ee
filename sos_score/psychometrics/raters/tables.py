"""Several raters of the same targets: how far they agree, for every item and every scale."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from sos_score.errors import InvalidRequest, InvalidSurvey, Problem, check_kind
from sos_score.notes import Note, note
from sos_score.psychometrics.batches import iterate_batches, order_group
from sos_score.psychometrics.raters.generalizability import COLUMNS as _PART_COLUMNS
from sos_score.psychometrics.raters.generalizability import list_parts
from sos_score.psychometrics.raters.icc import IccForm, rater_icc
from sos_score.psychometrics.raters.kappa import Kappa, KappaAverage, average_kappa
from sos_score.psychometrics.raters.krippendorff import krippendorff_alpha
from sos_score.psychometrics.raters.observers import MEANS_OF, list_limits, mean_of, rater_severity
from sos_score.psychometrics.raters.pairs import RaterPair, cross_raters, list_pairs, pool_tables
from sos_score.psychometrics.raters.ratings import percent_agreement, rating_table, target_spread
from sos_score.psychometrics.tables import choose_scales
from sos_score.psychometrics.teams.icc import team_icc
from sos_score.scoring.plan import ScalePlan
from sos_score.scoring.responses import Responses

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl

_TARGET, _RATER = "\x1ftarget", "\x1frater"
_PLACES = ("site", "wave")
_MOST_NAMED = 4
_LIMIT_COLUMNS = [
    *("kind", "name", "scale", "rater_1", "rater_2", "n", "difference", "low", "high", "sd", "limit_low", "limit_high"),
]
_KAPPA_COLUMNS = [
    *("kind", "name", "scale", "rater_1", "rater_2", "weights", "n", "kappa", "se", "ci_low", "ci_high"),
    *("observed", "expected", "exact", "within_one", "note"),
]


@dataclass(frozen=True, slots=True)
class RaterTables:
    """Agreement of raters on the items and scales of an instrument.

    Attributes
    ----------
    measures : pandas DataFrame
        One row an item and a scale: ``kind`` (item or scale), ``name``, ``scale``; ``targets`` rated, ``raters``,
        ``ratings`` used, ``complete`` targets (rated once by every rater), ``duplicates`` (pairs of target and rater
        with several ratings, none of them used); ``pairs`` of ratings, ``exact``, ``within_one`` (percent agreement
        as shares); ``krippendorff_alpha``, ``metric`` (ordinal for items, interval for scales),
        ``krippendorff_targets``; ``kappa_items``, ``kappa_mean``, ``kappa_minimum``, ``kappa_maximum`` (quadratic,
        over the items of a scale and the pairs of raters); ``note``.
    iccs : pandas DataFrame
        One row an item or scale and form: ``form`` (McGraw & Wong), ``shrout_fleiss``, ``icc``, ``ci_low``,
        ``ci_high``, ``f``, ``df1``, ``df2``, ``p``, ``targets``, ``raters`` (mean ratings a target for the one-way
        forms of all ratings, ``basis`` "all"; the others are of the complete targets).
    kappas : pandas DataFrame
        One row an item (and one for the items of a scale pooled), two raters and ``weights``: ``n``, ``kappa``,
        ``se``, ``ci_low``, ``ci_high``, ``observed``, ``expected``, ``exact``, ``within_one``; categories are all
        options of the response scale.
    severity : pandas DataFrame
        One row an item or scale and ``rater``: ``n`` targets shared with others, ``difference`` from the average rater
        of the same targets with ``low``, ``high`` and ``p`` (see `rater_severity`).
    limits : pandas DataFrame
        One row an item or scale and two raters: ``n``, mean ``difference`` of the first less the second with ``low``
        and ``high``, ``sd``, and the limits of agreement, ``limit_low`` and ``limit_high``.
    means : pandas DataFrame
        One row an item or scale and number of raters ``k``: the ``icc`` of their mean with its interval, by ``form``
        (ICC(A,1) of complete targets, or ICC(1) of all ratings where no target is complete).
    parts : pandas DataFrame
        One row a scale of several items: the shares of the variance of ratings by ``target``, ``rater``, ``item``, by
        two of them together, and ``residual``; ``g`` and ``phi`` of one rater's mean of all items, each with ``_low``
        and ``_high``, and how many raters Phi of .7 and .8 needs, ``needed_70`` and ``needed_80`` (see
        `rater_generalizability`).
    targets : pandas DataFrame
        One row a scale and target: ``ratings``, ``mean``, ``sd``, ``minimum``, ``maximum``, ``spread`` (their
        distance) of the scores, ``lacks`` (how many raters did not rate it).
    duplicates : pandas DataFrame
        The pairs of ``target`` and ``rater`` in more than one row, with how many ``rows``.
    notes : tuple of Note
        What could not be computed and what to beware of.
    """

    measures: pd.DataFrame
    iccs: pd.DataFrame
    kappas: pd.DataFrame
    severity: pd.DataFrame
    limits: pd.DataFrame
    means: pd.DataFrame
    parts: pd.DataFrame
    targets: pd.DataFrame
    duplicates: pd.DataFrame
    notes: tuple[Note, ...]


def assess_raters(responses: Responses, target: str, rater: str, *, scales: str | Iterable[str] = ()) -> RaterTables:
    """Assess how far the raters of the same targets agree.

    Parameters
    ----------
    responses : Responses
        See `read_responses` and `open_responses`.
    target, rater : str
        The id columns that say who was rated, and by whom (or by what kind of person).
    scales : str or iterable of str
        Only these, and their items.

    Returns
    -------
    RaterTables
        Items as answered, scales as scored. Two ratings of one target by one rater are reported and left out, never
        averaged. Two-way ICCs, `rater_icc`, are of the targets every rater rated; the one-way ICC of all ratings,
        `team_icc` (mean number of ratings), needs no complete target. Kappa for every two of up to ten raters.

    Raises
    ------
    InvalidSurvey
        There is no such id column, it is blank everywhere, or there is only one rater.
    InvalidRequest
        There is no such scale, or target and rater are one column.

    Examples
    --------
    >>> import polars as pl
    >>> from sos_score import load_instrument, read_responses
    >>> ratings = pl.DataFrame({"target": list("aabbcc"), "rater": list("XYXYXY"), "safety": [2, 3, 8, 7, 5, 5]})
    >>> tables = assess_raters(read_responses(ratings, load_instrument("safety-scale")), "target", "rater")
    >>> tables.iccs.loc[tables.iccs.form == "ICC(A,1)", "icc"].round(2).tolist()
    [0.95, 0.95]
    """
    import pandas as pd

    check_kind(responses, Responses, "read_responses(frame, instrument)")
    if target == rater:
        raise InvalidRequest(f"the target and the rater are the same column: '{target}'")
    responses.require_ids(target, rater)
    chosen = choose_scales(responses, scales)
    rows, notes = _read_ratings(responses, chosen, target, rater)
    homes: dict[str, str] = {}
    for scale in chosen:
        homes |= {} if scale.of_scores else {term.name: scale.scale for term in scale.terms if term.name not in homes}
    items = [_Measure(rows, responses.column_of(item), "item", item, home) for item, home in homes.items()]
    scored = [_Measure(rows, scale.column, "scale", scale.scale, scale.scale) for scale in chosen]
    ranges = responses.instrument.counted
    tables = {
        item.name: cross_raters(item.ratings, ranges[item.name].values) if ranges[item.name].has_equal_steps else {}
        for item in items
    }
    notes += [note("kappa_no_steps", item=item.name) for item in items if not ranges[item.name].has_equal_steps]
    pairs = [pair for item in items for pair in list_pairs(tables[item.name], item.name, item.scale)]
    means = {scale.scale: average_kappa(_choose_kappas(pairs, scale)) for scale in chosen}
    pairs += [pair for scale in chosen for pair in list_pairs(pool_tables(tables, scale), "", scale.scale)]
    twice = rows.group_by(_TARGET, _RATER, maintain_order=True).len().rows()
    duplicates = [{"target": who, "rater": by, "rows": count} for who, by, count in twice if count > 1]
    if duplicates:
        notes.append(note("pairs_doubled", pairs=len(duplicates), target=target, rater=rater))
    return RaterTables(
        measures=pd.DataFrame([one.row() | _describe_mean(means.get(one.name)) for one in [*scored, *items]]),
        iccs=pd.DataFrame([row for one in [*scored, *items] for row in one.list_iccs()]),
        kappas=pd.DataFrame([pair.row() for pair in pairs], columns=_KAPPA_COLUMNS),
        severity=pd.DataFrame([row for one in [*scored, *items] for row in one.list_severity()]),
        limits=pd.DataFrame([row for one in [*scored, *items] for row in one.list_limits()], columns=_LIMIT_COLUMNS),
        means=pd.DataFrame([row for one in [*scored, *items] for row in one.list_means()]),
        parts=_divide_variance(rows, responses, chosen),
        targets=pd.DataFrame([row for one in scored for row in one.list_targets()]),
        duplicates=pd.DataFrame(duplicates, columns=["target", "rater", "rows"]),
        notes=(*notes, *_gather([(one.name, each) for one in [*scored, *items] for each in one.notes])),
    )


def _divide_variance(rows: pl.DataFrame, responses: Responses, scales: Sequence[ScalePlan]) -> pd.DataFrame:
    import pandas as pd

    found: list[dict[str, Any]] = []
    for scale in scales:
        if not scale.of_scores:
            answers = {term.name: rows[responses.column_of(term.name)].to_numpy() for term in scale.terms}
            found += list_parts(scale, rows[_TARGET].to_numpy(), rows[_RATER].to_numpy(), answers)
    return pd.DataFrame(found, columns=list(_PART_COLUMNS))


class _Measure:
    """One item or one scale, as its raters saw it."""

    def __init__(self, rows: pl.DataFrame, column: str, kind: str, name: str, scale: str) -> None:
        self.kind, self.name, self.scale = kind, name, scale
        values = rows[column].to_numpy()
        known = ~np.isnan(values)
        asked = rows[_RATER].filter(known).unique()
        # Who never rated this is not one of its raters.
        kept = rows[_RATER].is_in(asked.implode()).to_numpy()
        ratings = rating_table(rows[_TARGET].to_numpy()[kept], rows[_RATER].to_numpy()[kept], values[kept])
        order = sorted(range(len(ratings.raters)), key=lambda place: order_group((str(ratings.raters[place]),)))
        self.ratings = replace(ratings, raters=ratings.raters[order], matrix=ratings.matrix[:, order])
        self.icc = rater_icc(self.ratings.matrix) if len(asked) else rater_icc(np.zeros((0, 0)))
        self.agreement = percent_agreement(self.ratings.matrix)
        self.severity = rater_severity(self.ratings.matrix)
        self.krippendorff = krippendorff_alpha(self.ratings.matrix, "ordinal" if kind == "item" else "interval")

    @property
    def notes(self) -> list[Note]:
        """What could not be computed, and what to beware of."""
        # That a pair was doubled is said once, of the rows.
        own = [each for each in self.ratings.notes if each.code != "ratings_doubled"]
        icc = () if own else self.icc.notes
        return [*own, *icc, *self.krippendorff.notes, *self.severity.notes]

    def row(self) -> dict[str, Any]:
        """Return the row of the table of measures."""
        matrix = self.ratings.matrix
        return {
            "kind": self.kind,
            "name": self.name,
            "scale": self.scale,
            "targets": int((~np.isnan(matrix)).any(axis=1).sum()),
            "raters": len(self.ratings.raters),
            "ratings": int((~np.isnan(matrix)).sum()),
            "complete": len(self.ratings.complete),
            "duplicates": len(self.ratings.duplicates),
            "pairs": self.agreement.pairs,
            "exact": self.agreement.exact,
            "within_one": self.agreement.within_one,
            "krippendorff_alpha": self.krippendorff.alpha,
            "metric": self.krippendorff.metric,
            "krippendorff_targets": self.krippendorff.targets,
            "note": " ".join(map(str, self.notes)),
        }

    def list_iccs(self) -> list[dict[str, Any]]:
        """Return the forms of the ICC: of the complete targets, and one-way of all ratings where some are not."""
        about = self._about
        complete = {"basis": "complete", "targets": self.icc.targets, "raters": float(self.icc.raters)}
        is_negative = self.icc.ms_targets < self.icc.ms_error
        rows = [
            about | {"form": form.name} | _describe_form(_bound(form, is_negative=is_negative)) | complete
            for form in self.icc.forms
        ]
        if not self.ratings.incomplete:
            return rows
        matrix = self.ratings.matrix
        teams = np.broadcast_to(np.arange(len(matrix))[:, None], matrix.shape)
        one = team_icc(matrix.ravel(), teams.ravel())
        forms = (
            IccForm("ICC(1)", "ICC(1,1)", one.icc1, one.icc1_low, one.icc1_high, one.f, one.df1, one.df2, one.p),
            IccForm("ICC(k)", "ICC(1,k)", one.icc2, one.icc2_low, one.icc2_high, one.f, one.df1, one.df2, one.p),
        )
        every = {"basis": "all", "targets": one.teams, "raters": one.mean_size}
        return rows + [about | {"form": form.name} | _describe_form(form) | every for form in forms]

    @property
    def _about(self) -> dict[str, str]:
        return {"kind": self.kind, "name": self.name, "scale": self.scale}

    def list_severity(self) -> list[dict[str, Any]]:
        """Return how each rater differs from the others."""
        found = self.severity
        return [
            self._about
            | {
                "rater": str(rater),
                "n": int(found.n[i]),
                "difference": float(found.difference[i]),
                "low": float(found.low[i]),
                "high": float(found.high[i]),
                "p": float(found.p[i]),
            }
            for i, rater in enumerate(self.ratings.raters)
        ]

    def list_limits(self) -> list[dict[str, Any]]:
        """Return how far every two raters differ."""
        return [
            self._about
            | {
                "rater_1": first,
                "rater_2": second,
                "n": found.n,
                "difference": found.difference,
                "low": found.difference_low,
                "high": found.difference_high,
                "sd": found.sd_difference,
                "limit_low": found.limit_low,
                "limit_high": found.limit_high,
            }
            for first, second, found in list_limits(self.ratings.matrix, [str(each) for each in self.ratings.raters])
        ]

    def list_means(self) -> list[dict[str, Any]]:
        """Return the ICC of the mean of several raters."""
        forms = {(row["form"], row["basis"]): row for row in self.list_iccs()}
        one = forms["ICC(A,1)", "complete"]
        if np.isnan(one["icc"]):
            one = forms.get(("ICC(1)", "all"), one)
        about, ends = self._about | {"form": one["form"], "basis": one["basis"]}, ("icc", "ci_low", "ci_high")
        return [about | {"k": k} | {end: mean_of(one[end], k) for end in ends} for k in MEANS_OF]

    def list_targets(self) -> list[dict[str, Any]]:
        """Return how far the ratings of each target lie apart."""
        spread, matrix = target_spread(self.ratings.matrix), self.ratings.matrix
        order = sorted(range(len(matrix)), key=lambda place: order_group((str(self.ratings.targets[place]),)))
        return [
            {
                "scale": self.name,
                "target": str(self.ratings.targets[i]),
                "ratings": int(spread.n[i]),
                "mean": float(spread.mean[i]),
                "sd": float(spread.sd[i]),
                "minimum": float(spread.minimum[i]),
                "maximum": float(spread.maximum[i]),
                "spread": float(spread.maximum[i] - spread.minimum[i]),
                "lacks": int(np.isnan(matrix[i]).sum()),
            }
            for i in order
        ]


def _read_ratings(
    responses: Responses, scales: Sequence[ScalePlan], target: str, rater: str
) -> tuple[pl.DataFrame, list[Note]]:
    """Return the rows that say who was rated by whom, and a note on the others."""
    import polars as pl

    items = [responses.column_of(term.name) for scale in scales if not scale.of_scores for term in scale.terms]
    ids = [target, rater] if target != rater else [target]
    columns = [*dict.fromkeys([*items, *(scale.column for scale in scales)])]
    places = [name for name in _PLACES if name in responses.ids and name not in ids]
    rows = pl.concat(iterate_batches(responses, [*ids, *places], columns))
    problems = [
        Problem(f"the column '{name}' is blank in every row", responses.path, rule="column")
        for name in ids
        if rows[name].null_count() == rows.height
    ]
    if problems:
        raise InvalidSurvey(problems)
    named = rows.drop_nulls(ids).select(
        pl.col(target).alias(_TARGET), pl.col(rater).alias(_RATER), *[pl.col(name) for name in columns]
    )
    raters = named[_RATER].unique().to_list()
    if len(raters) < 2:
        message = f"there is only one {rater}, '{raters[0]}'" if raters else f"no row has a {target} and a {rater}"
        raise InvalidSurvey([Problem(f"{message}: agreement needs two", responses.path, rule="rater")])
    lost = rows.height - named.height
    notes = [note("rows_without_pair", rows=lost, target=target, rater=rater)] if lost else []
    return named, [*notes, *_note_places(rows.drop_nulls(ids), target, places)]


def _note_places(rows: pl.DataFrame, target: str, places: Sequence[str]) -> Iterator[Note]:
    """Yield where targets of one name are at several sites or waves, which may be several targets."""
    for place in places:
        known = rows.drop_nulls(place).select(target, place).unique()
        several = int(known[target].value_counts()["count"].gt(1).sum())
        if several:
            yield note("targets_of_several_places", number=several, target=target, place=place)


def _choose_kappas(pairs: Sequence[RaterPair], scale: ScalePlan) -> list[Kappa]:
    names = {term.name for term in scale.terms} if not scale.of_scores else set()
    return [pair.kappa for pair in pairs if pair.item in names and pair.kappa.weights == "quadratic"]


def _describe_form(form: IccForm) -> dict[str, Any]:
    names = ("shrout_fleiss", "icc", "ci_low", "ci_high", "f", "df1", "df2", "p")
    return {name: getattr(form, name) for name in names}


def _bound(form: IccForm, *, is_negative: bool) -> IccForm:
    """Return an ICC of mean ratings as 0 where targets differ less than chance would make them; others as they are."""
    if not form.name.endswith("k)") or np.isnan(form.icc):
        return form
    icc = 0.0 if is_negative else max(form.icc, 0.0)
    low, high = (end if np.isnan(end) else max(end, 0.0) for end in (form.ci_low, form.ci_high))
    return replace(form, icc=icc, ci_low=0.0 if is_negative else low, ci_high=high)


def _describe_mean(mean: KappaAverage | None) -> dict[str, Any]:
    if mean is None:
        return {"kappa_items": None, "kappa_mean": np.nan, "kappa_minimum": np.nan, "kappa_maximum": np.nan}
    return {
        "kappa_items": mean.items,
        "kappa_mean": mean.mean,
        "kappa_minimum": mean.minimum,
        "kappa_maximum": mean.maximum,
    }


def _gather(found: Sequence[tuple[str, Note]]) -> tuple[Note, ...]:
    """Return each note once, with the items and scales it is about."""
    about: dict[Note, dict[str, None]] = {}
    for name, each in found:
        about.setdefault(each, {})[name] = None
    return tuple(
        note("about_places", places=tuple(names), note=each)
        if len(names) <= _MOST_NAMED
        else note("about_many", number=len(names), note=each)
        for each, names in about.items()
    )
