"""The chapter's pictures, as specifications that the page draws and redraws."""

from __future__ import annotations

from functools import partial
from typing import Any

from worked.pictures import bars, curve

FAR = "{{ longer[times=4] | times }}"
EMBEDDINGS = ("rope", "learned", "no-position")
METHODS = ("as-trained", "linear", "ntk-aware", "dynamic", "yarn", "llama-3-1")

accuracies = partial(bars, unit="%", axis="right next tokens, %", places=1)
over_pairs = partial(
    curve,
    x=("pair_wanted", "pair"),
    span=(0, "number[hand=slowest]"),
    unit="tokens",
    y_scale="log",
    y_label="wavelength, tokens",
)

PAST_THE_TABLE = accuracies(
    "past-the-table",
    "Small models inside and past the trained length",
    "Bars of accuracy. At the trained length RoPE has {{ inside[embedding=rope] }}, "
    "learned positions {{ inside[embedding=learned] }}, no positions "
    "{{ inside[embedding=no-position] }}. At {{ longer[times=4] | times }} the length they have "
    "{{ past[embedding=rope, times=4, words=familiar] }}, "
    "{{ past[embedding=learned, times=4, words=familiar] }} and "
    "{{ past[embedding=no-position, times=4, words=familiar] }}; without the start of the text "
    "{{ late[embedding=rope] }}, {{ late[embedding=learned] }} and "
    "{{ late[embedding=no-position] }}; on stretched words "
    "{{ past[embedding=rope, times=4, words=stretched] }}, "
    "{{ past[embedding=learned, times=4, words=stretched] }} and "
    "{{ past[embedding=no-position, times=4, words=stretched] }}.",
    "Share of right next tokens, mean of {{ seeds }} seeds (recorded: it does not "
    "follow the panel). Guessing gives {{ chance }}.",
    series=["RoPE as trained", "learned positions", "no positions"],
    groups={
        "at the trained length": [f"inside[embedding={e}]" for e in EMBEDDINGS],
        **{
            f"{FAR} the length, {label}": [figure.format(e) for e in EMBEDDINGS]
            for label, figure in (
                ("words as in training", "past[embedding={}, times=4, words=familiar]"),
                ("the same without the text's start", "late[embedding={}]"),
                (f"words {FAR} as long", "past[embedding={}, times=4, words=stretched]"),
            )
        },
    },
)

CLOCKS: dict[str, Any] = {
    "id": "clocks",
    "kind": "clocks",
    "title": "The angles of both pairs at both positions",
    "alt": "Clock faces. On the fast pair's the query stands at {{ angle[vector=q, pair=0] }} "
    "and the key at {{ angle[vector=k, pair=0] }}, on the slow pair's at "
    "{{ angle[vector=q, pair=1] }} and {{ angle[vector=k, pair=1] }}.",
    "caption": "Each pair is a clock, and a token's position sets the hands: the fast one turns "
    "once in {{ wavelength[pair=0] }}, the slow one in {{ wavelength[pair=1] }}. What the score "
    "sees is the angle *between* the hands of a face.",
    "clocks": [
        {
            "label": label,
            "hands": [
                {"figure": f"angle[vector=q, pair={pair}]", "label": "query"},
                {"figure": f"angle[vector=k, pair={pair}]", "label": "key"},
            ],
        }
        for pair, label in enumerate(("fast pair", "slow pair"))
    ],
}

TURNING = curve(
    "turning",
    "The rotated query against its position",
    "Curves over the position. The components of the fast pair swing with a "
    "wavelength of {{ wavelength[pair=0] }}, the first of the slow pair with "
    "{{ wavelength[pair=1] }}. At position {{ query_position }} they are "
    "{{ turned[vector=q, pair=0, side=x] }}, {{ turned[vector=q, pair=0, side=y] }} and "
    "{{ turned[vector=q, pair=1, side=x] }}.",
    "The query's components as it moves along the text: a fast clock and a slow one. "
    "{{ claim: query_position <= 40 | The dots are at position {{ query_position }}. | Position "
    "{{ query_position }} lies further right. }} Positions are whole; straight lines join them.",
    x=("query_position", "position of the query"),
    span=(0, 40),
    y_label="component",
    series={
        "turned[vector=q, pair=0, side=x]": "fast pair, first",
        "turned[vector=q, pair=0, side=y]": "fast pair, second",
        "turned[vector=q, pair=1, side=x]": "slow pair, first",
    },
)

WAVELENGTHS = over_pairs(
    "wavelengths",
    "Wavelength of every pair, for both bases",
    "Straight lines on a logarithmic scale, from {{ wavelength[pair=0] }} at the "
    "fastest pair up to {{ size_wavelength[size=smaller, hand=slowest] }} for the smaller base and "
    "{{ size_wavelength[size=larger, hand=slowest] }} for the larger. The smaller base reaches the "
    "trained length of {{ trained_length }} at pair {{ last_turned[size=smaller] }}, the larger at "
    "pair {{ last_turned[size=larger] }}.",
    "Each pair is slower than the one before by the same factor. An upright line stands "
    "where a pair would make exactly one turn within {{ trained_length }}. {{ claim: "
    "last_turned[size=smaller] <= number[hand=slowest] | Right of its line no pair of a base makes "
    "a full turn. | Of a base without a line all pairs make a full turn. }}",
    series={
        "size_wavelength[size=smaller, hand=looked-at]": "smaller base",
        "size_wavelength[size=larger, hand=looked-at]": "larger base",
    },
    lines={"last_turned[size=smaller]": "smaller base", "last_turned[size=larger]": "larger base"},
)

SCORE = curve(
    "score",
    "Score against the offset",
    "The score over the offset from key to query. At offset {{ probe }} it "
    "is {{ probe_score[slowing=as-trained] }}, with linear scaling "
    "{{ probe_score[slowing=linear] }}, NTK-aware {{ probe_score[slowing=ntk-aware] }}.",
    "The score of this query and this key at every offset. "
    "{{ claim: any(cross[pairing=adjacent] != 0, pair) | It is not symmetric: ahead and behind are "
    "told apart. | It is symmetric, since no pair has a cross product: ahead and behind look "
    "alike. }} {{ claim: factor > 1 | Linear scaling slows both pairs by {{ factor }}, NTK-aware "
    "only the slow one. | With a stretch of {{ factor }} nothing is slowed, and the curves are "
    "one. }}",
    x=("probe", "offset, query minus key"),
    span=(-20, 20),
    points=241,
    y_label="score",
    series={
        "probe_score[slowing=as-trained]": "as trained",
        "probe_score[slowing=linear]": "linear",
        "probe_score[slowing=ntk-aware]": "NTK-aware",
    },
)

SCALED = over_pairs(
    "scaled",
    "Wavelength of every pair under each scaling",
    "Rising curves on a logarithmic scale. Linear starts at "
    "{{ scaled_wavelength[scaling=linear, hand=fastest] }} with the fastest pair, NTK-aware at "
    "{{ scaled_wavelength[scaling=ntk-aware, hand=fastest] }}. At pair "
    "{{ number[hand=looked-at] }} the wavelength is {{ head_wavelength[hand=looked-at] }} as "
    "trained, {{ scaled_wavelength[scaling=linear, hand=looked-at] }} linear, "
    "{{ scaled_wavelength[scaling=ntk-aware, hand=looked-at] }} NTK-aware, "
    "{{ scaled_wavelength[scaling=dynamic, hand=looked-at] }} dynamic, "
    "{{ scaled_wavelength[scaling=yarn, hand=looked-at] }} with YaRN and "
    "{{ scaled_wavelength[scaling=llama-3-1, hand=looked-at] }} with Llama 3.1's method.",
    "What a stretch of {{ factor }} does to each pair, and dynamic scaling at "
    "{{ current_length }}. Linear treats all pairs alike. {{ claim: "
    "count(scaled[hand=fastest] < head_frequency[hand=fastest], scaling) == 1 and "
    "count(scaled[hand=slowest] < head_frequency[hand=slowest], scaling) == 5 | "
    "The others leave the fastest pair as it is and slow the slowest. | "
    "The others go from pair to pair by their own rules. }} An upright line is an end of "
    "YaRN's ramp.",
    mark=False,
    series={
        "head_wavelength[hand=looked-at]": "as trained",
        "scaled_wavelength[scaling=linear, hand=looked-at]": "linear",
        "scaled_wavelength[scaling=ntk-aware, hand=looked-at]": "NTK-aware",
        "scaled_wavelength[scaling=dynamic, hand=looked-at]": "dynamic",
        "scaled_wavelength[scaling=yarn, hand=looked-at]": "YaRN",
        "scaled_wavelength[scaling=llama-3-1, hand=looked-at]": "Llama 3.1",
    },
    lines={"ramp_pair[border=fast]": "ramp from", "ramp_pair[border=slow]": "to"},
)

EXTENSION = accuracies(
    "extension",
    "Accuracy past the trained length, by scaling",
    "Bars of accuracy on stretched words at {{ longer[times=2] | times }} and at "
    "{{ longer[times=4] | times }} the trained length. As trained "
    "{{ accuracy[scaling=as-trained, times=2, words=stretched] }} and "
    "{{ accuracy[scaling=as-trained, times=4, words=stretched] }}, linear "
    "{{ accuracy[scaling=linear, times=2, words=stretched] }} and "
    "{{ accuracy[scaling=linear, times=4, words=stretched] }}, NTK-aware "
    "{{ accuracy[scaling=ntk-aware, times=2, words=stretched] }} and "
    "{{ accuracy[scaling=ntk-aware, times=4, words=stretched] }}, dynamic "
    "{{ accuracy[scaling=dynamic, times=2, words=stretched] }} and "
    "{{ accuracy[scaling=dynamic, times=4, words=stretched] }}, YaRN "
    "{{ accuracy[scaling=yarn, times=2, words=stretched] }} and "
    "{{ accuracy[scaling=yarn, times=4, words=stretched] }}, Llama 3.1's "
    "{{ accuracy[scaling=llama-3-1, times=2, words=stretched] }} and "
    "{{ accuracy[scaling=llama-3-1, times=4, words=stretched] }}.",
    "Words stretched with the text, mean of {{ seeds }} seeds, no training after "
    "the scaling (recorded: it does not follow the panel).",
    series=[
        "{{ longer[times=2] | times }} the length",
        "{{ longer[times=4] | times }} the length",
    ],
    groups={
        label: [f"accuracy[scaling={key}, times={n}, words=stretched]" for n in (2, 4)]
        for key, label in zip(
            METHODS,
            ("as trained", "linear", "NTK-aware", "dynamic", "YaRN", "Llama 3.1"),
            strict=True,
        )
    },
    limit=("inside[embedding=rope]", "at the trained length"),
)

ROUNDING = curve(
    "rounding",
    "What bf16 makes of a position",
    "The position held against the true one. Near {{ rounded_position }} the format's "
    "numbers lie {{ spacing }} apart, and position {{ rounded_position }} is held as "
    "{{ held_position }}.",
    "{{ claim: spacing > 1 | All positions of one step get the same angle; tokens "
    "on either side of an edge seem {{ spacing }} apart. | Position {{ rounded_position }} is "
    "held as it is: near it the format's numbers lie {{ spacing }} apart. }}",
    x=("rounded_position", "true position"),
    near={"step": "spacing", "steps": 4},
    points=513,
    y_label="position held in bf16",
    series={"held_position": "held position"},
)

PICTURES: list[dict[str, Any]] = [
    PAST_THE_TABLE,
    CLOCKS,
    TURNING,
    WAVELENGTHS,
    SCORE,
    SCALED,
    EXTENSION,
    ROUNDING,
]
