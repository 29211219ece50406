"""Placing figures into pages: what each directive gives, and how a mistake is named."""

from __future__ import annotations

import html
import re
from pathlib import Path

import pytest

from checks.page import maths, pictures, tables
from checks.page.cards import card
from checks.page.panel import panel
from checks.page.place import PageContext, PlacementError, place
from checks.page.sources import embedded
from worked.chapters import CHAPTERS, graph

PAGE = PageContext("docs/chapters/small.md", "small")
ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(autouse=True)
def small_chapter(monkeypatch: pytest.MonkeyPatch) -> None:
    """Add the fixture's chapter to the book's."""
    monkeypatch.setitem(CHAPTERS, "small", "tests.site.fixture.scenario")


def span(name: str, text: str, kind: str = "derived", extra: str = "") -> str:
    """Return the span expected for a figure."""
    return f'<span class="fig {kind}" data-fig="small.{name}"{extra}>{text}</span>'


def in_unit(name: str, worth: int, places: int) -> str:
    """Return the attributes expected of a figure in another unit."""
    return f' data-unit="{name}" data-worth="{worth}/1" data-places="{places}"'


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        # 70 billion x 16 B.
        ("{{ total_bytes }}", span("total_bytes", "1,120 GB")),
        ("{{total_bytes}}", span("total_bytes", "1,120 GB")),
        (
            "{{ total_bytes | TB 2 }}",
            span("total_bytes", "1.12 TB", extra=in_unit("TB", 10**12, 2)),
        ),
        # 1,120 x 10^9 / 2^30 = 1,043.08.
        (
            "{{ total_bytes | GiB 1 }}",
            span("total_bytes", "1,043.1 GiB", extra=in_unit("GiB", 2**30, 1)),
        ),
        ("{{ total_bytes | bare }}", span("total_bytes", "1,120", extra=" data-bare")),
        ("{{ per_gpu | 3 }}", span("per_gpu", "17.500 GB", extra=' data-places="3"')),
        ("{{ small.gpus }}", span("gpus", "64 GPUs", "given")),
        ("{{ recorded_waste }}", span("recorded_waste", "12.4%", "measured")),
        ("{{ one_fits }}", span("one_fits", "does not fit", "derived is-no")),
        ("{{ split_fits }}", span("split_fits", "fits", "derived is-yes")),
        # The dollar sign must not open a formula.
        ("{{ price }}", span("price", "&#36;2.50 per GPU-h", "given")),
        ("{{ wanted[job=b] }}", span("wanted[job=b]", "24 GPUs", "given")),
        ("{{ wanted[job=B] | bare }}", span("wanted[job=b]", "24", "given", " data-bare")),
        # 24 GPUs less 6 in each of three rounds; places in the order of the axes.
        (
            "{{ small.left[round=3, job=b] | 1 }}",
            span("left[job=b, round=3]", "6.0 GPUs", extra=' data-places="1"'),
        ),
        ("{{ left[job=b, round=last] }}", span("left[job=b, round=last]", "6 GPUs")),
        ("{{ left[job=b, round=0] }}", span("wanted[job=b]", "24 GPUs", "given")),
        (
            "{{ granted[job=b, limit=1] }}",
            span("granted[job=b, limit=1]", "over 10 GPUs", "derived is-no"),
        ),
        ("{{ largest }}", span("largest", "B")),
        ("{{ holds[job=c] }}", span("holds[job=c]", "20 GPUs")),
        ("![of {{ wanted[job=b] }} and {{ gpus }}](x.svg)", "![of 24 GPUs and 64 GPUs](x.svg)"),
        ("{{ lit: 2022 }}", "2022"),
        (
            "{{ cite: 1.074 | A post, $5 }}",
            '<span class="cited" tabindex="0" title="A post, &#36;5">1.074'
            '<span class="cited-source"> (A post, &#36;5)</span></span>',
        ),
        ("![of {{ cite: 1.074 | A post }}](x.svg)", "![of 1.074 (A post)](x.svg)"),
        ("{{ step: wall }}", "2. The wall"),
        ("## {{ step: wall }}", "## 2. The wall {: #wall }"),
        ("![all {{ total_bytes }}](x.svg)", "![all 1,120 GB](x.svg)"),
        ('<b title="{{ total_bytes }}">x</b>', '<b title="1,120 GB">x</b>'),
    ],
)
def test_a_directive_becomes(source: str, expected: str) -> None:
    """Each inline directive, by hand."""
    assert place(source, PAGE) == expected


@pytest.mark.parametrize(
    "source",
    [
        "```\n{{ nope }}\n```",
        "`{{ nope }}`",
        "``a ` {{ nope }}``",
        "<!-- {{ nope }} -->",
        "a { b } c",
    ],
)
def test_code_and_comments_stay(source: str) -> None:
    """What stands in code or in a comment is no directive."""
    assert place(source, PAGE) == source


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("{{ totl_bytes }}", "did you mean total_bytes"),
        ("{{ total_bytes | s }}", "cannot be shown in 's'"),
        ("{{ total_bytes | G }}", "a bare 'G'"),
        ("{{ total_bytes | TB GB }}", "unit is given twice"),
        ("{{ one_fits | bare }}", "is a verdict"),
        ("{{ other.total_bytes }}", "other: no such chapter"),
        ("{{ total bytes }}", "cannot read"),
        ("{{ wanted }}", "wanted: has a value for each place of job; write wanted[job=a], say"),
        ("{{ left[job=a] }}", "left[job=a]: has a value for each place of round"),
        ("{{ wanted[job=d] }}", "wanted[job=d]: job has no place 'd'; there are a, b, c"),
        ("{{ wanted[split=1] }}", "wanted is over job, not 'split'"),
        ("{{ wanted[b] }}", "a place is written axis=place, not 'b'"),
        ("{{ left[job=a, round=5] }}", "left[job=a, round=5]: round has only the places up to 3"),
        ("{{ largest | bare }}", "largest: is a place, which has no bare number"),
        ("{{ step: nope }}", "no step 'nope'; there are bill, wall, checkpoints, queue"),
        ("{{ picture: nope }}", "no picture 'nope'; there are memory"),
        ("text {{ picture: memory }}", "must stand alone"),
        ("{{ eq: gpus }}", "is not computed, so it has no formula"),
        ("{{ eq: per_gpu | valus }}", "no option 'valus'"),
        ("{{ givens: nope }}", "no givens file"),
        ("{{ code: worked/nope.py }}", "no file 'worked/nope.py'"),
        ("{{ code: worked/units.py#nope }}", "neither a section nor a function 'nope'"),
        ("{{ panel: small.total_bytes }}", "cannot be set"),
        ("{{ figure: x }}", "no directive 'figure'"),
    ],
)
def test_a_mistake_names_file_line_and_reason(source: str, reason: str) -> None:
    """The directive is on line 3 of the text, which starts on line 5 of its file: line 7."""
    page = PageContext("docs/a.md", "small", first_line=5)
    with pytest.raises(PlacementError) as error:
        place(f"one\n\n{source}\n", page)
    assert str(error.value).startswith("docs/a.md:7: ")
    assert reason in str(error.value)


def test_a_page_without_a_chapter_wants_qualified_names() -> None:
    """On the home page the chapter must be named."""
    page = PageContext("docs/index.md")
    assert "1,120 GB" in place("{{ small.total_bytes }}", page)
    with pytest.raises(PlacementError, match="this page has no chapter"):
        place("{{ total_bytes }}", page)


def test_the_givens_of_a_chapter_are_listed_with_every_cell() -> None:
    """A row of givens shows each value after its place, where it comes from once."""
    placed = place("{{ givens: small }}", PageContext("docs/givens.md"))
    assert (
        "<td>GPUs that each job wants</td>"
        '<td class="number"><span class="quiet">A</span> 8 GPUs<br>'
        '<span class="quiet">B</span> 24 GPUs<br><span class="quiet">C</span> 16 GPUs</td>'
        "<td>the running example&#x27;s own choice</td>"
    ) in placed
    assert '<td>Price of a GPU-hour</td><td class="number">&#36;2.50 per GPU-h</td>' in placed


def test_the_symbol_of_a_row_has_the_letter_of_its_axis_and_a_cells_its_place() -> None:
    """w_{j}, w_B; what says nothing of its places gets them behind it: l_{j, r}."""
    tex = [
        html.unescape(re.findall('x-tex">([^<]*)<', place(f"{{{{ sym: {name} }}}}", PAGE))[0])
        for name in ("wanted", "wanted[job=b]", "left", "left[job=b]", "left[job=b, round=2]")
    ]
    assert tex == [r"w_{j}", "w_{B}", "l_{j, r}", "l_{B, r}", "l_{B, 2}"]


def test_a_formula_with_values_carries_its_figures() -> None:
    """Each number in it can be found and rewritten; a screen reader hears it in words."""
    placed = place("{{ eq: weight_bytes | values }}", PAGE)
    for name in ("params", "weight_width", "weight_bytes"):
        assert f'data-fig="small.{name}"' in placed
    assert 'aria-label="Weights = 70 billion × 2 B = 140 GB"' in placed
    assert 'data-template="Weights = {(params)} × {(weight_width)} = {weight_bytes}"' in placed
    assert placed.strip().startswith('<div class="equation">')


def test_a_formula_in_a_line_keeps_clear_of_markdown() -> None:
    """No sign is left in its text that Markdown would read as emphasis, code or a table."""
    placed = place("a {{ eq: weight_bytes }} b", PAGE)
    text = "".join(part.split("<")[0] for part in placed.split(">"))
    assert not set("*_`|$") & set(text)
    assert "\n" not in placed


def test_embedded_code_is_a_section_or_a_function(tmp_path: Path) -> None:
    """Between its markers, dedented, without the marker lines; or by the function's name."""
    (tmp_path / "a.py").write_text(
        "class A:\n    # --8<-- [start:part]\n    def f(self):\n        # --8<-- [start:inner]\n"
        "        return 1\n        # --8<-- [end:inner]\n    # --8<-- [end:part]\n\n\n"
        "@cache\ndef g():\n    return 2\n"
    )
    assert embedded(tmp_path, "a.py#part") == ("a.py", "def f(self):\n    return 1")
    assert embedded(tmp_path, "a.py#inner") == ("a.py", "return 1")
    assert embedded(tmp_path, "a.py#g") == ("a.py", "@cache\ndef g():\n    return 2")
    (tmp_path / "b.py").write_text("# --8<-- [start:x]\n")
    with pytest.raises(ValueError, match="never closed"):
        embedded(tmp_path, "b.py#x")


def test_code_is_fenced_with_its_path() -> None:
    """A fenced block that the theme titles with the file."""
    placed = place("{{ code: worked/formulas/memory.py#devices_needed }}", PAGE)
    first, second = placed.splitlines()[:2]
    assert first == '``` { .python title="worked/formulas/memory.py" }'
    assert second.startswith("def devices_needed(")
    assert placed.endswith("```")


def test_no_panel_offers_a_row_of_facts_and_the_page_of_givens_has_a_row_for_each() -> None:
    """A GPU is chosen, not made up; yet each sheet from which its memory comes is named."""
    g = graph("gpu-wall")
    offered = panel("gpu-wall", g)
    assert "Memory of a GPU" in offered
    assert "Memory as sold" not in offered
    assert "Memory as sold" in panel("gpu-wall", g, ["sold_memory"])
    listed = tables.givens("gpu-wall")
    for gpu, sheet in (("MI300X", "AMD Instinct MI300X"), ("L40S", "NVIDIA L40S")):
        assert re.search(rf"Memory as sold, GPU {gpu}.*?</td>.*?</td><td>.*?{sheet}", listed)


def test_the_card_of_a_row_of_facts_has_the_source_of_each() -> None:
    content = card(graph("gpu-wall"), "sold_memory", ROOT)
    sources = [one["source"]["text"] for one in content["each"]]
    assert len(sources) == 9
    assert "AMD" in sources[4]
    assert "each" not in card(graph("gpu-wall"), "gpu_memory", ROOT)


def test_placing_twice_changes_nothing_more() -> None:
    """What is placed holds no directive."""
    text = "{{ total_bytes }} {{ eq: weight_bytes }}\n\n{{ picture: memory }}\n\n{{ panel }}\n"
    once = place(text, PAGE)
    assert place(once, PAGE) == once


def test_katex_refuses_wrong_latex() -> None:
    """A formula that cannot be set stops the build."""
    with pytest.raises(maths.MathsError, match="KaTeX refuses"):
        maths.render(r"\frac{1}{")
    with pytest.raises(maths.MathsError, match="KaTeX refuses"):
        maths.render(r"\nosuchcommand")
    # Of the commands that write HTML only the one that marks figures is trusted.
    assert "href=" not in maths.render(r"\href{https://example.org}{x}")


def test_formulas_of_the_prose_are_rendered_in_the_page() -> None:
    """What arithmatex marked becomes HTML with MathML beside it, left out of the search."""
    page = r'<p><span class="arithmatex">\(a &lt; b\)</span></p>'
    rendered = maths.render_page(page)
    assert "arithmatex" not in rendered
    assert "<math" in rendered
    assert "data-search-exclude" in rendered


@pytest.mark.parametrize("picture", ["memory", "waste", "deadlock", "places", "waiting"])
def test_a_picture_is_deterministic_and_described(picture: str) -> None:
    """The same bytes each time; a title, a description with numbers, no colour of its own."""
    drawn = pictures.svg("small", picture)
    pictures._drawn.cache_clear()
    pictures._drawing_board.cache_clear()
    assert pictures.svg("small", picture) == drawn
    assert 'role="img"' in drawn
    assert "<title id=" in drawn
    assert "<desc id=" in drawn
    assert "{{" not in drawn
    assert "NaN" not in drawn
    assert "#" not in drawn.replace("url(#", "").replace("&#36;", "")


def test_a_stacked_bar_is_as_long_as_its_bytes() -> None:
    """Weights and state are 140 and 980 GB: the second segment is 7 times as wide."""
    import re

    drawn = pictures.svg("small", "memory")
    widths = {
        title: float(width)
        for width, title in re.findall(r'width="([\d.]+)"[^>]*><title>([^<]*)</title>', drawn)
    }
    weights, state = widths["Weights: 140 GB"], widths["Training state: 980 GB"]
    assert state / weights == pytest.approx(7, rel=1e-3)


def test_a_picture_follows_its_givens() -> None:
    """8 billion parameters: 128 GB in the description, and the totals move."""
    drawn = pictures.svg("small", "memory", {"params": 8})
    assert "128 GB" in drawn
    assert "1,120 GB" not in drawn


def test_a_layout_gives_every_gpu_one_part() -> None:
    """8 x 4 x 2 = 64 GPUs: each tensor rank, stage and replica meet exactly once."""
    import re

    drawn = pictures.svg("small", "places")
    parts = re.findall(r"tensor rank (\d+), stage (\d+), replica (\d+)", drawn)
    assert len(parts) == len(set(parts)) == 64
    # With one replica of 32 GPUs too large for 20, no GPU has a part.
    assert "one replica needs 32 GPUs" in pictures.svg("small", "places", {"gpus": 20})
