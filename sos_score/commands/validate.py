"""The files a user writes, checked one and all, each by what it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

from sos_score.characters import make_visible
from sos_score.commands.validation.across import compare_definitions
from sos_score.commands.validation.found import Found, Validation, judge, suppress
from sos_score.commands.validation.github import write_github
from sos_score.commands.validation.junit import write_junit
from sos_score.commands.validation.machine import write_gitlab, write_json, write_sarif
from sos_score.commands.validation.paths import History, find_paths, read_history
from sos_score.commands.validation.text import write_text
from sos_score.definition.catalogue.rule import Level, Profile
from sos_score.definition.changes import check_version
from sos_score.definition.changes import compare_definitions as compare_changes
from sos_score.definition.instrument.instrument import Instrument
from sos_score.definition.instrument.rules.advise import advise
from sos_score.definition.instrument.wording import extends_another, is_wording
from sos_score.definition.library import extend_definition, list_instruments, load_instrument
from sos_score.definition.reading import Definition
from sos_score.definition.revision import read_revised
from sos_score.definition.yaml.document import Document, read_yaml
from sos_score.errors import InvalidDefinition, InvalidRequest, Problem, guess, name_some
from sos_score.scoring.examples import check_definition, check_examples
from sos_score.scoring.norms import read_norm_file
from sos_score.survey.column_map import ColumnMap, read_column_map

REPORTERS: dict[str, Callable[[Validation], str]] = {
    "text": write_text,
    "json": write_json,
    "github": write_github,
    "sarif": write_sarif,
    "junit": write_junit,
    "gitlab": write_gitlab,
}


@dataclass
class _Checked:
    """What is known of the files so far, in their order."""

    problems: dict[str, list[Problem]] = field(default_factory=dict)
    suppressed: list[tuple[Problem, str]] = field(default_factory=list)
    data_files: set[str] | None = None
    definitions: dict[str, Definition] = field(default_factory=dict)
    kinds: Counter[str] = field(default_factory=Counter)


def validate_paths(
    names: Iterable[str],
    instruments: Iterable[str] = (),
    profile: Profile = "default",
    changed_from: str = "",
    *,
    opens_data: bool = True,
) -> Validation:
    """Check files, all files of folders, and all files that patterns match; each by what it is.

    Column maps are checked for `instruments` as `score` checks them; with none, only their form is. The files of
    answers and links that a sound study names are opened, unless they are to be left alone.
    """
    asked = [load_instrument(name) for name in instruments]
    checked = _Checked(data_files=set() if opens_data else None)
    paths: list[str] = []
    for name in names:
        found = find_paths(name)
        if not found:
            checked.problems[name] = [Problem("no definition here (.yaml or .yml files)", name, rule="file")]
        paths += [path for path in found if path not in paths]
    history = read_history(changed_from) if changed_from else None
    paths = [path for path in paths if history is None or history.is_changed(path) or _extends_changed(path, history)]
    for path in paths:
        checked.problems[path] = _check_file(path, asked, checked)
    _advise(checked)
    if history:
        _check_versions(checked, history)
    return Validation(
        tuple(make_visible(path, one_line=True) for path in paths),
        _judge(((problem, "") for problem in name_some(_list_once(checked.problems.values()))), profile),
        _judge(dict.fromkeys(checked.suppressed), profile),
        sum(len(definition.instrument.examples) for definition in checked.definitions.values()),
        dict(checked.kinds),
        None if checked.data_files is None else len(checked.data_files),
        profile,
        changed_from,
    )


def _judge(problems: Iterable[tuple[Problem, str]], profile: Profile) -> tuple[Found, ...]:
    judged = (judge(problem, profile, reason) for problem, reason in problems)
    return tuple(found for found in judged if found.level is not Level.OFF)


def _list_once(problems: Iterable[list[Problem]]) -> Iterable[Problem]:
    """Return every problem once: two studies may name the same broken definition."""
    return dict.fromkeys(problem for found in problems for problem in found)


def _check_file(path: str, asked: list[Instrument], checked: _Checked) -> list[Problem]:
    try:
        document = read_yaml(Path(path))
        kind = recognise(document.data)
        checked.kinds[kind] += 1
        if kind == "instrument" and extends_another(document):
            definition = extend_definition(document)
            problems = check_examples(definition.instrument, definition.document)
            if not problems:
                checked.definitions[path] = definition
            return problems
        if kind == "instrument":
            instrument, problems = check_definition(document)
            if instrument is not None and not problems:
                checked.definitions[path] = Definition(instrument, document)
            return problems
        if kind == "columns" and asked:
            read_column_map(Path(path), asked)
        elif kind == "study":
            return _check_study(document, checked)
        else:
            CHECKS[kind](document)
    except InvalidDefinition as error:
        return list(error.problems)
    return []


def _advise(checked: _Checked) -> None:
    """Add what could be better about the definitions that can be scored, less what is put up with."""
    across = list(compare_definitions(list(checked.definitions.values())))
    for path, definition in checked.definitions.items():
        instrument, document = definition.instrument, definition.document
        found = [*advise(instrument, document), *(problem for later, problem in across if later is definition)]
        stay, suppressed = suppress(found, definition)
        checked.problems[path] += sorted(stay, key=_place)
        checked.suppressed += sorted(suppressed, key=lambda each: _place(each[0]))


def _extends_changed(path: str, history: History) -> bool:
    """Return whether a file extends one that changed, directly or through others."""
    try:
        document = read_yaml(Path(path))
    except InvalidDefinition:
        return False
    if not isinstance(document.data, dict) or not extends_another(document):
        return False
    nearest = Path(path).parent / str(document.data["extends"])
    try:
        others = extend_definition(document).extends
    except InvalidDefinition:  # perhaps by the change of the nearest
        others = ()
    return history.is_changed(nearest) or any(history.is_changed(other.path) for other in others)


def _check_versions(checked: _Checked, history: History) -> None:
    """Add which definitions can give other scores than before under the version they had."""
    for path, definition in checked.definitions.items():
        try:
            old = read_revised(history.name_old(path)).instrument
        except InvalidDefinition:  # a new file, or one that gave no scores
            continue
        problems = check_version(compare_changes(old, definition.instrument), definition.document)
        checked.problems[path] = [*problems, *checked.problems[path]]


def _place(problem: Problem) -> tuple[int, int, str]:
    return problem.line or 0, problem.column or 0, problem.rule


def recognise(data: object) -> str:
    """Return which kind of file holds `data`, ``study`` or a key of `CHECKS`; ``instrument`` where it cannot be told.

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


def _check_columns(document: Document) -> None:
    read_column_map(Path(document.path))


def _check_norms(document: Document) -> None:
    path = Path(document.path)
    name = document.data.get("instrument") if isinstance(document.data, dict) else None
    shipped = list_instruments()
    if not isinstance(name, str) or name in shipped:
        read_norm_file(path, [load_instrument(each) for each in shipped])
        return
    # A user's own instrument is called like its file, and lies beside its norms.
    beside = path.parent / f"{name}.yaml"
    if not beside.is_file():
        message = f"no instrument '{name}' ({beside} is not there; shipped: {', '.join(shipped)})"
        raise InvalidDefinition([document.problem(("instrument",), message, hint=guess(name, shipped), rule="norm")])
    read_norm_file(path, [load_instrument(str(beside))])


def _check_study(document: Document, checked: _Checked) -> list[Problem]:
    from sos_score.study.file import check_study  # the models of a study take their time to load

    file = check_study(document)
    if checked.data_files is None:
        return []
    try:
        from sos_score.study.load import find_wrong_data

        problems = find_wrong_data(file)
    except ModuleNotFoundError as error:
        lacking = (error.name or "").partition(".")[0]
        message = f"the files that a study names cannot be opened without {lacking}, which is not installed"
        raise InvalidRequest(f"{message}\n  hint: add --no-data to check the study alone") from None
    checked.data_files |= {each.path for each in file.list_inputs() if each.kind in ("answers", "links")}
    # A hint of several lines is one of several parts here: no line of a report is anything but a finding.
    return [replace(each, rule="data", hint=each.hint.replace("\n  ", "; ")) for each in problems]


def _check_wording(document: Document) -> None:
    extend_definition(document)


CHECKS: dict[str, Callable[[Document], None]] = {
    "columns": _check_columns,
    "norms": _check_norms,
    "wording": _check_wording,
}
