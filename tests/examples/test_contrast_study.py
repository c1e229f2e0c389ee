import re
import shutil
import subprocess
import sys
from pathlib import Path

import narwhals as nw
import numpy as np
import pandas as pd
import polars as pl
import pytest
import yaml

from sos_score import load_instrument, read_column_map
from sos_score.definition.instrument.instrument import Norm, scoring_key
from sos_score.scoring.expressions import answer_column
from sos_score.scoring.scorer import add_answers, prepare_scorer
from sos_score.survey.coding import list_distinct
from sos_score.survey.readers.registry import open_export

STUDY = Path(__file__).parents[2] / "examples" / "contrast_study"
README = (STUDY / "README.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^sos-score score synthetic/(\S+) -i (\S+)(?: -c (\S+))? -o", README, re.MULTILINE)
ROWS = {name: int(count) for name, count in re.findall(r"^\| `(\S+)` \| (\d+) \|", README, re.MULTILINE)}
# Scales of three or four items are less consistent, here as elsewhere.
SHORT = {"receptivity", "working_relationship", "mistrust"}
SCALES = ["proficiency", "rigidity", "resistance", "engagement", "functionality", "stress"]


def read_answers(file, instrument, columns):
    """The codes of a file with reversed items as answered, a column an item, and the site of each row."""
    definition = load_instrument(instrument)
    column_map = read_column_map(STUDY / columns, [definition]) if columns else None
    with open_export(str(STUDY / "synthetic" / file)) as export:
        cells = [row for _, row in export.records()]
        scorer = prepare_scorer(export.header, [definition], column_map)
        frame = nw.from_native(pl.DataFrame(cells, schema=list(export.header), orient="row").lazy())
        coded = add_answers(frame, scorer, list_distinct(frame, scorer.columns.items)).collect().to_native()
    answers = coded.select([pl.col(answer_column(item)).alias(item) for item in definition.responses]).to_pandas()
    ids = {role: coded[column].to_numpy() for role, column in scorer.columns.ids.items()}
    return definition, answers, ids


def alpha(definition, answers, scale, teams):
    key = scoring_key(definition, scale)
    signs = np.array([-1 if turned else 1 for turned in key.values()])
    centred = answers[list(key)] - answers[list(key)].groupby(teams).transform("mean")
    covariance = centred.cov().to_numpy() * np.outer(signs, signs)
    return len(key) / (len(key) - 1) * (1 - np.trace(covariance) / covariance.sum())


def test_the_committed_files_are_what_the_generator_writes(tmp_path):
    for name in ("generate.py", "answers.py"):
        shutil.copy(STUDY / name, tmp_path)
    subprocess.run([sys.executable, str(tmp_path / "generate.py")], check=True, timeout=60)
    written = {path.name: path.read_bytes() for path in (tmp_path / "synthetic").iterdir()}
    assert written == {path.name: path.read_bytes() for path in (STUDY / "synthetic").iterdir()}


def test_the_data_stay_small():
    assert sum(path.stat().st_size for path in (STUDY / "synthetic").iterdir()) < 600_000


def test_the_readme_lists_every_file_and_scores_all_but_the_links():
    files = {path.name for path in (STUDY / "synthetic").iterdir()}
    assert set(ROWS) == files
    assert {file for file, _, _ in COMMANDS} == files - {"families.csv"}


def test_every_file_is_scored_with_the_rows_the_readme_states(runs):
    for name, result in runs[1].items():
        assert result.exit_code == 0, result.output
        assert f"synthetic/{name}: {ROWS[name]} rows scored" in result.stderr
        assert "not allowed" not in result.stderr
        assert "blank row" not in result.stderr


def test_every_column_map_fits_its_instrument():
    mapped = {columns: instrument for _, instrument, columns in COMMANDS if columns}
    assert set(mapped) == {path.name for path in STUDY.glob("columns_*.yaml")}
    for path, instrument in mapped.items():
        read_column_map(STUDY / path, [load_instrument(instrument)])


def test_the_client_file_is_in_windows_1252_with_semicolons():
    data = (STUDY / "synthetic" / "wai_client.csv").read_bytes()
    with pytest.raises(UnicodeDecodeError):
        data.decode("utf-8")
    assert data.decode("cp1252").startswith("Family\u2019s number;Worker;Team;Wave;Q5_1;")


def test_the_norm_is_a_norm_and_says_that_it_is_fictional(planned):
    norms = yaml.safe_load((STUDY / "norms.yaml").read_text(encoding="utf-8"))
    assert (norms["format"], norms["instrument"], list(norms["norms"])) == (1, "osc", ["fictional_teams"])
    norm = Norm.model_validate(norms["norms"]["fictional_teams"])
    assert norm.population.startswith("FICTIONAL")
    assert norm.unit == "team"
    assert norm.source == "invented for this example"
    assert list(norm.scales) == SCALES
    assert set(norm.scales) <= set(load_instrument("osc").scales)
    assert {name: (raw.mean, raw.sd) for name, raw in norm.scales.items()} == planned["NORMS"]


def test_ids_link_staff_across_waves_and_families_to_workers_to_sites(scores, climate):
    links = pd.read_csv(STUDY / "synthetic" / "families.csv").set_index("family")
    assert len(links) == 60
    assert links["worker"].nunique() == 20
    staff = climate.drop_duplicates(["respondent", "site"]).set_index("respondent")["site"]
    assert staff.index.is_unique
    assert (staff[links["worker"]].to_numpy() == links["site"].to_numpy()).all()
    stayed = set(scores["osc_t1"]["respondent"]) & set(scores["osc_t2"]["respondent"])
    assert set(links["worker"]) <= stayed
    of_families = [rows for rows in scores.values() if "family" in rows]
    assert len(of_families) == 7
    for rows in of_families:
        assert (rows[["worker", "site"]].to_numpy() == links.loc[rows["family"], ["worker", "site"]].to_numpy()).all()


def test_three_to_five_in_a_hundred_answers_are_missing_and_some_people_stopped(scores):
    for command in COMMANDS:
        _, answers, _ = read_answers(*command)
        assert 0.03 <= answers.isna().to_numpy().mean() <= 0.05
    assert scores["osc_t1"]["osc_stress"].isna().sum() == 2
    assert scores["osc_t2"]["osc_stress"].isna().sum() == 2
    assert scores["wai_client"]["wai_total"].isna().sum() == 4


@pytest.mark.parametrize("command", COMMANDS[:-1], ids=lambda command: command[0])
def test_whole_scales_have_a_realistic_alpha_within_teams(command):
    definition, answers, ids = read_answers(*command)
    waves = pd.Series(ids.get("wave", ["T1"] * len(answers)))
    whole = SCALES if definition.id == "osc" else set(definition.scales) - SHORT
    for wave in waves.unique():
        kept = waves == wave
        teams = pd.Series(ids["site"])[kept]
        found = {scale: alpha(definition, answers[kept], scale, teams) for scale in definition.scales}
        for scale in whole:
            assert 0.74 <= round(found[scale], 2) <= 0.92
        assert min(found.values()) > 0.45
