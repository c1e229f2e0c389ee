"""One survey in many files: folders, patterns and addresses give what one file with the same rows gives."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import polars as pl
import pytest
from support import ROOT, CommandLine

from sos_score.output import score_writer

EXAMPLE = ROOT / "examples" / "wai_s_labels.csv"
WAI = ("-i", "wai-s")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Lay the example out as Spark does, as Parquet and as text: a folder for each wave, two files in each."""
    monkeypatch.chdir(tmp_path)
    rows = pl.read_csv(EXAMPLE, infer_schema=False)
    for wave, own in rows.partition_by("wave", as_dict=True, include_key=False).items():
        for number, part in enumerate((own[:5], own[5:])):
            for kind in ("parquet", "csv"):
                place = tmp_path / kind / f"wave={wave[0]}"
                place.mkdir(parents=True, exist_ok=True)
                write = part.write_parquet if kind == "parquet" else part.write_csv
                write(place / f"part-{number}.{kind}")
                (place / f".part-{number}.{kind}.crc").write_bytes(b"crc")
                (tmp_path / kind / "_SUCCESS").touch()
    return tmp_path


def score(cli: CommandLine, *words: str | Path) -> pl.DataFrame:
    done = cli("score", *words, *WAI, "-o", "scores.csv", "--force")
    assert done.exit_code == 0, done.output
    return pl.read_csv("scores.csv").sort("respondent", "wave")


NAMES = (
    "parquet",
    "csv/",
    "parquet/*/part-?.parquet",
    "csv/**/*.csv",
    "parquet/wave=*",
    "file://{}/parquet/",
    "file://{}/csv/*/*.csv",
)


@pytest.mark.parametrize("name", NAMES)
def test_a_survey_in_parts_has_the_scores_of_one_file(name: str, cli: CommandLine, folder: Path) -> None:
    found = score(cli, name.format(folder))
    assert found.equals(score(cli, EXAMPLE).select(found.columns))


@pytest.mark.parametrize("name", ["parquet", "csv/*/*.csv", "file://{}/parquet/"])
def test_a_survey_in_parts_has_the_reliability_and_agreement_of_one_file(
    name: str, cli: CommandLine, folder: Path
) -> None:
    for words in (("reliability", "--by", "wave"), ("agreement", "--team", "site", "--by", "wave")):
        one, many = (cli(words[0], data, *words[1:], *WAI, "-q") for data in (EXAMPLE, name.format(folder)))
        assert (many.exit_code, many.stdout) == (0, one.stdout), many.output


def test_compare_takes_scores_in_parts(cli: CommandLine, folder: Path) -> None:
    scores = score(cli, EXAMPLE)
    (folder / "scores").mkdir()
    (folder / "scores" / "_SUCCESS").touch()
    scores.write_parquet("scores.parquet")
    for number, part in enumerate((scores[:7], scores[7:])):
        part.write_parquet(f"scores/part-{number}.parquet")
    one, many = (cli("compare", name, "--treated", "1,4", "-q") for name in ("scores.parquet", "scores"))
    assert (one.exit_code, many.exit_code) == (0, 0), many.output
    assert many.stdout == one.stdout.replace("scores.parquet", "scores")


def test_how_many_files_were_read_is_said(cli: CommandLine) -> None:
    assert "parquet: 24 rows scored" in cli("score", "parquet", *WAI).stderr
    assert "read as one survey of 4 files" in cli("score", "csv", *WAI).stderr


def test_a_folder_keeps_what_its_name_says_as_text(cli: CommandLine, folder: Path) -> None:
    for kind in ("parquet", "csv"):
        for place in (folder / kind).glob("wave=*"):
            place.rename(place.with_name(place.name.replace("wave=T", "wave=0")))
        assert cli("score", kind, *WAI, "-o", f"{kind}.scores.csv").exit_code == 0
        waves = pl.read_csv(f"{kind}.scores.csv", infer_schema=False)["wave"].unique()
        assert sorted(waves) == ["01", "02"]


@pytest.mark.parametrize("kind", ["parquet", "csv"])
def test_a_file_that_says_something_else_than_its_folder_is_refused(kind: str, cli: CommandLine) -> None:
    for path in Path(kind).glob("wave=*/p*"):
        rows = pl.read_parquet(path) if kind == "parquet" else pl.read_csv(path, infer_schema=False)
        rows = rows.with_columns(wave=pl.lit(path.parent.name.removeprefix("wave=")))
        (rows.write_parquet if kind == "parquet" else rows.write_csv)(path)
    assert cli("score", kind, *WAI, "-o", "scores.csv").exit_code == 0
    Path(kind, "wave=T2").rename(Path(kind, "wave=T3"))
    for name in [kind, *([f"file://{Path(kind).resolve()}"] if kind == "parquet" else [])]:
        done = cli("score", name, *WAI, "-o", "moved.csv", columns=400)
        assert done.exit_code == 1
        for part in ("part-0", "part-1"):
            said = f"{name}/wave=T3/{part}.{kind}: 'wave' is 'T2' in the file, and its folder says 'T3'\n"
            assert said in done.stderr
        assert not Path("moved.csv").exists()


@pytest.mark.parametrize(("kind", "line"), [("parquet", 2), ("csv", 3)])
def test_problems_name_the_file_and_the_row_in_it(kind: str, line: int, cli: CommandLine) -> None:
    path = Path(kind) / "wave=T2" / f"part-1.{kind}"
    rows = pl.read_parquet(path) if kind == "parquet" else pl.read_csv(path, infer_schema=False)
    first = (pl.read_parquet if kind == "parquet" else pl.read_csv)(path.with_name(f"part-0.{kind}"))["respondent"][0]
    number = pl.int_range(pl.len())
    rows = rows.with_columns(
        respondent=pl.when(number == 1).then(pl.lit(first)).otherwise("respondent"),
        wais_02=pl.when(number == 1).then(pl.lit("mostly")).otherwise("wais_02"),
    )
    (rows.write_parquet if kind == "parquet" else rows.write_csv)(path)
    done = cli("score", kind, *WAI, columns=400)
    unit, at = ("row", 1) if kind == "parquet" else ("line", 2)
    assert done.exit_code == 1
    assert f"{path}:{line}: wais_02: 'mostly' " in done.stderr
    before = path.with_name(f"part-0.{kind}")
    assert f"{path}:{line}: respondent '{first}' at T2 already on {unit} {at} of {before}\n" in done.stderr


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("no*.csv", "no*.csv: no file has a name like this"),
        ("empty", "empty: holds no CSV or Parquet file"),
        ("mixed", "mixed/b.parquet: is no file like mixed/a.csv"),
        ("differing", "differing/b.csv:1: names other columns than differing/a.csv, or in another order"),
        ("types", "types/b.parquet: 'q1' is String here and Int64 in types/a.parquet"),
        ("broken", "broken/b.parquet: is a damaged Parquet file ("),
        ("folders", "folders/b.csv: is in other kinds of folder than folders/a=1/a.csv"),
        ("ftp://x/a.csv", "ftp://x/a.csv: is an address of a kind that is not read (ftp://; s3, s3a, gs, "),
        ("az://place/a.parquet", "az://place/a.parquet: cannot be read (Generic MicrosoftAzure error: "),
        ("file:///nowhere/a.parquet", "file:///nowhere/a.parquet: cannot be read (Object at location /nowhere/a.pa"),
        ("file:///nowhere/a.csv", "file:///nowhere/a.csv: cannot be read (Object at location /nowhere/a.csv not f"),
    ],
)
def test_what_is_no_survey_in_parts_is_said(name: str, said: str, cli: CommandLine) -> None:
    numbers, texts = pl.DataFrame({"q1": [1]}), pl.DataFrame({"q1": ["1"]})
    for place in ("empty", "mixed", "differing", "types", "broken", "folders/a=1"):
        Path(place).mkdir(parents=True)
    for path in ("mixed/a.csv", "differing/a.csv", "folders/a=1/a.csv", "folders/b.csv"):
        numbers.write_csv(path)
    numbers.rename({"q1": "q2"}).write_csv("differing/b.csv")
    for path in ("mixed/b.parquet", "types/a.parquet", "broken/a.parquet"):
        numbers.write_parquet(path)
    texts.write_parquet("types/b.parquet")
    Path("broken/b.parquet").write_bytes(Path("broken/a.parquet").read_bytes()[:100])
    done = cli("score", name, *WAI, columns=400)
    assert done.exit_code == 1
    assert said in done.stderr


def test_a_result_inside_a_folder_that_is_read_is_refused(cli: CommandLine) -> None:
    done = cli("score", "csv", *WAI, "-o", "csv/scores.csv", columns=400)
    assert done.exit_code == 1
    said = "csv/scores.csv: is inside 'csv', which this command reads: next time it would be read as answers"
    assert said in done.stderr


def test_results_of_a_pattern_are_called_after_what_is_fixed_in_it(cli: CommandLine) -> None:
    Path("out").mkdir()
    assert cli("score", "csv/*/*.csv", *WAI, "-o", "out/").exit_code == 0
    assert sorted(path.name for path in Path("out").iterdir()) == ["csv.scores.csv", "csv.scores.csv.about.json"]


def test_parquet_that_waited_on_disk_is_the_same(cli: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    assert cli("score", "csv/wave=T1", "csv/wave=T2", *WAI, "-o", "kept.parquet").exit_code == 0
    monkeypatch.setattr(score_writer, "_KEPT", 10)
    assert cli("score", "csv/wave=T1", "csv/wave=T2", *WAI, "-o", "spooled.parquet").exit_code == 0
    assert pl.read_parquet("spooled.parquet").equals(pl.read_parquet("kept.parquet"))
    assert pl.read_parquet("spooled.parquet").height == 24


class Store(BaseHTTPRequestHandler):
    """Serves a folder as an object store does: whole objects, parts of them, and lists of names."""

    def __init__(self, root: Path, *words: object) -> None:
        self.root = root
        super().__init__(*words)  # type: ignore[arg-type]

    def do_GET(self) -> None:
        path, _, query = self.path.partition("?")
        if "list-type=2" in query:
            files = (each for each in sorted(self.root.rglob("*")) if each.is_file())
            listed = "".join(
                f"<Contents><Key>{each.relative_to(self.root).as_posix()}</Key><Size>{each.stat().st_size}</Size>"
                "<LastModified>2026-11-27T00:00:00.000Z</LastModified><ETag>1</ETag></Contents>"
                for each in files
            )
            self._answer(f"<ListBucketResult><IsTruncated>false</IsTruncated>{listed}</ListBucketResult>".encode())
            return
        name = self.root / path.removeprefix("/bucket/").replace("%3D", "=")
        if not name.is_file():
            self.send_response(404)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        whole = name.read_bytes()
        asked = re.fullmatch(r"bytes=(\d*)-(\d*)", self.headers.get("Range", ""))
        if asked is None:
            self._answer(whole)
            return
        start = int(asked[1]) if asked[1] else max(len(whole) - int(asked[2]), 0)
        end = min(int(asked[2]) + 1, len(whole)) if asked[1] and asked[2] else len(whole)
        self._answer(whole[start:end], f"bytes {start}-{end - 1}/{len(whole)}")

    do_HEAD = do_GET  # noqa: N815 - the name that the server looks for

    def _answer(self, content: bytes, part: str = "") -> None:
        self.send_response(206 if part else 200)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("ETag", "1")
        self.send_header("Last-Modified", "Fri, 27 Nov 2026 00:00:00 GMT")
        if part:
            self.send_header("Content-Range", part)
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(content)

    def log_message(self, *_words: object) -> None:
        """Say nothing."""


@pytest.fixture
def store(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A store on this machine that serves the folder as the bucket called bucket."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Store, folder)) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        for name, value in {
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{server.server_port}",
            "AWS_ALLOW_HTTP": "true",
            "AWS_REGION": "eu-west-2",
            "AWS_ACCESS_KEY_ID": "anybody",
            "AWS_SECRET_ACCESS_KEY": "anything",
        }.items():
            monkeypatch.setenv(name, value)
        yield
        server.shutdown()


@pytest.mark.usefixtures("store")
def test_an_object_store_is_read_and_what_it_lacks_is_said(cli: CommandLine) -> None:
    found = score(cli, "s3://bucket/parquet/")
    assert found.equals(score(cli, EXAMPLE).select(found.columns))
    found = score(cli, "s3://bucket/csv/wave=T1/part-0.csv")
    assert (found.height, found["wave"].unique().to_list()) == (5, ["T1"])
    done = cli("score", "s3://bucket/none.parquet", *WAI, columns=400)
    assert done.exit_code == 1
    assert done.stderr.startswith("s3://bucket/none.parquet: cannot be read (Object at location none.parquet not found")
