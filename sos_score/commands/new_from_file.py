"""A definition and its column map from a questionnaire's file."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

from sos_score.definition.imports.definition_text import draft_definition, draft_map
from sos_score.definition.imports.form import Answers, Form, ImportedScale, LeftOut, Reason, make_answers
from sos_score.definition.imports.registry import read_form
from sos_score.definition.instrument.instrument import Instrument
from sos_score.definition.instrument.starter import make_id
from sos_score.definition.reading import check_document
from sos_score.definition.yaml.document import parse_yaml
from sos_score.errors import InvalidDefinition, InvalidRequest, clip, guess
from sos_score.output.files import check_output, write_files, write_text
from sos_score.scoring.arithmetic import score_row
from sos_score.scoring.examples import check_definition
from sos_score.scoring.plan import plan_scores
from sos_score.words import count

_LISTED, _NAMED = 30, 4
_RANGE = re.compile(r"(-?\d{1,6})-(-?\d{1,6})")
_WORDS = {
    Reason.KIND: "not a choice of one answer from a list",
    Reason.SEVERAL: "takes several answers",
    Reason.CODES: "its answers do not make a scale",
    Reason.FEW: "has no items",
    Reason.ALONE: "no other question has its answers, so that it makes no scale",
    Reason.UNSCORED: "is in no scale",
    Reason.FORMULA: "a calculation, which was not read",
    Reason.METHOD: "a way of scoring that was not read",
    Reason.TRANSFORM: "the score is rescaled in the file; here it is not",
    Reason.CUT_OFFS: "its cut-offs were not read",
    Reason.UNKNOWN: "names items that are not in the definition",
    Reason.NO_ANSWER: "read as no answer",
    Reason.SPACING: "answers read as equally far apart",
    Reason.TWICE: "is there twice; the first is used",
    Reason.CONDITION: "is shown under a condition, which was not read",
}


@dataclass(frozen=True)
class FileRequest:
    """A questionnaire's file, and what its reader knows beyond it."""

    name: str
    path: Path
    labels: str = "1-5"  # the answers of a list of items: texts lowest first, or a range
    subscales: tuple[str, ...] = ()  # ``name=q1,q2,-q3``; with any, the scales of the file are not used
    reversed_items: tuple[str, ...] = ()  # items that are reversed, by their name in the file
    first: int = 1  # the lowest code, where the file has none
    answered_by: tuple[str, ...] = ()


def start_from_file(request: FileRequest, output: str | None, *, force: bool) -> None:
    """Write the definition that a questionnaire's file makes, and its column map where columns have other names."""
    slug = make_id(request.name)
    form = read_form(request.path, _read_labels(request.labels, request.first), request.first)
    form = _group(_apply(form, request))
    if not form.scales:
        hint = "name its items: --subscale total=q1,q2,-q3"
        raise InvalidRequest(f"{request.path} holds no two questions with the same answers; {hint}")
    drafted = draft_definition(slug, " ".join(request.name.split()), form, request.answered_by)
    document = parse_yaml(drafted.text.encode(), f"{slug}.yaml")
    instrument, problems = check_document(document)
    if instrument is None or problems:
        raise InvalidDefinition(problems, "nothing was written")
    text = drafted.text + _write_examples(instrument)
    _, problems = check_definition(parse_yaml(text.encode(), f"{slug}.yaml"))
    if problems:
        raise InvalidDefinition(problems, "nothing was written")
    _write(slug, text, draft_map(slug, form, drafted), request.path, output, force=force)
    _report(instrument, form)


def _read_labels(text: str, first: int) -> Answers:
    numbers = _RANGE.fullmatch(text.strip())
    if numbers:
        low, high = int(numbers[1]), int(numbers[2])
        if low < high:
            return Answers((), low, high)
        raise InvalidRequest(f"--labels {text}: {low} is not below {high}")
    labels = [label.strip() for label in text.split(",")]
    answers, _ = make_answers([(str(code), label) for code, label in enumerate(labels, start=first)])
    if answers is None or not all(labels):
        raise InvalidRequest(f"--labels needs two or more different labels, lowest first, or a range, not '{text}'")
    return answers


def _apply(form: Form, request: FileRequest) -> Form:
    """Return the form with the subscales and the reversed items that the user named."""
    known = [item.column for item in form.items]
    scales = form.scales
    if request.subscales:
        scales = tuple(_read_subscale(text, known) for text in request.subscales)
    for name in request.reversed_items:
        _check_known(name, known, "--reversed")
    flipped = set(request.reversed_items)
    turned = tuple(
        replace(scale, items={item: is_reversed != (item in flipped) for item, is_reversed in scale.items.items()})
        for scale in scales
    )
    return replace(form, scales=turned)


def _read_subscale(text: str, known: Sequence[str]) -> ImportedScale:
    name, _, listed = text.partition("=")
    items = [item.strip() for item in listed.split(",") if item.strip()]
    if not name.strip() or not items:
        raise InvalidRequest(f"--subscale is name=q1,q2,-q3, not '{text}'")
    signed = {item if item in known else item.removeprefix("-"): item not in known for item in items}
    for item in signed:
        _check_known(item, known, f"--subscale {name.strip()}")
    return ImportedScale(name.strip(), {item: f"-{item}" in items for item in signed}, is_stated=True)


def _check_known(name: str, known: Sequence[str], option: str) -> None:
    if name not in known:
        hint = guess(name, known) or f"items: {clip(', '.join(known), 200)}"
        raise InvalidRequest(f"{option}: no item '{name}' ({hint})")


def _group(form: Form) -> Form:
    """Return the form with scales of items that have the same answers; a question alone makes none."""
    # A second column of one name cannot be told from the first.
    first = {item.column: item for item in reversed(form.items)}
    twice = [LeftOut(item.column, Reason.TWICE) for item in form.items if item is not first[item.column]]
    answers = {item.column: item.answers for item in form.items if item is first[item.column]}
    scales = [part for scale in form.scales for part in _split(scale, answers)]
    named = {item for scale in form.scales for item in scale.items}
    if not form.scales:
        scales = list(_split(ImportedScale("total", dict.fromkeys(answers, False)), answers))
        named = set(answers)
    kept = {item for scale in scales for item in scale.items}
    left_out = [
        LeftOut(item, Reason.ALONE if item in named else Reason.UNSCORED) for item in answers if item not in kept
    ]
    items = tuple(item for item in form.items if item.column in kept and item is first[item.column])
    return Form(items, tuple(scales), (*form.left_out, *twice, *left_out), form.references)


def _split(scale: ImportedScale, answers: Mapping[str, Answers]) -> Iterable[ImportedScale]:
    """Yield a scale that is stated, and of others the parts of two items or more with the same answers."""
    parts: dict[Answers, dict[str, bool]] = {}
    for item, is_reversed in scale.items.items():
        parts.setdefault(answers[item], {})[item] = is_reversed
    if scale.is_stated or (len(parts) == 1 and len(scale.items) > 1):
        yield scale
        return
    large = [items for items in parts.values() if len(items) > 1]
    for number, items in enumerate(large, start=1):
        yield replace(scale, name=scale.name if len(large) == 1 else f"{scale.name} {number}", items=items)


def _write_examples(instrument: Instrument) -> str:
    """Return examples whose scores are worked out from the key as it is, and say so."""
    ends = {
        item: (scale.min, scale.max, scale.values or (scale.min, scale.max))
        for item, scale in instrument.responses.items()
    }
    rows: dict[str, dict[str, float]] = {
        "every answer lowest": {item: low for item, (low, _, _) in ends.items()},
        "every answer highest": {item: high for item, (_, high, _) in ends.items()},
        "answers that differ from item to item": {
            item: values[(place + 1) % len(values)] for place, (item, (_, _, values)) in enumerate(ends.items())
        },
    }
    lines = ["", "# Computed from the key above: they show what it does, not that it is right. Check them by hand."]
    lines.append("examples:")
    plan = plan_scores(instrument)
    for name, codes in rows.items():
        scores = {scale: row.score for scale, row in score_row(plan, codes).items()}
        answers = ", ".join(f"{item}: {code:g}" for item, code in codes.items())
        shown = ", ".join(f"{scale}: {_show(score)}" for scale, score in scores.items())
        lines += [
            f"  - name: {name} (computed, check by hand)",
            f"    answers: {{{answers}}}",
            f"    scores: {{{shown}}}",
        ]
    return "\n".join([*lines, ""])


def _show(score: float | None) -> str:
    return "null" if score is None else str(Fraction(score).limit_denominator(100_000))


def _write(slug: str, text: str, column_map: str, source: Path, output: str | None, *, force: bool) -> None:
    if output == "-":
        write_text(text, output, force=force)
        return
    target = Path(output or f"{slug}.yaml")
    texts = {target: text} | ({_name_map(target): column_map} if column_map else {})
    for path in texts:
        check_output(path, force=force, inputs=[source])
    write_files({path: each.encode() for path, each in texts.items()}, force=force)
    beside = f" and {_name_map(target)}" if column_map else ""
    print(f"{target}{beside} written; check it with: sos-score validate {target}", file=sys.stderr)  # noqa: T201


def _name_map(target: Path) -> Path:
    return target.with_name(f"{target.stem}.columns.yaml")


def _report(instrument: Instrument, form: Form) -> None:
    items, scales = count(len(instrument.responses), "item"), count(len(instrument.scales), "scale")
    lines = [f"{items} in {scales}; the scores of the examples are computed: check them by hand."]
    found: dict[tuple[Reason, str], list[str]] = {}
    for each in form.left_out:
        found.setdefault((each.reason, each.value), []).append(each.name or "without a name")
    if found:
        lines.append(f"To look at ({len(form.left_out)}):")
    for (reason, value), names in list(found.items())[:_LISTED]:
        shown = ", ".join(names[:_NAMED]) + (f" and {len(names) - _NAMED} more" if len(names) > _NAMED else "")
        lines.append(f"  {clip(shown)}: {_WORDS[reason]}" + (f" ({clip(value)})" if value else ""))
    if len(found) > _LISTED:
        lines.append(f"  and {len(found) - _LISTED} more lines")
    print("\n".join(lines), file=sys.stderr)  # noqa: T201 - a message
