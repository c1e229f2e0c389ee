"""What every column of a file of findings means."""

from __future__ import annotations

from collections.abc import Iterable

from sos_score.output.codebook import Variable, make_codebook
from sos_score.output.table import Column, Table

FINDING_FIELDS: dict[str, str] = {
    "source": "the study's source of answers",
    "instrument": "the instrument, by id",
    "scale": "the scale, by id",
    "title": "scale and source, as tables name them",
    "question": "what is asked: design, level, change, arms, did, variation, association or profiles",
    "unit": "what counts as one: people, sites, workers, scores or another level of the study",
    "site": "the site; blank where the row is of no single site",
    "wave": "the wave, or the first and last wave of a change",
    "groups": "what is compared with what; a difference is the first minus the second",
    "counts": "how many of the unit stand behind it, in the order of the groups",
    "estimate": "the mean, difference or change in points of the score; a correlation as such",
    "low": "lower end of the estimate's interval (1 - alpha)",
    "high": "upper end of the estimate's interval (1 - alpha)",
    "effect_name": "what the effect is: g, T points, r, ICC(1), rwg(j)",
    "effect": "the standardized effect; in rows of the design without one, see detectable",
    "effect_low": "lower end of the effect's interval",
    "effect_high": "upper end of the effect's interval",
    "statistic_name": "t, F, W or U",
    "statistic": "the test statistic",
    "df": "its degrees of freedom",
    "df2": "the denominator's degrees of freedom, of F",
    "p": "two-sided p, not adjusted",
    "is_primary": "1 where the row is judged, 0 where it stands beside a judged one",
    "family": "the family of tests that p is adjusted within",
    "p_adjusted": "p adjusted within the family",
    "method": "the test or estimator",
    "smallest": "the smallest difference that matters, in points of the score",
    "tost_p": "the larger p of the two one-sided tests of equivalence",
    "tost_low": "lower end of the interval (1 - 2 alpha) that equivalence is judged on",
    "tost_high": "upper end of the interval (1 - 2 alpha) that equivalence is judged on",
    "tost_p_adjusted": "tost_p adjusted within the family",
    "detectable": "the smallest effect this analysis would find with 80% power, in the units of effect; blank where it"
    " would find none, however large",
    "detectable_adjusted": "of judged rows that compare arms: the same of people adjusted for their sites, at the ICC"
    " seen",
    "detectable_adjusted_low": "the same at the lower limit of the ICC, or of the error of changes",
    "detectable_adjusted_high": "the same at the upper limit",
    "detectable_sites": "of these rows: the same by a t test of site values",
    "verdict": "different, equivalent, too small to matter or inconclusive, after adjustment",
    "direction": "what a difference means, in the scale's words",
    "is_good": "better or worse, where it is known which end of the scale is good",
    "reason": "why the verdict is that",
    "notes": "what could not be computed, or has to be known",
    "sentence": "the finding as a results section says it",
}


def make_finding_codebook() -> Table:
    """Return what each column of findings means, in the order of the columns."""
    columns = (Column("column"), Column("meaning", wraps=True, narrowest=40))
    notes = ("What cannot be computed, or may not be shown, is blank; notes says why.",)
    return Table(columns, tuple(FINDING_FIELDS.items()), "Codebook of the findings", notes)


def list_codebooks(variables: Iterable[Variable]) -> dict[str, Table]:
    """Return the codebooks of a study, by the name of their file."""
    return {"codebook": make_codebook(variables), "findings": make_finding_codebook()}
