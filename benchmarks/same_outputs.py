"""Record what every command prints and writes, and compare two recordings.

``record FOLDER`` runs the commands below on copies of the examples, each in a scratch folder of its own, where all
paths are relative; ``compare FOLDER OTHER`` says what differs between two recordings. Pictures in PNG are left out.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import io
import itertools
import json
import math
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
EPOCH = "1700000000"
SHOWN = 20  # differences of one file that are printed
CLOSE = 1e-12  # relative, of numbers in full precision
CLOSE_COORDINATE = 1e-9  # relative, and absolute near 0, of numbers in pages and pictures
FULL = 12  # significant digits from which a number may differ in its last ones; shorter ones are equal as printed
NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
QUESTIONS = (
    "design",
    "level",
    "change",
    "arms",
    "did",
    "variation",
    "association",
    "profiles",
    "extremes",
    "sensitivity",
)
KINDS = ("instrument", "columns", "norms", "study", "wording")

# One run a line; the commands of a run are separated by &&, and {a,b} stands for a run with each.
COMMANDS = """
--help
--version
nonsense
list
list -f {csv,json,bogus}
list -o {list.csv,list.json,list.xlsx,list.txt}
schema {instrument,columns,norms,study,wording,nothing}
schema study -o study.schema.json
show nothing
show wai-s -f csv
show instruments/wai-s.yaml
show wai -f json -o wai.json && show wai -o wai.json && show wai -f json -o wai.json --force

check examples/{wai_s_labels,wai_s_mistakes}.csv -i wai-s
check examples/wai_s_mistakes.csv -i wai-s -f {csv,json} --by {site,wave}
check examples/wai_s_mistakes.csv -i wai-s -o found.{csv,json,xlsx} --fail-on {note,problem}
check $S/study.yaml -f json
pseudonymise $S/synthetic/osc_t1.csv --key-file key.txt -o shared.csv

score examples/wai_s_labels.csv -i wai-s
score examples/wai_s_labels.csv -i wai-s -f {csv,json,table,bogus}
score examples/wai_s_labels.csv -i wai-s -o out.{csv,json,parquet,xlsx,sav,tsv,doc}
score examples/wai_s_labels.csv -i wai-s --long -o out.{csv,json,parquet,xlsx,sav}
score examples/wai_s_labels.csv -i wai-s --as {sum,pomp,mean,median} -f csv
score examples/wai_s_labels.csv -i wai-s --as sum --as pomp --as mean --long -f csv
score examples/wai_s_labels.csv -i wai-s --as sum --as pomp -o out.{csv,parquet,xlsx}
score examples/wai_s_labels.csv -i wai-s --min-answered {1/2,50%,9,all,1,99,some} -f csv
score examples/wai_s_labels.csv -i wai-s --norms local.yaml -o out.{csv,json,parquet,xlsx,sav}
score examples/wai_s_labels.csv -i wai-s --norms local.yaml --long -f csv
score examples/wai_s_labels.csv -i wai-s --norms $S/norms.yaml -f csv
score examples/wai_s_labels.csv -i wai-s -i wai-sr -f csv
score examples/wai_s_labels.csv -i {nothing,nothing.yaml,wai} -f csv
score examples/wai_s_labels.csv -i wai-s -o out.csv && score examples/wai_s_labels.csv -i wai-s -o out.csv
score examples/wai_s_labels.csv -i wai-s -o examples/wai_s_labels.csv --force
score examples/wai_s_labels.csv
score - -i wai-s -f csv < examples/wai_s_labels.csv
score examples/wai_s_mistakes.csv -i wai-s
score examples/wai_s_mistakes.csv -i wai-s -o out.csv
score examples/wai_s_mistakes.csv -i wai-s --on-invalid missing -f csv
score examples/wai_s_labels.csv examples/wai_s_mistakes.csv -i wai-s -o out.{csv,json,xlsx}
score examples/wai_s_labels.csv examples/wai_s_mistakes.csv gone.csv -i wai-s -o out/ -f csv
score invented.csv -i wai-s --on-invalid missing -o out.csv
score $D/osc_t1.csv -i osc -c $S/columns_osc_t1.yaml -o out.{csv,json,parquet,xlsx,sav}
score $D/osc_t1.csv -i osc -c $S/columns_osc_t1.yaml
score $D/osc_t1.csv -i osc -c $S/columns_osc_t1.yaml --norms $S/norms.yaml -o out.{csv,json,xlsx}
score $D/osc_t1.csv $D/osc_t2.csv -i osc -f csv
score $D/osc_t1.csv $D/osc_t2.csv -i osc -o out/ -f csv
score $D/osc_t2.csv -i osc -c $S/columns_osc_t2.yaml --long -o out.csv
score $D/wai_client.csv -i wai -c $S/columns_wai_client.yaml -o out.{csv,json,parquet,xlsx}
score $D/wai_client.csv -i wai -f csv
score $D/wai_worker.csv -i wai -c $S/columns_wai_worker.yaml -o out.{csv,parquet,xlsx}
score $D/wai_worker.csv -i wai -c $S/columns_wai_worker.yaml --as pomp --long -f csv
score $D/yatchmenoff.tsv -i yatchmenoff -c $S/columns_yatchmenoff.yaml -o out.{csv,json,parquet,xlsx}
score $D/yatchmenoff.tsv -i yatchmenoff -c $S/columns_yatchmenoff.yaml --min-answered all
score $D/ccbc.csv -i ccbc -o out.{csv,json,parquet,xlsx,sav}
score $D/practice_elements.csv -i practice-elements -c $S/columns_practice_elements.yaml -o out.{csv,xlsx}
score $D/family_feedback.csv -i family-feedback -o out.{csv,json,xlsx}
score $D/safety_scale.csv -i safety-scale -c $S/columns_safety_scale.yaml -o out.{csv,json,xlsx}
score examples/vendor_scores/t_scores.csv -i osc -c examples/vendor_scores/columns.yaml -o out.{csv,json,parquet,xlsx}
score examples/social_workers.csv -i wai-s -f csv
score examples/social_workers.csv -i climate.yaml -c climate_map.yaml -f csv
reliability examples/social_workers.csv -i climate.yaml -c climate_map.yaml --items
agreement examples/social_workers.csv -i climate.yaml -c climate_map.yaml --team site
score $D/families.csv -i wai-s
score $S/README.md -i wai-s

explain examples/wai_s_labels.csv -i wai-s --respondent {F01,F02,F16,Nobody}
explain examples/wai_s_labels.csv -i wai-s --respondent F16 --scale {goal,total,nothing}
explain examples/wai_s_labels.csv -i wai-s --respondent F01 -f {csv,json,bogus}
explain examples/wai_s_labels.csv -i wai-s --respondent F01 -o out.{csv,json,xlsx}
explain examples/wai_s_labels.csv -i wai-s --respondent F01 --norms local.yaml
explain examples/wai_s_labels.csv -i wai-s --respondent F16 --min-answered 1/2
explain - -i wai-s --respondent F01 < examples/wai_s_labels.csv
explain examples/wai_s_mistakes.csv -i wai-s --respondent {F01,F02}
explain $D/osc_t1.csv -i osc -c $S/columns_osc_t1.yaml --respondent S101 --norms $S/norms.yaml
explain $D/osc_t1.csv -i osc -c $S/columns_osc_t1.yaml --respondent S101 -f json
explain $D/wai_client.csv -i wai -c $S/columns_wai_client.yaml --respondent F01 --scale total
explain $D/yatchmenoff.tsv -i yatchmenoff -c $S/columns_yatchmenoff.yaml --respondent F01
explain examples/vendor_scores/t_scores.csv -i osc -c examples/vendor_scores/columns.yaml --respondent S101

reliability examples/wai_s_labels.csv -i wai-s --items
reliability examples/wai_s_labels.csv -i wai-s -o out.{csv,json,xlsx}
reliability examples/wai_s_labels.csv -i wai-s --by {site,wave}
reliability examples/wai_s_labels.csv -i wai-s --missing pairwise -f csv
reliability examples/wai_s_labels.csv -i wai-s --bootstrap 50 --seed 3 -f json
reliability examples/wai_s_mistakes.csv -i wai-s
reliability $D/osc_t1.csv -i osc -c $S/columns_osc_t1.yaml -o out.{csv,json}
reliability $D/osc_t1.csv -i osc -c $S/columns_osc_t1.yaml
reliability $D/osc_t1.csv $D/osc_t2.csv -i osc --by source --scale proficiency -f csv
reliability $D/wai_client.csv -i wai -c $S/columns_wai_client.yaml
reliability $D/wai_client.csv -i wai -c $S/columns_wai_client.yaml --by site,wave -f csv
reliability $D/wai_client.csv -i wai -c $S/columns_wai_client.yaml --missing pairwise -o out.{csv,json,xlsx}
reliability $D/wai_client.csv -i wai -c $S/columns_wai_client.yaml --scale total --items --bootstrap 50
reliability $D/wai_worker.csv -i wai -c $S/columns_wai_worker.yaml -f csv
reliability $D/yatchmenoff.tsv -i yatchmenoff -c $S/columns_yatchmenoff.yaml --by site --scale buy_in --scale total
reliability $D/yatchmenoff.tsv -i yatchmenoff -c $S/columns_yatchmenoff.yaml -o out.{csv,json}
reliability $D/family_feedback.csv -i family-feedback --items
reliability $D/ccbc.csv -i ccbc -f json
reliability $D/practice_elements.csv -i practice-elements -c $S/columns_practice_elements.yaml -f json
reliability $D/safety_scale.csv -i safety-scale -c $S/columns_safety_scale.yaml
reliability $D/ccbc.csv -i ccbc --{by nothing,scale nothing,missing nothing}

agreement $D/osc_t1.csv -i osc --team site
agreement $D/osc_t1.csv -i osc --team site -o out.{csv,json,xlsx}
agreement $D/osc_t1.csv $D/osc_t2.csv -i osc --team site --by source --scale stress -f csv
agreement $D/wai_client.csv -i wai -c $S/columns_wai_client.yaml --team {site,worker} -f json
agreement $D/wai_client.csv -i wai -c $S/columns_wai_client.yaml --team site --by wave
agreement $D/yatchmenoff.tsv -i yatchmenoff -c $S/columns_yatchmenoff.yaml --team site -f csv
agreement $D/family_feedback.csv -i family-feedback --team family -f csv
agreement examples/wai_s_labels.csv -i wai-s --team {site,nothing}
agreement examples/vendor_scores/t_scores.csv -i osc -c examples/vendor_scores/columns.yaml --team site

raters $D/ccbc.csv -i ccbc --target target --rater rater
raters $D/ccbc.csv -i ccbc --target target --rater rater --items --targets --scale clinical_skill
raters $D/ccbc.csv -i ccbc --target target --rater rater -o out.{csv,json,xlsx}
raters $D/ccbc.csv -i ccbc --target {worker,nothing} --rater rater
raters $D/safety_scale.csv -i safety-scale -c $S/columns_safety_scale.yaml --target target --rater rated_by
raters $D/safety_scale.csv -i safety-scale -c $S/columns_safety_scale.yaml --target target --rater rated_by $O
raters $D/practice_elements.csv -i practice-elements -c $S/columns_practice_elements.yaml --target target --rater rater

retest $D/wai_client.csv -i wai -c $S/columns_wai_client.yaml --first T1 --second T2
retest $D/wai_client.csv -i wai -c $S/columns_wai_client.yaml --first T1 --second T2 --people --scale total
retest $D/wai_client.csv -i wai -c $S/columns_wai_client.yaml --first T1 --second T2 --reliability {0.8,2} -f csv
retest $D/wai_client.csv -i wai -c $S/columns_wai_client.yaml --first T1 --second T2 -o out.{csv,json,xlsx}
retest $D/wai_worker.csv -i wai -c $S/columns_wai_worker.yaml --respondent target --first T1 --second T2 -f json
retest $D/yatchmenoff.tsv -i yatchmenoff -c $S/columns_yatchmenoff.yaml --first T1 --second T2 -f csv
retest $D/osc_t1.csv $D/osc_t2.csv -i osc --occasion source --first $D/osc_t1.csv --second $D/osc_t2.csv -f csv
retest examples/wai_s_labels.csv -i wai-s --first T1 --second {T2,T3}

compare $S/study.yaml
compare $S/study.yaml --sensitivity
compare $S/study.yaml -o out.{csv,json,xlsx}
compare $S/study.yaml --sensitivity -o out.{csv,json,xlsx}
compare $S/study.yaml --scale osc.engagement --scale alliance_family.total
compare $S/study.yaml -i {wai,nothing}
compare $S/study.yaml --scale nothing
compare examples/staff_survey.yaml
compare examples/staff_survey.yaml -o out.{csv,json,xlsx}
compare examples/staff_survey.yaml --sensitivity
compare examples/staff_survey.yaml --only nothing
compare examples/vendor_scores/study.yaml
compare examples/vendor_scores/study.yaml -o out.{csv,json,xlsx}
compare examples/vendor_scores/study.yaml --sensitivity -f json
score examples/wai_s_labels.csv -i wai-s -o s.csv && compare s.csv && compare s.csv --treated 1,4 --wave wave -f json
score examples/wai_s_labels.csv -i wai-s --long -o s.csv && compare s.csv --treated 1 -f csv
score $W -o s.csv && compare s.csv --treated 1,4 && compare s.csv --treated 1,4 -o out.{json,csv,xlsx}
score $W -o s.csv && compare s.csv --treated 1,4 --only {did,variation,association,profiles} -f csv
score $W -o s.csv && compare s.csv --site worker -f json && compare s.csv --treated 9 && compare s.csv --site nothing
score $W -o s.parquet && compare s.parquet --treated 1,4
compare gone.{yaml,csv}
compare examples/wai_s_labels.csv

power --sites-per-arm 2 --people 15 --icc 0.05 --effect 0.5
power --sites-per-arm 2 --people 15 --icc 0.05 --effect 0.5 --figure power.{svg,png,gif}
power --sites-per-arm 2 --people 15 --icc 0.05 --effect 0.5 -o out.{csv,json,xlsx}
power --sites-per-arm {2,3,10,1} --people 12 --icc 0.1 -f csv
power --arms {2\\,3,4\\,4,1\\,5,2\\,2\\,2} --people 15 --icc 0.1 --waves 2 --overlap 0.6 -f json
power --arms 2,3 --people 15 --icc 0.1 --waves 2 --overlap 0.6
power --sites-per-arm 5 --people 20 --icc 0.02 --waves 2 --person-correlation 0.6 --site-correlation 0.7 --alpha 0.1 $J
power --sites-per-arm 5 --people 20 --icc 0.02 --power 0.9 --effect 0.3
power --sites-per-arm 5 --people 20 --icc 2
power --effect 0.5
power
power --from $S/study.yaml --scale alliance_family.total --icc 0.3 --effect 0.5
power --from $S/study.yaml --scale osc.{rigidity,engagement,nothing}
power --from $S/study.yaml --scale osc.rigidity --waves 1 -f json
power --from $S/study.yaml --scale competence.clinical_skill -o out.{csv,json,xlsx}
power --from $S/study.yaml
power --from examples/staff_survey.yaml --scale climate.stress --effect 0.5 -f json
power --from examples/vendor_scores/study.yaml --scale climate.stress

plausible --mean 15 --sd 4.4 --n 221 --low 4 --high 16 --whole
plausible --mean 15 --sd 4.4 --n 221 --low 4 --high 16 --whole -f {csv,json}
plausible --mean 5.18 --n 14 --items {1,3} -f json
plausible --mean 3.19 --n 12 --whole
plausible --mean 15 --n nothing
plausible
plausible examples/published_yatchmenoff.csv
plausible examples/published_yatchmenoff.csv -o out.{csv,json,xlsx}
plausible examples/published_yatchmenoff_corrected.csv -f {csv,json,table}
plausible - -f csv < examples/published_yatchmenoff.csv
plausible examples/wai_s_labels.csv

report $S/study.yaml -o r.html -o r.docx -o r.xlsx --figures figures --scores r.sav && verify r.manifest.json
report $S/study.yaml -o changed.html && change $S/study.yaml 0.5 0.4 && verify changed.manifest.json
report examples/staff_survey.yaml && verify report.manifest.json
report examples/staff_survey.yaml -o r.{docx,xlsx,txt} -q
report examples/staff_survey.yaml -o r.html --scores r.sav && change $D/osc_t1.csv S101 S999 && verify r.manifest.json
report examples/staff_survey.yaml -o r.html -q && report examples/staff_survey.yaml -o r.html
report examples/vendor_scores/study.yaml -o r.html -o r.docx -o r.xlsx --figures figures --scores r.sav
report gone.yaml
verify {gone.json,examples/wai_s_labels.csv}

validate instruments
validate instruments/wai-s.yaml instruments/wai-*.yaml
validate instruments -f {json,github}
validate instruments -q
validate examples
validate examples -f {json,github}
validate $S/study.yaml examples/staff_survey.yaml local.yaml $S/columns_osc_t1.yaml
validate gone.yaml
validate $I/definitions
validate $I/definitions -f {json,github}
validate $I/definitions -q
validate $I/studies -f {text,json,github}
validate $I/norms -f {text,json,github}
validate $I/surveys -f {text,json}

codebook
codebook $S/study.yaml
codebook $S/study.yaml -o out.{csv,json,xlsx}
codebook examples/{staff_survey,vendor_scores/study}.yaml -f csv
codebook -i wai-s -i safety-scale
codebook -i wai-s --as sum --as pomp --norms local.yaml --min-answered all -f {csv,json}
codebook -i osc --norms $S/norms.yaml -o out.{csv,json,xlsx}
codebook -i nothing

new instrument "Our climate" --items 8
new instrument "Our climate" --items 8 --labels {0-10,Never\\,Sometimes\\,Always} -o our-climate.yaml $V
new instrument "Our climate" --items 0
new study "Our study"
new study "Our study" -o study.yaml && validate study.yaml
demo
demo there && verify there/report.manifest.json && demo there
"""
SHORT = {
    "$S": "examples/contrast_study",
    "$D": "examples/contrast_study/synthetic",
    "$I": "tests/invalid",
    "$W": "$D/wai_client.csv -i wai -c $S/columns_wai_client.yaml",
    "$O": "-o out.{csv,json,xlsx}",
    "$J": "-f {json,table}",
    "$V": "&& validate our-climate.yaml",
}
LOCAL_NORMS = """\
format: 1
instrument: wai-s
local:
  first_wave: {population: our own families at T1, unit: respondent, where: {wave: [T1]}}
  our_teams: {population: our own teams at T1, unit: team, team: site, where: {wave: [T1]}}
"""
INVENTED = """\
respondent,site,wave,wais_01,wais_02,wais_03,wais_04,wais_05,wais_06,wais_07,wais_08,wais_09,wais_10,wais_11,wais_12
=A1,1,T1, always ,2.0,03,N/A,99,,7,6,5,9,Nver,1
B2,1,T1,1,1,1,1,1,1,1,1,1,1,1,1
C3,2,T1,,,,,,,,,,,,
D4,2,T2,Never,Rarely,Occasionally,Sometimes,Often,Very often,Always,1,2,3,4,5
"""
DEFINITION = """\
format: 1
id: {id}
version: 1.0.0
title: {id}
construct: nothing
answered_by: [staff]
references: []
rights: {{holder: nobody}}
verification:
  key: {{status: user, source: made up}}
  responses: {{status: user, source: made up}}
  missing: {{status: user, source: made up}}
response_scales: {{answer: {{min: {low}, max: {high}}}}}
items: {{ids: [{items}], responses: answer}}
missing: {{min_answered: {rule}}}
scales:
"""
SCALE = "  {name}: {{title: {title}, items: [{items}], score: mean, higher_is: more}}\n"
CLIMATE_MAP = "format: 1\nrespondent: Staff\nsite: Team\nitems: {'q{n}': 'Q{n}'}\nmissing: {none: [N/A]}\n"
CLIMATE = [f"q{number}" for number in range(1, 9)]


@dataclass
class Run:
    """One or several commands in a scratch folder."""

    commands: list[list[str]]
    files: dict[str, str] = field(default_factory=dict)
    stdin: str | None = None

    @property
    def name(self) -> str:
        """The name of the folder that holds what came of it."""
        words = " ".join(" ".join(command) for command in self.commands)
        key = json.dumps([self.commands, self.files, self.stdin], sort_keys=True)
        short = re.sub(
            r"examples/|contrast_study/|synthetic/|tests/|data/| -i \S+/made.yaml -c \S+/map.yaml", "", words
        )
        slug = re.sub(r"[^A-Za-z0-9.]+", "_", short).strip("_")[:90]
        return f"{slug}-{hashlib.sha256(key.encode()).hexdigest()[:6]}"


# ---------------------------------------------------------------------------------------------------------- what runs


def expand(line: str) -> list[str]:
    """Return a line once for each alternative of its first braces, and so on."""
    found = re.search(r"\{([^{}]*)\}", line)
    if found is None:
        return [line.replace("\\,", ",")]
    kept = re.split(r"(?<!\\),", found.group(1))
    return [made for word in kept for made in expand(line[: found.start()] + word + line[found.end() :])]


def written_runs() -> Iterator[Run]:
    """Give the runs of `COMMANDS`."""
    files = {
        "local.yaml": LOCAL_NORMS,
        "invented.csv": INVENTED,
        "climate.yaml": make_definition("climate", {"climate": CLIMATE}, 1, 5, "80%").replace(
            "max: 5", "max: 5, labels: {Strongly disagree: 1, Disagree: 2, Neither: 3, Agree: 4, Strongly agree: 5}"
        ),
        "climate_map.yaml": CLIMATE_MAP,
    }
    for line in COMMANDS.strip().splitlines():
        if not line:
            continue
        full = line
        for short in ("$W", "$O", "$J", "$V", "$S", "$D", "$I"):
            full = full.replace(short, SHORT[short])
        full = full.replace("$D", SHORT["$D"]).replace("$S", SHORT["$S"])
        for made in expand(full):
            words, _, stdin = made.partition(" < ")
            needed = {name: text for name, text in files.items() if name in words}
            yield Run([shlex.split(command) for command in words.split(" && ")], needed, stdin or None)


def question_runs() -> Iterator[Run]:
    """Give every question of compare, of every study, as text and as files."""
    for study in ("contrast_study/study", "staff_survey", "vendor_scores/study"):
        for question in QUESTIONS:
            start = ["compare", f"examples/{study}.yaml", "--only", question]
            yield Run([start])
            yield Run([[*start, "-q", "-f", "csv" if study == "staff_survey" else "json"]])


def instrument_runs() -> Iterator[Run]:
    """Give what there is to show of each instrument."""
    for path in sorted(instruments().glob("*.yaml")):
        for command in ("show", "codebook -i"):
            yield Run([[*command.split(), path.stem]])
            yield Run([[*command.split(), path.stem, "-f", "json"]])
        yield Run([["validate", f"instruments/{path.name}"]])
    commands = "score explain reliability agreement raters retest compare power plausible report verify validate list"
    for command in [*commands.split(), "show", "schema", "codebook", "new", "demo", "new instrument", "new study"]:
        yield Run([[*command.split(), "--help"]])
        yield Run([[*command.split(), "--nonsense"]])


def invalid_runs() -> Iterator[Run]:
    """Give a run of each file that is wrong."""
    folder = invalid()
    for kind in ("definitions", "norms", "studies"):
        for path in sorted((folder / kind).glob("*.yaml")):
            yield Run([["validate", f"tests/invalid/{kind}/{path.name}"]])
    for path in sorted((folder / "definitions").glob("*.yaml"))[::6]:
        yield Run([["score", "examples/wai_s_labels.csv", "-i", f"tests/invalid/definitions/{path.name}"]])
    for path in sorted((folder / "studies").glob("*.yaml"))[::4]:
        yield Run([["compare", f"tests/invalid/studies/{path.name}"]])
    for path in sorted((folder / "surveys").glob("*.csv")):
        start = ["score", f"tests/invalid/surveys/{path.name}", "-i", "tests/invalid/surveys/mood4.yaml"]
        if path.with_suffix(".map.yaml").exists():
            start += ["-c", f"tests/invalid/surveys/{path.stem}.map.yaml"]
        yield Run([[*start, "-o", "out.csv"]])
        yield Run([[*start, "--on-invalid", "missing", "-f", "csv"]])


def instruments() -> Path:
    """Return the folder of the shipped definitions."""
    return next(path for path in (ROOT / "instruments", ROOT / "sos_score" / "instruments") if path.is_dir())


def invalid() -> Path:
    """Return the folder of the files that are wrong."""
    return next(path for path in sorted((ROOT / "tests").rglob("invalid")) if (path / "definitions").is_dir())


# ------------------------------------------------------------------------------------------------ runs of further data


def make_definition(name: str, scales: Mapping[str, Sequence[str]], low: int, high: int, rule: str) -> str:
    """Return a definition of scales, each a list of items with a minus before those that are reversed."""
    items = list(dict.fromkeys(item.lstrip("-") for keys in scales.values() for item in keys))
    text = DEFINITION.format(id=name, low=low, high=high, items=", ".join(items), rule=rule)
    return text + "".join(
        SCALE.format(name=f"s_{scale.lower()}", title=scale, items=", ".join(keys)) for scale, keys in scales.items()
    )


def read_rows(path: Path) -> list[dict[str, str]]:
    """Return the rows of a CSV file."""
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def make_csv(rows: Sequence[Mapping[str, str]]) -> str:
    """Return rows as CSV."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


ID_NAMES = {
    "id": "respondent",
    "person": "respondent",
    "family": "respondent",
    "session": "target",
    "SUB": "respondent",
}
NOT_ITEMS = {*ID_NAMES, "site", "group", "wave", "worker", "rater", "target", "GRP", "COMPID", "gender", "education"}


def make_map(columns: Sequence[str]) -> str:
    """Return a column map for the id columns a file has."""
    lines = ["format: 1"] + [f"{name}: {column}" for column, name in ID_NAMES.items() if column in columns]
    if "worker" in columns and "family" not in columns:
        lines.append("respondent: worker")
    lines += [f"{name}: {name}" for name in ("site", "wave", "rater", "target") if name in columns]
    others = [name for name in ("worker", "family", "group", "GRP", "COMPID", "gender") if name in columns]
    if others:
        lines.append("others: {" + ", ".join(f"{name.lower()}: {name}" for name in others) + "}")
    return "\n".join(lines) + "\n"


def data_runs(folder: Path) -> Iterator[Run]:
    """Give runs of every file of a folder of cases that can be scored with a definition made from its case."""
    for about in sorted(folder.glob("case*/case.json")):
        case = json.loads(about.read_text(encoding="utf-8"))
        for path in sorted(about.parent.glob("data*.csv")):
            yield from file_runs(case, path)


def scales_of(case: Mapping[str, Any], columns: Sequence[str]) -> dict[str, list[str]]:
    """Return the scales of a case of which a file has every item, else all of its columns as one scale."""
    found = {name: list(scale["keys"]) for name, scale in case.get("scales", {}).items()}
    parts = case.get("items", {})
    found |= {name: list(part["items"] if isinstance(part, dict) else part) for name, part in parts.items()}
    found = {name: keys for name, keys in found.items() if {key.lstrip("-") for key in keys} <= set(columns)}
    return found or {"every": [column for column in columns if column not in NOT_ITEMS and column != "age"]}


def melt(case: Mapping[str, Any], rows: list[dict[str, str]]) -> list[dict[str, str]]:
    """Return rows with one wave or one rater each, where a file has several side by side."""
    suffixes = {suffix for scale in case.get("scales", {}).values() for suffix in scale.get("suffixes", [])}
    side_by_side = sorted(suffix for suffix in suffixes if any(name.endswith(suffix) for name in rows[0]))
    if side_by_side:
        ids = [name for name in rows[0] if name in NOT_ITEMS]
        return [
            {name: row[name] for name in ids}
            | {"wave": suffix.strip("_")}
            | {name.removesuffix(suffix): cell for name, cell in row.items() if name.endswith(suffix)}
            for row in rows
            for suffix in side_by_side
        ]
    if "target" in rows[0] and "J1" in rows[0]:
        return [
            {"target": row["target"], "rater": judge, "rating": row[judge]}
            for row in rows
            for judge in row
            if judge != "target"
        ]
    return rows


def file_runs(case: Mapping[str, Any], path: Path) -> Iterator[Run]:
    """Give the runs of one file of data."""
    rows = melt(case, read_rows(path))
    columns = list(rows[0])
    scales = scales_of(case, columns)
    items = {key.lstrip("-") for keys in scales.values() for key in keys}
    codes = {int(cell) for row in rows for name, cell in row.items() if name in items and cell.isdigit()}
    low, high = min([case.get("item_min", 1), *codes]), max([case.get("item_max", 5), *codes])
    rule = f"{case['min_answered_share']:.0%}" if "min_answered_share" in case else "1"
    base = f"data/{path.parent.name}"
    files = {
        f"{base}/{path.name}": make_csv(rows),
        f"{base}/map.yaml": make_map(columns),
        f"{base}/made.yaml": make_definition("made", scales, low, high, rule),
    }
    made = [f"{base}/{path.name}", "-i", f"{base}/made.yaml", "-c", f"{base}/map.yaml"]
    for words in data_commands(columns, rows):
        command, *more = shlex.split(words)
        yield Run([[command, *made, *more]], files)
    yield from norm_runs(case, base, files, made)
    if {"site", "wave"} <= set(columns):
        yield from study_runs(files, made, columns, scales)


def data_commands(columns: Sequence[str], rows: Sequence[Mapping[str, str]]) -> Iterator[str]:
    """Give the commands that a file's columns allow, with what comes after the file and its definition."""
    yield "score -f csv"
    yield "score --as sum --as pomp --min-answered all --long -o out.csv"
    for option in ("", "-f json", "--missing pairwise -f csv"):
        yield f"reliability {option} -q"
    if 10 < len(rows) < 2000:
        yield "score -o out.parquet"
        yield "reliability --bootstrap 30 --seed 5 -f csv"
        yield "score -o out.xlsx"
    for team in ("site", "worker", "grp", "compid"):
        if team in [column.lower() for column in columns]:
            yield f"agreement --team {team} -q"
            yield f"agreement --team {team} -f json"
    if "rater" in columns:
        yield "raters --target target --rater rater --items --targets"
        yield "raters --target target --rater rater -f json"
    if "wave" in columns:
        yield "retest --first T1 --second T2 -f json"
        yield "retest --first T1 --second T2 --reliability 0.86 --people"
        yield "reliability --by site,wave -f json"
        yield "agreement --team site --by wave -f csv"
    name = next((column for column in ID_NAMES if column in columns and ID_NAMES[column] == "respondent"), None)
    if name and name != "SUB":
        yield f"explain --respondent {rows[3][name]} -f json"


def norm_runs(case: Mapping[str, Any], base: str, files: Mapping[str, str], made: Sequence[str]) -> Iterator[Run]:
    """Give T-scores against the norms of a case."""
    if "norms" not in case:
        return
    lines = "".join(f"      s_{name.lower()}: {json.dumps(norm)}\n" for name, norm in case["norms"].items())
    norms = (
        "format: 1\ninstrument: made\nnorms:\n  invented:\n    population: nobody\n    unit: respondent\n    n: 100\n"
    )
    norms += f"    source: made up\n    score: mean\n    scales:\n{lines}"
    full = {**files, f"{base}/norms.yaml": norms}
    for end in (["-f", "csv"], ["--long", "-o", "out.csv"]):
        yield Run([["score", *made, "--norms", f"{base}/norms.yaml", *end]], full)


def study_runs(
    files: Mapping[str, str], made: Sequence[str], columns: Sequence[str], scales: Iterable[str]
) -> Iterator[Run]:
    """Give the comparison of the sites of a file, as a study and from its scores, and the report."""
    base, _, name = made[0].rpartition("/")
    study = "format: 1\nid: made-study\ntitle: Made up\narms: {new: {label: New}, old: {label: Old, reference: true}}\n"
    arms = {1: "new", 2: "old", 3: "old", 4: "new"}
    sites = ", ".join(f"{site}: {{label: Site {site}, arm: {arm}}}" for site, arm in arms.items())
    study += f"sites: {{{sites}}}\nwaves: [T1, T2]\nsources:\n  all:\n    files: {name}\n    instrument: made.yaml\n"
    study += "    columns: map.yaml\n    answered_by: staff\n"
    study += "levels: [site, worker, family]\n" if "worker" in columns else ""
    outcomes = ", ".join(f"all.s_{scale.lower()}" for scale in scales)
    study += f"plan:\n  smallest_effect: {{value: 0.5, unit: g}}\n  outcomes: [{outcomes}]\n"
    full = {**files, f"{base}/study.yaml": study}
    start = ["compare", f"{base}/study.yaml"]
    for question in QUESTIONS:
        yield Run([[*start, "--only", question, "-f", "json"]], full)
    for end in ([], ["--sensitivity"], ["-o", "out.csv"], ["-o", "out.json"]):
        yield Run([[*start, *end]], full)
    report = ["report", f"{base}/study.yaml", "-o", "r.html", "-o", "r.docx", "-o", "r.xlsx", "--scores", "r.sav"]
    yield Run([report, ["verify", "r.manifest.json"]], full)
    scored = ["compare", "s.csv", "--treated", "1,4"]
    yield Run([["score", *made, "-o", "s.csv"], scored, [*scored, "-f", "json"]], dict(files))


# ---------------------------------------------------------------------------------------------------------- recording


def prepare(run: Run, folder: Path) -> None:
    """Put what a run reads into a folder."""
    shutil.copytree(ROOT / "examples", folder / "examples", copy_function=shutil.copyfile)
    shutil.copytree(instruments(), folder / "instruments", copy_function=shutil.copyfile)
    if any("tests/invalid" in word for command in run.commands for word in command):
        shutil.copytree(invalid(), folder / "tests" / "invalid", copy_function=shutil.copyfile)
    for name, text in run.files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8", newline="")


def list_files(folder: Path) -> set[str]:
    """Return the paths of the files below a folder."""
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def list_times(folder: Path) -> dict[str, int]:
    """Return when each file below a folder was last written."""
    return {name: (folder / name).stat().st_mtime_ns for name in list_files(folder)}


def environment() -> dict[str, str]:
    """Return the environment of a run, in which nothing hangs on the terminal, the time or the number of cores."""
    fixed = {"NO_COLOR": "1", "COLUMNS": "80", "TERMINAL_WIDTH": "80", "SOURCE_DATE_EPOCH": EPOCH, "TZ": "UTC"}
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "POLARS_MAX_THREADS"), "1")
    return {**os.environ, **fixed, **threads, "PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8"}


def change(folder: Path, name: str, before: str, after: str) -> None:
    """Change the first place of a text in a file of a run."""
    text = (folder / name).read_text(encoding="utf-8")
    (folder / name).write_text(text.replace(before, after, 1), encoding="utf-8", newline="")


def do_run(run: Run, kept: Path) -> dict[str, Any]:
    """Run the commands of a run, keep what they printed and wrote, and return its entry in the index."""
    exits = []
    started = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="same-outputs-") as name:
        folder = Path(name)
        prepare(run, folder)
        inputs = list_times(folder)
        kept.mkdir(parents=True)
        for number, command in enumerate(run.commands, start=1):
            if command[0] == "change":
                change(folder, *command[1:])
                inputs[command[1]] = (folder / command[1]).stat().st_mtime_ns
                continue
            done = subprocess.run(
                [sys.executable, "-m", "sos_score", *command],
                cwd=folder,
                env=environment(),
                input=(folder / run.stdin).read_bytes() if run.stdin else b"",
                capture_output=True,
                check=False,
            )
            exits.append(done.returncode)
            (kept / f"{number}.stdout").write_bytes(done.stdout)
            (kept / f"{number}.stderr").write_bytes(done.stderr)
            (kept / f"{number}.exit").write_text(f"{done.returncode}\n")
        after = list_times(folder)
        for path in sorted(name for name, written in after.items() if inputs.get(name) != written):
            (kept / "files" / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(folder / path, kept / "files" / path)
        leaks = [path for path in list_files(kept) if leaks_path((kept / path).read_bytes(), folder)]
    if leaks:
        print(f"{kept.name}: the scratch folder or the project's is named in {', '.join(leaks)}", file=sys.stderr)
    seconds = round(time.perf_counter() - started, 2)
    return {"commands": run.commands, "stdin": run.stdin, "exits": exits, "seconds": seconds}


def leaks_path(content: bytes, folder: Path) -> bool:
    """Whether a path that differs from run to run is in what was kept."""
    return str(folder).encode() in content or str(ROOT).encode() in content


def record(folder: Path, data: Path | None, jobs: int) -> int:
    """Record every run below a folder that is not there yet."""
    if folder.exists():
        print(f"{folder} is there already", file=sys.stderr)
        return 2
    sources = [written_runs(), question_runs(), instrument_runs(), invalid_runs(), data_runs(data) if data else []]
    runs = {run.name: run for run in itertools.chain(*sources)}
    place = "import sos_score; print(sos_score.__file__)"
    found = subprocess.run(
        [sys.executable, "-c", place], cwd=tempfile.gettempdir(), env=environment(), capture_output=True, check=True
    )
    if Path(found.stdout.decode().strip()).parent.parent != ROOT:
        print(f"this would run {found.stdout.decode().strip()}", file=sys.stderr)
        return 2
    folder.mkdir(parents=True)
    started = time.perf_counter()
    with ThreadPoolExecutor(jobs) as pool:
        entries = list(pool.map(lambda name: do_run(runs[name], folder / name), runs))
    index = dict(zip(runs, entries, strict=True))
    (folder / "index.json").write_text(json.dumps(index, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"{len(runs)} runs in {time.perf_counter() - started:.0f} s; exit codes {count_exits(entries)}")
    return 0


def count_exits(entries: Iterable[Mapping[str, Any]]) -> dict[int, int]:
    """Return how often each exit code came."""
    codes = [code for entry in entries for code in entry["exits"]]
    return {code: codes.count(code) for code in sorted(set(codes))}


# ---------------------------------------------------------------------------------------------------------- comparing

Difference = tuple[str, str, str]  # where, before, after


def same_number(before: str, after: str, *, coordinates: bool) -> bool:
    """Whether two printed numbers are the same, short ones exactly as printed."""
    if before == after:
        return True
    if coordinates:
        return math.isclose(float(before), float(after), rel_tol=CLOSE_COORDINATE, abs_tol=CLOSE_COORDINATE)
    digits = max(len(re.sub(r"[eE].*|[^\d]", "", text).lstrip("0")) for text in (before, after))
    return digits >= FULL and math.isclose(float(before), float(after), rel_tol=CLOSE)


def same_text(before: str, after: str, *, coordinates: bool = False) -> bool:
    """Whether two texts are the same but for the last digits of numbers."""
    if before == after:
        return True
    if NUMBER.sub("0", before) != NUMBER.sub("0", after):
        return False
    pairs = zip(NUMBER.findall(before), NUMBER.findall(after), strict=True)
    return all(same_number(*pair, coordinates=coordinates) for pair in pairs)


def same_value(before: object, after: object) -> bool:
    """Whether two values of one cell are the same, of the same type."""
    if type(before) is not type(after):
        return False
    if isinstance(before, float) and isinstance(after, float):
        return (
            before == after or (math.isnan(before) and math.isnan(after)) or math.isclose(before, after, rel_tol=CLOSE)
        )
    return same_text(before, after) if isinstance(before, str) and isinstance(after, str) else before == after


def compare_lines(before: Sequence[str], after: Sequence[str], *, coordinates: bool = False) -> Iterator[Difference]:
    """Give the lines that differ."""
    for number, (old, new) in enumerate(itertools.zip_longest(before, after), start=1):
        if old is None or new is None or not same_text(old, new, coordinates=coordinates):
            yield f"line {number}", "(none)" if old is None else old, "(none)" if new is None else new


def compare_text(before: bytes, after: bytes) -> Iterator[Difference]:
    """Give the lines of two texts that differ."""
    yield from compare_lines(*(text.decode(errors="backslashreplace").splitlines() for text in (before, after)))


def compare_markup(before: bytes, after: bytes) -> Iterator[Difference]:
    """Give the tags and texts of two pages that differ, coordinates with their own tolerance."""
    tags = [text.decode().replace(">", ">\n").splitlines() for text in (before, after)]
    yield from compare_lines(*tags, coordinates=True)


def compare_csv(before: bytes, after: bytes) -> Iterator[Difference]:
    """Give the cells of two CSV files that differ."""
    tables = [list(csv.reader(io.StringIO(text.decode(), newline=""))) for text in (before, after)]
    for number, (old, new) in enumerate(itertools.zip_longest(*tables), start=1):
        if old is None or new is None or len(old) != len(new):
            yield f"line {number}", str(old), str(new)
            continue
        for column, (cell, other) in enumerate(zip(old, new, strict=True)):
            if not same_text(cell, other):
                head = tables[0][0][column] if column < len(tables[0][0]) else str(column + 1)
                yield f"line {number}, {head}", cell, other


def compare_values(before: object, after: object, where: str = "") -> Iterator[Difference]:
    """Give the places where two nested values differ, the order of keys too."""
    if isinstance(before, dict) and isinstance(after, dict):
        if list(before) != list(after):
            yield f"{where} keys", str(list(before)), str(list(after))
        for key in (key for key in before if key in after):
            yield from compare_values(before[key], after[key], f"{where}.{key}")
    elif isinstance(before, (list, tuple)) and isinstance(after, (list, tuple)):
        if len(before) != len(after):
            yield f"{where} length", str(len(before)), str(len(after))
        for number, (old, new) in enumerate(zip(before, after, strict=False)):
            yield from compare_values(old, new, f"{where}[{number}]")
    elif not same_value(before, after):
        yield where or "value", repr(before), repr(after)


def read_json(content: bytes) -> object:
    """Return what JSON holds."""
    return json.loads(content)


def read_xlsx(content: bytes) -> object:
    """Return the cells of a workbook with their number formats, and what else can be seen of its sheets."""
    import openpyxl  # type: ignore[import-untyped]

    book = openpyxl.load_workbook(io.BytesIO(content))
    return {
        sheet.title: {
            "cells": {
                cell.coordinate: [cell.value if cell.value is None else plain(cell.value), cell.number_format]
                for row in sheet.iter_rows()
                for cell in row
            },
            "merged": sorted(str(area) for area in sheet.merged_cells.ranges),
            "frozen": sheet.freeze_panes,
            "filter": sheet.auto_filter.ref,
            "widths": {name: size.width for name, size in sheet.column_dimensions.items()},
            "pictures": len(sheet._images),
        }
        for sheet in book.worksheets
    }


def plain(value: object) -> object:
    """Return a value of a cell as text, unless it is a number or a text."""
    return value if isinstance(value, (bool, int, float, str)) else str(value)


def read_docx(content: bytes) -> object:
    """Return the paragraphs and cells of a document in their order, with styles and descriptions of pictures."""
    from docx import Document
    from docx.document import Document as Opened
    from docx.table import Table, _Cell

    def blocks(part: Opened | _Cell) -> list[object]:
        found: list[object] = []
        for block in part.iter_inner_content():
            if isinstance(block, Table):
                found.append([[blocks(cell) for cell in row.cells] for row in block.rows])
            else:
                pictures = [shape.get("descr") for shape in block._p.xpath(".//wp:docPr")]
                runs = [[run.text, run.bold, run.italic] for run in block.runs]
                found.append([block.style.name if block.style else None, block.text, runs, pictures])
        return found

    document = Document(io.BytesIO(content))
    core = document.core_properties
    ends = [[p.text for part in (s.header, s.footer) for p in part.paragraphs] for s in document.sections]
    about = [core.title, core.author, str(core.created), str(core.modified), core.subject, core.comments]
    return {"about": about, "ends": ends, "body": blocks(document)}


def read_parquet(content: bytes) -> object:
    """Return the columns of a Parquet file with their types, and what the file says of itself."""
    import pyarrow.parquet as pq  # type: ignore[import-untyped]

    table = pq.read_table(io.BytesIO(content))
    about = {key.decode(): value.decode() for key, value in (table.schema.metadata or {}).items()}
    types = {name: str(kind) for name, kind in zip(table.schema.names, table.schema.types, strict=True)}
    return {"types": types, "about": {k: loaded(v) for k, v in about.items()}, "columns": table.to_pydict()}


def loaded(text: str) -> object:
    """Return what a text holds as JSON, else the text."""
    try:
        return json.loads(text)
    except ValueError:
        return text


def read_sav(content: bytes) -> object:
    """Return the columns of an SPSS file, with labels, formats and notes."""
    import pyreadstat

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file.sav"
        path.write_bytes(content)
        frame, meta = pyreadstat.read_sav(path, user_missing=True)
    names = ("column_names_to_labels", "variable_value_labels", "original_variable_types", "variable_measure")
    about = {name: getattr(meta, name) for name in (*names, "missing_ranges", "notes", "file_label")}
    return {"about": about, "columns": {str(name): frame[name].tolist() for name in frame.columns}}


def compare_read(read: Callable[[bytes], object]) -> Callable[[bytes, bytes], Iterator[Difference]]:
    """Return a comparison of what two files hold."""

    def compare_them(before: bytes, after: bytes) -> Iterator[Difference]:
        yield from compare_values(read(before), read(after))

    return compare_them


COMPARISONS: dict[str, Callable[[bytes, bytes], Iterator[Difference]]] = {
    ".csv": compare_csv,
    ".json": compare_read(read_json),
    ".xlsx": compare_read(read_xlsx),
    ".docx": compare_read(read_docx),
    ".parquet": compare_read(read_parquet),
    ".sav": compare_read(read_sav),
    ".html": compare_markup,
    ".svg": compare_markup,
}


def compare_file(name: str, before: Path, after: Path) -> list[Difference]:
    """Return what differs between two files of one name."""
    if not before.exists() or not after.exists():
        return [("there", str(before.exists()), str(after.exists()))]
    old, new = before.read_bytes(), after.read_bytes()
    if old == new or name.endswith(".png"):
        return []
    comparison = COMPARISONS.get(Path(name).suffix, compare_text)
    if name.endswith(".stdout"):
        comparison = compare_json_output if old[:1] in (b"{", b"[") else compare_text
    try:
        return list(comparison(old, new))
    except Exception as error:  # noqa: BLE001 - what cannot be read is compared as text, and said
        found = list(compare_text(old, new)) or [("bytes", f"{len(old)} bytes", f"{len(new)} bytes")]
        return [("cannot be read", str(error), ""), *found]


def compare_json_output(before: bytes, after: bytes) -> Iterator[Difference]:
    """Give what differs between two outputs in JSON, or lines where they are no JSON."""
    try:
        old, new = read_json(before), read_json(after)
    except ValueError:
        yield from compare_text(before, after)
    else:
        yield from compare_values(old, new)


def compare(folder: Path, other: Path) -> int:
    """Print what differs between two recordings, and return 1 if anything does."""
    indexes = [json.loads((place / "index.json").read_text(encoding="utf-8")) for place in (folder, other)]
    count, wrong, files, pictures = 0, set[str](), 0, 0
    for run in dict.fromkeys([*indexes[0], *indexes[1]]):
        if run not in indexes[0] or run not in indexes[1]:
            print(f"{run}: only in {folder if run in indexes[0] else other}")
            count += 1
            wrong.add(run)
            continue
        for name in sorted(list_files(folder / run) | list_files(other / run)):
            files += 1
            pictures += name.endswith(".png")
            found = compare_file(name, folder / run / name, other / run / name)
            count += len(found)
            wrong |= {run} if found else set()
            for where, before, after in found[:SHOWN]:
                print(f"{run}: {name}: {where}\n  - {before[:300]}\n  + {after[:300]}")
            if len(found) > SHOWN:
                print(f"{run}: {name}: {len(found) - SHOWN} more")
    print(f"{len(indexes[0])} and {len(indexes[1])} runs, {files} files: {count} differences in {len(wrong)} runs")
    print(f"The {pictures} PNG pictures were not compared, nor those inside documents and workbooks.")
    return 1 if count else 0


def main() -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    uses = parser.add_subparsers(dest="use", required=True)
    recording = uses.add_parser("record", help="record every run")
    recording.add_argument("folder", type=Path)
    recording.add_argument("--data", type=Path, help="a folder of case*/case.json with data*.csv, run too")
    recording.add_argument("--jobs", type=int, default=1)
    comparing = uses.add_parser("compare", help="compare two recordings")
    comparing.add_argument("folder", type=Path)
    comparing.add_argument("other", type=Path)
    given = parser.parse_args()
    if given.use == "record":
        return record(given.folder.resolve(), given.data, given.jobs)
    return compare(given.folder, given.other)


if __name__ == "__main__":
    sys.exit(main())
