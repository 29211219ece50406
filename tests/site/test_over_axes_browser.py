"""Tables and charts over axes in a browser: they follow the givens, and everyone can use them."""

from __future__ import annotations

import json
import random
import re
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from checks.page import over_axes, pictures
from tests.site.accessibility import assert_accessible
from tests.site.browsing import DRAWN, PHONE, next_frame
from tests.site.fixture.axes import GRAPH
from worked.chapters import CHAPTERS
from worked.figures import FigureError

pytestmark = pytest.mark.browser

CHAPTER = "chapters/axes/"
PAGE = Path(__file__).parent / "fixture" / "docs" / "chapters" / "axes.md"
DIRECTIVES = re.findall(r"\{\{ (table|chart): (.*?) \}\}", PAGE.read_text(encoding="utf-8"))
TABLES = [text for kind, text in DIRECTIVES if kind == "table"]
CHARTS = [text for kind, text in DIRECTIVES if kind == "chart"]


@pytest.fixture(autouse=True)
def axes_chapter(monkeypatch: pytest.MonkeyPatch) -> None:
    """The fixture's chapter over axes is known in this process as well."""
    monkeypatch.setitem(CHAPTERS, "axes", "tests.site.fixture.axes")


def settings_at_random(count: int) -> list[dict[str, float]]:
    """Return so many settings of the chapter that make sense, as the page takes them."""
    rng, found = random.Random(50), []
    while len(found) < count:
        settings: dict[str, float] = {
            "rate": round(rng.uniform(0.05, 2), 2),
            "rounds": rng.randint(1, 20),
            "states": round(10 ** rng.uniform(0, 4), 1),
            "gpus": rng.randint(1, 512),
            "limit": round(rng.uniform(8, 400)),
            f"threshold.{rng.randint(1, 5)}": rng.randint(0, 9),
            f"minutes.{rng.randint(1, 6)}": round(10 ** rng.uniform(0, 3)),
        }
        try:
            GRAPH.evaluate(settings)
        except FigureError:
            continue
        found.append(settings)
    return found


def drawings(settings: dict[str, float]) -> tuple[list[str], list[str]]:
    """Return what the build draws of the page's tables and charts under `settings`."""
    tables = [over_axes.read_table(text, "axes") for text in TABLES]
    charts = [over_axes.read_chart(text, "axes") for text in CHARTS]
    return (
        [pictures.drawn("axes", "table", spec, settings) for spec in tables],
        [pictures.drawn("axes", "chart", spec, settings) for spec in charts],
    )


SHOWN = """kind => [...document.querySelectorAll(`article [data-${kind}]`)].map((figure) => {
  const box = figure.firstElementChild.cloneNode(true);
  for (const e of box.querySelectorAll(".fig")) {
    for (const name of ["role", "tabindex", "aria-haspopup", "style"]) e.removeAttribute(name);
    e.classList.remove("is-changed", "is-open");
  }
  return box.innerHTML;
})"""
NORMAL = """texts => texts.map((text) => {
  const box = document.createElement("div");
  box.innerHTML = text;
  return box.innerHTML;
})"""


def assert_drawn(page: Any, settings: dict[str, float]) -> None:
    """The page shows, sign for sign, what the build draws under `settings`."""
    page.wait_for_function(DRAWN)
    for kind, drawn in zip(("table", "chart"), drawings(settings), strict=True):
        assert page.evaluate(SHOWN, kind) == page.evaluate(NORMAL, drawn), settings


@pytest.mark.parametrize("options", [{}, {"color_scheme": "dark"}, PHONE], ids=str)
def test_a_chapter_over_axes_is_accessible(visit: Any, options: dict[str, Any]) -> None:
    assert_accessible(visit(CHAPTER, **options))


def test_tables_and_charts_read_without_script(visit: Any) -> None:
    page = visit(CHAPTER, java_script_enabled=False)
    # 39 min less the mean of 21 min and half of the leaf of 9.67 min: 13.17 min in round 2.
    assert "13.17" in page.locator("table.cells").first.inner_text()
    assert page.locator("svg.axis-chart.wide:visible").count() == len(CHARTS)
    assert page.locator("svg.axis-chart.narrow:visible").count() == 0
    said = page.locator("svg.axis-chart.wide").first.get_attribute("aria-label")
    assert said.startswith("Mean absolute error (min) over round. 1: 6.39 min; 2: 4.10 min;")


def test_the_page_shows_what_the_build_drew(visit: Any) -> None:
    assert_drawn(visit(CHAPTER), {})


@pytest.mark.parametrize("settings", settings_at_random(4), ids=str)
def test_tables_and_charts_follow_the_address(visit: Any, settings: dict[str, float]) -> None:
    """Rows come and go with their axis, labels that are figures move, and so do marks."""
    assert_drawn(visit(f"{CHAPTER}?{urlencode(settings)}"), settings)


def test_a_row_that_has_come_opens_as_others_do(visit: Any) -> None:
    """Six rounds in place of five; back to the book's five its cells are gone."""
    page = visit(CHAPTER)
    cell = page.locator('td .fig[data-fig="axes.mae[round=6]"]')
    assert cell.count() == 0
    page.fill("#panel-axes-rounds", "6")
    page.wait_for_function("location.search === '?rounds=6'")
    assert_drawn(page, {"rounds": 6})
    assert cell.get_attribute("role") == "button"
    cell.focus()
    cell.press("Enter")
    page.wait_for_selector("dialog.card[open]")
    assert "Mean absolute error" in page.locator("#card-title").inner_text()
    page.keyboard.press("Escape")
    page.fill("#panel-axes-rounds", "5")
    page.wait_for_function("location.search === ''")
    assert cell.count() == 0
    assert_drawn(page, {})


def test_a_number_of_a_chart_opens_by_the_keyboard(visit: Any) -> None:
    page = visit(CHAPTER)
    key = page.locator('[data-opens="axes.memory[gpu=h100]"]')
    key.focus()
    key.press("Enter")
    page.wait_for_selector("dialog.card[open]")


def test_a_phone_shows_charts_of_its_width_and_scrolls_tables(visit: Any) -> None:
    page = visit(CHAPTER, **PHONE)
    assert page.locator("svg.axis-chart.narrow:visible").count() == len(CHARTS)
    assert page.locator("svg.axis-chart.wide:visible").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    wide = page.locator(".over-axes .wide-table").nth(1)
    assert wide.evaluate("e => e.scrollWidth > e.clientWidth")
    head = wide.locator("tbody th").first
    before = head.bounding_box()["x"]
    wide.evaluate("e => e.scrollTo(e.scrollWidth, 0)")
    next_frame(page)
    # The heads of the rows stay where they are.
    assert head.bounding_box()["x"] == pytest.approx(before, abs=1)


CROSSED = """drawings => {
  const box = document.createElement("div");
  document.querySelector("article").append(box);
  const found = [];
  for (const drawing of drawings) {
    box.innerHTML = drawing;
    for (const svg of box.querySelectorAll("svg")) {
      svg.style.display = "block";
      const { width, height } = svg.viewBox.baseVal;
      const texts = [...svg.querySelectorAll("text")].map((e) => [e.textContent, e.getBBox()]);
      const over = (a, b) => a.x < b.x + b.width - 0.5 && b.x < a.x + a.width - 0.5
        && a.y < b.y + b.height - 0.5 && b.y < a.y + a.height - 0.5;
      texts.forEach(([text, at], i) => {
        const [right, bottom] = [at.x + at.width, at.y + at.height];
        const isInside = at.x > -1 && at.y > -1 && right < width + 1 && bottom < height + 1;
        if (!isInside) found.push(`${text} leaves the drawing`);
        for (const [other, there] of texts.slice(i + 1)) {
          if (over(at, there)) found.push(`${text} lies over ${other}`);
        }
        for (const e of svg.querySelectorAll("rect, circle")) {
          if (over(at, e.getBBox())) found.push(`${text} lies over a ${e.tagName}`);
        }
      });
      for (const e of svg.querySelectorAll("line, path")) {
        const length = e.getTotalLength();
        const { x, y, width: w, height: h } = e.getBBox();
        const near = texts.filter(([, at]) => over(at, { x, y, width: w + 1, height: h + 1 }));
        for (let s = 0; near.length && s <= length; s += 1.5) {
          const { x, y } = e.getPointAtLength(s);
          const dot = { x: x - 0.6, y: y - 0.6, width: 1.2, height: 1.2 };
          const hit = near.find(([, at]) => over(at, dot));
          if (hit) { found.push(`${hit[0]} is crossed by a ${e.getAttribute("class")}`); break; }
        }
      }
    }
  }
  box.remove();
  return [...new Set(found)];
}"""


def test_no_label_is_crossed_by_a_line_or_covered(visit: Any) -> None:
    """At 50 random settings, of each chart, for a page and for a phone."""
    page = visit(CHAPTER)
    for settings in [{}, *settings_at_random(50)]:
        _, charts = drawings(settings)
        assert page.evaluate(CROSSED, charts) == [], json.dumps(settings)


def test_a_label_that_is_crossed_would_be_found(visit: Any) -> None:
    """The check is checked: a line through a text, a text on a text, and one that sticks out."""
    page = visit(CHAPTER)
    drawing = (
        '<svg class="chart" viewBox="0 0 100 60"><text x="10" y="30">abc</text>'
        '<text x="12" y="32">abd</text><line x1="0" y1="26" x2="60" y2="26" class="limit"/>'
        '<text x="90" y="55">long text</text></svg>'
    )
    found = page.evaluate(CROSSED, [drawing])
    assert "abc lies over abd" in found
    assert "abc is crossed by a limit" in found
    assert "long text leaves the drawing" in found
