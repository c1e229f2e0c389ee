"""What can be wrong, and how it is said.

::

    SosScoreError
    ├── InvalidInput            exit 1: the user's files are wrong; carries every problem found
    │   ├── InvalidDefinition       an instrument, norm or column-map file
    │   ├── InvalidSurvey           a survey export
    │   └── InvalidOutput           a place results cannot be written to
    └── InvalidRequest          exit 2: the command line (or the call) is wrong

Anything else that escapes is a bug of ours (exit 3).
"""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from sos_score.characters import guard_start, make_visible

_LONGEST = 2000
_MOST_ALIKE = 100


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, with its place.

    Attributes
    ----------
    message : str
        What is wrong, with the value and what is allowed.
    path : str
        The file, as the user named it; empty when there is none.
    line : int or None
        1-based line in the file, or row in its sheet.
    cell : str
        The cell or row of a workbook, in its own words (``Sheet1!C7``); empty for other files.
    where : str
        The place inside the file, in its own words (``scales.bond.items[3]``).
    hint : str
        A guess at the repair; empty when there is no good one.
    rule : str
        The stable id of the rule that found it.
    count : int
        How many cells show the same problem.
    items : int
        To how many items these cells are answers.
    column : int or None
        1-based column in `line`, where the file is a text whose columns are known.
    unnamed : int
        How many more problems of the same rule the file has that are not named.
    """

    message: str
    path: str = ""
    line: int | None = None
    where: str = ""
    hint: str = ""
    rule: str = ""
    count: int = 1
    cell: str = ""
    items: int = 1
    column: int | None = None
    unnamed: int = 0

    def __post_init__(self) -> None:
        """Leave out the middle of what no one reads to its end: a file can hold a text as long as a book."""
        for name in ("message", "where", "hint"):
            if len(text := getattr(self, name)) > _LONGEST:
                object.__setattr__(self, name, f"{text[: _LONGEST - 205]} ... {text[-200:]}")

    @property
    def counted(self) -> str:
        """Return what is wrong, in how many cells where it is several, and how often besides."""
        text = self.message
        if self.count > 1:
            text += f"; {self.count} cells" + (f" in {self.items} items" if self.items > 1 else "")
        more = f"{self.unnamed:,} more problem{'s' * (self.unnamed > 1)} of this kind"
        return f"{text}; and {more}" if self.unnamed else text

    def __str__(self) -> str:
        """Return the text a user reads, the hint on a line of its own."""
        place = f"{self.path}:{self.line}" if self.path and self.line is not None and not self.cell else self.path
        head = ": ".join(part for part in (place, self.cell, self.where) if part)
        text = guard_start(make_visible(f"{head}: {self.counted}" if head else self.counted, one_line=True))
        return f"{text}\n  hint: {make_visible(self.hint)}" if self.hint else text

    def as_dict(self) -> dict[str, object]:
        """Return the fields as plain data, for JSON."""
        return asdict(self)


class SosScoreError(Exception):
    """Base of every error this package raises on purpose."""


class InvalidInput(SosScoreError):  # noqa: N818 - reads as a sentence: raise InvalidInput(problems)
    """The user's files are wrong.

    Parameters
    ----------
    problems : iterable of Problem
        Everything found, in the order of the file; of each kind in a file the first hundred are kept.
    outcome : str
        What did not happen because of it ("nothing was scored").
    """

    def __init__(self, problems: Iterable[Problem], outcome: str = "") -> None:
        self.problems = name_some(problems)
        self.outcome = outcome
        super().__init__(str(self))

    def __str__(self) -> str:
        """Return every problem and, last, the summary."""
        lines = [str(problem) for problem in self.problems]
        if self.outcome:
            lines.append(f"{count_problems(self.problems)}; {self.outcome}.")
        return "\n".join(lines)


class InvalidDefinition(InvalidInput):
    """A definition (instrument, norms, column map) is wrong."""


class InvalidSurvey(InvalidInput):
    """A survey export is wrong."""


class InvalidOutput(InvalidInput):
    """Results cannot be written where they should go."""


class InvalidRequest(SosScoreError):  # noqa: N818 - as above
    """The command line or the call is wrong, whatever the files hold."""


def check_kind(given: object, kind: type, maker: str) -> None:
    """Refuse what a call does not take, and name what makes what it takes.

    Examples
    --------
    >>> check_kind("study.yaml", Problem, "read_study(path)")
    Traceback (most recent call last):
    sos_score.errors.InvalidRequest: give what read_study(path) returns, not a str
    """
    if not isinstance(given, kind):
        raise InvalidRequest(f"give what {maker} returns, not a {type(given).__name__}")


def describe_failure(error: OSError) -> str:
    """Return why a file could not be read or written; Polars puts all of it into the text of its errors.

    Examples
    --------
    >>> describe_failure(OSError(28, "No space left on device")), describe_failure(OSError("File too large"))
    ('No space left on device', 'File too large')
    """
    return error.strerror or str(error)


def name_some(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Return the first hundred problems of each rule in a file; the last of them counts those left out.

    Examples
    --------
    >>> named = name_some(Problem("is not a key", "study.yaml", line, rule="unknown-key") for line in range(1, 1001))
    >>> len(named), str(named[-1])
    (100, 'study.yaml:100: is not a key; and 900 more problems of this kind')
    """
    named: list[Problem] = []
    places: dict[tuple[str, str], list[int]] = {}
    for problem in problems:
        alike = places.setdefault((problem.path, problem.rule), [])
        if len(alike) < _MOST_ALIKE:
            alike.append(len(named))
            named.append(problem)
        else:
            last = named[alike[-1]]
            named[alike[-1]] = replace(last, unnamed=last.unnamed + 1 + problem.unnamed)
    return tuple(named)


def count_problems(problems: Collection[Problem]) -> str:
    """Return "1 problem in t1.csv" or "4 problems in 2 files".

    Examples
    --------
    >>> count_problems([Problem("no column", path="t1.csv"), Problem("no item", path="t1.csv")])
    '2 problems in t1.csv'
    """
    paths = sorted({problem.path for problem in problems if problem.path})
    number = len(problems) + sum(problem.unnamed for problem in problems)
    noun = "1 problem" if number == 1 else f"{number} problems"
    if not paths:
        return noun
    return f"{noun} in {paths[0]}" if len(paths) == 1 else f"{noun} in {len(paths)} files"


def clip(text: str, most: int = 60) -> str:
    """Return a text that can be shown: what a cell holds may be as long as a book.

    Examples
    --------
    >>> clip("Very often"), clip("a" * 100, 8)
    ('Very often', 'aaaaa...')
    """
    return text if len(text) <= most else f"{text[: most - 3]}..."


def guess(word: str, known: Iterable[str], nearness: float = 0.6) -> str:
    """Return "did you mean 'x'?" for the nearest known word, or nothing; `nearness` is from 0 to 1.

    Examples
    --------
    >>> guess("wai_91", ["wai_01", "wai_31"])
    "did you mean 'wai_31'?"
    >>> guess("zebra", ["task", "bond"])
    ''
    """
    near = _find_nearest(word, known, nearness)
    return f"did you mean '{near}'?" if near else ""


def guess_file(path: Path, name: str = "") -> str:
    """Return "did you mean 'x.csv'?" for the nearest file beside a missing one; `name` is how that was given."""
    try:
        beside = sorted(each.name for each in path.parent.iterdir()) if not path.exists() else []
    except OSError:
        return ""
    # Names are alike in their suffix alone: the stem has to be near as well.
    stem = _find_nearest(path.stem, [Path(name).stem for name in beside])
    near = _find_nearest(path.name, [each for each in beside if Path(each).stem == stem]) if stem else ""
    return f"did you mean '{Path(name or path).with_name(near)}'?" if near else ""


def _find_nearest(word: str, known: Iterable[str], nearness: float = 0.6) -> str:
    names = {name.casefold(): name for name in known}
    near = difflib.get_close_matches(word.casefold(), list(names), n=1, cutoff=nearness)
    return names[near[0]] if near else ""
