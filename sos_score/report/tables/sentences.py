"""A finding as a sentence, in the style of a results section; every number stands in its row."""

from __future__ import annotations

import math

from sos_score.comparison.finding import Row
from sos_score.comparison.questions.registry import ASK_STUDY
from sos_score.comparison.verdict import DIFFERENT, EQUIVALENT, TRIVIAL
from sos_score.output.numbers import format_df, format_interval, format_number, say_p
from sos_score.report.tables.whole_study import say_finding

SPEAKS = {
    "people": "it describes these people only",
    "sites": "its unit is the site",
}


def write_sentence(row: Row) -> str:
    """Return one finding in words and APA numbers.

    Parameters
    ----------
    row : Row
        One that was judged.

    Returns
    -------
    str
        Empty for a row that is not judged or not shown.
    """
    if row.question in ASK_STUDY:
        return say_finding(row)
    if not row.is_primary or math.isnan(row.estimate):
        return ""
    where = ", ".join(part for part in (row.title, _say_place(row), row.unit) if part)
    parts = [f"difference {format_number(row.estimate)}"]
    if not math.isnan(row.low):
        parts.append(f"95% CI {format_interval(row.low, row.high)}")
    if not math.isnan(row.df):
        parts.append(f"{row.statistic_name}({format_df(row.df)}) = {format_number(row.statistic)}")
    if not math.isnan(row.p):
        parts.append(say_p(row.p))
        parts.append(say_p(row.p_adjusted, "adjusted p"))
    if not math.isnan(row.effect):
        interval = format_interval(row.effect_low, row.effect_high)
        parts.append(f"{row.effect_name} = {format_number(row.effect)}{f' {interval}' if interval else ''}")
    if row.verdict not in (DIFFERENT, TRIVIAL):
        parts += [f"smallest effect found with 80% power: {each}" for each in [", ".join(list_detectable(row))] if each]
    return f"{where}: {say_verdict(row)}; {', '.join(parts)}; {SPEAKS[row.unit]}."


def list_detectable(row: Row) -> list[str]:
    """Return the smallest effects that the ways of making a row's comparison would find, its own first.

    Where arms are compared they are three: of people, of people adjusted for their sites (with how uncertain that is),
    and of sites, by permutation and by a t test.
    """
    name, said = row.effect_name, []
    if math.isinf(row.detectable):
        said.append("none by permutation")
    elif not math.isnan(row.detectable):
        by = " by permutation" if row.unit == "sites" else ""
        said.append(f"{name} {format_number(row.detectable)}{by}")
    if not math.isnan(row.detectable_sites):
        said.append(f"{name} {format_number(row.detectable_sites)} by a t test of sites")
    if not math.isnan(row.detectable_adjusted):
        interval = format_interval(row.detectable_adjusted_low, row.detectable_adjusted_high)
        adjusted = f"{name} {format_number(row.detectable_adjusted)} {interval}".strip()
        said.append(f"{adjusted} of people adjusted for sites")
    return said


def say_verdict(row: Row) -> str:
    """Return the verdict with its direction and whether that is good."""
    if row.verdict in (DIFFERENT, TRIVIAL) and row.direction:
        good = f" ({row.is_good})" if row.is_good else ""
        small = ", but too small to matter" if row.verdict == TRIVIAL else ""
        return f"{row.direction}{good}{small}"
    if row.verdict == EQUIVALENT:
        return "no difference that would matter"
    return row.verdict


def _say_place(row: Row) -> str:
    if row.question == "level":
        return f"{row.groups}, {row.wave}" if row.wave else row.groups
    if row.question == "change":
        return f"{row.site}, {row.wave}"
    return f"{row.groups}, {row.wave}" if row.wave else row.groups
