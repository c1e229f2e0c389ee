"""Files of answers in, files of scores out."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import narwhals as nw

from sos_score.commands.column_maps import pair_maps
from sos_score.commands.score_output import open_target
from sos_score.commands.score_request import ScoreRequest, load_definitions, make_choices, plan_targets
from sos_score.commands.score_summary import merge_failures, print_summary
from sos_score.definition.instrument.instrument import Instrument
from sos_score.definition.reading import Definition
from sos_score.errors import InvalidInput, InvalidOutput, InvalidRequest, InvalidSurvey, Problem
from sos_score.inputs import name_files
from sos_score.output.codebook import Variable, describe_id, list_variables, merge_variables
from sos_score.output.long_format import lengthen, list_long_columns
from sos_score.scoring.file_summary import FileSummary
from sos_score.scoring.files import BatchSink, check_export, score_export
from sos_score.scoring.plan import ScoringChoices
from sos_score.scoring.provenance import describe_scores
from sos_score.scoring.reference_samples import Source, add_norms, measure_norms
from sos_score.scoring.scorer import Scorer, prepare_scorer, settle_language
from sos_score.scoring.shared_rows import ReadFile, check_shared
from sos_score.survey.coding import list_distinct
from sos_score.survey.column_map import ColumnMap
from sos_score.survey.columns import COLUMNS_LISTED, match_columns, suggest_map
from sos_score.survey.mapped import open_mapped
from sos_score.survey.readers.export import Export
from sos_score.version import __version__

if TYPE_CHECKING:
    from pathlib import Path

    from sos_score.commands.explain import Explained
    from sos_score.scoring.explain import Explanation


@dataclass(frozen=True)
class _Source:
    """A file that can be scored, and with what."""

    export: Export
    scorer: Scorer


def score_files(request: ScoreRequest) -> bool:
    """Score every file of a request; a file that fails does not take the others down."""
    kind, targets = plan_targets(request)
    definitions = load_definitions(request.instruments)
    instruments = [definition.instrument for definition in definitions]
    files = pair_maps(request.data, request.column_maps, instruments, "nothing was scored")
    choices = make_choices(request, instruments)
    outcomes: list[FileSummary] = []
    with ExitStack() as stack:
        sources, failed = _open_sources(request, instruments, files, choices, stack)
        _check_present(sources, instruments, failed)
        sources = _measure_together(request, sources, failed)
        for target, group in _group_sources(sources, targets):
            done: list[FileSummary] = []
            about = partial(describe_scores, definitions, done, __version__, choices.min_answered)
            book = partial(_list_variables, request, definitions, group, done)
            columns = _list_columns(request, [source.scorer for source in group])
            # Nothing may appear where every file of the group fails: the error leaves through the open target.
            try:
                with open_target(kind, target, columns, about, book, quiet=request.quiet, force=request.force) as parts:
                    _score_group(request, group, parts, done, failed)
            except InvalidSurvey:
                continue
            except InvalidOutput as error:
                failed |= {source.export.name: error for source in group}
            else:
                outcomes += done
    if not outcomes:
        raise merge_failures(request, failed)
    print_summary(request, instruments, choices, outcomes, failed)
    return not failed


def explain_file(request: ScoreRequest, respondent: str, scales: Iterable[str]) -> Explained:
    """Explain the scores of one respondent, instrument by instrument; see `explain_respondent`."""
    from sos_score.commands.explain import Explained
    from sos_score.scoring.explain import explain_respondent

    definitions = load_definitions(request.instruments)
    instruments = [definition.instrument for definition in definitions]
    ((name, column_map),) = pair_maps(request.data, request.column_maps, instruments, "nothing was scored")
    choices = make_choices(request, instruments)
    for scale in scales:
        if not any(scale in each.scales for each in instruments):
            known = "; ".join(f"{each.id}: {', '.join(each.scales)}" for each in instruments)
            raise InvalidRequest(f"no scale '{scale}' (scales of {known})")
    explanations: list[Explanation] = []
    with open_mapped(name, column_map, instruments, request.reading) as opened, opened.normalise() as export:
        for instrument in instruments:
            wanted = [scale for scale in scales if scale in instrument.scales]
            scorer = prepare_scorer(
                export.headers,
                [instrument],
                column_map,
                choices,
                export.name,
                values=export.values,
                language=request.reading.language,
            )
            if not scorer.plans:
                raise InvalidRequest(f"T-scores of {instrument.id} arrive ready-made and have nothing to explain")
            if wanted or not scales:
                explanations += explain_respondent(export, scorer, respondent, wanted, request.on_invalid)
    about = describe_scores(definitions, (), __version__, choices.min_answered)
    return Explained(tuple(explanations), {key: value for key, value in about.items() if key != "files"})


def _open_sources(
    request: ScoreRequest,
    instruments: list[Instrument],
    files: Iterable[tuple[str, ColumnMap | None]],
    choices: ScoringChoices,
    stack: ExitStack,
) -> tuple[list[_Source], dict[str, InvalidInput]]:
    sources: list[_Source] = []
    failed: dict[str, InvalidInput] = {}
    for name, column_map in files:
        try:
            export = stack.enter_context(open_mapped(name, column_map, instruments, request.reading))
            present = _find_present(export, instruments, column_map)
            scorer = prepare_scorer(
                export.headers,
                present,
                column_map,
                choices,
                export.name,
                values=export.values,
                language=request.reading.language,
            )
        except InvalidSurvey as error:
            reading = request.reading.list_words()
            _fail(failed, name, InvalidSurvey(suggest_map(error.problems, request.instruments, reading)))
        else:
            sources.append(_Source(export, scorer))
    return sources, failed


def _fail(failed: dict[str, InvalidInput], name: str, error: InvalidInput) -> None:
    """Keep what is wrong with a file, which may have been read with another map before."""
    before = failed[name].problems if name in failed else ()
    failed[name] = InvalidSurvey([*before, *error.problems])


def _find_present(export: Export, instruments: list[Instrument], column_map: ColumnMap | None) -> list[Instrument]:
    """Return the instruments a file has any column of; a batch of several need not be in every file."""
    if len(instruments) == 1:
        return instruments
    present = [each for each in instruments if match_columns(export.headers, [each], column_map)[0].items]
    if not present:
        wanted = ", ".join(each.id for each in instruments)
        hint = f"the columns of the file: {export.headers.describe()}"
        message = f"has no column of any item of {wanted}"
        row, cell = export.header_row, export.headers.cell
        raise InvalidSurvey([Problem(message, export.name, row, hint=hint, rule=COLUMNS_LISTED, cell=cell)])
    return present


def _check_present(sources: list[_Source], instruments: list[Instrument], failed: dict[str, InvalidInput]) -> None:
    """Raise `InvalidSurvey` where an instrument was asked for that no file has."""
    found = {name for source in sources for name in source.scorer.instruments}
    problems = [
        Problem(f"no file has a column for any item of {each.id}", rule="column")
        for each in instruments
        if each.id not in found
    ]
    # A file that failed may be the one that has it.
    if problems and not failed:
        raise InvalidSurvey(problems, "nothing was scored")


def _measure_together(request: ScoreRequest, sources: list[_Source], failed: dict[str, InvalidInput]) -> list[_Source]:
    """Return sources that share their reference samples, which are measured in all of them together.

    One by one, each file would be its own reference, and no difference between files would be left.
    """
    if len(sources) < 2 or not any(source.scorer.choices.references for source in sources):
        return sources
    sound: list[_Source] = []
    frames: list[tuple[str, Source]] = []
    with ExitStack() as stack:
        for source in sources:
            name, scorer = source.export.name, source.scorer
            # What fails later must not have been part of the sample.
            try:
                check_export(source.export, scorer, request.on_invalid)
                export = stack.enter_context(source.export.normalise())
            except InvalidSurvey as error:
                _fail(failed, name, error)
                continue
            sound.append(source)
            types = export.find_types(scorer.columns, scorer.keys)
            frame = nw.from_native(export.scan(scorer.columns, types))
            distinct = list_distinct(frame, scorer.textual(frame.collect_schema()))
            frames.append((name, (frame, settle_language(scorer, distinct), distinct)))
        try:
            norms = measure_norms(frames)
        except InvalidSurvey as error:
            raise merge_failures(request, failed, error.problems) from None
    return [replace(source, scorer=add_norms(source.scorer, norms)) for source in sound]


def _group_sources(sources: list[_Source], targets: dict[str, Path | None]) -> list[tuple[Path | None, list[_Source]]]:
    groups: dict[Path | None, list[_Source]] = {}
    for source in sources:
        groups.setdefault(targets[source.export.name], []).append(source)
    return list(groups.items())


def _list_columns(request: ScoreRequest, scorers: list[Scorer]) -> list[str]:
    ids = [name for scorer in scorers for name in (*scorer.columns.ids, *scorer.columns.constants)]
    if len(request.data) > 1 and "source" in ids:
        raise InvalidRequest("with several files 'source' is the name of the file; rename the column map's 'source'")
    if request.is_long:
        scores = list_long_columns(scorers)
    else:
        scores = [column for scorer in scorers for column in scorer.score_columns()]
    return [*(["source"] if len(request.data) > 1 else []), *dict.fromkeys(ids), *dict.fromkeys(scores)]


def _list_variables(
    request: ScoreRequest, definitions: list[Definition], group: list[_Source], done: list[FileSummary]
) -> list[Variable]:
    """Return what the columns mean, reference samples that were measured on the way included."""
    by_id = {definition.instrument.id: definition for definition in definitions}
    norms = {norm.name: norm for outcome in done for norm in outcome.norms}
    found = [describe_id("source")] if len(request.data) > 1 else []
    for source in group:
        new = [norm for norm in norms.values() if norm not in source.scorer.choices.norms]
        found += list_variables(add_norms(source.scorer, new), by_id, is_long=request.is_long)
    return merge_variables(found)


def _score_group(
    request: ScoreRequest,
    group: list[_Source],
    parts: Callable[[str | None], AbstractContextManager[BatchSink]],
    done: list[FileSummary],
    failed: dict[str, InvalidInput],
) -> None:
    from sos_score.psychometrics.key_warnings import warn_of_keys  # loads NumPy, which nothing else here needs

    read: list[ReadFile] = []
    names = name_files(request.data)
    for source in group:
        name = names[source.export.name] if len(request.data) > 1 else None

        def open_sink(name: str | None = name, scorer: Scorer = source.scorer) -> AbstractContextManager[BatchSink]:
            return lengthen(parts(name), scorer) if request.is_long else parts(name)

        try:
            summary = score_export(source.export, source.scorer, request.on_invalid, open_sink)
            warned = replace(
                summary, warnings=(*summary.warnings, *warn_of_keys(source.export, source.scorer, summary.numeric))
            )
            read.append(ReadFile(source.export, source.scorer, warned))
        except InvalidSurvey as error:
            _fail(failed, source.export.name, error)
    try:
        done += check_shared(read)
    except InvalidSurvey as error:
        for problem in error.problems:
            _fail(failed, problem.path, InvalidSurvey([problem]))
        failed |= {file.export.name: InvalidSurvey(()) for file in read if file.export.name not in failed}
    if not done:
        raise InvalidSurvey(())
