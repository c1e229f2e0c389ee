"""Pages of reports, read; and small studies to report on."""

from __future__ import annotations

import random
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path

VOID = {"meta", "link", "img", "br", "hr", "input"}


@dataclass
class Element:
    """A start tag with its attributes and, once it is closed, its text."""

    tag: str
    attributes: dict[str, str]
    parents: tuple[str, ...]
    text: str = ""


class Page(HTMLParser):
    """Every element of a page, in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[Element] = []
        self.open: list[Element] = []
        self.feed(text)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_startendtag(tag, attrs)
        if tag not in VOID:
            self.open.append(self.elements[-1])

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = {key: value or "" for key, value in attrs}
        self.elements.append(Element(tag, named, tuple(each.tag for each in self.open)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop().tag == tag

    def handle_data(self, data: str) -> None:
        for element in self.open:
            element.text += data

    def all(self, *tags: str) -> list[Element]:
        return [each for each in self.elements if each.tag in tags]


INSTRUMENT = """
format: 1
id: mood
version: 1.0.0
title: Mood
construct: mood
answered_by: [staff]
references: []
rights: {holder: nobody}
verification:
  key: {status: user, source: a test}
  responses: {status: user, source: a test}
  missing: {status: user, source: a test}
response_scales: {agree5: {min: 1, max: 5}}
items: {ids: q1..q4, responses: agree5}
missing: {min_answered: all}
scales: {mood: {title: Mood, items: [q1, q2, q3, q4], score: mean, higher_is: a better mood, good: high}}
"""


def small_study(
    folder: Path,
    *,
    sizes: dict[str, int] | None = None,
    leavers: dict[str, int] | None = None,
    label: str = "A",
    title: str = "Small",
    arms: bool = True,
    waves: tuple[str, ...] = ("T1", "T2"),
) -> Path:
    """Write a study of one scale in three sites; `leavers` answer at the first wave only."""
    folder.mkdir(parents=True, exist_ok=True)
    sizes, leavers = sizes or {"a": 9, "b": 9, "c": 12}, leavers or {}
    draw = random.Random(7)
    lines = ["respondent,site,wave,q1,q2,q3,q4"]
    for site, size in sizes.items():
        for number in range(size):
            level = draw.choice([2, 3, 4])
            for wave in waves[:1] if number < leavers.get(site, 0) else waves:
                answers = [min(5, max(1, level + draw.choice([-1, 0, 1]))) for _ in range(4)]
                lines.append(",".join(map(str, (f"{site}-person-{number}", site, wave, *answers))))
    (folder / "answers.csv").write_text("\n".join(lines) + "\n")
    (folder / "mood.yaml").write_text(INSTRUMENT)
    names = {"a": label, "b": "B", "c": "C"}
    in_arms = {"a": ", arm: new", "b": ", arm: old", "c": ", arm: old"} if arms else dict.fromkeys(sizes, "")
    sites = "\n".join(f"  {site}: {{label: '{names[site]}'{in_arms[site]}}}" for site in sizes)
    (folder / "study.yaml").write_text(
        f"format: 1\nid: small\ntitle: '{title}'\n"
        + ("arms: {new: {label: New}, old: {label: Old, reference: true}}\n" if arms else "")
        + f"sites:\n{sites}\nwaves: [{', '.join(waves)}]\n"
        "sources: {staff: {label: Staff, files: answers.csv, instrument: mood.yaml}}\n"
    )
    return folder / "study.yaml"
