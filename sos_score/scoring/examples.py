"""Whether what a definition says of its scores can be: its examples come out, and its norms are possible."""

from __future__ import annotations

import math

from sos_score.definition.instrument.instrument import Example, Instrument
from sos_score.definition.library import find_definition
from sos_score.definition.reading import Definition, check_document
from sos_score.definition.yaml.document import Document
from sos_score.errors import InvalidDefinition, Problem
from sos_score.scoring.arithmetic import score_row
from sos_score.scoring.plan import plan_scores
from sos_score.survey.answers import AnswerKey, build_answer_keys

_TOLERANCE = 1e-9


def check_definition(document: Document) -> tuple[Instrument | None, list[Problem]]:
    """Return the instrument a document defines, if it does, and every problem, wrong examples included."""
    instrument, problems = check_document(document)
    if instrument is not None and not problems:
        problems = [*check_examples(instrument, document), *_check_norms(instrument, document)]
    return instrument, sorted(problems, key=lambda problem: problem.line or 0)


def load_definition(name: str) -> Definition:
    """Return a definition by id or path whose examples come out right."""
    definition = find_definition(name)
    problems = check_examples(definition.instrument, definition.document)
    if problems:
        raise InvalidDefinition(problems)
    return definition


def check_examples(instrument: Instrument, document: Document) -> list[Problem]:
    """Return a problem for each example answer that is not allowed and each stated score that is not given."""
    keys = build_answer_keys([instrument])
    problems: list[Problem] = []
    rows: list[dict[str, float | None]] = []
    for index, example in enumerate(instrument.examples):
        codes, wrong = _read_answers(example, keys)
        problems += [
            document.problem(("examples", index, "answers", item), message, rule="example-answer")
            for item, message in wrong
        ]
        rows.append(codes)
    if problems or not rows:
        return problems
    plan = plan_scores(instrument)
    scored = [{scale: row.score for scale, row in score_row(plan, codes).items()} for codes in rows]
    return _compare(instrument, document, scored)


def _read_answers(
    example: Example, keys: dict[str, AnswerKey]
) -> tuple[dict[str, float | None], list[tuple[str, str]]]:
    codes: dict[str, float | None] = {}
    wrong: list[tuple[str, str]] = []
    for item, key in keys.items():
        named = item if item in example.answers else "all"
        answer = example.answers.get(named)
        reading = key.read("" if answer is None else str(answer))
        if not reading.is_allowed:
            wrong.append((named, f"{answer!r} is not a response of '{key.name}' ({key.describe()})"))
        codes[item] = reading.code
    return codes, list(dict.fromkeys(wrong))


def _compare(instrument: Instrument, document: Document, scored: list[dict[str, float | None]]) -> list[Problem]:
    problems = []
    for index, (example, row) in enumerate(zip(instrument.examples, scored, strict=True)):
        for scale, stated in example.scores.items():
            given = row[scale]
            if not _agree(stated, given):
                loc = ("examples", index, "scores", scale)
                message = f"says {_show(stated)}, and the key gives {_show(given)} ('{example.name}')"
                problems.append(document.problem(loc, message, rule="example-score"))
    return problems


def _check_norms(instrument: Instrument, document: Document) -> list[Problem]:
    """Return a problem for each norm with a mean outside the scores, or a spread that no sample of them has."""
    plans = {plan.scale: plan for plan in plan_scores(instrument).scales} if instrument.norms else {}
    problems = []
    for name, norm in instrument.norms.items():
        for scale, raw in norm.scales.items():
            plan, loc = plans[scale], ("norms", name, "scales", scale)
            parts = len(plan.terms)
            factor = 1 if norm.score == plan.method else parts if norm.score == "sum" else 1 / parts
            low, high = plan.low * factor, plan.high * factor
            # With half of a sample at either end, the variance (over n - 1) is as large as it can be.
            most = (high - low) / 2 * math.sqrt(norm.n / (norm.n - 1))
            if not low <= raw.mean <= high:
                message = f"{raw.mean:g} is no {norm.score} this scale can have ({_show(low)} to {_show(high)})"
                problems.append(document.problem((*loc, "mean"), message, rule="norm-impossible"))
            if raw.sd > most * (1 + _TOLERANCE):
                message = f"{raw.sd:g} is more than the spread of {norm.score}s can be (at most {most:.4g})"
                problems.append(document.problem((*loc, "sd"), message, rule="norm-impossible"))
    return problems


def _agree(stated: float | None, given: float | None) -> bool:
    """Return whether a score is as stated, or is stated rounded: to as many decimals as it has, and to two at least."""
    if stated is None or given is None:
        return stated is given
    places = max(2, len(f"{stated:.10f}".rstrip("0").partition(".")[2]))
    return abs(stated - given) <= 0.5 * 10.0**-places + _TOLERANCE * max(1.0, abs(given))


def _show(score: float | None) -> str:
    return "no score" if score is None else f"{score:.10g}"
