"""The files a user writes, checked one and all, and their problems as text, JSON or annotations on a pull request."""

from __future__ import annotations

import glob
import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from sos_score.definition.instrument.wording import extends_another, is_wording
from sos_score.definition.library import extend_definition, list_instruments, load_instrument
from sos_score.definition.yaml.document import Document, read_yaml
from sos_score.errors import InvalidDefinition, Problem, count_problems, guess
from sos_score.scoring.examples import check_definition, check_examples
from sos_score.scoring.norms import read_norm_file
from sos_score.survey.column_map import ColumnMap, read_column_map
from sos_score.words import count


@dataclass(frozen=True)
class Validation:
    """What came of checking some files.

    Attributes
    ----------
    paths : tuple of str
        The files checked.
    problems : tuple of Problem
        Everything found, file by file.
    examples : int
        How many examples came out as stated.
    kinds : mapping
        How many of the files are of each kind, a key of `CHECKS`.
    """

    paths: tuple[str, ...]
    problems: tuple[Problem, ...]
    examples: int
    kinds: Mapping[str, int]


def validate_paths(names: Iterable[str], instruments: Iterable[str] = ()) -> Validation:
    """Check files, all files of folders, and all files that patterns match; each by what it is.

    Column maps are checked for `instruments` as `score` checks them; with none, only their form is.
    """
    asked = [load_instrument(name) for name in instruments]
    paths: list[str] = []
    problems: list[Problem] = []
    examples = 0
    kinds: Counter[str] = Counter()
    for name in names:
        found = _find_paths(name)
        if not found:
            problems.append(Problem("no definition here (.yaml or .yml files)", name, rule="file"))
        paths += [path for path in found if path not in paths]
    for path in paths:
        try:
            document = read_yaml(Path(path))
            kind = recognise(document.data)
            kinds[kind] += 1
            if kind == "columns" and asked:
                read_column_map(Path(path), asked)
            else:
                examples += CHECKS[kind](document)
        except InvalidDefinition as error:
            problems += [problem for problem in error.problems if problem not in problems]
    return Validation(tuple(paths), tuple(problems), examples, dict(kinds))


def recognise(data: object) -> str:
    """Return which kind of file holds `data`, a key of `CHECKS`; a definition where that cannot be told.

    Examples
    --------
    >>> recognise({"format": 1, "sites": {}}), recognise({"items": {"wais_{n}": "Q{n}"}}), recognise({"id": "wai"})
    ('study', 'columns', 'instrument')
    """
    keys = set(data) if isinstance(data, dict) else set()
    if keys & {"sites", "sources"}:
        return "study"
    if is_wording(data):
        return "wording"
    if keys & {"id", "scales", "response_scales"}:
        return "instrument"
    if keys & {"norms", "local"}:
        return "norms"
    return "columns" if keys & (ColumnMap.model_fields.keys() - {"format"}) else "instrument"


def _check_instrument(document: Document) -> int:
    """Check a definition, and return how many of its examples came out as stated."""
    if extends_another(document):
        definition = extend_definition(document)
        problems = check_examples(definition.instrument, definition.document)
        if problems:
            raise InvalidDefinition(problems)
        return len(definition.instrument.examples)
    instrument, problems = check_definition(document)
    if instrument is None or problems:
        raise InvalidDefinition(problems)
    return len(instrument.examples)


def _check_columns(document: Document) -> int:
    read_column_map(Path(document.path))
    return 0


def _check_norms(document: Document) -> int:
    path = Path(document.path)
    name = document.data.get("instrument") if isinstance(document.data, dict) else None
    shipped = list_instruments()
    if not isinstance(name, str) or name in shipped:
        read_norm_file(path, [load_instrument(each) for each in shipped])
        return 0
    # A user's own instrument is called like its file, and lies beside its norms.
    beside = path.parent / f"{name}.yaml"
    if not beside.is_file():
        message = f"no instrument '{name}' ({beside} is not there; shipped: {', '.join(shipped)})"
        raise InvalidDefinition([document.problem(("instrument",), message, hint=guess(name, shipped), rule="norm")])
    read_norm_file(path, [load_instrument(str(beside))])
    return 0


def _check_study(document: Document) -> int:
    from sos_score.study.file import check_study  # the models of a study take their time to load

    check_study(document)
    return 0


def _check_wording(document: Document) -> int:
    extend_definition(document)
    return 0


CHECKS: dict[str, Callable[[Document], int]] = {
    "instrument": _check_instrument,
    "columns": _check_columns,
    "norms": _check_norms,
    "study": _check_study,
    "wording": _check_wording,
}


def _find_paths(name: str) -> list[str]:
    path = Path(name)
    if path.is_dir():
        return sorted(str(file) for file in path.iterdir() if file.suffix in (".yaml", ".yml"))
    if path.exists() or not glob.has_magic(name):
        return [name]
    return sorted(found for found in glob.glob(name, recursive=True) if Path(found).is_file())  # noqa: PTH207 - patterns may be absolute


def _write_text(report: Validation) -> str:
    if report.problems:
        return "\n".join([*map(str, report.problems), f"{count_problems(report.problems)}."])
    others = [count(report.kinds[kind], *nouns) for kind, nouns in _OTHERS.items() if report.kinds.get(kind)]
    sentences = [f"{', '.join(others)} valid."] if others else []
    if report.kinds.get("instrument"):
        files = count(report.kinds["instrument"], "definition", "definitions")
        examples = count(report.examples, "worked example gives", "worked examples give")
        sentences.insert(0, f"{files} valid; {examples} the expected scores.")
    return "\n".join(sentences)


_OTHERS = {
    "study": ("study", "studies"),
    "columns": ("column map", "column maps"),
    "wording": ("file of wording", "files of wording"),
    "norms": ("file of norms", "files of norms"),
}


def _write_json(report: Validation) -> str:
    data = {
        "valid": not report.problems,
        "files": list(report.paths),
        "examples": report.examples,
        "problems": [problem.as_dict() for problem in report.problems],
    }
    return json.dumps(data, indent=2, ensure_ascii=False)


def _write_github(report: Validation) -> str:
    return "\n".join(_annotate(problem) for problem in report.problems)


def _annotate(problem: Problem) -> str:
    place = {"file": problem.path, "line": str(problem.line or 1), "title": problem.rule or "definition"}
    words = f"{problem.where}: {problem.message}" if problem.where else problem.message
    if problem.hint:
        words += f"\nhint: {problem.hint}"
    properties = ",".join(f"{key}={_escape(value, ',:')}" for key, value in place.items())
    return f"::error {properties}::{_escape(words)}"


def _escape(text: str, more: str = "") -> str:
    for mark in "%\r\n" + more:
        text = text.replace(mark, f"%{ord(mark):02X}")
    return text


REPORTERS: dict[str, Callable[[Validation], str]] = {
    "text": _write_text,
    "json": _write_json,
    "github": _write_github,
}
