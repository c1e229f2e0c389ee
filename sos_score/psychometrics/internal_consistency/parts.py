"""The reliability of one scale in one group of rows, as rows of tables and what is to be said of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from sos_score.definition.instrument.instrument import Instrument
from sos_score.notes import Note, note
from sos_score.psychometrics.columns import ScaleColumns
from sos_score.psychometrics.internal_consistency.alpha import reliability
from sos_score.psychometrics.internal_consistency.error import measurement_error
from sos_score.psychometrics.internal_consistency.items import item_statistics
from sos_score.psychometrics.internal_consistency.keycheck import check_keys
from sos_score.psychometrics.internal_consistency.omega import Omega, OmegaInterval, omega_totals
from sos_score.psychometrics.internal_consistency.ordinal import OrdinalAlpha, ordinal_alpha_from_tables
from sos_score.psychometrics.internal_consistency.people import PeopleInterval
from sos_score.psychometrics.internal_consistency.within import WithinTeams
from sos_score.psychometrics.moments import Missing
from sos_score.psychometrics.sums import FEW_OPTIONS, AnswerSums, key_extremes, key_moments
from sos_score.psychometrics.tables import ALL, name_group, place_row


class Part:
    """One scale in one group, worked out."""

    def __init__(
        self,
        scale: ScaleColumns,
        place: dict[str, str],
        sums: AnswerSums,
        missing: Missing,
        *,
        interval: OmegaInterval | None,
        people: PeopleInterval | None,
        within: WithinTeams | None,
    ) -> None:
        self.scale, self.place, self.sums, self.missing = scale, place, sums, missing
        self.people, self.within = people, within
        self.moments = key_moments(scale, sums, missing)
        self.reliability = reliability(self.moments, scale.names)
        self.inside = reliability(within.moments, scale.names) if within else None
        self.omega: Omega
        self.omega_within: Omega | None = None
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
        people = (note("rows_of_same_people"), *self.people.notes) if self.people else ()
        notes = [
            *known,
            *people,
            *self.omega.notes,
            *interval,
            *self.ordinal.notes,
            *self._kind_notes(),
            *key,
            *error,
            *self._inside_notes(),
        ]
        return list(dict.fromkeys(notes))

    def _kind_notes(self) -> Iterator[Note]:
        """Yield what the coefficients leave aside of the scale: who was not asked, and weights."""
        if self.missing == "listwise" and any(term.conditions for term in self.scale.plan.terms):
            yield note("alpha_of_those_asked")
        if self.scale.plan.is_weighted and not np.isnan(self.ordinal.alpha):
            yield note("ordinal_unweighted")

    def _inside_notes(self) -> Iterator[Note]:
        """Yield why there is no reliability within teams."""
        if self.inside is None or not np.isnan(self.inside.alpha):
            return
        yield note("no_alpha_within")

    def _ordinal(self) -> OrdinalAlpha:
        if self.sums.tables.size == 0:
            why = note("ordinal_many_options", most=FEW_OPTIONS)
            if self.scale.plan.of_scores:
                why = note("ordinal_of_scores")
            elif not all(term.options for term in self.scale.plan.terms):
                why = note("ordinal_fractions")
            elif len(set(self.scale.high - self.scale.low)) > 1:
                why = note("ordinal_different_options")
            return OrdinalAlpha(np.nan, (why,))
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
        if not answered.any() or np.isnan(self.reliability.sum_sd):
            return np.nan, np.nan
        weight = float(self.scale.weights[answered].sum())
        share = 1 / weight
        if plan.method == "sum":
            share = 1.0 if plan.rule.sums == "as_answered" else plan.weight / weight
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
            "alpha_low": self.people.ci_low if self.people else r.ci_low,
            "alpha_high": self.people.ci_high if self.people else r.ci_high,
            "people": self.people.people if self.people else r.n,
            "interval": "clusters of people" if self.people else "Feldt",
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
            **self._describe_within(),
            "missing": self.missing,
            "note": " ".join(map(str, self.notes)),
        }
        return place_row(self.place, self.scale.plan.scale, row)

    def _describe_within(self) -> dict[str, object]:
        """Return the columns of reliability within teams, where it is asked for."""
        if self.within is None or self.inside is None:
            return {}
        omega = np.nan if self.omega_within is None else self.omega_within.omega
        return {
            "teams": self.within.teams,
            "alpha_within": self.inside.alpha,
            "alpha_within_low": self.inside.ci_low if not self.people else np.nan,
            "alpha_within_high": self.inside.ci_high if not self.people else np.nan,
            "omega_within": omega,
        }

    def items(self) -> list[dict[str, object]]:
        """Return the rows of the item table."""
        table = item_statistics(self.moments, *key_extremes(self.scale, self.sums))
        rows = [
            {
                "item": term.name,
                "reversed": term.is_reversed,
                "n": int(table.n[i]),
                "mean": float(table.mean[i] / term.weight),
                "sd": float(table.sd[i] / term.weight),
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


def fit_omegas(parts: list[Part]) -> None:
    """Give every part its omega, pooled and within teams; the models are fitted together, which is quicker."""
    for part, omega in zip(
        parts, omega_totals([part.moments for part in parts], [part.scale.names for part in parts]), strict=True
    ):
        part.omega = omega
    inside = [(part, part.within.moments) for part in parts if part.within]
    found = omega_totals([moments for _, moments in inside], [part.scale.names for part, _ in inside])
    for (part, _), omega in zip(inside, found, strict=True):
        part.omega_within = omega
