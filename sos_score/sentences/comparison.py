"""What a comparison has to say, by code: methods, reasons of verdicts, and what to bear in mind."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sos_score.words import count, format_named_p, join, pluralise

_Sentences = dict[str, str | Callable[..., str]]
_MANY_WAYS = 10**12


def _describe_correlation(test: object, source: str) -> str:
    name = str(test).capitalize()
    return name if source == "none" else f"{name}, p from {source}"


_METHODS: _Sentences = {
    "count": "count",
    "smallest_p": "smallest p of an exact permutation of sites",
    "smallest_effect": "smallest effect found with 80% power: {test}",
    "baseline_difference": "standardised difference before any change (Hedges g)",
    "one_way_anova": "one-way analysis of variance",
    "mean_t": "mean with t interval",
    "team_agreement": "agreement in the team",
    "link_ignored": "{test}; link ignored",
    "of_linked_people": "{test}; linked people",
    "reliable_change": "reliable change (Jacobson-Truax)",
    "clustered_on_person": "{test}, clustered on the person",
    "clustered_on_site": "{test}, clustered on the site",
    "clustered_on_level": "{test}, clustered on the {level}",
    "wrong_unit": "{test} (wrong unit)",
    "ancova": "analysis of covariance",
    "mixed_intercepts": lambda levels: f"mixed model, intercepts of {join(levels)} (REML, Satterthwaite)",
    "reml_shares": "REML; profile-likelihood interval; likelihood ratio, 50:50 mixture",
    "reml_levels": "REML; likelihood ratio against equal variances",
    "correlation": _describe_correlation,
    "pearson_unknown": "Pearson",
    "pearson_wrong_unit": "Pearson over single scores: wrong unit",
    "pearson_not_agreement": "Pearson, not agreement",
    "slope_between": lambda level: f"slope between {pluralise(level)}: mixed model, Satterthwaite",
    "slope_within": lambda level: f"slope within {pluralise(level)}: mixed model, Satterthwaite",
    "slope_difference": lambda level: f"between minus within {pluralise(level)}: mixed model, Satterthwaite",
    "mean_difference": "mean difference, t interval",
    "limits_of_agreement": "limits of agreement: mean -/+ 1.96 SD",
    "absolute_agreement": "absolute agreement",
    "lin": "Lin's concordance",
    "profile_distance": "points per scale, corrected for chance; bootstrap",
    "profile_elevation": "difference of the means over the scales; bootstrap",
    "profile_scatter": "difference of the scatters; bootstrap",
    "profile_correlation": "correlation of the profiles over the scales; bootstrap",
    "cronbach_gleser": ("Cronbach and Gleser: elevation {elevation:.1f}, scatter {scatter:.1f}, shape {shape:.1f}"),
    "share_at_end": "share of people with the score {end:g}",
    "few_at_end": "this share would reveal a group of fewer than {least} people, so it is not shown",
    "attrition": "share of those with a score at the first wave who have none at the last",
    "answer_sheets": "share of answer sheets",
    "alpha_at_first": "Cronbach's alpha at the first wave",
    "reliability_of_difference": "reliability of the difference of two scores of one person (Lord)",
    "error_of_score": "standard error of measurement at the first wave",
    "error_of_part": lambda part, low, high: (
        f"standard error of measurement of scores in the {('lowest', 'middle', 'highest')[part]} third of the scale,"
        f" {low:.3g} to {high:.3g} (Feldt-Qualls)"
    ),
    "few_in_part": "fewer than {least} people with complete answers have such a score",
    "beyond_error": "share of linked people whose score changed by more than {points:.3g} points",
    "very_similar": "very similar: within {limit:g} points per scale",
}

_REASONS: _Sentences = {
    "not_tested": "the difference could not be tested",
    "p_against": lambda p, alpha: f"{format_named_p(p)} against {alpha:g}",
    "no_limit_size": "no smallest difference of interest was given, so its size cannot be judged",
    "no_limit_equivalence": "no smallest difference of interest was given, so equivalence cannot be judged",
    "no_interval_size": "there is no interval, so its size cannot be judged",
    "no_interval_equivalence": "there is no interval, so equivalence cannot be judged",
    "inside": "the interval lies inside the smallest difference of interest",
    "beyond": "the interval lies beyond the smallest difference of interest",
    "across": "the interval reaches both differences that matter and differences that do not",
    "not_after_adjustment": "but not after adjustment",
    "sites_may_miss_equivalence": "but so few sites cannot rule out an effect that only some sites have",
    "reliably_changed": "{up} up, {down} down, {unchanged} within the error of measurement",
    "by_error": "error alone makes {expected:.1f} likely; more than {most} it makes rarely",
    "attrition_bounds": lambda cautious, optimistic: (
        f"low would be arms no more than {100 * cautious:.1f} percentage points apart (cautious boundary) or"
        f" {100 * optimistic:.1f} (optimistic)"
    ),
    "attrition_beyond_table": "more were lost than the cautious boundary allows at any difference between the arms",
    "level_share_unknown": "How much of the variation {level} account for cannot be said from these data.",
    "level_accounts": (
        "Of the variation in scores, {level} account for {share:.0%} [{low:.0%} to {high:.0%}]; the rest is within"
        " {level}."
    ),
}


def _describe_allocation(how: str | None) -> str:
    return {
        "chosen": "sites chose their arms, so they may have differed before",
        "matched": "sites were matched, not randomised, so they may have differed in what they were not matched on",
    }.get(how or "", "how sites came to their arms is not stated, so they may have differed before")


def _describe_start(distance: float, wave: str) -> str:
    side = "above" if distance > 0 else "below"
    return (
        f"it started {abs(distance):.1f} SD {side} the others at {wave}, and such a site tends to come back by itself"
        " (regression to the mean)"
    )


def _describe_arms_apart(distance: float, wave: str, arm: str, other_arm: str) -> str:
    side = "above" if distance > 0 else "below"
    return (
        f"{arm} started {abs(distance):.1f} SD {side} {other_arm} at {wave}, and arms that start apart tend to come"
        " closer by themselves (regression to the mean)"
    )


def _count_ways(ways: int) -> str:
    """Return a number as it is, and one of more than twelve digits by how many digits it has."""
    return str(ways) if ways < _MANY_WAYS else f"about 10^{len(str(ways)) - 1}"


def _describe_ways(sites: int, others: int, ways: int, arm: str, **_: object) -> str:
    return f"{sites} sites against {others}: {_count_ways(ways)} ways to choose the {arm} sites"


_DESIGN: _Sentences = {
    "arm_without_site": "one arm has no site with a score, so the arms cannot be compared",
    "assignments": _describe_ways,
    "too_few_assignments": (
        "{sites} sites against {others}: {ways} ways to choose the {arm} sites, so no exact test of sites can reach"
        " p = {alpha:g}"
    ),
    "allocation": _describe_allocation,
    "randomised": "sites were randomised to their arms",
    "observed_by": "observed by {who}",
    "cases_selected_by": "cases selected by {who}",
    "sites_asked_once": lambda number, first, last: (
        f"left out: {count(number, 'site')} without scores at {first} or at {last}, whose change is not known"
    ),
    "parallel_trends": (
        "this is an effect of the arms only if both would have changed in the same way without them (parallel trends)"
    ),
    "regression_to_mean": _describe_start,
    "arms_start_apart": _describe_arms_apart,
    "at_icc_seen": "at the observed ICC, {icc:.3g}; the interval is at the ends of the ICC's own interval",
    "icc_few_sites": "the share of the variation between sites, which few sites estimate poorly",
    "permutation_limit": lambda assignments, smallest_p: (
        f"{_count_ways(assignments)} assignments; p cannot be below {smallest_p:.3g}"
    ),
    "permutation_without_verdict": (
        "{assignments} assignments; p cannot be below {smallest_p:.3g}, so there is no verdict on the sites: no"
        " difference, however large or small, can be shown at alpha {alpha:g}"
    ),
    "pairs_left_out": "{sites} sites: no two of them are compared with each other, as there are more than {most}",
    "interval_of_sites": "interval: t of site means, if normal; never narrower than the people in the sites allow",
    "sites_may_miss": (
        "equivalence is not judged: an effect of this size that one site in four has can be missing from all {sites}"
        " {arm} sites with a chance of {chance:.2f}, above {alpha:g}"
    ),
    "mixed_counts_people": (
        "no verdict rests on this: the changes of the sites are estimated to vary no more than their members do, so"
        " this p counts members and not sites"
    ),
    "cr2_of_sites": (
        "no verdict rests on this: with sites of unequal size whose changes vary it finds a difference in up to 8 (4"
        " sites) or 6 (10 sites) of 100 studies that have none, where 5 are meant"
    ),
}


def _describe_ratings(source: str, people: int | None, least: int) -> str:
    who = "1 person was" if people == 1 else f"{people or f'fewer than {least}'} people were"
    return f"{source}: {who} rated more than once; the mean of their ratings is compared"


def _describe_against(item: str, titles: Sequence[str], label: str, site: str, wave: str) -> str:
    where = f"at {', '.join(part for part in (site, wave) if part)}" if site or wave else "everywhere"
    return (
        f"{item} runs against {join(list(titles))} ({label}) {where}: is it reversed in this file? Until that is known,"
        " do not rely on these scores"
    )


def _describe_reach(unit: str, level: str) -> str:
    if level:
        return f"p and interval are about more {pluralise(level)} like these in the same sites, each with {unit}"
    return f"p and interval are about more {unit} like these in the same sites, each independent of the others"


_PEOPLE: _Sentences = {
    "item_against_key": _describe_against,
    "more_like_these": _describe_reach,
    "as_if_apart": (
        "{unit} are counted as if each had a different {level}, which is wrong: shown only beside the right unit"
    ),
    "several_ratings": _describe_ratings,
    "median": "median {median:.6g}",
    "norm": "{description}",
    "t_score": "T {t:.6g} against {norm}",
    "linked": (
        "{both} at both waves, {left} at {first} only (left or did not answer), {came} at {last} only (came or had not"
        " answered)"
    ),
    "few_linked": "fewer than {least} answered at both waves, so results of the linked people are not shown apart",
    "few_unlinked": (
        "fewer than {least} answered at one wave only, so results of the linked people are not shown apart"
    ),
    "few_lost": "not shown: it would reveal a group of fewer than {least} people",
    "not_followed": lambda sites: (
        f"without {count(sites, 'site')} whose people cannot be followed: nobody there has a score and an id at both"
        " waves, or somebody has no id"
    ),
    "bounds_of_randomised": (
        "the boundaries are made for randomised studies; they say nothing about how the arms differed before"
    ),
    "reliability_not_known": "reliability is not known, so reliable change cannot be counted",
    "reliability_not_known_here": "reliability is not known here, so reliable change cannot be counted",
    "reliable_change_basis": "more than {points:.6g} points; alpha {alpha:.3g}, SD {sd:.3g}, everyone at {wave}",
    "hidden_linked": "not shown: it would reveal fewer than {least} people of one site",
    "ancova_linked": "linked people at {last}, at the same score at {first}",
    "ancova_slopes": (
        lambda first, last, p: (
            f"linked people at {last}, at the same score at {first}; slopes differ, {format_named_p(p)}"
        )
    ),
    "straight_lined": "{source}: {part} rows are straight-lined",
    "straight_recoded": "{source}: straight lines were not looked for in items whose recode makes answers one",
    "none_straight_lined": "no row is straight-lined",
    "own_work": "workers rated their own work: how generously each rates counts as a difference between workers",
    "kinds_of_rater": (
        "{kinds} kinds of rater are analysed together, with their mean differences removed; variation within {level} is"
        " how far raters of one case differ beyond the usual difference between their kinds"
    ),
    "shares_not_adjusted": (
        "the shares and their p values are not adjusted for multiple tests; the comparison of levels is adjusted within"
        " its family"
    ),
}


def _describe_dropped(what: str) -> Callable[..., str]:
    def describe(level: str, number: int | None, least: int) -> str:
        dropped = f"fewer than {least}" if number is None else number
        return f"{pluralise(level)} with one of the two {what} only: {dropped}."

    return describe


def _describe_adjustment(method: str, families: int, smallest: int, largest: int) -> str:
    names = {"holm": "Holm", "bonferroni": "Bonferroni", "bh": "Benjamini-Hochberg"}
    size = f"{smallest}" if smallest == largest else f"{smallest} to {largest}"
    tests = "test" if size == "1" else "tests"
    return f"p adjusted by {names[method]} in {count(families, 'family', 'families')} of {size} {tests}"


_PAIRS: _Sentences = {
    "nothing_paired": "no {level} is in both sources at the same wave, so nothing can be paired.",
    "one_score_only": _describe_dropped("scores"),
    "one_view_only": _describe_dropped("views"),
    "counted_as_if_apart": (
        "{scores} scores are counted as if each had a different {level}: shown only beside the right analysis"
    ),
    "taken_as_independent": ("scores of one {level} are taken as independent: the intervals are somewhat too narrow"),
}


def _describe_limit(value: float, unit: str) -> str:
    what = {"g": "SD", "raw": "points of the scale", "T": "T points"}[unit]
    return f"equivalent: smaller than the plan's limit of {value:g} {what}, unless a scale has its own"


_SMALL: _Sentences = {
    "hidden": "not shown: a group of fewer than {least} people, or one that would reveal such a group",
    "few_hidden": "groups of fewer than {least} people are not shown",
    "sites_left_out": "left out: a site with fewer than {least} people, or one that would reveal such a site",
    "few_rows_incomplete": ("fewer than {least} rows left out: the score, a predictor or a group is missing."),
    "adjusted": _describe_adjustment,
    "not_adjusted": "p is not adjusted for multiple tests",
    "limit": _describe_limit,
    "no_limit": "the plan states no smallest effect, so nothing can be called equivalent",
}

COMPARISON: _Sentences = {**_METHODS, **_REASONS, **_DESIGN, **_PEOPLE, **_PAIRS, **_SMALL}
