"""What became of each file, on standard error."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping

from sos_score.commands.score_request import ScoreRequest
from sos_score.definition.instrument.instrument import Instrument
from sos_score.errors import InvalidInput, InvalidSurvey, Problem, count_problems
from sos_score.scoring.file_summary import FileSummary
from sos_score.scoring.plan import ScoringChoices
from sos_score.scoring.provenance import describe_caveat, describe_norms, describe_override

_MOST_WARNINGS = 12

Failures = Mapping[str, InvalidInput]


def list_problems(request: ScoreRequest, failed: Failures) -> list[Problem]:
    """Return the problems of the files that failed, each once, in the order of the files."""
    problems = [problem for name in dict.fromkeys(request.data) if name in failed for problem in failed[name].problems]
    return list(dict.fromkeys(problems))


def merge_failures(request: ScoreRequest, failed: Failures, more: Iterable[Problem] = ()) -> InvalidSurvey:
    """Return one error for files that all failed."""
    return InvalidSurvey([*list_problems(request, failed), *more], "nothing was scored")


def print_summary(
    request: ScoreRequest,
    instruments: list[Instrument],
    choices: ScoringChoices,
    outcomes: list[FileSummary],
    failed: Failures,
) -> None:
    """Say what became of each file, and what has to be known of the scores.

    Where `request.quiet`, only what failed and what makes scores doubtful.
    """
    problems = list_problems(request, failed)
    lines = [str(problem) for problem in problems]
    if not request.quiet:
        lines += [sum_up(outcome, [each.id for each in instruments]) for outcome in outcomes]
        lines += [caveat for caveat in map(describe_caveat, instruments) if caveat]
        if choices.min_answered is not None:
            lines.append(describe_override(choices.min_answered, instruments))
        lines += dict.fromkeys(text for outcome in outcomes for text in describe_norms(outcome))
    for outcome in outcomes:
        shown = [f"{outcome.name}: warning: {each}" for each in outcome.warnings[:_MOST_WARNINGS]]
        more = len(outcome.warnings) - len(shown)
        lines += [*shown, *([f"{outcome.name}: {more} more warnings"] if more else [])]
    if failed:
        lines += [f"{name}: not scored" for name in dict.fromkeys(request.data) if name in failed]
        files = "1 file was" if len(failed) == 1 else f"{len(failed)} files were"
        lines.append(f"{count_problems(problems)}; {files} not scored.")
    if lines:
        print("\n".join(lines), file=sys.stderr)  # noqa: T201 - messages go to standard error


def sum_up(outcome: FileSummary, instruments: Iterable[str]) -> str:
    """Return what became of a file in one line; `instruments` are those it could have held."""
    parts = [f"{outcome.name}: {_count(outcome.rows, 'row')} scored"]
    absent = [name for name in instruments if name not in outcome.instruments]
    if absent:
        parts.append(f"no columns of {', '.join(absent)}")
    unscored = {column: outcome.rows - count for column, count in outcome.scored.items() if count < outcome.rows}
    if unscored:
        shown = ", ".join(f"{column} {count}" for column, count in list(unscored.items())[:6])
        parts.append(f"without a score: {shown}" + (" and others" if len(unscored) > 6 else ""))
    parts += [f"{_count(count, 'answer')} missing ({reason})" for reason, count in outcome.missing.items()]
    parts += describe_reading(outcome)
    return "; ".join(parts)


def describe_reading(outcome: FileSummary) -> list[str]:
    """Return what was made missing, what was left out, and how the file was read."""
    parts = []
    if outcome.invalid:
        items: dict[str, int] = {}
        for each in outcome.invalid:
            items[each.item] = items.get(each.item, 0) + each.count
        listed = ", ".join(f"{item} {count}" for item, count in items.items())
        parts.append(f"{_count(sum(items.values()), 'answer')} not allowed, treated as missing ({listed})")
    parts += [f"{_count(count, 'row')} left out ({rule})" for rule, count in outcome.left_out.items()]
    if outcome.blank_rows:
        parts.append(f"{_count(outcome.blank_rows, 'blank row')} left out")
    parts += map(str, outcome.about)
    return parts


def list_readings(outcomes: Iterable[FileSummary]) -> list[str]:
    """Return a line for each file of which there is more to say than that it was read."""
    said = {
        outcome.name: [*describe_reading(outcome), *(f"warning: {each}" for each in outcome.warnings)]
        for outcome in outcomes
    }
    return [f"{name}: {'; '.join(parts)}" for name, parts in said.items() if parts]


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
