"""A commented definition to start from."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from sos_score.definition.text import fold_text
from sos_score.errors import InvalidRequest

_RANGE = re.compile(r"(-?\d+)-(-?\d+)")
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9 -]*")
_LONG = 12
_NUMBER = re.compile(r"[-+]?[0-9]+")


@dataclass(frozen=True)
class Starter:
    """A file's id and text."""

    id: str
    text: str


def make_starter(name: str, items: int, labels: str) -> Starter:
    """Return a commented definition that is valid as it stands."""
    name, labels = (" ".join(_keep_printable(text).split()) for text in (name, labels))
    slug = make_id(name)
    low, high, lines = _read_labels(labels)
    missing = _choose_missing(low, high, labels)
    stem = _make_stem(slug)
    width = len(str(items))
    first, last = f"{stem}_{1:0{width}}", f"{stem}_{items:0{width}}"
    ids = first if items == 1 else f"{first}..{last}"
    return Starter(
        slug,
        _TEMPLATE.format(
            id=quote(slug),
            scale=quote(f"{slug}-answers"),
            file=slug,
            title=quote(name),
            higher=quote(f"higher {name}"),
            low=low,
            high=high,
            labels=lines,
            missing=missing,
            ids=ids,
            first=first,
            last=last,
        ),
    )


def _keep_printable(text: str) -> str:
    """Return a text without what YAML cannot hold and nobody can read."""
    return "".join(letter if letter.isprintable() else " " for letter in text)


def make_id(name: str) -> str:
    """Return the id a name gives: small letters and digits, words joined by -."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
    if not re.match(r"[a-z]", slug):
        raise InvalidRequest(f"no id can be made of '{name}'; begin it with a letter from a to z")
    return slug


def _make_stem(slug: str) -> str:
    """Return what item ids begin with: the id, or where that is long the first letters of its words."""
    words = slug.split("-")
    return "".join(word[0] for word in words) if len(slug) > _LONG and len(words) > 1 else "_".join(words)


def _read_labels(text: str) -> tuple[int, int, str]:
    numbers = _RANGE.fullmatch(text.strip())
    if numbers:
        low, high = int(numbers[1]), int(numbers[2])
        if low >= high:
            raise InvalidRequest(f"--labels {text}: {low} is not below {high}")
        hint = f"    # labels: {{lowest answer: {low}, ..., highest answer: {high}}}   # if exports hold texts"
        return low, high, hint
    labels = [label.strip() for label in text.split(",")]
    folded = [fold_text(label) for label in labels]
    if len(labels) < 2 or "" in folded or len(set(folded)) < len(folded):
        raise InvalidRequest(
            f"--labels needs two or more different labels, lowest first, or a range (0-10), not '{text}'"
        )
    for code, label in enumerate(labels, start=1):
        if _NUMBER.fullmatch(label) and int(label) != code:
            raise InvalidRequest(
                f"--labels: '{label}' is a number and would have the code {code}; for numbers give a range (0-10)"
            )
    named = "\n".join(f"      {quote(label)}: {code}" for code, label in enumerate(labels, start=1))
    return 1, len(labels), f"    labels:\n{named}"


def _choose_missing(low: int, high: int, labels: str) -> str:
    """Return a text and a code for "no answer" that are no answers."""
    taken = {fold_text(label) for label in labels.split(",")}
    texts = [text for text in ("N/A", "Not applicable") if fold_text(text) not in taken]
    code = next(code for code in (99, 999, 10 ** len(str(high)) * 10 - 1) if not low <= code <= high)
    return ", ".join([*texts[:1], str(code)])


def quote(text: str) -> str:
    """Return a text as YAML takes it for text."""
    if _PLAIN.fullmatch(text) and text.strip() == text and text.lower() not in ("true", "false", "null"):
        return text
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


_TEMPLATE = """\
# A definition of your own questionnaire. This file already works. Edit the lines that do not fit it, then run
#   sos-score validate {file}.yaml
#   sos-score score export.csv -i {file}.yaml -o scores.csv
format: 1
id: {id}                    # like the file name
version: 1.0.0              # raise it with every change that can alter a score
title: {title}
construct: {title}
answered_by: [client]       # client, family (the same in a study), worker, staff or observer
references: []              # - Author (year). Title. Journal.
rights: {{holder: not stated}}

# Where each part comes from: verified, derived, unverified, structural, project or user.
verification:
  key: {{status: user, source: written by us}}
  responses: {{status: user, source: written by us}}
  missing: {{status: user, source: agreed in our protocol}}

response_scales:
  {scale}:             # column maps that have codes or labels name it
    min: {low}
    max: {high}
{labels}
    missing: {{not applicable: [{missing}]}}   # codes and texts for "no answer", by reason

# Ids only: wording is not needed. Columns of the export carry these ids, or a column map says which they are.
items: {{ids: {ids}, responses: {scale}}}

# How many of a scale's items must be answered: all, a count, or a share.
missing: {{min_answered: 80%}}

scales:
  total:
    title: Total
    items: [{ids}]          # a minus sign reverses an item: [-{first}, ...]
    score: mean             # or sum
    higher_is: {higher}
    # good: high            # or low, where that is known
  # A second scale of some of the items, the first of them reversed:
  # part:
  #   title: The name of this part
  #   items: [-{first}, {last}]
  #   score: mean
  #   higher_is: more of this part

# Answers and the scores they must give; validate runs them. Work one or two out by hand.
examples:
  - {{name: every answer lowest, answers: {{all: {low}}}, scores: {{total: {low}}}}}
  - {{name: every answer highest, answers: {{all: {high}}}, scores: {{total: {high}}}}}
"""
