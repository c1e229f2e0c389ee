"""Numbers are rounded as SPSS and Excel print them."""

from __future__ import annotations

import pytest

from sos_score.notes import note
from sos_score.output.table import format_cell
from sos_score.words import format_fixed, format_p


@pytest.mark.parametrize(
    ("value", "digits", "printed"),
    [
        # What TEXT(value, "0.00") gives in Excel; Python's own formatting gives 4.12, 2.35, 1.00, 0.14 and 2.67.
        (33 / 8, 2, "4.13"),
        (2.345, 2, "2.35"),
        (1.005, 2, "1.01"),
        (0.145, 2, "0.15"),
        (2.675, 2, "2.68"),
        (-2.345, 2, "-2.35"),
        (2.5, 0, "3"),
        (-0.5, 0, "-1"),
        (-0.004, 2, "0.00"),
        (0.1 + 0.2, 1, "0.3"),
        (1e300, 0, "1" + "0" * 300),
        (2.3449, 2, "2.34"),
    ],
)
def test_halves_are_rounded_away_from_zero_at_the_digits_that_are_printed(value, digits, printed) -> None:
    assert format_fixed(value, digits) == printed
    assert format_cell(float(value), digits) == printed


def test_a_sentence_rounds_as_a_table_does() -> None:
    said = str(note("check_group_mirrored", about="1", count=3, of=9, items=4, r=-0.125))
    assert "(r = -0.13)" in said
    assert "0.145" not in str(note("level_accounts", level="sites", share=0.145, low=0.005, high=0.295))
    assert "15% [1% to 30%]" in str(note("level_accounts", level="sites", share=0.145, low=0.005, high=0.295))


@pytest.mark.parametrize(("p", "printed"), [(0.00099, "< .001"), (0.001, ".001"), (0.0125, ".013"), (1.0, "1.000")])
def test_a_p_below_a_thousandth_is_printed_as_that(p, printed) -> None:
    assert format_p(p) == printed


def test_the_reason_of_a_verdict_prints_p_as_tables_do() -> None:
    assert str(note("p_against", p=0.0004, alpha=0.05)) == "p < .001 against 0.05"
    assert str(note("p_against", p=0.0412, alpha=0.05)) == "p = .041 against 0.05"
