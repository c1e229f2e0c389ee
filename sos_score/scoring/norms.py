"""T-scores, and the norms they are read against."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import Field, ValidationError

from sos_score.definition.instrument.instrument import Instrument, Norm
from sos_score.definition.model import Model, Text
from sos_score.definition.yaml.document import Loc, read_yaml
from sos_score.definition.yaml.errors import locate_errors, salvage
from sos_score.errors import InvalidDefinition, guess

Score = TypeVar("Score", bound=Any)
NormId = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]


class Reference(Model):
    """A reference sample in the data itself, for "local T".

    Attributes
    ----------
    population : str
        Who that is, in words.
    unit : str
        ``respondent``, or ``team``: mean and sd of team means.
    team : str
        The id column that names the team, where the unit is ``team``.
    where : dict
        Which rows: id column to the values it may have (``{wave: [T1]}``); empty for all rows.
    """

    population: Text
    unit: Literal["respondent", "team"]
    team: str = "site"
    where: dict[str, Annotated[list[str | int], Field(min_length=1)]] = {}


class NormFile(Model):
    """Norms for one instrument, published or local.

    Attributes
    ----------
    format : int
        The version of this file format.
    instrument : str
        The id of the instrument.
    norms : dict
        Norms with stated means and sds, by the name T-scores will carry.
    local : dict
        Reference samples in the data, by name.
    """

    format: Literal[1]
    instrument: Text
    norms: dict[NormId, Norm] = {}
    local: dict[NormId, Reference] = {}


@dataclass(frozen=True)
class NamedNorm:
    """A norm as the engine uses it.

    Attributes
    ----------
    name : str
        Ends the T column's name.
    unit : str
        ``respondent`` or ``team``.
    score : str
        The metric of the means and sds: ``mean`` or ``sum``. The sum of a scale that is scored as a sum is its score;
        of another it is the mean times the number of items.
    means, sds : dict
        By scale id.
    n : int or None
        Respondents or teams; None for a reference sample not measured yet.
    description : str
        The population and the source, in words.
    is_local : bool
        Whether it is a reference sample of the user's own.
    """

    name: str
    instrument: str
    unit: str
    score: str
    means: Mapping[str, float]
    sds: Mapping[str, float]
    n: int | None
    description: str
    is_local: bool = False

    def to_t(self, scale: str, score: Score) -> Score:
        """Return T = 50 + 10 (score - mean) / sd of a score, or of a column or array of them."""
        t: Score = 50.0 + 10.0 * (score - self.means[scale]) / self.sds[scale]
        return t

    def describe(self) -> str:
        """Return the norm in a sentence."""
        kind = "local T, not a published norm" if self.is_local else "T-scores"
        size = "" if self.n is None else f", {self.n} {self.unit}s"
        text = f"{self.name}: {kind} (50 + 10 z) against {self.description}{size}"
        if self.unit == "team":
            text += "; it describes teams, so only the mean of a team's T-scores can be read"
        return text


def read_norm_file(path: Path, instruments: Iterable[Instrument]) -> NormFile:
    """Read and check a file of norms."""
    known = {instrument.id: instrument for instrument in instruments}
    document = read_yaml(path)
    problems = list(document.problems)
    if not isinstance(document.data, dict):
        raise InvalidDefinition(
            [*problems, document.problem((), "is not a file of norms (a mapping of keys)", rule="yaml")]
        )
    try:
        norm_file = NormFile.model_validate(document.data)
    except ValidationError as error:
        problems += locate_errors(error, document, NormFile)
        rest = salvage(error, document.data, NormFile)
        found = [] if rest is None else list(_check_norms(rest, known))
        # Of a part that is broken nothing is said but that.
        found = [each for each in found if each[0]]
    else:
        found = list(_check_norms(norm_file, known))
    problems += [document.problem(loc, message, hint=hint, rule="norm") for loc, message, hint in found]
    if problems:
        raise InvalidDefinition(sorted(problems, key=lambda problem: problem.line or 0))
    return norm_file


def _check_norms(norm_file: NormFile, known: Mapping[str, Instrument]) -> Iterator[tuple[Loc, str, str]]:
    if norm_file.instrument not in known:
        message = f"is for '{norm_file.instrument}', which is not scored here ({', '.join(known)})"
        yield ("instrument",), message, guess(norm_file.instrument, known)
        return
    if not norm_file.norms and not norm_file.local:
        yield (), "has neither norms nor local reference samples", ""
    instrument = known[norm_file.instrument]
    scales = list(instrument.scales)
    for name, norm in norm_file.norms.items():
        for scale, raw in norm.scales.items():
            loc = ("norms", name, "scales", scale)
            if scale not in scales:
                yield loc, f"no scale '{scale}' (scales: {', '.join(scales)})", guess(scale, scales)
            if not raw.sd > 0:
                yield (*loc, "sd"), f"{raw.sd} is not a standard deviation (more than 0)", ""
    yield from _check_names(norm_file, instrument)


def _check_names(norm_file: NormFile, instrument: Instrument) -> Iterator[tuple[Loc, str, str]]:
    """Yield each name that two norms would have: both would want one column."""
    for section in ("norms", "local"):
        for name in getattr(norm_file, section):
            if name in instrument.norms:
                yield (section, name), f"'{name}' is a norm of {instrument.id} already", ""
    for name in norm_file.local:
        if name in norm_file.norms:
            yield ("local", name), f"'{name}' is both a norm and a local reference", ""


def name_norms(instrument: str, norms: Mapping[str, Norm]) -> tuple[NamedNorm, ...]:
    """Return stated norms as the engine uses them."""
    return tuple(
        NamedNorm(
            name=name,
            instrument=instrument,
            unit=norm.unit,
            score=norm.score,
            means={scale: raw.mean for scale, raw in norm.scales.items()},
            sds={scale: raw.sd for scale, raw in norm.scales.items()},
            n=norm.n,
            description=f"{norm.population} ({norm.source})",
        )
        for name, norm in norms.items()
    )
