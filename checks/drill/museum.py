"""The errata museum: mistakes that books, calculators and posts have really published.

Each entry is a question, "find the mistake in this worked line", and a regression test of our
formulas: called with the entry's givens they give the right value, and with the one published
mistake they give the published value. No figure, link or issue number here is invented; where a
source printed a formula and not a number, `kind` says so and the numbers put in are named.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from checks.drill.questions import BankError
from checks.drill.sums import filled
from worked.formulas import (
    checkpointing,
    communication,
    compute,
    cost,
    descent,
    losses,
    memory,
    newton,
    rotation,
    rows,
    serving,
    trees,
)
from worked.formulas.ops import floor, ln, maximum, most, softmax, total
from worked.givens import fact
from worked.rows import Row, as_row
from worked.units import unit

GB, GIB = 10**9, 2**30
HOUR, DAY, YEAR = 3600, 86400, 365 * 86400
FIGURE, FORMULA = "figure", "formula"


@dataclass(frozen=True)
class Erratum:
    """One published mistake.

    chapter and step: where in this book it belongs. lines: the working as on a whiteboard, of
    which the one numbered `wrong` (from 0) is wrong and later ones only carry it on. published
    and right: the two values in base units (bytes, seconds, dollars or pure), given to `digits`
    significant digits in `unit`; right is hand arithmetic, shown beside it. ours and mistaken:
    our formula with the entry's givens, without and with the mistake. kind: FIGURE where the
    source printed the number, FORMULA where it printed a formula or a line of code, which is
    evaluated here. why: our explanation, whose numbers are sums over what is quoted
    (`checks/drill/sums.py`); `explanation` is the same with them worked out.
    """

    name: str
    chapter: str
    step: str
    source: str
    url: str
    task: str
    lines: tuple[str, ...]
    wrong: int
    why: str
    published: float
    ours: Callable[[], float]
    mistaken: Callable[[], float]
    right: float
    digits: int
    unit: str = ""
    kind: str = FIGURE

    @property
    def explanation(self) -> str:
        """Why the line is wrong, as a reader sees it.

        Raises:
            BankError: a sum in it cannot be read, or takes a number that is not quoted.
        """
        names = {"right": (self.right, self.unit), "published": (self.published, self.unit)}
        names |= {name: (device(*of), "FLOP/s") for name, of in _PEAKS.items()}
        try:
            return filled(self.why, (self.task, *self.lines, self.source), names)
        except ValueError as error:
            raise BankError(f"{self.chapter}/{self.name}: {error}") from error


_PEAKS = {
    "a100_peak": ("A100 80GB SXM", "peak_bf16"),
    "h100_peak": ("H100 SXM", "peak_bf16"),
}
"""What an explanation may name besides its own values: dense peaks of the hardware table."""


def kv_cache(
    layers: float, tokens: float, kv_heads: float, head_dim: float, value_bytes: float
) -> float:
    """Return the bytes of keys and values of `tokens` tokens, made of this book's formulas."""
    values: float = memory.kv_width(kv_heads, head_dim)
    total: float = memory.tensor_bytes(2 * layers * tokens * values, value_bytes)
    return total


def device(name: str, what: str) -> float:
    """Return a fact of the hardware table in base units."""
    row = fact("hardware", name, what)
    return float(row.value * unit(row.unit).factor)


# ---- The 80 GB wall: bytes of keys and values

_KEYS_AND_VALUES = (
    Erratum(
        name="kv-cookbook-hidden-width",
        chapter="gpu-wall",
        step="inference",
        source="EleutherAI cookbook, calc/calc_transformer_mem.py, its answer for a Llama-3-70B "
        "with --infer, 8,192 tokens in, 1 out, --kv-size-ratio 0.125",
        url="https://github.com/EleutherAI/cookbook/blob/069ae2ef9f69f8fb3f1413272015ccb59f3d4a6c"
        "/calc/calc_transformer_mem.py",
        task="A model has 80 layers, 64 query heads and 8 key-value heads of 128. How large is "
        "the key-value cache of 8,193 tokens in 16 bits?",
        lines=(
            "hidden width: 64 × 128 = 8,192",
            "values a token keeps: 80 × 8,192 = 655,360",
            "bytes a token keeps: 655,360 × 2 B = 1,310,720 B",
            "8,193 tokens: 8,193 × 1,310,720 B = 10.00 GiB",
        ),
        wrong=1,
        why="A token keeps keys and values, each as wide as the key-value heads, {{ 8 × 128 = }}, "
        "not as the hidden width, {{ 8,192 }}: {{ 80 × 2 × 8 × 128 = }} values, {{ right | GiB 2 "
        "}} in all. The calculator drops the {{ 2 }} and never uses its own ratio for the cache, "
        "so it comes out {{ 64 / (2 × 8) | times }} too large.",
        published=10.00 * GIB,
        ours=lambda: kv_cache(80, 8193, 8, 128, 2),
        mistaken=lambda: kv_cache(80, 8193, 64, 128, 2) / 2,
        right=2_684_682_240,  # 2 x 80 x 8 x 128 x 2 = 327,680 B a token; x 8,193
        digits=4,
        unit="GiB",
    ),
    Erratum(
        name="kv-napkin-query-heads",
        chapter="gpu-wall",
        step="inference",
        source="StaffML, NapkinCalc, the cache mode as it opens: 80 layers, 64 heads, 2,048 tokens",
        url="https://github.com/harvard-edge/cs249r_book/blob/"
        "0e4af907f52675fab9d6ad0af076bf2dd1faae73/interviews/staffml/src/components/NapkinCalc.tsx",
        task="How large is the key-value cache of one sequence of 2,048 tokens in 16 bits for a "
        "70B model with 80 layers, 64 query heads and 8 key-value heads of 128?",
        lines=(
            "keys and values in a layer: 2 × 64 × 128 = 16,384",
            "bytes a token keeps: 80 × 16,384 × 2 B = 2,621,440 B",
            "2,048 tokens: 2,048 × 2,621,440 B = 5,369 MB",
        ),
        wrong=0,
        why="With grouped queries only the {{ 8 }} key-value heads are cached: {{ 2 × 8 × 128 = "
        "}}, and {{ right | MB 0 }} in all. The form asks for heads and offers {{ 64 }}, the "
        "query heads, which is {{ 64 / 8 | times }} too many.",
        published=5_369e6,
        ours=lambda: kv_cache(80, 2048, 8, 128, 2),
        mistaken=lambda: kv_cache(80, 2048, 64, 128, 2),
        right=671_088_640,  # 327,680 B a token x 2,048 = 0.32768e6 x 2,048
        digits=4,
        unit="MB",
    ),
    Erratum(
        name="kv-groups-as-divisor",
        chapter="gpu-wall",
        step="inference",
        source="LLMs-from-scratch, ch04/04_gqa/memory_estimator_gqa.py, its answer for a "
        "Llama-3-8B (4,096 wide, 32 heads, 32 layers), 8,192 tokens, --n_kv_groups 8; issue 922",
        url="https://github.com/rasbt/LLMs-from-scratch/issues/922",
        task="A model has 32 layers and 32 query heads of 128, in 8 groups that share one "
        "key-value head each. How large is the key-value cache of 8,192 tokens in 16 bits?",
        lines=(
            "key-value heads: 32 / 8 = 4",
            "keys and values in a layer: 2 × 4 × 128 = 1,024",
            "bytes a token keeps: 32 × 1,024 × 2 B = 65,536 B",
            "8,192 tokens: 8,192 × 65,536 B = 0.54 GB",
        ),
        wrong=0,
        why="There are as many key-value heads as groups, {{ 8 | words }}, as in the book's own "
        "attention class, and the cache is {{ right | GB 2 }}. The script divides the query heads "
        "by the number of groups and gets the size of a group, {{ 32 / 8 }}.",
        published=0.54 * GB,
        ours=lambda: kv_cache(32, 8192, 8, 128, 2),
        mistaken=lambda: kv_cache(32, 8192, 32 / 8, 128, 2),
        right=1_073_741_824,  # 2 x 32 x 8 x 128 x 2 = 131,072 = 2^17 B a token; x 2^13 = 2^30
        digits=2,
        unit="GB",
    ),
    Erratum(
        name="kv-405b-counted-twice",
        chapter="gpu-wall",
        step="inference",
        source='Hugging Face, "Llama 3.1", table of cache sizes, row 405B at 16k tokens, printed '
        "as 15.38 GB; blog issue 2345",
        url="https://github.com/huggingface/blog/issues/2345",
        task="How large is the key-value cache of 16,000 tokens in 16 bits for Llama 3.1 405B: "
        "126 layers, 8 key-value heads of 128?",
        lines=(
            "keys and values in a layer: 2 × 8 × 128 = 2,048",
            "bytes a token keeps: 126 × 2,048 × 2 B = 516,096 B",
            "keys and values: 2 × 516,096 B = 1,032,192 B",
            "16,000 tokens: 16,000 × 1,032,192 B = 15.38 GiB",
        ),
        wrong=2,
        why="The factor {{ 2 }} for keys and values is in the first line already. Taken once "
        "more, it makes the cache {{ 1,032,192 / 516,096 | times }} as large as it is, {{ right | "
        "GiB 2 }}. The table's rows for the smaller models have it once. Its GB are GiB.",
        published=15.38 * GIB,
        ours=lambda: kv_cache(126, 16_000, 8, 128, 2),
        mistaken=lambda: 2 * kv_cache(126, 16_000, 8, 128, 2),
        right=8_257_536_000,  # 126 x 2,048 x 2 = 516,096 B a token; x 16,000 = 7.690 GiB
        digits=4,
        unit="GiB",
    ),
    Erratum(
        name="kv-head-size-derived",
        chapter="gpu-wall",
        step="inference",
        source="NVIDIA Dynamo, the mocker's compute_kv_bytes_per_token, pull request 14431 (one "
        "layer, 8 key-value heads and 2 bytes are inferred from the two totals)",
        url="https://github.com/ai-dynamo/dynamo/pull/14431",
        task="A configuration says: hidden size 3,584, 16 heads, 8 key-value heads, `head_dim` "
        "256. How many bytes does a token keep in one layer, in 16 bits?",
        lines=(
            "head size: 3,584 / 16 = 224",
            "keys and values: 2 × 8 × 224 = 3,584",
            "bytes a token keeps: 3,584 × 2 B = 7,168 B",
        ),
        wrong=0,
        why="A configuration that states a head size means it: {{ 256 }}, and {{ right | B }}. "
        "Here the heads together are {{ 16 × 256 }} wide, wider than the hidden state. Dividing "
        "the hidden size by the heads is a guess that only holds where nothing is stated.",
        published=7168,
        ours=lambda: kv_cache(1, 1, 8, 256, 2),
        mistaken=lambda: kv_cache(1, 1, 8, memory.head_dim(3584, 16), 2),
        right=8192,  # 2 x 8 x 256 x 2
        digits=4,
        unit="B",
    ),
    Erratum(
        name="kv-head-size-too-large",
        chapter="gpu-wall",
        step="inference",
        source="NVIDIA Model Optimizer, Puzzletron's calculate_kv_dim for Mistral Small 24B, "
        "issue 2482: head size 160 for 128, 25 % too high",
        url="https://github.com/NVIDIA/Model-Optimizer/issues/2482",
        task="How many values of keys and values does a token keep in a layer of Mistral Small "
        "24B: hidden size 5,120, 32 heads, 8 key-value heads, `head_dim` 128?",
        lines=(
            "head size: 5,120 / 32 = 160",
            "one key or value: 8 × 160 = 1,280",
            "both: 2 × 1,280 = 2,560",
        ),
        wrong=0,
        why="The model's heads are {{ 128 }} wide, as its configuration says, together narrower "
        "than the hidden state: {{ right }} values. Here the guess is too high, elsewhere it is "
        "too low: read `head_dim`.",
        published=2560,
        ours=lambda: 2 * memory.kv_width(8, 128),
        mistaken=lambda: 2 * memory.kv_width(8, memory.head_dim(5120, 32)),
        right=2048,  # 2 x 8 x 128
        digits=3,
    ),
    Erratum(
        name="kv-one-head-for-all",
        chapter="gpu-wall",
        step="inference",
        source='ai-engineering-from-scratch, phase 7, lesson 12, "KV cache math", printed as 512 '
        "MB; review of pull request 57",
        url="https://github.com/rohitg00/ai-engineering-from-scratch/pull/57",
        task="How large is the key-value cache of 32,768 tokens for a 7B model in 16 bits: 32 "
        "layers, 32 heads of 128, all with keys and values?",
        lines=(
            "a token in a layer: 2 × 128 × 2 B = 512 B",
            "32 layers: 32 × 512 B = 16 KiB",
            "32,768 tokens: 32,768 × 16 KiB = 512 MiB",
        ),
        wrong=0,
        why="That is one head. All {{ 32 }} of them keep keys and values, so a token takes {{ 32 "
        "× 16 KiB | KiB }} and the context {{ right | GiB }}: more than the weights, {{ 7 billion "
        "× 2 B = | GB }}.",
        published=512 * 2**20,
        ours=lambda: kv_cache(32, 32_768, 32, 128, 2),
        mistaken=lambda: kv_cache(32, 32_768, 1, 128, 2),
        right=17_179_869_184,  # 2 x 32 x 32 x 128 x 2 = 2^19 B a token; x 2^15 = 2^34
        digits=3,
        unit="MiB",
    ),
)

# ---- The 80 GB wall: bytes of training, and of units

_BYTES = (
    Erratum(
        name="adam-one-moment",
        chapter="gpu-wall",
        step="bill",
        source="Machine Learning Systems (Harvard), volume 2, data storage chapter, corrected in "
        "pull request 1681",
        url="https://github.com/harvard-edge/cs249r_book/pull/1681",
        task="How many bytes are Adam's moments for 175 billion parameters, in 32 bits?",
        lines=(
            "bytes of one value: 32 bit = 4 B",
            "bytes a parameter needs: 1 × 4 B = 4 B",
            "175 billion × 4 B = 700 GB",
        ),
        wrong=1,
        why="Adam keeps a mean of the gradient and one of its square for each parameter: {{ right "
        "/ 175 billion | B words }}, {{ right | GB }} in all.",
        published=700 * GB,
        ours=lambda: memory.tensor_bytes(175e9, memory.together(4, 4)),
        mistaken=lambda: memory.tensor_bytes(175e9, 4),
        right=1_400e9,  # 175 x (4 + 4)
        digits=3,
        unit="GB",
    ),
    Erratum(
        name="adam-one-copy",
        chapter="gpu-wall",
        step="bill",
        source="AIInfraGuide, section 7.3, issue 24",
        url="https://github.com/caomaolufei/AIInfraGuide/issues/24",
        task="How many bytes does the optimizer keep for 6.7 billion parameters: a 32-bit copy of "
        "the weights and both moments of Adam?",
        lines=(
            "three tensors: weights, first moment, second moment",
            "bytes a parameter needs: 4 B",
            "6.7 billion × 4 B = 26.8 GB",
        ),
        wrong=1,
        why="That is one of the tensors alone. Together they take {{ right / 6.7 billion | B "
        "words }} a parameter, {{ right | GB }}.",
        published=26.8 * GB,
        ours=lambda: memory.tensor_bytes(6.7e9, memory.optimizer_bytes_per_param(4, 4, 4)),
        mistaken=lambda: memory.tensor_bytes(6.7e9, memory.optimizer_bytes_per_param(4, 0, 0)),
        right=80.4e9,  # 6.7 x 12
        digits=3,
        unit="GB",
    ),
    Erratum(
        name="static-54-gb",
        chapter="gpu-wall",
        step="bill",
        source="AIInfraGuide, section 7.3: a 7B model trains in about 54 GB; issue 24",
        url="https://github.com/caomaolufei/AIInfraGuide/issues/24",
        task="How many bytes does training 6.7 billion parameters need before any activation: "
        "16-bit weights and gradients, Adam with a 32-bit copy of the weights?",
        lines=(
            "weights: 6.7 billion × 2 B = 13.4 GB",
            "gradients: 6.7 billion × 2 B = 13.4 GB",
            "optimizer: 6.7 billion × 4 B = 26.8 GB",
            "13.4 GB + 13.4 GB + 26.8 GB = 54 GB",
        ),
        wrong=2,
        why="The optimizer keeps {{ right / 6.7 billion − 2 B − 2 B | B words }} a parameter, not "
        "{{ 4 | words }}: the {{ 32 }}-bit copy and both moments. The sum is {{ right / 6.7 "
        "billion | B }} a parameter, {{ right | GB 0 }}, more than an H100 holds; {{ 54 GB }} "
        "would have fitted with room to spare.",
        published=54 * GB,
        ours=lambda: memory.tensor_bytes(6.7e9, 2 + 2 + 12),
        mistaken=lambda: memory.tensor_bytes(6.7e9, 2 + 2 + 4),
        right=107.2e9,  # 6.7 x 16
        digits=2,
        unit="GB",
    ),
    Erratum(
        name="images-times-four-twice",
        chapter="gpu-wall",
        step="bill",
        source="Machine Learning Systems (Harvard), corrected in pull request 1118",
        url="https://github.com/harvard-edge/cs249r_book/pull/1118",
        task="How many bytes is a batch of 32 colour images of 224 by 224 in 32 bits?",
        lines=(
            "values: 32 × 3 × 224 × 224 = 4,816,896",
            "bytes of a value: 4 B",
            "4,816,896 × 4 × 4 B = 77,070,336 B",
        ),
        wrong=2,
        why="The bytes of a value are multiplied in a second time. Right is {{ 4,816,896 × 4 B = "
        "| B }}.",
        published=77_070_336,
        ours=lambda: memory.tensor_bytes(32 * 3 * 224 * 224, 4),
        mistaken=lambda: memory.tensor_bytes(32 * 3 * 224 * 224, 4 * 4),
        right=19_267_584,  # 32 x 3 = 96; 224 x 224 = 50,176; 96 x 50,176 = 4,816,896; x 4
        digits=8,
        unit="B",
    ),
    Erratum(
        name="tib-called-tb",
        chapter="gpu-wall",
        step="bill",
        source="AI Systems Performance Engineering, page 12, issue 11: 182 TB = 100 trillion "
        "parameters × 16 bits per weight × 8 bits per byte",
        url="https://github.com/cfregly/ai-performance-engineering/issues/11",
        task="How many bytes are the weights of a model of 100 trillion parameters in 16 bits?",
        lines=(
            "bytes of a weight: 16 bit = 2 B",
            "100 trillion × 2 B = 182 TB",
            "cards of 80 GB: 182 TB / 80 GB = 2,275",
        ),
        wrong=1,
        why="The product is {{ right | TB }}. It is {{ right | TiB 0 }}: a terabyte is {{ 1 TB | "
        "B }}, and vendors of memory and disks mean that one. (The printed formula also "
        "multiplies by the {{ 8 }} bits of a byte where it has to divide, and so would give {{ 8 "
        "× 8 | times }} as much.)",
        published=182e12,
        ours=lambda: memory.tensor_bytes(100e12, 2),
        mistaken=lambda: memory.tensor_bytes(100e12, 2) / 2**40 * 1e12,
        right=200e12,  # 100 x 2
        digits=3,
        unit="TB",
    ),
    Erratum(
        name="kb-called-kib",
        chapter="gpu-wall",
        step="bill",
        source="How to Scale Your Model, pull request 53, a correction that is itself wrong: "
        '"524,288 = 524kiB, not 512kiB"',
        url="https://github.com/jax-ml/scaling-book/pull/53",
        task="How large is a 16-bit array of 128 by 2,048, in KiB?",
        lines=(
            "values: 128 × 2,048 = 262,144",
            "bytes: 262,144 × 2 B = 524,288 B",
            "524,288 B = 524 KiB",
        ),
        wrong=2,
        why="A KiB is {{ 1 KiB | B }}, so it is {{ right | KiB }}, as the book had it; {{ 524 }} "
        "is the number of kB.",
        published=524 * 1024,
        ours=lambda: memory.tensor_bytes(128 * 2048, 2),
        mistaken=lambda: memory.tensor_bytes(128 * 2048, 2) / 1000 * 1024,
        right=524_288,  # 2^7 x 2^11 x 2 = 2^19 B = 2^9 KiB = 512 KiB
        digits=3,
        unit="KiB",
    ),
    Erratum(
        name="mib-called-mb",
        chapter="gpu-wall",
        step="communication",
        source='How to Scale Your Model, "How to Think About GPUs", quiz 2, question 3: 512MB, '
        "and 536e6 in the next line",
        url="https://github.com/jax-ml/scaling-book/blob/1a55377affc9ee8f10b549f689ad57e813623a7e"
        "/gpus.md",
        task="How many bytes must be gathered for a 16-bit array of 4,096 by 65,536?",
        lines=(
            "values: 4,096 × 65,536 = 268,435,456",
            "bytes of a value: 16 bit = 2 B",
            "268,435,456 × 2 B = 512 MB",
        ),
        wrong=2,
        why="{{ 512 }} is the number of MiB. In the MB that link rates are quoted in it is {{ "
        "right | MB 0 bare }}, so dividing {{ 512 }} by a rate in GB/s is {{ 1 − published / "
        "right | % 0 }} short.",
        published=512e6,
        ours=lambda: memory.tensor_bytes(4096 * 65_536, 2),
        mistaken=lambda: memory.tensor_bytes(4096 * 65_536, 2) / 2**20 * 1e6,
        right=536_870_912,  # 2^12 x 2^16 x 2 = 2^29
        digits=3,
        unit="MB",
    ),
    Erratum(
        name="gb-against-gib",
        chapter="gpu-wall",
        step="wall",
        source="torchtune, peak memory in the logs, pull request 1348: 83 GB used on an 80 GB "
        "machine, where it uses 77 GiB of 80 GiB (the percentages are ours)",
        url="https://github.com/meta-pytorch/torchtune/pull/1348",
        task="What share of a card that reports 80 GiB do 83 GB of reserved memory take?",
        lines=(
            "peak reserved: 83 GB",
            "the card holds 80 GB",
            "83 GB / 80 GB = 104 %",
        ),
        wrong=1,
        why="The log counts in GB, the driver in GiB. The card's {{ 80 }} are GiB, which is {{ 80 "
        "GiB | GB 1 }}, so {{ 83 GB }} are {{ right | % 0 }} of it; nothing uses more than there "
        "is.",
        published=83 / 80,
        ours=lambda: rows.ratio(83 * GB, 80 * GIB),
        mistaken=lambda: rows.ratio(83 * GB, 80 * GB),
        right=0.96625,  # 83 / (80 x 1.073741824) = 83 / 85.89935
        digits=3,
        unit="%",
    ),
    Erratum(
        name="flash-attention-one-tensor",
        chapter="gpu-wall",
        step="bill",
        source="Machine Learning Systems (Harvard), labs of volume 2, lab 9, corrected in pull "
        "request 1786: 256× at 32K tokens for 128×",
        url="https://github.com/harvard-edge/cs249r_book/pull/1786",
        task="How many times smaller than the score matrix of one head are its keys and values, "
        "at 32,768 tokens and a head size of 128?",
        lines=(
            "scores: 32,768 × 32,768 = 1,073,741,824",
            "kept instead: 32,768 × 128 = 4,194,304",
            "1,073,741,824 / 4,194,304 = 256",
        ),
        wrong=1,
        why="Keys and values are a tensor of that size each, so the answer is {{ right }}. The "
        "lab's own formula, `N / (2 * d)`, gives that; its text had lost the factor.",
        published=256,
        ours=lambda: rows.ratio(32_768**2, 2 * 32_768 * memory.kv_width(1, 128)),
        mistaken=lambda: rows.ratio(32_768**2, 32_768 * memory.kv_width(1, 128)),
        right=128,  # 32,768 / (2 x 128) = 2^15 / 2^8
        digits=3,
    ),
)

# ---- The 80 GB wall: rates of devices and links, utilization

_RATES = (
    Erratum(
        name="mfu-104-percent",
        chapter="gpu-wall",
        step="mfu",
        source="nanoGPT, estimate_mfu run on an H100, pull request 464: 104 % MFU",
        url="https://github.com/karpathy/nanoGPT/pull/464",
        task="A training run in dense bf16 does 324.5 TFLOP/s of model FLOPs on one H100 SXM, "
        "whose data sheet says 1,979 TFLOP/s, with sparsity. What is its MFU?",
        lines=(
            "done: 324.5 TFLOP/s",
            "peak of the card: 312 TFLOP/s",
            "324.5 TFLOP/s / 312 TFLOP/s = 104 %",
        ),
        wrong=1,
        why="{{ 312 TFLOP/s }} is an A100, written into the code as a constant. Dense bf16 on an "
        "H100 SXM peaks at {{ h100_peak | TFLOP/s 0 bare }}, so the run uses {{ right | % 0 "
        "fraction }} of the card. An MFU above {{ 1 | % }} is always a wrong peak or a wrong "
        "count.",
        published=1.04,
        ours=lambda: compute.model_flops_utilization(
            1, 1.04 * device("A100 80GB SXM", "peak_bf16"), 1, device("H100 SXM", "peak_bf16")
        ),
        mistaken=lambda: compute.model_flops_utilization(
            1, 1.04 * device("A100 80GB SXM", "peak_bf16"), 1, device("A100 80GB SXM", "peak_bf16")
        ),
        right=0.328,  # 1.04 x 312 / 989.4 = 324.48 / 989.4 = 0.32796
        digits=3,
        unit="%",
    ),
    Erratum(
        name="h100-with-the-a100-peak",
        chapter="gpu-wall",
        step="mfu",
        source="Machine Learning Systems (Harvard), volume 2, definition 1.5, issue 1825",
        url="https://github.com/harvard-edge/cs249r_book/issues/1825",
        task="The data sheet of the H100 SXM says 1,979 TFLOP/s in bf16, with sparsity. How long "
        "does a token of a 7B model take there at least, in dense bf16, by its FLOPs?",
        lines=(
            "one token forward: 2 × 7 billion = 14 GFLOP",
            "peak of the card: 312 TFLOP/s",
            "least time of a token: 14 GFLOP / 312 TFLOP/s = 44.9 µs",
        ),
        wrong=1,
        why="{{ 312 TFLOP/s }} is the A100's dense bf16 peak; an H100 SXM does {{ right | TFLOP/s "
        "0 bare }}, {{ right / 1,979 TFLOP/s | % 0 fraction }} of its data sheet's sparse figure, "
        "and needs {{ 14 GFLOP / right | µs 1 }}. Every time and every utilization that follows "
        "is off by {{ right / published | 1 }}.",
        published=312e12,
        ours=lambda: device("H100 SXM", "peak_bf16"),
        mistaken=lambda: device("A100 80GB SXM", "peak_bf16"),
        right=989e12,  # 132 SMs x 4,096 FLOP x 1.83 GHz = 540,672 x 1.83e9 = 989.4e12
        digits=3,
        unit="TFLOP/s",
    ),
    Erratum(
        name="h100-corrected-to-sparse",
        chapter="gpu-wall",
        step="mfu",
        source='a report of an error in Machine Learning Systems, issue 1825: "H100 peak TFLOPS is '
        '1,979"',
        url="https://github.com/harvard-edge/cs249r_book/issues/1825",
        task="The data sheet of the H100 SXM says 1,979 TFLOP/s in bf16, with a footnote on "
        "sparsity. How long does a token of a 7B model take there at least, in ordinary, dense "
        "products?",
        lines=(
            "one token forward: 2 × 7 billion = 14 GFLOP",
            "peak of the card for them: 1,979 TFLOP/s",
            "least time of a token: 14 GFLOP / 1,979 TFLOP/s = 7.07 µs",
        ),
        wrong=1,
        why="The footnote says that the figure holds with structured sparsity, where every other "
        "product is skipped. Dense products get {{ right / published | % 0 fraction }} of it, {{ "
        "right | TFLOP/s 0 }}, and a token takes {{ 14 GFLOP / right | µs 1 }}. The correction "
        "was as wrong as what it corrected.",
        published=1979e12,
        ours=lambda: device("H100 SXM", "peak_bf16"),
        mistaken=lambda: device("H100 SXM", "peak_bf16_sparse"),
        right=989e12,  # 1,979 / 2 = 989.5, and 540,672 x 1.83e9 = 989.4e12
        digits=3,
        unit="TFLOP/s",
    ),
    Erratum(
        name="b200-sparse-peak",
        chapter="gpu-wall",
        step="mfu",
        source="torchtitan, table of peak FLOPs, pull request 1393; the same figure in Machine "
        "Learning Systems (Harvard), pull request 1681",
        url="https://github.com/pytorch/torchtitan/pull/1393",
        task="A run does 0.9 PFLOP/s of dense bf16 products on a B200, whose data sheet says 4.5 "
        "PFLOP/s in bf16, with sparsity. What is its MFU?",
        lines=(
            "done: 0.9 PFLOP/s",
            "peak to divide by: 4.5 PFLOP/s",
            "MFU: 0.9 PFLOP/s / 4.5 PFLOP/s = 20 %",
        ),
        wrong=1,
        why="The figure with sparsity is {{ published / right | times }} the dense one, {{ right "
        "| PFLOP/s }}, so the MFU is {{ 0.9 PFLOP/s / right | % 0 }}. Divided by {{ 4.5 }}, every "
        "MFU reads {{ right / published | % 0 fraction }} of what it is.",
        published=4.5e15,
        ours=lambda: device("B200", "peak_bf16"),
        mistaken=lambda: device("B200", "peak_bf16_sparse"),
        right=2.25e15,  # 4.5 / 2
        digits=3,
        unit="PFLOP/s",
    ),
    Erratum(
        name="h100-pcie-sparse-peak",
        chapter="gpu-wall",
        step="mfu",
        source="a report of an error in LLM Sizing Guide, issue 3: 1513 for the H100 PCIe",
        url="https://github.com/qoofyk/LLM_Sizing_Guide/issues/3",
        task="A run does 378 TFLOP/s of dense bf16 products on an H100 PCIe, whose data sheet says "
        "1,513 TFLOP/s in bf16, with a footnote on sparsity. What is its MFU?",
        lines=(
            "done: 378 TFLOP/s",
            "peak of the card: 1,513 TFLOP/s",
            "MFU: 378 TFLOP/s / 1,513 TFLOP/s = 25 %",
        ),
        wrong=1,
        why="The data sheet prints the sparse rate. The guide's figure was the dense one, {{ "
        "right / published | % 0 fraction }} of it, and was right: {{ right | TFLOP/s }}, and an "
        "MFU of {{ 378 TFLOP/s / right | % }}.",
        published=1513e12,
        ours=lambda: device("H100 PCIe", "peak_bf16"),
        mistaken=lambda: device("H100 PCIe", "peak_bf16_sparse"),
        right=756e12,  # 1,513 / 2 = 756.5, and 114 x 4,096 x 1.62 GHz = 466,944 x 1.62e9
        digits=3,
        unit="TFLOP/s",
    ),
    Erratum(
        name="dgx-fp8-ten-times-too-little",
        chapter="gpu-wall",
        step="mfu",
        source="AIInfra, servers chapter, issue 386: 8 cards do 1.6 PFlops in FP8",
        url="https://github.com/Infrasys-AI/AIInfra/issues/386",
        task="The data sheet of the H100 SXM says 3,958 TFLOP/s in FP8, with sparsity. What is the "
        "dense FP8 peak of a server of 8, and what the one in bf16?",
        lines=(
            "one card, dense FP8: 200 TFLOP/s",
            "server: 8 × 200 TFLOP/s = 1.6 PFLOP/s",
            "in 16 bits half of that: 1.6 PFLOP/s / 2 = 0.8 PFLOP/s",
        ),
        wrong=0,
        why="Without sparsity a card does {{ 3,958 TFLOP/s / 2 | TFLOP/s }}, so the server does "
        "{{ right | PFLOP/s }}, and {{ right / 2 | PFLOP/s bare }} in bf16. (The text prints {{ "
        "200 }} PFlops for the card and {{ 1.6 }} for the server, which do not even agree with "
        "each other.)",
        published=1.6e15,
        ours=lambda: compute.scaled(device("H100 SXM", "peak_fp8"), 8),
        mistaken=lambda: compute.scaled(device("H100 SXM", "peak_fp8") / 10, 8),
        right=16e15,  # 8 x 1,979e12 = 15.8e15
        digits=2,
        unit="PFLOP/s",
    ),
    Erratum(
        name="gflops-called-tflops",
        chapter="gpu-wall",
        step="mfu",
        source="Megatron-DeepSpeed of BigScience, log line TFLOPs: 30949.01, issue 221",
        url="https://github.com/bigscience-workshop/Megatron-DeepSpeed/issues/221",
        task="The counter holds 30,949.01 GFLOP/s for a GPU. What should the log say?",
        lines=(
            "counted: 30,949.01 GFLOP/s",
            "as TFLOP/s: 30,949.01 TFLOP/s",
            "per server of 8 GPUs: 8 × 30,949.01 TFLOP/s = 247,592 TFLOP/s",
        ),
        wrong=1,
        why="The division by {{ published / right }} was missing: {{ right | TFLOP/s 2 }}. The "
        "best GPU of its year, an A100, peaks at {{ a100_peak | TFLOP/s bare }}, {{ a100_peak / "
        "published | % 0 fraction }} of what the log said.",
        published=30_949.01e12,
        ours=lambda: compute.scaled(30_949.01, 1e9),
        mistaken=lambda: compute.scaled(30_949.01, 1e12),
        right=30.94901e12,  # 30,949.01 / 1,000
        digits=7,
        unit="TFLOP/s",
    ),
    Erratum(
        name="mbu-lost-the-two-bytes",
        chapter="gpu-wall",
        step="inference",
        source='AI Engineering (O\'Reilly), chapter 9, "Utilization, MFU, and MBU": 7B × 2 × 100 '
        "= 700 GB/s",
        url="https://github.com/chiphuyen/aie-book/issues/7",
        task="A 7B model in 16 bits decodes one sequence at 100 tokens a second. At what rate are "
        "its weights read?",
        lines=(
            "bytes of a weight: 16 bit = 2 B",
            "bytes a token reads: 7 billion × 2 B = 14 GB",
            "read in a second: 7 billion × 2 B × 100 tokens/s = 700 GB/s",
        ),
        wrong=2,
        why="{{ 7 billion × 2 B × 100 tokens/s = | GB/s }}. The book goes on to {{ right / 2 TB/s "
        "| % }} of the {{ 2 TB/s }} of an A100, which is right for {{ right | GB/s bare }} and "
        "wrong for {{ 700 }}.",
        published=700 * GB,
        ours=lambda: memory.tensor_bytes(7e9, 2) * 100,
        mistaken=lambda: memory.tensor_bytes(7e9, 1) * 100,
        right=1_400e9,  # 7 x 2 x 100
        digits=3,
        unit="GB/s",
    ),
    Erratum(
        name="mbu-corrected-to-35-percent",
        chapter="gpu-wall",
        step="inference",
        source='a report of an error in AI Engineering, aie-book issue 7: "the result should be '
        '35%"',
        url="https://github.com/chiphuyen/aie-book/issues/7",
        task="A 7B model in 16 bits decodes one sequence at 100 tokens a second on a card that "
        "reads 2 TB/s. What share of the bandwidth does it use?",
        lines=(
            "read: 7 billion × 2 B × 100 tokens/s = 700 GB/s",
            "the card can: 2 TB/s",
            "700 GB/s / 2 TB/s = 35 %",
        ),
        wrong=0,
        why="{{ 7 billion × 2 B × 100 tokens/s = | GB/s }}. The book's {{ right | % }} was right "
        "by accident; the mistake stood in the line before, and the correction kept it.",
        published=0.35,
        ours=lambda: rows.ratio(memory.tensor_bytes(7e9, 2) * 100, 2e12),
        mistaken=lambda: rows.ratio(memory.tensor_bytes(7e9, 1) * 100, 2e12),
        right=0.70,  # 1,400 / 2,000
        digits=2,
        unit="%",
    ),
    Erratum(
        name="nvlink-both-ways",
        chapter="gpu-wall",
        step="communication",
        source="hwloc, NVLink 3 and 4 in its matrix of one-way bandwidths, issue 574: 50 GB/s a "
        "link for 25",
        url="https://github.com/open-mpi/hwloc/issues/574",
        task="The data sheet of an A100 adds up its 12 NVLinks, both ways, to 600 GB/s. How many "
        "bytes a second does one of them carry one way?",
        lines=(
            "all links, as the data sheet has it: 600 GB/s",
            "one link: 600 GB/s / 12 = 50 GB/s",
            "one link, one way: 50 GB/s",
        ),
        wrong=2,
        why="The {{ 50 }} are both directions of a link. One way it is {{ right | GB/s }} a link "
        "and {{ 12 × right | GB/s }} for the GPU, and a ring sends one way.",
        published=50 * GB,
        ours=lambda: rows.ratio(device("A100 80GB SXM", "interconnect_bandwidth"), 12),
        mistaken=lambda: rows.ratio(device("A100 80GB SXM", "interconnect_total"), 12),
        right=25e9,  # 600 / 2 / 12
        digits=2,
        unit="GB/s",
    ),
    Erratum(
        name="nvlink-in-bits",
        chapter="gpu-wall",
        step="communication",
        source="AISystem, figure of NVLink 1.0 on the P100, issue 271: 80 Gbps one way",
        url="https://github.com/Infrasys-AI/AISystem/issues/271",
        task="What do the four NVLinks of a P100 carry one way, at 20 GB/s each?",
        lines=(
            "one link: 20 Gbit/s",
            "four links: 4 × 20 Gbit/s = 80 Gbit/s",
            "in bytes: 80 Gbit/s = 10 GB/s",
        ),
        wrong=0,
        why="The {{ 20 }} are bytes: {{ 20 GB/s }} a link, {{ right | GB/s }} in all. Bits for "
        "bytes is a factor of {{ right / published }}.",
        published=10 * GB,
        ours=lambda: compute.scaled(20 * GB, 4),
        mistaken=lambda: compute.scaled(20 * GB / 8, 4),
        right=80e9,  # 4 x 20
        digits=1,
        unit="GB/s",
    ),
)

# ---- The 80 GB wall: seconds on the wire, work, failures

_TIMES = (
    Erratum(
        name="all-gather-over-all-links",
        chapter="gpu-wall",
        step="communication",
        source='How to Scale Your Model, "How to Think About GPUs", quiz 2, question 3, corrected '
        "in pull request 128; evaluated for the array of the question",
        url="https://github.com/jax-ml/scaling-book/pull/128",
        task="How long does an all-gather of 536.9 MB over 8 GPUs take at 450 GB/s one way each, "
        "with a share of it on each GPU at the start?",
        lines=(
            "each GPU's share: 536.9 MB / 8 = 67.1 MB",
            "each GPU must receive the other 7 shares",
            "time, the array over all 8 links: 536.9 MB / (8 × 450 GB/s) = 149 µs",
        ),
        wrong=2,
        why="The {{ 7 | words }} shares, nearly the whole array, come in through one GPU's own "
        "link: {{ 7 × 67.1 MB / 450 GB/s = | ms 2 }}. The text went from `(N - 1) * B / (N * W)` "
        "to `B / (N * W)`, which forgets the `N - 1` and is the time of a single share. The "
        "number printed beside it was right.",
        published=149e-6,
        ours=lambda: communication.transfer_seconds(
            communication.all_gather_bytes(536_870_912, 8), 450e9
        ),
        mistaken=lambda: communication.transfer_seconds(536_870_912 / 8, 450e9),
        right=1.044e-3,  # 7/8 x 536.87 MB = 469.76 MB; / 450 GB/s = 1.0439 ms
        digits=3,
        unit="µs",
        kind=FORMULA,
    ),
    Erratum(
        name="hierarchical-shares-lost",
        chapter="gpu-wall",
        step="communication",
        source="mlsysim, calc_hierarchical_allreduce_time, pull request 1530, a correction that "
        "is itself wrong; evaluated for its 32 GB on nodes of 8 at 450 GB/s one way",
        url="https://github.com/harvard-edge/cs249r_book/pull/1530",
        task="Gradients of 32 GB are summed over nodes of 8 GPUs: first in shares inside each "
        "node, then share by share between the nodes; last, the sums are shared out inside each "
        "node, over NVLink with 450 GB/s one way. How long does the last phase take?",
        lines=(
            "share of a GPU: 32 GB / 8 = 4 GB",
            "before the last phase each GPU holds its share, summed over all nodes",
            "last phase, an all-reduce of the share: 2 × 7 / 8 × 4 GB / 450 GB/s = 15.6 ms",
        ),
        wrong=2,
        why="Each GPU must end with all {{ 32 GB }}, so it has to receive the {{ 7 | words }} "
        "shares that it has not: {{ 7 × 4 GB | GB }}, {{ right | ms 0 }}. It is an all-gather of "
        "the whole; in one share there is nothing left to reduce.",
        published=15.6e-3,
        ours=lambda: communication.transfer_seconds(
            communication.all_gather_bytes(32 * GB, 8), 450e9
        ),
        mistaken=lambda: communication.transfer_seconds(
            communication.all_reduce_bytes(32 * GB / 8, 8), 450e9
        ),
        right=62.2e-3,  # 7/8 x 32 = 28 GB; / 450 GB/s = 62.22 ms
        digits=3,
        unit="ms",
        kind=FORMULA,
    ),
    Erratum(
        name="attention-flops-halved",
        chapter="gpu-wall",
        step="mfu",
        source="nanoGPT, issue 456: should it be flops_per_token = 6*N + 6*L*H*Q*T; evaluated for "
        "GPT-2 small",
        url="https://github.com/karpathy/nanoGPT/issues/456",
        task="How many FLOPs of training does attention take for each token, without a causal "
        "saving: 12 layers, hidden size 768, 1,024 tokens?",
        lines=(
            "attention of one layer, forward: 2 × 768 × 1,024 = 1,572,864",
            "forward and backward: 3 × 1,572,864 = 4,718,592",
            "12 layers: 12 × 4,718,592 = 56,623,104",
        ),
        wrong=0,
        why="There is a product of queries with keys and another of weights with values, each `2 "
        "* h * T` for a token. Forward is `4 * h * T`, and with backward `3 * 4 * h * T` a layer, "
        "as PaLM has it: {{ right }} in all. Kaplan's `2 * h * T`, from which the issue starts, "
        "is what a causal mask leaves of the forward pass.",
        published=56_623_104,
        ours=lambda: compute.attention_flops_per_token(12, 768, 1024),
        mistaken=lambda: compute.attention_flops_per_token(12, 768, 1024) / 2,
        right=113_246_208,  # 12 x 12 = 144; 144 x 768 = 110,592; x 1,024
        digits=8,
        kind=FORMULA,
    ),
    Erratum(
        name="nearly-four-years",
        chapter="gpu-wall",
        step="chain",
        source='How to Scale Your Model, "Training LLaMA 3 on TPUs", pull request 131: 1752 days, '
        '"nearly four years"',
        url="https://github.com/jax-ml/scaling-book/pull/131",
        task="A run takes 44 days on 8,960 chips. How many years on 225?",
        lines=(
            "work: 8,960 × 44 days = 394,240 days",
            "on 225 chips: 394,240 days / 225 = 1,752 days",
            "1,752 days = 4 years",
        ),
        wrong=2,
        why="{{ 1,752 }} days are {{ right | year 1 bare }} years: nearly a year more than {{ "
        "published | year words }}.",
        published=4 * YEAR,
        ours=lambda: rows.ratio(cost.gpu_time(8960, 44 * DAY), 225),
        mistaken=lambda: floor(rows.ratio(cost.gpu_time(8960, 44 * DAY), 225) / YEAR) * YEAR,
        right=4.80 * YEAR,  # 394,240 / 225 = 1,752.2 days; / 365 = 4.8005
        digits=2,
        unit="year",
    ),
    Erratum(
        name="interval-of-the-larger-cluster",
        chapter="gpu-wall",
        step="preemption",
        source="Machine Learning Systems (Harvard), labs of volume 2, lab 6, pull request 1782: "
        "2.6 h for 8.2 h",
        url="https://github.com/harvard-edge/cs249r_book/pull/1782",
        task="A checkpoint takes 2,450 s to write and a GPU fails once in 50,000 hours. How far "
        "apart should checkpoints be for 1,000 GPUs by Young's formula, the root of 2 × time to "
        "write × time between failures?",
        lines=(
            "time between failures: 50,000 h / 10,000 = 5 h",
            "interval: sqrt(2 × 2,450 s × 18,000 s) = 9,391 s",
            "in hours: 9,391 s = 2.6 h",
        ),
        wrong=0,
        why="{{ 50,000 h / 10,000 | h Words }} is the cluster of {{ 10,000 }} GPUs. {{ 1,000 }} "
        "of them fail once in {{ 50,000 h / 1,000 | h }}, and the interval is {{ sqrt(2 × 2,450 s "
        "× 50,000 h / 1,000) | h 1 }}: {{ 10,000 / 1,000 | times }} fewer failures stretch it by "
        "the root of that.",
        published=2.6 * HOUR,
        ours=lambda: checkpointing.young_interval_seconds(2450, 50_000 * HOUR / 1000),
        mistaken=lambda: checkpointing.young_interval_seconds(2450, 50_000 * HOUR / 10_000),
        right=8.25 * HOUR,  # 2 x 2,450 x 180,000 = 882,000,000; its root 29,698.5 s = 8.2496 h
        digits=2,
        unit="h",
    ),
    Erratum(
        name="fits-of-a-gpu",
        chapter="gpu-wall",
        step="preemption",
        source="Machine Learning Systems (Harvard), volume 2, fault tolerance chapter, corrected "
        "in pull request 1681: 20 FITs for 20,000",
        url="https://github.com/harvard-edge/cs249r_book/pull/1681",
        task="FIT counts failures in a billion hours. A GPU fails once in 50,000 hours on average: "
        "how many FIT is that?",
        lines=(
            "time between failures: 50,000 h",
            "a FIT is one failure in 1,000,000 h",
            "failures in that time: 1,000,000 h / 50,000 h = 20",
        ),
        wrong=1,
        why="A FIT is one failure in {{ 1 billion }} hours, not in {{ 1,000,000 }}: {{ right }} "
        "FIT. A GPU of {{ 20 }} FIT would run for {{ 1 billion × 1 h / 20 | year 0 bare }} years.",
        published=20,
        ours=lambda: rows.ratio(1e9 * HOUR, 50_000 * HOUR),
        mistaken=lambda: rows.ratio(1e6 * HOUR, 50_000 * HOUR),
        right=20_000,  # 10^9 / 5e4
        digits=2,
    ),
)

# ---- The gradient of the L1 loss

_INTERCEPT, _SLOPE = 2.0, 0.7
_OFF = Row.of([3, -1, 2, 4], "row")
_XS = (12.4956442, 21.5007972, 31.5527382, 48.9145838, 57.5088733)
_YS = (37.4013816, 36.1473236, 45.7655287, 46.6793434, 59.5585554)


def _mean_gradient_of_intercept() -> float:
    """Return the mean over five points of the gradient of half the squared error by b."""
    gradients = [
        losses.l2_gradient(1, losses.residual(y, losses.prediction(_SLOPE, x, _INTERCEPT))) / 2
        for x, y in zip(_XS, _YS, strict=True)
    ]
    return float(sum(gradients) / len(gradients))


def _huber_without_bars(residual: float, threshold: float) -> float:
    """Return the outer branch of Huber's loss with the residual where its size should be."""
    size = losses.l1_loss(residual)
    outer: float = losses.huber_loss(size, threshold) - threshold * (size - residual)
    return outer


_L1 = (
    Erratum(
        name="pinball-negative",
        chapter="l1-gradient",
        step="next",
        source="scikit-learn, QuantileLossFunction of gradient boosting, issue 8087: −0.5 for 0.5",
        url="https://github.com/scikit-learn/scikit-learn/issues/8087",
        task="What is the pinball loss at the quantile 0.5 of a prediction 0 for a target −1?",
        lines=(
            "residual: −1 − 0 = −1",
            "prediction too high, so the residual's size has the weight: 1 − 0.5 = 0.5",
            "loss: 0.5 × (−1) = −0.5",
        ),
        wrong=2,
        why="The weight belongs to the size of the residual: {{ 0.5 × 1 = }}. In terms of the "
        "residual the branch below zero is `τ - 1` times it, never negative. With the wrong sign "
        "the loss rewards predictions that are too high.",
        published=-0.5,
        ours=lambda: losses.pinball_loss(-1, 0.5),
        mistaken=lambda: -losses.pinball_loss(-1, 0.5),
        right=0.5,  # (0.5 - 1) x (-1)
        digits=1,
    ),
    Erratum(
        name="quantile-turned-round",
        chapter="l1-gradient",
        step="next",
        source="the deep reinforcement learning course of Charles University, lecture 5, slide 29, "
        "npfl139 issue 17; evaluated at τ = 0.9 and a residual of 1",
        url="https://github.com/ufal/npfl139/issues/17",
        task="What does the pinball loss at τ = 0.9 charge for a prediction that is too low by 1?",
        lines=(
            "size of the residual: 1 − 0 = 1",
            "prediction too low, so its weight: 1 − 0.9 = 0.1",
            "loss: 0.1 × 1 = 0.1",
        ),
        wrong=1,
        why="A prediction that is too low is charged with τ, one that is too high with `1 - τ`: "
        "the loss is {{ right }}. With the indicator turned round, as printed, the fit goes to "
        "the tenth percentile instead of the ninetieth.",
        published=0.1,
        ours=lambda: losses.pinball_loss(1, 0.9),
        mistaken=lambda: losses.pinball_loss(1, 1 - 0.9),
        right=0.9,  # 0.9 x 1
        digits=1,
        kind=FORMULA,
    ),
    Erratum(
        name="gradient-or-the-next-weight",
        chapter="l1-gradient",
        step="gradient",
        source="42 AI bootcamp, machine learning, day 01, exercise 03, issue 64: 21.0342574 as "
        "the example's gradient",
        url="https://github.com/42-AI/bootcamp_machine-learning/issues/64",
        task="The line 2 + 0.7 x misses five targets by −26.65, −19.10, −21.68, −10.44 and −17.30 "
        "(prediction minus target). What is the derivative of half the mean squared error by the "
        "intercept?",
        lines=(
            "sum of the five: −26.65 − 19.10 − 21.68 − 10.44 − 17.30 = −95.17",
            "their mean: −95.17 / 5 = −19.03",
            "the gradient: 2 − (−19.03) = 21.03",
        ),
        wrong=2,
        why="The mean is the gradient: {{ right | 2 }}. The last line is a step of descent, at a "
        "rate of one, from the intercept {{ 2 }}: the next weight, not the gradient. A line below "
        "all its points must have a negative derivative here, for raising the intercept lowers "
        "the loss.",
        published=21.0342574,
        ours=_mean_gradient_of_intercept,
        mistaken=lambda: descent.descend(_INTERCEPT, 1, _mean_gradient_of_intercept()),
        # 0.7 x 12.4956442 + 2 = 10.74695094, less 37.4013816 is -26.65443066; likewise
        # -19.09676556, -21.67861196, -10.43913474, -17.30234409: sum -95.17128701, over 5
        right=-19.034257402,
        digits=9,
    ),
    Erratum(
        name="huber-without-bars",
        chapter="l1-gradient",
        step="between",
        source="PaddlePaddle, documentation of huber_loss, issue 44019; evaluated at a residual "
        "of −3 and δ = 1",
        url="https://github.com/PaddlePaddle/Paddle/issues/44019",
        task="What is Huber's loss with δ = 1 for a target 3 below the prediction?",
        lines=(
            "residual, target minus prediction: −3; its size is above δ",
            "linear branch: δ times the residual, less half of δ^2",
            "loss: 1 × (−3) − 0.5 × 1^2 = −3.5",
        ),
        wrong=1,
        why="The linear branch takes the size of the residual: {{ 1 × 3 − 0.5 × 1^2 = }}. As "
        "printed the loss falls without end when the prediction is too high.",
        published=-3.5,
        ours=lambda: losses.huber_loss(-3, 1),
        mistaken=lambda: _huber_without_bars(-3, 1),
        right=2.5,  # 1 x (3 - 0.5)
        digits=2,
        kind=FORMULA,
    ),
    Erratum(
        name="smooth-l1-without-beta",
        chapter="l1-gradient",
        step="between",
        source="MLX, documentation of smooth_l1_loss, pull request 1986; evaluated at a residual "
        "of 0.25 and β = 0.5",
        url="https://github.com/ml-explore/mlx/pull/1986",
        task="What is the smooth L1 loss with β = 0.5 of a residual of 0.25?",
        lines=(
            "0.25 is below β, so it is the branch with the square",
            "its value: 0.5 × 0.25^2 = 0.03125",
            "loss: 0.03125",
        ),
        wrong=1,
        why="The square is over `2 * β`: {{ right }}. Without the β the branches do not meet at "
        "β: {{ 0.5 × 0.5^2 }} on one side, {{ 0.5 − 0.5 × 0.5 }} on the other.",
        published=0.03125,
        ours=lambda: losses.smooth_l1_loss(0.25, 0.5),
        mistaken=lambda: losses.smooth_l1_loss(0.25, 0.5) * 0.5,
        right=0.0625,  # 0.25^2 / (2 x 0.5)
        digits=4,
        kind=FORMULA,
    ),
    Erratum(
        name="mae-without-n",
        chapter="l1-gradient",
        step="many",
        source="Apache Spark, documentation of the mean absolute error, pull request 19190; "
        "evaluated at residuals of 3, −1, 2 and 4",
        url="https://github.com/apache/spark/pull/19190",
        task="What is the mean absolute error of four residuals, 3, −1, 2 and 4?",
        lines=(
            "sizes: 3 and 1 and 2 and 4",
            "their sum: 3 + 1 + 2 + 4 = 10",
            "mean absolute error: 10",
        ),
        wrong=2,
        why="The sum has to be divided by the number of points: {{ right }}. The code did it, the "
        "formula in its documentation did not.",
        published=10,
        ours=lambda: rows.row_mean(losses.l1_loss(_OFF)),
        mistaken=lambda: rows.absolute_error(_OFF, 0),
        right=2.5,  # 10 / 4
        digits=2,
        kind=FORMULA,
    ),
)

# ---- Rotary position embedding


def _turned(pairs: Sequence[tuple[float, float]], angles: Sequence[float]) -> tuple[float, ...]:
    """Return x and y of each pair turned by its angle, one pair after the other."""
    return tuple(
        z
        for (x, y), angle in zip(pairs, angles, strict=True)
        for z in rotation.turned(x, y, as_row(angle)).nested("side")
    )


def _mispaired(first: float, second: float, third: float, fourth: float) -> tuple[float, ...]:
    """Return four components at position 1 as the chapter's code rotated them.

    Pairs (0, 2) and (1, 3) as in the half-split layout, angles 1, 1, 0.01, 0.01 as in the
    adjacent one: the first sides keep the angle 1, the second ones 0.01.
    """
    halves = ((first, third), (second, fourth))
    fast, slow = _turned(halves, (1, 1)), _turned(halves, (0.01, 0.01))
    return (fast[0], fast[2], slow[1], slow[3])


def _score(*rotated: tuple[float, ...]) -> float:
    return sum(a * b for a, b in zip(*rotated, strict=True))


_Q, _K = (1, 2, 0.5, -1), (0.5, 1, 2, 1)

_ROPE = (
    Erratum(
        name="rope-exponent-sign",
        chapter="rope",
        step="frequencies",
        source="labml.ai, annotated RoPE, issue 313: θ_i = 10000^(2(i−1)/d); evaluated for the "
        "second pair of a head of 4",
        url="https://github.com/labmlai/annotated_deep_learning_paper_implementations/issues/313",
        task="By how many radians a token is the second pair of a head of 4 turned, base 10,000?",
        lines=(
            "pairs count from 1, so i − 1 = 2 − 1 = 1",
            "exponent of the base: 2 × 1 / 4 = 0.5",
            "frequency: 10,000^0.5 = 100",
        ),
        wrong=1,
        why="The exponent is negative: later pairs turn more slowly, here by {{ right }}. The "
        "code beside the sentence divides and is right.",
        published=100,
        ours=lambda: rotation.frequency(1, 10_000, 1, 4),
        mistaken=lambda: rotation.frequency(1, 10_000, -1, 4),
        right=0.01,  # 10,000^(-1/2) = 1 / 100
        digits=3,
        kind=FORMULA,
    ),
    Erratum(
        name="rope-product-index",
        chapter="rope",
        step="relative",
        source="labml.ai, annotated RoPE, the derivation of the inner product, pull request 265; "
        "evaluated at q = (1, 2), k = (0.5, 1), offset 1, θ = 1",
        url="https://github.com/labmlai/annotated_deep_learning_paper_implementations/pull/265",
        task="What does the pair q = (1, 2) with k = (0.5, 1) add to the score, one position "
        "apart, θ = 1?",
        lines=(
            "the sine's factor: 1 × 1 − 2 × 0.5 = 0",
            "the cosine's factor: 1 × 0.5 + 2 × 0.5 = 1.5",
            "1.5 × cos(1) + 0 × sin(1) = 0.8105",
        ),
        wrong=1,
        why="The second product of the cosine is second with second, {{ 2 }} times {{ 1 }}, not "
        "second with first: the factor is the plain dot product, {{ 1 × 0.5 + 2 × 1 }}, and the "
        "pair adds {{ (1 × 0.5 + 2 × 1) × cos(1) | 3 }}.",
        published=0.8105,
        ours=lambda: rotation.part_by_offset(1 * 0.5 + 2 * 1, rotation.cross(1, 2, 0.5, 1), 1, 1),
        mistaken=lambda: rotation.part_by_offset(
            1 * 0.5 + 2 * 0.5, rotation.cross(1, 2, 0.5, 1), 1, 1
        ),
        right=1.351,  # 2.5 x cos 1 = 2.5 x 0.540302 = 1.35076
        digits=4,
        kind=FORMULA,
    ),
    Erratum(
        name="rope-pairs-of-two-layouts",
        chapter="rope",
        step="pairings",
        source="how-to-train-your-gpt, chapter 4, pull request 7: rotate_half of the half-split "
        "layout with angles of the adjacent one; evaluated at the chapter's q and k",
        url="https://github.com/raiyanyahya/how-to-train-your-gpt/pull/7",
        task="A query (1, 2, 0.5, −1) and a key (0.5, 1, 2, 1) both stand at position 1; the "
        "pairs turn by 1 and 0.01 radians a token. What is their score?",
        lines=(
            "unrotated score: 1 × 0.5 + 2 × 1 + 0.5 × 2 − 1 × 1 = 2.5",
            "angles of the four components 1, 1, 0.01, 0.01; partners 0 with 2, 1 with 3",
            "first of q: cos(1) − 0.5 × sin(1) = 0.1196; third: 0.5 × cos(0.01) + sin(0.01) = "
            "0.5100",
            "score of all four: −0.16892 − 0.57887 + 1.02245 − 0.98970 = −0.71504",
        ),
        wrong=1,
        why="Partners must turn by the same angle. With partners from one layout and angles from "
        "the other nothing is a rotation: even at equal positions, where the score must be the "
        "unrotated {{ right }}, it is not.",
        published=-0.71504,
        ours=lambda: _score(*(_turned((v[:2], v[2:]), (1, 0.01)) for v in (_Q, _K))),
        mistaken=lambda: _score(_mispaired(*_Q), _mispaired(*_K)),
        right=2.5,  # 1 x 0.5 + 2 x 1 + 0.5 x 2 + (-1) x 1: offset 0
        digits=4,
        kind=FORMULA,
    ),
    Erratum(
        name="dynamic-ntk-constant",
        chapter="rope",
        step="scaling",
        source="vLLM, dynamic_ntk_scaling_rope.py, issue 41236; evaluated at α = 2, trained on "
        "2,048 tokens, 3,072 now",
        url="https://github.com/vllm-project/vllm/issues/41236",
        task="Dynamic NTK scales by α × length / trained length − (α − 1). What is the scale at α "
        "= 2 for a model trained on 2,048 tokens, when the text has 3,072 tokens?",
        lines=(
            "length to put in, the longest allowed: 2 × 2,048 = 4,096",
            "α times its ratio: 2 × 4,096 / 2,048 = 4",
            "less α − 1: 4 − (2 − 1) = 3",
        ),
        wrong=0,
        why="The formula takes the present length, {{ 3,072 }}, and gives {{ right }}. With the "
        "largest length in its place it is `α**2 - (α - 1)`, the same at every length, and "
        "nothing is dynamic any more.",
        published=3,
        ours=lambda: rotation.dynamic_scale(2, 3072, 2048),
        mistaken=lambda: rotation.dynamic_scale(2, 2 * 2048, 2048),
        right=2,  # 2 x 3,072 / 2,048 - 1 = 3 - 1
        digits=1,
        kind=FORMULA,
    ),
    Erratum(
        name="yarn-logarithm-twice",
        chapter="rope",
        step="scaling",
        source="TensorRT-LLM, its Laguna model, pull request 16379: factor 64 comes out 12.2 % too "
        "high",
        url="https://github.com/NVIDIA/TensorRT-LLM/pull/16379",
        task="By what does YaRN multiply the rotated queries and keys at a factor of 64, in a "
        "model whose configuration states that number as its attention factor?",
        lines=(
            "logarithm of the factor: ln(64) = 4.159",
            "attention factor in the configuration: 0.1 × 4.159 + 1 = 1.416",
            "multiplied by, with 1.416 as `mscale`: 0.1 × 1.416 × 4.159 + 1 = 1.589",
        ),
        wrong=2,
        why="{{ 1.416 }} is the number already. Passed on as `mscale` it goes through the "
        "logarithm's formula a second time and comes out {{ published / right − 1 | % 0 }} "
        "higher, and the scores {{ published × published / right / right − 1 | % 0 }}.",
        published=1.589,
        ours=lambda: rotation.yarn_attention_factor(64),
        mistaken=lambda: (
            rotation.yarn_attention_factor(64) * (rotation.yarn_attention_factor(64) - 1) + 1
        ),
        right=1.416,  # ln 64 = 6 ln 2 = 4.158883; 0.4158883 + 1
        digits=4,
    ),
    Erratum(
        name="positions-doubled",
        chapter="rope",
        step="scaling",
        source="mlx-lm, internlm3, pull request 1553: position scale 2.0 where none is "
        "configured; evaluated at position 100, θ = 0.01",
        url="https://github.com/ml-explore/mlx-lm/pull/1553",
        task="No scaling is configured. By how many radians is a pair with θ = 0.01 turned at "
        "position 100?",
        lines=(
            "scale of positions, by default: 2",
            "position: 2 × 100 = 200",
            "angle: 200 × 0.01 = 2 rad",
        ),
        wrong=0,
        why="Without scaling the scale is one. Linear scaling would divide positions by its "
        "factor, never multiply them.",
        published=2,
        ours=lambda: rotation.angle(100, 0.01),
        mistaken=lambda: rotation.angle(2 * 100, 0.01),
        right=1,  # 100 x 0.01
        digits=1,
        kind=FORMULA,
    ),
)

# ---- XGBoost, and gradient boosting

# The first split of the mushroom data (6,513 rows, 3,140 of them poisonous) at margin 0, where
# g = 1/2 - y and h = 1/4: 3,698 rows with an odour, of which 3,048 are poisonous, and 2,815
# without, of which 92 are. The counts of poisonous rows are the only ones that give both printed
# numbers, 4000.53 and 2002.848.
_MUSHROOMS = Row.of([-1199.0, 1315.5], "side"), Row.of([924.5, 703.75], "side")
_AFTER_THREE = Row.of([29, -29], "side"), Row.of([3, 3], "side")

_TREES = (
    Erratum(
        name="gain-with-lambda-zero",
        chapter="xgboost",
        step="gain",
        source="Stack Overflow 33654479, taken up in xgboost issue 665: 2002.848 by the "
        "documented formula, where the R package prints 4000.53",
        url="https://github.com/dmlc/xgboost/issues/665",
        task="The mushrooms' first split at margin 0: G = −1,199 and H = 924.5 with odour, G = "
        "1,315.5 and H = 703.75 without. What is its gain by the XGBoost paper's formula, with "
        "the half, at the library's default settings?",
        lines=(
            "λ by default: 0",
            "1,199^2 / 924.5 + 1,315.5^2 / 703.75 = 4,014.03",
            "the parent: 116.5^2 / 1,628.25 = 8.34",
            "1 / 2 × (4,014.03 − 8.34) = 2,002.85",
        ),
        wrong=0,
        why="λ is one by default, whatever the documents said then: {{ right | 2 }}. What the "
        "library prints, {{ 4000.53 | 2 }}, is {{ 4000.53 / right | 2 }} times that, for it "
        "leaves the paper's factor out. Both had to be found before the numbers met.",
        published=2002.848,
        ours=lambda: newton.paper_gain(newton.gain_of_sums(*_MUSHROOMS, 1, 0), 0),
        mistaken=lambda: newton.paper_gain(newton.gain_of_sums(*_MUSHROOMS, 0, 0), 0),
        # 1,437,601 / 925.5 = 1,553.324; 1,730,540.25 / 704.75 = 2,455.538; 13,572.25 / 1,629.25
        # = 8.330; 1,553.324 + 2,455.538 - 8.330 = 4,000.532; half of it
        right=2000.266,
        digits=6,
    ),
    Erratum(
        name="gamma-against-half-the-gain",
        chapter="xgboost",
        step="pruning",
        source="the XGBoost documentation as read in issue 2283: the gain must be at least twice "
        "γ; evaluated for the chapter's split after the third row",
        url="https://github.com/dmlc/xgboost/issues/2283",
        task="Six rows with gradients 13, 12, 4, −1, −10, −18 and hessians of 1, λ = 0, split "
        "after the third. Up to which γ does XGBoost's library keep the split?",
        lines=(
            "left: 13 + 12 + 4 = 29; right: −1 − 10 − 18 = −29",
            "children less parent: 29^2 / 3 + 29^2 / 3 − 0^2 / 6 = 560.67",
            "half of it, as in the paper: 560.67 / 2 = 280.3",
            "kept up to γ = 280.3",
        ),
        wrong=2,
        why="The library does not divide. It compares γ with the whole {{ 29^2 / 3 + 29^2 / 3 | 2 "
        "}}, so a γ taken from the paper's formula must be multiplied by that {{ 2 }}.",
        published=280.3,
        ours=lambda: newton.gain_of_sums(*_AFTER_THREE, 0, 0),
        mistaken=lambda: newton.paper_gain(newton.gain_of_sums(*_AFTER_THREE, 0, 0), 0),
        right=560.7,  # 841 / 3 x 2 = 560.67
        digits=4,
        kind=FORMULA,
    ),
    Erratum(
        name="min-child-weight-as-rows",
        chapter="xgboost",
        step="child-weight",
        source="OHDSI PatientLevelPrediction, setGradientBoostingMachine, minRows = 2, described "
        "as the minimum number of rows, issue 256",
        url="https://github.com/OHDSI/PatientLevelPrediction/issues/256",
        task="A classifier starts at probability 0.5 and `min_child_weight` is 2. How many rows "
        "does each child of a first split need?",
        lines=(
            "a row's hessian at 0.5: 0.5 × 0.5 = 0.25",
            "sum wanted in each child: 2",
            "each row counts as one: 2 / 1 = 2 rows",
        ),
        wrong=2,
        why="The parameter is a sum of hessians. At probability {{ 0.5 }} a row brings {{ 0.5 × "
        "0.5 | fraction }}, so {{ right | words }} are needed, and more as the model grows sure.",
        published=2,
        ours=lambda: newton.rows_to_feed(2, 0.5),
        mistaken=lambda: 2 / 1,
        right=8,  # 2 / 0.25
        digits=1,
        unit="rows",
    ),
    Erratum(
        name="prediction-without-base-score",
        chapter="xgboost",
        step="logistic",
        source="xgboost issue 1274: leaf −0.427938 in the dump, prediction 0.0720620",
        url="https://github.com/dmlc/xgboost/issues/1274",
        task="A regression of one tree, η = 1, base score at its old default of 0.5. The row "
        "falls into a leaf of weight −0.427938. What is predicted?",
        lines=(
            "leaf: −0.427938",
            "times η: 1 × (−0.427938) = −0.427938",
            "prediction: 0 − 0.427938 = −0.427938",
        ),
        wrong=2,
        why="The trees add to the base score, which the dump does not show: {{ 0.5 − 0.427938 = "
        "}}, as the library said.",
        published=-0.427938,
        ours=lambda: trees.shrunken_step(0.5, 1, -0.427938),
        mistaken=lambda: trees.shrunken_step(0, 1, -0.427938),
        right=0.072062,  # 0.5 - 0.427938
        digits=5,
    ),
    Erratum(
        name="cross-entropy-half-negated",
        chapter="gradient-boosting",
        step="classification",
        source="Machine Learning with PyTorch and Scikit-Learn, chapter 7, gradient boosting, "
        "issue 239: L = −y log p + (1 − y) log(1 − p); evaluated at y = 0, p = 0.25",
        url="https://github.com/rasbt/machine-learning-book/issues/239",
        task="What is the log loss of a row with label 0 at a probability of 0.25?",
        lines=(
            "first term: 0 × ln(0.25) = 0",
            "second term: 1 × ln(0.75) = −0.2877",
            "loss: −0 + (−0.2877) = −0.2877",
        ),
        wrong=2,
        why="The minus stands before both terms: {{ right }}. With it before the first alone, the "
        "loss of every negative row is negative and falls the surer the model is of the wrong "
        "class.",
        published=-0.2877,
        ours=lambda: newton.log_loss(ln(0.25 / 0.75), 0),
        mistaken=lambda: -newton.log_loss(ln(0.25 / 0.75), 0),
        right=0.2877,  # -ln 0.75 = 0.287682
        digits=4,
        kind=FORMULA,
    ),
    Erratum(
        name="deviance-blind-to-zeros",
        chapter="gradient-boosting",
        step="classification",
        source="scikit-learn, BinomialDeviance of gradient boosting, issue 1625: log(1 + "
        "exp(−2·y·F)) with labels 0 and 1; evaluated at y = 0, F = 1",
        url="https://github.com/scikit-learn/scikit-learn/issues/1625",
        task="What is the log loss of a row with label 0 at log-odds of 2, by ln(1 + exp(−2·y·F)), "
        "where F is half the log-odds?",
        lines=(
            "half the log-odds: 2 / 2 = 1",
            "exponent, with label and F: −2 × 0 × 1 = 0",
            "loss: ln(1 + exp(0)) = 0.6931",
        ),
        wrong=1,
        why="That formula is for labels of one and minus one, so y is minus one, the exponent {{ "
        "2 }} and the loss {{ ln(1 + exp(2)) = | 3 }}. With a label of zero the prediction drops "
        "out, and the row costs {{ ln(1 + exp(0)) | 3 }} whatever is predicted.",
        published=0.6931,
        ours=lambda: newton.log_loss(2, 0),
        mistaken=lambda: newton.log_loss(0 * 2, 0),
        right=2.127,  # ln(1 + 7.389056) = ln 8.389056 = 2.126928
        digits=4,
        kind=FORMULA,
    ),
    Erratum(
        name="deviance-read-as-log-loss",
        chapter="gradient-boosting",
        step="classification",
        source='scikit-learn, train_score_ documented as "deviance (= loss)", issue 25206; '
        "evaluated for an untrained model, p = 0.5",
        url="https://github.com/scikit-learn/scikit-learn/issues/25206",
        task="`train_score_` of a model that says 0.5 for every row is 1.386. What is its log "
        "loss?",
        lines=(
            "score: 2 × ln(2) = 1.386",
            "the score is the deviance, and the deviance is the loss",
            "log loss: 1.386",
        ),
        wrong=1,
        why="The binomial deviance is {{ 2 × ln(2) / ln(2) | times }} the log loss: {{ right | 3 "
        "}}. Plotted beside a test loss it looks as if the model did worse by that factor on the "
        "rows it was trained on.",
        published=1.386,
        ours=lambda: newton.log_loss(0, 1),
        mistaken=lambda: 2 * newton.log_loss(0, 1),
        right=0.6931,  # ln 2
        digits=4,
        kind=FORMULA,
    ),
    Erratum(
        name="boosting-uphill",
        chapter="gradient-boosting",
        step="residuals",
        source="scikit-learn, user guide, the formula of steepest descent in gradient boosting, "
        "pull request 9885; evaluated at a prediction of 21, a target of 8, rate 0.1",
        url="https://github.com/scikit-learn/scikit-learn/pull/9885",
        task="A model predicts 21 where the target is 8. What does it predict after one step of "
        "0.1 against the gradient of half the squared error?",
        lines=(
            "gradient: 21 − 8 = 13",
            "step: 0.1 × 13 = 1.3",
            "next prediction: 21 + 1.3 = 22.3",
        ),
        wrong=2,
        why="Descent subtracts the gradient: {{ right }}. Trees are fitted to the negative "
        "gradient, the residual {{ 8 − 21 }}, and are added; the guide had kept the plus and lost "
        "the minus.",
        published=22.3,
        ours=lambda: descent.descend(21, 0.1, 21 - 8),
        mistaken=lambda: descent.descend(21, -0.1, 21 - 8),
        right=19.7,  # 21 - 1.3
        digits=3,
        kind=FORMULA,
    ),
)

# ---- Inside the forward pass


def _chances(*of: float) -> Any:
    """Return a row of the chances of words."""
    return Row.of(of, "word")


def _top_p_mass(chances: Sequence[float], top_p: float, keeps_the_last: bool) -> float:
    """Return the chance of all words that top-p keeps, with or without the one that reaches it."""
    chance = _chances(*chances)
    before = serving.chance_before(chance, serving.place_in_order(chance))
    kept = before < top_p if keeps_the_last else before + chance <= top_p
    return float(total(chance, "word", where=kept))


_TARGET, _DRAFT = _chances(0.5, 0.3, 0.2), _chances(0.2, 0.5, 0.3)
_SURE, _EVEN = _chances(0.6, 0.4), _chances(0.5, 0.5)

_SERVING = (
    Erratum(
        name="ridge-with-sparsity",
        chapter="forward-pass",
        step="decode",
        source="a question on FlashMLA's deep dive, issue 75: why 990 TFLOPS and not 1979, at a "
        "bandwidth of 3.35 TB/s",
        url="https://github.com/deepseek-ai/FlashMLA/issues/75",
        task="A GPU reads 3.35 TB/s; its data sheet says 1,979 TFLOP/s in bf16, with sparsity. "
        "From how many FLOPs a byte on is a dense kernel bound by arithmetic?",
        lines=(
            "peak: 1,979 TFLOP/s",
            "bandwidth: 3.35 TB/s",
            "ridge: 1,979 TFLOP/s / 3.35 TB/s = 591 FLOP/B",
        ),
        wrong=0,
        why="The data sheet's peak holds where every other product is skipped. Dense products get "
        "{{ right / published | % 0 fraction }} of it, {{ right | TFLOP/s 0 }}, so the ridge is "
        "at {{ right / 3.35 TB/s | FLOP/B 0 }}. The document's {{ 990 }} was right.",
        published=1979e12,
        ours=lambda: device("H100 SXM", "peak_bf16"),
        mistaken=lambda: device("H100 SXM", "peak_bf16_sparse"),
        right=989e12,  # 1,979 / 2 = 989.5, and 540,672 x 1.83e9 = 989.4e12
        digits=3,
        unit="TFLOP/s",
    ),
    Erratum(
        name="kv-hidden-for-width",
        chapter="forward-pass",
        step="cache",
        source="vLLM, an estimator of the key-value cache, pull request 29736: 2 × hidden_size "
        "values a token and layer; evaluated for 8,192 tokens of Llama-3-8B",
        url="https://github.com/vllm-project/vllm/pull/29736",
        task="A model has 32 layers of hidden size 4,096, with 32 query heads and 8 key-value "
        "heads of 128. How large is the key-value cache of 8,192 tokens in 16 bits?",
        lines=(
            "keys and values of a token in a layer: 2 × 4,096 = 8,192",
            "bytes a token keeps: 32 × 8,192 × 2 B = 524,288 B",
            "8,192 tokens: 8,192 × 524,288 B = 4.29 GB",
        ),
        wrong=0,
        why="The hidden size is the width of all query heads together. What is kept is "
        "{{ 2 × 8 × 128 = }} values, and {{ right | GB 2 }} in all: the estimate is "
        "{{ 32 / 8 | times }} too large, as the review found.",
        published=4_294_967_296,
        ours=lambda: serving.sequence_bytes(8192, serving.kv_bytes_per_token(32, 8 * 128, 2)),
        mistaken=lambda: serving.sequence_bytes(8192, serving.kv_bytes_per_token(32, 4096, 2)),
        right=1_073_741_824,  # 2 x 32 x 1,024 x 2 = 131,072 = 2^17 B a token; x 2^13 = 2^30
        digits=3,
        unit="GB",
        kind=FORMULA,
    ),
    Erratum(
        name="decode-reads-query-heads",
        chapter="forward-pass",
        step="batch",
        source="LLM-Viewer, load_kv_cache of a decode step with fused attention, issue 12; "
        "evaluated for a batch of 64 at 1,750 tokens, 64 query and 8 key-value heads of 128",
        url="https://github.com/hahnyuan/LLM-Viewer/issues/12",
        task="A decode step of 64 sequences finds 1,750 tokens of each in the cache. In a layer "
        "with 64 query heads and 8 key-value heads of 128, how many bytes of keys and values does "
        "it read, in 16 bits?",
        lines=(
            "tokens in the cache: 64 × 1,750 = 112,000",
            "keys and values of a token: 2 × 64 × 128 × 2 B = 32,768 B",
            "read in the layer: 112,000 × 32,768 B = 3.67 GB",
        ),
        wrong=1,
        why="The query heads of a group read the same keys and values: {{ 2 × 8 × 128 × 2 B = | B "
        "}} a token, {{ right | GB 3 }} in the layer. With {{ 64 / 8 | times }} that, a model with "
        "grouped queries seems to read as much as one without.",
        published=3_670_016_000,
        ours=lambda: serving.step_bytes(0, 64, 1750, serving.kv_bytes_per_token(1, 8 * 128, 2)),
        mistaken=lambda: serving.step_bytes(
            0, 64, 1750, serving.kv_bytes_per_token(1, 64 * 128, 2)
        ),
        right=458_752_000,  # 64 x 1,750 x 4,096
        digits=3,
        unit="GB",
        kind=FORMULA,
    ),
    Erratum(
        name="pairs-across-prompts",
        chapter="forward-pass",
        step="prefill",
        source="SGLang, its estimate of prefill's TFLOPS, pull request 34316: two prompts of 100 "
        "tokens counted as 20,100 pairs",
        url="https://github.com/sgl-project/sglang/pull/34316",
        task="A step computes two prompts of 100 tokens each. How many pairs of a token and one "
        "that it looks at does causal attention have?",
        lines=(
            "tokens of the step: 2 × 100 = 200",
            "each looks at itself and all before it: 200 × (200 + 1) / 2 = 20,100",
            "pairs a token: 20,100 / 200 = 100.5",
        ),
        wrong=1,
        why="A token looks into its own prompt alone: {{ 2 × 100 × (100 + 1) / 2 = }}. The metric "
        "summed the lengths before it counted pairs, so many short prompts in a step looked like "
        "a long one.",
        published=20_100,
        ours=lambda: 2 * serving.causal_pairs(100),
        mistaken=lambda: serving.causal_pairs(2 * 100),
        right=10_100,  # 2 x 5,050
        digits=3,
    ),
    Erratum(
        name="prefix-pairs-lost",
        chapter="forward-pass",
        step="chunks",
        source="SGLang, its estimate of prefill's TFLOPS in chunks, issue 34298; evaluated for a "
        "chunk of 512 that starts after 1,024 tokens",
        url="https://github.com/sgl-project/sglang/issues/34298",
        task="A prompt is computed in chunks of 512. How many pairs of a token and one that it "
        "looks at has the chunk that starts after 1,024 tokens?",
        lines=(
            "tokens of the chunk: 512",
            "each looks at itself and all before it: 512 × (512 + 1) / 2 = 131,328",
            "as for every chunk of the prompt: 131,328",
        ),
        wrong=1,
        why="Before the chunk's tokens stand those that are in the cache, and all look at them: "
        "{{ 512 × 1,024 = }} pairs more, {{ right }} in all. With the same count for every chunk, "
        "the TFLOP/s that are shown fall as the prompt goes on, while a chunk takes more of them.",
        published=131_328,
        ours=lambda: serving.pairs_after(1024 + 512, 1024),
        mistaken=lambda: serving.causal_pairs(512),
        right=655_616,  # 512 x 1,024 + 131,328 = 524,288 + 131,328
        digits=4,
        kind=FORMULA,
    ),
    Erratum(
        name="top-p-without-the-last",
        chapter="forward-pass",
        step="speculation",
        source="fish-speech, its top-p mask, pull request 1171: keeps 0.50 + 0.35 = 0.85 at 0.9",
        url="https://github.com/fishaudio/fish-speech/pull/1171",
        task="Words have chances 0.50, 0.35, 0.10 and 0.05. What is the chance of all words "
        "together that top-p keeps at 0.9?",
        lines=(
            "sums, likeliest first: 0.50 and 0.85 and 0.95 and 1.00",
            "a word is dropped when its sum is above 0.9: the first two stay",
            "together: 0.50 + 0.35 = 0.85",
        ),
        wrong=1,
        why="Top-p keeps the fewest words that reach it, so the word with which the sum passes "
        "{{ 0.9 }} stays: {{ 0.50 + 0.35 + 0.10 = }}. Without it the likeliest word is drawn with "
        "{{ 0.50 / 0.85 | % 0 }} instead of {{ 0.50 / 0.95 | % 0 }}.",
        published=0.85,
        ours=lambda: _top_p_mass((0.50, 0.35, 0.10, 0.05), 0.9, keeps_the_last=True),
        mistaken=lambda: _top_p_mass((0.50, 0.35, 0.10, 0.05), 0.9, keeps_the_last=False),
        right=0.95,  # 0.50 + 0.35 + 0.10
        digits=2,
    ),
    Erratum(
        name="residual-through-softmax",
        chapter="forward-pass",
        step="speculation",
        source="Transformers, _speculative_sampling, corrected in pull request 28508; evaluated "
        "for chances of 0.5, 0.3, 0.2 under the target and 0.2, 0.5, 0.3 under the draft",
        url="https://github.com/huggingface/transformers/pull/28508",
        task="The target gives words A, B, C the chances 0.5, 0.3, 0.2, the draft 0.2, 0.5, 0.3. "
        "A draft was turned down. With what chance is A drawn in its place?",
        lines=(
            "what the target has more of A: 0.5 − 0.2 = 0.3",
            "of B and C it has less: 0 and 0",
            "softmax: exp(0.3) / (exp(0.3) + exp(0) + exp(0)) = 0.403",
        ),
        wrong=2,
        why="What is left is divided by its sum, {{ 0.3 }}, so that A is certain: {{ 0.3 / 0.3 = "
        "}}. A softmax gives a chance to the words that were drafted too often already, and the "
        "answer no longer follows the target.",
        published=0.403,
        ours=lambda: most(
            serving.residual(_TARGET, _DRAFT, serving.overlap(_TARGET, _DRAFT)), "word"
        ),
        mistaken=lambda: most(softmax(maximum(0, _TARGET - _DRAFT), "word"), "word"),
        right=1,  # 0.3 / (0.3 + 0 + 0)
        digits=3,
        kind=FORMULA,
    ),
    Erratum(
        name="kept-when-two-draws-agree",
        chapter="forward-pass",
        step="speculation",
        source="MLX Swift LM, the verifier of drafts, pull request 459: accepts with Σ p(x) q(x); "
        "evaluated for chances of 0.6, 0.4 under the target and 0.5, 0.5 under the draft",
        url="https://github.com/ml-explore/mlx-swift-lm/pull/459",
        task="The target gives two words the chances 0.6 and 0.4, the draft 0.5 and 0.5. How "
        "likely can a drafted word be kept?",
        lines=(
            "draw from both models, keep the draft if the words agree",
            "both draw the first: 0.6 × 0.5 = 0.3; both the second: 0.4 × 0.5 = 0.2",
            "kept: 0.3 + 0.2 = 0.5",
        ),
        wrong=0,
        why="A draft may be kept with the target's chance over the draft's, at most one. Then "
        "{{ 0.5 + 0.4 = }} of the drafts stay, the smaller chance of each word, and the answer "
        "still follows the target. Waiting for a draw of each to agree turns good drafts down.",
        published=0.5,
        ours=lambda: serving.overlap(_SURE, _EVEN),
        mistaken=lambda: total(_SURE * _EVEN, "word"),
        right=0.9,  # min(0.6, 0.5) + min(0.4, 0.5)
        digits=2,
        kind=FORMULA,
    ),
    Erratum(
        name="four-bits-as-a-byte",
        chapter="forward-pass",
        step="formats",
        source="lilbee, its choice of a context for a q4_0 cache, pull request 740: 131,072 bytes "
        "a token, 131,584 tokens granted; after the fix 234,240",
        url="https://github.com/tobocop2/lilbee/pull/740",
        task="A token keeps 131,072 values. They are cached in q4_0, whose block of 32 values "
        "takes 18 B. How many bytes does the token keep?",
        lines=(
            "a value takes less than a byte, so at most: 1 B",
            "values of a token: 131,072",
            "a token keeps: 131,072 × 1 B = 131,072 B",
        ),
        wrong=0,
        why="With its share of the block's scale a value takes {{ 18 B / 32 | B }}, so the token "
        "keeps {{ right | B }}. At a byte each only {{ 131,584 / 234,240 | % 0 }} of the context "
        "that fits was granted.",
        published=131_072,
        ours=lambda: memory.tensor_bytes(131_072, serving.bits_with_scales(4, 16, 32) / 8),
        mistaken=lambda: memory.tensor_bytes(131_072, 1),
        right=73_728,  # 131,072 / 32 = 4,096 blocks x 18
        digits=5,
        unit="B",
    ),
    Erratum(
        name="experts-never-shared",
        chapter="forward-pass",
        step="experts",
        source="inference-sim, the roofline of mixtures, issue 764: a batch of 3 tokens "
        "statistically needs ~6 unique experts of Mixtral's 8; issue 789 has 4.6",
        url="https://github.com/inference-sim/inference-sim/issues/764",
        task="Each token is sent to 2 of 8 experts, drawn evenly. How many different experts do 3 "
        "tokens touch, on the average?",
        lines=(
            "a token touches: 2 experts",
            "3 tokens touch: 3 × 2 = 6",
            "no more than there are, 8; so: 6",
        ),
        wrong=1,
        why="Tokens meet at the same expert. All of them miss a given one with a chance of "
        "{{ (1 − 2 / 8)^3 | 3 }}, so {{ 8 × (1 − (1 − 2 / 8)^3) | 3 }} are touched, the "
        "{{ 4.6 }} that the repository came to.",
        published=6,
        ours=lambda: serving.distinct_drawn(8, 2, 3),
        mistaken=lambda: min(8, 3 * 2),
        right=4.625,  # 8 x (1 - 27/64) = 8 x 37/64
        digits=2,
    ),
    Erratum(
        name="latent-kept-twice",
        chapter="forward-pass",
        step="experts",
        source="LMCache, the calculator as corrected in pull request 694: 2 × L × S × d_c × B; "
        "evaluated for a token of DeepSeek-V3",
        url="https://github.com/LMCache/LMCache/pull/694",
        task="Each of 61 layers of latent attention keeps a latent of 512 and a rotary key of 64. "
        "How many bytes does a token keep, in 16 bits?",
        lines=(
            "keys and values of a layer: 2 × 512 = 1,024",
            "all layers: 61 × 1,024 = 62,464",
            "bytes: 62,464 × 2 B = 124,928 B",
        ),
        wrong=0,
        why="Keys and values are both made from the one latent, which is kept once, and beside it "
        "stands the rotary key: {{ 512 + 64 = }} values a layer, {{ right | B }}. The correction "
        "of a wrong calculator was wrong by a factor of {{ published / right | 2 }}.",
        published=124_928,
        ours=lambda: serving.latent_kv_bytes(61, 512, 64, 2),
        mistaken=lambda: 2 * serving.latent_kv_bytes(61, 512, 0, 2),
        right=70_272,  # 61 x 576 x 2
        digits=5,
        unit="B",
        kind=FORMULA,
    ),
    Erratum(
        name="node-price-for-a-gpu",
        chapter="forward-pass",
        step="price",
        source="SkyPilot, bids for spot pods on RunPod, pull request 9000: a 4x GPU instance at "
        "$4/hr total would bid $4/GPU instead of $1/GPU",
        url="https://github.com/skypilot-org/skypilot/pull/9000",
        task="An instance of 4 GPUs costs 4 USD an hour in total. What should be bid for each GPU, "
        "an hour?",
        lines=(
            "the instance, an hour: 4 USD",
            "bid for a GPU, an hour: 4 USD",
            "the instance then costs up to: 4 × 4 USD = 16 USD",
        ),
        wrong=1,
        why="The price was that of all {{ 4 }} GPUs; one is {{ 4 USD / 4 | USD 0 }}, and the bid "
        "was {{ published / right | times }} too high. Turned round, one GPU's price for a whole "
        "node's tokens, the slip makes them cheaper by the same factor.",
        published=4,
        ours=lambda: rows.ratio(4, 4),
        mistaken=lambda: rows.ratio(4, 1),
        right=1,  # 4 / 4
        digits=1,
        unit="USD",
    ),
)

MUSEUM: tuple[Erratum, ...] = (
    *_KEYS_AND_VALUES,
    *_BYTES,
    *_RATES,
    *_TIMES,
    *_L1,
    *_ROPE,
    *_TREES,
    *_SERVING,
)
