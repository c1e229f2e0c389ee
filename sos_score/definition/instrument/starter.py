"""A commented definition to start from."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from sos_score.definition.text import fold_text, means_no_answer
from sos_score.errors import InvalidRequest, clip
from sos_score.words import count

_RANGE = re.compile(r"(-?\d+)-(-?\d+)")
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9 -]*")
_LONG = 12
_NUMBER = re.compile(r"[-+]?[0-9]+")
_NUMBERED = re.compile(r"([0-9]+) ?[-=:.)\u2013] ?[^0-9 ].*|.*\(([0-9]+)\)")  # 0 = Never, Never (0); not 1-2 times


@dataclass(frozen=True)
class Starter:
    """A file's id and text, and which of the labels given mean no answer."""

    id: str
    text: str
    no_answers: tuple[str, ...] = ()


def make_starter(
    name: str,
    items: int,
    labels: str,
    *,
    answered_by: Sequence[str] = (),
    subscales: Sequence[str] = (),
    reversed_items: Sequence[str] = (),
) -> Starter:
    """Return a commented definition that is valid as it stands.

    `subscales` are ``Energy=1,2,-3``, items by number or by id; with none, one scale of all items is made, of which
    `reversed_items` are reversed.
    """
    name, labels = (" ".join(_keep_printable(text).split()) for text in (name, labels))
    slug = make_id(name)
    low, high, lines, no_answers = _read_labels(labels)
    stem = _make_stem(slug)
    width = len(str(items))
    known = {str(number): f"{stem}_{number:0{width}}" for number in range(1, items + 1)}
    ids = known["1"] if items == 1 else f"{known['1']}..{known[str(items)]}"
    scales = _read_scales(subscales, reversed_items, known)
    return Starter(
        slug,
        _TEMPLATE.format(
            id=quote(slug),
            scale=quote(f"{slug}-answers"),
            file=slug,
            title=quote(name),
            answered_by=name_respondents(answered_by),
            low=low,
            high=high,
            labels=lines,
            missing=_choose_missing(low, high, labels, no_answers),
            ids=ids,
            scales="\n".join(_write_scales(scales, name, ids, known["1"])),
            examples="\n".join(_write_examples(scales, low, high)),
        ),
        no_answers,
    )


def name_respondents(answered_by: Sequence[str]) -> str:
    """Return who answers as the file says it; everybody where nobody was named, so that no study is refused."""
    if answered_by:
        return f"answered_by: [{', '.join(answered_by)}]   # client (in a study: family), worker, staff or observer"
    return "answered_by: [client, worker, staff, observer]   # keep those who answer it; a client is a study's family"


def _read_scales(
    subscales: Sequence[str], reversed_items: Sequence[str], known: Mapping[str, str]
) -> dict[str, dict[str, bool]]:
    """Return the items of each scale by its title, and whether they are reversed; without subscales, of Total."""
    turned = {_find_item(item, known, "--reversed") for item in reversed_items}
    found: dict[str, dict[str, bool]] = {}
    for text in subscales:
        title, _, listed = text.partition("=")
        title = " ".join(_keep_printable(title).split())
        items = [item.strip() for item in listed.split(",") if item.strip()]
        if not title or not items:
            raise InvalidRequest(f"--subscale is NAME=1,2,-3, not '{text}'")
        if make_scale_id(title) in map(make_scale_id, found):
            raise InvalidRequest(f"--subscale {title}: there are two of this name")
        signed = [(_find_item(item.removeprefix("-"), known, f"--subscale {title}"), item[0] == "-") for item in items]
        if len(dict(signed)) < len(signed):
            raise InvalidRequest(f"--subscale {title}: an item is named twice")
        found[title] = {item: is_reversed != (item in turned) for item, is_reversed in signed}
    used = {item for items in found.values() for item in items}
    free = [number for number, item in known.items() if item not in used]
    if found and free:
        raise InvalidRequest(f"--subscale: {count(len(free), 'item')} in no scale ({clip(', '.join(free), 60)})")
    return found or {"Total": {item: item in turned for item in known.values()}}


def _find_item(name: str, known: Mapping[str, str], option: str) -> str:
    item = known.get(name.lstrip("0"), name)
    if item not in known.values():
        first, *_, last = [*known.values()] * 2
        raise InvalidRequest(f"{option}: no item '{name}' (items: 1 to {len(known)}, or {first} to {last})")
    return item


def make_scale_id(title: str) -> str:
    """Return the id of a scale with a title."""
    return make_id(title).replace("-", "_")


def _write_scales(scales: Mapping[str, Mapping[str, bool]], name: str, ids: str, first: str) -> Iterator[str]:
    for title, items in scales.items():
        is_total = len(scales) == 1 and not any(items.values()) and title == "Total"
        signed = ids if is_total else ", ".join(f"-{item}" if turned else item for item, turned in items.items())
        yield f"  {make_scale_id(title)}:"
        yield f"    title: {quote(title)}"
        yield f"    items: [{signed}]" + (
            f"          # a minus sign reverses an item: [-{first}, ...]" if is_total else ""
        )
        yield "    score: mean             # or sum"
        yield f"    higher_is: {quote(f'higher {name if is_total else title}')}"
        yield "    # good: high            # or low, where that is known"
        if is_total:
            yield "  # Several scales? Write them in place of total, and their names in the examples below; or start"
            yield '  # again with --subscale "First part=1,2,-3" --subscale "Second part=4,-5,6" (-: reversed).'


def _write_examples(scales: Mapping[str, Mapping[str, bool]], low: int, high: int) -> Iterator[str]:
    """Yield the scores of the lowest and of the highest answers."""
    for word, answer, other in (("lowest", low, high), ("highest", high, low)):
        scores = {
            make_scale_id(title): sum(
                (Fraction(other if turned else answer) for turned in items.values()), Fraction()
            ) / len(items)
            for title, items in scales.items()
        }  # fmt: skip
        shown = ", ".join(f"{scale}: {score}" for scale, score in scores.items())
        yield f"  - {{name: every answer {word}, answers: {{all: {answer}}}, scores: {{{shown}}}}}"


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


def _read_labels(text: str) -> tuple[int, int, str, tuple[str, ...]]:
    """Return the lowest and the highest code, the lines of the labels, and the labels that mean no answer."""
    numbers = _RANGE.fullmatch(text.strip())
    if numbers:
        low, high = int(numbers[1]), int(numbers[2])
        if low >= high:
            raise InvalidRequest(f"--labels {text}: {low} is not below {high}")
        hint = f"    # labels: {{lowest answer: {low}, ..., highest answer: {high}}}   # if exports hold texts"
        return low, high, hint, ()
    labels = [label.strip() for label in text.split(",")]
    folded = [fold_text(label) for label in labels]
    if len(labels) < 2 or "" in folded or len(set(folded)) < len(folded):
        raise InvalidRequest(
            f"--labels needs two or more different labels, lowest first, or a range (0-10), not '{text}'"
        )
    no_answers = tuple(label for label in labels if means_no_answer(label))
    kept = [label for label in labels if label not in no_answers]
    if len(kept) < 2:
        kept, no_answers = labels, ()
    for code, label in enumerate(kept, start=1):
        if _NUMBER.fullmatch(label) and int(label) != code:
            raise InvalidRequest(
                f"--labels: '{label}' is a number and would have the code {code}; for numbers give a range (0-10)"
            )
        said = _NUMBERED.fullmatch(label)
        if said and int(said[1] or said[2]) != code:
            way = "leave the numbers out, or give a range (0-10)"
            raise InvalidRequest(f"--labels: '{label}' would have the code {code}, not {said[1] or said[2]}; {way}")
    named = "\n".join(f"      {quote(label)}: {code}" for code, label in enumerate(kept, start=1))
    return 1, len(kept), f"    labels:\n{named}", no_answers


def _choose_missing(low: int, high: int, labels: str, no_answers: Sequence[str]) -> str:
    """Return texts and a code for "no answer" that are no answers."""
    taken = {fold_text(label) for label in labels.split(",")}
    texts = [text for text in ("N/A", "Not applicable") if fold_text(text) not in taken]
    code = next(code for code in (99, 999, 10 ** len(str(high)) * 10 - 1) if not low <= code <= high)
    return ", ".join([*(map(quote, no_answers) if no_answers else texts[:1]), str(code)])


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
{answered_by}
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
{scales}

# Answers and the scores they must give: validate works these out. They name the scales above, so change both together.
# These show what the key does, not that it is right: work one or two out by hand.
examples:
{examples}
"""
