"""The page in a real browser, from disk and without a network; skipped where Debian's Chromium is not installed."""

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from conftest import ROOT

if TYPE_CHECKING:
    from playwright.sync_api import Browser

CHROMIUM = shutil.which("chromium")

pytestmark = pytest.mark.skipif(
    CHROMIUM is None, reason="chromium is not installed (apt-get install chromium)"
)


@pytest.fixture(scope="module")
def browser() -> "Iterator[Browser]":
    """Debian's Chromium, without a window."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield found
        found.close()


@pytest.fixture(params=["2022-04-15", "2026-02-01"])
def page_of(request: pytest.FixtureRequest, run: Any, tmp_path: Path) -> tuple[Path, dict[str, Any]]:
    """A report of the examples, and what status says of the same day."""
    for kind in ("launches", "registrations", "exemptions"):
        run("import", kind, str(ROOT / f"examples/{kind}_2022.csv"))
    if request.param > "2025":
        run("import", "changes", "@changes_2025.csv")
    path = tmp_path / "báo cáo.html"
    assert run("report", "--as-of", request.param, "-o", str(path), lang="vi").code == 0
    return path, json.loads(run("status", "--as-of", request.param, "-f", "json").out)


@pytest.mark.parametrize("width", [1280, 390])
def test_the_page_in_a_browser(browser: "Browser", page_of: tuple[Path, dict[str, Any]], width: int) -> None:
    """No request, no error, no sideways scrolling, and the figures of status."""
    path, status = page_of
    context = browser.new_context(viewport={"width": width, "height": 900}, offline=True)
    page = context.new_page()
    requests: list[str] = []
    errors: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.on("console", lambda message: errors.append(message.text))
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(path.as_uri())
    assert (requests, errors) == ([path.as_uri()], [])
    assert page.evaluate("document.documentElement.scrollWidth") == width
    rows = page.locator("#obligations tbody tr:not(.group)").all()
    cells = [re.split(r"\t", row.inner_text().strip()) for row in rows]
    shown = [row for row in status["rows"] if row["phase"] == "p1" or status["as_of"] > "2026"]
    keys = ("overdue", "pending", "on_time", "late", "declared_late", "roster", "exempt", "lapsed")
    assert [[cell.strip() for cell in (*each[1:3], *each[4:12])] for each in cells] == [
        [str(row[key]) for key in ("applicable", "done", *keys)] for row in shown
    ]
    context.close()


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
@pytest.mark.parametrize("page_of", ["2022-04-15"], indirect=True)
def test_the_page_is_accessible(
    browser: "Browser", page_of: tuple[Path, dict[str, Any]], width: int, scheme: Any
) -> None:
    """Axe finds nothing serious, by day and by night, on a desk and on a phone."""
    from axe_playwright_python.sync_playwright import Axe

    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, offline=True, bypass_csp=True
    )
    page = context.new_page()
    page.goto(page_of[0].as_uri())
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    assert [(each["id"], each["nodes"][0]["target"]) for each in found if each["impact"] != "minor"] == []
    context.close()


def test_what_leaders_look_for_is_seen_on_a_telephone(
    browser: "Browser", page_of: tuple[Path, dict[str, Any]]
) -> None:
    """The rate and the overdue units of every table of figures are on the screen, headings and states too."""
    page = browser.new_page(viewport={"width": 390, "height": 900}, offline=True)
    page.goto(page_of[0].as_uri())
    for selector in (
        "table.figures thead th:nth-child(-n + 5)",
        "#not-done table td:nth-child(4)",
        "tr.group span",
        ".mark-label",
    ):
        boxes = [each.bounding_box() for each in page.locator(selector).all()]
        assert [box for box in boxes if box and box["x"] + box["width"] > 390 - 8] == [], selector
    labels = [each.bounding_box() for each in page.locator(".mark-label").all()]
    assert len({round(box["y"]) for box in labels if box}) == len(labels)
    page.close()


def test_it_prints_on_a4(browser: "Browser", page_of: tuple[Path, dict[str, Any]]) -> None:
    """The printed page is A4, and nothing of a table is wider than the paper."""
    page = browser.new_page(viewport={"width": 688, "height": 1000})
    page.goto(page_of[0].as_uri())
    page.emulate_media(media="print")
    assert page.evaluate("document.documentElement.scrollWidth") <= 688
    data = page.pdf(prefer_css_page_size=True)
    assert re.search(rb"/MediaBox \[0 0 59[45](\.\d+)? 84[12](\.\d+)?\]", data)
    page.close()
