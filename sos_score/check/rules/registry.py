"""Every rule of a check, in the order its findings are read; a new kind is one file here and its line in `RULES`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from sos_score.check.answers import Answers
from sos_score.check.finding import Finding
from sos_score.check.rules.duplicates import find_copies, find_duplicates
from sos_score.check.rules.durations import find_durations
from sos_score.check.rules.identifiers import find_named
from sos_score.check.rules.keys import find_against
from sos_score.check.rules.links import find_damaged_ids, find_links
from sos_score.check.rules.missing import find_lost_scores, find_missing_items, find_missing_people
from sos_score.check.rules.places import find_moved, find_spellings, find_unknown
from sos_score.check.rules.rows import find_left_out, find_test_rows, find_unfinished
from sos_score.check.rules.shifts import find_mirrored, find_shifted
from sos_score.check.rules.straight import find_straight
from sos_score.check.rules.unasked import find_unasked
from sos_score.check.rules.unread import find_columns, find_contradicted, find_not_allowed

Rule = Callable[[Answers], Iterator[Finding]]

RULES: dict[str, tuple[Rule, ...]] = {
    "columns": (find_columns, find_contradicted),
    "answers": (find_not_allowed,),
    "unasked": (find_unasked,),
    "shifts": (find_shifted, find_mirrored),
    "keys": (find_against,),
    "duplicates": (find_duplicates, find_copies),
    "links": (find_damaged_ids, find_links),
    "places": (find_unknown, find_spellings, find_moved),
    "rows": (find_test_rows, find_unfinished, find_left_out),
    "straight": (find_straight,),
    "durations": (find_durations,),
    "missing": (find_lost_scores, find_missing_items, find_missing_people),
    "identifiers": (find_named,),
}


def run_rules(answers: Answers) -> Iterable[Finding]:
    """Yield what every rule finds."""
    for rules in RULES.values():
        for rule in rules:
            yield from rule(answers)
