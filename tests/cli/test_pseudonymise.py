"""``sos-score pseudonymise``: what is written, what is left out, and what is refused."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import polars as pl
import pyreadstat
import pytest
from support import ROOT, CommandLine

share = CommandLine("pseudonymise")
score = CommandLine("score")
KEY = "ab" * 32 + "\n"
EXAMPLES = ROOT / "examples" / "contrast_study"
HEADER = "respondent,site,wave,Email,comments,age,phone_id,started,safety\n"
ROWS = "".join(
    f"F{number:02},1,T1,a{number}@example.org,My worker said {number} times that,{30 + number % 5},"
    f"{70000 + number},2026-03-{number:02} 10:00:00,{number % 11}\n"
    for number in range(1, 21)
)


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.csv").write_text(HEADER + ROWS, encoding="utf-8")
    Path("key.txt").write_text(KEY, encoding="ascii")
    Path("key.txt").chmod(0o600)


def read(name: str) -> list[dict[str, str]]:
    with Path(name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_ids_are_hashed_and_what_identifies_people_is_left_out_and_said() -> None:
    shown = share("a.csv", "--key-file", "key.txt", "-o", "out.csv")
    assert shown.exit_code == 0
    assert shown.stdout == (
        "a.csv: 20 rows written to out.csv\n"
        "hashed, id: respondent\n"
        "left out, e-mail: Email\n"
        "left out, free text: comments\n"
        "left out, long numbers: phone_id\n"
        "kept, id: site, wave\n"
        "kept, numbers: age, safety\n"
        "kept, dates: started\n"
        "20 different ids hashed with key.txt\n"
    )
    rows = read("out.csv")
    assert list(rows[0]) == ["respondent", "site", "wave", "age", "started", "safety"]
    assert rows[0]["respondent"] == "p438f2cf01aee7cb"
    assert [row["safety"] for row in rows] == [row["safety"] for row in read("a.csv")]


def test_one_comment_among_many_answers_and_a_column_of_workers_are_left_out() -> None:
    comment = "The worker came late twice and the children waited for her"
    lines = ["respondent,Anything else?,Social worker,Would you recommend us?"]
    lines += [f"F{number},No,Ann,Definitely I would and I have done so already" for number in range(20)]
    lines[7] = f"F7,{comment},Bob,Not at all"
    Path("a.csv").write_text("\n".join(lines), encoding="utf-8")
    shown = share("a.csv", "--key-file", "key.txt", "-o", "out.csv")
    assert "left out, free text: Anything else?\n" in shown.stdout
    assert "left out, person: Social worker\n" in shown.stdout
    assert list(read("out.csv")[0]) == ["respondent", "Would you recommend us?"]


def test_columns_are_kept_hashed_or_left_out_where_they_are_named() -> None:
    named = ["--keep", "comm*", "--id", "phone_id", "--drop", "started"]
    assert share("a.csv", "--key-file", "key.txt", "-o", "out.csv", *named).exit_code == 0
    rows = read("out.csv")
    assert list(rows[0]) == ["respondent", "site", "wave", "comments", "age", "phone_id", "safety"]
    assert rows[0]["comments"] == "My worker said 1 times that"
    assert all(row["phone_id"].startswith("p") for row in rows)


STUDY = """\
format: 1
id: shared
title: Shared
sites: {1: {}, 2: {}, 3: {}, 4: {}}
waves: [T1, T2]
links: synthetic/families.csv
sources:
  staff:
    files: [synthetic/osc_t1.csv, synthetic/osc_t2.csv]
    instrument: osc
    columns: [columns_osc_t1.yaml, columns_osc_t2.yaml]
  families:
    files: synthetic/wai_client.csv
    instrument: wai
    columns: columns_wai_client.yaml
"""


def test_what_a_study_finds_is_the_same_of_files_with_pseudonyms() -> None:
    shutil.copytree(EXAMPLES, "study")
    Path("study/study.yaml").write_text(STUDY, encoding="utf-8")
    compare = CommandLine("compare")
    before = compare("study/study.yaml", "-f", "csv", "--only", "change")
    for name, *columns in (
        ("osc_t1.csv", "-c", "study/columns_osc_t1.yaml"),
        ("osc_t2.csv", "-c", "study/columns_osc_t2.yaml"),
        ("wai_client.csv", "-c", "study/columns_wai_client.yaml"),
        ("families.csv",),
    ):
        items = ["-i", name[:3]] if columns else []
        shown = share(f"study/synthetic/{name}", "--key-file", "key.txt", "-o", "shared.csv", *items, *columns)
        assert shown.exit_code == 0, shown.output
        shutil.move("shared.csv", f"study/synthetic/{name}")
    assert "S101" not in Path("study/synthetic/families.csv").read_text(encoding="utf-8")
    assert compare("study/study.yaml", "-f", "csv", "--only", "change").stdout == before.stdout
    assert before.stdout.count("families,wai") > 10


def write_as(suffix: str) -> str:
    """Write the answers of the OSC at T2 in a format, one of them not allowed and one row there twice."""
    frame = pl.read_csv(EXAMPLES / "synthetic" / "osc_t2.csv")
    wrong = pl.when(pl.int_range(pl.len()) == 3).then(9).otherwise(pl.col("clarity_1"))
    frame = pl.concat([frame.with_columns(wrong.alias("clarity_1")), frame.slice(5, 1)])
    name = f"osc{suffix}"
    if suffix == ".csv":
        frame.write_csv(name)
    elif suffix == ".xlsx":
        frame.write_excel(name)
    elif suffix == ".parquet":
        frame.write_parquet(name)
    else:
        {".sav": pyreadstat.write_sav, ".dta": pyreadstat.write_dta}[suffix](frame.to_pandas(), name)
    return name


@pytest.mark.parametrize("suffix", [".xlsx", ".parquet", ".sav", ".dta"])
def test_every_format_gives_the_same_file_and_the_same_findings(suffix: str) -> None:
    plain, other = write_as(".csv"), write_as(suffix)
    for name in (plain, other):
        assert share(name, "--key-file", "key.txt", "-i", "osc", "-o", f"{name}.out.csv").exit_code == 0
    assert Path(f"{plain}.out.csv").read_bytes() == Path(f"{other}.out.csv").read_bytes()
    found = [json.loads(CommandLine("check")(name, "-i", "osc", "-f", "json").stdout) for name in (plain, other)]
    assert [[(each["code"], each["count"], each["message"]) for each in one["findings"]] for one in found] == [
        [
            ("answer_not_allowed", 1, "9 is outside 1-5: 1 cell of clarity_1"),
            ("row_repeated", 2, "2 rows of 1 person who should appear once"),
        ]
    ] * 2
    assert all(found[0][name] == found[1][name] for name in ("groups", "items", "scales", "people"))


def test_codes_that_a_file_explains_otherwise_keep_their_meaning() -> None:
    frame = pl.read_csv(EXAMPLES / "synthetic" / "osc_t2.csv").to_pandas()
    items = [name for name in frame if name not in ("respondent", "site")]
    frame[items] = frame[items].where(frame[items] <= 5) - 1
    texts = ["Not at all", "To a slight extent", "To a moderate extent", "To a great extent", "To a very great extent"]
    labels = {item: dict(enumerate(texts)) for item in items}
    pyreadstat.write_sav(frame, "osc.sav", variable_value_labels=labels)
    assert share("osc.sav", "--key-file", "key.txt", "-i", "osc", "-o", "out.csv").exit_code == 0
    plain, shared = (score(name, "-i", "osc", "-f", "csv").stdout for name in ("osc.sav", "out.csv"))
    assert [line.split(",")[1:] for line in plain.splitlines()] == [line.split(",")[1:] for line in shared.splitlines()]
    assert len(plain.splitlines()) == 57


def test_a_key_is_made_where_it_is_asked_for_and_never_unasked() -> None:
    refused = share("a.csv", "--key-file", "new.txt", "-o", "out.csv")
    assert (refused.exit_code, refused.stderr) == (
        1,
        "new.txt: there is no such key file\n"
        "  hint: make a key with --new-key, once, and keep it: only files made with one key link\n",
    )
    assert not Path("out.csv").exists()
    shown = share("a.csv", "--key-file", "new.txt", "--new-key", "-o", "out.csv")
    assert shown.exit_code == 0
    assert shown.stdout.splitlines()[-1].startswith("Keep new.txt, apart from the shared file")
    again = share("a.csv", "--key-file", "new.txt", "--new-key", "-o", "out.csv", "--force")
    assert again.exit_code == 1


def test_a_key_that_others_can_read_is_named() -> None:
    Path("key.txt").chmod(0o644)
    shown = share("a.csv", "--key-file", "key.txt", "-o", "out.csv")
    assert shown.stdout.splitlines()[-1] == "others on this computer can read key.txt: chmod 600 key.txt"


def test_a_file_is_never_written_over_another_or_over_what_is_read() -> None:
    for name in ("a.csv", "key.txt"):
        before = Path(name).read_bytes()
        target = [name] if name.endswith(".csv") else ["key.csv"]
        Path("key.csv").write_bytes(Path("key.txt").read_bytes())
        key = "key.csv" if name == "key.txt" else "key.txt"
        assert share("a.csv", "--key-file", key, "-o", *target, "--force").exit_code != 0
        assert Path(name).read_bytes() == before
    Path("out.csv").write_text("mine", encoding="utf-8")
    assert share("a.csv", "--key-file", "key.txt", "-o", "out.csv").exit_code == 1
    assert Path("out.csv").read_text(encoding="utf-8") == "mine"


def test_nothing_is_written_of_a_file_that_is_broken() -> None:
    Path("a.csv").write_text(HEADER + ROWS + "F99,1\n", encoding="utf-8")
    shown = share("a.csv", "--key-file", "key.txt", "-o", "out.csv")
    assert (shown.exit_code, shown.stderr) == (1, "a.csv:22: 2 cells, and the header has 9\n")
    assert sorted(path.name for path in Path().iterdir()) == ["a.csv", "key.txt"]


def test_a_file_without_ids_asks_which_column_holds_them() -> None:
    Path("a.csv").write_text((HEADER + ROWS).replace("respondent", "who"), encoding="utf-8")
    shown = share("a.csv", "--key-file", "key.txt", "-o", "out.csv")
    assert shown.exit_code == 1
    assert shown.stderr.splitlines()[1] == "  hint: name it: --id COLUMN, or a column map (--columns map.yaml)"
    assert share("a.csv", "--key-file", "key.txt", "-o", "out.csv", "--id", "who").exit_code == 0


def test_a_column_that_is_named_and_not_there_is_a_problem() -> None:
    shown = share("a.csv", "--key-file", "key.txt", "-o", "out.csv", "--keep", "coments")
    assert shown.stderr == (
        "a.csv: no column 'coments' (--keep)\n"
        "  hint: did you mean 'comments'?\n"
        "1 problem in a.csv; nothing was written.\n"
    )


def test_columns_of_one_name_are_left_out_unless_they_are_named() -> None:
    Path("a.csv").write_text("respondent,q,q\nA,1,2\nB,3,4\n", encoding="utf-8")
    assert share("a.csv", "--key-file", "key.txt", "-o", "out.csv").exit_code == 0
    assert list(read("out.csv")[0]) == ["respondent"]
    assert share("a.csv", "--key-file", "key.txt", "-o", "out.csv", "--keep", "q", "--force").exit_code == 0
    assert Path("out.csv").read_text(encoding="utf-8").splitlines()[0] == "respondent,q,q"
