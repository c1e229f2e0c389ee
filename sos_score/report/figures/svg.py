"""A picture as part of a page: no style, no address, colours that follow the page's."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby
from xml.etree import ElementTree as Tree

from sos_score.report.figures.style import BLUES, FONTS, GREY, INK, LINE, MIDDLE, ORANGES, PALE, PAPER
from sos_score.report.model import BROAD, NARROW, Picture

_COLOURS = {
    **dict(zip(BLUES, ("var(--blue)", "var(--blue2)", "var(--blue3)"), strict=True)),
    **dict(zip(ORANGES, ("var(--orange)", "var(--orange2)", "var(--orange3)"), strict=True)),
    INK: "var(--ink)",
    GREY: "var(--soft)",
    LINE: "var(--line)",
    PALE: "var(--pale)",
    MIDDLE: "var(--middle)",
    PAPER: "var(--paper)",
    "#000000": "var(--ink)",
}
_VARIABLES = {colour.lower(): variable for colour, variable in _COLOURS.items()}
_NOT_DRAWN = ("metadata", "style", "title")
_PLACES = ("d", "x", "y")
_OWN = ("x", "y", "href", "transform")
_USUAL = (("text-anchor", "start"), ("transform", "rotate(-0 "), ("stroke-linejoin", "miter"))


def inline_svg(picture: Picture) -> str:
    """Return a picture as two ``svg`` elements for a page, of which its style shows one: broad, or for a telephone."""
    return "".join(_inline(picture, name, width) for name, width in (("broad", BROAD), ("narrow", NARROW)))


def _inline(picture: Picture, layout: str, width: float) -> str:
    root = Tree.fromstring(picture.render("svg", width))
    name = picture.name if layout == "broad" else f"{picture.name}-{layout}"
    for element in root.iter():
        _plain(element, name)
    used = {each.attrib["href"].removeprefix("#") for each in root.iter() if "href" in each.attrib}
    _thin(root, used, f"{name}-patch_1")
    if layout == "broad":
        for place, (tag, words) in enumerate({"title": picture.title, "desc": picture.description}.items()):
            element = Tree.Element(tag, {"id": f"{picture.name}-{tag}"})
            element.text = words
            root.insert(place, element)
    _gather(root)
    root.attrib.pop("width"), root.attrib.pop("height")
    root.attrib |= {
        "class": layout,
        "role": "img",
        "aria-labelledby": f"{picture.name}-title {picture.name}-desc",
        "font-family": FONTS,
    }
    return Tree.tostring(root, encoding="unicode").replace(" />", "/>")


def _thin(parent: Tree.Element, used: set[str], ground: str) -> None:
    """Take off what is not drawn: the ground, ids that nothing refers to, and groups that say nothing."""
    children: list[Tree.Element] = []
    for child in parent:
        if child.tag in _NOT_DRAWN or child.get("id") == ground:
            continue
        _thin(child, used, ground)
        if child.get("id", "") not in used:
            child.attrib.pop("id", None)
        children += list(child) if child.tag == "g" and not child.attrib else [child]
    if parent.tag == "defs" or parent.tag != "text":
        parent[:] = [child for child in children if child.tag != "defs" or len(child)]


def _gather(parent: Tree.Element) -> None:
    """Put texts, and marks, that follow one another and look alike into a group that says so once."""
    children: list[Tree.Element] = []
    for look, run in groupby(parent, _name_look):
        found = list(run)
        if look and len(found) > 1:
            group = Tree.Element("g", dict(look[1:]))
            for each in found:
                each.attrib = {key: value for key, value in each.attrib.items() if key in _OWN}
                group.append(each)
            found = [group]
        else:
            for each in found:
                _gather(each)
        children += found
    parent[:] = children


def _name_look(element: Tree.Element) -> tuple[tuple[str, str], ...]:
    """Return what texts or marks share; nothing of other elements."""
    if element.tag not in ("text", "use"):
        return ()
    return (("tag", element.tag), *((key, value) for key, value in element.attrib.items() if key not in _OWN))


def _local(name: str) -> str:
    return name.rpartition("}")[2]


def _plain(element: Tree.Element, name: str) -> None:
    """Take namespaces and styles off an element, give its ids the picture's name, and numbers no more than is seen."""
    element.tag = _local(element.tag)
    found: dict[str, str] = {}
    for key, value in element.attrib.items():
        key = _local(key)  # noqa: PLW2901 - the same key without its namespace
        if key == "style":
            pairs = (each.partition(":") for each in value.split(";") if each.strip())
            found |= {left.strip(): _recolour(right.strip()) for left, _, right in pairs}
        elif key == "id":
            found[key] = f"{name}-{value}"
        elif key == "href":
            found[key] = value.replace("#", f"#{name}-", 1)
        elif key in _PLACES:
            found[key] = _round(value)
        else:
            found[key] = _recolour(re.sub(r"url\(#", f"url(#{name}-", value))
    for key in ("version", "font-family"):
        found.pop(key, None)
    for key, value in _USUAL:
        if found.get(key) == value or (key == "transform" and found.get(key, "").startswith(value)):
            del found[key]
    element.attrib.clear()
    element.attrib.update(found)
    element.text = element.text if (element.text or "").strip() else None
    element.tail = None


def _round(value: str) -> str:
    """Return coordinates to a tenth of a point, each part of a path as short as it can be written."""
    value = re.sub(r"-?\d+\.\d+", lambda found: f"{round(float(found[0]), 1):g}", " ".join(value.split()))
    parts = [(sign, where.strip()) for sign, where in re.findall(r"([A-Za-z])([^A-Za-z]*)", value)]
    if not {sign for sign, _ in parts} <= set("MLz"):
        return re.sub(r"\s*([A-Za-z])\s*", r"\1", value)
    return "".join(_list_steps(parts)) or value


def _list_steps(parts: list[tuple[str, str]]) -> Iterator[str]:
    """Yield the steps of a path, those along one side as such, and none back to where a box began."""
    began = last = ["", ""]
    for place, (sign, where) in enumerate(parts):
        here = where.split()
        if sign == "M":
            began = here
        if sign != "L":
            yield f"{sign}{where}"
        elif here == began and place + 1 < len(parts) and parts[place + 1][0] == "z":
            continue
        elif here[1] == last[1]:
            yield f"H{here[0]}"
        else:
            yield f"V{here[1]}" if here[0] == last[0] else f"L{where}"
        last = here or last


def _recolour(value: str) -> str:
    return _VARIABLES.get(value.lower(), value)
