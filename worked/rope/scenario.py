"""Rotary position embedding as a graph: every number of the chapter, in the order of its steps.

The steps from the pair to the complex form use vectors of four components, two pairs, small
enough for paper. The others use a real head and the shape of a published model.
"""

from __future__ import annotations

from datetime import date

from worked.figures import Choice, Derived, Given, Graph, Measured, Setting, Source, Step
from worked.formulas import memory, rotary
from worked.givens import Fact, fact, given, setting
from worked.recording import recorded
from worked.rope.pictures import METHODS, PICTURES

__all__ = ["GRAPH", "PICTURES"]

MODEL = "Llama 2 7B"
READ = date(2026, 11, 24)
REVIEW = date(2027, 11, 24)
ROFORMER = Source(
    "Su et al. 2021, RoFormer: Enhanced Transformer with Rotary Position Embedding, section 3.2.2",
    "https://arxiv.org/abs/2104.09864", READ, REVIEW,
)  # fmt: skip
LLAMA_3 = Source(
    "Grattafiori et al. 2024, The Llama 3 Herd of Models, section 3.2",
    "https://arxiv.org/abs/2407.21783", READ, REVIEW,
)  # fmt: skip
LLAMA_31_CODE = Source(
    "config.json of meta-llama/Llama-3.1-8B on Hugging Face (rope_scaling)",
    "https://huggingface.co/meta-llama/Llama-3.1-8B/blob/main/config.json", READ, REVIEW,
)  # fmt: skip
YARN = Source(
    "Peng et al. 2023, YaRN: Efficient Context Window Extension of Large Language Models, "
    "section 3.2",
    "https://arxiv.org/abs/2309.00071", READ, REVIEW,
)  # fmt: skip
IEEE = Source("IEEE 754-2019, table 3.5 (binary32 has 24 bits of significand)", None, READ, REVIEW)
BFLOAT = Source(
    "Kalamkar et al. 2019, A Study of BFLOAT16 for Deep Learning Training, section 2",
    "https://arxiv.org/abs/1905.12322", READ, REVIEW,
)  # fmt: skip
# The models that a reader may switch to, with the base that each was trained with.
BASES = {"Llama 2 7B": Setting(10_000, ROFORMER), "Llama 3 8B": Setting(500_000, LLAMA_3)}
FROM_FIRST = {"first_frequency": "theta_0"}
CENTRED = {"frequency": "theta_i"}


def _model(thing: str, name: str) -> Fact:
    return fact("models", thing, name)


def model_settings() -> dict[str, dict[str, Setting]]:
    """Return what choosing a model sets: its base, its trained length and its shape."""
    settings = {}
    for name, base in BASES.items():
        head = _model(name, "head_dim")
        settings[name] = {
            "base": base,
            "trained_length": setting(_model(name, "max_positions")),
            "pairs": Setting(head.value / 2, head.source, "half of the head's size"),
            **{n: setting(_model(name, n)) for n in ("hidden", "layers", "heads", "kv_heads")},
        }
    return settings


def _shape(name: str, symbol: str, label: str, low: int, high: int) -> Given:
    return given(_model(MODEL, name), name, symbol, label, low, high, integer=True)


def _component(name: str, value: float, of: str) -> Given:
    letter, _, index = name.partition("_")
    return Given(name, value, "", rf"{letter}_{index}", f"Component {index} of the {of}",
                 -10, 10, places=4)  # fmt: skip


def _of_pair(letter: str, pair: int) -> dict[str, str]:
    """Return which two components of q or k make up a pair."""
    return {"first": f"{letter}_{2 * pair}", "second": f"{letter}_{2 * pair + 1}"}


def _both(pair: int) -> dict[str, str]:
    first, second = 2 * pair, 2 * pair + 1
    return {"q_first": f"q_{first}", "q_second": f"q_{second}",
            "k_first": f"k_{first}", "k_second": f"k_{second}"}  # fmt: skip


def _turned(letter: str, who: str, pair: int, angle: str, names: tuple[str, str]) -> tuple[
    Derived, Derived
]:  # fmt: skip
    """Return the two components of a pair of q or k after its rotation."""
    first, second = 2 * pair, 2 * pair + 1
    wiring = {**_of_pair(letter, pair), "angle": angle}
    return (
        Derived(names[0], rotary.turned_first, "", f"Component {first} of the rotated {who}",
                rf"\tilde {letter}_{first}", 4, wiring, signed=True),
        Derived(names[1], rotary.turned_second, "", f"Component {second} of the rotated {who}",
                rf"\tilde {letter}_{second}", 4, wiring, signed=True),
    )  # fmt: skip


def _measured(record: str, *rows: tuple[str, str, str, str, int]) -> tuple[Measured, ...]:
    """Return recorded figures from rows of (figure, recorded value, label, unit, places)."""
    return tuple(
        recorded("rope", record, value, label, unit_name, places, name)
        for name, value, label, unit_name, places in rows
    )


TABLE = Step(
    "table",
    "Why a table of positions ends",
    (
        Given("trained_length", _model(MODEL, "max_positions").value, "tokens", "L",
              "Trained length", 256, 1_048_576, _model(MODEL, "max_positions").source,
              integer=True),
        _shape("hidden", "h", "Hidden size of the model", 64, 65_536),
        Given("weight_width", 2, "B", "w", "Bytes of a weight (bf16)", 0.5, 8),
        Derived("table_params", rotary.position_table_params, "params",
                "Parameters of a table of learned positions", r"N_\mathrm{pos}"),
        Derived("table_bytes", memory.tensor_bytes, "MB", "Bytes of that table",
                r"B_\mathrm{pos}", 1,
                {"params": "table_params", "bytes_per_value": "weight_width"}),
        Given("factor", 8, "×", "s", "Wanted length over trained length", 1, 128,
              LLAMA_31_CODE, 2),
        Derived("wanted_length", rotary.extended_length, "tokens", "Wanted length",
                r"L_\mathrm{want}"),
        Derived("rows_missing", rotary.rows_missing, "tokens", "Positions without a trained row",
                r"L_\mathrm{miss}", inputs={"extended_length": "wanted_length"}),
        Derived("within_table", rotary.within_table, "", "A row for every wanted position",
                r"v_\mathrm{row}", words=("No", "Yes"),
                inputs={"extended_length": "wanted_length"}),
        *_measured(
            "extension",
            ("real_seeds", "seeds", "Seeds of the training study", "", 0),
            ("real_length", "trained_length_tokens", "Length the small models were trained at",
             "tokens", 0),
            ("real_steps", "training_steps", "Training steps of the small models", "", 0),
            ("real_params", "parameters", "Parameters of a small model, no table", "params", 0),
            ("real_chance", "chance_accuracy", "Accuracy of guessing", "%", 1),
            *(
                (f"real_{name}_inside", f"{name}_1x_accuracy_mean",
                 f"Accuracy at the trained length: {label}", "%", 1)
                for name, label in (("rope", "RoPE"), ("learned", "learned positions"),
                                    ("no_position", "no positions"))
            ),
            *(
                (f"real_{name}_{n}x_{words}", f"{name}_{n}x_{words}_words_accuracy_mean",
                 f"Accuracy at {n} times the trained length, {words} words: {label}", "%", 1)
                for name, label in (("learned", "learned positions"),
                                    ("no_position", "no positions"))
                for n in (2, 4)
                for words in ("familiar", "stretched")
            ),
            *(
                (f"real_{name}_4x_late", f"{name}_4x_without_start_accuracy_mean",
                 f"Accuracy at 4 times the length without the text's start: {label}", "%", 1)
                for name, label in (("rope", "RoPE, as trained"),
                                    ("learned", "learned positions"),
                                    ("no_position", "no positions"))
            ),
        ),
    ),
)  # fmt: skip

PAIR = Step(
    "pair",
    "One pair, rotated by hand",
    (
        _component("q_0", 1, "query"),
        _component("q_1", 2, "query"),
        Given("query_position", 3, "", "m", "Position of the query", 0, 10_000, integer=True),
        Given("theta_0", 1, "rad/token", r"\theta_0", "Frequency of the first pair", 0.5, 2,
              ROFORMER, 4, note="one, whatever the base"),
        Derived("q_angle_0", rotary.angle, "rad", "Angle of the query's first pair",
                r"\varphi_0", 2, {"position": "query_position", "frequency": "theta_0"}),
        Derived("q_cos_0", rotary.cosine, "", "Cosine of that angle", r"\cos\varphi_0", 6,
                {"angle": "q_angle_0"}, signed=True),
        Derived("q_sin_0", rotary.sine, "", "Sine of that angle", r"\sin\varphi_0", 6,
                {"angle": "q_angle_0"}, signed=True),
        *_turned("q", "query", 0, "q_angle_0", ("q_turned_0", "q_turned_1")),
        Derived("q_length_0", rotary.pair_length, "", "Length of the query's first pair",
                r"\lvert q_{0,1}\rvert", 4, _of_pair("q", 0)),
        Derived("q_turned_length_0", rotary.pair_length, "", "Its length after the rotation",
                r"\lvert \tilde q_{0,1}\rvert", 4,
                {"first": "q_turned_0", "second": "q_turned_1"}),
    ),
)  # fmt: skip

FREQUENCIES = Step(
    "frequencies",
    "All pairs: frequencies and wavelengths",
    (
        Given("base", BASES[MODEL].value, "", "b", "Base", 1_000, 1e9, ROFORMER),
        Derived("theta_1", rotary.second_of_two_frequency, "rad/token",
                "Frequency of the second of two pairs", r"\theta_1", 4, FROM_FIRST),
        Derived("lambda_0", rotary.wavelength, "tokens", "Wavelength of the first pair",
                r"\lambda_0", 2, {"frequency": "theta_0"}),
        Derived("lambda_1", rotary.wavelength, "tokens", "Wavelength of the second of two pairs",
                r"\lambda_1", 0, {"frequency": "theta_1"}),
        Given("pairs", _model(MODEL, "head_dim").value / 2, "", "P", "Pairs in a real head",
              8, 512, _model(MODEL, "head_dim").source, integer=True,
              note="half of the head's width, so that the width is even"),
        Derived("head_dim", rotary.head_width, "", "Width of a real head", "d"),
        Derived("slowest_pair", rotary.slowest_pair, "", "The slowest pair",
                r"i_\mathrm{last}"),
        Given("pair_wanted", 40, "", "i'", "Pair to look at", 0, 511, integer=True,
              note="pairs count from the fastest, which is number 0"),
        Derived("pair", rotary.existing_pair, "", "The pair looked at", "i"),
        Derived("theta_i", rotary.frequency, "rad/token", "Frequency of the pair looked at",
                r"\theta_i", 6, FROM_FIRST),
        Derived("lambda_i", rotary.wavelength, "tokens", "Wavelength of the pair looked at",
                r"\lambda_i", inputs={"frequency": "theta_i"}),
        Derived("theta_slow", rotary.slowest_frequency, "rad/token",
                "Frequency of the slowest pair", r"\theta_\mathrm{slow}", 6, FROM_FIRST),
        Derived("lambda_slow", rotary.wavelength, "tokens", "Wavelength of the slowest pair",
                r"\lambda_\mathrm{slow}", inputs={"frequency": "theta_slow"}),
    ),
)  # fmt: skip

_SCORE = {"first_frequency": "theta_0", "second_frequency": "theta_1"}

ATTEND = Step(
    "attend",
    "Rotate q and k, not v",
    (
        _component("q_2", 0.5, "query"),
        _component("q_3", -1, "query"),
        _component("k_0", 0.5, "key"),
        _component("k_1", 1, "key"),
        _component("k_2", 2, "key"),
        _component("k_3", 1, "key"),
        Given("key_position", 1, "", "n", "Position of the key", 0, 10_000, integer=True),
        Derived("q_angle_1", rotary.angle, "rad", "Angle of the query's second pair",
                r"\varphi_1", 2, {"position": "query_position", "frequency": "theta_1"}),
        Derived("k_angle_0", rotary.angle, "rad", "Angle of the key's first pair",
                r"\psi_0", 2, {"position": "key_position", "frequency": "theta_0"}),
        Derived("k_angle_1", rotary.angle, "rad", "Angle of the key's second pair",
                r"\psi_1", 2, {"position": "key_position", "frequency": "theta_1"}),
        *_turned("q", "query", 1, "q_angle_1", ("q_turned_2", "q_turned_3")),
        *_turned("k", "key", 0, "k_angle_0", ("k_turned_0", "k_turned_1")),
        *_turned("k", "key", 1, "k_angle_1", ("k_turned_2", "k_turned_3")),
        *(
            Derived(f"part_{pair}", rotary.pair_dot, "",
                    f"What the {which} rotated pair adds to the score", f"S_{pair}", 6,
                    {a: n.replace("_", "_turned_") for a, n in _both(pair).items()}, signed=True)
            for pair, which in enumerate(("first", "second"))
        ),
        Derived("score", rotary.pairs_score, "", "Score of the rotated query and key",
                "S(m,n)", 6, {"first_pair": "part_0", "second_pair": "part_1"}, signed=True),
        Derived("dot_0", rotary.pair_dot, "", "Dot product of the unrotated first pairs", "a_0",
                4, _both(0), signed=True),
        Derived("dot_1", rotary.pair_dot, "", "Dot product of the unrotated second pairs", "a_1",
                4, _both(1), signed=True),
        Derived("score_unrotated", rotary.pairs_score, "", "Score without rotation",
                r"q\cdot k", 6, {"first_pair": "dot_0", "second_pair": "dot_1"}, signed=True),
    ),
)  # fmt: skip


def _score_at(name: str, label: str, symbol: str, m: str, n: str, **other: str) -> Derived:
    """Return the score with the query and the key at two positions, rotated in full."""
    return Derived(name, rotary.rotated_score, "", label, symbol, 6,
                   {**_SCORE, "query_position": m, "key_position": n, **other},
                   signed=True)  # fmt: skip


def _by_offset(
    name: str, label: str, symbol: str, pair: int, at: str, frequency: str
) -> Derived:  # fmt: skip
    return Derived(name, rotary.pair_score_by_offset, "", label, symbol, 6,
                   {"dot": f"dot_{pair}", "cross": f"cross_{pair}", "offset": at,
                    "frequency": frequency}, signed=True)  # fmt: skip


def _sum_of_pairs(name: str, label: str, symbol: str, first: str, second: str) -> Derived:
    return Derived(name, rotary.pairs_score, "", label, symbol, 6,
                   {"first_pair": first, "second_pair": second}, signed=True)  # fmt: skip


RELATIVE = Step(
    "relative",
    "Only the offset counts, and its sign",
    (
        Derived("offset", rotary.offset, "", "Offset from the key to the query", r"\Delta",
                signed=True),
        Derived("cross_0", rotary.pair_cross, "", "Cross product of the unrotated first pairs",
                "c_0", 4, _both(0), signed=True),
        Derived("cross_1", rotary.pair_cross, "", "Cross product of the unrotated second pairs",
                "c_1", 4, _both(1), signed=True),
        _by_offset("offset_part_0", "First pair's part of the score, from the offset",
                   r"S_0(\Delta)", 0, "offset", "theta_0"),
        _by_offset("offset_part_1", "Second pair's part of the score, from the offset",
                   r"S_1(\Delta)", 1, "offset", "theta_1"),
        _sum_of_pairs("offset_score", "Score from the offset alone", r"S(\Delta)",
                      "offset_part_0", "offset_part_1"),
        Given("shift", 100, "", "t", "Tokens put before the text", 0, 10_000, integer=True),
        Derived("moved_query", rotary.moved_position, "", "The query's position after the shift",
                "m+t", inputs={"position": "query_position"}),
        Derived("moved_key", rotary.moved_position, "", "The key's position after the shift",
                "n+t", inputs={"position": "key_position"}),
        _score_at("score_moved", "Score after the shift", "S(m+t,n+t)",
                  "moved_query", "moved_key"),
        Derived("next_key", rotary.next_position, "", "The position after the key's", "n+1",
                inputs={"position": "key_position"}),
        _score_at("score_next", "Score of a query right after the key", "S(n+1,n)",
                  "next_key", "key_position"),
        Derived("next_moved_key", rotary.next_position, "",
                "The position after the key's, shifted", "n+t+1",
                inputs={"position": "moved_key"}),
        _score_at("score_next_moved", "The same after the shift", "S(n+t+1,n+t)",
                  "next_moved_key", "moved_key"),
        _score_at("score_swapped", "Score with the two positions exchanged", "S(n,m)",
                  "key_position", "query_position"),
    ),
)  # fmt: skip

COMPLEX = Step(
    "complex",
    "The complex form",
    (
        *(
            Derived(f"imaginary_{pair}", rotary.pair_cross, "",
                    f"Imaginary part of the {which} pair's product", rf"\operatorname{{Im}}_{pair}",
                    4, {"q_first": f"k_{2 * pair}", "q_second": f"k_{2 * pair + 1}",
                        "k_first": f"q_{2 * pair}", "k_second": f"q_{2 * pair + 1}"},
                    signed=True)
            for pair, which in enumerate(("first", "second"))
        ),
        *(
            Derived(f"complex_part_{pair}", rotary.pair_score_complex, "",
                    f"{which} pair's part of the score, by complex numbers",
                    rf"\operatorname{{Re}}_{pair}(\Delta)", 6,
                    {"real": f"dot_{pair}", "imaginary": f"imaginary_{pair}",
                     "frequency": f"theta_{pair}"}, signed=True)
            for pair, which in enumerate(("First", "Second"))
        ),
        _sum_of_pairs("complex_score", "Score by complex numbers", r"S_{\mathbb C}(\Delta)",
                      "complex_part_0", "complex_part_1"),
        Derived("most_0", rotary.pair_length, "", "The most that the first pair can add",
                r"\lvert z_0\rvert", 4, {"first": "dot_0", "second": "imaginary_0"}),
        Derived("most_1", rotary.pair_length, "", "The most that the second pair can add",
                r"\lvert z_1\rvert", 4, {"first": "dot_1", "second": "imaginary_1"}),
        Derived("most", rotary.pairs_score, "", "The most that any offset can give",
                r"S_\mathrm{max}", 4, {"first_pair": "most_0", "second_pair": "most_1"}),
    ),
)  # fmt: skip

_HALVES = {"q_1": "q_2", "q_2": "q_1", "k_1": "k_2", "k_2": "k_1"}

PAIRINGS = Step(
    "pairings",
    "Two pairings and the permutation between them",
    (
        _score_at("score_halves", "Score of the same vectors, paired by halves",
                  r"S_\mathrm{halves}(m,n)", "query_position", "key_position", **_HALVES),
        Derived("pairing_error", rotary.gap, "", "Error of the wrong pairing", r"e_\mathrm{pair}",
                6, {"one": "score_halves", "other": "score"}),
        *(
            Derived(f"halves_dot_{pair}", rotary.pair_dot, "",
                    f"Dot product of the {which} pairs, paired by halves", rf"a'_{pair}", 4,
                    {"q_first": f"q_{pair}", "q_second": f"q_{pair + 2}",
                     "k_first": f"k_{pair}", "k_second": f"k_{pair + 2}"}, signed=True)
            for pair, which in enumerate(("first", "second"))
        ),
        Derived("score_halves_same", rotary.pairs_score, "",
                "Score by halves with both at one position", r"S_\mathrm{halves}(m,m)", 6,
                {"first_pair": "halves_dot_0", "second_pair": "halves_dot_1"}, signed=True),
    ),
)  # fmt: skip

TABLES = Step(
    "tables",
    "What the tables cost",
    (
        Given("table_width", 4, "B", "u", "Bytes of a table's value (fp32)", 1, 8),
        Derived("table_values", rotary.rotary_table_values, "values",
                "Values in the cosine and sine tables", "V",
                inputs={"length": "wanted_length", "columns": "pairs"}),
        Derived("tables_bytes", memory.tensor_bytes, "MB", "Bytes of the tables, one angle a pair",
                r"B_\mathrm{cs}", 1,
                {"params": "table_values", "bytes_per_value": "table_width"}),
        Derived("wide_values", rotary.rotary_table_values, "values",
                "Values when every angle is stored twice", r"V_\mathrm{wide}",
                inputs={"length": "wanted_length", "columns": "head_dim"}),
        Derived("wide_bytes", memory.tensor_bytes, "MB", "Bytes when every angle is stored twice",
                r"B_\mathrm{wide}", 1,
                {"params": "wide_values", "bytes_per_value": "table_width"}),
        Derived("learned_wanted_params", rotary.position_table_params, "params",
                "Parameters of a learned table of the wanted length", r"N_\mathrm{want}",
                inputs={"trained_length": "wanted_length"}),
        Derived("learned_wanted_bytes", memory.tensor_bytes, "MB",
                "Bytes of a learned table of the wanted length", r"B_\mathrm{want}", 1,
                {"params": "learned_wanted_params", "bytes_per_value": "weight_width"}),
        _shape("layers", r"\ell", "Layers", 1, 200),
        _shape("heads", "H", "Attention heads", 1, 256),
        _shape("kv_heads", r"H_{kv}", "Key-value heads", 1, 256),
        Derived("rotation_flops", rotary.rotation_flops, "FLOP/token",
                "FLOPs of rotating a token's queries and keys", r"F_\mathrm{rot}"),
        Derived("projection_flops", rotary.projection_flops, "MFLOP/token",
                "FLOPs of making those queries and keys", r"F_{qk}"),
        Derived("rotation_share", memory.ratio, "%", "Rotating over making them",
                r"F_\mathrm{rot}/F_{qk}", 3,
                {"part": "rotation_flops", "whole": "projection_flops"}),
    ),
)  # fmt: skip


def _turning(prefix: str, which: str, base: str, mark: str) -> tuple[Derived, ...]:
    """Return how many pairs of a base make a full turn over the trained length."""
    return (
        Derived(f"{prefix}last_turned", rotary.pair_of_wavelength, "",
                f"Pair that makes exactly one turn, {which}", rf"i{mark}_1", 2,
                {"wavelength": "trained_length", "first_wavelength": "lambda_0", "base": base}),
        Derived(f"{prefix}turned", rotary.turned_pairs, "",
                f"Pairs that make a full turn, {which}", rf"P{mark}_\circ",
                inputs={"last_pair": f"{prefix}last_turned"}),
        Derived(f"{prefix}unturned", rotary.other_pairs, "",
                f"Pairs that never make one, {which}", rf"P{mark}_\frown",
                inputs={"turned_pairs": f"{prefix}turned"}),
    )  # fmt: skip


BASE = Step(
    "base",
    "A small base or a large one",
    (
        Given("large_base", BASES["Llama 3 8B"].value, "", "b'", "A larger base", 1_000, 1e9,
              LLAMA_3),
        Derived("large_theta_i", rotary.frequency, "rad/token",
                "Frequency of the pair looked at, larger base", r"\theta'_i", 6,
                {**FROM_FIRST, "base": "large_base"}),
        Derived("large_lambda_i", rotary.wavelength, "tokens",
                "Wavelength of the pair looked at, larger base", r"\lambda'_i",
                inputs={"frequency": "large_theta_i"}),
        Derived("large_theta_slow", rotary.slowest_frequency, "rad/token",
                "Frequency of the slowest pair, larger base", r"\theta'_\mathrm{slow}", 6,
                {**FROM_FIRST, "base": "large_base"}),
        Derived("large_lambda_slow", rotary.wavelength, "tokens",
                "Wavelength of the slowest pair, larger base", r"\lambda'_\mathrm{slow}",
                inputs={"frequency": "large_theta_slow"}),
        Derived("large_over_small", memory.ratio, "×", "Larger over smaller longest wavelength",
                r"\lambda'_\mathrm{slow}/\lambda_\mathrm{slow}", 1,
                {"part": "large_lambda_slow", "whole": "lambda_slow"}),
        *_turning("", "smaller base", "base", ""),
        *_turning("large_", "larger base", "large_base", "'"),
        Derived("slow_seen", rotary.angle, "rad",
                "Angle of the slowest pair at the end of the trained length",
                r"L\,\theta_\mathrm{slow}", 3,
                {"position": "trained_length", "frequency": "theta_slow"}),
        Derived("slow_wanted", rotary.angle, "rad",
                "Angle of the slowest pair at the end of the wanted length",
                r"L_\mathrm{want}\,\theta_\mathrm{slow}", 3,
                {"position": "wanted_length", "frequency": "theta_slow"}),
    ),
)  # fmt: skip

SCALING_LABELS = {
    "unscaled": "as trained", "linear": "linear", "ntk": "NTK-aware", "dynamic": "dynamic",
    "yarn": "YaRN", "llama3": "Llama 3's",
}  # fmt: skip


def _method(name: str, label: str, mark: str) -> Derived:
    """Return the wavelength of the pair looked at under a method."""
    return Derived(f"{name}_lambda", rotary.wavelength, "tokens",
                   f"Wavelength of the pair looked at, {label}",
                   rf"\lambda_i^\mathrm{{{mark}}}",
                   inputs={"frequency": f"{name}_theta"})  # fmt: skip


SCALING = Step(
    "scaling",
    "Past the trained length",
    (
        Derived("linear_theta", rotary.interpolated_frequency, "rad/token",
                "Frequency of the pair looked at, linear", r"\theta_i^\mathrm{lin}", 6, CENTRED),
        _method("linear", "linear", "lin"),
        Derived("linear_theta_0", rotary.interpolated_frequency, "rad/token",
                "Frequency of the first pair, linear", r"\theta_0^\mathrm{lin}", 4,
                {"frequency": "theta_0"}),
        Derived("ntk_base", rotary.ntk_base, "", "Base under NTK-aware scaling",
                r"b_\mathrm{ntk}"),
        Derived("ntk_theta", rotary.frequency, "rad/token",
                "Frequency of the pair looked at, NTK-aware", r"\theta_i^\mathrm{ntk}", 6,
                {**FROM_FIRST, "base": "ntk_base"}),
        _method("ntk", "NTK-aware", "ntk"),
        Derived("ntk_theta_slow", rotary.slowest_frequency, "rad/token",
                "Frequency of the slowest pair, NTK-aware",
                r"\theta_\mathrm{slow}^\mathrm{ntk}", 6,
                {**FROM_FIRST, "base": "ntk_base"}),
        Derived("ntk_slow_wanted", rotary.angle, "rad",
                "Angle of the slowest pair at the end of the wanted length, NTK-aware",
                r"L_\mathrm{want}\,\theta_\mathrm{slow}^\mathrm{ntk}", 3,
                {"position": "wanted_length", "frequency": "ntk_theta_slow"}),
        Given("current_length", 16_384, "tokens", r"L_\mathrm{now}",
              "Length of the text so far", 1, 16_777_216, integer=True),
        Given("dynamic_factor", 1, "", "s_d", "Factor of dynamic scaling", 1, 16, places=2,
              note="1 makes the scale the ratio of the lengths"),
        Derived("dynamic_scale", rotary.dynamic_scale, "×", "Scale at the length so far",
                r"s_\mathrm{now}", 2,
                {"factor": "dynamic_factor", "length": "current_length"}),
        Derived("dynamic_base", rotary.ntk_base, "", "Base under dynamic scaling",
                r"b_\mathrm{dyn}", inputs={"factor": "dynamic_scale"}),
        Derived("dynamic_theta", rotary.frequency, "rad/token",
                "Frequency of the pair looked at, dynamic", r"\theta_i^\mathrm{dyn}", 6,
                {**FROM_FIRST, "base": "dynamic_base"}),
        _method("dynamic", "dynamic", "dyn"),
        Given("beta_fast", 32, "", r"\beta_\mathrm{fast}",
              "Turns over the trained length from which a pair keeps its frequency", 8, 128,
              YARN, 2),
        Given("beta_slow", 1, "", r"\beta_\mathrm{slow}",
              "Turns up to which a pair is interpolated in full", 0.25, 4, YARN, 2),
        Derived("fast_limit", memory.ratio, "tokens", "Wavelength up to which YaRN keeps a pair",
                r"\lambda_{\beta_\mathrm{fast}}", 1,
                {"part": "trained_length", "whole": "beta_fast"}),
        Derived("slow_limit", memory.ratio, "tokens",
                "Wavelength from which YaRN interpolates a pair in full",
                r"\lambda_{\beta_\mathrm{slow}}", 1,
                {"part": "trained_length", "whole": "beta_slow"}),
        Derived("fast_pair", rotary.pair_of_wavelength, "", "Pair of the first wavelength",
                r"i_\mathrm{fast}", 2,
                {"wavelength": "fast_limit", "first_wavelength": "lambda_0"}, signed=True),
        Derived("slow_pair", rotary.pair_of_wavelength, "", "Pair of the second wavelength",
                r"i_\mathrm{slow}", 2,
                {"wavelength": "slow_limit", "first_wavelength": "lambda_0"}),
        Derived("ramp_start", rotary.ramp_start, "", "Pair at which YaRN's ramp starts",
                r"i_\mathrm{start}", inputs={"pair": "fast_pair"}),
        Derived("ramp_end", rotary.ramp_end, "", "Pair at which YaRN's ramp ends",
                r"i_\mathrm{end}", inputs={"pair": "slow_pair"}),
        Derived("yarn_place", rotary.ramp_place, "", "Where the pair lies on YaRN's ramp",
                r"\rho", 3, {"value": "pair", "start": "ramp_start", "end": "ramp_end"},
                signed=True),
        Derived("yarn_interpolated", rotary.clipped, "%", "Share that YaRN interpolates",
                r"1-\gamma_\mathrm{yarn}", 1, {"share": "yarn_place"}),
        Derived("yarn_kept", rotary.rest, "%", "Share that YaRN keeps", r"\gamma_\mathrm{yarn}",
                1, {"share": "yarn_interpolated"}),
        Derived("yarn_theta", rotary.blended_frequency, "rad/token",
                "Frequency of the pair looked at, YaRN", r"\theta_i^\mathrm{yarn}", 6,
                {**CENTRED, "kept": "yarn_kept"}),
        _method("yarn", "YaRN", "yarn"),
        Derived("attention_factor", rotary.yarn_attention_factor, "×",
                "YaRN's factor on queries and on keys", r"\mu", 4),
        Derived("score_growth", rotary.score_growth, "×", "YaRN's factor on scores", r"\mu^2", 3),
        Given("low_factor", 1, "", r"\alpha_\mathrm{low}",
              "Turns up to which Llama 3.1 interpolates in full", 0.25, 2, LLAMA_31_CODE, 2),
        Given("high_factor", 4, "", r"\alpha_\mathrm{high}",
              "Turns from which Llama 3.1 keeps a pair", 2.5, 64, LLAMA_31_CODE, 2),
        Derived("turns", memory.ratio, "", "Turns of the pair over the trained length", r"\tau",
                2, {"part": "trained_length", "whole": "lambda_i"}),
        Derived("llama3_place", rotary.ramp_place, "", "Where the pair lies on Llama 3.1's ramp",
                r"\rho_3", 3, {"value": "turns", "start": "low_factor", "end": "high_factor"},
                signed=True),
        Derived("llama3_kept", rotary.clipped, "%", "Share that Llama 3.1 keeps", r"\gamma_3", 1,
                {"share": "llama3_place"}),
        Derived("llama3_theta", rotary.blended_frequency, "rad/token",
                "Frequency of the pair looked at, Llama 3.1", r"\theta_i^\mathrm{L3}", 6,
                {**CENTRED, "kept": "llama3_kept"}),
        _method("llama3", "Llama 3.1", "L3"),
        # The small example again, at an offset to look up, for the curve of the score.
        Given("probe", 2, "", r"\delta", "Offset to look up on the curve", -60, 60, places=2,
              note="only whole offsets occur in a text"),
        Derived("linear_theta_1", rotary.interpolated_frequency, "rad/token",
                "Frequency of the second of two pairs, linear or NTK-aware",
                r"\theta_1^\mathrm{lin}", 5, {"frequency": "theta_1"}),
        _by_offset("probe_part_0", "First pair's part at that offset", r"S_0(\delta)", 0,
                   "probe", "theta_0"),
        _by_offset("probe_part_1", "Second pair's part at that offset", r"S_1(\delta)", 1,
                   "probe", "theta_1"),
        _by_offset("probe_linear_part_0", "First pair's part, slowed", r"S_0^\mathrm{lin}(\delta)",
                   0, "probe", "linear_theta_0"),
        _by_offset("probe_linear_part_1", "Second pair's part, slowed",
                   r"S_1^\mathrm{lin}(\delta)", 1, "probe", "linear_theta_1"),
        _sum_of_pairs("probe_score", "Score at that offset", r"S(\delta)", "probe_part_0",
                      "probe_part_1"),
        _sum_of_pairs("probe_linear", "Score at that offset, linear", r"S^\mathrm{lin}(\delta)",
                      "probe_linear_part_0", "probe_linear_part_1"),
        _sum_of_pairs("probe_ntk", "Score at that offset, NTK-aware", r"S^\mathrm{ntk}(\delta)",
                      "probe_part_0", "probe_linear_part_1"),
        *_measured(
            "extension",
            *(
                (f"real_{name}_{n}x_{words}", f"rope_{name}_{n}x_{words}_words_accuracy_mean",
                 f"Accuracy at {n} times the trained length, {words} words: RoPE, "
                 f"{SCALING_LABELS[name]}", "%", 1)
                for name in METHODS
                for n in (2, 4)
                for words in ("familiar", "stretched")
            ),
            *(
                (f"real_{name}_4x_{end}", f"rope_{name}_4x_stretched_words_accuracy_{end}",
                 f"The {end} of the seeds at 4 times the length, stretched words: "
                 f"{SCALING_LABELS[name]}", "%", 1)
                for name in ("yarn", "llama3")
                for end in ("lowest", "highest")
            ),
        ),
    ),
)  # fmt: skip

PRECISION = Step(
    "precision",
    "Precision: where positions go wrong",
    (
        Given("bf16_bits", 8, "", "p", "Significant bits of bf16", 2, 24, BFLOAT, integer=True,
              note="with the leading one, which is not stored"),
        Derived("lost_position", rotary.lost_position, "", "First position that bf16 cannot hold",
                r"x_\mathrm{lost}", inputs={"bits": "bf16_bits"}),
        Given("rounded_position", 5_000, "", "x", "Position to round", 1, 16_000_000,
              integer=True),
        Derived("bf16_spacing", rotary.number_spacing, "", "Distance between bf16 numbers there",
                r"\epsilon_p", inputs={"value": "rounded_position", "bits": "bf16_bits"}),
        Derived("held_position", rotary.nearest_held, "", "What bf16 makes of it", r"\hat x",
                inputs={"value": "rounded_position", "spacing": "bf16_spacing"}),
        Derived("position_error", rotary.gap, "", "Error of the position", r"\lvert \hat x-x\rvert",
                inputs={"one": "held_position", "other": "rounded_position"}),
        Derived("angle_error", rotary.angle, "rad", "Error of the first pair's angle",
                r"e_\varphi", 1, {"position": "position_error", "frequency": "theta_0"}),
        Derived("turns_error", memory.ratio, "", "That error in full turns",
                r"e_\varphi/2\pi", 2, {"part": "position_error", "whole": "lambda_0"}),
        Given("fp32_bits", 24, "", r"p_{32}", "Significant bits of fp32", 2, 53, IEEE,
              integer=True),
        Given("far_position", 1_000_000, "", "X", "A position far out", 1, 16_000_000,
              integer=True),
        Derived("far_angle", rotary.angle, "rad", "First pair's angle there", r"X\theta_0",
                inputs={"position": "far_position", "frequency": "theta_0"}),
        Derived("fp32_spacing", rotary.number_spacing, "rad",
                "Distance between fp32 angles there", r"\epsilon_{32}", 4,
                {"value": "far_angle", "bits": "fp32_bits"}),
        *_measured(
            "precision",
            ("real_lost_bf16", "first_wrong_bfloat16_position",
             "First position that bf16 changes, found by trying", "", 0),
            ("real_lost_fp16", "first_wrong_float16_position",
             "First position that fp16 changes, found by trying", "", 0),
            ("real_held", "position_5000_in_bfloat16", "What bf16 makes of position 5,000", "",
             0),
            ("real_distinct", "distinct_bfloat16_positions_of_8192",
             "Different positions that bf16 leaves of 8,192", "", 0),
            *(
                (f"real_{short}_{at}", f"largest_score_error_{how}_at_{at}",
                 f"Largest error of a score near position {at:,}: {label}", "", 3)
                for short, how, label in (
                    ("angles", "float32_angles", "angles in fp32"),
                    ("positions", "bfloat16_positions", "positions in bf16"),
                    ("cos_sin", "bfloat16_tables", "cosines and sines in bf16"),
                )
                for at in (1_000, 10_000, 100_000, 1_000_000)
            ),
        ),
    ),
)  # fmt: skip

DECODE = Step(
    "decode",
    "Decoding with a cache",
    (
        Given("decoded", 1_000, "tokens", "T", "Tokens decoded", 1, 1_048_576, integer=True),
        Derived("recomputed", rotary.rotations_without_cache, "",
                "Keys rotated a head when all are rotated at every step", r"R_\mathrm{again}",
                inputs={"tokens": "decoded"}),
        Derived("recomputed_over_cached", memory.ratio, "×", "Times as many as with the cache",
                r"R_\mathrm{again}/T", 1, {"part": "recomputed", "whole": "decoded"}),
        Derived("shift_angle", rotary.angle, "rad", "Angle of the shift, first pair",
                r"t\,\theta_0", 2, {"position": "shift", "frequency": "theta_0"}),
        Derived("moved_angle", rotary.angle, "rad", "Angle of the key after the shift, first pair",
                r"(n+t)\,\theta_0", 2, {"position": "moved_key", "frequency": "theta_0"}),
        Derived("k_twice", rotary.turned_first, "", "Component 0 of the key, rotated twice",
                r"\tilde{\tilde k}_0", 4,
                {"first": "k_turned_0", "second": "k_turned_1", "angle": "shift_angle"},
                signed=True),
        Derived("k_once", rotary.turned_first, "", "Component 0 of the key, rotated once",
                r"\tilde k_0(n+t)", 4, {**_of_pair("k", 0), "angle": "moved_angle"},
                signed=True),
        Given("cached_position", 1_000, "", "r", "Position of a key in the cache", 0, 1_048_576,
              integer=True),
        Derived("cached_angle", rotary.angle, "rad", "Angle that the cached key was given",
                r"r\,\theta_i", 3, {"position": "cached_position", "frequency": "theta_i"}),
        Derived("fresh_angle", rotary.angle, "rad", "Angle that it should have by now, dynamic",
                r"r\,\theta_i^\mathrm{dyn}", 3,
                {"position": "cached_position", "frequency": "dynamic_theta"}),
        Derived("stale_error", rotary.gap, "rad", "Error of the stale key's angle",
                r"e_\mathrm{stale}", 3, {"one": "cached_angle", "other": "fresh_angle"}),
    ),
)  # fmt: skip

CHAIN = Step("chain", "What an interviewer asks next", ())

GRAPH = Graph(
    "rope",
    "Rotary position embedding (RoPE)",
    (
        TABLE, PAIR, FREQUENCIES, ATTEND, RELATIVE, COMPLEX, PAIRINGS, TABLES, BASE, SCALING,
        PRECISION, DECODE, CHAIN,
    ),
    (Choice("model", "Model", MODEL, model_settings()),),
)  # fmt: skip
