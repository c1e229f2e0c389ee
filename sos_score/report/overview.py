"""The first answer of a comparison: a table of estimates with their verdicts, and the largest differences in words."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from textwrap import shorten

from sos_score.comparison.finding import Contrast, Finding, Unit
from sos_score.comparison.judging import Comparison
from sos_score.comparison.verdict import Verdict
from sos_score.output.numbers import format_interval, format_number
from sos_score.output.table import Cell, Column, Table
from sos_score.report.labels import Labels, name_better, name_doubt, name_short
from sos_score.report.many_sites import has_many, make_site_table
from sos_score.report.questions.outcomes import name_limit
from sos_score.report.tables.comparability import list_shortest
from sos_score.study.data import StudyData
from sos_score.words import count, end_sentence, join

QUESTIONS = ("design", "change", "arms", "did")
"""What the first answer asks, of which it shows the judged findings; the other questions have their own."""

Index = dict[tuple[str, str], dict[str, Finding]]  # source and scale; site, or the arms

_MOST = 6  # sentences, so that the example fits a screen
_FEW = 3  # sites without a change that are named
_LONGEST = 600  # characters of a note: a thousand sites are not named one by one
_ARMS = "arms"
_SEEN = ("source_without_waves", "several_raters")  # notes on sources that stand under "asked once"
_COLOURS = {"▲": "green", "▼": "red"}
_LEGEND = {
    "▲": "▲ better",
    "▼": "▼ worse",
    "+": "+ higher",
    "-": "- lower",
    "~": "~ different, but less than the limit",
    "=": "= within the limit",
    "?": "? no clear change or difference",
    "!": "! an item may be reversed in a file",
}


def make_table(comparison: Comparison, labels: Labels) -> Table:
    """Return a row a scale: its change in each site and between the arms, or the arms where it was asked once."""
    if has_many(comparison):
        return _summarise_sites(comparison, labels)
    changes, once = _index(comparison, ("change", "did")), _index(comparison, ("arms",))
    once = {key: found for key, found in once.items() if key not in changes}
    index = [*changes.values(), *once.values()]
    asked = [site for site in comparison.plan.sites if any(each.count(site) for each in comparison.outcomes)]
    places = [*(asked if changes else ()), *([_ARMS] if any(_ARMS in row for row in index) else ())]
    rows = list(_list_rows(changes, places, comparison, labels))
    shown = [each for row in index for each in row.values()]
    if rows and once:
        rows.append(("ASKED ONCE, so no change:", *("" for _ in places)))
    rows += _list_rows(once, places, comparison, labels, is_once=True)
    heads = [labels.name_site(place) if place != _ARMS else _ARMS for place in places]
    sites = (Column(head, wraps=True, narrowest=12) for head in heads)
    columns = (Column("scale", wraps=True, narrowest=24), *sites)
    has_dash = any("-" in row[1:] for row in rows)
    notes = (*_explain(shown, comparison.plan.smallest_cell, has_dash=has_dash), *list_shortest(shown))
    return Table(columns, tuple(rows), _name(changes, comparison, labels), notes, 1, _COLOURS)


def _summarise_sites(comparison: Comparison, labels: Labels) -> Table:
    """Return a row a scale: how the changes of many sites spread, and the difference of the arms."""
    found = [each for question in ("arms", "did") for each in comparison.ask(question)]
    arms = {(each.source, each.scale): _show(each) for each in found if each.is_judged and each.unit is not Unit.SITES}
    changes = comparison.ask("change")
    title = _name({("", ""): {}} if changes else {}, comparison, labels)
    table = make_site_table(changes, comparison, labels, title, arms if comparison.plan.has_arms else None)
    marks = _explain([each for each in found if each.is_judged and each.unit is not Unit.SITES], 0, has_dash=False)
    return replace(table, notes=(*marks, *table.notes), colours=_COLOURS)


def _name(changes: Index, comparison: Comparison, labels: Labels) -> str:
    """Return what the estimates of the table are."""
    arms = f"{labels.arms[0]} minus {labels.arms[1]}" if comparison.plan.has_arms else ""
    if not changes:
        return f"{arms}, in points of the scale"
    span = f"Change ({comparison.plan.last_wave} minus {comparison.plan.first_wave}), in points"
    return f"{span}; arms: {arms}" if arms else span


def _index(comparison: Comparison, questions: Sequence[str]) -> Index:
    """Return the judged findings of people by outcome, then by site; the arms stand under their own name."""
    found: Index = {}
    for each in (finding for question in questions for finding in comparison.ask(question)):
        if (each.is_judged and each.unit is not Unit.SITES) or (each.question == "change" and _is_hidden_change(each)):
            found.setdefault((each.source, each.scale), {})[each.site or _ARMS] = each
    return found


def _is_hidden_change(finding: Finding) -> bool:
    return finding.is_hidden and finding.groups.contrast is Contrast.WAVES


def _list_rows(
    index: Index, places: Sequence[str], comparison: Comparison, labels: Labels, *, is_once: bool = False
) -> Iterator[tuple[Cell, ...]]:
    """Yield a row a scale, below the name of its source where that has several."""
    order = [key for key in dict.fromkeys((each.source, each.scale) for each in comparison.outcomes) if key in index]
    for source in dict.fromkeys(source for source, _ in order):
        scales = [key for key in order if key[0] == source]
        name = labels.sources.get(source, source)
        if len(scales) > 1:
            yield (name, *("" for _ in places))
        for key in scales:
            scale = labels.name_scale(next(iter(index[key].values())))
            label = f"  {scale}" if len(scales) > 1 else name
            found = [index[key].get(place) for place in places]
            yield (label, *("" if is_once and not each else _show(each) for each in found))


def _show(finding: Finding | None) -> str:
    """Return the estimate with its mark; the place of a finding that is not shown is a dash."""
    if finding is None or math.isnan(finding.estimate.value):
        return "-"
    return f"{format_number(finding.estimate.value)} {_mark(finding)}"


def _mark(finding: Finding) -> str:
    """Return the marks of a verdict, and of an item that may be reversed."""
    doubt = "!" if name_doubt(finding) else ""
    if finding.verdict is Verdict.DIFFERENT:
        sign = "+" if finding.estimate.value > 0 else "-"
        return {True: "▲", False: "▼", None: sign}[finding.is_better] + doubt
    return {Verdict.TRIVIAL: "~", Verdict.EQUIVALENT: "="}.get(finding.verdict or Verdict.INCONCLUSIVE, "?") + doubt


def _explain(shown: Iterable[Finding], least: int, *, has_dash: bool) -> tuple[str, ...]:
    """Return what the marks that occur mean, and a dash where there is one."""
    marks = {mark for each in shown if not math.isnan(each.estimate.value) for mark in _mark(each)}
    said = [text for mark, text in _LEGEND.items() if mark in marks]
    said += [f"a dash: not asked, or not shown (fewer than {least} people)"] if has_dash else []
    return ("; ".join(said),) if said else ()


def list_sentences(comparison: Comparison, labels: Labels, least: int = 0) -> list[str]:
    """Return the largest differences among people, at most six, each as a plain sentence.

    Where they are fewer than `least`, findings without a clear difference follow, in the order of the study.
    """
    judged = [
        each
        for question in _SENTENCES
        for each in comparison.ask(question)
        if each.is_judged and each.unit is not Unit.SITES and not math.isnan(each.estimate.value)
    ]
    found = [each for each in judged if each.verdict is Verdict.DIFFERENT]
    found.sort(key=lambda each: -abs(each.effect.value) if not math.isnan(each.effect.value) else 0.0)
    others = [each for each in judged if each.verdict is not Verdict.DIFFERENT]
    chosen = [*found[:_MOST], *others[: max(0, least - len(found))]]
    return [_SENTENCES[each.question](each, labels) for each in chosen]


def list_patterns(comparison: Comparison, labels: Labels) -> list[str]:
    """Return on how many scales each site changed clearly, and on how many the arms differ, a sentence each."""
    arms = (*describe_all_arms(comparison, labels), *describe_test_of_sites(comparison, labels))
    return [*describe_sites(comparison, labels), *arms]


def describe_test_of_sites(comparison: Comparison, labels: Labels) -> Iterator[str]:
    """Yield on which scales the sites of the arms differ, in a sentence; nothing where no test of sites is judged."""
    parts = []
    for question, what in (("did", "change"), ("arms", "scores")):
        judged = [each for each in comparison.ask(question) if each.is_judged and each.unit is Unit.SITES]
        for waves in dict.fromkeys(each.waves for each in judged):
            found = [each for each in judged if each.waves == waves and each.verdict]
            when = f" at {labels.name_waves(waves)}" if question == "arms" and waves else ""
            if found:
                parts.append(f"{what}{when} differed on {_list_verdicts(found, labels)}")
    if parts:
        yield f"{join(labels.arms)}, by permutation of sites: {'; '.join(parts)}."


def _list_verdicts(found: Sequence[Finding], labels: Labels) -> str:
    """Return on how many scales something differs, which of them, and what is known of the others."""
    kinds = Counter(each.verdict for each in found)
    clear = [each for each in found if each.verdict is Verdict.DIFFERENT]
    named = [
        f"{_name_scale(each, labels)} by {format_number(each.estimate.value)}{_bracket(each)}" for each in clear[:_MOST]
    ]
    named += [f"{len(clear) - _MOST} more"] if len(clear) > _MOST else []
    rest = {Verdict.TRIVIAL: "clear but within the limit", Verdict.EQUIVALENT: "within the limit",
            Verdict.INCONCLUSIVE: "unclear"}  # fmt: skip
    others = [f"{word} on {kinds[verdict]}" for verdict, word in rest.items() if kinds[verdict]]
    scales = f"{len(clear) or 'none'} of {count(len(found), 'scale')}"
    return ", ".join(filter(None, [f"{scales}{f': {join(named)}' if named else ''}", *others]))


def _bracket(finding: Finding) -> str:
    return f" ({name_better(finding)})" if name_better(finding) else ""


def describe_sites(comparison: Comparison, labels: Labels) -> Iterator[str]:
    """Yield on how many scales each site changed, in a sentence; nothing where no change can be told."""
    if has_many(comparison):
        judged = [each for each in comparison.ask("change") if each.is_judged and each.verdict]
        changed = {each.site for each in judged if each.verdict is Verdict.DIFFERENT}
        if judged:
            span = f"{comparison.plan.first_wave} to {comparison.plan.last_wave}"
            sites = len({each.site for each in judged})
            yield f"{span}: {len(changed)} of {sites} sites changed clearly on some scale."
        return
    clear: list[str] = []
    within: list[str] = []
    still: list[str] = []
    for site in comparison.plan.sites:
        found = [each for each in comparison.ask("change") if each.is_judged and each.verdict and each.site == site]
        words = Counter(_name_turn(each) for each in found if each.verdict is Verdict.DIFFERENT)
        name = labels.name_site_and_arm(site)
        if words:
            said = join([f"{word} on {number}" for word, number in words.items()])
            clear.append(f"{name} {said} of {count(len(found), 'scale')}")
        elif found:
            (within if any(each.verdict is Verdict.TRIVIAL for each in found) else still).append(name)
    if clear or within or still:
        small = [f"clear changes only within the limit in {join(within)}"] if within else []
        rest = name_rest(still, len(clear) + len(within), len(comparison.plan.sites))
        none = [f"no clear change in {rest}"] if still else []
        yield f"{comparison.plan.first_wave} to {comparison.plan.last_wave}: {'; '.join([*clear, *small, *none])}."


def name_rest(sites: Sequence[str], told: int, total: int) -> str:
    """Return the sites of which there is nothing to say, beside some of which it was told: by name where few."""
    if len(sites) == total > 1:
        return f"any of the {total} sites"
    if len(sites) <= _FEW:
        return join(sites)
    return f"{'the other ' if len(sites) + told == total else ''}{len(sites)} sites"


def _name_turn(finding: Finding) -> str:
    return {True: "better", False: "worse", None: "changed"}[finding.is_better]


def describe_all_arms(comparison: Comparison, labels: Labels) -> Iterator[str]:
    """Yield on how many scales the arms changed differently or differ, in a sentence; nothing without arms."""
    parts = []
    changing = {(each.source, each.scale) for each in comparison.ask("did") if each.is_judged}
    for question, verb, once in (("did", "change differed", ""), ("arms", "scores differed", " asked once")):
        found = [
            each
            for each in comparison.ask(question)
            if each.is_judged and each.verdict and each.unit is not Unit.SITES
            and not (once and (each.source, each.scale) in changing)
        ]  # fmt: skip
        clear = sum(each.verdict is Verdict.DIFFERENT for each in found)
        if found:
            of = f"of {len(found)}" if len(found) > 1 else "of the 1"
            within = sum(each.verdict is Verdict.TRIVIAL for each in found)
            small = f" ({within} more within the limit)" if within else ""
            scales = "scales" if len(found) > 1 else "scale"
            parts.append(f"{verb} clearly on {clear or 'none'} {of} {scales}{once}{small}")
    if parts:
        yield f"{join(labels.arms)}: {join(parts)}."


def _describe_change(finding: Finding, labels: Labels) -> str:
    verb = "rose" if finding.estimate.value > 0 else "fell"
    by_wave = dict(zip(finding.groups.members, finding.counts, strict=False))
    counts = f"{' and '.join(str(by_wave.get(wave, 0)) for wave in finding.waves)} {labels.name_unit(finding)}"
    size = format_number(abs(finding.estimate.value))
    what = f"{labels.name_site_and_arm(finding.site)}: {_name_scale(finding, labels)} {verb} {size}"
    caution = f"; {labels.name_cautions(finding)}" if labels.name_cautions(finding) else ""
    return f"{what} {_end(finding, counts, is_size=True)}{caution}."


def _describe_arms(finding: Finding, labels: Labels) -> str:
    treated, reference = labels.arms
    side = "higher" if finding.estimate.value > 0 else "lower"
    when = f" at {labels.name_waves(finding.waves)}" if finding.waves else ""
    counts = f"{' and '.join(map(str, finding.counts))} {labels.name_unit(finding)}"
    size = format_number(abs(finding.estimate.value))
    what = f"{_name_scale(finding, labels)}{when}"
    return f"{what}: {treated} {size} {side} than {reference} {_end(finding, counts, is_size=True)}."


def _describe_did(finding: Finding, labels: Labels) -> str:
    what = f"{labels.name_arm_means(finding)}; difference {format_number(finding.estimate.value)}"
    left_out = "".join(f"; {each}" for each in labels.name_left_out([finding]))
    return f"{_name_scale(finding, labels)}: {what} {_end(finding, '')}{left_out}."


def _name_scale(finding: Finding, labels: Labels) -> str:
    """Return the scale, with its source where another source has a scale of that name."""
    scale = labels.name_scale(finding)
    others = {source for (source, _), (_, title) in labels.names.items() if title == scale}
    return labels.name_title(finding) if len(others) > 1 else scale


def _end(finding: Finding, counts: str, *, is_size: bool = False) -> str:
    """Return the interval, n and verdict; `is_size` where a word has said which way, so that no sign says it again."""
    low, high = finding.estimate.low, finding.estimate.high
    interval = format_interval(*((-high, -low) if is_size and finding.estimate.value < 0 else (low, high)))
    said = f"{interval}, {counts}" if counts else interval
    verdict = f": {_name_verdict(finding)}" if _name_verdict(finding) else ""
    doubt = f", but {name_doubt(finding)}" if name_doubt(finding) else ""
    return f"{said}{verdict}{doubt}"


def _name_verdict(finding: Finding) -> str:
    """Return the verdict in a word or two; nothing where the sentence has said which way and neither way is good."""
    if finding.verdict is Verdict.DIFFERENT:
        return name_short(finding) if finding.is_better is not None else ""
    if finding.verdict is Verdict.INCONCLUSIVE:
        return "no clear difference" if finding.groups.contrast is Contrast.ARMS else "no clear change"
    return name_limit(finding)


_SENTENCES: dict[str, Callable[[Finding, Labels], str]] = {
    "change": _describe_change,
    "arms": _describe_arms,
    "did": _describe_did,
}


def describe_none(comparison: Comparison) -> str:
    """Return that there is nothing to tell: no clear difference, or none beyond the limit."""
    judged = (each for question in _SENTENCES for each in comparison.ask(question))
    is_small = any(each.verdict is Verdict.TRIVIAL and each.unit is not Unit.SITES for each in judged)
    return "None is clear and beyond the limit." if is_small else "None is clear."


def describe_rest(comparison: Comparison) -> str:
    """Return how many differences are not told, how many comparisons are unclear, and where the rest stands."""
    smaller, unclear, judged = count_rest(comparison)
    said = [f"{count(smaller, 'smaller difference')}: --full."] if smaller else ["Everything: --full."]
    if unclear:
        said.append(
            f"{unclear} of {count(judged, 'comparison')} {'is' if unclear == 1 else 'are'} unclear, which does not show"
            " that nothing differs: --only design."
        )
    return " ".join([*said, "Means: --only descriptives."])


def count_rest(comparison: Comparison) -> tuple[int, int, int]:
    """Return how many clear differences have no sentence, how many comparisons are unclear, and of how many."""
    judged = [
        each
        for question in QUESTIONS
        for each in comparison.ask(question)
        if each.is_judged and each.unit is not Unit.SITES
    ]
    clear = sum(each.verdict is Verdict.DIFFERENT for each in judged)
    return max(0, clear - _MOST), sum(each.verdict is Verdict.INCONCLUSIVE for each in judged), len(judged)


def list_data_notes(data: StudyData, labels: Labels) -> list[str]:
    """Return what the data do not allow, save what the table shows itself."""
    said: dict[str, list[str]] = {}
    for each in data.notes:
        if each.code not in _SEEN:
            said.setdefault(each.code, []).append(
                end_sentence(shorten(labels.describe(each), _LONGEST, placeholder=" ..."))
            )
    return [line for lines in said.values() for line in _cut(lines)]


def _cut(lines: list[str]) -> list[str]:
    """Return the first of many lines of one kind, and how many more there are."""
    more = len(lines) - _MOST
    return lines if more < _MOST else [*lines[:_MOST], f"And {more} more of this kind."]


def list_arms(comparison: Comparison, labels: Labels) -> str:
    """Return which sites are in which arm."""
    plan = comparison.plan
    named = []
    for arm, label in plan.arm_labels.items():
        sites = [labels.name_site(site) for site in plan.sites if plan.arms.get(site) == arm]
        if sites:
            named.append(f"{label}: {count(len(sites), 'site') if has_many(comparison) else join(sites)}")
    return f"{'; '.join(named)}." if named else ""
