"""What statistics has to say, by code: methods, what could not be computed and why, and answers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import isnan

from sos_score.words import count, join

_METHODS: dict[str, str | Callable[..., str]] = {
    "one_sample_t": "one-sample t",
    "paired_t": "paired t",
    "student_t": "Student t",
    "student_t_sites": "Student t on sites, if site means were normal",
    "sites_floored": "the site means lie closer than the people in the sites allow; the interval is as wide as theirs",
    "welch_t": "Welch t",
    "overlap_t_unequal": "partially overlapping samples t (unequal variances)",
    "mann_whitney": "Mann-Whitney",
    "mann_whitney_exact": "Mann-Whitney, exact",
    "mann_whitney_normal": "Mann-Whitney, normal with continuity and tie correction",
    "signed_rank": "Wilcoxon signed rank",
    "signed_rank_exact": "Wilcoxon signed rank, exact",
    "signed_rank_normal": "Wilcoxon signed rank, normal with continuity and tie correction",
    "welch_anova": "Welch ANOVA",
    "games_howell": "Games-Howell",
    "permutation": "permutation of sites",
    "model_too_large": "not fitted: {groups:,} groups, and the model's equations are solved for at most {most:,}",
    "permutation_exact": "exact permutation of sites",
    "permutation_monte_carlo": "Monte Carlo permutation ({draws} draws) of sites",
    "monte_carlo_error": (
        "p {p:.4f} is of {draws:,} assignments drawn at random (Monte Carlo standard error {error:.4f})"
    ),
    "least_squares": "least squares",
    "least_squares_hc3": "least squares, HC3",
    "least_squares_cr2": "least squares, CR2 and Satterthwaite df",
    "detect_people": "t test of people, taken as independent",
    "detect_clusters": "cluster-adjusted t test on the count of sites",
    "detect_sites": "t test of site means",
    "pearson": "pearson",
    "spearman": "spearman",
}

_SAMPLES: dict[str, str | Callable[..., str]] = {
    "no_variation": "the scores do not vary, so the difference cannot be tested",
    "no_freedom": "there are as many parameters as scores, so no degrees of freedom are left for a test",
    "no_scores": "no scores to describe",
    "one_score_no_sd": "one score has no standard deviation",
    "constant_no_interval": "the scores do not vary, so their mean has no interval",
    "welch_too_few": "Welch's test needs at least two scores on each side",
    "student_too_few": "Student's test needs a score on each side and three in all",
    "paired_too_few": "a paired test needs at least two people with both scores",
    "one_sample_too_few": "a one-sample test needs at least two scores",
    "one_linked": "only one person has both scores, so the link is ignored",
    "linked_constant": "one score of the linked people does not vary, so their correlation is taken as 0",
    "effect_too_few": "a standardised difference needs at least two scores on each side",
    "effect_no_sd": "the scores do not vary, so there is no standard deviation to divide by",
    "effect_two_pairs": "Hedges' correction is undefined for two pairs",
    "effect_same_change": "everyone changed by the same amount, so there is no interval",
    "all_tied": "every score is tied, so there is nothing to test",
    "rank_side_empty": "a rank test needs a score on each side",
    "nobody_changed": "nobody changed, so there is nothing to rank",
    "no_person_both": "no person has both scores",
    "welch_anova_too_few": "Welch's ANOVA needs two groups",
    "group_too_small": "a group with fewer than two scores has no variance",
    "group_infinite_weight": "a group whose scores do not vary would get infinite weight",
    "group_no_part": "a group whose scores do not vary takes no part",
    "sites_no_value": lambda sites: f"{count(sites, 'site')} without a value {'is' if sites == 1 else 'are'} left out",
    "permutation_no_arm": "a permutation needs a site in each arm",
}

_REGRESSION: dict[str, str | Callable[..., str]] = {
    "not_identified": "the data do not identify every coefficient: a group or wave is missing, or nothing varies",
    "hc3_undefined": "one person alone fixes part of the fit, so HC3 is undefined",
    "two_clusters": "cluster-robust standard errors need two clusters",
    "cluster_fixes": "one cluster alone fixes part of this coefficient, so its error cannot be estimated",
    "few_df": "only {df:.1f} degrees of freedom: below 4, p and interval are rough",
}


def _describe_too_few_pairs(what: str) -> Callable[..., str]:
    return lambda pairs: f"{count(pairs, 'complete pair')}: {what} needs at least three."


_ASSOCIATION: dict[str, str | Callable[..., str]] = {
    "correlation_too_few": _describe_too_few_pairs("a correlation"),
    "correlation_constant": "one of the two scores does not vary: no correlation can be computed.",
    "correlation_three_pairs": "three pairs are too few for an interval.",
    "correlation_perfect": "the correlation is perfect: the interval has no width and says nothing.",
    "orders_agree": "the two orders agree perfectly: no interval can be given.",
    "tied_by_rounding": "some values differ only beyond {decimals} decimals and are tied; untied, r = {r:.4f}.",
    "views_too_few": _describe_too_few_pairs("agreement"),
    "views_no_icc": "targets do not differ on average: the ICC is undefined.",
    "views_icc_no_interval": "the views differ by a constant: the ICC has no interval.",
    "views_no_concordance": "one of the two views does not vary: no concordance can be computed.",
    "views_concordance_no_interval": "concordance is 0 or perfect: no interval can be given.",
}


def _describe_lack_of_rows(rows: int, fixed: int) -> str:
    return f"too few usable rows ({rows}) for a model with {count(fixed, 'fixed effect')}."


def _describe_larger(first: tuple[str, float, float, float], second: tuple[str, float, float, float]) -> str:
    parts = [f"{name} account for {share:.0%} [{low:.0%} to {high:.0%}]" for name, share, low, high in (first, second)]
    return f"Of the variation in scores, {join(parts)}"


def _describe_levels_apart(first: tuple[str, float, float, float], second: tuple[str, float, float, float]) -> str:
    larger, smaller = (first, second) if first[1] > second[1] else (second, first)
    return f"{_describe_larger(first, second)}; {larger[0]} account for more than {smaller[0]}."


def _describe_levels_alike(first: tuple[str, float, float, float], second: tuple[str, float, float, float]) -> str:
    return f"{_describe_larger(first, second)}; the data cannot tell which is larger."


_MIXED: dict[str, str | Callable[..., str]] = {
    "level_set_aside": "{level}: {reason}.",
    "level_one_group": "fewer than two groups, so nothing can be said about differences between them",
    "level_one_observation": (
        "one observation in each group, so differences between and within groups cannot be told apart"
    ),
    "level_same_groups": "the same groups as {other}, so the two cannot be told apart",
    "level_in_fixed_part": "differences between groups are already in the fixed part",
    "rows_incomplete": lambda rows: f"{count(rows, 'row')} left out: the score, a predictor or a group is missing.",
    "model_too_few_rows": _describe_lack_of_rows,
    "model_constant_predictor": (
        "a predictor is constant, or follows from the others: its effect cannot be estimated."
    ),
    "model_no_variance": ("the scores do not vary (or follow the predictors exactly): there is no variance to divide."),
    "model_no_level": "no level has groups whose differences can be estimated.",
    "model_unbounded": "scores never differ within a group: the residual variance is 0, the likelihood unbounded.",
    "variance_at_boundary": (
        "{level}: the best estimate of their variance is 0, the boundary of what is possible: the data show no more"
        " difference between groups than chance would give. It does not mean that they are known to be alike."
    ),
    "no_such_slope": "the predictor does not vary {part} {level}: no such slope.",
    "levels_unknown": "Whether {first} or {second} account for more of the variation cannot be said from these data.",
    "levels_apart": _describe_levels_apart,
    "levels_not_apart": _describe_levels_alike,
}


def _describe_distance(pair: tuple[str, str, float, float, float]) -> str:
    first, second, value, low, high = pair
    shown = "an unknown number of" if value != value else f"{value:.1f} [{low:.1f} to {high:.1f}]"  # noqa: PLR0124 - NaN
    return f"{first} and {second} differ by {shown} points per scale"


def _describe_refused(names: Sequence[str], limit: float, pair: tuple[str, str, float, float, float]) -> str:
    example = _describe_distance(pair)
    return f"{join(names)} did not have very similar profiles: {example}, more than {limit:g} points per scale."


def _describe_supported(names: Sequence[str], limit: float) -> str:
    return f"{join(names)} had very similar profiles: no two differ by more than {limit:g} points per scale."


def _describe_open(names: Sequence[str], limit: float, pair: tuple[str, str, float, float, float]) -> str:
    return (
        f"The data cannot tell whether {join(names)} had very similar profiles (within {limit:g} points per scale):"
        f" {_describe_distance(pair)}."
    )


_PROFILES: dict[str, str | Callable[..., str]] = {
    "scales_left_out": "{scales} of {total} scales left out: one side has no scores.",
    "profile_no_intervals": "fewer than two people on a side: no intervals can be given.",
    "profile_few_scales": "fewer than three scales: a profile has no shape to correlate.",
    "profile_flat": "a flat profile has no shape: no correlation can be computed.",
    "of_two_profiles": "{first} and {second}: {said}",
    "similarity_refused": _describe_refused,
    "similarity_supported": _describe_supported,
    "similarity_open": _describe_open,
}


def _describe_against(sites: tuple[int, int]) -> str:
    return f"With {count(sites[0], 'site')} against {sites[1]}"


def _describe_shown(effect: float, power: float, waves: int) -> str:
    kind = "difference in change" if waves == 2 else "difference"
    return f"the smallest {kind} shown with a power of {power:.0%} is {effect:.2f} standard deviations"


def _describe_one_site_each(sites: tuple[int, int]) -> str:
    return f"{_describe_against(sites)} nothing can be said about the framework: it cannot be told apart from the site."


def _describe_smallest_effect(sites: tuple[int, int], effect: float, power: float, waves: int) -> str:
    return f"{_describe_against(sites)}, {_describe_shown(effect, power, waves)}, by a t test of sites."


def _describe_effect_without_permutation(
    *, sites: tuple[int, int], effect: float, power: float, waves: int, alpha: float, smallest_p: float
) -> str:
    return (
        f"{_describe_against(sites)} a permutation test is impossible at alpha {alpha:g}: its p cannot be below"
        f" {smallest_p:.2f}, however large the difference. A t test of sites assumes that site means are"
        f" normally distributed, which so few sites cannot show: then {_describe_shown(effect, power, waves)}."
    )


def _describe_sites_needed(
    *, effect: float, power: float, sites: float, people: int, is_equal: bool, permutation: int
) -> str:
    of = f"{people} people" if is_equal else f"such unequal sizes ({people} people on average)"
    return (
        f"To show {effect:g} standard deviations with a power of {power:.0%}, each arm needs {sites:.0f} sites of {of};"
        f" a permutation test is possible from {permutation} sites in each arm."
    )


def _describe_equivalence_needed(limit: float, power: float, sites: float, effect: float) -> str:
    what = (
        f"a difference of {limit:g} standard deviations with a power of {power:.0%}, where the true one is {effect:g}"
    )
    if isnan(sites):
        return f"No feasible number of sites rules out {what}."
    return f"To rule out {what}, each arm needs {sites:.0f} sites."


def _describe_needed(what: str, of: str) -> Callable[..., str]:
    def describe(effect: float, power: float, needed: float, most: int) -> str:
        if isnan(needed):
            return f"Not even {most:,} {of} show {what.format(effect=effect)} with a power of {power:.0%}."
        return f"To show {what.format(effect=effect)} with a power of {power:.0%} takes {needed:.0f} {of}."

    return describe


def _describe_width(*, width: float, what: str, expect: float, needed: float, of: str, most: int) -> str:
    if isnan(needed):
        return f"Not even {most:,} {of} give so narrow an interval."
    return f"An interval no wider than {width:g}, where {what} is {expect:g}, takes {needed:.0f} {of}."


_POWER: dict[str, str | Callable[..., str]] = {
    "detect_too_few": ("each arm needs members, and there must be at least three in all, for a t test to have power"),
    "detect_no_spread": "the spread between sites is not known, so no detectable effect can be given",
    "effect_one_site_each": _describe_one_site_each,
    "effect_by_sites": _describe_smallest_effect,
    "effect_without_permutation": _describe_effect_without_permutation,
    "sites_not_feasible": (
        "An effect of {effect:g} standard deviations cannot be shown by any feasible number of sites."
    ),
    "sites_needed": _describe_sites_needed,
    "planned_from": "{said}",
    "equivalence_needed": _describe_equivalence_needed,
    "equivalence_of_sites": (
        "compare itself calls sites equivalent only from {sites} treated sites on: with fewer, an effect that one site"
        " in four has may be missing from all of them. Both analyses take site means as normal."
    ),
    "change_needed": _describe_needed("a change of {effect:g} standard deviations of one score", "people at each wave"),
    "change_paired": "By the paired t test. It speaks of more people like these in the same team.",
    "change_overlapping": (
        "By the t test for partially overlapping samples. It speaks of more people like these in the same team."
    ),
    "workers_needed": _describe_needed("a correlation of {effect:g}", "workers"),
    "attenuated": (
        "r is that of workers' scores with the true means of their people; with so few people of each, {share:.0%} of"
        " it is seen."
    ),
    "width_needed": _describe_width,
    "cr2_needs_two": "A regression of people with CR2 errors needs two sites in each arm.",
    "cr2_same_test": (
        "A regression of people with CR2 errors is the same test when all sites and arms are of equal size."
    ),
    "cr2_shows": "A regression of people with CR2 errors shows {effect:.2f} standard deviations with that power.",
    "permutation_shows": "A permutation of sites shows {effect:.2f} standard deviations with that power.",
}

_PLAUSIBILITY: dict[str, str | Callable[..., str]] = {
    "printed_of": "{name}: {said}",
    "printed_not_number": "{text!r} is not a number.",
    "printed_sd_negative": "SD {sd} is negative.",
    "printed_no_people": "{n} people have no mean.",
    "printed_no_items": "{items} items make no score.",
    "printed_range_reversed": "the range {low:g}-{high:g} is upside down.",
    "printed_mean_inside": "mean {mean} is within {low:g}-{high:g}.",
    "printed_mean_outside": "mean {mean} is outside {low:g}-{high:g}.",
    "printed_one_person": "one person has no standard deviation.",
    "printed_outside": "the mean is outside the range.",
    "printed_too_little": "a range (low and high) is needed, or n where answers are whole numbers.",
    "grim_n_too_large": "n is too large for GRIM: every mean so printed passes.",
    "grim_possible": "mean {mean} is possible: {total} / {numbers}.",
    "grim_impossible": "mean {mean} is impossible for {numbers} whole numbers; next {lower:.4f} and {upper:.4f}.",
    "grimmer_n_too_large": "n is too large for GRIMMER: every SD would pass.",
    "grimmer_possible": "mean {mean} and SD {sd} are possible together.",
    "grimmer_impossible": "no {n} whole-number scores have mean {mean} and SD {sd}.",
    "largest_sd_possible": (
        "SD {sd} is possible: with mean {mean} on {low:g}-{high:g} it cannot be above {largest:.2f}."
    ),
    "largest_sd_impossible": (
        "SD {sd} is impossible: with mean {mean} on {low:g}-{high:g} it cannot be above {largest:.2f}."
    ),
    "parts_end_right": "the {which} possible parts add up to {added:g}, as they should.",
    "parts_end_wrong": "the {which} possible parts add up to {added:g}, not {printed:g}.",
    "parts_means_possible": "the parts' means add up to {least:g}-{most:g}, which can give {mean}.",
    "parts_means_impossible": "the parts' means add up to {least:g}-{most:g}, which cannot give {mean}.",
    "parts_sd_possible": "SD {sd} is possible: the parts allow {least:.2f} to {most:.2f}.",
    "parts_sd_impossible": "SD {sd} is impossible: the parts allow {least:.2f} to {most:.2f}.",
    "parts_other_people": "the total and its parts are not of the same people (n differs).",
    "figures_impossible_alone": "Impossible as printed.",
    "figures_impossible": lambda names: f"Impossible as printed: {', '.join(names)}.",
    "figures_which_unknown": "The figures cannot all be right; which of them is wrong, the checks cannot say.",
    "figures_possible": "Everything that could be checked is possible, which does not make it right.",
    "figures_unchecked": "Nothing could be checked.",
}

STATISTICS: dict[str, str | Callable[..., str]] = {
    **_METHODS,
    **_SAMPLES,
    **_REGRESSION,
    **_ASSOCIATION,
    **_MIXED,
    **_PROFILES,
    **_POWER,
    **_PLAUSIBILITY,
}
