"""Rules that guess from a text: what they take for wording, for a DOI and for a year, and what they leave alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import ROOT, make_instrument

from sos_score import list_instruments, load_instrument
from sos_score.definition.instrument.instrument import Instrument
from sos_score.definition.instrument.rules.publication import advise_references, advise_rights

WORDED = ["cbi", "core-10", "swls"]


def find_wording(label: str) -> int:
    block = {"ids": "q1", "responses": "agree5", "label": label}
    return len(list(advise_rights(make_instrument({"all": {"items": ["q1"]}}, [block]))))


def list_faults(reference: str) -> list[str]:
    instrument = make_instrument({"all": {"items": ["q1"]}}, references=[reference])
    return [found.rule for found in advise_references(instrument)]


@pytest.mark.parametrize(
    "label",
    [
        "tired",
        "My family",
        "Our team leader",
        "We-ness",
        "I-statements used",
        "agreement on goals",
        "family, friends, neighbours etc.",
        "contact with the team (last month)",
    ],
)
def test_a_neutral_name_of_an_item_is_not_taken_for_its_wording(label: str) -> None:
    assert find_wording(label) == 0


@pytest.mark.parametrize(
    "label",
    [
        "I feel hopeful",
        "We agree on what matters.",
        "My worker listens to me",
        "How often do you feel tired?",
        "Tired at the end of the working day again",
    ],
)
def test_a_sentence_is_taken_for_the_wording_of_an_item(label: str) -> None:
    assert find_wording(label) == 1


@pytest.mark.parametrize("name", WORDED)
def test_without_its_licence_the_wording_that_ships_would_all_be_found(name: str) -> None:
    shipped = load_instrument(name)
    labelled = [block for block in shipped.items if block.label]
    bare = shipped.model_copy(update={"rights": shipped.rights.model_copy(update={"licence": None})})
    assert len(list(advise_rights(bare))) == len(labelled) > 0


@pytest.mark.parametrize(
    ("reference", "faults"),
    [
        ("Nobody (1989a). Trust. Nowhere, 1(1), 1-2.", []),
        ("Nobody (in press). Trust. Nowhere.", []),
        ("Nobody (n. d.). Trust. Leaflet, no DOI.", []),
        ("Nobody (2000). Trust. Nowhere, 10.12, 7.", []),
        ("Nobody (2000). Trust. DOI 10.1207/s15327752jpa4901_13", []),
        ("Nobody (2000). Trust. https://doi.org/10.1016/0277-9536(91)90150-B", []),
        ("Nobody (2000). Trust. doi:10.1177", ["doi-form"]),
        ("Nobody (2000). Trust. https://doi.org/1177/1049731504271605", ["doi-form"]),
        ("Nobody (2000). Trust. 10.1177 1049731504271605", ["doi-form"]),
        ("Nobody. Trust. https://example.org/2010/form", ["reference-without-year"]),
        ("Nobody. Trust. doi:10.1177/2001", ["reference-without-year"]),
    ],
)
def test_a_reference_is_held_to_a_year_and_to_the_form_of_a_doi(reference: str, faults: list[str]) -> None:
    assert list_faults(reference) == faults


def list_all() -> list[Instrument]:
    own = [
        path for path in sorted((ROOT / "examples").rglob("*.yaml")) if "\nresponse_scales:" in path.read_text("utf-8")
    ]
    return [load_instrument(str(name)) for name in [*list_instruments(), *map(Path, own)]]


def test_what_ships_and_the_examples_raise_no_false_alarm() -> None:
    for instrument in list_all():
        assert [*advise_references(instrument), *advise_rights(instrument)] == [
            found for found in advise_references(instrument) if found.rule == "no-references"
        ], instrument.id
