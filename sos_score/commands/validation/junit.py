"""Findings as a JUnit report: a suite for each file, a case for each finding."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sos_score.commands.validation.found import Found, Validation
from sos_score.definition.catalogue.rule import Level

if TYPE_CHECKING:
    from xml.etree import ElementTree


def write_junit(report: Validation) -> str:
    """Return the report; errors are failures, what is suppressed is skipped, and all else passes with a word."""
    from xml.etree import ElementTree

    root = ElementTree.Element("testsuites", name="sos-score validate")
    everything = [*report.found, *report.suppressed]
    for path in dict.fromkeys([*report.paths, *(found.problem.path for found in everything)]):
        here = [found for found in everything if found.problem.path == path]
        suite = ElementTree.SubElement(root, "testsuite", name=path)
        cases = list(_make_cases(suite, here)) or [
            ElementTree.SubElement(suite, "testcase", name="valid", classname=path)
        ]
        _count(suite, cases)
    _count(root, list(root.iter("testcase")))
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, encoding="unicode")


def _count(element: ElementTree.Element, cases: list[ElementTree.Element]) -> None:
    element.set("tests", str(len(cases)))
    element.set("failures", str(sum(case.find("failure") is not None for case in cases)))
    element.set("errors", "0")
    element.set("skipped", str(sum(case.find("skipped") is not None for case in cases)))


def _make_cases(suite: ElementTree.Element, here: list[Found]) -> Iterator[ElementTree.Element]:
    from xml.etree import ElementTree

    for found in here:
        name = f"{found.rule.id} {found.rule.title} (line {found.line})"
        place = {"file": found.problem.path, "line": str(found.line)}
        case = ElementTree.SubElement(suite, "testcase", name=name, classname=found.problem.path, attrib=place)
        text = f"{found.problem.path}:{found.line}:{found.column}: {found.words}"
        text += f" (hint: {found.problem.hint})" if found.problem.hint else ""
        if found.reason:
            ElementTree.SubElement(case, "skipped", message=found.reason).text = text
        elif found.level is Level.ERROR:
            failure = ElementTree.SubElement(case, "failure", message=found.words, type=found.rule.id)
            failure.text = text
        else:
            ElementTree.SubElement(case, "system-out").text = f"{found.level}: {text}"
        yield case
