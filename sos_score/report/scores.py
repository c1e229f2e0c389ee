"""Files of answers in, files of scores out."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, cast

from sos_score import __version__
from sos_score.definition.instrument import Instrument, MissingRule
from sos_score.definition.reading import Definition
from sos_score.errors import (
    InvalidDefinition,
    InvalidInput,
    InvalidOutput,
    InvalidRequest,
    InvalidSurvey,
    Problem,
    count_problems,
)
from sos_score.report.long import lengthen, list_long_columns
from sos_score.report.targets import name_companion, open_target
from sos_score.report.writers import FORMATS, check_output, choose_format
from sos_score.scoring.examples import load_definition
from sos_score.scoring.exports import Outcome, Take, score_export
from sos_score.scoring.norms import name_norms, read_norm_file
from sos_score.scoring.plan import METRICS, ScoringChoices, plan_scores
from sos_score.scoring.provenance import describe_caveat, describe_scores
from sos_score.scoring.scores import OnInvalid, Scorer, prepare_scorer
from sos_score.survey.columns import ColumnMap, match_columns, read_column_map
from sos_score.survey.files import Export, open_export, settle_export

if TYPE_CHECKING:
    pass

if TYPE_CHECKING:
    from sos_score.scoring.explain import Explanation


@dataclass(frozen=True)
class Job:
    """What to score with what, and where to put it.

    Attributes
    ----------
    data : tuple of str
        Exports; ``-`` is standard input.
    instruments : tuple of str
        Ids or paths.
    column_map : Path or None
    on_invalid : str
        ``error`` or ``missing``.
    metrics : tuple of str
        Further metrics: mean, sum, pomp.
    norms : Path or None
        A file of norms.
    min_answered : str or None
        A missing rule in place of the definitions'.
    is_long : bool
        One row for each respondent and scale.
    fmt, output : str or None
        See `choose_format`; a folder gets a file for each source.
    force, quiet : bool
    """

    data: tuple[str, ...]
    instruments: tuple[str, ...]
    column_map: Path | None = None
    on_invalid: str = "error"
    metrics: tuple[str, ...] = ()
    norms: Path | None = None
    min_answered: str | None = None
    is_long: bool = False
    fmt: str | None = None
    output: str | None = None
    force: bool = False
    quiet: bool = False


@dataclass(frozen=True)
class _Source:
    """A file that can be scored, and with what."""

    export: Export
    scorer: Scorer


def score_files(job: Job) -> bool:
    """Score every file of a job; a file that fails does not take the others down.

    Parameters
    ----------
    job : Job

    Returns
    -------
    bool
        Whether every file was scored.

    Raises
    ------
    InvalidInput
        Nothing could be scored.
    """
    kind, targets = _plan_targets(job)
    definitions = load_definitions(job.instruments)
    instruments = [definition.instrument for definition in definitions]
    column_map = _read_map(job.column_map, instruments) if job.column_map else None
    choices = make_choices(job, instruments)
    outcomes: list[Outcome] = []
    with ExitStack() as stack:
        sources, failed = _open_sources(job, instruments, column_map, choices, stack)
        if not sources:
            raise _merge(job, failed)
        for target, group in _group_sources(sources, targets):
            done: list[Outcome] = []
            about = partial(describe_scores, definitions, done, __version__)
            columns = _list_columns(job, [source.scorer for source in group])
            # Nothing may appear where every file of the group fails: the error leaves through the open target.
            try:
                with open_target(kind, target, columns, about, quiet=job.quiet) as parts:
                    _score_group(job, group, parts, done, failed)
            except InvalidSurvey:
                continue
            outcomes += done
    if not outcomes:
        raise _merge(job, failed)
    _say(job, definitions, outcomes, failed)
    return not failed


def explain_file(job: Job, respondent: str, scales: Iterable[str]) -> list[Explanation]:
    """Explain the scores of one respondent; see `explain_respondent`."""
    from sos_score.scoring.explain import explain_respondent

    instruments = [definition.instrument for definition in load_definitions(job.instruments)]
    column_map = read_column_map(job.column_map, instruments) if job.column_map else None
    with open_export(job.data[0]) as opened, settle_export(opened) as export:
        scorer = prepare_scorer(export.header, instruments, column_map, make_choices(job, instruments), export.name)
        if not scorer.plans:
            raise InvalidRequest("T-scores that arrive ready-made have nothing to explain")
        return explain_respondent(export, scorer, respondent, scales)


def make_choices(job: Job, instruments: list[Instrument]) -> ScoringChoices:
    """Return what the job asks for beyond the definitions.

    Raises
    ------
    InvalidRequest
        A metric or a missing rule does not exist, or nobody could meet the rule.
    InvalidDefinition
        The file of norms is wrong.
    """
    for metric in job.metrics:
        if metric not in METRICS:
            raise InvalidRequest(f"no metric '{metric}' (metrics: {', '.join(METRICS)})")
    norms = [norm for instrument in instruments for norm in name_norms(instrument.id, instrument.norms)]
    references = {}
    if job.norms is not None:
        norm_file = read_norm_file(job.norms, instruments)
        norms += name_norms(norm_file.instrument, norm_file.norms)
        references[norm_file.instrument] = tuple(norm_file.local.items())
    choices = ScoringChoices(tuple(dict.fromkeys(job.metrics)), _read_rule(job.min_answered), tuple(norms), references)
    for instrument in instruments:
        for scale in plan_scores(instrument, choices).scales:
            if not 1 <= scale.required <= len(scale.terms):
                size = len(scale.terms)
                message = (
                    f"--min-answered {job.min_answered} is {scale.required} of the {size} items of '{scale.column}'"
                )
                raise InvalidRequest(message)
    return choices


def _read_rule(text: str | None) -> int | str | None:
    if text is None:
        return None
    rule: int | str = int(text) if text.isascii() and text.isdecimal() else text
    try:
        return MissingRule(min_answered=rule).min_answered
    except ValueError:
        raise InvalidRequest(f"--min-answered is a count, a share (80%, 2/3) or 'all', not '{text}'") from None


def _plan_targets(job: Job) -> tuple[str, dict[str, Path | None]]:
    """Return the format, and where each file's scores go."""
    output = job.output
    if output not in (None, "-") and (output.endswith(("/", "\\")) or Path(output).is_dir()):
        if not Path(output).is_dir():
            raise InvalidOutput([Problem("there is no such folder", output, hint="make it first", rule="output")])
        kind = choose_format(job.fmt or "csv", "folder")
        suffix = next(suffix for suffix, name in FORMATS.items() if name == kind)
        targets: dict[str, Path | None] = {
            name: Path(output) / f"{Path(name).stem if name != '-' else 'stdin'}.scores{suffix}" for name in job.data
        }
        if len(set(targets.values())) < len(set(job.data)):
            raise InvalidRequest("several files have the same name; score them into one file, or one by one")
    else:
        kind = choose_format(job.fmt, output)
        targets = dict.fromkeys(job.data, Path(output) if output not in (None, "-") else None)
    problems: list[Problem] = []
    for target in dict.fromkeys(target for target in targets.values() if target is not None):
        for path in (target, name_companion(target)) if kind == "csv" else (target,):
            try:
                check_output(path, force=job.force)
            except InvalidOutput as error:
                problems += error.problems
                break
    if problems:
        raise InvalidOutput(problems, "nothing was scored")
    return kind, targets


def load_definitions(names: Iterable[str]) -> list[Definition]:
    """Return definitions by id or path, with every problem of all of them at once."""
    definitions: list[Definition] = []
    problems: list[Problem] = []
    for name in names:
        try:
            definitions.append(load_definition(name))
        except InvalidDefinition as error:
            problems += error.problems
    if problems:
        raise InvalidDefinition(problems, "nothing was scored")
    owner: dict[str, str] = {}
    for definition in definitions:
        for item in definition.instrument.responses:
            if item in owner:
                raise InvalidRequest(f"'{owner[item]}' and '{definition.instrument.id}' both have an item '{item}'")
        owner |= dict.fromkeys(definition.instrument.responses, definition.instrument.id)
    return definitions


def _read_map(path: Path, instruments: list[Instrument]) -> ColumnMap:
    try:
        return read_column_map(path, instruments)
    except InvalidDefinition as error:
        raise InvalidDefinition(error.problems, "nothing was scored") from None


def _open_sources(
    job: Job,
    instruments: list[Instrument],
    column_map: ColumnMap | None,
    choices: ScoringChoices,
    stack: ExitStack,
) -> tuple[list[_Source], dict[str, InvalidInput]]:
    sources: list[_Source] = []
    failed: dict[str, InvalidInput] = {}
    for name in dict.fromkeys(job.data):
        try:
            export = stack.enter_context(open_export(name))
            present = _find_present(export, instruments, column_map)
            scorer = prepare_scorer(export.header, present, column_map, choices, export.name)
        except InvalidSurvey as error:
            failed[name] = error
        else:
            sources.append(_Source(export, scorer))
    return sources, failed


def _find_present(export: Export, instruments: list[Instrument], column_map: ColumnMap | None) -> list[Instrument]:
    """Return the instruments a file has any column of; a batch of several need not be in every file."""
    if len(instruments) == 1:
        return instruments
    present = [each for each in instruments if match_columns(export.header, [each], column_map)[0].items]
    if not present:
        wanted = ", ".join(each.id for each in instruments)
        hint = "name the columns in a column map (--columns map.yaml)"
        raise InvalidSurvey(
            [Problem(f"has no column of any item of {wanted}", export.name, 1, hint=hint, rule="column")]
        )
    return present


def _group_sources(sources: list[_Source], targets: dict[str, Path | None]) -> list[tuple[Path | None, list[_Source]]]:
    groups: dict[Path | None, list[_Source]] = {}
    for source in sources:
        groups.setdefault(targets[source.export.name], []).append(source)
    return list(groups.items())


def _list_columns(job: Job, scorers: list[Scorer]) -> list[str]:
    ids = [name for scorer in scorers for name in (*scorer.columns.ids, *scorer.columns.constants)]
    if len(job.data) > 1 and "source" in ids:
        raise InvalidRequest("with several files 'source' is the file's name; call the column map's 'source' otherwise")
    if job.is_long:
        scores = list_long_columns(scorers)
    else:
        scores = [column for scorer in scorers for column in scorer.score_columns()]
    return [*(["source"] if len(job.data) > 1 else []), *dict.fromkeys(ids), *dict.fromkeys(scores)]


def _score_group(
    job: Job,
    group: list[_Source],
    parts: Callable[[str | None], AbstractContextManager[Take]],
    done: list[Outcome],
    failed: dict[str, InvalidInput],
) -> None:
    for source in group:
        name = source.export.name if len(job.data) > 1 else None

        def open_part(name: str | None = name, scorer: Scorer = source.scorer) -> AbstractContextManager[Take]:
            return lengthen(parts(name), scorer) if job.is_long else parts(name)

        try:
            done.append(score_export(source.export, source.scorer, cast("OnInvalid", job.on_invalid), open_part))
        except InvalidSurvey as error:
            failed[source.export.name] = error
    if not done:
        raise InvalidSurvey(())


def _merge(job: Job, failed: dict[str, InvalidInput]) -> InvalidSurvey:
    problems = [problem for name in dict.fromkeys(job.data) if name in failed for problem in failed[name].problems]
    return InvalidSurvey(problems, "nothing was scored")


def _say(job: Job, definitions: list[Definition], outcomes: list[Outcome], failed: dict[str, InvalidInput]) -> None:
    lines: list[str] = [str(problem) for problem in _merge(job, failed).problems]
    if not job.quiet:
        lines += [sum_up(outcome) for outcome in outcomes]
        caveats = [describe_caveat(definition.instrument) for definition in definitions]
        if job.min_answered is not None:
            caveats.append(
                f"missing rule set to {job.min_answered} of a scale's items, in place of the definitions' own"
            )
        caveats += dict.fromkeys(norm.describe() for outcome in outcomes for norm in outcome.norms)
        lines += [caveat for caveat in caveats if caveat]
    if failed:
        lines += [f"{name}: not scored" for name in failed] if len(job.data) > 1 else []
        problems = _merge(job, failed).problems
        files = "1 file was" if len(failed) == 1 else f"{len(failed)} files were"
        lines.append(f"{count_problems(problems)}; {files} not scored.")
    if lines:
        print("\n".join(lines), file=sys.stderr)  # noqa: T201 - messages go to standard error


def sum_up(outcome: Outcome) -> str:
    """Return what became of a file in one line."""
    parts = [f"{outcome.name}: {_count(outcome.rows, 'row')} scored"]
    unscored = {column: outcome.rows - count for column, count in outcome.scored.items() if count < outcome.rows}
    if unscored:
        shown = ", ".join(f"{column} {count}" for column, count in list(unscored.items())[:6])
        parts.append(f"without a score: {shown}" + (" and others" if len(unscored) > 6 else ""))
    parts += [f"{_count(count, 'answer')} missing ({reason})" for reason, count in outcome.missing.items()]
    if outcome.invalid:
        items: dict[str, int] = {}
        for each in outcome.invalid:
            items[each.item] = items.get(each.item, 0) + each.count
        listed = ", ".join(f"{item} {count}" for item, count in items.items())
        parts.append(f"{_count(sum(items.values()), 'answer')} not allowed, made missing ({listed})")
    if outcome.blank_rows:
        parts.append(f"{_count(outcome.blank_rows, 'blank row')} left out")
    return "; ".join(parts)


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
