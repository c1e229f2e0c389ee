import re
from base64 import b64decode

import pytest
from browser import Browser, read_axe, require_chromium
from report_pages import small_study

from sos_score.commands.report import run_report
from sos_score.report.request import ReportRequest


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    require_chromium()
    browser = Browser(tmp_path_factory.mktemp("profile"))
    yield browser
    browser.close()


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", [360, 1280])
def test_the_page_fits_says_nothing_and_asks_for_nothing(browser, demo, width, dark):
    page = demo / "report.html"
    browser.open(page, width, dark=dark)
    assert browser.list_messages() == []
    assert browser.list_requests() == [page.as_uri()]
    assert browser.ask("document.documentElement.scrollWidth") == width
    assert browser.ask("getComputedStyle(document.body).backgroundColor") == (
        "rgb(21, 24, 28)" if dark else "rgb(255, 255, 255)"
    )


@pytest.mark.parametrize(("width", "dark"), [(360, True), (1280, False)])
def test_axe_finds_no_fault_in_contrast_landmarks_headings_or_tables(browser, demo, width, dark):
    rules = read_axe()
    browser.open(demo / "report.html", width, dark=dark)
    assert browser.list_faults(rules) == []


def test_axe_would_find_a_fault(browser, tmp_path):
    rules = read_axe()
    page = tmp_path / "bad.html"
    page.write_text(
        '<!doctype html><title>x</title><p style="color: #ccc; background: #fff">pale words</p><img src="">'
    )
    browser.open(page, 1280)
    found = {fault.partition(":")[0] for fault in browser.list_faults(rules)}
    assert {"color-contrast", "html-has-lang", "image-alt", "region"} <= found


def test_pictures_take_the_colours_of_the_page(browser, demo):
    mark = "[...document.querySelectorAll('svg [stroke]')].find(e => e.getAttribute('stroke') == 'var(--blue)')"
    found = {}
    for dark in (False, True):
        browser.open(demo / "report.html", 1280, dark=dark)
        found[dark] = browser.ask(f"getComputedStyle({mark}).stroke")
    assert found == {False: "rgb(0, 114, 178)", True: "rgb(86, 180, 233)"}


def test_a_page_that_did_ask_would_be_seen(browser, tmp_path):
    page = tmp_path / "bad.html"
    page.write_text(
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'"><script>1</script>'
        '<p style="width: 900px">x</p>'
    )
    browser.open(page, 360)
    assert len(browser.list_messages()) == 2


OPEN = "document.querySelectorAll('details').forEach(each => each.open = true)"


def test_axe_finds_no_fault_in_what_is_folded(browser, demo):
    rules = read_axe()
    browser.open(demo / "report.html", 360)
    browser.ask(OPEN)
    assert browser.list_faults(rules) == []


def test_print_fits_a4_and_prints_the_parts_of_the_annex_that_are_open(browser, demo):
    browser.open(demo / "report.html", 680, media="print")
    assert browser.ask("document.documentElement.scrollWidth") <= 680
    heights = "[...document.querySelectorAll('details.annex table')].map(e => e.getBoundingClientRect().height)"
    assert set(browser.ask(heights)) == {0}
    browser.ask("document.querySelectorAll('details.annex').forEach(each => each.open = true)")
    assert browser.ask("document.documentElement.scrollWidth") <= 680
    assert min(browser.ask(heights)) > 0


def count_pages(browser, page):
    """Return how many pages a report has on paper as it comes."""
    browser.open(page, 1280)
    made = browser.send("Page.printToPDF", preferCSSPageSize=True, printBackground=True)["data"]
    return len(re.findall(rb"/Type\s*/Page\b(?!s)", b64decode(made)))


def test_the_main_part_of_the_example_has_at_most_twelve_pages(browser, demo):
    assert 8 <= count_pages(browser, demo / "report.html") <= 12


def test_a_study_of_two_scales_has_about_four_pages(browser, tmp_path):
    study = small_study(tmp_path, sizes={"a": 20, "b": 20})
    text = (tmp_path / "mood.yaml").read_text()
    one = "scales: {mood: {title: Mood, items: [q1, q2, q3, q4], score: mean, higher_is: a better mood, good: high}}"
    two = (
        "scales:\n  morning: {title: Morning, items: [q1, q2], score: mean, higher_is: a better mood, good: high}\n"
        "  evening: {title: Evening, items: [q3, q4], score: mean, higher_is: a better mood, good: high}"
    )
    assert one in text
    (tmp_path / "mood.yaml").write_text(text.replace(one, two))
    report = run_report(ReportRequest(str(study)))
    page = tmp_path / "report.html"
    page.write_bytes(next(iter(report.files.values())))
    assert 3 <= count_pages(browser, page) <= 5


def test_the_first_section_fits_the_first_page_on_paper(browser, demo):
    browser.open(demo / "report.html", 680, media="print")
    bottom = "document.querySelector('.first').getBoundingClientRect().bottom"
    assert browser.ask(bottom) <= (297 - 15 - 17) * 96 / 25.4
