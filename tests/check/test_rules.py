"""What each rule of a check finds, and that a healthy file has nothing to be found."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support import make_instrument

from sos_score.check.finding import Finding
from sos_score.check.rules.links import list_pairs
from sos_score.check.sources import CheckedSource
from sos_score.check.summary import summarise_groups, summarise_people

TOTAL = {"total": {"items": ["q1..q6"]}}
SIX = [f"q{number}" for number in range(1, 7)]


def write_rows(header: Sequence[str], rows: Iterable[Iterable[object]]) -> str:
    return "\n".join(",".join("" if cell is None else str(cell) for cell in row) for row in [header, *rows]) + "\n"


def draw_answers(seed: int, people: int, items: int, high: int = 5, loading: float = 0.8) -> np.ndarray:
    """Return whole answers from 1 to `high` that share one factor, in a profile that differs from item to item."""
    rng = np.random.default_rng(seed)
    common = rng.normal(size=(people, 1))
    own = rng.normal(size=(people, items))
    level = np.linspace(-0.8, 0.8, items)
    raw = (high + 1) / 2 + level + loading * common + (1 - loading**2) ** 0.5 * own
    return np.clip(np.rint(raw), 1, high).astype(int)


def make_wide(answers: np.ndarray, sites: Sequence[str] = ("1", "2"), wave: str = "T1") -> list[list[object]]:
    half = -(-len(answers) // len(sites))
    return [[f"P{place:03}", sites[place // half], wave, *row] for place, row in enumerate(answers.tolist())]


def find(checked: CheckedSource, code: str) -> list[Finding]:
    return [finding for finding in checked.findings if finding.code == code]


def list_codes(checked: CheckedSource) -> list[str]:
    return [finding.code for finding in checked.findings]


HEADER = ["respondent", "site", "wave", *SIX]


def test_a_healthy_file_has_nothing_to_be_found(check) -> None:
    rows = make_wide(draw_answers(1, 60, 6))
    later = [[row[0], row[1], "T2", *row[3:]] for row in make_wide(draw_answers(2, 60, 6))]
    checked = check(make_instrument(TOTAL), write_rows(HEADER, rows + later))
    assert checked.findings == ()


def test_a_text_that_is_no_answer_is_named_once_with_its_items_and_lines(check) -> None:
    rows = make_wide(draw_answers(1, 20, 6))
    rows[2][4] = rows[2][5] = rows[7][4] = "Maybe"
    found = find(check(make_instrument(TOTAL), write_rows(HEADER, rows)), "answer_not_allowed")
    assert [(each.place.lines, each.place.count, each.note["columns"]) for each in found] == [
        ((4, 9), 3, ("q2", "q3")),
    ]


def test_a_number_outside_the_range_stands_beside_other_texts(check) -> None:
    rows = make_wide(draw_answers(1, 20, 6))
    rows[0][3], rows[1][3] = 77, "x"
    found = find(check(make_instrument(TOTAL), write_rows(HEADER, rows)), "answer_not_allowed")
    assert {(each.note["text"], each.place.about, each.level) for each in found} == {
        ("77", "q1", "problem"),
        ("x", "q1", "problem"),
    }


def test_what_is_there_is_checked_although_a_column_is_missing(check) -> None:
    rows = [row[:-1] for row in make_wide(draw_answers(1, 20, 6))]
    rows[1][0] = rows[0][0]
    scales = {"total": {"items": ["q1..q6"]}, "half": {"items": ["q1..q3"]}}
    checked = check(make_instrument(scales), write_rows(HEADER[:-1], rows))
    assert [each.note["message"] for each in find(checked, "refused")] == ["no column 'q6'"]
    assert find(checked, "row_repeated")[0].place.lines == (2, 3)
    assert [scale.scale for scale in checked.answers.plans["test"].scales] == ["half"]


def test_a_file_whose_rows_have_other_lengths_is_said_and_the_next_is_checked(check) -> None:
    good = write_rows(HEADER, make_wide(draw_answers(1, 20, 6)))
    checked = check(make_instrument(TOTAL), good + "one,two\n", good)
    assert [problem.line for problem in checked.unread] == [22]
    assert [(each.place.file, each.place.lines) for each in find(checked, "refused")] == [("t1.csv", (22,))]
    assert checked.answers.frame.height == 20


@pytest.mark.parametrize(("step", "site"), [(1, "1"), (-1, "2")])
def test_a_response_scale_stored_one_off_at_one_site_is_named(check, step: int, site: str) -> None:
    answers = draw_answers(3, 40, 6)
    rows = make_wide(answers)
    moved = [[*row[:3], *(cell + step for cell in row[3:])] if row[1] == site else row for row in rows]
    found = find(check(make_instrument(TOTAL), write_rows(HEADER, moved), by=("site",)), "scale_shifted")
    assert [(each.place.group, each.note["step"], each.place.about) for each in found] == [
        ((("site", site),), step, "agree5")
    ]


def test_a_file_that_is_stored_one_off_throughout_is_named_once(check) -> None:
    rows = [[*row[:3], *(cell - 1 for cell in row[3:])] for row in make_wide(draw_answers(3, 80, 6))]
    found = find(check(make_instrument(TOTAL), write_rows(HEADER, rows)), "scale_shifted")
    assert [(each.place.group, each.note["step"]) for each in found] == [((), -1)]


def test_codes_that_mean_other_answers_in_the_labels_beside_them_are_named(check) -> None:
    words = {"Never": 1, "Rarely": 2, "Often": 3}
    scales = {"often": {"min": 1, "max": 3, "labels": words}}
    items = [{"ids": "q1..q2", "responses": "often"}]
    instrument = make_instrument({"s": {"items": ["q1..q2"]}}, items, response_scales=scales)
    rows = [[f"R{place}", 2, 3, word] for place, word in enumerate(["Never", "Never", "Never", "Never"])]
    (found,) = find(check(instrument, write_rows(["respondent", "q1", "q2", "q1_label"], rows)), "refused")
    assert (found.place.about, found.level) == ("q1", "problem")
    assert "2 stands beside 'Never' in 'q1_label', which is 1 of 'often'" in str(found.note)


def test_some_typing_errors_just_outside_the_range_are_no_shift(check) -> None:
    rows = make_wide(draw_answers(3, 40, 6))
    rows[0][3] = rows[1][3] = rows[2][3] = rows[3][3] = 6
    checked = check(make_instrument(TOTAL), write_rows(HEADER, rows))
    assert find(checked, "scale_shifted") == []
    assert len(find(checked, "answer_not_allowed")) == 1


def test_codes_that_are_turned_round_at_one_site_are_named(check) -> None:
    items = [f"q{number}" for number in range(1, 13)]
    rows = make_wide(draw_answers(4, 60, 12), sites=("1", "2", "3"))
    turned = [[*row[:3], *(6 - cell for cell in row[3:])] if row[1] == "3" else row for row in rows]
    text = write_rows(["respondent", "site", "wave", *items], turned)
    instrument = make_instrument({"total": {"items": ["q1..q12"]}}, items="q1..q12")
    found = find(check(instrument, text, by=("site",)), "group_mirrored")
    assert [each.place.group for each in found] == [(("site", "3"),)]
    assert found[0].note["r"] < -0.9


def test_a_site_that_answers_lower_throughout_is_not_turned_round(check) -> None:
    items = [f"q{number}" for number in range(1, 13)]
    rows = make_wide(draw_answers(4, 60, 12), sites=("1", "2", "3"))
    lower = [[*row[:3], *(max(cell - 1, 1) for cell in row[3:])] if row[1] == "3" else row for row in rows]
    text = write_rows(["respondent", "site", "wave", *items], lower)
    instrument = make_instrument({"total": {"items": ["q1..q12"]}}, items="q1..q12")
    assert find(check(instrument, text, by=("site",)), "group_mirrored") == []


def test_an_item_that_is_reversed_already_runs_against_its_scale(check) -> None:
    rows = make_wide(draw_answers(5, 60, 6))
    scales = {"total": {"items": ["q1..q5", "-q6"]}}
    found = find(check(make_instrument(scales), write_rows(HEADER, rows)), "item_against")
    assert [(each.place.about, each.place.group, each.note["scale"]) for each in found] == [("q6", (), "total")]


def test_a_scale_of_one_item_that_is_recoded_is_checked_as_any_other(check) -> None:
    items = [{"ids": "q1", "responses": "agree5", "recode": {str(code): code % 2 for code in range(1, 6)}}]
    checked = check(make_instrument({"one": {"items": ["q1"]}}, items), "respondent,q1\nA,1\nB,4\n")
    assert checked.findings == ()


def test_an_item_that_is_reversed_at_one_site_alone_is_named_there(check) -> None:
    rows = make_wide(draw_answers(5, 120, 6, loading=0.9))
    turned = [[*row[:8], 6 - row[8]] if row[1] == "2" else row for row in rows]
    found = find(check(make_instrument(TOTAL), write_rows(HEADER, turned), by=("site",)), "item_against")
    assert [(each.place.about, each.place.group) for each in found] == [("q6", (("site", "2"),))]


def test_a_row_that_is_there_twice_is_located_with_the_first(check) -> None:
    rows = make_wide(draw_answers(1, 20, 6))
    rows.append(list(rows[4]))
    found = find(check(make_instrument(TOTAL), write_rows(HEADER, rows)), "row_repeated")
    assert [(each.place.lines, each.note["people"]) for each in found] == [((6, 22), 1)]


def test_the_same_people_in_two_files_without_a_wave_are_no_duplicates(check) -> None:
    header = ["respondent", "site", *SIX]
    rows = [[row[0], row[1], *row[3:]] for row in make_wide(draw_answers(1, 20, 6))]
    text = write_rows(header, rows)
    assert find(check(make_instrument(TOTAL), text, text), "row_repeated") == []


def test_everybody_twice_without_a_wave_asks_for_its_column_in_one_line(check) -> None:
    header = ["respondent", "site", *SIX]
    rows = [[row[0], row[1], *row[3:]] for row in make_wide(draw_answers(1, 20, 6))]
    later = [[row[0], row[1], *row[3:]] for row in make_wide(draw_answers(2, 20, 6))]
    found = find(check(make_instrument(TOTAL), write_rows(header, rows + later)), "row_repeated")
    assert [str(each.note) for each in found] == [
        "everybody appears more than once (40 rows): name the column of the wave in a column map"
    ]


def test_people_whom_each_site_numbers_from_1_ask_for_the_two_to_be_joined(check) -> None:
    rows = [[row[0], site, *row[3:]] for site in "NS" for row in make_wide(draw_answers(ord(site), 20, 6))]
    found = find(check(make_instrument(TOTAL), write_rows(["respondent", "site", *SIX], rows)), "row_repeated")
    assert [str(each.note) for each in found] == [
        "everybody appears more than once (40 rows), each time at another site: join site and id in a column map where"
        " each site numbers its own, or name the column of the wave"
    ]


def test_rows_that_name_nobody_are_located_and_blank_ones_are_counted(check) -> None:
    rows = make_wide(draw_answers(1, 20, 6))
    rows[3][0] = ""
    rows.append([""] * 9)
    checked = check(make_instrument(TOTAL), write_rows(HEADER, rows))
    assert [each.place.lines for each in find(checked, "respondent_blank")] == [(5,)]
    assert [each.place.count for each in find(checked, "rows_blank")] == [1]


def make_long(items: int = 24) -> tuple[Any, list[str]]:
    names = [f"q{number}" for number in range(1, items + 1)]
    return make_instrument({"total": {"items": [f"q1..q{items}"]}}, items=f"q1..q{items}"), names


def test_the_same_answers_from_two_people_are_named(check) -> None:
    instrument, names = make_long()
    rows = make_wide(draw_answers(6, 30, 24))
    rows[20][3:] = rows[4][3:]
    rows.append([rows[8][0], "1", "T2", *rows[8][3:]])
    found = find(check(instrument, write_rows(["respondent", "site", "wave", *names], rows)), "answers_copied")
    assert [each.place.lines for each in found] == [(6, 22)]


def test_a_straight_line_is_half_the_items_and_is_no_copy_of_another(check) -> None:
    instrument, names = make_long()
    rows = make_wide(draw_answers(6, 30, 24, loading=0.3))
    rows[7][3:] = rows[8][3:] = [4] * 24
    rows[9][3:14] = [2] * 11
    rows[9][14] = 3
    checked = check(instrument, write_rows(["respondent", "site", "wave", *names], rows))
    assert [each.place.lines for each in find(checked, "straight_lines")] == [(9, 10)]
    assert find(checked, "answers_copied") == []


def test_scores_lost_to_the_missing_rule_are_counted(check) -> None:
    rows = make_wide(draw_answers(7, 20, 6))
    for place in range(6):
        rows[place][3] = ""
    rows[6][3:] = [""] * 6
    checked = check(make_instrument(TOTAL), write_rows(HEADER, rows), by=())
    assert [(each.place.about, each.place.count, each.place.of) for each in find(checked, "scores_lost")] == [
        ("total", 6, 19)
    ]
    assert [each.note["items"] for each in find(checked, "items_often_missing")] == [(("q1", 6 / 19),)]
    assert [each.place.count for each in find(checked, "people_silent")] == [1]
    (people,) = summarise_people(checked.answers)
    assert (people.everything, people.half, people.less, people.nothing) == (13, 6, 0, 1)
    (group,) = summarise_groups(checked.answers)
    assert (group.rows, group.complete, group.lost) == (20, 13, 6)
    assert group.answered == pytest.approx((13 * 6 + 6 * 5) / 120)


def test_an_item_that_nobody_answered_is_named(check) -> None:
    rows = [[*row[:-1], ""] for row in make_wide(draw_answers(7, 20, 6))]
    found = find(check(make_instrument(TOTAL), write_rows(HEADER, rows)), "item_unanswered")
    assert [each.place.about for each in found] == ["q6"]


@pytest.mark.parametrize(
    ("heads", "fast", "wrong", "slow"),
    [
        (["Duration (in seconds)"], ["5"], ["-4"], ["61"]),
        (
            ["Start time", "Completion time"],
            ["2026-03-01 10:00:00", "2026-03-01 10:00:05"],
            ["2026-03-01 10:00:00", "2026-03-01 09:00:00"],
            ["2026-03-01 10:00:00", "2026-03-01 10:04:00"],
        ),
    ],
)
def test_times_too_short_for_the_answers_given_are_located(check, heads, fast, wrong, slow) -> None:
    rows = [[*row, *slow] for row in make_wide(draw_answers(8, 20, 6))]
    rows[1][9:], rows[2][9:] = fast, wrong
    checked = check(make_instrument(TOTAL), write_rows([*HEADER, *heads], rows))
    assert [each.place.lines for each in find(checked, "duration_short")] == [(3,)]
    assert [each.place.lines for each in find(checked, "duration_negative")] == [(4,)]


def test_ids_that_differ_in_case_or_zeros_are_nearly_linked(check) -> None:
    rows = make_wide(draw_answers(1, 20, 6))
    later = [[row[0].lower(), row[1], "T2", *row[3:]] for row in make_wide(draw_answers(2, 20, 6))]
    found = find(check(make_instrument(TOTAL), write_rows(HEADER, rows + later)), "ids_nearly_linked")
    assert [each.place.count for each in found] == [20]


def test_two_files_without_a_wave_are_linked_file_by_file(check) -> None:
    header = ["respondent", "site", *SIX]
    first, second = ([[row[0], row[1], *row[3:]] for row in make_wide(draw_answers(seed, 20, 6))] for seed in (1, 2))
    second = second[:15]
    checked = check(make_instrument(TOTAL), write_rows(header, first), write_rows(header, second))
    (pair,) = list_pairs(checked.answers)
    assert (pair.first, pair.second, pair.both, pair.only_first, pair.only_second) == ("t1.csv", "t2.csv", 15, 5, 0)


def test_ids_that_a_program_wrote_as_decimals_are_linked(check) -> None:
    rows = [[str(place), *row[1:]] for place, row in enumerate(make_wide(draw_answers(1, 20, 6)))]
    later = [[f"{row[0]}.0", row[1], "T2", *row[3:]] for row in rows]
    checked = check(make_instrument(TOTAL), write_rows(HEADER, rows + later), waves=("t1", "t2"))
    assert list_codes(checked) == []
    assert [pair.both for pair in list_pairs(checked.answers)] == [20]


def test_waves_with_nobody_in_common_are_named(check) -> None:
    rows = make_wide(draw_answers(1, 20, 6))
    later = [[f"X{row[0]}", row[1], "T2", *row[3:]] for row in make_wide(draw_answers(2, 20, 6))]
    found = find(check(make_instrument(TOTAL), write_rows(HEADER, rows + later)), "nobody_linked")
    assert [(each.note["first"], each.note["second"], each.place.of) for each in found] == [("T1", "T2", 40)]


def test_an_id_that_a_spreadsheet_rounded_and_a_row_of_totals_are_located(check) -> None:
    rows = make_wide(draw_answers(1, 20, 6))
    rows[4][0] = "1.14628E+11"
    rows[7][0] = "Grand total"
    checked = check(make_instrument(TOTAL), write_rows(HEADER, rows))
    assert [each.place.lines for each in find(checked, "id_summary")] == [(9,)]
    found = find(checked, "id_rounded")
    assert [each.place.lines for each in found] == [(6,)]


def test_rows_that_a_platform_leaves_out_are_counted_and_the_platform_is_named(check) -> None:
    header = ["StartDate", "Status", "ResponseId", "respondent", *SIX]
    texts = ["Start Date", "Response Type", "Response ID", "Who", *(f"Question {name}" for name in SIX)]
    ids = [f'{{"ImportId":"{name}"}}' for name in header]
    quoted = ['"' + cell.replace('"', '""') + '"' for cell in ids]
    rows = [
        ["2026-03-01 10:00:00", "Survey Preview" if place == 3 else "IP Address", f"R_{place}", f"P{place}", *row]
        for place, row in enumerate(draw_answers(1, 20, 6).tolist())
    ]
    checked = check(make_instrument(TOTAL), write_rows(header, [texts, quoted, *rows]))
    assert [(each.place.count, each.note["rule"]) for each in find(checked, "rows_left_out")] == [(1, "preview")]
    assert ["Qualtrics" in str(each.note) for each in find(checked, "file_read")] == [True]
    assert checked.answers.frame.height == 19


def test_rows_called_a_test_are_located_and_sites_spelt_twice_are_named(check) -> None:
    rows = make_wide(draw_answers(1, 20, 6), sites=("North", "South"))
    rows[0][0], rows[3][1] = "Test1", "north "
    checked = check(make_instrument(TOTAL), write_rows(HEADER, rows))
    assert [each.place.lines for each in find(checked, "rows_trial")] == [(2,)]
    assert [(each.note["one"], each.note["other"]) for each in find(checked, "group_spelt")] == [("North", "north")]


def test_sites_and_waves_that_the_study_has_not_are_located(check) -> None:
    rows = make_wide(draw_answers(1, 20, 6))
    rows[0][1], rows[3][1], rows[5][2] = "9", "", "T9"
    checked = check(make_instrument(TOTAL), write_rows(HEADER, rows), sites=("1", "2"), waves=("T1", "T2"))
    assert [(each.place.about, each.note["value"], each.place.lines) for each in find(checked, "place_unknown")] == [
        ("site", "9", (2,)),
        ("wave", "T9", (7,)),
    ]
    assert [each.place.lines for each in find(checked, "place_blank")] == [(5,)]


def test_people_at_two_sites_are_counted(check) -> None:
    rows = make_wide(draw_answers(1, 20, 6))
    later = [[row[0], "2", "T2", *row[3:]] for row in make_wide(draw_answers(2, 20, 6))]
    found = find(check(make_instrument(TOTAL), write_rows(HEADER, rows + later)), "people_moved")
    assert [(each.place.count, each.place.of) for each in found] == [(10, 20)]


@pytest.mark.parametrize(("head", "values"), [("Finished", ["False", "TRUE"]), ("Progress", ["40", "100"])])
def test_rows_that_were_not_finished_are_located(check, head: str, values: list[str]) -> None:
    rows = [[*row, values[place != 4]] for place, row in enumerate(make_wide(draw_answers(1, 20, 6)))]
    found = find(check(make_instrument(TOTAL), write_rows([*HEADER, head], rows)), "rows_unfinished")
    assert [each.place.lines for each in found] == [(6,)]


def test_columns_that_identify_people_are_named_by_header_or_content(check) -> None:
    extra = ["RecipientFirstName", "contact", "IPAddress", "Home postcode", "remarks"]
    cells = ["Ann", "ann@example.org", "10.0.0.1", "LS1 4AP", "see http://example.org"]
    rows = [[*row, *cells] for row in make_wide(draw_answers(1, 20, 6))]
    found = find(check(make_instrument(TOTAL), write_rows([*HEADER, *extra], rows)), "identifier")
    assert [(each.place.about, each.note["kind"], each.place.count) for each in found] == [
        ("RecipientFirstName", "name", 20),
        ("contact", "e-mail", 20),
        ("IPAddress", "IP address", 20),
        ("Home postcode", "postcode", 20),
    ]


def test_a_roster_of_people_gives_the_rate_where_they_were_asked(check) -> None:
    roster = [[f"p{number}", "1" if number < 12 else "2"] for number in range(30)]
    Path("roster.csv").write_text(write_rows(["respondent", "site"], roster), encoding="utf-8")
    rows = make_wide(draw_answers(1, 22, 6))
    rows[5][3:] = [""] * 6
    rows[21][0] = "P900"
    checked = check(make_instrument(TOTAL), write_rows(HEADER, rows), roster=Path("roster.csv"))
    assert [(each.group, each.invited, each.answered) for each in checked.responses] == [
        ((("site", "1"), ("wave", "T1")), 12, 11),
        ((("site", "2"), ("wave", "T1")), 18, 9),
    ]
    assert [each.place.lines for each in find(checked, "person_unlisted")] == [(23,)]
    assert [each.place.lines for each in find(checked, "person_elsewhere")] == [(13,)]


def test_a_roster_of_counts_gives_the_rate_by_site(check) -> None:
    Path("roster.csv").write_text("site,invited\n1,20\n2,40\n", encoding="utf-8")
    rows = make_wide(draw_answers(1, 20, 6))
    checked = check(make_instrument(TOTAL), write_rows(HEADER, rows), roster=Path("roster.csv"))
    assert [(each.invited, each.answered) for each in checked.responses] == [(20, 10), (40, 10)]


def test_healthy_files_are_seldom_accused(check) -> None:
    accused = []
    for seed in range(20):
        rows = make_wide(draw_answers(100 + seed, 40, 6))
        accused += [finding.code for finding in check(make_instrument(TOTAL), write_rows(HEADER, rows)).findings]
    assert len(accused) <= 1
