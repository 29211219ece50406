"""Questions on rotary position embedding."""

from __future__ import annotations

from checks.drill import questions as q
from checks.drill.answers import Exact, WithinPercent
from worked.formulas import rotation
from worked.formulas.ops import (
    absolute,
    ceil,
    cos,
    floor,
    ln,
    log2,
    maximum,
    minimum,
    pi,
    sin,
    sqrt,
)

# Components of small vectors: whole, never zero.
SMALL = (-3, -2, -1, 1, 2, 3)
BASES = (1e4, 5e5, 1e6)

NUMBERS = (
    q.Number(
        "learned-table-bytes", "table", "table_bytes",
        "A decoder of {{ layers }} layers and hidden size {{ hidden }} learns its positions: a "
        "table for {{ trained_length }}, in bf16. How many bytes is the table?",
        {"trained_length": (512, 1024, 1536, 2048, 4096, 8192),
         "hidden": (768, 1280, 1600, 2048, 2560, 3072, 5120, 6656), "layers": (12, 24, 32, 40)},
        (
            q.half("You counted parameters, or one byte for each; bf16 has "
                   "{{ weight_width | words bare }}."),
            q.twice("You counted {{ table_width | words }} a value, as in fp32; this table is in "
                    "bf16."),
            q.Mistake("You gave each layer a table; positions are added once, before the first.",
                      lambda key, layers: key * layers),
            q.Mistake("You kept a value for each pair of positions, as a table of biases would; "
                      "this one has a row of {{ hidden }} values a position.",
                      lambda trained_length, weight_width: trained_length**2 * weight_width),
            q.Mistake("That is one row; there is one for each position.",
                      lambda hidden, weight_width: hidden * weight_width),
            q.binary_for_decimal("M", 2),
        ),
        ("How many rows has the table, and how long is a row?",
         "Positions × hidden size × bytes of a value."),
        WithinPercent(1),
    ),
    q.Number(
        "turned-first", "pair", "turned[vector=q, pair=0, side=x]",
        "A query's first pair is ({{ value[vector=q, component=0] }}, "
        "{{ value[vector=q, component=1] }}). At position {{ query_position }} it is turned "
        "anticlockwise by {{ angle[vector=q, pair=0] }}, whose cosine is "
        "{{ cos[vector=q, pair=0] | 4 }} and whose sine is {{ sin[vector=q, pair=0] | 4 }}. What "
        "is its first component after the rotation?",
        {"value.q.0": (-4, -3, -2, 2, 3, 4), "value.q.1": (-5, -3, -2, -1, 1, 2, 3, 5),
         "query_position": (1, 2, 3, 4, 5)},
        (
            q.Mistake("You turned clockwise: anticlockwise, the sine's term is subtracted here.",
                      lambda q_0, q_1, q_angle: q_0 * cos(q_angle) + q_1 * sin(q_angle),
                      {"q_0": "value[vector=q, component=0]", "q_1": "value[vector=q, component=1]",
                       "q_angle": "angle[vector=q, pair=0]"}),
            q.Mistake("That is the second component.", lambda turned_y: turned_y,
                      {"turned_y": "turned[vector=q, pair=0, side=y]"}),
            q.Mistake("You exchanged sine and cosine.",
                      lambda q_0, q_1, q_angle: q_0 * sin(q_angle) - q_1 * cos(q_angle),
                      {"q_0": "value[vector=q, component=0]", "q_1": "value[vector=q, component=1]",
                       "q_angle": "angle[vector=q, pair=0]"}),
            q.Mistake("You scaled the component by the cosine; a rotation mixes both components.",
                      lambda q_0, q_angle: q_0 * cos(q_angle),
                      {"q_0": "value[vector=q, component=0]",
                       "q_angle": "angle[vector=q, pair=0]"}),
            q.Mistake("You left the pair where it was.", lambda q_0: q_0,
                      {"q_0": "value[vector=q, component=0]"}),
            q.Mistake("You subtracted the cosine's term from the sine's; it is the other way "
                      "round.",
                      lambda key: -key),
        ),
        ("Write out the rows of a rotation matrix.",
         "First component × cosine, minus second component × sine."),
        WithinPercent(2),
    ),
    q.Number(
        "turned-length", "pair", "turned_length[vector=q, pair=0]",
        "A query's first pair is ({{ value[vector=q, component=0] }}, "
        "{{ value[vector=q, component=1] }}); at position {{ query_position }} it is turned by "
        "{{ angle[vector=q, pair=0] }}. How long is the pair, as an arrow, after the rotation?",
        {"value.q.0": (-6, -4, -2, 1, 3, 5, 7), "value.q.1": (-5, -3, -1, 2, 4, 6, 8),
         "query_position": (2, 3, 4, 5, 7)},
        (
            q.Mistake("You added the components' sizes; an arrow's length is the root of the sum "
                      "of their squares.",
                      lambda q_0, q_1: absolute(q_0) + absolute(q_1),
                      {"q_0": "value[vector=q, component=0]",
                       "q_1": "value[vector=q, component=1]"}),
            q.Mistake("The root is missing.", lambda q_0, q_1: q_0**2 + q_1**2,
                      {"q_0": "value[vector=q, component=0]",
                       "q_1": "value[vector=q, component=1]"}),
            q.Mistake("You multiplied by the cosine: that is how far the turned arrow reaches "
                      "along the old one.", lambda key, q_angle: key * cos(q_angle),
                      {"q_angle": "angle[vector=q, pair=0]"}),
            q.Mistake("You multiplied by the angle: that is the way that the tip has gone.",
                      lambda key, q_angle: key * q_angle,
                      {"q_angle": "angle[vector=q, pair=0]"}),
            q.Mistake("That is the size of the first component after the rotation.",
                      lambda turned_x: absolute(turned_x),
                      {"turned_x": "turned[vector=q, pair=0, side=x]"}),
        ),
        ("What does a rotation do to a length?",
         "The length before is the length after: the root of the sum of the squares."),
        WithinPercent(1),
    ),
    q.Number(
        "pair-frequency", "frequencies", "head_frequency[hand=looked-at]",
        "A head of width {{ head_dim }} has base {{ base }}, and its first pair turns by "
        "{{ first_frequency }}. By how many radians a token does the pair number "
        "{{ number[hand=looked-at] }} turn, pairs counted from zero?",
        {"base": (1e4, 1e6), "pairs": (32, 64, 128), "pair_wanted": (4, 8, 12, 16, 20, 24, 28)},
        (
            q.Mistake("You put the pair's number i over the width; `2 * i` belongs there, since "
                      "components go in pairs.",
                      lambda base, pair, head_dim: base ** (-pair / head_dim),
                      {"pair": "number[hand=looked-at]"}),
            q.Mistake("You divided `2 * i` by the number of pairs; it is the width that goes "
                      "there.",
                      lambda base, pair, pairs: base ** (-2 * pair / pairs),
                      {"pair": "number[hand=looked-at]"}),
            q.Mistake("You counted from one; here the first pair is number zero.",
                      lambda base, pair, head_dim: base ** (-2 * (pair - 1) / head_dim),
                      {"pair": "number[hand=looked-at]"}),
            q.Mistake("The exponent's minus is missing: later pairs turn more slowly.",
                      lambda base, pair, head_dim: base ** (2 * pair / head_dim),
                      {"pair": "number[hand=looked-at]"}),
            q.Mistake("That is in turns a token; a turn is `2 * π` radians.",
                      lambda key: key / (2 * pi(key))),
            q.Mistake("That is the wavelength, tokens a turn.", lambda wavelength: wavelength,
                      {"wavelength": "head_wavelength[hand=looked-at]"}),
        ),
        ("The frequencies fall geometrically from the first pair's; what is the exponent?",
         "`base ** (-2 * i / d)`, with i for the pair's number and d for the width."),
        WithinPercent(2),
    ),
    q.Number(
        "longest-wavelength", "frequencies", "head_wavelength[hand=slowest]",
        "A head of width {{ head_dim }} has base {{ base }}; its first pair turns by "
        "{{ first_frequency }}. After how many tokens has its slowest pair made one full turn?",
        {"base": (1e4, 5e5, 1e6, 5e6, 1e7), "pairs": (16, 32, 40, 48, 64, 128)},
        (
            q.Mistake("You took `2 * π * base`. The last pair's exponent is a little less than "
                      "one: its number is `pairs - 1`.",
                      lambda base: 2 * pi(base) * base),
            q.Mistake("`2 * π` is missing: after so many tokens the pair has turned by one radian.",
                      lambda slowest: 1 / slowest,
                      {"slowest": "head_frequency[hand=slowest]"}),
            q.Mistake("You took the base itself: `2 * π` is missing, and the last pair's exponent "
                      "is less than one.", lambda base: base),
            q.Mistake("That is only to the opposite side of the circle.", lambda key: key / 2),
            q.Mistake("You gave the last pair the number width minus one; that is the last "
                      "component's.",
                      lambda base, head_dim:
                      2 * pi(base) * base ** (2 * (head_dim - 1) / head_dim)),
            q.Mistake("You put the last pair's number i over the width; `2 * i` belongs there.",
                      lambda base, pairs, head_dim:
                      2 * pi(base) * base ** ((pairs - 1) / head_dim)),
        ),
        ("Which number has the last pair, and what is its frequency?",
         "A turn is `2 * π` radians: `2 * π * base ** ((d - 2) / d)`, with d for the width."),
        WithinPercent(2),
    ),
    q.Number(
        "rotated-pair-score", "attend", "part[pair=0]",
        "A query's first pair is ({{ value[vector=q, component=0] }}, "
        "{{ value[vector=q, component=1] }}), at position {{ query_position }}; a key's is "
        "({{ value[vector=k, component=0] }}, {{ value[vector=k, component=1] }}), at position "
        "{{ key_position }}. The pair turns by {{ first_frequency }}. What does it add to the "
        "score, before the division by the root of the width? (Take a calculator.)",
        {"value.q.0": SMALL, "value.q.1": SMALL, "value.k.0": SMALL, "value.k.1": SMALL,
         "query_position": (12, 15, 18, 21, 25, 30), "key_position": (2, 3, 5, 7)},
        (
            q.Mistake("You rotated the query and left the key as it was; both are rotated.",
                      lambda turned_x, turned_y, k_0, k_1: turned_x * k_0 + turned_y * k_1,
                      {"turned_x": "turned[vector=q, pair=0, side=x]",
                       "turned_y": "turned[vector=q, pair=0, side=y]",
                       "k_0": "value[vector=k, component=0]",
                       "k_1": "value[vector=k, component=1]"}),
            q.Mistake("That is the dot product without any rotation.", lambda dot: dot,
                      {"dot": "dot[pairing=adjacent, pair=0]"}),
            q.Mistake("You turned the key the other way: the angles then add up.",
                      lambda dot, cross, q_angle, k_angle:
                      dot * cos(q_angle + k_angle) + cross * sin(q_angle + k_angle),
                      {"dot": "dot[pairing=adjacent, pair=0]",
                       "cross": "cross[pairing=adjacent, pair=0]",
                       "q_angle": "angle[vector=q, pair=0]", "k_angle": "angle[vector=k, pair=0]"}),
            q.Mistake("You turned both clockwise, or took the offset with the wrong sign.",
                      lambda dot, cross, q_angle, k_angle:
                      dot * cos(q_angle - k_angle) - cross * sin(q_angle - k_angle),
                      {"dot": "dot[pairing=adjacent, pair=0]",
                       "cross": "cross[pairing=adjacent, pair=0]",
                       "q_angle": "angle[vector=q, pair=0]", "k_angle": "angle[vector=k, pair=0]"}),
            q.Mistake("You multiplied the dot product by the offset's cosine; the sine's term, "
                      "with the cross product, is missing.",
                      lambda dot, q_angle, k_angle: dot * cos(q_angle - k_angle),
                      {"dot": "dot[pairing=adjacent, pair=0]", "q_angle": "angle[vector=q, pair=0]",
                       "k_angle": "angle[vector=k, pair=0]"}),
            q.Mistake("Your calculator was set to degrees.",
                      lambda dot, cross, q_angle, k_angle:
                      dot * cos((q_angle - k_angle) * pi(dot) / 180)
                      + cross * sin((q_angle - k_angle) * pi(dot) / 180),
                      {"dot": "dot[pairing=adjacent, pair=0]",
                       "cross": "cross[pairing=adjacent, pair=0]",
                       "q_angle": "angle[vector=q, pair=0]", "k_angle": "angle[vector=k, pair=0]"}),
        ),
        ("Rotate both pairs by their own angles and take the dot product; or turn one by the "
         "difference.",
         "Dot product × cosine of the offset's angle + cross product × its sine; the cross product "
         "is the query's first × the key's second − the query's second × the key's first."),
        WithinPercent(2),
        level="senior",
    ),
    q.Number(
        "prefix-and-offset", "relative", "offset_part[pairing=adjacent, pair=1]",
        "Before any rotation a pair of a query and a key has dot product "
        "{{ dot[pairing=adjacent, pair=1] }} and cross product "
        "{{ cross[pairing=adjacent, pair=1] }} (query's first × key's second − query's second × "
        "key's first). It turns by {{ frequency[pair=1] }}. The query stands at "
        "{{ query_position }}, the key at {{ key_position }}; then {{ shift }} are put before the "
        "text. What does the pair add to the score now?",
        {"value.q.2": SMALL, "value.q.3": SMALL, "value.k.2": SMALL, "value.k.3": SMALL,
         "query_position": (60, 70, 80, 90, 100), "key_position": (10, 20, 30, 40),
         "shift": (50, 100, 150, 200)},
        (
            q.Mistake("You added the shift to the offset; it moves the query and the key alike.",
                      lambda dot, cross, offset, shift, theta:
                      dot * cos((offset + shift) * theta)
                      + cross * sin((offset + shift) * theta),
                      {"dot": "dot[pairing=adjacent, pair=1]",
                       "cross": "cross[pairing=adjacent, pair=1]", "offset": "offset[case=here]",
                       "theta": "frequency[pair=1]"}),
            q.Mistake("The offset's sign is lost: it is the query's position minus the key's, and "
                      "the sine's term is added.",
                      lambda dot, cross, offset, theta:
                      dot * cos(offset * theta) - cross * sin(offset * theta),
                      {"dot": "dot[pairing=adjacent, pair=1]",
                       "cross": "cross[pairing=adjacent, pair=1]", "offset": "offset[case=here]",
                       "theta": "frequency[pair=1]"}),
            q.Mistake("You took the query's position for the offset.",
                      lambda dot, cross, query_position, theta:
                      dot * cos(query_position * theta)
                      + cross * sin(query_position * theta),
                      {"dot": "dot[pairing=adjacent, pair=1]",
                       "cross": "cross[pairing=adjacent, pair=1]", "theta": "frequency[pair=1]"}),
            q.Mistake("You added the positions; the score depends on their difference.",
                      lambda dot, cross, query_position, key_position, theta:
                      dot * cos((query_position + key_position) * theta)
                      + cross * sin((query_position + key_position) * theta),
                      {"dot": "dot[pairing=adjacent, pair=1]",
                       "cross": "cross[pairing=adjacent, pair=1]", "theta": "frequency[pair=1]"}),
            q.Mistake("You left out the cross product: the sine's term is missing.",
                      lambda dot, offset, theta: dot * cos(offset * theta),
                      {"dot": "dot[pairing=adjacent, pair=1]", "offset": "offset[case=here]",
                       "theta": "frequency[pair=1]"}),
            q.Mistake("That is the dot product without rotation: the score at offset zero.",
                      lambda dot: dot,
                      {"dot": "dot[pairing=adjacent, pair=1]"}),
        ),
        ("How does the offset change when tokens are put before the text?",
         "Dot product × cosine + cross product × sine, of the offset times the frequency."),
        WithinPercent(2),
        level="senior",
    ),
    q.Number(
        "imaginary-part", "complex", "imaginary[pairing=adjacent, pair=0]",
        "Read a query's first pair ({{ value[vector=q, component=0] }}, "
        "{{ value[vector=q, component=1] }}) and a key's ({{ value[vector=k, component=0] }}, "
        "{{ value[vector=k, component=1] }}) as complex numbers, the second component imaginary. "
        "The score is the real part of the query's times the conjugate of the key's, turned by "
        "the offset. What is the imaginary part of that product before it is turned?",
        {"value.q.0": (-5, -3, -2, 1, 4, 6), "value.q.1": (-4, -2, -1, 3, 5, 7),
         "value.k.0": (-6, -4, -3, 2, 3, 5), "value.k.1": (-7, -5, -2, 1, 4, 6)},
        (
            q.Mistake("You conjugated the query, or took the cross product from query to key: the "
                      "sign is the other one.", lambda key: -key),
            q.Mistake("You conjugated nothing; the key's imaginary part changes its sign.",
                      lambda q_0, q_1, k_0, k_1: q_0 * k_1 + q_1 * k_0,
                      {"q_0": "value[vector=q, component=0]", "q_1": "value[vector=q, component=1]",
                       "k_0": "value[vector=k, component=0]",
                       "k_1": "value[vector=k, component=1]"}),
            q.Mistake("That is the real part, the dot product.", lambda dot: dot,
                      {"dot": "dot[pairing=adjacent, pair=0]"}),
            q.Mistake("That is the real part of the product without the conjugate.",
                      lambda q_0, q_1, k_0, k_1: q_0 * k_0 - q_1 * k_1,
                      {"q_0": "value[vector=q, component=0]", "q_1": "value[vector=q, component=1]",
                       "k_0": "value[vector=k, component=0]",
                       "k_1": "value[vector=k, component=1]"}),
            q.Mistake("A term is missing: the query's real part meets the key's imaginary part as "
                      "well.", lambda q_1, k_0: q_1 * k_0,
                      {"q_1": "value[vector=q, component=1]",
                       "k_0": "value[vector=k, component=0]"}),
        ),
        ("The conjugate changes the sign of the imaginary part.",
         "Query's second × key's first, minus query's first × key's second."),
        Exact(),
    ),
    q.Number(
        "most-a-pair-adds", "complex", "most_part[pairing=adjacent, pair=0]",
        "A query's first pair is ({{ value[vector=q, component=0] }}, "
        "{{ value[vector=q, component=1] }}), a key's ({{ value[vector=k, component=0] }}, "
        "{{ value[vector=k, component=1] }}), both before any rotation. Whatever the offset, what "
        "is the most that this pair can add to the score?",
        {"value.q.0": (-4, -3, 2, 4, 5), "value.q.1": (-5, -2, 1, 3, 6),
         "value.k.0": (-6, -3, 1, 2, 5),
         "value.k.1": (-4, -1, 2, 3, 7)},
        (
            q.Mistake("That is the dot product: what the pair adds at offset zero.",
                      lambda dot: dot,
                      {"dot": "dot[pairing=adjacent, pair=0]"}),
            q.Mistake("You added the sizes of the dot and the cross product; sine and cosine are "
                      "never both one.",
                      lambda dot, cross: absolute(dot) + absolute(cross),
                      {"dot": "dot[pairing=adjacent, pair=0]",
                       "cross": "cross[pairing=adjacent, pair=0]"}),
            q.Mistake("You made each product positive; a rotation cannot turn the components one "
                      "by one.",
                      lambda q_0, q_1, k_0, k_1: absolute(q_0 * k_0) + absolute(q_1 * k_1),
                      {"q_0": "value[vector=q, component=0]", "q_1": "value[vector=q, component=1]",
                       "k_0": "value[vector=k, component=0]",
                       "k_1": "value[vector=k, component=1]"}),
            q.Mistake("The root is missing.", lambda dot, cross: dot**2 + cross**2,
                      {"dot": "dot[pairing=adjacent, pair=0]",
                       "cross": "cross[pairing=adjacent, pair=0]"}),
            q.Mistake("You added the arrows' lengths; a dot product multiplies them.",
                      lambda q_0, q_1, k_0, k_1: sqrt(q_0**2 + q_1**2) + sqrt(k_0**2 + k_1**2),
                      {"q_0": "value[vector=q, component=0]", "q_1": "value[vector=q, component=1]",
                       "k_0": "value[vector=k, component=0]",
                       "k_1": "value[vector=k, component=1]"}),
        ),
        ("At which angle between the arrows is their dot product largest?",
         "The product of their lengths; or the size of the complex product."),
        WithinPercent(1),
        level="senior",
    ),
    q.Number(
        "paired-by-halves", "pairings", "dot[pairing=halves-layout, pair=0]",
        "A head has {{ width | words }} components: query ({{ value[vector=q, component=0] }}, "
        "{{ value[vector=q, component=1] }}, {{ value[vector=q, component=2] }}, "
        "{{ value[vector=q, component=3] }}), key ({{ value[vector=k, component=0] }}, "
        "{{ value[vector=k, component=1] }}, {{ value[vector=k, component=2] }}, "
        "{{ value[vector=k, component=3] }}), before any rotation. The code uses the halves "
        "layout. What does the first pair add to the score if both stand at one position?",
        {"value.q.0": (-3, -2, 1, 4), "value.q.1": (-4, -1, 2, 3), "value.q.2": (-5, -2, 1, 3),
         "value.q.3": (-3, 2, 4, 5), "value.k.0": (-4, 2, 3, 5), "value.k.1": (-3, -2, 1, 4),
         "value.k.2": (-4, -1, 2, 6), "value.k.3": (-5, -2, 3, 4)},
        (
            q.Mistake("You paired neighbours; in the halves layout the first component goes with "
                      "the third.",
                      lambda dot: dot,
                      {"dot": "dot[pairing=adjacent, pair=0]"}),
            q.Mistake("That is the second pair.", lambda halves_dot_1: halves_dot_1,
                      {"halves_dot_1": "dot[pairing=halves-layout, pair=1]"}),
            q.Mistake("That is the whole score; you were asked for one pair's part.",
                      lambda score_halves_same: score_halves_same,
                      {"score_halves_same": "unrotated[pairing=halves-layout]"}),
            q.Mistake("You paired the first component with the last; in the halves layout it goes "
                      "with the third.", lambda q_0, q_3, k_0, k_3: q_0 * k_0 + q_3 * k_3,
                      {"q_0": "value[vector=q, component=0]", "q_3": "value[vector=q, component=3]",
                       "k_0": "value[vector=k, component=0]",
                       "k_3": "value[vector=k, component=3]"}),
            q.Mistake("You let the query's first meet the key's third and the other way round; at "
                      "one position like meets like.",
                      lambda q_0, q_2, k_0, k_2: q_0 * k_2 + q_2 * k_0,
                      {"q_0": "value[vector=q, component=0]", "q_2": "value[vector=q, component=2]",
                       "k_0": "value[vector=k, component=0]",
                       "k_2": "value[vector=k, component=2]"}),
            q.Mistake("That is the cross product, which the sine of the offset multiplies: zero "
                      "here.", lambda q_0, q_2, k_0, k_2: q_0 * k_2 - q_2 * k_0,
                      {"q_0": "value[vector=q, component=0]", "q_2": "value[vector=q, component=2]",
                       "k_0": "value[vector=k, component=0]",
                       "k_2": "value[vector=k, component=2]"}),
        ),
        ("Which component is the partner of the first?",
         "At one position the rotations cancel: a dot product of the unrotated pairs is left."),
        Exact(),
    ),
    q.Number(
        "tables-bytes", "tables", "bytes[table=cosines-and-sines]",
        "A model of {{ layers }} layers, trained at {{ trained_length }}, is to read "
        "{{ factor | bare }} times as many. Its heads have width {{ head_dim }}. How many bytes do "
        "the cosine and sine tables take, one angle a pair, {{ table_width }} a value?",
        {"trained_length": (2048, 4096, 8192), "factor": (2, 3, 4, 6, 8, 10, 16, 32),
         "pairs": (32, 40, 48, 64, 96, 128), "layers": (24, 32, 40, 80)},
        (
            q.twice("You stored an angle for each component; here a pair has one."),
            q.half("You counted one table; there is one of cosines and one of sines."),
            q.Mistake("You counted values, not bytes; a value has {{ table_width }}.",
                      lambda table_values: table_values,
                      {"table_values": "values[table=cosines-and-sines]"}),
            q.Mistake("You gave each layer its own tables; the angles are the same in all.",
                      lambda key, layers: key * layers),
            q.Mistake("Those tables end at the trained length.", lambda key, factor: key / factor),
            q.binary_for_decimal("M", 2),
        ),
        ("How many positions, and how many pairs has a head?",
         "Positions × pairs × bytes of a value, for the cosines and for the sines."),
        WithinPercent(1),
    ),
    q.Number(
        "rotation-flops", "tables", "rotation_flops",
        "Each of {{ layers }} layers has {{ heads }} query heads and {{ kv_heads }} key-value "
        "heads of width {{ head_dim }}. The cosines and sines are at hand. How many FLOPs a token "
        "does rotating cost, each product and each sum counted as one?",
        {"layers": (24, 32, 40, 48, 80), "heads": (16, 32, 64), "kv_heads": (2, 4, 8),
         "pairs": (32, 64)},
        (
            q.twice("You counted a rotation's cost for each component; it is for a pair of them."),
            q.Mistake("You rotated the queries only.",
                      lambda layers, heads, head_dim: 3 * head_dim * heads * layers),
            q.Mistake("You rotated the values as well; they carry no position.",
                      lambda layers, heads, kv_heads, head_dim:
                      3 * head_dim * (heads + 2 * kv_heads) * layers),
            q.Mistake("You gave the keys as many heads as the queries.",
                      lambda layers, heads, head_dim: 6 * head_dim * heads * layers),
            q.Mistake("You counted the products and left out the sums.",
                      lambda key: key * 2 / 3),
            q.Mistake("That is one layer.", lambda key, layers: key / layers),
        ),
        ("What does turning one pair cost, products and sums?",
         "For each component a product with a cosine, one with a sine, and their sum; in all query "
         "heads and key heads, in every layer."),
        WithinPercent(1),
        unit="MFLOP/token",
    ),
    q.Number(
        "pairs-turned", "base", "turned_pairs[size=smaller]",
        "A head of width {{ head_dim }} has base {{ base }} and was trained at "
        "{{ trained_length }}; its first pair turns by {{ first_frequency }}. How many of its "
        "{{ pairs }} pairs make at least one full turn within the trained length? (Take a "
        "calculator.)",
        {"base": BASES, "trained_length": (1024, 2048, 4096, 8192, 16384, 32768),
         "pairs": (32, 48, 64, 128)},
        (
            q.Mistake("You rounded the last one's number down and stopped; pairs count from zero, "
                      "so there is one more.", lambda last_turned: floor(last_turned),
                      {"last_turned": "last_turned[size=smaller]"}),
            q.Mistake("Those are the pairs that do not make a full turn.",
                      lambda unturned: unturned,
                      {"unturned": "other_pairs[size=smaller]"}),
            q.Mistake("`2 * π` is missing: you counted the pairs that turn by at least one radian.",
                      lambda pairs, trained_length, base:
                      minimum(pairs, floor(pairs * ln(trained_length) / ln(base)) + 1)),
            q.Mistake("You counted the pairs that get at least to the opposite side of the circle.",
                      lambda pairs, trained_length, base:
                      minimum(pairs,
                              floor(pairs * ln(trained_length / pi(base)) / ln(base)) + 1)),
            q.Mistake("You put the width where the number of pairs belongs.",
                      lambda head_dim, trained_length, base:
                      floor(head_dim * ln(trained_length / (2 * pi(base))) / ln(base)) + 1),
        ),
        ("For which pair is the wavelength the trained length? Solve for its number.",
         "`pairs * ln(length / (2 * π)) / ln(base)`, rounded down; and the pair zero counts too."),
        Exact(),
        level="senior",
    ),
    q.Number(
        "slowest-angle", "base", "reached[scaling=as-trained, hand=slowest]",
        "A model with heads of width {{ head_dim }} and base {{ base }} was trained at "
        "{{ trained_length }}. It is run, unchanged, on {{ factor | bare }} times as many. Which "
        "angle has its slowest pair reached there? The first pair turns by {{ first_frequency }}.",
        {"base": BASES, "pairs": (32, 64, 128), "trained_length": (4096, 8192),
         "factor": (2, 4, 8, 16, 32)},
        (
            q.Mistake("That is the angle at the end of the trained length; the text now is longer.",
                      lambda seen: seen,
                      {"seen": "angle_seen[hand=slowest]"}),
            q.Mistake("You divided by the base. The last pair's exponent is a little less than "
                      "one: its number is `pairs - 1`.",
                      lambda wanted_length, base: wanted_length / base),
            q.Mistake("That is in turns.", lambda key: key / (2 * pi(key))),
            q.Mistake("That is in degrees.", lambda key: key * 180 / pi(key)),
            q.Mistake("You put the last pair's number i over the width; `2 * i` belongs there.",
                      lambda wanted_length, base, pairs, head_dim:
                      wanted_length * base ** (-(pairs - 1) / head_dim)),
        ),
        ("What is the frequency of the last pair?",
         "`length * base ** (-(d - 2) / d)`, with d for the width."),
        WithinPercent(2),
    ),
    q.Number(
        "ntk-base", "scaling", "ntk_base",
        "A head of width {{ head_dim }} was trained with base {{ base }}. NTK-aware scaling is to "
        "slow its last pair by a factor of exactly {{ factor | bare }} and leave its first as it "
        "is. Which base does that?",
        {"base": BASES, "factor": (4, 8, 16, 32), "pairs": (16, 32, 48, 64)},
        (
            q.Mistake("You multiplied the base by the factor: the last pair's exponent is less "
                      "than one, so it would be slowed by less than asked.",
                      lambda base, factor: base * factor),
            q.Mistake("The exponent is upside down: it is `d / (d - 2)`, with d for the width.",
                      lambda base, factor, head_dim: base * factor ** ((head_dim - 2) / head_dim)),
            q.Mistake("You put the number of pairs where the width belongs.",
                      lambda base, factor, pairs: base * factor ** (pairs / (pairs - 2))),
            q.Mistake("You divided; a larger base slows the pairs.",
                      lambda base, factor, head_dim: base / factor ** (head_dim / (head_dim - 2))),
            q.Mistake("You put the factor into the dynamic formula at the wanted length, where the "
                      "lengths' ratio multiplies it once more.",
                      lambda base, factor, head_dim:
                      base * (factor**2 - factor + 1) ** (head_dim / (head_dim - 2))),
        ),
        ("With d for the width, the last pair's frequency is `base ** (-(d - 2) / d)`.",
         "`base * factor ** (d / (d - 2))`."),
        WithinPercent(1),
        level="senior",
    ),
    q.Number(
        "yarn-frequency", "scaling", "scaled[scaling=yarn, hand=looked-at]",
        "YaRN keeps the pairs up to number {{ ramp_pair[border=fast] }} and divides the frequency "
        "of those from number {{ ramp_pair[border=slow] }} on by {{ factor | bare }}; between, "
        "the interpolated share rises linearly with the number. Pair {{ number[hand=looked-at] }} "
        "was trained at {{ head_frequency[hand=looked-at] }}. What frequency does it get?",
        {"pair_wanted": (26, 28, 30, 32, 34, 36, 38, 40, 42, 44), "factor": (2, 4, 8, 16, 32),
         "trained_length": (4096, 6144, 8192)},
        (
            q.Mistake("You exchanged the shares: the nearer to the ramp's end, the less is kept.",
                      lambda theta, factor, kept:
                      theta * (1 - kept) + theta / factor * kept,
                      {"theta": "head_frequency[hand=looked-at]",
                       "kept": "kept[ramped=yarn, hand=looked-at]"}),
            q.Mistake("You interpolated the pair in full.",
                      lambda linear: linear,
                      {"linear": "scaled[scaling=linear, hand=looked-at]"}),
            q.Mistake("You left the pair as it was trained.", lambda theta: theta,
                      {"theta": "head_frequency[hand=looked-at]"}),
            q.Mistake("You took the share that is kept and forgot the interpolated rest.",
                      lambda theta, kept: theta * kept,
                      {"theta": "head_frequency[hand=looked-at]",
                       "kept": "kept[ramped=yarn, hand=looked-at]"}),
            q.Mistake("You mixed the wavelengths; YaRN mixes the frequencies.",
                      lambda theta, factor, kept:
                      theta / (kept + factor * (1 - kept)),
                      {"theta": "head_frequency[hand=looked-at]",
                       "kept": "kept[ramped=yarn, hand=looked-at]"}),
            q.Mistake("You multiplied the interpolated share by the factor; it divides.",
                      lambda theta, factor, kept:
                      theta * kept + theta * factor * (1 - kept),
                      {"theta": "head_frequency[hand=looked-at]",
                       "kept": "kept[ramped=yarn, hand=looked-at]"}),
        ),
        ("How far along the ramp is the pair? That share is interpolated.",
         "Kept share × frequency + interpolated share × frequency / factor."),
        WithinPercent(2),
        level="senior",
    ),
    q.Number(
        "yarn-scores", "scaling", "score_growth",
        "A model is stretched to {{ factor | bare }} times its length with YaRN, which multiplies "
        "the rotated queries and the rotated keys by "
        "{{ cite: 0.1 | Peng et al. 2023, section 3.4 }} times the natural logarithm of the "
        "stretch, plus one. By which factor do scores grow?",
        {"factor": (4, 5, 6, 8, 10, 12, 15, 16, 20, 24, 30, 32, 40, 48, 50, 60, 64, 80, 96, 100,
                    128)},
        (
            q.Mistake("That is the factor on queries or on keys; a score has both.",
                      lambda attention_factor: attention_factor),
            q.Mistake("You took the binary logarithm.",
                      lambda factor: (0.1 * log2(factor) + 1) ** 2),
            q.Mistake("You took the decimal logarithm.",
                      lambda factor: (0.1 * ln(factor) / ln(10) + 1) ** 2),
            q.Mistake("That is the softmax's temperature, one over the growth of the scores.",
                      lambda key: 1 / key),
            q.Mistake("You added up the increases of queries and keys; the factors multiply.",
                      lambda factor: 0.2 * ln(factor) + 1),
            q.Mistake("You squared before you added the one.",
                      lambda factor: (0.1 * ln(factor)) ** 2 + 1),
        ),
        ("How often does the factor enter a score?", "Square it."),
        WithinPercent(1),
    ),
    q.Number(
        "llama-ramp", "scaling", "kept[ramped=llama-3-1, hand=looked-at]",
        "Llama 3.1 keeps the pairs that make {{ high_factor }} turns or more over the trained "
        "length, and interpolates in full those that make {{ low_factor }} or less; between, the "
        "kept share is linear in the turns. The trained length is {{ trained_length }}. Which "
        "share of its frequency does a pair of wavelength {{ head_wavelength[hand=looked-at] }} "
        "keep before the rest is divided?",
        {"trained_length": (4096, 5120, 6144, 7168, 8192), "pair_wanted": (41, 42, 43, 44),
         "high_factor": (4, 5, 6, 8)},
        (
            q.Mistake("That is the share that is interpolated.", lambda key: 1 - key),
            q.Mistake("You made the share linear in the wavelength; it is linear in the turns.",
                      lambda trained_length, low_factor, high_factor, wavelength:
                      (trained_length / low_factor - wavelength)
                      / (trained_length / low_factor - trained_length / high_factor),
                      {"wavelength": "head_wavelength[hand=looked-at]"}),
            q.Mistake("You divided the turns by the upper limit; the ramp starts at the lower one.",
                      lambda turns, high_factor: turns / high_factor,
                      {"turns": "turns[hand=looked-at]"}),
            q.Mistake("You divided by the ramp's width but did not start from its lower end.",
                      lambda turns, low_factor, high_factor: turns / (high_factor - low_factor),
                      {"turns": "turns[hand=looked-at]"}),
            q.Mistake("The turns are upside down: trained length over wavelength.",
                      lambda turns, low_factor, high_factor:
                      (1 / turns - low_factor) / (high_factor - low_factor),
                      {"turns": "turns[hand=looked-at]"}),
        ),
        ("How many turns does the pair make over the trained length?",
         "Turns minus the lower limit, over the upper limit minus the lower."),
        WithinPercent(2),
        level="senior",
    ),
    q.Number(
        "bf16-angle", "precision", "angle_error",
        "Code keeps positions in bf16, which has {{ bf16_bits }} significant bits with the leading "
        "one, and rounds to the nearest. At position {{ rounded_position }}, how wrong is the "
        "angle of the first pair, which turns by {{ first_frequency }}?",
        # Each lies below an odd multiple of the distance, by more than a quarter of it.
        {"rounded_position": (1605, 2571, 3274, 2921, 7255, 4758, 5269, 7508, 4371, 6290, 4433,
                              9135, 8878, 12717, 11564, 12971, 10794, 13993, 9255, 15910, 12709,
                              10020, 9891, 9506, 18015, 17245, 20570, 22870, 29011, 32334, 16969,
                              23622)},
        (
            q.Mistake("That is the distance between neighbouring bf16 numbers there.",
                      lambda spacing: spacing),
            q.Mistake("That is the most that rounding can be wrong there.",
                      lambda spacing: spacing / 2),
            q.Mistake("You cut the lower bits off, or lost a bit: bf16 rounds to the nearest, and "
                      "the leading bit counts though it is not stored.",
                      lambda rounded_position, spacing:
                      rounded_position - spacing * floor(rounded_position / spacing)),
            q.Mistake("That is in turns.", lambda turns_error: turns_error),
            q.Mistake("You counted a bit too many: the leading one is among the {{ bf16_bits }}.",
                      lambda rounded_position, spacing:
                      absolute(rounded_position - spacing / 2
                               * floor(rounded_position / (spacing / 2) + 1 / 2))),
        ),
        ("Which `2**n` lies just below the position, and how far apart are bf16 numbers there?",
         "From `2**n` to `2**(n + 1)` there are `2**(bits - 1)` numbers; round to the nearest."),
        WithinPercent(2),
        level="senior",
    ),
    q.Number(
        "rotations-again", "decode", "recomputed",
        "A head decodes {{ decoded }}, one at a time from an empty cache, and the cache holds the "
        "keys unrotated: every step rotates all keys so far, the new one too. How many keys are "
        "rotated in all?",
        {"decoded": (8, 10, 12, 14, 16, 18, 20, 24, 25, 28, 30, 32, 36, 40, 45, 48, 50, 56, 60, 64,
                     70, 80, 90)},
        (
            q.Mistake("You rotated the final number of keys in every step; early steps have fewer.",
                      lambda decoded: decoded**2),
            q.Mistake("You left out each step's own key.",
                      lambda decoded: decoded * (decoded - 1) / 2),
            q.Mistake("That is with a cache of rotated keys: each is rotated once.",
                      lambda decoded: decoded),
            q.twice("You left out a factor: the whole numbers up to n add up to "
                    "`n * (n + 1) / 2`."),
            q.Mistake("You rotated the queries as well, one a step; you were asked for keys.",
                      lambda decoded, key: key + decoded),
        ),
        ("How many keys are rotated in the first step, in the second, in the last?",
         "The sum of the whole numbers up to the number of tokens."),
        Exact(),
    ),
    q.Number(
        "stale-key", "decode", "stale_error[hand=looked-at]",
        "Under dynamic scaling a pair turned by {{ head_frequency[hand=looked-at] }} while the "
        "text was short; at {{ current_length }} it turns by "
        "{{ scaled[scaling=dynamic, hand=looked-at] }}. The key at position {{ cached_position }} "
        "was rotated and cached early. How wrong is its angle now, in radians?",
        {"cached_position": (500, 800, 1000, 1500, 2000, 3000, 4000),
         "current_length": (8192, 12288, 16384, 32768), "pair_wanted": (36, 40, 44, 46)},
        (
            q.Mistake("That is the angle that the key was given.",
                      lambda cached_angle: cached_angle,
                      {"cached_angle": "cached[scaling=as-trained, hand=looked-at]"}),
            q.Mistake("That is the angle that the key should have.",
                      lambda fresh_angle: fresh_angle,
                      {"fresh_angle": "cached[scaling=dynamic, hand=looked-at]"}),
            q.Mistake("You added the angles; the error is their difference.",
                      lambda cached_angle, fresh_angle: cached_angle + fresh_angle,
                      {"cached_angle": "cached[scaling=as-trained, hand=looked-at]",
                       "fresh_angle": "cached[scaling=dynamic, hand=looked-at]"}),
            q.Mistake("You took the newest position; the stale key stands at "
                      "{{ cached_position }}.",
                      lambda current_length, theta, dynamic_theta:
                      current_length * (theta - dynamic_theta),
                      {"theta": "head_frequency[hand=looked-at]",
                       "dynamic_theta": "scaled[scaling=dynamic, hand=looked-at]"}),
            q.Mistake("You took the distance from the key to the end of the text; a key is turned "
                      "for its own position.",
                      lambda current_length, cached_position, theta, dynamic_theta:
                      (current_length - cached_position) * (theta - dynamic_theta),
                      {"theta": "head_frequency[hand=looked-at]",
                       "dynamic_theta": "scaled[scaling=dynamic, hand=looked-at]"}),
            q.Mistake("That is in turns.", lambda key: key / (2 * pi(key))),
        ),
        ("Which angle has the key in the cache, and which would it be given today?",
         "Its position times the difference of the frequencies."),
        WithinPercent(2),
        level="senior",
    ),
)  # fmt: skip

FORMULAS = (
    q.Formula(
        "frequency-formula", "frequencies",
        "Write the frequency of a pair, radians a token, where the first pair turns by one.",
        lambda base, pair, head_dim: base ** (-2 * pair / head_dim),
        {"b": q.Symbol("base", "base", 1e3, 1e6),
         "i": q.Symbol("pair", "the pair's number, from zero", 1, 31),
         "d": q.Symbol("head_dim", "width of the head", 64, 256)},
        (
            q.Mistake("You put i over the width; `2 * i` belongs there, since components go in "
                      "pairs.",
                      lambda base, pair, head_dim: base ** (-pair / head_dim)),
            q.Mistake("The minus is missing: later pairs turn more slowly.",
                      lambda base, pair, head_dim: base ** (2 * pair / head_dim)),
            q.Mistake("You counted from one; here the first pair is number zero.",
                      lambda base, pair, head_dim: base ** (-2 * (pair - 1) / head_dim)),
            q.Mistake("You divided by the number of pairs; the exponent has the width.",
                      lambda base, pair, head_dim: base ** (-4 * pair / head_dim)),
        ),
        ("It falls geometrically from one to nearly one over the base.",),
    ),
    q.Formula(
        "rotation-share-formula", "tables",
        "Write the FLOPs of rotating queries and keys over the FLOPs of the products that make "
        "them from the hidden state.",
        lambda hidden, head_dim: 3 * head_dim / (2 * hidden * head_dim),
        {"h": q.Symbol("hidden", "hidden size", 512, 16384),
         "d": q.Symbol("head_dim", "width of a head", 32, 256)},
        (
            q.Mistake("A product of matrices costs a product and a sum for each weight.",
                      lambda hidden, head_dim: 3 / hidden),
            q.Mistake("You counted the products of rotating and left out the sums.",
                      lambda hidden, head_dim: 1 / hidden),
            q.Mistake("It is upside down.", lambda hidden, head_dim: 2 * hidden / 3),
            q.Mistake("The products start from the hidden state, not from one head's width.",
                      lambda hidden, head_dim: 3 / (2 * head_dim)),
        ),
        ("Take one head: what does a component cost to make, and what to rotate?",
         "Rotating it takes a product with a cosine, one with a sine, and their sum; making it "
         "takes the hidden size of products, and as many sums."),
        level="senior",
    ),
    q.Formula(
        "ntk-formula", "scaling",
        "Write the base that slows the last pair by exactly the factor and keeps the first.",
        rotation.ntk_base,
        {"b": q.Symbol("base", "trained base", 1e3, 1e6),
         "s": q.Symbol("factor", "factor", 1.5, 32),
         "d": q.Symbol("head_dim", "width of the head", 16, 256)},
        (
            q.Mistake("That slows the last pair by a little less than the factor.",
                      lambda base, factor, head_dim: base * factor),
            q.Mistake("The exponent is upside down.",
                      lambda base, factor, head_dim: base * factor ** ((head_dim - 2) / head_dim)),
            q.Mistake("The factor belongs in the numerator: a larger base slows the pairs.",
                      lambda base, factor, head_dim: base * factor ** (head_dim / (2 - head_dim))),
        ),
        ("Set the new last frequency equal to the old one over the factor.",),
        level="senior",
    ),
    q.Formula(
        "dynamic-formula", "scaling",
        "Write the scale that dynamic NTK scaling uses at the present length.",
        rotation.dynamic_scale,
        {"s": q.Symbol("dynamic_factor", "factor in the configuration", 1.5, 8),
         "n": q.Symbol("current_length", "length of the text so far", 1e3, 1e5),
         "L": q.Symbol("trained_length", "trained length", 2e3, 3e4)},
        (
            q.Mistake("That falls below one for short texts, which should be left alone.",
                      lambda dynamic_factor, current_length, trained_length:
                      dynamic_factor * current_length / trained_length - (dynamic_factor - 1)),
            q.Mistake("That is the factor at the trained length; it should be one there.",
                      lambda dynamic_factor, current_length, trained_length:
                      dynamic_factor * maximum(current_length, trained_length) / trained_length),
            q.Mistake("That ignores the factor in the configuration.",
                      lambda dynamic_factor, current_length, trained_length:
                      maximum(current_length, trained_length) / trained_length),
        ),
        ("It is one up to the trained length, and rises s times as fast as the lengths' ratio.",),
        level="senior",
    ),
    q.Formula(
        "spacing-formula", "precision",
        "Write the distance between neighbouring numbers of a binary format at a value.",
        rotation.number_spacing,
        {"x": q.Symbol("value", "value", 2, 1e6),
         "p": q.Symbol("bits", "significant bits, with the leading one", 4, 24)},
        (
            q.Mistake("You took p for the stored bits; the leading one is among them.",
                      lambda value, bits: 2 ** (floor(log2(value)) - bits)),
            q.Mistake("That is relative to the value; from `2**n` to `2**(n + 1)` the distance is "
                      "the same.", lambda value, bits: value * 2 ** (1 - bits)),
            q.Mistake("You rounded the exponent up; it is rounded down.",
                      lambda value, bits: 2 ** (ceil(log2(value)) + 1 - bits)),
        ),
        ("How many numbers are there from `2**n` to `2**(n + 1)`?",),
        level="senior",
    ),
)  # fmt: skip

PICKED = (
    q.Choice(
        "untrained-rows", "table",
        "A model with a learned table for {{ trained_length }} gets {{ rows_missing | bare }} more "
        "rows, filled at random, so that it accepts {{ wanted_length }}. Why does that not help?",
        (
            q.Option("No text in training ever reached the new rows, so they tell it nothing.",
                     "A row means only what training made of it, and nothing relates it to its "
                     "neighbours.", right=True),
            q.Option("Attention works only for as many tokens as it was trained with.",
                     "It sums over whatever tokens there are; no weight depends on their number."),
            q.Option("The larger table would not fit into memory.",
                     "It takes {{ bytes[table=learned] }}, little beside the weights."),
            q.Option("The rows are too close to each other to be told apart.",
                     "Random rows of {{ hidden }} values are far apart; they just mean nothing."),
        ),
        ("What makes a row mean its position?",),
    ),
    q.Choice(
        "values-unrotated", "attend",
        "Queries and keys are rotated. Why not the values?",
        (
            q.Option("Nothing would undo a value's rotation: the output would depend on absolute "
                     "positions.",
                     "In a score the query's rotation meets the key's, and the offset is left. A "
                     "value is only weighted and summed.", right=True),
            q.Option("Rotating them would cost too much.",
                     "Rotating queries and keys costs {{ rotation_share }} of making them; the "
                     "values would add little."),
            q.Option("Rotating would change the values' lengths.",
                     "A rotation keeps every length; that is why it suits queries and keys."),
            q.Option("The query's rotation would undo a value's, so it would be wasted.",
                     "A query meets keys, in the score. It never meets a value."),
        ),
        ("In a score the query's rotation meets the key's. What does a value's rotation meet?",),
    ),
    q.Choice(
        "positions-exchanged", "relative",
        "A query at position {{ query_position }} and a key at {{ key_position }} have score "
        "{{ score | 4 }}. What happens if the vectors exchange their positions?",
        (
            q.Option("The score changes: the offset has a sign, and the sine's terms change "
                     "theirs.",
                     "It becomes {{ score_at[case=swapped] | 4 }}; the cosine's terms stay as they "
                     "are.",
                     right=True),
            q.Option("Nothing: only the distance counts.",
                     "The signed offset counts. Distance alone would do if every cross product "
                     "were zero."),
            q.Option("The score changes its sign.",
                     "The cosine's terms keep theirs: cosine is even, sine is odd."),
            q.Option("It becomes the unrotated {{ unrotated[pairing=adjacent] | 4 }}.",
                     "That is the score at offset zero."),
        ),
        ("Cosine is even and sine is odd.",),
    ),
    q.Choice(
        "no-decay", "complex",
        "Do the scores of a fixed query and a fixed key fall steadily as the offset grows?",
        (
            q.Option("No: each pair's part is a wave in the offset and comes back.",
                     "Each is a cosine with its own wavelength. What the paper lets fall with "
                     "distance is an upper bound on their sum, and even that not steadily.",
                     right=True),
            q.Option("Yes: the paper proves that the score decays with distance.",
                     "It bounds the size of the sum; no single score must follow the bound."),
            q.Option("Yes: the vectors grow shorter with their positions.",
                     "A rotation keeps lengths at every position."),
            q.Option("No: a score does not depend on the offset.",
                     "It does: {{ score_at[case=next] | 4 }} at the next token and {{ score | 4 }} "
                     "at offset {{ offset[case=here] }}, in the chapter's small example."),
        ),
        ("What is the real part of a number that turns at a steady rate?",),
        level="senior",
    ),
    q.Choice(
        "wrong-pairing", "pairings",
        "A checkpoint trained with adjacent pairs is loaded into code that uses the halves layout; "
        "nobody reorders its weights. What does one see?",
        (
            q.Option("No error; scores are wrong wherever query and key stand apart.",
                     "In the chapter's small example {{ offset_score[pairing=halves-layout] | 4 }} "
                     "instead of {{ score | 4 }}. The text comes out bad, and nothing says why.",
                     right=True),
            q.Option("A shape error while loading.",
                     "Both pairings have the same shapes; that is what makes it hard to find."),
            q.Option("Every score is wrong, also that of a token with itself.",
                     "At one position both rotations cancel in any pairing: "
                     "{{ unrotated[pairing=halves-layout] | 4 }} either way."),
            q.Option("Nothing: which components make a pair is a convention.",
                     "It is, but weights and code must follow the same one; the rows of the query "
                     "and key projections have to be reordered."),
        ),
        ("What is the same in both pairings: shapes, or partners?",),
    ),
    q.Order(
        "rows-by-halves", "pairings",
        "A head has a fastest, a middle and a slowest pair. Its query projection was made for "
        "adjacent pairs. Into which order do its rows go for code that uses the halves layout?",
        (
            "First component of the fastest pair",
            "First component of the middle pair",
            "First component of the slowest pair",
            "Second component of the fastest pair",
            "Second component of the middle pair",
            "Second component of the slowest pair",
        ),
        "In the halves layout all first components come first and all second ones after them, so "
        "partners are as far apart as the head has pairs. The key projection is reordered alike, "
        "and the scores stay.",
        ("Partners are as far apart as the head has pairs.",),
        level="senior",
    ),
    q.Choice(
        "price-of-a-base", "base",
        "A model is trained at {{ trained_length }} with base {{ bases[size=larger] }} instead of "
        "{{ bases[size=smaller] }}. What changes?",
        (
            q.Option("Fewer pairs make a full turn: {{ turned_pairs[size=larger] }} instead of "
                     "{{ turned_pairs[size=smaller] }} of {{ pairs }}.",
                     "The others only ever see part of a circle in training; the first pair turns "
                     "as before.", right=True),
            q.Option("All pairs slow down by the same factor.",
                     "The first stays at {{ first_frequency }}; the last is slowed "
                     "{{ growth[hand=slowest] }}. The factor grows from pair to pair."),
            q.Option("Neighbouring tokens can no longer be told apart.",
                     "The fast pairs still turn by much from one token to the next."),
            q.Option("The tables grow.",
                     "They have a row a position and a column a pair, whatever the base."),
        ),
        ("Which pair does not feel the base at all?",),
    ),
    q.Choice(
        "linear-or-ntk", "scaling",
        "A small model, trained at {{ study_length }}, continues repeated words at "
        "{{ longer[times=2] | times }} that length without further training: right in "
        "{{ accuracy[scaling=ntk-aware, times=2, words=familiar] }} of the tokens under NTK-aware "
        "scaling, in {{ accuracy[scaling=linear, times=2, words=familiar] }} under linear. Which "
        "difference explains it?",
        (
            q.Option("Linear slows the fast pairs too, so neighbours look nearer than in training.",
                     "It divides every position by the stretch, so the first pair turns by less "
                     "than {{ first_frequency }}; NTK-aware leaves it alone.",
                     right=True),
            q.Option("Linear lets the slowest pair run to angles that were never trained.",
                     "It does the opposite: every angle stays within what was trained. So does the "
                     "slowest pair's under NTK-aware."),
            q.Option("NTK-aware raises the scores, which makes attention sharper.",
                     "That is YaRN's extra factor; NTK-aware changes the base and nothing else."),
            q.Option("Linear makes positions fractional, and the tables have whole ones only.",
                     "The tables are computed for the divided positions; any angle will do."),
        ),
        ("Compare what each does to the first pair.",),
        level="senior",
    ),
    q.Choice(
        "where-fp32", "precision",
        "Code computes positions, frequencies, angles, cosines and sines in bf16. What is the "
        "least that has to move to fp32 so that most of the error far out goes away?",
        (
            q.Option("Positions, frequencies and angles; cosines and sines may then be rounded.",
                     "Near position {{ cached_position }}, in the chapter's measurement, rounded "
                     "cosines and sines make scores wrong by up to "
                     "{{ score_error[rounded=bfloat16-tables, near=1000] }}, rounded positions by "
                     "up to {{ score_error[rounded=bfloat16-positions, near=1000] }}.", right=True),
            q.Option("The cosines and sines, computed from the bf16 angles.",
                     "They are then the exact cosines of wrong angles: from {{ lost_position }} "
                     "on, bf16 no longer holds every position."),
            q.Option("Nothing: fp16 for the positions is enough.",
                     "That moves the first lost position to {{ tried[format=float16] }}, no "
                     "further."),
            q.Option("Nothing: a larger base makes the angles small.",
                     "The first pair turns by {{ first_frequency }} whatever the base."),
        ),
        ("A cosine is at most one; a position is not.",),
        level="senior",
    ),
    q.Choice(
        "cache-rotated", "decode",
        "Why may keys be cached after their rotation?",
        (
            q.Option("A key's rotation depends on its own position and on fixed frequencies alone.",
                     "So no later token changes it. Where frequencies move with the length, as "
                     "under dynamic scaling, it fails: by {{ stale_error[hand=looked-at] }} in the "
                     "chapter's example.",
                     right=True),
            q.Option("A rotation does not change a key's length.",
                     "True, but its direction decides the score, and that must stay right too."),
            q.Option("The query's rotation undoes the key's.",
                     "Together they leave the offset; for that the key must have been rotated."),
            q.Option("They may not: the offset grows with every token, so keys must be turned "
                     "anew.",
                     "The offset grows because the new query is turned further; old keys stay."),
        ),
        ("Which turns further when the text grows, the new query or a cached key?",),
    ),
    q.Order(
        "decode-step-order", "decode",
        "Bring one layer's attention in one decoding step, with a cache, into order.",
        (
            "Project the new token's hidden state to query, key and value.",
            "Rotate the query and the key by the angles of the token's position.",
            "Append the rotated key and the plain value to the cache.",
            "Take the dot products of the query with all keys of the cache.",
            "Divide by the root of the width and take the softmax.",
            "Sum the cached values with these weights.",
        ),
        "Position enters between the projections and the scores, once for each key; the values "
        "never see it. Appending comes before the scores, since a token attends to itself.",
        ("Where does position enter, and does a token attend to itself?",),
    ),
    q.Open(
        "prove-relative", "relative",
        "Show at the whiteboard that a score depends on positions through their difference "
        "alone; then say what that does and does not promise.",
        {
            "mid": (
                "Writes a rotation by position times frequency on each pair of the query and of "
                "the key.",
                "Uses that a rotation transposed is the rotation back, so that one rotation "
                "is left, by the difference.",
            ),
            "senior": (
                "Gives the pair's part as dot product × cosine + cross product × sine, with the "
                "sign of the offset.",
                "Checks it with numbers: in the chapter's small example {{ score | 4 }} before and "
                "after a shift of {{ shift }}, {{ score_at[case=swapped] | 4 }} with the positions "
                "exchanged.",
            ),
            "staff": (
                "Says that this holds for given vectors: a token's vectors in deeper layers still "
                "depend on the text before it.",
                "Says that invariance is no promise for offsets that training never showed.",
                "Says that it is exact only in exact arithmetic, and where rounding breaks it.",
            ),
        },
        ("What is the transpose of a rotation?",),
    ),
    q.Open(
        "extend-a-model", "chain",
        "A model trained at {{ trained_length }} with base {{ base }} has to serve "
        "{{ wanted_length }}. Say what breaks, what you would change, and how you would know that "
        "it worked. Take a few minutes, and use numbers.",
        {
            "mid": (
                "Says that every position has an angle, so nothing crashes, but that the slow "
                "pairs reach angles never trained "
                "({{ reached[scaling=as-trained, hand=slowest] }} against "
                "{{ angle_seen[hand=slowest] }}).",
                "Explains linear interpolation: all frequencies over {{ factor | bare }}.",
                "Says what it costs: the first pair turns by "
                "{{ scaled[scaling=linear, hand=fastest] | 4 }}.",
            ),
            "senior": (
                "Derives the NTK-aware base ({{ ntk_base }}) from the condition on the last pair.",
                "Counts the pairs that made a full turn in training "
                "({{ turned_pairs[size=smaller] }} of {{ pairs }}) and says why methods that "
                "treat pairs by their turns leave those alone.",
                "Names YaRN's factor on scores ({{ score_growth }}) and why longer texts want it.",
                "Plans a short training at the new length, and compares with none.",
            ),
            "staff": (
                "Tests with tasks whose answer lies far away, and at the old length too; a low "
                "perplexity can hide that distant text is ignored.",
                "Checks the serving side: frequencies fixed for a request, cached keys rotated "
                "with them, positions and angles in fp32.",
                "Prices it: the cache grows with the length, the tables hardly count "
                "({{ bytes[table=cosines-and-sines] }}).",
                "Asks whether the product needs the length, or better retrieval.",
            ),
        },
        ("Start with what each group of pairs saw in training.",),
        level="staff",
    ),
    q.Open(
        "find-the-bug", "chain",
        "A port of a model to new code answers short prompts well and degrades as prompts grow. "
        "You suspect its rotary embedding. What do you check, in which order, and with which test "
        "for each?",
        {
            "mid": (
                "Compares the frequencies with the original's, number by number: base, exponent, "
                "scaling.",
                "Compares one layer's rotated queries and keys at position zero and at a later "
                "one.",
            ),
            "senior": (
                "Tests the pairing: at equal positions both pairings agree, apart they do not "
                "({{ pairing_error | 2 }} off in the chapter's small example).",
                "Tests precision: bf16 holds every position before {{ lost_position }}, and fewer "
                "and fewer from there on.",
                "Tests the cache: a key that is rotated again in each step, or a position that "
                "starts anew with each chunk.",
            ),
            "staff": (
                "Orders the checks by what the symptom rules out: wrong pairing hurts short "
                "prompts too, rounding does not.",
                "Leaves behind a test of invariance under a shift, and one of cached against "
                "uncached decoding, that would have caught it.",
            ),
        },
        ("Which of the suspects would spare short prompts?",),
        level="staff",
    ),
)  # fmt: skip

QUESTIONS: tuple[q.Question, ...] = (*NUMBERS, *FORMULAS, *PICKED)
