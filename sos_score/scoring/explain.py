"""One respondent's score, step by step."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from sos_score.definition.instrument.instrument import Instrument
from sos_score.definition.text import loosen_id
from sos_score.errors import InvalidRequest, InvalidSurvey, Problem
from sos_score.notes import Note
from sos_score.scoring.arithmetic import RowScore, base_of, score_row, was_asked
from sos_score.scoring.norms import NamedNorm
from sos_score.scoring.plan import ScalePlan, ScoringPlan, Term
from sos_score.scoring.reference_samples import measure_references
from sos_score.scoring.scorer import OnInvalid, Scorer, describe_language, settle_language
from sos_score.survey.check.wrong_answers import Located, explain_answers
from sos_score.survey.coding import Invalid, list_distinct
from sos_score.survey.readers.export import Export


@dataclass(frozen=True)
class AnswerStep:
    """What became of one answer.

    Attributes
    ----------
    cell : str
        As found.
    code : float or None
        What it means; None where there is no answer.
    missing : str
        Why there is none: ``blank``, a reason of the definition, ``not allowed``, or ``too few answered`` for the
        score of a scale.
    value : float or None
        What counts: the code, or low + high - code.
    low, high : float
        The theoretical range that reversal uses.
    recoded : float or None
        What the code counts before it is reversed, where that is not the code.
    weight : float
        How often it counts.
    """

    item: str
    line: int
    column: str
    cell: str
    code: float | None
    missing: str
    is_reversed: bool = False
    value: float | None = None
    low: float = 0
    high: float = 0
    recoded: float | None = None
    weight: float = 1


@dataclass(frozen=True)
class PublishedStep:
    """What a published table or published cut-offs make of a score: a converted score, or words."""

    name: str
    title: str
    source: str
    result: float | str | None


@dataclass(frozen=True)
class TStep:
    """A T-score and the arithmetic behind it: T = 50 + 10 (score - mean) / sd."""

    norm: str
    description: str
    mean: float
    sd: float
    score: float | None
    t: float | None


@dataclass(frozen=True)
class ScaleSteps:
    """How one scale's score came about.

    Attributes
    ----------
    rule : str
        The missing rule in words.
    method : str
        ``mean`` or ``sum``.
    arithmetic : str
        The sum as a reader can redo it; empty where there is no score.
    low, high : float
        The theoretical range of the score.
    asked : int
        How many of its terms were asked.
    unrounded : float or None
        The score before it is rounded; None where it is not.
    published : tuple of PublishedStep
        Converted scores, and what the score is beside published cut-offs.
    """

    scale: str
    title: str
    higher_is: str
    answers: tuple[AnswerStep, ...]
    answered: int
    required: int
    size: int
    rule: str
    method: str
    arithmetic: str
    score: float | None
    low: float
    high: float
    t_scores: tuple[TStep, ...]
    asked: int
    unrounded: float | None = None
    published: tuple[PublishedStep, ...] = ()


@dataclass(frozen=True)
class Explanation:
    """One row of an export, explained, and what has to be said of how the export was read."""

    instrument: Instrument
    source: str
    line: int
    ids: Mapping[str, str]
    scales: tuple[ScaleSteps, ...]
    about: tuple[Note, ...] = ()


def explain_respondent(
    export: Export, scorer: Scorer, respondent: str, scales: Iterable[str] = (), on_invalid: OnInvalid = "missing"
) -> list[Explanation]:
    """Explain every row of one respondent."""
    (plan,) = scorer.plans
    wanted = list(scales) or list(plan.instrument.scales)
    for scale in wanted:
        if scale not in plan.instrument.scales:
            known = ", ".join(plan.instrument.scales)
            raise InvalidRequest(f"no scale '{scale}' in {plan.instrument.id} (scales: {known})")
    export = export.select_rows(scorer.columns)
    scorer, about = _settle_language(export, scorer)
    rows = _find_rows(export, scorer, respondent)
    problems = _find_invalid(export, scorer, rows) if on_invalid == "error" else []
    if problems:
        raise InvalidSurvey(problems, "nothing was explained; --on-invalid missing explains the score without it")
    (measured,) = _measure_norms(export, scorer).plans
    scorer = replace(scorer, plans=(measured,))
    return [replace(_explain_row(export, scorer, wanted, line, cells), about=about) for line, cells in rows]


def _find_rows(export: Export, scorer: Scorer, respondent: str) -> list[tuple[int, dict[str, str]]]:
    column = scorer.columns.ids.get("respondent")
    if column is None:
        hint = "name it in a column map (--columns map.yaml)"
        raise InvalidSurvey(
            [Problem("has no column 'respondent'", export.name, export.header_row, hint=hint, rule="respondent")]
        )
    place = export.header.index(column)
    named = [
        (line, dict(zip(export.header, cells, strict=True)))
        for line, cells in export.records()
        if cells[place].strip() == respondent.strip()
    ]
    if not named:
        message = f"no respondent '{respondent}' in column '{column}'"
        near = next(
            (cells[place] for _, cells in export.records() if loosen_id(cells[place]) == loosen_id(respondent)), ""
        )
        hint = f"did you mean '{near.strip()}'?" if near else ""
        raise InvalidSurvey([Problem(message, export.name, hint=hint, rule="respondent")])
    return named


def _find_invalid(export: Export, scorer: Scorer, rows: Iterable[tuple[int, dict[str, str]]]) -> list[Problem]:
    """Return a problem for each answer in some rows that is not allowed."""
    columns, keys = scorer.columns.items, scorer.keys
    located = [
        Located(Invalid(item, column, cells[column], 1, keys[item]), line)
        for line, cells in rows
        for item, column in columns.items()
        if not keys[item].read(cells[column]).is_allowed
    ]
    problems = explain_answers(located, export.name)
    return [export.place(each, each.where.partition(" (item ")[0]) for each in problems]


def _settle_language(export: Export, scorer: Scorer) -> tuple[Scorer, tuple[Note, ...]]:
    """Return the scorer with its language settled by the whole file, and a note of it; nothing is read without need."""
    if not any(key.languages for key in scorer.keys.values()):
        return scorer, ()
    import narwhals as nw

    frame = nw.from_native(export.scan(scorer.columns, export.find_types(scorer.columns, scorer.keys)))
    distinct = list_distinct(frame, scorer.textual(frame.collect_schema()))
    return settle_language(scorer, distinct), describe_language(scorer, distinct)


def _measure_norms(export: Export, scorer: Scorer) -> Scorer:
    """Return the scorer with its reference samples measured; without any, nothing is read."""
    if not scorer.choices.references:
        return scorer
    import narwhals as nw

    frame = nw.from_native(export.scan(scorer.columns, export.find_types(scorer.columns, scorer.keys)))
    distinct = list_distinct(frame, scorer.textual(frame.collect_schema()))
    return measure_references(frame, scorer, distinct)


def _explain_row(export: Export, scorer: Scorer, wanted: list[str], line: int, cells: dict[str, str]) -> Explanation:
    (plan,) = scorer.plans
    codes = {item: scorer.keys[item].read(cells[column]).code for item, column in scorer.columns.items.items()}
    scored = score_row(plan, codes)
    unasked = {
        term.name
        for scale in plan.scales
        for term in scale.terms
        if term.conditions and not was_asked(term.conditions, codes)
    }
    by_scale = {scale.scale: scale for scale in plan.scales}
    ids = {role: cells[column] for role, column in scorer.columns.ids.items()} | dict(scorer.columns.constants)
    row = _Row(plan, scorer, scored, line, cells, frozenset(unasked))
    steps = tuple(_explain_scale(by_scale[name], row) for name in wanted)
    return Explanation(plan.instrument, export.name, line, ids, steps)


@dataclass(frozen=True)
class _Row:
    plan: ScoringPlan
    scorer: Scorer
    scored: Mapping[str, RowScore]
    line: int
    cells: Mapping[str, str]
    unasked: frozenset[str]


def _explain_scale(scale: ScalePlan, row: _Row) -> ScaleSteps:
    if scale.of_scores:
        answers = tuple(_step_score(term, row.scored[term.name].score, row.line) for term in scale.terms)
    else:
        answers = tuple(_step_answer(term, row) for term in scale.terms)
    found = row.scored[scale.scale]
    score = found.score
    weights = {term.name: term.weight for term in scale.terms}
    values = [(value, weights[name]) for name, value in found.values.items()]
    definition = row.plan.instrument.scales[scale.scale]
    return ScaleSteps(
        scale=scale.scale,
        title=definition.title,
        higher_is=definition.higher_is,
        answers=answers,
        answered=len(values),
        required=found.required,
        size=len(scale.terms),
        rule=scale.describe_rule(),
        method=scale.method,
        arithmetic="" if score is None else _write_arithmetic(scale, values),
        score=score,
        low=scale.low,
        high=scale.high,
        t_scores=tuple(_step_t(scale, norm, found) for norm in scale.norms),
        asked=found.asked,
        unrounded=found.unrounded if scale.is_rounded else None,
        published=tuple(_list_published(scale, found)),
    )


def _list_published(scale: ScalePlan, found: RowScore) -> Iterator[PublishedStep]:
    for table in scale.conversions:
        yield PublishedStep(table.name, table.published.title, table.published.source, found.converted[table.name])
    for bands in scale.bands:
        yield PublishedStep(bands.name, bands.published.title, bands.published.source, found.bands[bands.name])


def _step_answer(term: Term, row: _Row) -> AnswerStep:
    column = row.scorer.columns.items[term.name]
    reading = row.scorer.keys[term.name].read(row.cells[column])
    missing = reading.missing if reading.is_allowed else "not allowed"
    if term.name in row.unasked:
        return AnswerStep(term.name, row.line, column, row.cells[column], None, "not asked")
    return _turn(term, AnswerStep(term.name, row.line, column, row.cells[column], reading.code, missing))


def _step_score(term: Term, score: float | None, line: int) -> AnswerStep:
    return _turn(term, AnswerStep(term.name, line, "", "", score, "" if score is not None else "too few answered"))


def _turn(term: Term, step: AnswerStep) -> AnswerStep:
    """Return the step with what counts: the code, recoded and reversed where the key says so."""
    counted = step.code if step.code is None or not term.recode else term.recode[step.code]
    value = None if counted is None else term.reverse(counted)
    return replace(
        step,
        is_reversed=term.is_reversed,
        value=value,
        low=term.low,
        high=term.high,
        recoded=counted if term.recode else None,
        weight=term.weight,
    )


def _step_t(scale: ScalePlan, norm: NamedNorm, found: RowScore) -> TStep:
    score = base_of(scale, norm, found.mean, found.score)
    mean, sd = norm.means[scale.scale], norm.sds[scale.scale]
    return TStep(norm.name, norm.describe(), mean, sd, score, found.t_scores[norm.name])


def _write_arithmetic(scale: ScalePlan, values: list[tuple[float, float]]) -> str:
    """Return the sum a reader can redo, from what each term counts and its weight.

    Examples
    --------
    >>> from sos_score import load_instrument
    >>> from sos_score.scoring.plan import plan_scores
    >>> _write_arithmetic(plan_scores(load_instrument("wai-s")).scales[0], [(5, 1), (6, 1), (5, 1), (5, 1)])
    '(5 + 6 + 5 + 5) / 4 = 21 / 4'
    """
    terms = " + ".join(f"{value:.10g}" if weight == 1 else f"{weight:.10g} x {value:.10g}" for value, weight in values)
    total = f"{sum(weight * value for value, weight in values):.10g}"
    size, count = f"{scale.weight:.10g}", f"{sum(weight for _, weight in values):.10g}"
    is_one = len(values) == 1 and not scale.is_weighted
    if scale.method == "mean":
        return f"({terms}) / {count} = {total} / {count}"
    if scale.rule.sums == "as_answered" or len(values) == len(scale.terms):
        return total if is_one else terms
    return f"({terms}) x {size} / {count} = {total} x {size} / {count}"
