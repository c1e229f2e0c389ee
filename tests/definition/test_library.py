from __future__ import annotations

from pathlib import Path

import pytest

from sos_score.definition.library import find_definition, find_folder, list_instruments, load_instrument
from sos_score.errors import InvalidDefinition

ROOT = Path(__file__).parents[2]
IDS = [
    "cbi", "ccbc", "core-10", "ebpas-15", "family-feedback", "ics", "ils", "lsns-6", "mastery", "mos-sss", "olbi",
    "osc", "parental-stress", "practice-elements", "proqol-5", "pss-10", "pss-4", "rosenberg", "safety-scale", "swls",
    "uwes-9", "wai", "wai-s", "wai-sr", "who-5", "yatchmenoff",
]  # fmt: skip


def test_twenty_six_instruments_ship() -> None:
    assert list_instruments() == IDS


@pytest.mark.parametrize("name", IDS)
def test_an_instrument_is_found_by_its_id_and_by_its_path(name: str) -> None:
    path = ROOT / "instruments" / f"{name}.yaml"
    assert load_instrument(name).id == name
    assert find_definition(name).document.sha256 == find_definition(str(path)).document.sha256


@pytest.mark.parametrize("folder", ["instruments", "schemas", "examples"])
def test_what_ships_beside_the_package_is_found(folder: str) -> None:
    assert find_folder(folder).is_dir()


def test_an_unknown_id_names_those_there_are_and_guesses() -> None:
    with pytest.raises(InvalidDefinition) as caught:
        find_definition("WAI_S")
    assert str(caught.value) == (
        "no instrument 'WAI_S' (sos-score list shows the shipped ones; or give a path to a .yaml file)\n"
        "  hint: did you mean 'wai-s'?"
    )


@pytest.mark.parametrize("name", ["nowhere.yaml", "nowhere.yml", "./wai-s", "instruments\\none"])
def test_a_name_with_a_suffix_or_a_slash_is_a_path(name: str) -> None:
    with pytest.raises(InvalidDefinition, match="cannot be read"):
        find_definition(name)


def test_a_file_in_the_working_folder_does_not_stand_in_for_a_shipped_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "wai-s").write_text("nothing")
    monkeypatch.chdir(tmp_path)
    assert load_instrument("wai-s").id == "wai-s"
