"""MFU: the FLOPs counted, the published and the impossible cases, and why busy is not useful."""

import dataclasses
import math

import pytest

from tests.skips import required
from worked.gpu_wall import mfu
from worked.recording import load

A_RUN = mfu.LoggedRun(60_000, 70e9, 80, 8192, 4096, 64, 989e12)
LINE = "tokens_per_second=60,000 params=70e9 layers=80 hidden=8192 seq=4096 gpus=64 peak=989e12"


def with_(**changes: float) -> mfu.LoggedRun:
    return dataclasses.replace(A_RUN, **changes)  # type: ignore[arg-type]


def tiny(**sizes: int):  # type: ignore[no-untyped-def]
    """Return settings, model and tokens of a tiny transformer that skips no layer."""
    torch = required("torch")
    from worked.gpu_wall import resumable_training as rt

    settings = rt.Settings(steps=10, layer_drop=0.0, **sizes)
    torch.manual_seed(0)
    return settings, rt.TinyTransformer(settings), rt.batch_at(settings, 0)


SIZES = [
    {},
    {"layers": 3, "hidden": 48, "heads": 4, "context": 24, "vocabulary": 17, "batch": 2},
    {"layers": 1, "hidden": 8, "heads": 1, "context": 64, "vocabulary": 5, "batch": 3},
]


@pytest.mark.parametrize("sizes", SIZES)
def test_torch_counts_exactly_six_n_and_twelve_l_h_s(sizes: dict[str, int]) -> None:
    """Forward and backward of a real model, counted operation by operation.

    The model computes all scores and masks them afterwards, so nothing is halved.
    """
    settings, model, tokens = tiny(**sizes)
    from torch.utils.flop_counter import FlopCounterMode

    with FlopCounterMode(display=False) as counter:
        model(tokens[:, :-1]).sum().backward()
    run = mfu.tiny_model_run(settings, model)
    h, layers = settings.hidden, settings.layers
    # A layer: h x 3h, h x h, h x 4h, 4h x h, in all 12 h²; then the head, h x vocabulary.
    assert run.params == 12 * h * h * layers + h * settings.vocabulary
    tokens_done = settings.batch * settings.context
    assert counter.get_total_flops() == tokens_done * mfu.model_flops_per_token(run)


def test_torch_counts_exactly_eight_n_with_full_recomputation() -> None:
    """With every layer run again in the backward pass: 8N + 16·L·h·s, the head once: 6N."""
    settings, model, tokens = tiny()
    from torch.utils.checkpoint import checkpoint
    from torch.utils.flop_counter import FlopCounterMode

    with FlopCounterMode(display=False) as counter:
        x = model.token(tokens[:, :-1]) + model.position.weight
        for block in model.blocks:
            x = checkpoint(block, x, use_reentrant=False)
        model.head(model.norm(x)).sum().backward()
    run = mfu.tiny_model_run(settings, model)
    head = settings.hidden * settings.vocabulary
    layers_only = dataclasses.replace(run, params=run.params - head)
    tokens_done = settings.batch * settings.context
    recomputed = 4 / 3 * mfu.model_flops_per_token(layers_only)
    assert counter.get_total_flops() == pytest.approx(tokens_done * (recomputed + 6 * head))
    hfu = mfu.hardware_flops_utilization(layers_only)
    assert hfu == pytest.approx(tokens_done * recomputed / tokens_done)  # 1 token/s at 1 FLOP/s


def test_the_chapter_s_run_by_hand() -> None:
    """6 * 70e9 = 420e9; 12 * 80 * 8,192 * 4,096 = 32.2e9; 64 * 989e12 = 63.296e15 FLOP/s."""
    assert mfu.model_flops_per_token(A_RUN) == 420e9 + 32_212_254_720
    assert mfu.model_flops_per_token(with_(causal=True)) == 420e9 + 16_106_127_360
    # 60,000 * 452.212e9 / 63.296e15 = 27.13274e15 / 63.296e15 = 0.428664
    assert mfu.checked_mfu(A_RUN) == pytest.approx(0.428664, abs=5e-7)
    assert mfu.hardware_flops_utilization(A_RUN) == pytest.approx(0.57155, abs=1e-5)


def test_forty_percent_of_six_n_is_more_once_attention_counts() -> None:
    """60,282 tokens/s is 40 % by 6N alone: 60,282 * 420e9 = 25.318e15 = 0.4 * 63.296e15.

    With attention the same run is at 43.1 %: 452.2/420 = 1.0767 times as much.
    """
    parameters_only = 60_282 * 420e9 / 63.296e15
    assert parameters_only == pytest.approx(0.4, abs=1e-5)
    assert mfu.checked_mfu(with_(tokens_per_second=60_282)) == pytest.approx(0.43068, abs=5e-5)


def test_the_104_percent_on_an_h100_was_an_a100_s_peak() -> None:
    """nanoGPT, pull request 464: 312e12 is the A100's dense bf16 peak, the H100's is 989e12.

    A GPT-2 of 124M parameters at the rate that gives 104 % of 312e12: 104 * 312/989 = 32.8 %.
    """
    gpt2 = mfu.LoggedRun(1.0, 124e6, 12, 768, 1024, 1, 312e12)
    rate = 1.04 * 312e12 / mfu.model_flops_per_token(gpt2)
    logged = dataclasses.replace(gpt2, tokens_per_second=rate)
    with pytest.raises(mfu.ImpossibleMFU, match=r"MFU is 104\.0%") as caught:
        mfu.checked_mfu(logged, {"H100 bf16": 989e12, "A100 bf16": 312e12, "A100 TF32": 156e12})
    by_mistake = {cause.mistake: cause for cause in caught.value.causes}
    right = by_mistake["the peak should be that of H100 bf16"]
    assert right.corrected == pytest.approx(0.328, abs=5e-4)
    assert right.plausible
    tf32 = by_mistake["the peak should be that of A100 TF32"]
    assert tf32.corrected == pytest.approx(2.08)
    assert not tf32.plausible
    assert "the peak should be that of A100 bf16" not in by_mistake  # it is what was used


@pytest.mark.parametrize(
    ("planted", "blamed"),
    [
        ({"tokens_per_second": 60_000 * 64}, "multiplied by the number of GPUs again"),
        ({"gpus": 8}, "gpus counts nodes of 8 GPUs"),
        ({"tokens_per_second": 180_000}, "of a forward pass: 2N, not 6N"),
        ({"peak": 156e12}, "the peak should be that of bf16"),
    ],
)
def test_a_planted_mistake_is_found(planted: dict[str, float], blamed: str) -> None:
    """Each mistake is among the plausible causes, and undoing it gives the run's real 42.9 %."""
    with pytest.raises(mfu.ImpossibleMFU) as caught:
        mfu.checked_mfu(with_(**planted), {"bf16": 989e12})
    found = [cause for cause in caught.value.causes if blamed in cause.mistake and cause.plausible]
    assert [cause.corrected for cause in found] == [pytest.approx(0.428664, abs=5e-7)]


def test_masked_attention_counted_whole_is_found_at_long_contexts() -> None:
    """nanoGPT, issue 456, asks whether 12 should be 6. At 131,072 tokens it matters.

    12 * 80 * 8,192 * 131,072 = 1.0308e12 against 6N = 0.42e12: all of it is 1.4508e12, with
    half of the attention 0.9354e12, which is 64.5 % as much. 110 % becomes 70.9 %.
    """
    long = with_(seq=131_072)
    rate = 1.10 * long.gpus * long.peak / mfu.model_flops_per_token(long)
    with pytest.raises(mfu.ImpossibleMFU) as caught:
        mfu.checked_mfu(dataclasses.replace(long, tokens_per_second=rate))
    (cause,) = [cause for cause in caught.value.causes if "6·L·h·s" in cause.mistake]
    assert cause.corrected == pytest.approx(0.709, abs=5e-4)
    assert cause.plausible


def test_embeddings_counted_as_matrices_are_found() -> None:
    """A small model with a large vocabulary: two thirds of its parameters are only looked up."""
    run = mfu.LoggedRun(1.0, 300e6, 4, 512, 128, 1, 1e12, embedding_params=200e6)
    rate = 1.2 * 1e12 / mfu.model_flops_per_token(run)
    with pytest.raises(mfu.ImpossibleMFU) as caught:
        mfu.checked_mfu(dataclasses.replace(run, tokens_per_second=rate))
    (cause,) = [cause for cause in caught.value.causes if "embeddings" in cause.mistake]
    # attention: 12 * 4 * 512 * 128 = 3.1e6; (600e6 + 3.1e6) / (1,800e6 + 3.1e6) * 1.2 = 0.4014
    assert cause.corrected == pytest.approx(0.4014, abs=5e-5)


def test_the_sparse_peak_hides_an_impossible_mfu_and_never_explains_one() -> None:
    """Against twice the dense peak a figure is halved: 53.6 % shown would be 107 % dense."""
    too_fast = with_(tokens_per_second=150_000)
    hidden = mfu.checked_mfu(dataclasses.replace(too_fast, peak=2 * 989e12))
    assert hidden == pytest.approx(0.5358, abs=5e-5)
    with pytest.raises(mfu.ImpossibleMFU) as caught:
        mfu.checked_mfu(too_fast)
    (cause,) = [cause for cause in caught.value.causes if "sparse" in cause.mistake]
    assert cause.corrected == pytest.approx(2 * caught.value.mfu)
    assert not cause.plausible


def test_exactly_the_peak_is_not_called_impossible() -> None:
    at_peak = mfu.LoggedRun(1.0, 1.0, 1, 1, 1, 1, peak=18.0)  # 6 + 12 FLOPs a token
    assert mfu.checked_mfu(at_peak) == 1.0
    with pytest.raises(mfu.ImpossibleMFU):
        mfu.checked_mfu(dataclasses.replace(at_peak, peak=math.nextafter(18.0, 0)))


def test_a_log_line_is_read() -> None:
    assert mfu.read_log_line(f"event=step loss=2.31 {LINE}") == A_RUN
    short = "step=7 tokens_per_second=60_000, loss=1.5"
    known = {"params": 70e9, "layers": 80, "hidden": 8192, "seq": 4096, "gpus": 64}
    assert mfu.read_log_line(short, **known, peak=989e12) == A_RUN
    assert mfu.read_log_line(LINE + " causal=1").causal


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("tokens_per_second=60,000", "lacks params, layers, hidden, seq, gpus, peak"),
        (LINE.replace("70e9", "70B"), "params=70B in the log line is not a number"),
        (LINE.replace("60,000", "0"), "tokens_per_second is 0.0; it must be positive"),
        (LINE.replace("989e12", "nan"), "peak is nan"),
        (LINE.replace("gpus=64", "gpus=-64"), "gpus is -64.0"),
        (LINE + " embedding_params=71e9", "must be part of params"),
    ],
)
def test_a_wrong_log_line_is_refused_in_words(line: str, message: str) -> None:
    with pytest.raises(ValueError, match=message.replace(".", r"\.")):
        mfu.read_log_line(line)


def test_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert mfu.main([LINE]) == 0
    assert capsys.readouterr().out.startswith("MFU 42.9%\nHFU 57.2%")
    assert mfu.main([LINE.replace("989e12", "156e12"), "--other-peak", "bf16=989e12"]) == 2
    error = capsys.readouterr().err
    assert "MFU is 271.8%" in error
    assert "42.9% (plausible) if the peak should be that of bf16" in error


def test_equally_busy_programs_do_not_do_equal_work() -> None:
    """Measured here and now: held processor time is the same, FLOPs are not.

    One FLOP for 8 B moved cannot keep up with n/6 = 128 FLOPs a byte: at least five times less.
    """
    products = mfu.in_own_process("matrix_products", 0.5)
    stream = mfu.in_own_process("elementwise", 0.5)
    rates = [work["flops"] / work["held"] for work in (products, stream)]
    assert rates[0] > 5 * rates[1]
    for work in (products, stream):
        assert 0 < work["held"] <= 1.1 * work["wall"]  # one thread; the clock ticks in 10 ms


def test_the_recorded_demonstration_says_what_the_chapter_says() -> None:
    """All three look busy; only the matrix products use the machine."""
    values = {name: entry["value"] for name, entry in load(mfu.MEASURED)["values"].items()}
    for name in mfu.PROGRAMS:
        assert 0.9 < values[f"{name}_busy_share"] <= 1.02
        assert values[f"{name}_flops_per_second"] / values["one_core_peak_flops_per_second"] == (
            pytest.approx(values[f"{name}_share_of_peak"])
        )
        assert values[f"{name}_share_of_peak"] <= 1
    assert values["matrix_products_share_of_peak"] > 0.5
    assert values["elementwise_share_of_peak"] < 0.1
    assert values["tiny_training_share_of_peak"] < 0.1
