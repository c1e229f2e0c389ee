"""Studies with a few people in some cells, and everything that one report says of them, for whoever attacks it."""

from __future__ import annotations

import copy
import json
import re
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from hypothesis import strategies as st

from sos_score.commands.compare import CompareRequest, compare_file, describe_comparison
from sos_score.commands.report import compare_whole, write_report
from sos_score.commands.sensitivity import assess_file
from sos_score.comparison.compare import compare_study
from sos_score.report.checklist.draft import make_checklist
from sos_score.report.manifest import make_manifest
from sos_score.report.model import Picture, ReportData
from sos_score.report.questions.registry import make_file_tables, make_sheets, make_single_table
from sos_score.report.request import Report, ReportRequest
from sos_score.report.sections.registry import list_sections
from sos_score.report.tables.sensitivity import make_matrix
from sos_score.study.from_scores import ScoredFile, make_study_from_scores

LEAST = 5
_SHA256 = re.compile(r"\b[0-9a-f]{64}\b")
_NUMBER = re.compile(r"-?\b\d+\.\d{10,}(?:e[-+]?\d+)?")
INSTRUMENT = """
format: 1
id: mood
version: 1.0.0
title: Mood
construct: mood
answered_by: [staff, family]
references: []
rights: {holder: nobody}
verification:
  key: {status: user, source: a test}
  responses: {status: user, source: a test}
  missing: {status: user, source: a test}
response_scales: {agree5: {min: 1, max: 5}}
items: {ids: q1..q4, responses: agree5}
missing: {min_answered: all}
scales:
  mood: {title: Mood, items: [q1, q2, q3, q4], score: mean, higher_is: a better mood, good: high}
  calm: {title: Calm, items: [q1, q2], score: mean, higher_is: more calm, good: high}
"""


@dataclass
class Study:
    """Sites with their arm, waves, and by source how many people answered where and when.

    `linked` people keep their id from wave to wave; of each source, `gaps` answers are left out. Each site has so many
    `workers`, numbered from 1, in whom people are nested. With `pairs`, a level, two scores are said to go together
    there: of the two scales, or `across` two sources of mood in both. The rows of a source lie in one of its `files`,
    or in one for each site or wave.
    """

    arms: dict[str, str]
    waves: list[str]
    sizes: dict[str, dict[tuple[str, str], int]]
    linked: bool = False
    gaps: int = 0
    seed: int = 1
    workers: int = 0
    pairs: str = ""
    across: bool = False
    files: str = ""
    rows: dict[str, list[list[str]]] = field(default_factory=dict)

    def __post_init__(self):
        draw = np.random.default_rng(self.seed)
        for source, sizes in self.sizes.items():
            rows = self.rows.setdefault(source, [])
            for (site, wave), size in sizes.items():
                for number in range(size):
                    person = f"{site}{number}" if self.linked else f"{site}{wave}{number}"
                    answers = np.clip(draw.integers(1, 6) + draw.integers(-1, 2, 4), 1, 5)
                    worker = [str(number % self.workers + 1)] if self.workers else []
                    rows.append([person, site, wave, *map(str, answers), *worker])
            names = {person: f"p{place}" for place, person in enumerate(dict.fromkeys(row[0] for row in rows))}
            for row in rows:
                row[0] = names[row[0]]
            for place in draw.integers(len(rows), size=self.gaps if rows else 0):
                rows[place][draw.integers(3, 7)] = ""

    def write(self, folder):
        """Write the files of the study, and return the study file."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "mood.yaml").write_text(INSTRUMENT)
        files = {source: self._split(source) for source in self.rows}
        header = ["respondent", "site", "wave", "q1", "q2", "q3", "q4", *(["worker"] if self.workers else [])]
        for name, rows in (each for parts in files.values() for each in parts.items()):
            (folder / name).write_text("".join(f"{','.join(row)}\n" for row in (header, *rows)))
        study = {
            "format": 1, "id": "small", "title": "Small", "waves": self.waves,
            "sites": {site: {"arm": arm} if arm else {} for site, arm in self.arms.items()},
            "sources": {source: {"label": f"The {source}", "files": list(parts), "instrument": "mood.yaml"}
                        for source, parts in files.items()},
            "levels": ["site", *(["worker"] if self.workers else [])],
        }  # fmt: skip
        if any(self.arms.values()):
            study["arms"] = {"new": {"label": "New"}, "old": {"label": "Old", "reference": True}}
        if self.pairs:
            every = list(self.sizes)
            one, two = every[0], every[-1 if self.across else 0]
            y = "mood" if one != two else "calm"
            study["pairs"] = {"both": {"x": f"{one}.mood", "y": f"{two}.{y}", "level": self.pairs}}
        (folder / "study.yaml").write_text(json.dumps(study))
        return folder / "study.yaml"

    def take_first(self, name):
        """Return the study with its first source only, under another name."""
        taken, first = copy.copy(self), next(iter(self.sizes))
        taken.sizes, taken.rows, taken.pairs = {name: self.sizes[first]}, {name: self.rows[first]}, ""
        return taken

    def _split(self, source):
        """Return the rows of a source by file."""
        parts = {}
        place = {"site": 1, "wave": 2}.get(self.files)
        for row in sorted(self.rows[source], key=lambda row: row[place]) if place else self.rows[source]:
            parts.setdefault(f"{source}_{row[place]}.csv" if place else f"{source}.csv", []).append(row)
        return parts


@st.composite
def studies(draw):
    """Draw studies of one to six sites with 1 to 4 people in one to three cells."""
    names = "abcdef"[: draw(st.integers(1, 6))]
    arms = dict.fromkeys(names, "")
    if len(names) > 1 and draw(st.booleans()):
        split = draw(st.integers(1, len(names) - 1))
        order = draw(st.permutations(list(names)))
        arms = {site: "new" if site in order[:split] else "old" for site in names}
    waves = ["T1", "T2"][: draw(st.integers(1, 2))]
    usual = draw(st.sampled_from([st.just(14), st.integers(5, 9), st.integers(5, 20)]))
    cells = [(site, wave) for site in names for wave in waves]
    sizes = {}
    for source in ["staff", "family"][: draw(st.integers(1, 2))]:
        few = draw(st.lists(st.sampled_from(cells), min_size=1, max_size=3, unique=True))
        sizes[source] = {cell: draw(st.integers(1, 4) if cell in few else usual) for cell in cells}
    workers = draw(st.sampled_from([0, 0, 2, 4]))
    return Study(
        arms, waves, sizes, linked=draw(st.booleans()), gaps=draw(st.sampled_from([0, 0, 1, 3])),
        seed=draw(st.integers(0, 9)), workers=workers, across=draw(st.booleans()),
        pairs=draw(st.sampled_from(["", "site", "worker" if workers else "site"])),
        files=draw(st.sampled_from(["", "", "site", "wave"])),
    )  # fmt: skip


# A person alone among five sites of 14; a few in one of two sites an arm, at both waves and at one; few scores at the
# last wave of two, whose number was that of both less the first; people who could be followed in one site only; leavers
# told of one arm of two; tests of pairs of sites, of which there were more where a hidden site had two people; means of
# sites that were correlated, hidden ones too.
KNOWN = {
    "one person, no arms": Study(dict.fromkeys("abcdef", ""), ["T1"], {"staff": dict(zip(
        [(site, "T1") for site in "abcdef"], [1, 14, 14, 14, 14, 14], strict=True))}, gaps=3),
    "two sites an arm": Study({"a": "new", "b": "new", "c": "old", "d": "old"}, ["T1", "T2"], {"staff": {
        (site, wave): 3 if site == "a" else 14 for site in "abcd" for wave in ("T1", "T2")}}, linked=True, gaps=1),
    "few at one wave": Study({"a": "new", "b": "new", "c": "old", "d": "old"}, ["T1", "T2"], {"staff": {
        (site, wave): 3 if (site, wave) == ("a", "T1") else 14 for site in "abcd" for wave in ("T1", "T2")}}),
    "few scores at one wave": Study({"a": "", "b": ""}, ["T1", "T2"], {"staff": {
        ("a", "T1"): 2, ("a", "T2"): 5, ("b", "T1"): 5, ("b", "T2"): 1}}, linked=True, gaps=3, seed=5),
    "few who stay": Study({"a": "", "b": ""}, ["T1", "T2"], {"staff": {
        ("a", "T1"): 2, ("a", "T2"): 5, ("b", "T1"): 1, ("b", "T2"): 5}}, linked=True, gaps=1),
    "leavers of one arm": Study({"a": "new", "b": "new", "c": "old"}, ["T1", "T2"], {"staff": {
        ("a", "T1"): 14, ("a", "T2"): 14, ("b", "T1"): 14, ("b", "T2"): 3, ("c", "T1"): 4, ("c", "T2"): 1}},
        linked=True, seed=3),
    "one person and one of 14": Study({site: "old" if site == "d" else "new" for site in "abcd"}, ["T1"], {"staff": {
        (site, "T1"): 1 if site == "c" else 14 for site in "abcd"}}, seed=2),
    "a file for each site": Study({"a": "new", "b": "old", "c": "new"}, ["T1", "T2"], {"staff": dict(zip(
        [(site, wave) for site in "abc" for wave in ("T1", "T2")], [7, 3, 20, 1, 1, 6], strict=True))},
        linked=True, seed=8, files="site"),
    "workers paired": Study({"a": "new", "b": "old", "c": "old", "d": "new", "e": "new"}, ["T1"], {
        source: dict(zip([(site, "T1") for site in "abcde"], sizes, strict=True))
        for source, sizes in {"staff": [3, 14, 14, 6, 14], "family": [2, 9, 9, 7, 12]}.items()},
        pairs="worker", across=True, workers=2, gaps=3),
    "means of sites paired": Study(dict.fromkeys("abcdefg", ""), ["T1"], {"staff": dict(zip(
        [(site, "T1") for site in "abcdefg"], [3, 3, 9, 9, 9, 9, 9], strict=True))}, pairs="site"),
}  # fmt: skip


def make_report(folder, study):
    """Return the report of a study before it is drawn, and its manifest."""
    path = study.write(folder)
    request = ReportRequest(str(path), (str(folder / "r.html"),), quiet=True)
    compared = compare_whole(path, quiet=True)
    report = ReportData(compared.data, compared.comparison, "r.manifest.json")
    whole = Report(report.data, report.comparison, (), None, {})
    return report, json.loads(make_manifest(request, whole, "2026-01-01T00:00:00+00:00"))


def compare_scores(folder, study):
    """Return the comparison of a file of scores, as a report would hold it, and no manifest."""
    folder.mkdir(parents=True, exist_ok=True)
    (rows,) = study.rows.values()
    worker = ["worker"] if study.workers else []
    lines = [["respondent", "site", "wave", *worker, "mood", "calm"]]
    for who, site, wave, *answers in rows:
        scores = ["" if "" in each else str(sum(map(int, each)) / len(each)) for each in (answers[:4], answers[:2])]
        lines.append([who, site, wave, *answers[4:], *scores])
    path = folder / "scores.csv"
    path.write_text("".join(f"{','.join(line)}\n" for line in lines))
    treated = tuple(site for site, arm in study.arms.items() if arm == "new")
    data = make_study_from_scores(ScoredFile(str(path), wave="wave", treated=treated, waves=tuple(study.waves)))
    return ReportData(data, compare_study(data), ""), None


def list_disclosed(report, manifest):
    """Return everything that leaves the program, by name, before it is drawn: all texts, tables and numbers.

    Of a comparison without a manifest there is no report.
    """
    found = list_compared(report)
    if manifest is None:
        return found
    found |= {"manifest": json.dumps(manifest, indent=1), "checklist": make_checklist(report, ".md").decode()}
    for section in list_sections(report):
        for place, block in enumerate(section.blocks):
            name, value = f"{section.name} {section.is_annex} {place}", block.value
            if isinstance(value, Picture):
                found[name] = f"{value.title}\n{value.reading}\n{value.description}"
            else:
                found[name] = repr(value)
    folder = Path(report.data.inputs[0].path).parent
    return {name: _even_out(text, folder) for name, text in found.items()}


def list_compared(report):
    """Return all that the files of `compare` hold, by name."""
    found = {
        "findings": "\n".join(map(repr, report.comparison.findings)),
        "notes": repr(report.comparison.notes),
        "about in JSON of compare": json.dumps(describe_comparison(report.data, report.comparison), indent=1),
        "sensitivity of compare": repr(make_matrix(report.sensitivity, report.labels)),
        "CSV of compare": repr(make_single_table(report.comparison, report.labels)),
    }
    for kind, make in (("JSON", make_file_tables), ("workbook", make_sheets)):
        found |= {
            f"{kind} of compare: {name}": repr(table) for name, table in make(report.comparison, report.labels).items()
        }
    folder = Path(report.data.inputs[0].path).parent
    return {name: _even_out(text, folder) for name, text in found.items()}


def write_everything(folder, study, forms=(".html", ".docx", ".xlsx"), figures="figures"):
    """Return the contents of every file that is written of a study, by name; of archives, those of their parts."""
    path = study.write(folder)
    given = set(folder.iterdir())
    outputs = tuple(str(folder / f"report{suffix}") for suffix in forms)
    write_report(
        ReportRequest(
            str(path),
            outputs,
            figures=figures and str(folder / figures),
            checklist=str(folder / "draft.md"),
            quiet=True,
        )
    )
    for only in ((), ("sensitivity",)):
        for suffix in (".csv", ".json", ".xlsx"):
            request = CompareRequest(
                str(path), only=only, output=str(folder / f"{'-'.join(('compare', *only))}{suffix}"), quiet=True
            )
            (assess_file if only else compare_file)(request)
    found = {}
    for file in sorted(each for each in folder.rglob("*") if each.is_file() and each not in given):
        name, content = str(file.relative_to(folder)), file.read_bytes()
        if zipfile.is_zipfile(file):
            with zipfile.ZipFile(file) as archive:
                found |= {f"{name} {part}": _decode(archive.read(part), folder) for part in archive.namelist()}
        else:
            found[name] = _decode(content, folder)
    return found


def _decode(content, folder):
    """Return a text evened out, and other bytes as they are."""
    try:
        return _even_out(content.decode(), folder)
    except UnicodeDecodeError:
        return content


def _even_out(text, folder):
    """Return a text without what depends on the files as such: their folder and SHA-256.

    Numbers have nine digits, as the order in which sites are added up shows in the sixteenth.
    """
    return _NUMBER.sub(_cut, _SHA256.sub("SHA-256", text.replace(f"{folder}/", "")))


def _cut(number):
    value = float(number.group())
    return f"{0.0 if abs(value) < 1e-12 else value:.9g}"
