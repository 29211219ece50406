"""The chapter's pictures, as specifications that the page draws and redraws."""

from __future__ import annotations

from typing import Any

METHODS = ("unscaled", "linear", "ntk", "dynamic", "yarn", "llama3")

PAST_THE_TABLE: dict[str, Any] = {
    "id": "past-the-table",
    "kind": "bars",
    "title": "Small models inside and past the trained length",
    "alt": "Bars of accuracy. At the trained length RoPE has {{ real_rope_inside }}, learned "
    "positions {{ real_learned_inside }}, no positions {{ real_no_position_inside }}. At four "
    "times the length they have {{ real_unscaled_4x_familiar }}, {{ real_learned_4x_familiar }} "
    "and {{ real_no_position_4x_familiar }}; without the start of the text "
    "{{ real_rope_4x_late }}, {{ real_learned_4x_late }} and {{ real_no_position_4x_late }}; on "
    "stretched words {{ real_unscaled_4x_stretched }}, {{ real_learned_4x_stretched }} and "
    "{{ real_no_position_4x_stretched }}.",
    "caption": "Share of right next tokens, mean of {{ real_seeds }} seeds (recorded: it does not "
    "follow the panel). Guessing gives {{ real_chance }}.",
    "unit": "%",
    "axis": "right next tokens, %",
    "places": 1,
    "series": ["RoPE as trained", "learned positions", "no positions"],
    "groups": [
        {
            "label": "at the trained length",
            "figures": ["real_rope_inside", "real_learned_inside", "real_no_position_inside"],
        },
        *(
            {
                "label": f"four times the length, {label}",
                "figures": [f"{rope}_4x_{name}", f"real_learned_4x_{name}",
                            f"real_no_position_4x_{name}"],
            }
            for label, name, rope in (
                ("words as in training", "familiar", "real_unscaled"),
                ("the same without the text's start", "late", "real_rope"),
                ("words four times as long", "stretched", "real_unscaled"),
            )
        ),
    ],
}  # fmt: skip

CLOCKS: dict[str, Any] = {
    "id": "clocks",
    "kind": "clocks",
    "title": "The angles of both pairs at the two positions",
    "alt": "Two clock faces. On the fast pair's the query stands at {{ q_angle_0 }} and the key at "
    "{{ k_angle_0 }}, on the slow pair's at {{ q_angle_1 }} and {{ k_angle_1 }}.",
    "caption": "Each pair is a clock, and a token's position sets the hands: the fast one turns "
    "once in {{ lambda_0 }}, the slow one in {{ lambda_1 }}. What the score sees is the angle "
    "*between* the two hands of a face.",
    "clocks": [
        {
            "label": label,
            "hands": [
                {"figure": f"q_angle_{pair}", "label": "query"},
                {"figure": f"k_angle_{pair}", "label": "key"},
            ],
        }
        for pair, label in enumerate(("fast pair", "slow pair"))
    ],
}

TURNING: dict[str, Any] = {
    "id": "turning",
    "kind": "curve",
    "title": "The rotated query against its position",
    "alt": "Three curves over the position. The two components of the fast pair swing with a "
    "wavelength of {{ lambda_0 }}; the first of the slow pair, with {{ lambda_1 }}, hardly bends. "
    "At position {{ query_position }} they are {{ q_turned_0 }}, {{ q_turned_1 }} and "
    "{{ q_turned_2 }}.",
    "caption": "The query's components as it moves along the text: a fast clock and a slow one. "
    "The dots are at position {{ query_position }}. Positions are whole; straight lines join them.",
    "x": "query_position",
    "x_label": "position of the query",
    "from": 0,
    "to": 40,
    "unit": "",
    "y_label": "component",
    "series": [
        {"figure": "q_turned_0", "label": "fast pair, first"},
        {"figure": "q_turned_1", "label": "fast pair, second"},
        {"figure": "q_turned_2", "label": "slow pair, first"},
    ],
}

WAVELENGTHS: dict[str, Any] = {
    "id": "wavelengths",
    "kind": "curve",
    "title": "Wavelength of every pair, for two bases",
    "alt": "Two straight lines on a logarithmic scale, from {{ lambda_0 }} at the fastest pair up "
    "to {{ lambda_slow }} for the smaller base and {{ large_lambda_slow }} for the larger. The "
    "smaller base reaches the trained length of {{ trained_length }} at pair {{ last_turned }}, "
    "the larger at pair {{ large_last_turned }}.",
    "caption": "Each pair is slower than the one before by the same factor. The upright lines "
    "stand where a pair would make exactly one turn within {{ trained_length }}: right of them "
    "none does.",
    "x": "pair_wanted",
    "x_label": "pair",
    "from": 0,
    "to": "slowest_pair",
    "unit": "tokens",
    "y_scale": "log",
    "y_label": "wavelength, tokens",
    "series": [
        {"figure": "lambda_i", "label": "smaller base"},
        {"figure": "large_lambda_i", "label": "larger base"},
    ],
    "lines": [
        {"figure": "last_turned", "label": "smaller base"},
        {"figure": "large_last_turned", "label": "larger base"},
    ],
}

SCORE: dict[str, Any] = {
    "id": "score",
    "kind": "curve",
    "title": "Score against the offset",
    "alt": "Three curves of the score over the offset from key to query. The one as trained "
    "swings with a wavelength of {{ lambda_0 }} and tilts from negative to positive offsets. "
    "At offset {{ probe }} it is {{ probe_score }}, with linear scaling {{ probe_linear }}, "
    "NTK-aware {{ probe_ntk }}.",
    "caption": "The score of this query and this key at every offset. It is not symmetric: ahead "
    "and behind are told apart. Linear scaling slows both pairs by {{ factor }}, NTK-aware only "
    "the slow one.",
    "x": "probe",
    "x_label": "offset, query minus key",
    "from": -20,
    "to": 20,
    "points": 241,
    "unit": "",
    "y_label": "score",
    "series": [
        {"figure": "probe_score", "label": "as trained"},
        {"figure": "probe_linear", "label": "linear"},
        {"figure": "probe_ntk", "label": "NTK-aware"},
    ],
}

SCALED: dict[str, Any] = {
    "id": "scaled",
    "kind": "curve",
    "title": "Wavelength of every pair under each scaling",
    "alt": "Six rising curves on a logarithmic scale. All but linear start at {{ lambda_0 }} with "
    "the fastest pair. At pair {{ pair }} the wavelength is {{ lambda_i }} as trained, "
    "{{ linear_lambda }} linear, {{ ntk_lambda }} NTK-aware, {{ dynamic_lambda }} dynamic, "
    "{{ yarn_lambda }} with YaRN and {{ llama3_lambda }} with Llama 3.1's method.",
    "caption": "What stretching by {{ factor }} does to each pair. Linear moves the whole line; "
    "the others spare the fast pairs, in part or in full, and stretch the slow ones. The upright "
    "lines are the ends of YaRN's ramp.",
    "x": "pair_wanted",
    "x_label": "pair",
    "from": 0,
    "to": "slowest_pair",
    "unit": "tokens",
    "y_scale": "log",
    "y_label": "wavelength, tokens",
    "mark": False,
    "series": [
        {"figure": "lambda_i", "label": "as trained"},
        {"figure": "linear_lambda", "label": "linear"},
        {"figure": "ntk_lambda", "label": "NTK-aware"},
        {"figure": "dynamic_lambda", "label": "dynamic"},
        {"figure": "yarn_lambda", "label": "YaRN"},
        {"figure": "llama3_lambda", "label": "Llama 3.1"},
    ],
    "lines": [
        {"figure": "ramp_start", "label": "ramp from"},
        {"figure": "ramp_end", "label": "to"},
    ],
}

EXTENSION: dict[str, Any] = {
    "id": "extension",
    "kind": "bars",
    "title": "Accuracy past the trained length, by scaling",
    "alt": "Bars of accuracy on stretched words at twice and at four times the trained length. "
    "As trained {{ real_unscaled_2x_stretched }} and {{ real_unscaled_4x_stretched }}, linear "
    "{{ real_linear_2x_stretched }} and {{ real_linear_4x_stretched }}, NTK-aware "
    "{{ real_ntk_2x_stretched }} and {{ real_ntk_4x_stretched }}, dynamic "
    "{{ real_dynamic_2x_stretched }} and {{ real_dynamic_4x_stretched }}, YaRN "
    "{{ real_yarn_2x_stretched }} and {{ real_yarn_4x_stretched }}, Llama 3.1's "
    "{{ real_llama3_2x_stretched }} and {{ real_llama3_4x_stretched }}.",
    "caption": "Words stretched with the text, mean of {{ real_seeds }} seeds, no training after "
    "the scaling (recorded: it does not follow the panel).",
    "unit": "%",
    "axis": "right next tokens, %",
    "places": 1,
    "series": ["twice the length", "four times the length"],
    "groups": [
        {
            "label": label,
            "figures": [f"real_{name}_2x_stretched", f"real_{name}_4x_stretched"],
        }
        for name, label in zip(
            METHODS,
            ("as trained", "linear", "NTK-aware", "dynamic", "YaRN", "Llama 3.1"),
            strict=True,
        )
    ],
    "limit": {"figure": "real_rope_inside", "label": "at the trained length"},
}

ROUNDING: dict[str, Any] = {
    "id": "rounding",
    "kind": "curve",
    "title": "What bf16 makes of a position",
    "alt": "A staircase: neighbouring positions share a step of {{ bf16_spacing }} tokens. "
    "Position {{ rounded_position }} stands on the step at {{ held_position }}.",
    "caption": "All positions of one step get the same angle; two tokens on either side of an "
    "edge seem {{ bf16_spacing }} apart.",
    "x": "rounded_position",
    "x_label": "true position",
    "near": {"step": "bf16_spacing", "steps": 4},
    "points": 513,
    "unit": "",
    "y_label": "position held in bf16",
    "series": [{"figure": "held_position", "label": "held position"}],
}

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
