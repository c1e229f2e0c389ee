"""The scores of every site and wave are described before anything is tested."""

from factories import compare, draw_cells, make_outcome, make_plan

from sos_score.report.labels import Labels
from sos_score.report.questions.descriptives import list_tables

CELLS = {("1", "T1"): [2.0, 3.0, 4.0], ("2", "T1"): [1.0, 5.0], ("1", "T2"): [4.0, 4.0, 4.0]}


def test_the_table_has_n_mean_sd_range_and_arm_in_the_order_of_scales_waves_and_sites():
    found = compare([make_outcome(CELLS)], make_plan(smallest_cell=1), ["descriptives"])
    (table,) = list_tables(found.comparison, Labels.of(found.comparison))
    assert [column.label for column in table.columns[1:]] == [
        "wave", "site", "n", "mean", "SD", "minimum", "maximum",
    ]  # fmt: skip
    assert [row[1:4] + tuple(round(cell, 6) for cell in row[4:6]) + row[6:] for row in table.rows] == [
        ("T1", "Site 1 (SoS)", 3, 3.0, 1.0, "1", "5"),
        ("T1", "Site 2 (Contrast)", 2, 3.0, 2.828427, "1", "5"),
        ("T2", "Site 1 (SoS)", 3, 4.0, 0.0, "1", "5"),
    ]


def test_a_small_group_has_no_mean_in_the_table():
    cells = {**draw_cells(1, dict.fromkeys("234", 9)), ("1", "T1"): [1.0, 2.0]}
    found = compare([make_outcome(cells)], make_plan(), ["descriptives"])
    (table,) = list_tables(found.comparison, Labels.of(found.comparison))
    shown = {row[2]: row[3:6] for row in table.rows if row[1] == "T1"}
    assert str(shown["Site 1 (SoS)"]) == "(None, nan, nan)"
    assert {n for n, *_ in shown.values()} == {None, 9}
