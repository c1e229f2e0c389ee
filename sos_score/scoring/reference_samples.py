"""Reference samples: norms measured in the data themselves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import narwhals as nw

from sos_score.definition.instrument.instrument import Instrument
from sos_score.errors import InvalidSurvey, Problem, guess
from sos_score.scoring.expressions import compute_scores
from sos_score.scoring.norms import NamedNorm, Reference
from sos_score.scoring.plan import ScoringPlan, plan_scores
from sos_score.scoring.scorer import Scorer, add_answers, select_ids
from sos_score.survey.coding import Distinct
from sos_score.words import count

Source = tuple[nw.LazyFrame[Any], Scorer, Iterable[Distinct]]

_SITE = "site"
_WHO = ("person", "target", "respondent")
_FEWEST = 2
_NO_SPREAD = 1e-9  # what rounding leaves of the spread of equal means


def measure_references(frame: nw.LazyFrame[Any], scorer: Scorer, distinct: Iterable[Distinct]) -> Scorer:
    """Return the scorer with each reference sample measured in the data; reads the data once if there are any."""
    return add_norms(scorer, measure_norms([("", (frame, scorer, distinct))]))


def measure_norms(sources: Sequence[tuple[str, Source]]) -> list[NamedNorm]:
    """Return what each reference sample comes to in all sources together; each is read once if there are any."""
    parts: dict[str, list[nw.LazyFrame[Any]]] = {}
    wanted: dict[str, tuple[ScoringPlan, tuple[tuple[str, Reference], ...]]] = {}
    for source, (frame, scorer, distinct) in sources:
        named = [nw.lit(source).alias("source")] if len(sources) > 1 else []
        for own in scorer.plans:
            known = [norm.name for norm in scorer.choices.norms if norm.instrument == own.instrument.id]
            samples = scorer.choices.references.get(own.instrument.id, ())
            samples = tuple(each for each in samples if each[0] not in known)
            if samples:
                plan = plan_scores(own.instrument, replace(scorer.choices, metrics=("mean",), norms=(), references={}))
                means = [nw.col(f"{scale.column}_mean") for scale in plan.scales]
                scored = compute_scores(add_answers(frame, scorer, distinct), plan)
                scored = scored.select(*select_ids(scorer), *named, *means)
                parts.setdefault(plan.instrument.id, []).append(_read_ids(scored, len(means)))
                wanted[plan.instrument.id] = plan, samples
    norms = []
    for instrument, (plan, samples) in wanted.items():
        stacked = parts[instrument]
        scored = nw.concat(stacked, how="diagonal") if len(stacked) > 1 else stacked[0]
        means_of = {scale.scale: f"{scale.column}_mean" for scale in plan.scales}
        norms += [measure_reference(scored, name, sample, plan.instrument, means_of) for name, sample in samples]
    return norms


def _read_ids(scored: nw.LazyFrame[Any], means: int) -> nw.LazyFrame[Any]:
    """Return the frame with its ids, all but the last `means` columns, as text: 1 is "1" however a frame keeps it."""
    ids = list(scored.collect_schema().items())[:-means]
    texts = []
    for name, dtype in ids:
        text = nw.col(name).cast(nw.String)
        texts.append(nw.when(~nw.col(name).is_null()).then(text.str.replace(r"\.0$", "") if dtype.is_float() else text))
    named = [text.alias(name) for text, (name, _) in zip(texts, ids, strict=True)]
    return scored.with_columns(*named) if named else scored


def add_norms(scorer: Scorer, norms: Iterable[NamedNorm]) -> Scorer:
    """Return the scorer with further norms to give T-scores against."""
    norms = tuple(norms)
    if not norms:
        return scorer
    chosen = replace(scorer.choices, norms=(*scorer.choices.norms, *norms))
    plans = tuple(plan_scores(plan.instrument, chosen) for plan in scorer.plans)
    return replace(scorer, plans=plans, choices=chosen)


def measure_reference(
    scored: nw.LazyFrame[Any], name: str, reference: Reference, instrument: Instrument, columns: Mapping[str, str]
) -> NamedNorm:
    """Return the norm a reference sample in the data makes."""
    _check_reference(scored, name, reference)
    for column, values in reference.where.items():
        scored = scored.filter(nw.col(column).is_in([str(value) for value in values]))
    repeats, people = ("", 0)
    if reference.unit == "respondent":
        repeats, people = _describe_repeats(scored, list(columns.values()))
    spread = ""
    if reference.unit == "team":
        named = scored.filter(~nw.col(reference.team).is_null(), nw.col(reference.team).str.strip_chars() != nw.lit(""))
        spread = _describe_spread(named, reference.team)
        scored = named.group_by(reference.team).agg(*[nw.col(column).mean() for column in columns.values()])
    sums = [
        each
        for scale, column in columns.items()
        for each in (
            nw.col(column).mean().alias(f"{scale} mean"),
            nw.col(column).std().alias(f"{scale} sd"),
            nw.col(column).count().alias(f"{scale} n"),
        )
    ]
    row = dict(
        zip(
            (f"{scale} {part}" for scale in columns for part in ("mean", "sd", "n")),
            scored.select(*sums).collect().row(0),
            strict=True,
        )
    )
    usable = [scale for scale in columns if row[f"{scale} n"] >= _FEWEST and row[f"{scale} sd"] > _NO_SPREAD]
    if not usable:
        chosen = " and ".join(f"{column} {' or '.join(map(str, each))}" for column, each in reference.where.items())
        who = f" ({chosen})" if chosen else ""
        what = "team means" if reference.unit == "team" else "scores"
        raise InvalidSurvey(
            [Problem(f"the reference '{name}'{who} has no scale with two different {what}", rule="norm")]
        )
    return NamedNorm(
        name=name,
        instrument=instrument.id,
        unit=reference.unit,
        score="mean",
        means={scale: row[f"{scale} mean"] for scale in usable},
        sds={scale: row[f"{scale} sd"] for scale in usable},
        n=people or max(row[f"{scale} n"] for scale in usable),
        description=f"{reference.population}{repeats}{spread}",
        is_local=True,
    )


def _describe_repeats(scored: nw.LazyFrame[Any], columns: Sequence[str]) -> tuple[str, int]:
    """Return that some people are there several times, rated by several or at several waves, and how many there are."""
    known = scored.collect_schema()
    who = next((name for name in _WHO if known.get(name) == nw.String), None)
    if who is None:
        return "", 0
    is_scored = nw.any_horizontal(*[~nw.col(column).is_null() for column in columns], ignore_nulls=True)
    counts = scored.filter(is_scored).select(
        nw.len().alias("sheets"), nw.col(who).n_unique().alias("people"), nw.col(who).is_null().any().alias("unnamed")
    )
    sheets, people, has_unnamed = counts.collect().row(0)
    if has_unnamed or people == sheets:
        return "", 0
    return f" ({sheets} answer sheets, several of one person, each counted as one)", people


def _describe_spread(named: nw.LazyFrame[Any], team: str) -> str:
    """Return how many teams are at several sites, as where every site numbers its own from 1; empty where none is."""
    if team == _SITE or _SITE not in named.collect_schema():
        return ""
    known = named.filter(~nw.col(_SITE).is_null()).group_by(team).agg(nw.col(_SITE).n_unique().alias("sites"))
    several = int(known.filter(nw.col("sites") > 1).select(nw.len()).collect().item())
    return f" ({count(several, 'team')} with members at several sites, each counted as one)" if several else ""


def _check_reference(scored: nw.LazyFrame[Any], name: str, reference: Reference) -> None:
    """Raise `InvalidSurvey` where a reference needs an id column that is not there."""
    known = [column for column, dtype in scored.collect_schema().items() if dtype == nw.String]
    needed = [*reference.where, *([reference.team] if reference.unit == "team" else [])]
    problems = [
        Problem(f"no id column '{column}' for the reference '{name}'", hint=guess(column, known), rule="norm")
        for column in dict.fromkeys(needed)
        if column not in known
    ]
    if problems:
        raise InvalidSurvey(problems)
