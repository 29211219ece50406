"""Rotary position embedding as a graph: every number of the chapter, in the order of its steps.

The steps from the pair to the complex form turn a query and a key (`vector`) of four components,
two pairs (`pair`), small enough for paper, at their positions and in a few other cases of them
(`case`). The others follow three pairs of a real head (`hand`), the fastest, the slowest and one
to look at, through every way past the trained length (`scaling`).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from worked.declare import derived, must, shown, signed, step, verdict
from worked.figures import Axis, Choice, Given, Graph, Key, Measured, Setting, Source, label
from worked.formulas import memory, rotation, rows
from worked.givens import fact, given, setting
from worked.recording import recorded
from worked.rope.pictures import PICTURES

__all__ = ["GRAPH", "PICTURES"]

RAMPED, WAYS = ("YaRN", "Llama 3.1"), ("as trained", "linear", "NTK-aware")
TOY = [
    Axis("vector", ("q", "k"), "vector", r"\nu"),
    Axis("component", (0, 1, 2, 3), "component", "j"),
    Axis("pair", (0, 1), "pair", "i"),
    Axis("side", ("x", "y"), "side", r"\iota"),
    Axis("pairing", ("adjacent", "halves layout"), "pairing", r"\varpi"),
    Axis("case", ("here", "moved", "next", "next, moved", "swapped"), "case", r"\kappa"),
    Axis("slowing", WAYS, "scaling", r"\omega"),
]
REAL = [
    Axis("hand", ("fastest", "looked-at", "slowest"), "pair", "i"),
    Axis("table", ("cosines and sines", "by component", "learned"), "table", r"\upsilon"),
    Axis("size", ("smaller", "larger"), "base", r"\zeta"),
    Axis("border", ("fast", "slow"), "end", r"\chi"),
    Axis("ramped", RAMPED, "scaling", r"\xi"),
]
SCALING = Axis("scaling", (*WAYS, "dynamic", *RAMPED), "scaling", r"\omega")
EMBEDDING = Axis("embedding", ("RoPE", "learned", "no position"), "embedding")
TIMES, WORDS = Axis("times", (2, 4), "times"), Axis("words", ("familiar", "stretched"), "words")
EXTREME = Axis("extreme", ("lowest", "highest"), "seed")
FORMAT = Axis("format", ("bfloat16", "float16"), "format")
ROUNDED = Axis("rounded", ("bfloat16 positions", "bfloat16 tables", "float32 angles"), "rounding")
NEAR = Axis("near", (1_000, 10_000, 100_000, 1_000_000), "position")
STUDIED = [EMBEDDING, TIMES, WORDS, EXTREME, FORMAT, ROUNDED, NEAR]

# fmt: off
MODEL, LATER = "Llama 2 7B", "Llama 3 8B"
READ = date(2026, 11, 24), date(2027, 11, 24)
ROFORMER = Source("Su et al. 2021, RoFormer: Enhanced Transformer with Rotary Position Embedding, "
                  "section 3.2.2", "https://arxiv.org/abs/2104.09864", *READ)
LLAMA_3 = Source("Grattafiori et al. 2024, The Llama 3 Herd of Models, section 3.2",
                 "https://arxiv.org/abs/2407.21783", *READ)
LLAMA_31 = Source("config.json of meta-llama/Llama-3.1-8B on Hugging Face (rope_scaling)",
                  "https://huggingface.co/meta-llama/Llama-3.1-8B/blob/main/config.json", *READ)
PENG = Source("Peng et al. 2023, YaRN: Efficient Context Window Extension of Large Language "
              "Models, section 3.2", "https://arxiv.org/abs/2309.00071", *READ)
IEEE = Source("IEEE 754-2019, table 3.5 (binary32 has 24 bits of significand)", None, *READ)
BFLOAT = Source("Kalamkar et al. 2019, A Study of BFLOAT16 for Deep Learning Training, section 2",
                "https://arxiv.org/abs/1905.12322", *READ)
LENGTH, HEAD = fact("models", MODEL, "max_positions"), fact("models", MODEL, "head_dim")
TRAINED = Given("trained_length", LENGTH.value, "tokens", "L", "Trained length", 256, 1_048_576,
                LENGTH.source, integer=True)
HIDDEN = given(fact("models", MODEL, "hidden"), "hidden", "h", "Hidden size of the model", 64,
               65_536, integer=True)
PARAMS = replace(given(fact("models", MODEL, "params"), "params", "N", "Parameters of the model",
                       1e6, 5e12), unit="params")
WEIGHT = Given("weight_width", 2, "B", "w", "Bytes of a weight (bf16)", 0.5, 8)
FACTOR = Given("factor", 8, "×", "s", "Wanted length over trained length", 1, 128, LLAMA_31, 2)
VALUE = Given("value", ((1, 2, 0.5, -1), (0.5, 1, 2, 1)), "", "{<vector>}_{<component>}",
              "Component <component> of <vector>", -10, 10, places=4, over="vector component")
M = Given("query_position", 3, "", "m", "Position of the query", 0, 10_000, integer=True)
N = Given("key_position", 1, "", "n", "Position of the key", 0, 10_000, integer=True)
FIRST = Given("first_frequency", 1, "rad/token", r"\theta_0", "Frequency of the first pair", 0.5,
              2, ROFORMER, 4, note="one, whatever the base")
OWN_BASE = Given("base", 10_000, "", "b", "Base", 1_000, 1e9, ROFORMER)
OTHER = Given("other_base", 500_000, "", "b'", "Another base", 1_000, 1e9, LLAMA_3)
PAIRS = Given("pairs", HEAD.value / 2, "", "P", "Pairs in a real head", 8, 512, HEAD.source,
              integer=True, note="a head's components go in pairs, so its width is even")
WANTED = Given("pair_wanted", 40, "", "i'", "Pair to look at", 0, 511, integer=True,
               note="pairs count from zero, the fastest")
SHIFT = Given("shift", 100, "", "t", "Tokens put before the text", 0, 10_000, integer=True)
TABLE_WIDTH = Given("table_width", 4, "B", "u", "Bytes of a table's value (fp32)", 1, 8)
LAYERS = given(fact("models", MODEL, "layers"), "layers", r"\ell", "Layers", 1, 200, integer=True)
HEADS = given(fact("models", MODEL, "heads"), "heads", "H", "Attention heads", 1, 256,
              integer=True)
KV_HEADS = given(fact("models", MODEL, "kv_heads"), "kv_heads", r"H_{kv}", "Key-value heads", 1,
                 256, integer=True)
NOW = Given("current_length", 16_384, "tokens", r"L_\mathrm{now}", "Length of the text so far",
            1, 16_777_216, integer=True)
DYNAMIC = Given("dynamic_factor", 1, "", "s_d", "Factor of dynamic scaling", 1, 16, places=2,
                note="at one the scale is the ratio of the lengths")
BETA = Given("beta", (32, 1), "", r"\beta_{<border>}",
             "Turns over the trained length at the <border> end of YaRN's ramp",
             (8, 0.25), (128, 4), PENG, 2, over="border", note="from the fast end on a pair keeps "
             "its frequency, up to the slow end it is interpolated in full")
LOW = Given("low_factor", 1, "", r"\alpha_\mathrm{low}",
            "Turns up to which Llama 3.1 interpolates in full", 0.25, 2, LLAMA_31, 2)
HIGH = Given("high_factor", 4, "", r"\alpha_\mathrm{high}",
             "Turns from which Llama 3.1 keeps a pair", 2.5, 64, LLAMA_31, 2)
PROBE = Given("probe", 2, "", r"\delta", "Offset to look up on the curve", -60, 60, places=2,
              note="only whole offsets occur in a text")
BF16 = Given("bf16_bits", 8, "", "p", "Significant bits of bf16", 2, 24, BFLOAT, integer=True,
             note="with the leading one, which is not stored")
ROUND = Given("rounded_position", 5_000, "", "x", "Position to round", 1, 16_000_000, integer=True)
FP32 = Given("fp32_bits", 24, "", r"p_{32}", "Significant bits of fp32", 2, 53, IEEE, integer=True)
FAR = Given("far_position", 1_000_000, "", "X", "A position far out", 1, 16_000_000, integer=True)
DECODED = Given("decoded", 1_000, "tokens", "T", "Tokens decoded", 1, 1_048_576, integer=True)
CACHED = Given("cached_position", 1_000, "", "r", "Position of a key in the cache", 0, 1_048_576,
               integer=True)
# fmt: on

# The studies turned their pairs by the paper's frequencies, and took each method's own borders.
TURNED_AT = "base first_frequency"
SCALED_AT = f"{TURNED_AT} beta low_factor high_factor"
ROUNDED_AT = f"{TURNED_AT} pairs bf16_bits fp32_bits"
SHAPE = ("params", "hidden", "layers", "heads", "kv_heads")
XY = {"x": "paired[pairing=adjacent, side=x]", "y": "paired[pairing=adjacent, side=y]"}
ONCE_TURNED = {"x": "turned[vector=k, side=x]", "y": "turned[vector=k, side=y]"}
Q_XY = {"q_x": "paired[vector=q, side=x]", "q_y": "paired[vector=q, side=y]"}
K_XY = {"k_x": "paired[vector=k, side=x]", "k_y": "paired[vector=k, side=y]"}
POSITIONS = {"query_position": "position[vector=q]", "key_position": "position[vector=k]"}
HERE, FIRST_WAVE = {"offset": "offset[case=here]"}, {"first_wavelength": "wavelength[pair=0]"}
ADJACENT = {"dot": "dot[pairing=adjacent]", "cross": "cross[pairing=adjacent]"}
BY_NUMBER: dict[str, Any] = {"number": label("pair"), "head_dim": "width"}
IN_HEAD, WANT = {"frequency": "head_frequency"}, {"wanted": "wanted_length"}
FULL_TURN = {"wavelength": "trained_length", **FIRST_WAVE}
BY_SIZE = {"part": "size_wavelength[size=larger]", "whole": "size_wavelength[size=smaller]"}
PROBED = {"offset": "probe", **ADJACENT}
WEIGHTS = {"bytes_per_value": "weight_width"}
ENDS = {"start": "ramp_pair[border=fast]", "end": "ramp_pair[border=slow]"}
KEPT = {"yarn_kept": "kept[ramped=yarn]", "llama_kept": "kept[ramped=llama-3-1]"}
STALE = {"one": "cached[scaling=as-trained]", "other": "cached[scaling=dynamic]"}
KEY_HEADS = ("{heads} query heads cannot share {kv_heads} key-value heads", "each has its queries")
METHODS = {"as-trained": "unscaled", "ntk-aware": "ntk", "llama-3-1": "llama3"}


def study(
    name: str, value: str, *over: Axis, unit: str = "%", at: str = "", **called: str
) -> Measured:
    """Return what the study of small transformers past their trained length recorded."""
    return recorded(
        "rope", "extension", value, "", unit, name=name, over=over, called=called, at=at
    )


def rounding(name: str, value: str, *over: Axis, at: str = "") -> Measured:
    """Return what the study of rounded positions, tables and angles recorded."""
    return recorded("rope", "precision", value, "", "", name=name, over=over, at=at)


def settings(model: str, base: Given, other: Given) -> dict[str, Setting]:
    """Return what choosing a model sets: its base, one to compare, its length and its shape."""
    head = fact("models", model, "head_dim")
    return {
        "base": Setting(base.value, base.source),
        "other_base": Setting(other.value, other.source),
        "trained_length": setting(fact("models", model, "max_positions")),
        "pairs": Setting(head.value / 2, head.source, "pairs of the head's components"),
        **{name: setting(fact("models", model, name)) for name in SHAPE},
    }


POSITION_TABLE = step(
    "table",
    "Why a table of positions ends",
    TRAINED,
    HIDDEN,
    WEIGHT,
    derived("table_params", rotation.position_table_params)
    | shown("Parameters of a table of learned positions", r"N_\mathrm{pos}", unit="params"),
    derived("table_bytes", memory.tensor_bytes, params="table_params", **WEIGHTS)
    | shown("Bytes of that table", r"B_\mathrm{pos}", 1, "MB"),
    PARAMS,
    derived("table_share", rows.ratio, part="table_params", whole="params")
    | shown("That table over the model", r"N_\mathrm{pos}/N", 2, "%"),
    FACTOR,
    derived("wanted_length", rotation.wanted_length)
    | shown("Wanted length", r"L_\mathrm{want}", unit="tokens"),
    derived("rows_missing", rotation.rows_missing)
    | shown("Positions without a trained row", r"L_\mathrm{miss}", unit="tokens"),
    verdict("within_table", rows.reaches, ("No", "Yes"), value="trained_length", **WANT)
    | shown("A row for every wanted position", r"v_\mathrm{row}"),
    study("seeds", "seeds", unit="") | shown("Seeds of the training study"),
    study("study_length", "trained_length_tokens", unit="tokens")
    | shown("Length the small models were trained at"),
    study("study_steps", "training_steps", unit="") | shown("Training steps of the small models"),
    study("study_params", "parameters", unit="params")
    | shown("Parameters of a small model, no table"),
    derived("longer", rotation.length_ratio, "times", times=label("times"))
    | shown("Length of the study's texts over the trained one", unit="×"),
    study("chance", "chance_accuracy") | shown("Accuracy of guessing", places=1),
    study("inside", "{}_1x_accuracy_mean", EMBEDDING, at=TURNED_AT)
    | shown("Accuracy at the trained length: <embedding>", places=1),
    study(
        "past",
        "{}_{}x_{}_words_accuracy_mean",
        EMBEDDING,
        TIMES,
        WORDS,
        at=TURNED_AT,
        rope="rope_unscaled",
    )
    | shown("Accuracy at <times> times the trained length, <words> words: <embedding>", places=1),
    study("late", "{}_4x_without_start_accuracy_mean", EMBEDDING, at=TURNED_AT)
    | shown("Accuracy past the trained length without the text's start: <embedding>", places=1),
)

ONE_PAIR = step(
    "pair",
    "One pair, rotated by hand",
    VALUE,
    M,
    FIRST,
    derived("member_number", rotation.member_number, "pairing pair side", pair=label("pair"))
    | shown("Number of the component that pair <pair> has as its <side>"),
    derived("member", rotation.member, "pairing pair side", component=label("component"))
    | shown("Component that pair <pair> has as its <side>", r"j^{<pairing>}_{<pair><side>}"),
    signed("paired", rotation.in_pairs, "vector pairing pair side", vector="value")
    | shown("<side> of pair <pair>", r"<vector>^{<pairing>}_{<pair><side>}", 4),
    derived("angle", rotation.angle_of_vector, "vector pair")
    | shown("Angle of pair <pair>", r"\varphi^{<vector>}_{<pair>}", 2, "rad"),
    signed("cos", rotation.cosine, "vector pair")
    | shown("Cosine of that angle", r"\cos\varphi^{<vector>}_{<pair>}", 6),
    signed("sin", rotation.sine, "vector pair")
    | shown("Sine of that angle", r"\sin\varphi^{<vector>}_{<pair>}", 6),
    signed("turned", rotation.turned, "vector pair side", **XY)
    | shown("<side> of pair <pair>, rotated", r"\tilde{<vector>}_{<pair><side>}", 4),
    derived("length", rotation.length, "vector pair", pair="paired[pairing=adjacent]")
    | shown("Length of pair <pair>", r"\lvert <vector>_{<pair>}\rvert", 4),
    derived("turned_length", rotation.length, "vector pair", pair="turned")
    | shown("Length of pair <pair>, rotated", r"\lvert \tilde{<vector>}_{<pair>}\rvert", 4),
)

FREQUENCIES = step(
    "frequencies",
    "All pairs: frequencies and wavelengths",
    OWN_BASE,
    derived("width", rotation.width) | shown("Width of the example's head", r"d_\circ"),
    derived("frequency", rotation.frequency, "pair", **BY_NUMBER)
    | shown("Frequency of pair <pair> in the example", r"\theta_{<pair>}", 4, "rad/token"),
    derived("wavelength", rotation.wavelength, "pair")
    | shown("Wavelength of pair <pair> in the example", r"\lambda_{<pair>}", 2, "tokens"),
    PAIRS,
    derived("head_dim", rotation.head_width) | shown("Width of a real head", "d"),
    WANTED,
    derived("number", rotation.number_of_hand, "hand") | shown("The <hand> pair", "<hand>"),
    derived("head_frequency", rotation.frequency, "hand")
    | shown("Frequency of the <hand> pair", r"\theta_{<hand>}", 6, "rad/token"),
    derived("head_wavelength", rotation.wavelength, "hand", frequency="head_frequency")
    | shown("Wavelength of the <hand> pair", r"\lambda_{<hand>}", unit="tokens"),
)

ATTEND = step(
    "attend",
    "Rotate q and k, not v",
    N,
    signed("part", rotation.dot, "pair", q="turned[vector=q]", k="turned[vector=k]")
    | shown("What pair <pair>, rotated, adds to the score", "S_{<pair>}", 6),
    signed("score", rotation.score) | shown("Score of the rotated query and key", "S(m,n)", 6),
    signed("dot", rotation.dot, "pairing pair", q="paired[vector=q]", k="paired[vector=k]")
    | shown("Dot product of pair <pair>, unrotated", r"a^{<pairing>}_{<pair>}", 4),
    signed("unrotated", rotation.score, "pairing", part="dot")
    | shown("Score without rotation", r"(q\cdot k)^{<pairing>}", 6),
)

RELATIVE = step(
    "relative",
    "Only the offset counts, and its sign",
    SHIFT,
    derived("position", rotation.position_in_case, "case vector")
    | shown("Position of <vector>", r"m^{<case>}_{<vector>}"),
    signed("offset", rotation.offset, "case", **POSITIONS)
    | shown("Offset from the key to the query", r"\Delta_{<case>}"),
    signed("cross", rotation.cross, "pairing pair", **Q_XY, **K_XY)
    | shown("Cross product of pair <pair>, unrotated", r"c^{<pairing>}_{<pair>}", 4),
    signed("offset_part", rotation.part_by_offset, "pairing pair", **HERE)
    | shown("Part of pair <pair>, from the offset", r"S^{<pairing>}_{<pair>}(\Delta)", 6),
    signed("offset_score", rotation.score, "pairing", part="offset_part")
    | shown("Score from the offset alone", r"S^{<pairing>}(\Delta)", 6),
    derived("angle_at", rotation.angle, "case vector pair")
    | shown("Angle of pair <pair>", r"\varphi^{<vector>,<case>}_{<pair>}", 2, "rad"),
    signed("turned_at", rotation.turned, "case vector pair side", angle="angle_at", **XY)
    | shown("<side> of pair <pair>, rotated", r"\tilde{<vector>}^{<case>}_{<pair><side>}", 4),
    signed("part_at", rotation.dot, "case pair", q="turned_at[vector=q]", k="turned_at[vector=k]")
    | shown("What pair <pair>, rotated, adds", r"S^{<case>}_{<pair>}", 6),
    signed("score_at", rotation.score, "case", part="part_at")
    | shown("Score of the rotated query and key", r"S^{<case>}", 6),
)

COMPLEX = step(
    "complex",
    "The complex form",
    signed("imaginary", rotation.imaginary, "pairing pair", **Q_XY, **K_XY)
    | shown(
        "Imaginary part of pair <pair>'s product", r"\operatorname{Im}^{<pairing>}_{<pair>}", 4
    ),
    signed("complex_part", rotation.part_by_complex, "pairing pair", real="dot", **HERE)
    | shown(
        "Part of pair <pair>, by complex numbers",
        r"\operatorname{Re}^{<pairing>}_{<pair>}(\Delta)",
        6,
    ),
    signed("complex_score", rotation.score, "pairing", part="complex_part")
    | shown("Score by complex numbers", r"\operatorname{Re}^{<pairing>}(\Delta)", 6),
    derived("most_part", rotation.modulus, "pairing pair", real="dot")
    | shown("The most that pair <pair> can add", r"\lvert z^{<pairing>}_{<pair>}\rvert", 4),
    derived("most", rotation.score, "pairing", part="most_part")
    | shown("The most that any offset can give", r"S^{<pairing>}_\mathrm{max}", 4),
)

PAIRINGS = step(
    "pairings",
    "The pairings and the permutation between them",
    derived("pairing_error", rotation.gap, one="offset_score[pairing=halves-layout]", other="score")
    | shown("Error of the wrong pairing", r"e_\mathrm{pair}", 6),
)

COST = step(
    "tables",
    "What the tables cost",
    TABLE_WIDTH,
    derived("values", rotation.table_values, "table")
    | shown("Values in a table: <table>", r"V_{<table>}", unit="values"),
    derived("bytes", rotation.table_bytes, "table")
    | shown("Bytes of a table: <table>", r"B_{<table>}", 1, "MB"),
    LAYERS,
    HEADS,
    KV_HEADS,
    must("key_heads_fit", rows.reaches, KEY_HEADS, value="heads", wanted="kv_heads")
    | shown("As many query heads as key-value heads, or more", r"v_{kv}"),
    derived("rotation_flops", rotation.rotation_flops)
    | shown("FLOPs of rotating a token's queries and keys", r"F_\mathrm{rot}", unit="FLOP/token"),
    derived("projection_flops", rotation.projection_flops)
    | shown("FLOPs of making those queries and keys", r"F_{qk}", unit="MFLOP/token"),
    derived("rotation_share", rows.ratio, part="rotation_flops", whole="projection_flops")
    | shown("Rotating over making them", r"F_\mathrm{rot}/F_{qk}", 3, "%"),
)

BASE = step(
    "base",
    "A small base or a large one",
    OTHER,
    derived("bases", rotation.base_of_size, "size") | shown("The <size> base", r"b_{<size>}"),
    derived("size_frequency", rotation.frequency, "size hand", base="bases")
    | shown(
        "Frequency of the <hand> pair, <size> base", r"\theta^{<size>}_{<hand>}", 6, "rad/token"
    ),
    derived("size_wavelength", rotation.wavelength, "size hand", frequency="size_frequency")
    | shown(
        "Wavelength of the <hand> pair, <size> base", r"\lambda^{<size>}_{<hand>}", 0, "tokens"
    ),
    derived("growth", rows.ratio, "hand", **BY_SIZE)
    | shown(
        "Wavelength under the larger base over that under the smaller, <hand> pair",
        r"g_{<hand>}",
        1,
        "×",
    ),
    signed("last_turned", rotation.pair_of_wavelength, "size", base="bases", **FULL_TURN)
    | shown("Pair that makes exactly one turn, <size> base", r"i^{<size>}_1", 2),
    derived("turned_pairs", rotation.turned_pairs, "size")
    | shown("Pairs that make a full turn, <size> base", r"P^{<size>}_\circ"),
    derived("other_pairs", rotation.other_pairs, "size")
    | shown("Pairs that never make one, <size> base", r"P^{<size>}_\frown"),
    derived("angle_seen", rotation.angle, "hand", position="trained_length", **IN_HEAD)
    | shown("Angle after the trained length, <hand> pair", r"L\,\theta_{<hand>}", 3, "rad"),
)

PAST = step(
    "scaling",
    "Past the trained length",
    derived("ntk_base", rotation.ntk_base)
    | shown("Base under NTK-aware scaling", r"b_\mathrm{ntk}"),
    NOW,
    DYNAMIC,
    derived("dynamic_scale", rotation.dynamic_scale)
    | shown("Scale at the length so far", r"s_\mathrm{now}", 2, "×"),
    derived("dynamic_base", rotation.ntk_base, factor="dynamic_scale")
    | shown("Base under dynamic scaling", r"b_\mathrm{dyn}"),
    BETA,
    derived("limit", rotation.wavelength_of_turns, "border", length="trained_length", turns="beta")
    | shown("Wavelength at the <border> end", r"\lambda_{\beta_{<border>}}", 1, "tokens"),
    signed("limit_pair", rotation.pair_of_wavelength, "border", wavelength="limit", **FIRST_WAVE)
    | shown("Pair of that wavelength", r"i_{<border>}", 2),
    derived("ramp_pair", rotation.ramp_end, "border", pair="limit_pair")
    | shown("Pair at the <border> end of YaRN's ramp", r"\hat\imath_{<border>}"),
    derived("attention_factor", rotation.yarn_attention_factor)
    | shown("YaRN's factor on queries and on keys", r"\mu", 4, "×"),
    derived("score_growth", rotation.score_growth)
    | shown("YaRN's factor on scores", r"\mu^2", 3, "×"),
    LOW,
    HIGH,
    derived("turns", rotation.turns, "hand", length="trained_length", wavelength="head_wavelength")
    | shown("Turns of the <hand> pair over the trained length", r"\tau_{<hand>}", 2),
    signed("place", rotation.ramp_place, "ramped hand", **ENDS)
    | shown("Where the <hand> pair lies on the ramp", r"\rho^{<ramped>}_{<hand>}", 3),
    derived("kept", rotation.kept_share, "ramped hand")
    | shown("Share that <ramped> keeps, <hand> pair", r"\gamma^{<ramped>}_{<hand>}", 1, "%"),
    derived("scaled", rotation.scaled_frequency, "scaling hand", own="head_frequency", **KEPT)
    | shown("Frequency of the <hand> pair", r"\theta^{<scaling>}_{<hand>}", 6, "rad/token"),
    derived("scaled_wavelength", rotation.wavelength, "scaling hand", frequency="scaled")
    | shown("Wavelength, <hand> pair", r"\lambda^{<scaling>}_{<hand>}", unit="tokens"),
    derived("reached", rotation.angle, "scaling hand", position="wanted_length", frequency="scaled")
    | shown(
        "Angle after the wanted length, <hand> pair",
        r"L_\mathrm{want}\,\theta^{<scaling>}_{<hand>}",
        3,
        "rad",
    ),
    # The small example again, at an offset to look up, for the curve of the score.
    PROBE,
    derived("slowed", rotation.slowed_frequency, "slowing pair", own="frequency", **BY_NUMBER)
    | shown(
        "Frequency of pair <pair> in the example", r"\theta^{<slowing>}_{<pair>}", 5, "rad/token"
    ),
    signed("probe_part", rotation.part_by_offset, "slowing pair", frequency="slowed", **PROBED)
    | shown("Part of pair <pair> at that offset", r"S^{<slowing>}_{<pair>}(\delta)", 6),
    signed("probe_score", rotation.score, "slowing", part="probe_part")
    | shown("Score at that offset", r"S^{<slowing>}(\delta)", 6),
    study(
        "accuracy",
        "rope_{}_{}x_{}_words_accuracy_mean",
        SCALING,
        TIMES,
        WORDS,
        at=SCALED_AT,
        **METHODS,
    )
    | shown("Right next tokens at <times>× the length, <words> words", places=1),
    study(
        "spread",
        "rope_{}_4x_stretched_words_accuracy_{}",
        SCALING,
        EXTREME,
        at=SCALED_AT,
        **METHODS,
    )
    | shown("The <extreme> of the seeds on the longest texts, stretched words", places=1),
)

PRECISION = step(
    "precision",
    "Precision: where positions go wrong",
    BF16,
    derived("lost_position", rotation.lost_position, bits="bf16_bits")
    | shown("First position that bf16 cannot hold", r"x_\mathrm{lost}"),
    ROUND,
    derived("spacing", rotation.number_spacing, value="rounded_position", bits="bf16_bits")
    | shown("Distance between bf16 numbers there", r"\epsilon_p"),
    derived("spacings", rotation.spacings, value="rounded_position")
    | shown("The position in such distances", r"x/\epsilon_p", 2),
    derived("multiple", rotation.nearest_multiple)
    | shown("The nearest whole number of them", r"\hat x/\epsilon_p"),
    derived("held_position", rotation.held) | shown("What bf16 makes of it", r"\hat x"),
    derived("position_error", rotation.gap, one="held_position", other="rounded_position")
    | shown("Error of the position", r"\lvert \hat x-x\rvert"),
    derived("angle_error", rotation.angle, position="position_error", frequency="first_frequency")
    | shown("Error of the first pair's angle", r"e_\varphi", 1, "rad"),
    derived("turns_error", rotation.turns, length="position_error", wavelength="wavelength[pair=0]")
    | shown("That error in full turns", r"e_\varphi/2\pi", 2),
    FP32,
    FAR,
    derived("far_angle", rotation.angle, position="far_position", frequency="first_frequency")
    | shown("First pair's angle there", r"X\theta_0", unit="rad"),
    derived("fp32_spacing", rotation.number_spacing, value="far_angle", bits="fp32_bits")
    | shown("Distance between fp32 angles there", r"\epsilon_{32}", 4, "rad"),
    rounding("tried", "first_wrong_{}_position", FORMAT)
    | shown("First position that <format> changes, found by trying"),
    rounding("held_5000", "position_5000_in_bfloat16", at="bf16_bits rounded_position")
    | shown("What bf16 makes of the position to round, by trying"),
    rounding("counted", "positions_counted") | shown("Positions that were rounded and counted"),
    rounding("distinct", "distinct_bfloat16_positions_of_8192", at="bf16_bits")
    | shown("Different positions that bf16 leaves of those"),
    rounding("score_error", "largest_score_error_{}_at_{}", ROUNDED, NEAR, at=ROUNDED_AT)
    | shown("Largest error of a score near position <near>", places=3),
)

DECODE = step(
    "decode",
    "Decoding with a cache",
    DECODED,
    derived("recomputed", rotation.rotations_without_cache, tokens="decoded")
    | shown("Keys rotated a head when all are rotated at every step", r"R_\mathrm{again}"),
    derived("recomputed_over_cached", rows.ratio, part="recomputed", whole="decoded")
    | shown("Times as many as with the cache", r"R_\mathrm{again}/T", 1, "×"),
    derived("shift_angle", rotation.angle, "pair", position="shift")
    | shown("Angle of the shift, pair <pair>", r"t\,\theta_{<pair>}", 2, "rad"),
    signed("twice", rotation.turned, "pair side", angle="shift_angle", **ONCE_TURNED)
    | shown(
        "<side> of pair <pair> of the key, rotated again", r"\tilde{\tilde k}_{<pair><side>}", 4
    ),
    CACHED,
    derived(
        "cached", rotation.angle, "scaling hand", position="cached_position", frequency="scaled"
    )
    | shown("Angle of a cached key, <hand> pair", r"r\,\theta^{<scaling>}_{<hand>}", 3, "rad"),
    derived("stale_error", rotation.gap, "hand", **STALE)
    | shown("Error of the stale key's angle, <hand> pair", r"e_{<hand>}", 3, "rad"),
)

CHAIN = step("chain", "What an interviewer asks next")

BY_HAND = (POSITION_TABLE, ONE_PAIR, FREQUENCIES, ATTEND, RELATIVE, COMPLEX, PAIRINGS)
IN_EARNEST = (COST, BASE, PAST, PRECISION, DECODE, CHAIN)
MODELS = {MODEL: settings(MODEL, OWN_BASE, OTHER), LATER: settings(LATER, OTHER, OWN_BASE)}
CHOICES = [Choice("model", "Model", MODEL, MODELS)]
AXES = (*TOY, *REAL, SCALING, *STUDIED)
TITLE = "Rotary position embedding (RoPE)"
KEYS = (
    Key(
        "wanted_length",
        "factor * trained_length",
        1,
        "whether a table of learned positions has a row for every token",
        "within_table",
        "factor",
    ),
    Key("table_bytes", "trained_length * hidden * weight_width"),
    Key("head_wavelength[hand=last]", "6.28 / head_frequency[hand=last]"),
    Key(
        "turned_pairs[size=smaller]",
        "pairs * ln(trained_length / 6.28) / ln(bases[size=smaller])",
        1,
        "whether any pair is left that never makes a full turn",
        "other_pairs[size=smaller] > 0",
        "trained_length",
    ),
    Key("ntk_base", "base * factor ** (head_dim / (head_dim - 2))", 2),
    Key("attention_factor", "1 + 0.1 * ln(factor)"),
    Key(
        "lost_position",
        "2 ** bf16_bits + 1",
        1,
        "whether bf16 holds every position up to the one that is looked at",
        "rounded_position < lost_position",
        "rounded_position",
    ),
    Key("recomputed", "decoded ** 2 / 2"),
)
GRAPH = Graph("rope", TITLE, (*BY_HAND, *IN_EARNEST), CHOICES, AXES, KEYS)
