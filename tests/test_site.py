"""The site of the docs: built without a warning, complete, and at home without a network."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest
from browser import Browser, require_chromium
from support import ROOT

LOADING = {"script": "src", "img": "src", "iframe": "src", "source": "src", "object": "data"}
LINKED = {"stylesheet", "preload", "preconnect", "icon", "manifest", "modulepreload", "dns-prefetch"}
OUTSIDE = re.compile(r"(?:https?:)?//")


class Loads(HTMLParser):
    """Notes every address that a browser asks for by itself; links that a reader follows are none."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag in LOADING:
            self.found.append(given.get(LOADING[tag], ""))
        if tag == "link" and LINKED & set(given.get("rel", "").split()):
            self.found.append(given["href"])
        self.found += re.findall(r"url\(['\"]?([^'\")]+)", given.get("style", ""))


def list_loads(page: str) -> list[str]:
    parser = Loads()
    parser.feed(page)
    return parser.found


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    build = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(folder)]
    quiet = os.environ | {"NO_MKDOCS_2_WARNING": "1"}
    done = subprocess.run(build, cwd=ROOT, env=quiet, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr.strip()) == (0, "")
    return folder


def test_every_page_is_in_the_site_and_in_its_menu(site: Path) -> None:
    pages = {path.relative_to(ROOT / "docs").with_suffix(".html").as_posix() for path in (ROOT / "docs").rglob("*.md")}
    assert pages == {path.relative_to(site).as_posix() for path in site.rglob("*.html")} - {"404.html"}
    home = (site / "index.html").read_text(encoding="utf-8")
    assert pages - {"index.html"} <= set(re.findall(r'<a href="([^"]+)" class="md-nav__link"', home))


def test_no_page_loads_anything_from_elsewhere(site: Path) -> None:
    loads = {path.relative_to(site): list_loads(path.read_text(encoding="utf-8")) for path in site.rglob("*.html")}
    assert all(len(each) > 2 for each in loads.values())
    assert [(name, url) for name, each in loads.items() for url in each if OUTSIDE.match(url)] == []


def test_no_style_sheet_loads_anything_from_elsewhere(site: Path) -> None:
    sheets = list(site.rglob("*.css"))
    assert sheets
    for sheet in sheets:
        urls = re.findall(r"(?:url\(|@import\s+)['\"]?([^'\")\s;]+)", sheet.read_text(encoding="utf-8"))
        assert [url for url in urls if OUTSIDE.match(url)] == [], sheet.name


def test_what_a_page_loads_is_seen() -> None:
    page = '<link rel="icon" href="//a"><script src="https://b"></script><a href="https://c"></a><p style="x:url(d)">'
    assert list_loads(page) == ["//a", "https://b", "d"]


def test_search_works_without_a_server(site: Path) -> None:
    index = (site / "search" / "search_index.js").read_text(encoding="utf-8")
    assert index.startswith("var __index = ")
    assert "reference/commands.html" in index


def test_the_copy_button_takes_the_command_without_its_prompt_and_output(site: Path, tmp_path: Path) -> None:
    require_chromium()
    browser = Browser(tmp_path / "profile")
    try:
        browser.open(site / "tutorial.html", 1280)
        copied = browser.ask(
            "const code = document.querySelector('pre code');"
            "code.setAttribute('data-md-copying', ''); code.innerText.trim()"
        )
    finally:
        browser.close()
    assert copied == (
        'sos-score new instrument Staff wellbeing --items 10 --labels "Never, Rarely, Sometimes, Often, Always"'
        " --answered-by staff --subscale Energy=1,2,-3,4,5 --subscale Support=6,7,-8,9,10"
    )


def test_the_pictures_are_small(site: Path) -> None:
    pictures = list((site / "assets").glob("*.png"))
    assert [path.name for path in pictures if "report" in path.name]
    assert [path.name for path in pictures if path.stat().st_size > 300_000] == []
