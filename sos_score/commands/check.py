"""Everything about files of answers before they are believed."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from sos_score.check.finding import LEVELS, Finding, accept_findings, sort_findings
from sos_score.check.rules.unread import find_refused
from sos_score.check.sources import CheckedSource, Source, check_source, list_sources
from sos_score.commands.check_screen import print_checked
from sos_score.commands.check_tables import make_tables
from sos_score.commands.column_maps import pair_maps
from sos_score.commands.score_request import load_definitions
from sos_score.errors import InvalidInput, InvalidRequest, InvalidSurvey
from sos_score.output.delimited import RESULT_FORMATS, open_console, write_tables
from sos_score.output.files import check_output, choose_format
from sos_score.study.file import StudyFile, read_study
from sos_score.study.links import read_links
from sos_score.survey.columns import suggest_map
from sos_score.survey.readers.export import AS_FOUND, ReadingOptions


@dataclass(frozen=True)
class CheckRequest:
    """What to check, and what to do with what is found.

    Attributes
    ----------
    data : tuple of str
        Exports, or one study file.
    instruments : tuple of str
        Ids or paths; none for a study.
    by : tuple of str or None
        The id columns that make groups; else site and wave.
    roster : Path or None
        A file of who was asked.
    fail_on : str or None
        The level from which a finding is a failure.
    fmt, output : str or None
        See `choose_format`.
    """

    data: tuple[str, ...]
    instruments: tuple[str, ...] = ()
    column_maps: tuple[Path, ...] = ()
    by: tuple[str, ...] | None = None
    roster: Path | None = None
    reading: ReadingOptions = AS_FOUND
    fail_on: str | None = None
    fmt: str | None = None
    output: str | None = None
    force: bool = False

    @property
    def inputs(self) -> tuple[str | Path, ...]:
        """Return every file the request may read; none of them is ever written to."""
        return (*self.data, *self.instruments, *self.column_maps, *(() if self.roster is None else (self.roster,)))


def check_files(request: CheckRequest) -> bool:
    """Check files or a study, say what was found, and return whether that is no failure."""
    if request.fail_on not in (None, *LEVELS):
        raise InvalidRequest(f"--fail-on is note, warning or problem, not '{request.fail_on}'")
    kind = choose_format(request.fmt, request.output, RESULT_FORMATS)
    if request.output not in (None, "-"):
        check_output(Path(str(request.output)), force=request.force, inputs=request.inputs)
    with ExitStack() as stack:
        checked, findings = _check(request, stack)
        if all(each.answers is None for each in checked):
            problems = [problem for each in checked for problem in each.unread]
            raise InvalidSurvey(
                suggest_map(problems, request.instruments, request.reading.list_words())
                if request.instruments
                else problems,
                "nothing was checked",
            )
        if kind == "table":
            print_checked(checked, findings, open_console())
        else:
            tables = make_tables(checked, findings)
            write_tables(tables, request.fmt, request.output, force=request.force, inputs=request.inputs)
    return not _fails(request, findings) and not any(each.unread for each in checked)


def _check(request: CheckRequest, stack: ExitStack) -> tuple[list[CheckedSource], list[Finding]]:
    """Return every source checked, and what was found in all of them in the order it is read."""
    is_study = [Path(name).suffix.lower() in (".yaml", ".yml") for name in request.data]
    if not any(is_study):
        if not request.instruments:
            raise InvalidRequest("say with which instruments the files are to be read (--instrument ID)")
        checked = [check_source(_make_source(request), stack)]
        return checked, sort_findings(checked[0].findings)
    options = (request.instruments, request.column_maps, request.roster, request.by is not None)
    if len(request.data) > 1 or any(options) or request.reading != AS_FOUND:
        raise InvalidRequest("give a study file on its own: it names its instruments, column maps, sites and waves")
    file = read_study(Path(request.data[0]))
    checked = [check_source(each, stack) for each in list_sources(file)]
    findings = [*_check_links(file), *(finding for each in checked for finding in each.findings)]
    return checked, sort_findings(accept_findings(findings, file.study.checks.accepted))


def _check_links(file: StudyFile) -> list[Finding]:
    """Return what is wrong with the tables of links of a study."""
    try:
        read_links(file)
    except InvalidInput as error:
        return [finding for each in error.problems for finding in find_refused(each.path, [each])]
    return []


def _make_source(request: CheckRequest) -> Source:
    instruments = [each.instrument for each in load_definitions(request.instruments)]
    return Source(
        "",
        tuple(instruments),
        tuple(pair_maps(request.data, request.column_maps, instruments, "nothing was checked")),
        request.reading,
        request.by,
        roster=request.roster,
    )


def _fails(request: CheckRequest, findings: Sequence[Finding]) -> bool:
    """Return whether anything that is not accepted reaches the level that is a failure."""
    if request.fail_on is None:
        return False
    failing = LEVELS[[str(level) for level in LEVELS].index(request.fail_on) :]
    return any(each.level in failing for each in findings if not each.reason)
