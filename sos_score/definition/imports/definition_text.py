"""The text of a definition, and of a column map, that a questionnaire's file makes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sos_score.definition.imports.form import Answers, Form
from sos_score.definition.instrument.starter import name_respondents, quote
from sos_score.definition.text import fold_text


@dataclass(frozen=True)
class Drafted:
    """The text of a definition without examples, the id of each column, and the name of each response scale."""

    text: str
    ids: Mapping[str, str]
    responses: Mapping[Answers, str]


def draft_definition(slug: str, title: str, form: Form, answered_by: Sequence[str] = ()) -> Drafted:
    """Return the text of a definition; the order of items is the file's, and no wording of items is taken over."""
    columns = [item.column for item in form.items]
    ids = dict(zip(columns, _name_all(columns, "q", lower=False), strict=True))
    kinds = list(dict.fromkeys(item.answers for item in form.items))
    responses = {answers: f"{slug}-answers" + (f"-{n}" if n > 1 else "") for n, answers in enumerate(kinds, start=1)}
    names = _name_all((scale.name for scale in form.scales), "scale", lower=True)
    lines = [
        "# Made from a questionnaire's file: read every line before you score with it.",
        "format: 1",
        f"id: {quote(slug)}",
        "version: 1.0.0",
        f"title: {quote(title)}",
        f"construct: {quote(title)}",
        name_respondents(answered_by),
        "references:" + ("" if form.references else " []"),
        *(f"  - {quote(each)}" for each in form.references),
        "rights: {holder: not stated}",
        "verification:",
        "  key: {status: user, source: a questionnaire's file}",
        "  responses: {status: user, source: a questionnaire's file}",
        "  missing: {status: user, source: not stated}",
        "response_scales:",
        *(line for answers, name in responses.items() for line in _write_answers(name, answers)),
        "items:",
        *(f"  - {{ids: {ids[item.column]}, responses: {quote(responses[item.answers])}}}" for item in form.items),
        "missing: {min_answered: 80%}",
        "scales:",
    ]
    for number, scale in enumerate(form.scales):
        signed = ", ".join(("-" if is_reversed else "") + ids[item] for item, is_reversed in scale.items.items())
        lines += [
            f"  {names[number]}:",
            f"    title: {quote(scale.name or names[number])}",
            f"    items: [{signed}]",
            f"    score: {scale.score}",
            "    higher_is: more of what the items say",
        ]
    return Drafted("\n".join([*lines, ""]), ids, responses)


def _write_answers(name: str, answers: Answers) -> Iterable[str]:
    yield from (f"  {quote(name)}:", f"    min: {answers.low}", f"    max: {answers.high}")
    if answers.step is not None:
        yield f"    step: {answers.step}"
    if answers.labels:
        yield "    labels:"
        yield from (f"      {quote(text)}: {code}" for text, code in answers.labels)
    if answers.missing:
        yield f"    missing: {{no answer: [{', '.join(map(quote, answers.missing))}]}}"


def _name_all(names: Iterable[str], stem: str, *, lower: bool) -> list[str]:
    """Return an id for each name, no two alike."""
    found: list[str] = []
    taken = {"all"}
    for name in names:
        plain = re.sub(r"[^A-Za-z0-9_]+", "_", name).strip("_") or stem
        plain = plain if plain[0].isascii() and plain[0].isalpha() else f"{stem}_{plain}"
        plain = plain.lower() if lower else plain
        unique = next(each for each in _spell(plain) if fold_text(each) not in taken)
        taken.add(fold_text(unique))
        found.append(unique)
    return found


def _spell(plain: str) -> Iterable[str]:
    yield plain
    yield from (f"{plain}_{number}" for number in range(2, 100_000))


def draft_map(slug: str, form: Form, drafted: Drafted) -> str:
    """Return the text of a column map; nothing where every column has the id of its item and labels or plain codes."""
    named = [(drafted.ids[item.column], item.column) for item in form.items if drafted.ids[item.column] != item.column]
    own = [(name, answers.own_codes) for answers, name in drafted.responses.items() if answers.own_codes]
    if not named and not own:
        return ""
    lines = [f"# Which column of an export is which item of {slug}. Say who answered, and where:", "format: 1"]
    lines += ["# respondent:", "# site:"]
    lines += ["items:", *(f"  {item}: {quote(column)}" for item, column in named)] if named else []
    lines += ["labels:"] if own else []
    for name, codes in own:
        lines += [f"  {quote(name)}:", *(f"    {quote(text)}: {code}" for text, code in codes)]
    return "\n".join([*lines, ""])
