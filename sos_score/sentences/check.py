"""What a check of a file has to say, by code; every note has ``about``, ``count`` and ``of`` beside its own values."""

from __future__ import annotations

from collections.abc import Callable, Sequence

_MOST_NAMED = 4


def _list_some(names: Sequence[str]) -> str:
    more = len(names) - _MOST_NAMED
    return ", ".join(names) if more <= 1 else f"{', '.join(names[:_MOST_NAMED])} and {more} more"


def _count(number: int, noun: str, nouns: str = "") -> str:
    return f"{number:,} {noun if number == 1 else nouns or noun + 's'}"


def _refused(message: str, hint: str, about: str, count: int, **_: object) -> str:
    cells = f"; {count:,} cells" if count > 1 else ""
    return f"{f'{about}: ' if about else ''}{message}{cells}{f' ({hint})' if hint else ''}"


def _not_allowed(message: str, hint: str, columns: Sequence[str], count: int, **_: object) -> str:
    return f"{message}: {_count(count, 'cell')} of {_list_some(columns)}{f' ({hint})' if hint else ''}"


def _shifted(about: str, low: int, high: int, step: int, **_: object) -> str:
    found = f"{low + step} to {high + step}"
    stored = "stored one too high" if step > 0 else "stored one too low"
    return f"the answers run from {found} but '{about}' runs from {low} to {high}: {stored}?"


def _mirrored(items: int, r: float, **_: object) -> str:
    return f"{items} items score low here and high everywhere else (r = {r:.2f}): are all codes reversed here?"


def _repeated(count: int, people: int, *, is_everybody: bool, has_waves: bool, is_apart: bool, **_: object) -> str:
    if is_everybody and is_apart:
        return (
            f"everybody appears more than once ({_count(count, 'row')}), each time at another site: join site and id in"
            " a column map where each site numbers its own, or name the column of the wave"
        )
    if is_everybody:
        return f"everybody appears more than once ({_count(count, 'row')}): name the column of the wave in a column map"
    once = "once at each wave" if has_waves else "once"
    hint = ", and are at several sites: where each site numbers its own, join site and id" if is_apart else ""
    return f"{_count(count, 'row')} of {_count(people, 'person', 'people')} who should appear {once}{hint}"


def _often_missing(share: float, count: int, items: Sequence[tuple[str, float]], **_: object) -> str:
    listed = _list_some([f"{item} ({part:.0%})" for item, part in items])
    has = "item has" if count == 1 else "items have"
    return f"{count} {has} no usable answer from more than {share:.0%} of those who answered others: {listed}"


def _lost(about: str, count: int, of: int, needed: int, items: int, **_: object) -> str:
    have = "has" if count == 1 else "have"
    return f"{count:,} of {of:,} rows with answers {have} no score on {about}, which needs {needed} of {items} answers"


def _rows(template: str) -> Callable[..., str]:
    def fill(count: int, of: int, **values: object) -> str:
        return template.format(
            rows=f"{count:,} of {_count(of, 'row')}", is_or_are="is" if count == 1 else "are", **values
        )

    return fill


def _identifier(about: str, kind: str, count: int, of: int, **_: object) -> str:
    article = "an" if kind[0] in "eIN" else "a"
    return (
        f"column '{about}' looks like {article} {kind} ({count:,} of {_count(of, 'cell')}): leave it out before sharing"
    )


def _unknown(about: str, value: str, known: Sequence[str], count: int, **_: object) -> str:
    return f"'{value}' is not a {about} of the study ({', '.join(known)}): {_count(count, 'row')}"


def _moved(about: str, count: int, of: int) -> str:
    return f"{count:,} of {of:,} people {'is' if count == 1 else 'are'} at more than one {about}"


def _unasked(about: str, count: int, gates: Sequence[str], **_: object) -> str:
    rows = f"{_count(count, 'row')} {'answers' if count == 1 else 'answer'}"
    return f"{rows} {about}, which the answer to {_list_some(gates)} says was not asked: the answers do not count"


CHECK: dict[str, str | Callable[..., str]] = {
    "check_refused": _refused,
    "check_instrument_absent": "no file has a column of any item of {about}",
    "check_answer_not_allowed": _not_allowed,
    "check_answers_unasked": _unasked,
    "check_scale_shifted": _shifted,
    "check_group_mirrored": _mirrored,
    "check_item_against": "against the key of {scale}: {about} ({count:,} rows); reversed already, or keyed wrongly?",
    "check_respondent_blank": _rows("{rows} name no respondent"),
    "check_row_repeated": _repeated,
    "check_answers_copied": _rows("{rows} give the same answers to {about} as somebody else"),
    "check_ids_nearly_linked": (
        "{count} ids at {first} match ids at {second} except for case, spaces or leading zeros: they are not linked"
    ),
    "check_id_rounded": _rows("{rows} have an id that a spreadsheet rounded (1.14628E+11): export the file again"),
    "check_id_summary": _rows("{rows} have an id that says they sum up the others (Total, Mean): delete them"),
    "check_nobody_linked": "nobody is at both {first} and {second} ({of} people): do the ids name the same people?",
    "check_rows_trial": _rows("{rows} {is_or_are} marked as a test in '{about}'"),
    "check_rows_blank": _rows("{rows} {is_or_are} blank, and left out"),
    "check_file_read": "{said}",
    "check_rows_left_out": _rows("{rows} {is_or_are} left out: {rule}"),
    "check_straight_lines": _rows("{rows} give the same answer to at least half of {about} in a row"),
    "check_duration_negative": _rows("{rows} ended before they began ('{about}')"),
    "check_duration_short": _rows("{rows} took less than {seconds:g} second for each answer ('{about}')"),
    "check_scores_lost": _lost,
    "check_item_unanswered": "nobody of {of} people answered {about}",
    "check_items_often_missing": _often_missing,
    "check_people_silent": _rows("{rows} answer nothing of {about}"),
    "check_people_partial": _rows("{rows} answer less than half of {about}"),
    "check_identifier": _identifier,
    "check_person_unlisted": _rows("{rows} {is_or_are} of people who are not on the roster"),
    "check_person_elsewhere": _rows("{rows} {is_or_are} of people whom the roster lists at another site"),
    "check_place_unknown": _unknown,
    "check_place_blank": _rows("{rows} have no {about}, and are left out of comparisons"),
    "check_people_moved": _moved,
    "check_rows_unfinished": _rows("{rows} {is_or_are} not finished ('{about}')"),
    "check_group_spelt": "{about} '{one}' and '{other}' differ in case or spaces only ({count} and {of} rows)",
    "check_acceptance_unused": "the study file accepts '{about}', which is no longer found",
}
