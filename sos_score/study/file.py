"""A study file with everything it refers to: definitions, column maps, norms; the answers come later."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from glob import has_magic
from pathlib import Path, PurePosixPath

from pydantic import ValidationError

from sos_score.definition.instrument.instrument import Instrument
from sos_score.definition.library import complete_name, name_definition, name_document
from sos_score.definition.reading import Definition
from sos_score.definition.study.model import Source, Study
from sos_score.definition.study.rules import lint_study
from sos_score.definition.yaml.document import Document, Loc, read_yaml, refuse_other_kind
from sos_score.definition.yaml.errors import error_places, find_place, locate_errors, salvage
from sos_score.errors import InvalidDefinition, Problem, guess, guess_file
from sos_score.scoring.examples import load_definition
from sos_score.scoring.norms import NormFile, read_norm_file
from sos_score.scoring.plan import ScoringChoices, plan_scores
from sos_score.survey.column_map import SAME_CELLS, ColumnMap, describe_repeat, find_repeats, read_column_map
from sos_score.survey.readers.export import ReadingOptions

_MOST_NAMED = 10


@dataclass(frozen=True, slots=True)
class Input:
    """A file that was read.

    Attributes
    ----------
    kind : str
        ``study``, ``instrument``, ``columns``, ``norms``, ``links``, ``answers`` or ``results``.
    path : str
        As the user named it; a shipped instrument by its id.
    sha256 : str
        Of its bytes.
    """

    kind: str
    path: str
    sha256: str


@dataclass(frozen=True, slots=True)
class StudyFile:
    """A checked study and what it refers to.

    Attributes
    ----------
    document : Document
        The file: its path, the line of every part, and the SHA-256 of its bytes.
    definitions : mapping
        The definitions of each source.
    column_maps : mapping
        For each source a column map, or None, for each of its files.
    """

    study: Study
    document: Document
    definitions: Mapping[str, tuple[Definition, ...]]
    column_maps: Mapping[str, tuple[ColumnMap | None, ...]]
    norms: tuple[NormFile, ...]

    def resolve(self, name: str) -> str:
        """Return a path that the study file gives, as seen from where the user is."""
        return resolve_path(self.document, name)

    def name_instruments(self, source: str) -> list[str]:
        """Return the instruments of a source as the user would name them: ids, or paths from where the user is."""
        return [_find_instrument(self.document, given) for given in self.study.sources[source].instrument]

    def reading(self, source: str) -> ReadingOptions:
        """Return how the files of a source are to be read."""
        given = self.study.sources[source]
        return ReadingOptions(given.platform, given.sheet, given.header_row, given.language)

    def problem(self, loc: Loc, message: str, *, hint: str = "", rule: str = "") -> Problem:
        """Return a problem located in the study file."""
        return self.document.problem(find_place(loc, self.document.data), message, hint=hint, rule=rule)

    def list_inputs(self) -> list[Input]:
        """Return every file of the study, each once."""
        study = self.study
        found = [Input("study", self.document.path, self.document.sha256)]
        for name, source in study.sources.items():
            for given, definition in zip(self.name_instruments(name), self.definitions[name], strict=True):
                if definition.wording is not None:
                    found.append(Input("wording", given, definition.wording.sha256))
                path = name_definition(definition) if definition.wording is not None else given
                found.append(Input("instrument", path, definition.document.sha256))
                found += [Input("instrument", name_document(each), each.sha256) for each in definition.extends]
            found += [self._hash("columns", each) for each in source.columns]
            found += [self._hash("answers", each) for each in source.files]
        found += [self._hash("links", each) for each in study.links]
        found += [self._hash("norms", each) for each in study.norms]
        found += [self._hash("results", each) for each in (study.results.invariance, study.results.imputation) if each]
        return list(dict.fromkeys(found))

    def _hash(self, kind: str, name: str) -> Input:
        path = self.resolve(name)
        return Input(kind, path, hashlib.sha256(Path(path).read_bytes()).hexdigest())


def resolve_path(document: Document, name: str) -> str:
    """Return a path given in a document, as seen from where the user is."""
    return str(Path(document.path).parent / name)


def read_study(path: str | Path) -> StudyFile:
    """Read and check a study file and the definitions, column maps and norms it names.

    Parameters
    ----------
    path : str or Path
        A YAML file; the paths in it are seen from its folder.

    Returns
    -------
    StudyFile
        The study, with its definitions, column maps and norms read.

    Raises
    ------
    InvalidDefinition
        With every problem of all these files, each with its line.
    """
    return check_study(read_yaml(Path(path)))


def check_study(document: Document) -> StudyFile:
    """Return the study a document defines; see `read_study`."""
    problems = list(document.problems)
    if not isinstance(document.data, dict):
        problems.append(document.problem((), "is not a study (a mapping of keys)", rule="yaml"))
        raise InvalidDefinition(problems)
    try:
        study = Study.model_validate(document.data)
    except ValidationError as error:
        if other := refuse_other_kind(document, "a study file"):
            raise InvalidDefinition([other]) from None
        problems += locate_errors(error, document, Study)
        problems += _check_rest(error, document)
        raise InvalidDefinition(_in_order(dict.fromkeys(problems))) from None
    reader = _Reader(study, document)
    problems += [*reader.check_files(), *reader.read_definitions()]
    instruments = {name: [definition.instrument for definition in found] for name, found in reader.definitions.items()}
    problems += lint_study(study, instruments, document)
    problems += [*reader.check_rules(instruments), *reader.read_column_maps(instruments), *reader.read_norms()]
    if problems:
        raise InvalidDefinition(_in_order(dict.fromkeys(problems)))
    return StudyFile(
        study,
        document,
        {name: tuple(found) for name, found in reader.definitions.items()},
        {name: tuple(found) for name, found in reader.column_maps.items()},
        tuple(reader.norms),
    )


# The sections that what is said of a section rests on, beside itself.
_RESTS_ON = {
    "sites": {"arms"},
    "arms": {"sites"},
    "sources": {"levels"},
    "plan": {"sources"},
    "pairs": {"sources", "levels"},
    "checks": {"sources"},
}


def _check_rest(error: ValidationError, document: Document) -> list[Problem]:
    """Return what is wrong with the sections of a broken study that can be read, and with the files they name."""
    study = salvage(error, document.data, Study)
    if study is None:
        return []
    lost = {str(place[0]) for place, _ in error_places(error, document.data) if place}
    known = [field.alias or name for name, field in Study.model_fields.items()]
    lost |= {name for name in known for each in lost if f"'{name}'" in guess(each, known)}
    reader = _Reader(study, document)
    found = [*reader.check_files(), *reader.read_definitions()]
    instruments = {name: [definition.instrument for definition in each] for name, each in reader.definitions.items()}
    found += lint_study(study, instruments, document)

    def is_certain(problem: Problem) -> bool:
        section = re.split(r"[.\[]", problem.where)[0]
        return problem.path != document.path or not lost & {section, *_RESTS_ON.get(section, ())}

    return [problem for problem in found if is_certain(problem)]


def _in_order(problems: dict[Problem, None] | list[Problem]) -> list[Problem]:
    """Return the problems of the study file first, by line; those of other files after it, as found."""
    first = next(iter(problems)).path if problems else ""
    return sorted(problems, key=lambda problem: (problem.path != first, (problem.line or 0) * (problem.path == first)))


def _is_path(name: str) -> bool:
    return Path(name).suffix in (".yaml", ".yml") or "/" in name or "\\" in name


class _Reader:
    """Reads what a study refers to, and yields what is wrong with it on the way."""

    def __init__(self, study: Study, document: Document) -> None:
        self.study, self.document = study, document
        self.definitions: dict[str, list[Definition]] = {name: [] for name in study.sources}
        self.column_maps: dict[str, list[ColumnMap | None]] = {}
        self.norms: list[NormFile] = []

    def check_files(self) -> Iterator[Problem]:
        named: list[tuple[Loc, list[str]]] = [(("links",), self.study.links), (("norms",), self.study.norms)]
        for name, source in self.study.sources.items():
            named += [(("sources", name, key), getattr(source, key)) for key in ("files", "instrument", "columns")]
        for loc, names in named:
            for index, name in enumerate(names):
                path = Path(resolve_path(self.document, name))
                if loc[-1] != "instrument" or _is_path(name):
                    yield from self._check_file((*loc, index), name, path)
        for key, put_back in self.study.results.model_dump().items():
            if put_back:
                path = Path(resolve_path(self.document, put_back))
                yield from self._check_file(("results", key), put_back, path)

    def _check_file(self, loc: Loc, name: str, path: Path) -> Iterator[Problem]:
        if path.is_file():
            return
        held = [each for each in _list_files(path) if "files" not in loc or each.suffix not in (".yaml", ".yml")]
        if not held:
            yield self._problem(loc, f"no file '{name}'", guess_file(path, name), "file")
            return
        start = name.rstrip("/") if path.is_dir() else PurePosixPath(name).parent.as_posix()
        files = sorted(f"{start}/{each.name}".removeprefix("./") for each in held)
        more = ", ..." if len(files) > _MOST_NAMED else ""
        message = f"'{name}' is {'a folder' if path.is_dir() else 'a pattern'}, and a study names each file"
        yield self._problem(loc, message, f"write [{', '.join(files[:_MOST_NAMED])}{more}]", "file")

    def read_definitions(self) -> Iterator[Problem]:
        for name, source in self.study.sources.items():
            for index, given in enumerate(source.instrument):
                path = _find_instrument(self.document, given)
                if _is_path(path) and not Path(path).is_file():
                    continue
                try:
                    found = load_definition(path)
                except InvalidDefinition as error:
                    for problem in error.problems:
                        loc: Loc = ("sources", name, "instrument", index)
                        # A shipped instrument has no file to point at: the study file named it.
                        yield (
                            problem if problem.path else self._problem(loc, problem.message, problem.hint, problem.rule)
                        )
                else:
                    self.definitions[name].append(found)

    def check_rules(self, instruments: Mapping[str, list[Instrument]]) -> Iterator[Problem]:
        for name, source in self.study.sources.items():
            for instrument in instruments[name] if source.min_answered is not None else ():
                plan = plan_scores(instrument, ScoringChoices(min_answered=source.min_answered))
                for scale in plan.scales:
                    size = len(scale.terms)
                    if not 1 <= scale.required <= size:
                        items = "1 item" if size == 1 else f"{size} items"
                        message = f"'{scale.scale}' has {items}, and {source.min_answered} would need {scale.required}"
                        yield self._problem(("sources", name, "min_answered"), message, "", "missing-rule")

    def read_column_maps(self, instruments: Mapping[str, list[Instrument]]) -> Iterator[Problem]:
        for name, source in self.study.sources.items():
            maps: list[ColumnMap | None] = []
            for given in source.columns:
                path = Path(resolve_path(self.document, given))
                if not path.is_file():
                    continue
                try:
                    maps.append(read_column_map(path, instruments[name]))
                except InvalidDefinition as error:
                    yield from error.problems
            self.column_maps[name] = list(_spread(maps, source))
            paths = [resolve_path(self.document, each) for each in source.files]
            for place, before in find_repeats(list(zip(paths, self.column_maps[name], strict=True))):
                message = f"'{source.files[place]}' {describe_repeat(source.files[place], source.files[before])}"
                yield self._problem(("sources", name, "files", place), message, SAME_CELLS, "source-files")
            for instrument in instruments[name]:
                ready = [found is not None and instrument.id in found.t_scores for found in self.column_maps[name]]
                if any(ready) and not all(ready):
                    message = f"'{instrument.id}' arrives scored in some files and as answers in others"
                    hint = "give them sources of their own: the two cannot be compared"
                    yield self._problem(("sources", name, "columns"), message, hint, "t-scores")

    def read_norms(self) -> Iterator[Problem]:
        known = {found.instrument.id: found.instrument for each in self.definitions.values() for found in each}
        seen: dict[tuple[str, str], str] = {}
        for index, given in enumerate(self.study.norms):
            path = Path(resolve_path(self.document, given))
            if not path.is_file():
                continue
            try:
                norm_file = read_norm_file(path, known.values())
            except InvalidDefinition as error:
                yield from error.problems
                continue
            for norm in (*norm_file.norms, *norm_file.local):
                key = (norm_file.instrument, norm)
                if key in seen:
                    message = f"the norm '{norm}' of '{norm_file.instrument}' is in '{seen[key]}' already"
                    yield self._problem(("norms", index), message, "", "norm")
                seen.setdefault(key, given)
            self.norms.append(norm_file)

    def _problem(self, loc: Loc, message: str, hint: str, rule: str) -> Problem:
        place = find_place(loc, self.document.data)
        return self.document.problem(place, message, hint=hint, rule=rule)


def _find_instrument(document: Document, given: str) -> str:
    """Return the path of a definition beside the study file, which may be named without its ending; else its id."""
    given = complete_name(given, Path(document.path).parent)
    return resolve_path(document, given) if _is_path(given) else given


def _spread(maps: list[ColumnMap | None], source: Source) -> list[ColumnMap | None]:
    """Return a column map, or None, for each file of a source."""
    if len(maps) == len(source.files):
        return maps
    return (maps[:1] or [None]) * len(source.files)


def _list_files(path: Path) -> list[Path]:
    """Return the files in a folder, or those that a pattern fits."""
    try:
        if path.is_dir():
            return [each for each in path.iterdir() if each.is_file()]
        return [each for each in path.parent.glob(path.name) if each.is_file()] if has_magic(path.name) else []
    except OSError:  # not ours to look into
        return []
