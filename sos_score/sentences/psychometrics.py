"""What psychometrics has to say, by code."""

from __future__ import annotations

from collections.abc import Callable, Sequence

FEW = "few"
"""What stands for a count where notes of several groups are one."""


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def _with_items(template: str) -> Callable[..., str]:
    return lambda items: template.format(items=", ".join(items))


def _some(number: int | str, noun: str, nouns: str = "") -> str:
    """Return "1 row", "4 rows", or "few rows" where notes of several groups are one."""
    return f"{number} {noun}" if number == 1 else f"{number} {nouns or noun + 's'}"


def _needs(what: str, noun: str, nouns: str = "") -> Callable[..., str]:
    return lambda n, least: f"{what}: {_some(n, noun, nouns)}, at least {least} are needed."


def _too_few_pairs(n: int | str, first: str, second: str, least: int) -> str:
    answered = f"{'answers' if n == 1 else 'answer'} {first if first == second else f'both {first} and {second}'}"
    return f"No internal consistency: {_some(n, 'row')} {answered}, at least {least} are needed."


def _fewer_rows_than_items(n: int | str, items: int) -> str:
    few = "too few rows" if n == FEW else f"{_some(n, 'row')} {'is' if n == 1 else 'are'} too few"
    return f"No omega: {few} for {items} items."


def _key_unchecked(n: int | str, varying: int | str) -> str:
    counts = f"{_some(n, 'row')} and {_some(varying, 'item that varies', 'items that vary')} are too few"
    few = "too few rows or items that vary" if n == FEW else counts
    return f"The key was not checked: {few}."


def _first_rows(first: int, n: int | str) -> str:
    every = "" if n == FEW else f" of {n:,}"
    return f"Ordinal alpha is of the first {first:,}{every} complete rows."


def _suspected(item: str, scale: str, where: str, preposition: str) -> str:
    at = f" {preposition} {where}" if where else ""
    return f"{item} runs against {scale}{at}: reversed in this file?"


def _file_item_against(item: str, scale: str, site: str, wave: str, first: int) -> str:
    at = (f" in site {site}" if site else "") + (f" at {wave}" if wave else "")
    rows = f" (the first {first:,} rows)" if first else ""
    return f"{item} runs against {scale}{at}{rows}: reversed in this file, or keyed wrongly?"


def _about_groups(places: Sequence[tuple[str, Sequence[str]]], note: object) -> str:
    where = [f"{scale}, {'; '.join(groups)}" for scale, groups in places]
    return f"{'; '.join(where)}: {note}"


PSYCHOMETRICS: dict[str, str | Callable[..., str]] = {
    # Reliability of a scale from its items
    "items_unanswered": _with_items("Nobody answered {items}: left out of the coefficients."),
    "items_constant": _with_items("Everybody gave the same answer to {items}: left out of the coefficients."),
    "consistency_too_few_items": "No internal consistency: fewer than two items vary.",
    "consistency_too_few_rows": _needs("No internal consistency", "complete row"),
    "consistency_too_few_pairs": _too_few_pairs,
    "alpha_sum_constant": "No alpha: the sum of the items does not vary.",
    "alpha_negative": "Alpha is negative: the items run against each other; probably one has the wrong key.",
    "lambda4_too_many_items": "No lambda-4: it is searched for up to {most} items.",
    "lambda6_singular": "No lambda-6: an item is an exact combination of others, or there are too few rows.",
    "alpha_of_those_asked": (
        "Some items are not always asked: the coefficients are of those who were asked, and answered, every item."
    ),
    "ordinal_unweighted": "Ordinal alpha is of the items without their weights.",
    "rows_of_same_people": (
        "Several rows of one person are pooled; the interval of alpha allows for that (cluster-robust)."
    ),
    "alpha_too_few_people": "No interval of alpha: fewer than {least} people answered every item.",
    "alpha_of_people_pairwise": "No interval of alpha: by people there is one for complete rows only.",
    "no_alpha_within": "No alpha within teams: too few rows beyond one a team.",
    "error_unknown": "No measurement error without a reliability and an SD.",
    "error_reliability_outside": "No measurement error: the reliability is not between 0 and 1.",
    "key_unchecked": _key_unchecked,
    "key_item_against": "{item} runs against its scale: reversed in this file already, or keyed wrongly?",
    "key_halves_against": "Half of the items run against the other half: the data cannot tell which half is right.",
    "suspected": _suspected,
    "file_item_against": _file_item_against,
    "omega_no_maximum": "No omega: the one-factor model has no maximum; the items may not share one factor.",
    "omega_too_few_rows": _needs("No omega", "complete row"),
    "omega_too_few_items": "No omega: fewer than three items vary; report Spearman-Brown or alpha.",
    "omega_fewer_rows_than_items": _fewer_rows_than_items,
    "omega_singular": "No omega: an item is an exact combination of others.",
    "omega_heywood": _with_items("Heywood case: the unique variance of {items} is negative; do not rely on omega."),
    "omega_loads_negatively": lambda items: (
        f"{', '.join(items)} {'loads' if len(items) == 1 else 'load'} negatively: check the key."
    ),
    "bootstrap_unfitted": "{failed} of {samples} bootstrap samples could not be fitted.",
    "bootstrap_too_few": "No interval: too few bootstrap samples could be fitted.",
    "ordinal_too_few_rows": _needs("No ordinal alpha", "complete row"),
    "ordinal_too_few_items": "No ordinal alpha: fewer than two items vary.",
    "ordinal_too_many_options": "No ordinal alpha: an item has more than {most} different answers; use alpha.",
    "ordinal_of_scores": "No ordinal alpha: the scale is made of scores, not of answers.",
    "ordinal_many_options": "No ordinal alpha: items have more than {most} options.",
    "ordinal_fractions": "No ordinal alpha: some answers are not whole numbers.",
    "ordinal_different_options": "No ordinal alpha: the items have different response options.",
    "ordinal_first_rows": _first_rows,
    "polychoric_rough": lambda n: f"Polychoric correlations of {_some(n, 'row')} are rough: prefer alpha.",
    "polychoric_at_bound": lambda pairs: (
        "Polychoric correlation at its limit, because there are too few answers: "
        f"{', '.join(f'{first} and {second}' for first, second in pairs)}."
    ),
    "polychoric_not_definite": (
        "The polychoric correlations do not fit together (not positive definite): prefer alpha."
    ),
    # Agreement of raters
    "rater_icc_too_few": "No ICC: at least two targets rated by the same two raters are needed.",
    "rater_icc_targets_equal": "No ICC: the targets do not differ at all in their mean rating.",
    "rater_icc_perfect": "The raters agree perfectly: the ICCs are 1 and have no useful interval.",
    "rater_icc_negative": (
        "The ICCs of single raters are negative: read them as 0. Those of mean ratings, which have no meaning there,"
        " are shown as 0."
    ),
    "kappa_nothing_shared": "No kappa: no target was rated by both.",
    "kappa_no_steps": "{item}: no kappa, since its answers are not a list of equal steps.",
    "kappa_both_constant": "No kappa: both raters gave every target the same rating; they agree fully.",
    "kappa_one_constant": (
        "One rater gave every target the same rating: kappa is 0 however much they agree, and has no interval."
    ),
    "kappa_no_interval": "No interval of kappa: its large-sample error comes to 0, as where raters agree fully.",
    "severity_too_few": "No severity of raters: too few targets were rated by two.",
    "severity_unconnected": "No severity of raters: they fall into groups that share no target.",
    "krippendorff_nothing_shared": "No alpha: no target was rated by two raters.",
    "krippendorff_constant": "No alpha: every rating is the same.",
    "ratings_doubled": lambda pairs: (
        f"{_some(pairs, 'pair of target and rater has', 'pairs of target and rater have')} more than one rating;"
        " none is used."
    ),
    "ratings_no_complete_target": (
        "No target was rated by every rater: with raters who change, use the one-way ICC of teams."
    ),
    "pairs_doubled": lambda pairs, target, rater: (
        f"More than once, and not used: {_count(pairs, 'pair')} of {target} and {rater}."
    ),
    "rows_without_pair": lambda rows, target, rater: (
        f"Left out: {_count(rows, 'row')} without a {target} or a {rater}."
    ),
    "targets_of_several_places": lambda number, target, place: (
        f"{_count(number, 'target')} {'has' if number == 1 else 'have'} ratings at several {place}s, and each counts as"
        f" one target. If {target} 1 of one {place} is not {target} 1 of the next, join the two columns in a column"
        f" map: {target}: {{join: [{place}, {target}]}}."
    ),
    # Two occasions
    "retest_too_few": lambda n, least: (
        f"No correlation: {_some(n, 'person has', 'people have')} both scores, at least {least} are needed."
    ),
    "retest_moved": lambda number, column: (
        f"{_some(number, 'person is', 'people are')} at one site at the first occasion and at another at the second. If"
        f" each site numbers its own, join the two columns in a column map: {column}: {{join: [site, {column}]}}."
    ),
    "retest_constant": "No correlation: the scores of one occasion do not vary.",
    "retest_no_interval": "No interval of r: three people are too few.",
    "change_without_error": "No reliable change index: without any error every change is reliable.",
    "direction_unstated": ("The definition does not say whether high or low is good; improved means a higher score."),
    "retest_nobody": "Nobody is at both occasions: are these the ids of the same people ({column})?",
    "retest_near": lambda count, column: (
        f"Not linked, as case, spaces or leading zeros differ: {_count(count, column)}; write them in the same way."
    ),
    "ids_read_whole": lambda rows, column: (
        f"Read as a whole number: the {column} of {_count(rows, 'row')}, written with a decimal point (1.0)."
    ),
    "rows_without": lambda rows, column: f"Left out: {_count(rows, 'row')} without a {column}.",
    # Agreement in teams
    "agreement_nobody": "No agreement: nobody answered every item; two members are needed.",
    "agreement_one_member": "No agreement: only one member answered every item; two members are needed.",
    "agreement_no_skewed_null": "No skewed null distribution is published for {options} response options.",
    "teams_of_several_sites": lambda team, number: (
        f"{_count(number, 'team')} {'has' if number == 1 else 'have'} members at several sites, and each counts as one"
        f" team. If each site numbers its own, add --by site, which keeps {team} 1 of one site and of the next apart."
    ),
    "team_people_pooled": lambda team, number: (
        f"In {_count(number, team)} somebody is there more than once, and each row counts as a member: n, agreement,"
        " ICCs and p are not of people. Of several waves, --by wave looks at each."
    ),
    "agreement_unweighted": (
        "Agreement (rwg, r*, AD) is of the items without their weights; means and ICCs are of the weighted scores."
    ),
    "agreement_parts_differ": "No agreement: the parts of the scale do not share one response scale of whole numbers.",
    "team_icc_too_few": "No ICC: at least two teams are needed.",
    "team_icc_only_ones": "No ICC: no team has two people.",
    "team_icc_few_teams": "With {n} teams ICC(1) and ICC(2) are very imprecise: look at their intervals.",
    "team_icc_means_equal": "No ICC: the team means do not differ at all.",
    "team_icc_perfect": "Everybody agrees within each team: the ICCs are 1 and have no useful interval.",
    "team_icc_negative": (
        "Team means differ less than expected by chance: ICC(1) is below 0, and ICC(2), which has no meaning there,"
        " is shown as 0."
    ),
    "team_rule": (
        "rwg of .70 or more against the uniform null (James, Demaree & Wolf 1984), r*wg of .50 or more, a mean absolute"
        " deviation up to a sixth of the options, and complete answers from 5 members and from half of the team"
    ),
    "team_unknown": "Agreement is not known: fewer than two members answered every item.",
    "team_pooled": "Members are there more than once, so that the rows are not members of the team.",
    "team_few_complete": (
        "Agreement is not known: fewer than {least} members, or fewer than half of them, answered every item."
    ),
    "team_disagrees": "The members disagree too much for their mean to stand for the team.",
    "team_disagrees_on_items": (
        "The members disagree on single items (r*wg(j) below .50), which a long scale hides: they may be two camps."
    ),
    "team_deviates": "The members' mean absolute deviation is above its cut-off, a sixth of the number of options.",
    "team_agrees": lambda caveats: " ".join(["The members agree enough.", *map(str, caveats)]),
    "team_agrees_moderately": (
        "They agree only moderately on single items (r*wg(j) below .70): two camps can look like this."
    ),
    "team_not_if_skewed": "Not so if answers lean to one side anyway (slightly skewed null).",
    # Where a note holds
    "about_places": lambda places, note: f"{', '.join(places)}: {note}",
    "about_groups": _about_groups,
    "about_rows": "In {number} of {of} rows: {note}",
    "about_many": "{number} items and scales: {note}",
    "rows_blank_group": lambda columns: f"Rows with a blank {' or '.join(columns)} count among all rows only.",
}
