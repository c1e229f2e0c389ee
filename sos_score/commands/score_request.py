"""What a user asks to have scored, checked before any data are read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from sos_score.commands.score_output import name_companion
from sos_score.definition.instrument.instrument import Instrument
from sos_score.definition.reading import Definition
from sos_score.errors import InvalidDefinition, InvalidOutput, InvalidRequest, Problem
from sos_score.output.files import FORMATS, check_output, choose_format
from sos_score.scoring.examples import load_definition
from sos_score.scoring.norms import NormFile, name_norms, read_norm_file
from sos_score.scoring.plan import ScoringChoices, check_choices, read_rule
from sos_score.scoring.scorer import OnInvalid
from sos_score.survey.readers.export import AS_FOUND, ReadingOptions
from sos_score.survey.readers.parts import name_inputs, name_stem


@dataclass(frozen=True)
class ScoreRequest:
    """What to score with what, and where to put it.

    Attributes
    ----------
    data : tuple of str
        Exports; ``-`` is standard input.
    instruments : tuple of str
        Ids or paths.
    column_maps : tuple of Path
        None, one for all files, or one for each.
    on_invalid : str
        ``error`` or ``missing``.
    reading : ReadingOptions
        How the exports are to be read.
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
    """

    data: tuple[str, ...]
    instruments: tuple[str, ...]
    column_maps: tuple[Path, ...] = ()
    on_invalid: OnInvalid = "error"
    reading: ReadingOptions = AS_FOUND
    metrics: tuple[str, ...] = ()
    norms: Path | None = None
    min_answered: str | None = None
    is_long: bool = False
    fmt: str | None = None
    output: str | None = None
    force: bool = False
    quiet: bool = False

    @property
    def inputs(self) -> tuple[str | Path, ...]:
        """Return every file the request may read; none of them is ever written to."""
        norms = () if self.norms is None else (self.norms,)
        return (*name_inputs(self.data), *self.instruments, *self.column_maps, *norms)


def make_choices(request: ScoreRequest, instruments: list[Instrument]) -> ScoringChoices:
    """Return what the request asks for beyond the definitions."""
    norms = [norm for instrument in instruments for norm in name_norms(instrument.id, instrument.norms)]
    references = {}
    if request.norms is not None:
        norm_file = _read_norms(request.norms, instruments)
        norms += name_norms(norm_file.instrument, norm_file.norms)
        references[norm_file.instrument] = tuple(norm_file.local.items())
    choices = ScoringChoices(
        tuple(dict.fromkeys(request.metrics)), _read_rule(request.min_answered), tuple(norms), references
    )
    check_choices(choices, instruments, "--min-answered")
    return choices


def _read_rule(text: str | None) -> int | str | None:
    if text is None:
        return None
    return read_rule(int(text) if text.isascii() and text.isdecimal() else text, "--min-answered")


def plan_targets(request: ScoreRequest) -> tuple[str, dict[str, Path | None]]:
    """Return the format, and where each file's scores go."""
    output = request.output
    if output == "":
        raise InvalidRequest("--output is empty; name a file or a folder")
    if output not in (None, "-") and (output.endswith(("/", "\\")) or Path(output).is_dir()):
        if not Path(output).is_dir():
            raise InvalidOutput([Problem("there is no such folder", output, hint="make it first", rule="output")])
        kind = choose_format(request.fmt or "csv", "folder")
        suffix = next(suffix for suffix, name in FORMATS.items() if name == kind)
        targets: dict[str, Path | None] = {
            name: Path(output) / f"{name_stem(name) if name != '-' else 'stdin'}.scores{suffix}"
            for name in request.data
        }
        if len(set(targets.values())) < len(set(request.data)):
            raise InvalidRequest("several files have the same name; score them into one file, or one by one")
    else:
        kind = choose_format(request.fmt, output)
        targets = dict.fromkeys(request.data, Path(output) if output not in (None, "-") else None)
    problems: list[Problem] = []
    for target in dict.fromkeys(target for target in targets.values() if target is not None):
        for path in (target, name_companion(target)) if kind == "csv" else (target,):
            try:
                check_output(path, force=request.force, inputs=request.inputs)
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


def _read_norms(path: Path, instruments: list[Instrument]) -> NormFile:
    try:
        return read_norm_file(path, instruments)
    except InvalidDefinition as error:
        raise InvalidDefinition(error.problems, "nothing was scored") from None
