import json
from pathlib import Path

import pandas as pd
import pytest
from support import ROOT, CommandLine

from sos_score import InvalidInput, check_published

PUBLISHED = ROOT / "examples" / "published_yatchmenoff.csv"
CORRECTED = ROOT / "examples" / "published_yatchmenoff_corrected.csv"


run = CommandLine("plausible")


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "table.csv"
    path.write_text(text)
    return path


def test_the_published_table_is_flagged_where_its_maximum_cannot_be_right():
    result = check_published(PUBLISHED)
    impossible = result.checks[result.checks["verdict"] == "impossible"]
    assert impossible[["statistic", "group", "check"]].to_numpy().tolist() == [
        ["Working relationship", "T1", "largest SD"],
        ["Working relationship", "T1", "GRIMMER"],
        ["Total", "T1", "sum of highest"],
        ["Total", "T2", "sum of highest"],
    ]
    assert impossible["reason"].tolist()[0] == "SD 4.4 is impossible: with mean 15 on 4-16 it cannot be above 3.96."
    assert impossible["reason"].tolist()[2] == "the highest possible parts add up to 83, not 95."
    assert tuple(map(str, result.notes)) == (
        "Impossible as printed: Working relationship (T1), Total (T1), Total (T2).",
        "The figures cannot all be right; which of them is wrong, the checks cannot say.",
    )


def test_the_table_passes_with_a_maximum_of_20():
    result = check_published(CORRECTED)
    assert len(result.checks) == 48
    assert set(result.checks["verdict"]) == {"possible", "cannot tell"}
    assert set(result.checks.loc[result.checks["verdict"] == "cannot tell", "check"]) == {"GRIM"}
    assert tuple(map(str, result.notes)) == (
        "Everything that could be checked is possible, which does not make it right.",
    )


def test_a_finding_is_a_result_so_the_exit_code_is_0():
    assert run(PUBLISHED).exit_code == 0
    assert run("--mean", "15", "--sd", "4.4", "--n", "221", "--low", "4", "--high", "16").exit_code == 0


def test_the_command_gives_what_the_library_gives():
    shown = json.loads(run(PUBLISHED, "-f", "json").stdout)
    result = check_published(PUBLISHED)
    assert shown["rows"] == result.checks.to_dict("records")
    assert shown["notes"] == list(map(str, result.notes))


def test_a_frame_and_a_file_and_standard_input_give_the_same():
    frame = pd.read_csv(PUBLISHED, dtype={"mean": str, "sd": str})
    expected = check_published(PUBLISHED).checks
    pd.testing.assert_frame_equal(check_published(frame).checks, expected)
    shown = json.loads(run("-", "-f", "json", stdin=PUBLISHED.read_text()).stdout)
    assert shown["rows"] == expected.to_dict("records")


def test_one_statistic_by_options_is_checked_without_assuming_whole_numbers():
    one = ("--mean", "15", "--sd", "4.4", "--n", "221", "--low", "4", "--high", "16")
    assert [row["check"] for row in json.loads(run(*one, "-f", "json").stdout)["rows"]] == [
        "mean in range",
        "largest SD",
    ]
    rows = json.loads(run(*one, "--whole", "-f", "json").stdout)["rows"]
    assert [(row["check"], row["verdict"]) for row in rows] == [
        ("mean in range", "possible"),
        ("largest SD", "impossible"),
        ("GRIM", "cannot tell"),
        ("GRIMMER", "impossible"),
    ]


def test_items_say_that_scores_average_whole_numbers():
    # Brown & Heathers (2017): 5.18 is no mean of 14 whole numbers, but it is one of 28.
    rows = {
        items: json.loads(run("--mean", "5.18", "--n", "14", "--items", items, "-f", "json").stdout)["rows"]
        for items in "12"
    }
    assert [rows[items][0]["verdict"] for items in "12"] == ["impossible", "possible"]


def test_trailing_zeros_of_an_option_count():
    verdicts = [
        json.loads(run("--mean", mean, "--n", "9", "--whole", "-f", "json").stdout)["rows"][0]["verdict"]
        for mean in ("3.4", "3.40")
    ]
    assert verdicts == ["possible", "impossible"]


def test_a_statistic_that_lacks_everything_cannot_be_told():
    result = check_published(pd.DataFrame({"name": ["x"], "mean": ["3.4"]}))
    assert result.checks.to_numpy().tolist() == [
        ["x", "", "none", "cannot tell", "a range (low and high) is needed, or n where answers are whole numbers."]
    ]
    assert tuple(map(str, result.notes)) == ("Nothing could be checked.",)


def test_a_total_of_other_people_is_not_held_against_its_parts(tmp_path):
    text = "name,mean,sd,n,high,part_of\na,3,1,20,5,t\nb,3,1,20,5,t\nt,9,9,19,10,\n"
    checks = check_published(write(tmp_path, text)).checks
    assert checks.loc[checks["statistic"] == "t", ["check", "verdict"]].to_numpy().tolist() == [
        ["sum of means", "cannot tell"],
        ["sum of highest", "possible"],
        ["SD of a sum", "cannot tell"],
    ]


def test_all_problems_of_a_table_are_told_at_once(tmp_path):
    path = write(
        tmp_path,
        "name;mean;sd;n;low;high;items;whole;part_of\n"
        "a;3,5;-1;2.5;;;;maybe;Totle\n"
        ";;x;0;5;1;;;\n"
        "\n"
        "Total;1e3;;;;;2;;\n"
        "b;2;;;;;;;Total\n"
        "b;2;;;;;;;\n"
        "c;2;;;;;;;d\n"
        "d;2;;;;;;;c\n",
    )
    result = run(path)
    assert result.exit_code == 1
    assert result.stderr.replace(str(path), "table.csv") == (
        "table.csv:2: mean: '3,5' is not a number\n"
        "  hint: write 3.5\n"
        "table.csv:2: sd: -1 is below 0\n"
        "table.csv:2: n: '2.5' is not a whole number from 1 to 1,000,000\n"
        "table.csv:2: whole: 'maybe' is not yes or no\n"
        "table.csv:2: part_of: no row is named 'Totle'\n"
        "  hint: did you mean 'Total'?\n"
        "table.csv:3: name: is empty\n"
        "table.csv:3: mean: is empty\n"
        "table.csv:3: sd: 'x' is not a number\n"
        "table.csv:3: n: '0' is not a whole number from 1 to 1,000,000\n"
        "table.csv:3: low: 5 is above the highest, 1\n"
        "table.csv:5: mean: '1e3' is not a number\n"
        "table.csv:5: items: an average of 2 items cannot be added up with parts; give sums\n"
        "table.csv:7: name: 'b' is there already on line 6\n"
        "  hint: tell waves or arms apart in a column 'group'\n"
        "table.csv:8: part_of: 'c' would be a part of itself\n"
        "table.csv:9: part_of: 'd' would be a part of itself\n"
        "15 problems in table.csv; nothing was checked.\n"
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "Name,average,sd,sd\nx,1,2,2\n",
            "table.csv:1: no column 'mean'\n"
            "table.csv:1: 'average' is not a column of a published table"
            " (name, mean, sd, n, low, high, items, whole, group, part_of)\n"
            "table.csv:1: column 'sd' appears 2 times\n"
            "3 problems in table.csv; nothing was checked.\n",
        ),
        ("name,mean\n,\n", "table.csv: has no rows\n1 problem in table.csv; nothing was checked.\n"),
        (
            "name,mean\nx,1,2\n",
            "table.csv:2: 3 cells, and the header has 2\n1 problem in table.csv; nothing was checked.\n",
        ),
        (
            "",
            "table.csv:1: has no header line\n  hint: the first line must name the columns\n"
            "1 problem in table.csv; nothing was checked.\n",
        ),
    ],
)
def test_a_file_that_is_no_such_table_is_refused(tmp_path, text, said):
    path = write(tmp_path, text)
    result = run(path)
    assert (result.exit_code, result.stderr.replace(str(path), "table.csv")) == (1, said)


def test_a_frame_of_numbers_is_refused_because_trailing_zeros_are_lost():
    with pytest.raises(InvalidInput) as caught:
        check_published(pd.DataFrame({"name": ["x"], "mean": [3.5], "n": [10.0]}))
    assert str(caught.value) == (
        "mean: is a column of numbers; give it as text, as printed (trailing zeros count)\n"
        "1 problem; nothing was checked."
    )


def test_problems_of_a_frame_name_the_row():
    with pytest.raises(InvalidInput) as caught:
        check_published(pd.DataFrame({"name": ["x", "y"], "mean": ["3.5", None], "n": [10, None]}))
    assert str(caught.value) == "row 2, mean: is empty\n1 problem; nothing was checked."


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "give a published table, or one mean (--mean) with what is known of it\n"),
        (
            (PUBLISHED, "--mean", "3", "--whole"),
            "a table holds its own figures; leave out --mean, --whole\n",
        ),
        (
            ("--sd", "-4", "--n", "2.5", "--low", "5", "--high", "3,5", "--items", "0"),
            "--mean: is empty\n--sd: -4 is below 0\n--high: '3,5' is not a number\n  hint: write 3.5\n"
            "--n: '2.5' is not a whole number from 1 to 1,000,000\n"
            "--items: '0' is not a whole number from 1 to 1,000,000\n",
        ),
        (
            ("--mean", "3", "-o", "checks.doc"),
            "cannot tell a format from 'checks.doc'; end the name in .csv, .json, .xlsx, or give --format\n",
        ),
    ],
)
def test_a_wrong_command_line_is_told_at_once(arguments, said):
    result = run(*arguments)
    assert (result.exit_code, result.stderr) == (2, f"{said}Try 'sos-score plausible --help'.\n")


def test_a_file_of_results_holds_every_check(tmp_path):
    target = tmp_path / "checks.csv"
    assert run(PUBLISHED, "-o", target).exit_code == 0
    pd.testing.assert_frame_equal(pd.read_csv(target, keep_default_na=False), check_published(PUBLISHED).checks)
