"""The prose gate: what counts as a typed number, what is exempt, and where it is reported."""

from __future__ import annotations

import pytest

from checks.page.gate import loose_in_file, loose_numbers, notebook_markdown


def numerals(text: str) -> list[str]:
    """Return what the gate finds in a text."""
    return [x.numeral for x in loose_numbers(text, "page.md")]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("It takes 1,120 GB.", ["1,120"]),
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
        ("half a dozen, a hundred, three million", ["half a dozen", "hundred", "million"]),
        ("$2(n-1)$ steps", ["2", "1"]),
        ("> quoted: 47 h", ["47"]),
        ("in `16 bytes` of code", ["16"]),
        ("in `8e9`", ["8", "9"]),
        ("a list of 3 items:\n1. one\n2. has 5", ["3", "5"]),
        ("70B parameters", ["70"]),
        ("see [1]", ["1"]),
    ],
)
def test_a_typed_number_is_found(text: str, found: list[str]) -> None:
    """Digits anywhere that a reader sees or hears, and words from ten upward."""
    assert numerals(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "It takes {{ total_bytes }}, in {{ lit: 2022 }}, {{ total_bytes | TB 2 }}.",
        "one, two and nine GPUs",
        "often tension; a thousandth; freighten",
        "---\nyear: 2026\n---\ntext",
        "```python\nx = 16\n```",
        "  ```\n  x = 16\n  ```",
        "~~~\n80\n~~~",
        "````\n```\n80\n```\n````",
        "<!-- 80 GB -->",
        "<!--\n80\n-->",
        "`workbook run gpu-wall --set params=8e9`",
        "`make site2` and `python -m x 3` and `git log -5` and `pip install 5`",
        "`float32`, `torch.float32`, `worked/a1.py`, `f1()`",
        "[text](page-2.md#step-3) and [x][ref2]\n\n[ref2]: https://example.org/9",
        "<https://arxiv.org/abs/1910.02054> https://arxiv.org/abs/2205.05198",
        "1. first\n2. second\n\n   3) third",
        "An H100, two H200s, Atlas-70B and ZeRO-3.",
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


def test_only_the_markdown_cells_of_a_notebook_are_read() -> None:
    """Code cells compute; text cells must not type numbers. Lines keep their numbers."""
    notebook = "# %% [markdown]\n# Takes 80 GB.\n\n# %%\nx = 16  # 32\n\n# %% [md]\n# and 47\n"
    found = loose_in_file(notebook, "docs/labs/a.py")
    assert [(x.line, x.numeral) for x in found] == [(2, "80"), (8, "47")]
    assert notebook_markdown(notebook).count("\n") == notebook.count("\n") - 1


def test_unclosed_code_is_not_exempt() -> None:
    """A fence that nobody closed hides nothing."""
    assert numerals("```\n80 GB") == ["80"]


def test_what_a_claim_says_is_read_and_its_condition_is_not() -> None:
    """A number in either branch is as loose as anywhere else."""
    said = "{{ claim: a > 10 | fits in {{ memory | GB 2 }} | takes 11 }}\n\n"
    block = "::: claim b[round=12] < 13\nIt takes 14.\n::: otherwise\nIt takes {{ c }}.\n:::\n"
    assert [x.numeral for x in loose_numbers(said + block, "a.md")] == ["11", "14"]
