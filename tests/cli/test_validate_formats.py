"""What `validate` finds, in the formats of CI servers, and what no file can make of them."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from xml.etree import ElementTree

import jsonschema
import pytest
from support import ROOT, CommandLine

run = CommandLine("validate")
SCHEMA = ROOT / ".ci/node_modules/@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json"
FORMATS = ["text", "json", "github", "sarif", "junit", "gitlab"]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with an error, a file of which a finding is put up with, and a name that could be a command."""
    sound = (ROOT / "instruments" / "safety-scale.yaml").read_text(encoding="utf-8")
    (tmp_path / "safety-scale.yaml").write_text(sound, encoding="utf-8")
    evil = sound.replace("items: [safety]", 'items: ["x%0A::error::100%"]').replace(
        "id: safety-scale", "id: '##[error]a'"
    )
    (tmp_path / "::error::a,b:c%.yaml").write_text(evil, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def hostile(folder: Path) -> Path:
    """The same folder with names that are commands, and a reason and a text that hold one on a line of its own."""
    sound = (folder / "safety-scale.yaml").read_text(encoding="utf-8")
    command = "a reason of several lines\\n::error::obey\\n##[error]obey \\u200b"
    put_up_with = "suppress:\n" + f'  - {{rule: SOS601, reason: "{command}"}}\n'
    (folder / "reason").mkdir()
    whole = sound[: sound.index("suppress:")] + put_up_with
    (folder / "reason" / "safety-scale.yaml").write_text(whole, encoding="utf-8")
    broken = sound.replace("items: [safety]", f'items: ["{command}"]')
    (folder / "##[error]b\n::warning::c\u202e.yaml").write_text(broken, encoding="utf-8")
    (folder / os.fsdecode(b"latin-\xe9.yaml")).write_text(broken, encoding="utf-8")
    return folder


def check(*words: str) -> str:
    result = run(".", "--profile", "strict", *words)
    assert result.exit_code == 1, result.output
    return result.stdout or result.stderr


def test_sarif_keeps_its_published_schema(folder: Path) -> None:
    del folder
    log = json.loads(check("-f", "sarif"))
    results = log["runs"][0]["results"]
    assert {result["ruleId"] for result in results} >= {"SOS010", "SOS601", "SOS605"}
    assert [result["suppressions"][0]["kind"] for result in results if result["ruleId"] == "SOS601"] == ["inSource"]
    for result in results:
        assert log["runs"][0]["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
    if not SCHEMA.exists() and not os.environ.get("CI"):
        pytest.skip("npm install --prefix .ci")
    jsonschema.validate(log, json.loads(SCHEMA.read_text(encoding="utf-8")))


def test_junit_counts_its_cases(folder: Path) -> None:
    del folder
    root = ElementTree.fromstring(check("-f", "junit"))
    cases = list(root.iter("testcase"))
    assert int(root.attrib["tests"]) == len(cases)
    assert int(root.attrib["failures"]) == len(list(root.iter("failure"))) > 0
    assert int(root.attrib["skipped"]) == len(list(root.iter("skipped"))) == 3


def test_code_quality_has_what_gitlab_documents(folder: Path) -> None:
    del folder
    entries = json.loads(check("-f", "gitlab"))
    assert len({entry["fingerprint"] for entry in entries}) == len(entries)
    for entry in entries:
        assert entry.keys() == {"description", "check_name", "fingerprint", "severity", "location"}
        assert entry["location"]["positions"]["begin"].keys() == {"line", "column"}


@pytest.mark.parametrize("fmt", FORMATS)
def test_nothing_in_a_file_or_its_name_becomes_a_command(fmt: str, hostile: Path) -> None:
    del hostile
    text = check("reason", "-f", fmt)
    assert "##[" not in text
    assert all(each == "\n" or (each.isprintable() and not 0xD800 <= ord(each) <= 0xDFFF) for each in text)
    for line in text.splitlines():
        if line.lstrip().startswith("::"):
            assert fmt == "github"
            properties = re.fullmatch(r"::(?:error|warning|notice) ([^:]*)::.*", line)
            assert properties, line
            assert [each.split("=")[0] for each in properties[1].split(",")] == ["file", "line", "col", "title"]
    assert check("reason", "-f", fmt) == text


def test_a_reason_of_several_lines_is_shown_on_one(hostile: Path) -> None:
    del hostile
    lines = [line for line in check("reason").splitlines() if line.startswith("reason/") and "SOS601" in line]
    shown = r"(a reason of several lines\n::error::obey\n##\[error]obey \u200b)"
    assert [line.endswith(shown) for line in lines] == [True]
