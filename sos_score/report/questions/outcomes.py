"""Questions asked outcome by outcome: a cell a verdict, every finding, and each as a sentence."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial

from sos_score.comparison.finding import Contrast, Finding, Unit
from sos_score.comparison.judging import Comparison
from sos_score.comparison.nesting import REACH
from sos_score.comparison.questions.registry import QUESTIONS
from sos_score.comparison.verdict import Direction, Verdict
from sos_score.output.numbers import format_df, format_interval, format_named_p, format_number, format_p, with_interval
from sos_score.output.table import Column, Table
from sos_score.report.labels import Labels, name_better, name_doubt, name_gate, name_kind, name_short
from sos_score.report.many_sites import ask_ends, has_many, make_site_table
from sos_score.report.questions.view import TERMINAL, Style, View, explain_marks, make_outcome_column, mark_verdict
from sos_score.words import count, format_percent, join

_ESTIMATE = 22  # columns of an estimate with its interval
_BARRED = (Verdict.REPORTABLE_BUT, Verdict.NOT_REPORTABLE, Verdict.NOT_KNOWN)
Across = Callable[[Finding, Labels], str]


def name_question(question: str, *, is_numbered: bool = True) -> str:
    """Return a question's title, with its place in the order all outputs keep.

    Examples
    --------
    >>> name_question("level")
    '3. Level, and against the norm'
    """
    title = QUESTIONS[question].title
    return f"{list(QUESTIONS).index(question) + 1}. {title}" if is_numbered else title


def name_answer(finding: Finding, labels: Labels) -> str:
    """Return the verdict with its direction and whether that is good."""
    if finding.verdict in (Verdict.DIFFERENT, Verdict.TRIVIAL) and finding.direction is not Direction.NONE:
        good = f" ({name_better(finding)})" if name_better(finding) else ""
        small = f", but {name_limit(finding)}" if finding.verdict is Verdict.TRIVIAL else ""
        if finding.arm_changes:
            return f"the arms changed differently{good}{small}"
        return f"{labels.name_direction(finding)}{good}{small}"
    if finding.verdict is Verdict.EQUIVALENT:
        return f"no difference shown; {name_limit(finding)}"
    return labels.name_verdict(finding)


def name_limit(finding: Finding) -> str:
    """Return that a difference is smaller than the limit, in points and in standard deviations."""
    limit = finding.equivalence
    in_sd = "" if math.isnan(limit.in_sd) else f" ({format_number(limit.in_sd)} SD)"
    return f"smaller than the plan's limit of {format_number(limit.smallest)} points{in_sd}"


def list_equivalence(finding: Finding, alpha: float) -> list[str]:
    """Return the interval and p of the two one-sided tests, where the verdict rests on them."""
    limit = finding.equivalence
    if finding.verdict not in (Verdict.EQUIVALENT, Verdict.TRIVIAL):
        return []
    interval = f"{format_percent(1 - 2 * alpha)} CI {format_interval(limit.low, limit.high)}"
    return [interval, format_named_p(limit.p, "TOST p"), format_named_p(limit.p_adjusted, "adjusted TOST p")]


def list_detectable(finding: Finding) -> list[str]:
    """Return the smallest effects that the ways of making a comparison would find, its own first.

    Where arms are compared they are three: of people, of people adjusted for their sites (with how uncertain that is),
    and of sites, by permutation and by a t test.
    """
    name, found, said = finding.effect.measure.value, finding.detectable, []
    if math.isinf(found.own):
        said.append("none by permutation")
    elif not math.isnan(found.own):
        by = " by permutation" if finding.unit is Unit.SITES else ""
        said.append(f"{name} {format_number(found.own)}{by}")
    if not math.isnan(found.sites):
        said.append(f"{name} {format_number(found.sites)} by a t test of sites")
    if not math.isnan(found.adjusted):
        adjusted = with_interval(found.adjusted, found.adjusted_low, found.adjusted_high)
        said.append(f"{name} {adjusted} adjusted for sites")
    return said


def describe_outcome(finding: Finding, labels: Labels) -> str:
    """Return a judged finding in words and APA numbers; empty for one that is not judged or not shown."""
    if not finding.is_judged or math.isnan(finding.estimate.value):
        return ""
    place = _name_place(finding, labels)
    where = ", ".join(part for part in (labels.name_title(finding), place, labels.name_unit(finding)) if part)
    estimate, test, effect = finding.estimate, finding.test, finding.effect
    parts = [*filter(None, [labels.name_arm_means(finding)]), f"difference {format_number(estimate.value)}"]
    if not math.isnan(estimate.low):
        parts.append(f"95% CI {format_interval(estimate.low, estimate.high)}")
    if not math.isnan(test.df):
        parts.append(f"{test.name}({format_df(test.df)}) = {format_number(test.statistic)}")
    if not math.isnan(test.p):
        parts += [format_named_p(test.p), format_named_p(test.p_adjusted, "adjusted p")]
    if not math.isnan(effect.value):
        parts.append(f"{effect.measure.value} = {with_interval(effect.value, effect.low, effect.high)}")
    parts += list_equivalence(finding, labels.plan.alpha)
    if finding.verdict not in (Verdict.DIFFERENT, Verdict.TRIVIAL) and (detectable := list_detectable(finding)):
        parts.append(f"smallest effect found with 80% power: {', '.join(detectable)}")
    doubt = f"; but {name_doubt(finding)}" if name_doubt(finding) else ""
    cautions = f"; {labels.name_cautions(finding)}" if labels.name_cautions(finding) else ""
    said = (
        f"{where}: {name_answer(finding, labels)}; {', '.join(parts)}; {labels.name_reach(finding)}{doubt}{cautions}."
    )
    return f"{said} {name_gate(finding)}".strip()


def _name_place(finding: Finding, labels: Labels) -> str:
    waves = labels.name_waves(finding.waves)
    what = labels.name_site(finding.site) if finding.question == "change" else labels.name_groups(finding)
    return f"{what}, {waves}" if waves else what


def list_detail_tables(question: str, comparison: Comparison, labels: Labels) -> list[Table]:
    """Return the findings of a question, a table an outcome."""
    outcomes: dict[tuple[str, str], list[Finding]] = {}
    for finding in ask_ends(question, comparison):
        outcomes.setdefault((finding.outcome, labels.name_title(finding)), []).append(finding)
    return [_make_detail(found, f"{name}: {title}", labels) for (name, title), found in outcomes.items()]


def _make_detail(findings: list[Finding], title: str, labels: Labels) -> Table:
    is_of_people = {finding.unit for finding in findings} == {Unit.PEOPLE}
    rows = tuple(_show(finding, labels, is_of_people=is_of_people) for finding in findings)
    longest = max(len(word) for where, *_ in rows for word in where.split() or [""])
    columns = (
        Column("where", wraps=True, narrowest=max(longest, 12)),
        Column("n", wraps=True, narrowest=5),
        Column("estimate"),
        Column("p (adj.)"),
        Column("finding", wraps=True, narrowest=18),
    )
    return Table(columns, rows, title)


def _show(finding: Finding, labels: Labels, *, is_of_people: bool) -> tuple[str, ...]:
    estimate = with_interval(finding.estimate.value, finding.estimate.low, finding.estimate.high)
    return (
        _name_where(finding, labels, is_of_people=is_of_people),
        " ".join(map(str, finding.counts)),
        "\n".join(text for text in (estimate, _show_effect(finding)) if text),
        _show_p(finding),
        _show_answer(finding, labels),
    )


def _name_where(finding: Finding, labels: Labels, *, is_of_people: bool) -> str:
    """Return where a finding is; what a whole question is about is not repeated."""
    contrast = finding.groups.contrast
    groups = "" if contrast in (Contrast.WAVES, Contrast.ARMS, Contrast.ARM_CHANGES) else labels.name_groups(finding)
    if contrast is Contrast.NORM:
        groups = f"against {finding.groups.members[1]}"
    parts = (
        labels.name_site(finding.site),
        "" if finding.waves == labels.plan.span else labels.name_waves(finding.waves),
        groups,
        "" if is_of_people else labels.name_unit(finding),
    )
    return ", ".join(dict.fromkeys(part for part in parts if part))


def _show_effect(finding: Finding) -> str:
    """Return the effect; of a finding without one, the smallest effect it would find."""
    effect, found = finding.effect, finding.detectable
    value, low, high = effect.value, effect.low, effect.high
    if math.isnan(value) and not finding.is_judged:
        value, low, high = found.own, found.low, found.high
    if math.isnan(value):
        return ""
    parts = [f"{effect.measure.value} {format_number(value)}", format_interval(low, high)]
    return ("\n" if sum(map(len, parts)) > _ESTIMATE else " ").join(part for part in parts if part)


def _show_p(finding: Finding) -> str:
    """Return p, and in brackets p adjusted; without the blank a line could break at."""
    texts = [format_p(p).replace(" ", "") for p in (finding.test.p, finding.test.p_adjusted) if not math.isnan(p)]
    return f"{texts[0]}\n({texts[1]})" if len(texts) > 1 else "".join(texts)


def _show_answer(finding: Finding, labels: Labels) -> str:
    """Return the verdict of a judged finding, with what a null result could have missed; else the method."""
    method = labels.describe(finding.method) if finding.method else ""
    if not finding.is_judged:
        said = labels.name_verdict(finding) or method
        if finding.verdict in _BARRED:
            return f"{said}: {labels.describe_reason(finding)}"
        is_empty = math.isnan(finding.estimate.value + finding.effect.value)
        why = _name_why(finding, labels) if is_empty and _is_silent(finding) else ""
        return ": ".join(filter(None, (said, why)))
    said = "; ".join(filter(None, (f"{method}: {name_answer(finding, labels)}", labels.name_arm_means(finding))))
    if finding.verdict in (Verdict.DIFFERENT, Verdict.TRIVIAL) or not list_detectable(finding):
        return said
    return f"{said}; 80% power: {', '.join(list_detectable(finding))}"


def _is_silent(finding: Finding) -> bool:
    """Return whether a finding has only its notes to show."""
    has_number = not (math.isnan(finding.test.p) and math.isnan(finding.detectable.own))
    return bool(finding.notes) and not has_number and not finding.reason


def _name_why(finding: Finding, labels: Labels) -> str:
    """Return the first note that is about this finding and not about every one of people."""
    return labels.describe(next((each for each in finding.notes if each.code != REACH), finding.notes[0]))


def spread_verdicts(
    question: str,
    comparison: Comparison,
    labels: Labels,
    style: Style,
    across: Across,
    *,
    wave: str | None = None,
    measure: str = "g",
) -> Table:
    """Return one cell a verdict: outcomes down, `across` across."""
    found = [each for each in comparison.ask(question) if each.is_judged and (wave is None or wave in each.waves)]
    if across is _by_site and not style.is_numbered:
        across = _by_site_and_arm
    heads = list(dict.fromkeys(across(each, labels) for each in found))
    cells = {(each.outcome, across(each, labels)): each for each in found}
    outcomes = {each.outcome: style.name(each, labels) for each in found}
    shown = [[cells.get((outcome, head)) for head in heads] for outcome in outcomes]
    rows = tuple(
        (*name, *("-" if each is None else mark_verdict(each, style) for each in row))
        for name, row in zip(outcomes.values(), shown, strict=True)
    )
    notes = explain_marks([each for row in shown for each in row], style)
    title = f"{name_question(question, is_numbered=style.is_numbered)} ({measure})"
    return Table((*style.columns, *map(Column, heads)), rows, title, notes, stub=len(style.columns))


def list_levels(comparison: Comparison, labels: Labels, style: Style) -> list[Table]:
    """Return the verdicts against the norm, a table a wave."""
    if has_many(comparison):
        title = f"{name_question('level', is_numbered=style.is_numbered)} (points of the scale)"
        last = [each for each in comparison.ask("level") if comparison.plan.last_wave in (*each.waves, "")]
        return [make_site_table(last, comparison, labels, title, None)]
    return [
        spread_verdicts(
            "level", comparison, labels, style, _by_site, wave=wave or None, measure=f"{wave} T points".strip()
        )
        for wave in comparison.plan.waves
    ]  # fmt: skip


def _by_site(finding: Finding, labels: Labels) -> str:
    return labels.name_site(finding.site)


def _by_site_and_arm(finding: Finding, labels: Labels) -> str:
    return labels.name_site_and_arm(finding.site)


def _by_wave_and_unit(finding: Finding, labels: Labels) -> str:
    return f"{labels.name_waves(finding.waves)} {name_kind(finding)}".strip()


def _by_unit(finding: Finding, _labels: Labels) -> str:
    return name_kind(finding)


def _make_view(question: str, across: Across) -> View:
    def summarise(comparison: Comparison, labels: Labels, style: Style) -> list[Table]:
        if across is _by_site and has_many(comparison):
            title = f"{name_question(question, is_numbered=style.is_numbered)} (points of the scale)"
            return [make_site_table(comparison.ask(question), comparison, labels, title, None)]
        return [spread_verdicts(question, comparison, labels, style, across)]

    def list_all(comparison: Comparison, labels: Labels) -> list[Table]:
        spread = summarise(comparison, labels, TERMINAL) if across is _by_site and has_many(comparison) else []
        return [*spread, *list_detail_tables(question, comparison, labels)]

    return View(summarise, list_all, describe_outcome)


LEVEL = View(list_levels, partial(list_detail_tables, "level"), describe_outcome)
CHANGE = _make_view("change", _by_site)
ARMS = _make_view("arms", _by_wave_and_unit)


def _summarise_did(comparison: Comparison, labels: Labels, style: Style) -> list[Table]:
    """Return the verdicts on changes, each with what happened in both arms."""
    table = spread_verdicts("did", comparison, labels, style, _by_unit)
    told = {each.outcome: each for each in reversed(comparison.ask("did")) if each.is_judged}
    outcomes = dict.fromkeys(each.outcome for each in comparison.ask("did") if each.is_judged)
    stub = table.stub
    rows = tuple(
        (*row[:stub], *_show_arms(told[outcome]), *row[stub:])
        for outcome, row in zip(outcomes, table.rows, strict=True)
    )
    first = (make_outcome_column(rows),) if style.is_numbered else table.columns[:stub]
    heads = tuple(Column(arm, wraps=True, narrowest=12) for arm in labels.arms)
    return [replace(table, columns=(*first, *heads, *table.columns[stub:]), rows=rows)]


def _show_arms(finding: Finding) -> Iterator[str]:
    """Yield each arm's means at the two waves, the treated arm's first."""
    if len(finding.means) != 4:
        yield from "--"
        return
    for place in (1, 0):
        yield f"{format_number(finding.means[place])} to {format_number(finding.means[place + 2])}"


DID = View(_summarise_did, partial(list_detail_tables, "did"), describe_outcome)


def list_judged(question: str, comparison: Comparison, labels: Labels) -> Table:
    """Return every judged finding of a question: the few fields that say what was found."""
    heads = ("where", "n", "difference", "effect", "p", "adj. p", "verdict")
    columns = tuple(Column(head, wraps=head in ("where", "difference", "verdict")) for head in heads)
    rows = tuple(
        (*labels.name_outcome(each), *_show_judged(each, labels))
        for each in ask_ends(question, comparison)
        if each.is_judged
    )
    first = (Column("source", wraps=True), Column("scale", wraps=True))
    return Table((*first, *columns), rows, f"{QUESTIONS[question].title}: every judged finding", stub=3)


def _show_judged(finding: Finding, labels: Labels) -> tuple[str, ...]:
    parts = (labels.name_site_and_arm(finding.site), labels.name_waves(finding.waves), labels.name_groups(finding))
    place = ", ".join(dict.fromkeys(part for part in parts if part))
    estimate, effect = finding.estimate, finding.effect
    return (
        "; ".join(filter(None, (f"{place} ({labels.name_unit(finding)})", labels.name_arm_means(finding)))),
        ", ".join(map(str, finding.counts)),
        with_interval(estimate.value, estimate.low, estimate.high),
        "" if math.isnan(effect.value) else f"{effect.measure.value} {format_number(effect.value)}",
        "" if math.isnan(finding.test.p) else format_p(finding.test.p),
        "" if math.isnan(finding.test.p_adjusted) else format_p(finding.test.p_adjusted),
        name_answer(finding, labels),
    )


def list_differences(question: str, comparison: Comparison, labels: Labels) -> Iterator[str]:
    """Yield, for each place and source, the outcomes that differ and how.

    As in "Site 3, T1 to T2 (Culture and climate, staff): worse in Proficiency and Rigidity."
    """
    groups: dict[tuple[str, ...], dict[str, list[str]]] = {}
    for finding in ask_ends(question, comparison):
        if finding.is_judged and finding.verdict is Verdict.DIFFERENT:
            source, scale = labels.name_outcome(finding)
            is_of_arms = not finding.site
            place = labels.name_groups(finding) if is_of_arms else labels.name_site_and_arm(finding.site)
            unit = labels.name_unit(finding) if is_of_arms else ""
            where = ", ".join(part for part in (place, labels.name_waves(finding.waves), unit) if part)
            key = (finding.site, where, source)
            doubt = f" (but {name_doubt(finding)})" if name_doubt(finding) else ""
            means = f" ({labels.name_arm_means(finding)})" if finding.arm_changes else ""
            groups.setdefault(key, {}).setdefault(name_short(finding), []).append(f"{scale}{means}{doubt}")
    for (_, where, source), found in groups.items():
        yield f"{where} ({source}): {'; '.join(f'{word} in {join(scales)}' for word, scales in found.items())}."


def list_norm_sentences(findings: Iterable[Finding], labels: Labels) -> list[str]:
    """Return which outcomes are above or below their norm at every site, and when."""
    said: dict[tuple[str, str, str], list[str]] = {}
    findings = list(findings)
    for waves in dict.fromkeys(each.waves for each in findings):
        outcomes: dict[tuple[str, str], list[Finding]] = {}
        for each in findings:
            if each.waves == waves:
                outcomes.setdefault((labels.name_title(each), each.groups.members[1]), []).append(each)
        for (title, norm), members in outcomes.items():
            sides = {"above" if each.estimate.value > 0 else "below" for each in members}
            if len(members) > 1 and len(sides) == 1 and all(each.verdict is Verdict.DIFFERENT for each in members):
                good = f" ({name_better(members[0])})" if name_better(members[0]) else ""
                doubts = dict.fromkeys(f", but {name_doubt(each)}" for each in members if name_doubt(each))
                text = f"{title}: {sides.pop()} {norm} at all {len(members)} sites{good}{''.join(doubts)}"
                barred = sum(bool(name_gate(each)) for each in members)
                gate = f"{count(barred, 'team mean')} may not be reported as the team's, or only with a caveat"
                when = f"{labels.name_waves(waves)} ({gate})" if barred else labels.name_waves(waves)
                said.setdefault((text, title, norm), []).append(when)
    return [f"{text}{', ' if any(waves) else ''}{' and '.join(waves)}." for (text, _, _), waves in said.items()]
