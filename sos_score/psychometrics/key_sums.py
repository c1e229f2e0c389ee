"""The key check of answers that pass by in batches, as they do while they are scored: sums only, in one pass."""

from __future__ import annotations

import numpy as np

from sos_score.notes import Note, note
from sos_score.psychometrics.columns import place_terms
from sos_score.psychometrics.internal_consistency.keycheck import check_keys
from sos_score.psychometrics.sums import Reading, key_moments
from sos_score.scoring.expressions import answer_column
from sos_score.scoring.plan import ScoringPlan


class KeySums:
    """The answers to the items of an instrument, summed to see whether one of them runs against its scale.

    Takes the batches that `score_export` hands over where it is asked for the codes of `items`. A row with a missing
    answer counts for the pairs of items that it does answer.
    """

    def __init__(self, plan: ScoringPlan) -> None:
        self._titles = {name: scale.title for name, scale in plan.instrument.scales.items()}
        of_items = [scale for scale in plan.scales if not scale.of_scores and len(scale.terms) > 1]
        self._scales = [place_terms(scale, [answer_column(term.name) for term in scale.terms]) for scale in of_items]
        self._reading = Reading(self._scales, (), "pairwise", has_tables=False)
        self.open_sink = self._reading.open_sink

    @property
    def items(self) -> tuple[str, ...]:
        """Return the items whose codes are needed."""
        return tuple(dict.fromkeys(name for scale in self._scales for name in scale.names))

    def list_suspects(self, where: str = "", preposition: str = "in") -> list[Note]:
        """Return a note (``suspected``) for each item and scale that it runs against, in the rows taken so far."""
        found = []
        for scale in self._scales:
            name = scale.plan.scale
            sums = self._reading.sums.get((name, (), self._reading.every(name)))
            if sums is None:
                continue
            check = check_keys(key_moments(scale, sums, "pairwise"), scale.names)
            about = {"scale": self._titles[name], "where": where, "preposition": preposition}
            found += [note("suspected", item=scale.names[i], **about) for i in np.flatnonzero(check.suspected)]
        return found
