"""A picture as part of a page: no style, no address, colours that follow the page's."""

from __future__ import annotations

import re
from xml.etree import ElementTree as Tree

from sos_score.report.figures.style import BLUES, GREY, INK, LINE, ORANGES, PALE, PAPER
from sos_score.report.model import Picture

_COLOURS = {
    **dict(zip(BLUES, ("var(--blue)", "var(--blue2)", "var(--blue3)"), strict=True)),
    **dict(zip(ORANGES, ("var(--orange)", "var(--orange2)", "var(--orange3)"), strict=True)),
    INK: "var(--ink)",
    GREY: "var(--soft)",
    LINE: "var(--line)",
    PALE: "var(--pale)",
    PAPER: "var(--paper)",
    "#000000": "var(--ink)",
}
_VARIABLES = {colour.lower(): variable for colour, variable in _COLOURS.items()}
_NOT_DRAWN = ("metadata", "style", "title")


def inline_svg(picture: Picture) -> str:
    """Return a picture as an ``svg`` element for a page."""
    root = Tree.fromstring(picture.render("svg"))
    for parent in root.iter():
        for child in list(parent):
            if _local(child.tag) in _NOT_DRAWN:
                parent.remove(child)
    for element in root.iter():
        _plain(element, picture.name)
    names = {"title": picture.title, "desc": picture.description}
    for place, (tag, words) in enumerate(names.items()):
        element = Tree.Element(tag, {"id": f"{picture.name}-{tag}"})
        element.text = words
        root.insert(place, element)
    width, height = root.attrib.pop("width"), root.attrib.pop("height")
    root.attrib |= {
        "role": "img",
        "aria-labelledby": f"{picture.name}-title {picture.name}-desc",
        "width": width.removesuffix("pt"),
        "height": height.removesuffix("pt"),
        "stroke-linejoin": "round",
        "stroke-linecap": "butt",
    }
    return Tree.tostring(root, encoding="unicode")


def _local(name: str) -> str:
    return name.rpartition("}")[2]


def _plain(element: Tree.Element, name: str) -> None:
    """Take namespaces and styles off an element, and give its ids the picture's name."""
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
        else:
            found[key] = _recolour(re.sub(r"url\(#", f"url(#{name}-", value))
    found.pop("version", None)
    element.attrib.clear()
    element.attrib.update(found)
    element.text = element.text if (element.text or "").strip() else None
    element.tail = "\n" if element.tail else None


def _recolour(value: str) -> str:
    return _VARIABLES.get(value.lower(), value)
