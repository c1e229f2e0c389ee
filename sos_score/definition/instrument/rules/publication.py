"""Advice on what a definition says of itself: references, rights, who vouches for it, and what the starter left."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sos_score.definition.instrument.instrument import Instrument
from sos_score.definition.instrument.rules.finding import Finding
from sos_score.definition.yaml.document import Loc, name_place

# ISO 26324: a prefix of 10. and digits, a slash, and a suffix that may hold almost anything but white space.
_DOI = re.compile(r"10\.\d{4,9}(?:\.\d+)*/[^\s\"<>]+")
# "No DOI" and page 10.12 are not meant as one.
_MEANT_AS_DOI = re.compile(r"(?i)\bdoi(?:\.org\b|\s*:|\s+(?=\d))|\b10\.\d{4,9}\b")
_YEAR = re.compile(r"(?i)\b(?:1[89]|20)\d\d[a-z]?\b|\b(?:in press|forthcoming|undated|no date)\b|\bn\.\s?d\.")
_ADDRESS = re.compile(rf"{_DOI.pattern}|https?://\S+")  # the numbers in one are no years
_PLACEHOLDER = re.compile(r"(?i)(?:todo|tbd|fixme|xxx+|\?+|\.\.\.|placeholder|lorem ipsum.*|your .+ here)\.?")
# A sentence: somebody speaks, or it ends like one and not with an abbreviation.
_SENTENCE = re.compile(
    r"(?i)^(?:I|We|I'm|I've|We're|We've)(?:\s+\S+){2}|^(?:My|Our)(?:\s+\S+){3}|[?!]$|(?<!\betc)(?<!\bincl)\.$"
)
_LONG_LABEL = 7  # a neutral label names an item in a few words; wording is a sentence
_LEAST_SOURCES = 2
_OPEN = {"unverified", "structural"}


def advise_references(instrument: Instrument) -> Iterator[Finding]:
    """A published instrument has references; each has a year, and a DOI that can be followed."""
    claims = instrument.verification.parts().values()
    if not instrument.references and any(claim.status in ("verified", "derived") for claim in claims):
        yield Finding(("references",), "names no publication, and says that a part was verified", rule="no-references")
    for index, reference in enumerate(instrument.references):
        loc: Loc = ("references", index)
        if _MEANT_AS_DOI.search(reference) and not _DOI.search(reference):
            yield Finding(loc, "has no DOI of the form 10.1177/1049731504271605", rule="doi-form")
        if not _YEAR.search(_ADDRESS.sub("", reference)):
            yield Finding(loc, "has no year of publication", rule="reference-without-year")


def advise_rights(instrument: Instrument) -> Iterator[Finding]:
    """Wording of items stands in a definition only under a licence that is named."""
    if instrument.rights.licence is not None:
        return
    for index, block in enumerate(instrument.items):
        if block.label and (_SENTENCE.search(block.label) or len(block.label.split()) >= _LONG_LABEL):
            message = "looks like the wording of the item, and rights name no licence for it"
            hint = "name the item in a few words, or say in rights.licence how its wording may be passed on"
            yield Finding(("items", index, "label"), message, hint, "wording-without-licence")


def advise_verification(instrument: Instrument) -> Iterator[Finding]:
    """A verified part has two sources; what nobody has checked is not passed over."""
    for part, claim in instrument.verification.parts().items():
        loc: Loc = ("verification", part)
        if claim.status == "verified" and len(claim.sources) < _LEAST_SOURCES:
            message = f"is verified, which takes {_LEAST_SOURCES} independent sources, and names {len(claim.sources)}"
            yield Finding((*loc, "source"), message, "write them as a list, or claim less", "verified-by-one")
        if claim.status in _OPEN:
            message = f"is {claim.status}: nobody has checked it against a publication"
            yield Finding((*loc, "status"), message, rule="not-verified")
    if instrument.verification.norms is not None and not instrument.norms:
        message = "says who vouches for norms, and there are none"
        yield Finding(("verification", "norms"), message, rule="claim-without-norms")


def advise_placeholders(instrument: Instrument) -> Iterator[Finding]:
    """No text stands for one that is still to be written."""
    found = [loc for loc, text in _list_texts(instrument) if _PLACEHOLDER.fullmatch(text)]
    if found:
        also = f"; so do {', '.join(map(name_place, found[1:]))}" if len(found) > 1 else ""
        yield Finding(found[0], f"stands for a text that is still to be written{also}", rule="placeholder")


def _list_texts(instrument: Instrument) -> Iterator[tuple[Loc, str]]:
    yield ("title",), instrument.title
    yield ("construct",), instrument.measures
    yield from ((("references", index), text) for index, text in enumerate(instrument.references))
    yield ("rights", "holder"), instrument.rights.holder
    for part, claim in instrument.verification.parts().items():
        yield from ((("verification", part, "source"), text) for text in claim.sources)
    for name, scale in instrument.scales.items():
        yield ("scales", name, "title"), scale.title
        yield ("scales", name, "higher_is"), scale.higher_is


def advise_version(instrument: Instrument) -> Iterator[Finding]:
    """A version below 1 says that the definition is not finished."""
    if instrument.version.startswith("0."):
        message = f"{instrument.version} says that the definition is not finished"
        yield Finding(("version",), message, rule="version-unfinished")
