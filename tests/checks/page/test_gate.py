"""The gate: which texts it reads, what is a typed number, what is exempt, where it is reported."""

from __future__ import annotations

from dataclasses import replace

import pytest

from checks.drill.questions import FindMistake
from checks.page import gate, texts
from checks.page.gate import loose_in, loose_in_file, loose_numbers
from checks.page.texts import notebook_code, notebook_markdown, of_code, texts_of_picture
from worked.chapters import CHAPTERS


def numerals(text: str, is_data: bool = False) -> list[str]:
    """Return what the gate finds in a text."""
    return [x.numeral for x in loose_numbers(text, "page.md", is_data)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("It takes 1,120 GB.", ["1,120"]),
        ("A card of 80 GB", ["80"]),
        ("about 3.5 times, or 70%", ["3.5", "70"]),
        ("10⁹ bytes and ½ of it", ["10⁹", "½"]),
        ("# 14 GPUs", ["14"]),
        ("| GPUs | 64 |\n|---|---|\n| memory | 80 GB |", ["64", "80"]),
        ("![a bar of 80 GB](bar.svg)", ["80"]),
        ("[all 64 GPUs](page.md)", ["64"]),
        ('<img alt="14 GPUs" width="200" src="a1.png">', ["14"]),
        ("<span title='16 bytes' data-x='5'>x</span>", ["16"]),
        ('<b aria-label="12 hours">x</b>', ["12"]),
        ("ten GPUs, Twenty-five nodes, a dozen jobs", ["ten", "Twenty-five", "dozen"]),
        ("half a dozen, a hundred, three million", ["half a dozen", "hundred", "three", "million"]),
        ("$2(n-1)$ steps", ["2", "1"]),
        ("> quoted: 47 h", ["47"]),
        ("in `16 bytes` of code", ["16"]),
        ("in `8e9`", ["8", "9"]),
        ("in `eta=0.1` or `0.1 * eta`", ["0.1", "0.1"]),
        ("a list of 3 items:\n1. one\n2. has 5", ["3", "5"]),
        ("70B parameters", ["70"]),
        ("see [1]", ["1"]),
        ("two ranks, Nine nodes, twenty-two", ["two", "Nine", "twenty-two"]),
        (
            "twice, thrice, doubled, triples, doubling",
            ["twice", "thrice", "doubled", "triples", "doubling"],
        ),
        ("half of it, halved, halves, a half-hour", ["half", "halved", "halves", "half"]),
        (
            "a third of it, by a third. One tenth, two-thirds",
            ["a third", "a third", "One tenth", "two", "thirds"],
        ),
        ("three quarters", ["three", "quarters"]),
        ("tenfold, two-fold, a hundredfold", ["tenfold", "two-fold", "hundredfold"]),
        ("thousands, two million, quadrillions", ["thousands", "two", "million", "quadrillions"]),
        ("ten percent, 5 per cent", ["ten", "percent", "5", "per cent"]),
        ("⅔ and x³", ["⅔", "³"]),
        ("World War II, part IV", ["II", "IV"]),
        ("---\ntitle: The 80 GB limit\ndescription: six rows\nyear: 2026\n---\n", ["80", "six"]),
        ("```\n80 GB\n```", ["80"]),
        ("```text\n$ workbook run x --set a=80\nmake 5  then 6\n```", ["6"]),
        ("```python\nx = 16  # of 32\n```", ["32"]),
        ("{{ table: mse by round | caption: After {n} rounds, two more. }}", ["two"]),
        ("{{ chart: mse by round | heads: a, 5 b | limit: x2 }}", ["5"]),
        ("{{ claim: x > 5 | twice as slow | faster }}", ["twice"]),
        ("::: claim x > 5\nTwo fit.\n:::", ["Two"]),
        ("{{ lit: 80 GB }} {{ lit: two }} {{ lit: 1.074 }}", ["80", "two", "1.074"]),
    ],
)
def test_a_typed_number_is_found(text: str, found: list[str]) -> None:
    """Digits anywhere that a reader sees or hears, words from two upward, fractions, multiples.

    In front matter what is shown; in plain fences all but commands; in directives their texts;
    in `lit` what is a quantity.
    """
    assert numerals(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "It takes {{ total_bytes }}, in {{ lit: 2022 }}, {{ total_bytes | TB 2 }}.",
        "one GPU, none, zero, once; a first and a second",
        "often tension; the thousandth row; freighten; manifold; unfold; a score",
        "the third row, a third reason",
        "steps two and three; step five; Step 4",
        "section 3.1, equations 4 and 5, arXiv:1910.02054, § 2",
        "{{ lit: $\\tfrac12 x^2$ }} {{ lit: 2022 }} {{ lit: version 3.2.0 }} {{ lit: Atlas-70B }}",
        "{{ cite: 1.074 | a paper of 2020, table 3 }}",
        "{{ x | GiB 1 }} {{ x | % 0 fraction }}",
        "`d // 2` and `vector[i + d // 2]` and `x[:, 0]`",
        "---\nyear: 2026\n---\ntext",
        "```python\nx = 16\n```",
        "  ```python\n  x = 16\n  ```",
        "~~~toml\n80\n~~~",
        "````markdown\n```\n80\n```\n````",
        "<!-- 80 GB -->",
        "<!--\n80\n-->",
        "`workbook run gpu-wall --set params=8e9`",
        "`make site2` and `python -m x 3` and `git log -5` and `pip install 5`",
        "`float32`, `torch.float32`, `worked/a1.py`, `f1()`",
        "[text](page-2.md#step-3) and [x][ref2]\n\n[ref2]: https://example.org/9",
        "<https://arxiv.org/abs/1910.02054> https://arxiv.org/abs/2205.05198",
        "1. first\n2. second\n\n   3) third",
        "An H100, some H200s, Atlas-70B and ZeRO-3.",
        "## {{ step: bill }} {: #part2 }",
        "A note[^1].",
        "&#36;x and &nbsp;",
        '<div class="col-2" id="x9">text</div>',
    ],
)
def test_what_is_no_claim_is_exempt(text: str) -> None:
    """Directives, code, commands, identifiers, addresses, comments, names and list markers."""
    assert numerals(text) == []


def test_a_name_is_exempt_only_as_a_whole_word() -> None:
    """H100 is a name; H1000 and 100 are not."""
    assert numerals("H100 H1000 100") == ["1000", "100"]


def test_a_finding_names_file_line_and_column() -> None:
    """Line 3, and the column where the numeral begins, front matter and code counted."""
    (found,) = loose_numbers("---\na: 1\n---\n\nIt is 47 h.\n", "docs/x.md")
    assert (found.path, found.line, found.column, found.numeral) == ("docs/x.md", 5, 7, "47")
    assert str(found).startswith("docs/x.md:5:7: '47'")
    assert "It is 47 h." in str(found)


def test_a_directive_may_not_hide_what_stands_beside_it() -> None:
    """Only the directive itself is exempt."""
    assert numerals("{{ x }} 5 {{ y }} 6") == ["5", "6"]


LAB = """\
# %% [markdown]
# Takes 80 GB.

# %%
x = 9 + 0.5  # of 32
print(f"{x:45} twice {x}", "two-words", "leaf[row=2, round=3]")
y = [-16, 0.25, 1e9]

# %%
# settings
size = (6.4, 400)

# %% [md]
# and 47
"""


def test_a_lab_is_read_cell_by_cell() -> None:
    """Text cells like pages; in code comments, strings and the numbers that count.

    Not so numbers of one digit, those in a cell of settings, formats, names and cells of figures.
    """
    found = [(x.line, x.numeral) for x in loose_in_file(LAB, "docs/labs/a.py")]
    assert found == [
        (2, "80"),
        (5, "32"),
        (6, "twice"),
        (7, "16"),
        (7, "0.25"),
        (7, "1e9"),
        (14, "47"),
    ]
    for part in (notebook_markdown(LAB), notebook_code(LAB)):
        assert part.count("\n") == LAB.count("\n") - 1


def test_shown_code_is_read_where_it_speaks() -> None:
    """Comments, docstrings and strings; numbers in formulas are the formula; lines the file's."""
    code = (
        "def f(x):\n"
        '    """Return twice x.\n\n    Or three.\n    """\n'
        "    # half of 2 * 16, in float32 since 2022 (section 4)\n"
        '    return 2 * x if x else fail("needs "\n'
        '        f"at least two, not {x}")\n'
        "# five\n"
    )
    found = [x for t in of_code(code, "a.py", within=range(1, 9)) for x in loose_in(t)]
    assert sorted((x.line, x.numeral) for x in found) == [
        (2, "twice"),
        (4, "three"),
        (6, "16"),
        (6, "2"),
        (6, "half"),
        (8, "two"),
    ]


def test_braces_hold_figures_in_data() -> None:
    """A verdict's "needs {gpus}", labels; years and names with digits need no directive."""
    assert numerals("needs {x2}, row <row2>, float64 since 2023", is_data=True) == []
    assert numerals("needs 2 of {x}, 2048 tokens", is_data=True) == ["2", "2048"]
    assert numerals("on A100 80GB SXM, Qwen2.5 32B, of 80GB", is_data=True) == ["80"]


def test_a_picture_is_read_but_for_its_figures() -> None:
    """Titles, captions and labels at any depth; names of figures and ids are none."""
    spec = {
        "id": "two-bars",
        "kind": "bars",
        "title": "One",
        "caption": "Two",
        "unit": "GB",
        "groups": [{"label": "Three", "figures": ["x[row=4]"]}],
        "root": {"split": "below five?", "gain": "gain[round=6]", "left": {"leaf": "seven"}},
        "answers": ["yes", "no"],
    }
    assert list(texts_of_picture(spec)) == [
        "One",
        "Two",
        "Three",
        "below five?",
        "seven",
        "yes",
        "no",
    ]


def test_what_a_source_says_is_not_read() -> None:
    """A published mistake: its task and its lines are quoted; the explanation is ours."""
    q = FindMistake(
        "x", "s", "Of 70 GB?", ("5 x 6 = 35",), 0, "It is twice that.", "A post, 2020", "u"
    )
    assert texts.texts_of_question(q) == ["It is twice that."]
    assert texts.texts_of_question(replace(q, written="It is {{ 5 × 6 }}.")) == [
        "It is {{ 5 × 6 }}."
    ]


def test_every_kind_of_text_is_read() -> None:
    """Each chapter's pictures, labels, notes, questions and code, with a file and a line of it."""
    read = list(texts.outside_pages())
    assert {t.source for t in read} == {
        *("pictures", "labels", "notes", "questions", "exercises", "glossary", "code")
    }
    shown = "\n".join(t.text for t in read)
    for slug in CHAPTERS:
        assert all(spec["title"] in shown for spec in texts.pictures(slug))
    missed = 0
    for loose in gate.loose_outside_pages():
        line = (gate.ROOT / loose.path).read_text(encoding="utf-8").splitlines()[loose.line - 1]
        missed += loose.numeral.split()[-1] not in line
    # Texts that code puts together are found by their longest part, or not at all.
    assert missed <= 5


def test_nothing_in_the_book_is_loose() -> None:
    assert gate.every_loose() == []


def test_a_chapter_or_a_path_may_be_asked_for(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a chapter: its page, lab, folder and bank; what is loose there is a failure."""
    paths = ("docs/chapters/rope.md", "worked/rope/pictures.py", "docs/reference/units.md")
    found = [gate.Loose(path, 1, 1, "two", "two hands") for path in paths]
    monkeypatch.setattr(gate, "every_loose", lambda: found)
    assert gate.main(["rope"]) == 1
    assert capsys.readouterr().out.count("'two' is typed by hand in: two hands") == 2
    assert gate.main(["docs/reference"]) == 1
    assert "docs/chapters" not in capsys.readouterr().out
    assert gate.main(["xgboost"]) == 0


def test_unclosed_code_is_not_exempt() -> None:
    """A fence that nobody closed hides nothing."""
    assert numerals("```python\n80 GB") == ["80"]


def test_what_a_claim_says_is_read_and_its_condition_is_not() -> None:
    """A number in either branch is as loose as anywhere else."""
    said = "{{ claim: a > 10 | fits in {{ memory | GB 2 }} | takes 11 }}\n\n"
    block = "::: claim b[round=12] < 13\nIt takes 14.\n::: otherwise\nIt takes {{ c }}.\n:::\n"
    assert [x.numeral for x in loose_numbers(said + block, "a.md")] == ["11", "14"]
