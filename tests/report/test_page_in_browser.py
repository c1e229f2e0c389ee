import pytest
from browser import Browser, read_axe, require_chromium


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


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", [360, 1280])
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


def test_print_fits_a4(browser, demo):
    browser.open(demo / "report.html", 680, media="print")
    assert browser.ask("document.documentElement.scrollWidth") <= 680
    shown = "[...document.querySelectorAll('details table')].every(e => e.getBoundingClientRect().height > 0)"
    assert browser.ask(shown) is True
