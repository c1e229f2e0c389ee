"""Studies with a few people in some cells, and everything that one report says of them, for whoever attacks it."""

from __future__ import annotations

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
from sos_score.report.checklist.draft import make_checklist
from sos_score.report.manifest import make_manifest
from sos_score.report.model import Picture, ReportData
from sos_score.report.questions.registry import make_file_tables, make_sheets, make_single_table
from sos_score.report.request import Report, ReportRequest
from sos_score.report.sections.registry import list_sections
from sos_score.report.tables.sensitivity import make_matrix

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

    `linked` people keep their id from wave to wave; of each source, `gaps` answers are left out. With `pairs` the means
    of sites on the two scales are said to go together.
    """

    arms: dict[str, str]
    waves: list[str]
    sizes: dict[str, dict[tuple[str, str], int]]
    linked: bool = False
    gaps: int = 0
    seed: int = 1
    pairs: bool = False
    rows: dict[str, list[list[str]]] = field(default_factory=dict)

    def __post_init__(self):
        draw = np.random.default_rng(self.seed)
        for source, sizes in self.sizes.items():
            rows = self.rows.setdefault(source, [])
            for (site, wave), size in sizes.items():
                for number in range(size):
                    person = f"{site}{number}" if self.linked else f"{site}{wave}{number}"
                    answers = np.clip(draw.integers(1, 6) + draw.integers(-1, 2, 4), 1, 5)
                    rows.append([person, site, wave, *map(str, answers)])
            names = {person: f"p{place}" for place, person in enumerate(dict.fromkeys(row[0] for row in rows))}
            for row in rows:
                row[0] = names[row[0]]
            for place in draw.integers(len(rows), size=self.gaps if rows else 0):
                rows[place][draw.integers(3, 7)] = ""

    def write(self, folder):
        """Write the files of the study, and return the study file."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "mood.yaml").write_text(INSTRUMENT)
        for source, rows in self.rows.items():
            lines = ["respondent,site,wave,q1,q2,q3,q4", *(",".join(row) for row in rows)]
            (folder / f"{source}.csv").write_text("\n".join(lines) + "\n")
        arms = "arms: {new: {label: New}, old: {label: Old, reference: true}}\n" if any(self.arms.values()) else ""
        sites = "".join(f"  {site}: {{{f'arm: {arm}' if arm else ''}}}\n" for site, arm in self.arms.items())
        of = "".join(
            f"  {each}: {{label: The {each}, files: {each}.csv, instrument: mood.yaml}}\n" for each in self.sizes
        )
        (folder / "study.yaml").write_text(
            f"format: 1\nid: small\ntitle: Small\n{arms}sites:\n{sites}waves: [{', '.join(self.waves)}]\nsources:\n{of}"
            + "levels: [site]\npairs: {both: {x: staff.mood, y: staff.calm, level: site}}\n" * self.pairs
        )
        return folder / "study.yaml"


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
    return Study(arms, waves, sizes, draw(st.booleans()), draw(st.sampled_from([0, 0, 1, 3])), draw(st.integers(0, 9)))


def make_report(folder, study):
    """Return the report of a study before it is drawn, and its manifest."""
    path = study.write(folder)
    request = ReportRequest(str(path), (str(folder / "r.html"),), quiet=True)
    compared = compare_whole(path, quiet=True)
    report = ReportData(compared.data, compared.comparison, "r.manifest.json")
    whole = Report(report.data, report.comparison, (), None, {})
    return report, json.loads(make_manifest(request, whole, "2026-01-01T00:00:00+00:00"))


def list_disclosed(report, manifest):
    """Return everything that leaves the program, by name, before it is drawn: all texts, tables and numbers."""
    found = {
        "findings": "\n".join(map(repr, report.comparison.findings)),
        "notes": repr(report.comparison.notes),
        "manifest": json.dumps(manifest, indent=1),
        "checklist": make_checklist(report, ".md").decode(),
        "about in JSON of compare": json.dumps(describe_comparison(report.data, report.comparison), indent=1),
        "sensitivity of compare": repr(make_matrix(report.sensitivity, report.labels)),
        "CSV of compare": repr(make_single_table(report.comparison, report.labels)),
    }
    for kind, make in (("JSON", make_file_tables), ("workbook", make_sheets)):
        found |= {
            f"{kind} of compare: {name}": repr(table) for name, table in make(report.comparison, report.labels).items()
        }
    for section in list_sections(report):
        for place, block in enumerate(section.blocks):
            name, value = f"{section.name} {section.is_annex} {place}", block.value
            if isinstance(value, Picture):
                found[name] = f"{value.title}\n{value.reading}\n{value.description}"
            else:
                found[name] = repr(value)
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
