"""Real processes: what each holds, what each sends, and that sharding changes no weight."""

from __future__ import annotations

from functools import cache
from typing import Any, get_args

import pytest
import torch

from worked.formulas import communication, memory, parallelism
from worked.gpu_wall import sharding_real as sr
from worked.gpu_wall import sharding_study as study
from worked.gpu_wall.memory_real import small_batch
from worked.gpu_wall.process_group import run_group
from worked.gpu_wall.transformer import GPTConfig, Transformer, next_token_loss
from worked.recording import load
from worked.rows import Row, as_row

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("one_thread")]

STRATEGIES = get_args(sr.Strategy)
EVEN_PARAMETERS = 55_488  # (64 + 16) x 32 + 4 x (12 x 32^2 + 13 x 32) + 2 x 32 + 64 x 32


@cache
def survey(ranks: int) -> list[dict[str, Any]]:
    """Run the group once for all tests."""
    return run_group(ranks, study.survey)


@pytest.fixture(params=[2, 4], ids=["2 ranks", "4 ranks"])
def found(request: pytest.FixtureRequest) -> list[dict[str, Any]]:
    """What each rank of a group found."""
    return survey(request.param)


# ---------------------------------------------------------------- rings


def test_the_rings_do_what_torchs_collectives_do(found: list[dict[str, Any]]) -> None:
    """Whole numbers add exactly in any order, so the results are equal, not close."""
    for rank in found:
        rings = rank["rings"]
        assert rings["all_reduce_equal"]
        assert rings["reduce_scatter_equal"]
        assert rings["all_gather_equal"]


def test_a_ring_all_reduce_sends_2_n_minus_1_nths_of_the_payload(
    found: list[dict[str, Any]],
) -> None:
    """65,536 fp32 = 262,144 B: 2 ranks send 2/2 of it in 2 steps, 4 ranks 6/4 of it in 6."""
    ranks, payload = len(found), 262_144
    for rank in found:
        traffic = rank["rings"]["traffic"]
        assert traffic["messages"] == 2 * (ranks - 1)
        assert traffic["sent_bytes"] == communication.all_reduce_bytes(payload, ranks)
        assert traffic["sent_bytes"] == {2: 262_144, 4: 393_216}[ranks]
        assert traffic["received_bytes"] == traffic["sent_bytes"]


def test_the_kernels_sockets_sent_what_we_counted(found: list[dict[str, Any]]) -> None:
    """TCP counters: our payload, and a header of fixed size before each message."""
    if "kernel_ring_bytes" not in found[0]["rings"]:
        pytest.skip("the kernel's TCP counters are read on Linux only")
    for rank in found:
        rings = rank["rings"]
        extra = rings["kernel_ring_bytes"] - rings["traffic"]["sent_bytes"]
        header, rest = divmod(extra, rings["traffic"]["messages"])
        assert rest == 0
        assert 0 < header < 256


def test_torchs_own_all_reduce_moves_the_same_payload(found: list[dict[str, Any]]) -> None:
    """By the kernel's count gloo's all-reduce is no cheaper than the ring: the bound is met."""
    if "kernel_torch_bytes" not in found[0]["rings"]:
        pytest.skip("the kernel's TCP counters are read on Linux only")
    payload = communication.all_reduce_bytes(262_144, len(found))
    for rank in found:
        assert payload < rank["rings"]["kernel_torch_bytes"] < 1.01 * payload


def test_ring_order_sum_adds_in_the_order_of_the_ring() -> None:
    """Chunk 0 of 4 ranks is ((g1 + g2) + g3) + g0; in bf16 256 + 1 is 256, so order shows."""
    values = [torch.zeros(4, dtype=torch.bfloat16) for _ in range(4)]
    for rank, value in enumerate((1.0, 256.0, 1.0, -256.0)):
        values[rank][0] = value
    assert sr.ring_order_sum(values)[0].item() == 1.0  # (256 + 1) - 256 + 1 = 0 + 1
    values[0], values[1] = values[1], values[0]
    assert sr.ring_order_sum(values)[0].item() == 2.0  # (1 + 1) - 256 + 256 = 2


# ---------------------------------------------------------------- ZeRO: what is held


def test_the_models_units_divide_evenly_or_not_as_the_tests_need() -> None:
    """EVEN's units are multiples of 4; those of UNEVEN include odd numbers."""
    assert study.unit_sizes(study.EVEN) == [2560, 12_704, 12_704, 12_704, 12_704, 2112]
    assert sum(study.unit_sizes(study.EVEN)) == EVEN_PARAMETERS
    assert all(size % 4 == 0 for size in study.unit_sizes(study.EVEN))
    # (61 + 13) x 33, twice 12 x 33^2 + 13 x 33, 2 x 33 + 61 x 33
    assert study.unit_sizes(study.UNEVEN) == [2442, 13_497, 13_497, 2079]


def formula_bytes(strategy: str, parameters: float, ranks: int) -> float:
    """Return the book's formula for the strategy: 2 B weights, 2 B gradients, 3 x 4 B Adam."""
    layout = STRATEGIES.index(strategy)
    sharing = parallelism.sharing_ranks(as_row(ranks)).fixed("layout", layout)
    width = Row.of([2, 2, 4, 4, 4], "kept")
    kept = parallelism.kept_bytes(parameters, width, 1, 1, 1, sharing)
    return float(parallelism.state_bytes(kept).at())


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_bytes_held_are_the_formulas(found: list[dict[str, Any]], strategy: str) -> None:
    """Bytes a parameter: 16; 4 + 12/n; 2 + 14/n; 16/n. The same on every rank."""
    ranks = len(found)
    by_hand = {
        "ddp": {2: 16.0, 4: 16.0},
        "zero1": {2: 10.0, 4: 7.0},
        "zero2": {2: 9.0, 4: 5.5},
        "zero3": {2: 8.0, 4: 4.0},
    }[strategy][ranks]
    for rank in found:
        held = sum(rank[strategy]["held"].values())
        assert held == by_hand * EVEN_PARAMETERS
        assert held == formula_bytes(strategy, EVEN_PARAMETERS, ranks)


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_what_is_split_is_split_and_nothing_else(
    found: list[dict[str, Any]], strategy: str
) -> None:
    """Stage 1 splits the optimizer's state, 2 the gradients too, 3 the weights too."""
    n, p = len(found), EVEN_PARAMETERS
    stage = STRATEGIES.index(strategy)
    for rank in found:
        assert rank[strategy]["held"] == {
            "weights": 2 * p // (n if stage >= 3 else 1),
            "gradients": 2 * p // (n if stage >= 2 else 1),
            "optimizer": 12 * p // (n if stage >= 1 else 1),
        }


@pytest.mark.parametrize("model", ["", "_uneven", "_fp32"])
@pytest.mark.parametrize("strategy", STRATEGIES)
def test_no_tensor_was_forgotten(found: list[dict[str, Any]], strategy: str, model: str) -> None:
    """Every tensor that Python can reach on the rank, however named, adds up to what is held."""
    for rank in found:
        result = rank[f"{strategy}{model}"]
        assert result["live_bytes"] == sum(result["held"].values())


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_padding_is_accounted_for(found: list[dict[str, Any]], strategy: str) -> None:
    """Each unit is padded to a multiple of n, and the padding is held and sent like the rest.

    n = 2: 2442 + 13,498 + 13,498 + 2080 = 31,518; n = 4: 2444 + 13,500 + 13,500 + 2080.
    """
    ranks = len(found)
    padded = {2: 31_518, 4: 31_524}[ranks]
    assert padded - sum(study.unit_sizes(study.UNEVEN)) == {2: 3, 4: 9}[ranks]
    for rank in found:
        held = sum(rank[f"{strategy}_uneven"]["held"].values())
        assert held == formula_bytes(strategy, padded, ranks)


# ---------------------------------------------------------------- ZeRO: what is sent


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_zero_1_and_2_send_as_much_as_ddp_and_zero_3_half_as_much_again(
    found: list[dict[str, Any]], strategy: str
) -> None:
    """bf16 payload 2P: an all-reduce is 2 (n-1)/n of it; ZeRO-3 gathers twice, scatters once."""
    ranks, payload = len(found), 2 * EVEN_PARAMETERS
    if strategy == "zero3":
        expected = communication.zero3_step_bytes(payload, ranks, micro_batches=1)
    else:
        expected = communication.all_reduce_bytes(payload, ranks)
    for rank in found:
        assert rank[strategy]["traffic"]["sent_bytes"] == expected
        assert rank[strategy]["traffic"]["received_bytes"] == expected


def test_collectives_of_a_step(found: list[dict[str, Any]]) -> None:
    """Six units: an all-reduce each; or a reduce-scatter and an all-gather; or two of those."""
    counts = {s: found[0][s]["traffic"]["collectives"] for s in STRATEGIES}
    assert counts == {
        "ddp": {"all_reduce": 6},
        "zero1": {"reduce_scatter": 6, "all_gather": 6},
        "zero2": {"reduce_scatter": 6, "all_gather": 6},
        "zero3": {"all_gather": 12, "reduce_scatter": 6},
    }


# ---------------------------------------------------------------- ZeRO: what is learnt


def initial_weights(config: GPTConfig) -> torch.Tensor:
    """Return the flat bf16 weights that training starts from."""
    units = sr.make_units(config, "ddp", 0, 1, torch.bfloat16)
    return torch.cat([u.weights.detach() for u in units])


def test_every_strategy_learns_the_very_bits_of_one_process(found: list[dict[str, Any]]) -> None:
    """One process that adds the ranks' gradients in the ring's order gets the same weights."""
    ranks = len(found)
    for suffix, config, steps in (("", study.EVEN, study.STEPS), ("_uneven", study.UNEVEN, 1)):
        alone = sr.train_alone(config, ranks, steps)
        assert not torch.equal(alone, initial_weights(config))
        for rank in found:
            for strategy in STRATEGIES:
                assert torch.equal(rank[f"{strategy}{suffix}"]["weights"], alone)


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_sharded_training_is_torchs_training_on_the_whole_batch(
    found: list[dict[str, Any]], strategy: str
) -> None:
    """In fp32, against torch.optim.Adam on one undivided batch: equal to 1e-6.

    Only rounding differs (the order of sums): steps of 1e-3 are compared to a thousandth.
    Key biases are left out: softmax does not see them (q.b is added to every score of a row),
    so their gradient is rounding noise around zero, which Adam divides by its own size.
    """
    ranks = len(found)
    torch.manual_seed(sr.SEED)
    model = Transformer(study.EVEN)
    start = flat_without_key_biases(model)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    for step in range(1, study.STEPS + 1):
        tokens, targets = small_batch(study.EVEN, sr.SEED + step, batch=2 * ranks)
        optimizer.zero_grad()
        next_token_loss(model(tokens), targets).backward()
        optimizer.step()
    for name, p in model.named_parameters():
        if name.endswith("qkv.bias"):
            assert p.grad is not None
            assert p.grad.chunk(3)[1].abs().max() < 1e-8 < p.grad.chunk(3)[2].abs().min()
    theirs = flat_without_key_biases(model)
    assert (theirs - start).abs().max() > 1e-3
    for rank in found:
        ours = without_key_biases(rank[f"{strategy}_fp32"]["weights"])
        torch.testing.assert_close(ours, theirs, rtol=0, atol=1e-6)


def flat_without_key_biases(model: Transformer) -> torch.Tensor:
    """Return all parameters in one flat tensor but the middle third of each QKV bias."""
    parts = []
    for name, p in model.named_parameters():
        thirds = p.detach().flatten().chunk(3)
        parts += [thirds[0], thirds[2]] if name.endswith("qkv.bias") else [p.detach().flatten()]
    return torch.cat(parts)


# ---------------------------------------------------------------- several micro-batches

MICRO_BATCHES = (1, 2, 3)


@cache
def accumulated(strategy: str) -> list[dict[str, Any]]:
    """Train with 1, 2 and 3 micro-batches a step on four ranks; once for all tests."""
    return run_group(4, study.survey_accumulation, strategy, MICRO_BATCHES)


@pytest.mark.parametrize("k", MICRO_BATCHES)
@pytest.mark.parametrize("strategy", STRATEGIES)
def test_what_a_step_of_several_micro_batches_sends(strategy: str, k: int) -> None:
    """DDP and ZeRO-1 reduce once a step, ZeRO-2 after each micro-batch, ZeRO-3 gathers anew too.

    Payload 2 x 55,488 = 110,976 B, of which a ring of four sends 3/4 = 83,232 B a phase:
    2 phases whatever k is; k + 1 under ZeRO-2, so 166,464, 249,696 and 332,928 B; 3 k under
    ZeRO-3, so 249,696, 499,392 and 749,088 B.
    """
    ranks, payload, phase = 4, 2 * EVEN_PARAMETERS, 83_232
    expected, by_hand = {
        "ddp": (communication.all_reduce_bytes(payload, ranks), 2 * phase),
        "zero1": (communication.all_reduce_bytes(payload, ranks), 2 * phase),
        "zero2": (communication.zero2_step_bytes(payload, ranks, k), (k + 1) * phase),
        "zero3": (communication.zero3_step_bytes(payload, ranks, k), 3 * k * phase),
    }[strategy]
    for rank in accumulated(strategy):
        traffic = rank[f"{k}_bf16"]["traffic"]
        assert traffic["sent_bytes"] == traffic["received_bytes"] == expected == by_hand
        if strategy == "zero2":  # six units
            assert traffic["collectives"] == {"reduce_scatter": 6 * k, "all_gather": 6}


@pytest.mark.parametrize("k", MICRO_BATCHES)
def test_zero_2_never_holds_whole_gradients_however_many_micro_batches(k: int) -> None:
    """2 + 14/4 = 5.5 B a parameter at the end of the step, for any k; nothing else is alive."""
    for rank in accumulated("zero2"):
        result = rank[f"{k}_bf16"]
        assert result["live_bytes"] == sum(result["held"].values()) == 5.5 * EVEN_PARAMETERS


@pytest.mark.parametrize("k", MICRO_BATCHES)
@pytest.mark.parametrize("strategy", STRATEGIES)
def test_accumulation_learns_the_very_bits_of_one_process(strategy: str, k: int) -> None:
    """One process that adds the same bf16 gradients in the same order gets the same weights."""
    reduce_each = strategy in ("zero2", "zero3")
    alone = sr.train_alone(study.EVEN, 4, study.STEPS, micro_batches=k, reduce_each=reduce_each)
    for rank in accumulated(strategy):
        assert torch.equal(rank[f"{k}_bf16"]["weights"], alone)


@pytest.mark.parametrize("k", MICRO_BATCHES)
def test_zero_2_with_micro_batches_learns_what_data_parallelism_learns(k: int) -> None:
    """With one micro-batch the very bits; with more, fp32 weights equal to 1e-6.

    Data parallelism adds a gradient's 4 k terms over micro-batches and then over ranks, ZeRO-2
    over ranks and then over micro-batches: only the rounding of sums may differ. Three steps of
    1e-3 are compared to a thousandth of one; key biases, whose gradient is rounding noise, are
    left out (see the comparison with torch.optim.Adam).
    """
    for whole, sharded in zip(accumulated("ddp"), accumulated("zero2"), strict=True):
        theirs, ours = whole[f"{k}_fp32"]["weights"], sharded[f"{k}_fp32"]["weights"]
        if k == 1:
            assert torch.equal(ours, theirs)
            assert torch.equal(whole["1_bf16"]["weights"], sharded["1_bf16"]["weights"])
        torch.testing.assert_close(
            without_key_biases(ours), without_key_biases(theirs), rtol=0, atol=1e-6
        )


def without_key_biases(weights: torch.Tensor) -> torch.Tensor:
    """Return EVEN's flat weights but the middle third of each QKV bias."""
    model = Transformer(study.EVEN)
    parameters = [p for unit in model.units() for p in unit.parameters()]
    torch.nn.utils.vector_to_parameters(weights, parameters)
    return flat_without_key_biases(model)


# ---------------------------------------------------------------- PyTorch's own


def test_torchs_own_wrappers_hold_what_the_formulas_say_in_fp32(
    found: list[dict[str, Any]],
) -> None:
    """fp32 4 + 4 + 8: DDP 16; ZeroRedundancyOptimizer 8 + 8/n; FSDP2 16/n.

    ZeroRedundancyOptimizer deals out whole tensors, so its ranks are only nearly equal: their
    sum is exact, and no rank is off by more than the largest tensor's moments.
    """
    n, p = len(found), EVEN_PARAMETERS
    for rank in found:
        assert kinds(rank["torch_ddp"]) == (4 * p, 4 * p, 8 * p)
        assert kinds(rank["torch_fsdp2"]) == (4 * p // n, 4 * p // n, 8 * p // n)
        weights, gradients, moments = kinds(rank["torch_zero1"])
        assert (weights, gradients) == (4 * p, 4 * p)
        assert abs(moments - 8 * p / n) <= 8 * 4 * 32 * 32
    assert sum(rank["torch_zero1"]["optimizer"] for rank in found) == 8 * p


def kinds(held: dict[str, Any]) -> tuple[int, int, int]:
    """Return bytes of weights, gradients and optimizer state."""
    return held["weights"], held["gradients"], held["optimizer"]


def test_fsdp2_gathers_each_layer_twice_and_scatters_once(found: list[dict[str, Any]]) -> None:
    """Four layers and the root: 4 x 2 + 1 all-gathers, for the root keeps its weights from
    forward to backward unless told not to, then 5 x 2; 5 reduce-scatters either way."""
    for rank in found:
        kept = rank["torch_fsdp2"]["collectives"]
        resharded = rank["torch_fsdp2_reshard_root"]["collectives"]
        assert sorted(kept.values()) == [5, 9]
        assert sorted(resharded.values()) == [5, 10]


# ---------------------------------------------------------------- tensor parallelism


@pytest.fixture(scope="module")
def whole_layer() -> dict[str, Any]:
    """The same layer and input in one process, fp64."""
    layer, x = sr.gpt_layer_and_input(study.EVEN, study.SEQUENCE, study.BATCH, torch.float64)
    x.requires_grad_()
    output = layer(x)
    (output**2).sum().div(2).backward()
    gradients = {name: p.grad for name, p in layer.named_parameters()}
    return {"output": output.detach(), "x_gradient": x.grad, "gradients": gradients}


@pytest.mark.parametrize("way", ["tensor_parallel", "sequence_parallel"])
def test_a_split_layer_is_the_layer(
    found: list[dict[str, Any]], whole_layer: dict[str, Any], way: str
) -> None:
    """Output, gradient of the input and of every weight, in fp64 to 1e-12."""
    ranks = len(found)
    for index, rank in enumerate(found):
        result = rank[way]
        for name in ("output", "x_gradient"):
            expected = whole_layer[name]
            if way == "sequence_parallel":
                expected = expected.chunk(ranks)[index]
            torch.testing.assert_close(result[name], expected, rtol=1e-12, atol=1e-12)
        expected = sr.tensor_parallel_shard(whole_layer["gradients"], index, ranks)
        assert result["gradients"].keys() == expected.keys()
        for name, gradient in expected.items():
            torch.testing.assert_close(result["gradients"][name], gradient, rtol=1e-12, atol=1e-12)


def test_each_rank_has_its_share_of_the_split_weights(found: list[dict[str, Any]]) -> None:
    """12 h^2 weights and 7 h biases split n ways; 4 h of norms and 2 h of biases whole."""
    h, ranks = 32, len(found)
    for rank in found:
        held = sum(g.numel() for g in rank["tensor_parallel"]["gradients"].values())
        assert held == (12 * h * h + 7 * h) // ranks + 6 * h


def test_a_tensor_parallel_layer_all_reduces_twice_forward_and_twice_backward(
    found: list[dict[str, Any]],
) -> None:
    """Each over s b h bf16 values: 2 x 2 (n-1)/n x 2 s b h bytes each way."""
    ranks, payload = len(found), 2 * 16 * 2 * 32
    for rank in found:
        result = rank["tensor_parallel_training"]
        for way in ("forward", "backward"):
            assert result[way]["collectives"] == {"all_reduce": 2}
            assert result[way]["sent_bytes"] == 2 * communication.all_reduce_bytes(payload, ranks)
        both = result["forward"]["sent_bytes"] + result["backward"]["sent_bytes"]
        assert both == communication.tensor_parallel_step_bytes(
            micro_batches=1,
            layers_per_stage=1,
            seq=16,
            micro_batch=2,
            hidden=32,
            activation_width=2,
            tensor_parallel=ranks,
        )


def test_sequence_parallelism_sends_as_much_forward_and_half_as_much_again_backward(
    found: list[dict[str, Any]],
) -> None:
    """A gather and a scatter where an all-reduce was; backward gathers the two inputs again."""
    ranks, payload = len(found), 2 * 16 * 2 * 32
    for rank in found:
        forward = rank["sequence_parallel_training"]["forward"]
        backward = rank["sequence_parallel_training"]["backward"]
        assert forward["collectives"] == {"all_gather": 2, "reduce_scatter": 2}
        assert backward["collectives"] == {"all_gather": 4, "reduce_scatter": 2}
        assert forward["sent_bytes"] == 2 * communication.all_reduce_bytes(payload, ranks)
        assert backward["sent_bytes"] == 6 * communication.all_gather_bytes(payload, ranks)


def test_activations_kept_under_tensor_and_sequence_parallelism(
    found: list[dict[str, Any]],
) -> None:
    """Korthikanti et al., equations 2 and 4, and LayerNorm's statistics (8 B a token).

    sbh (10 + 24/t) + 5 as^2b/t, whole statistics; (34 sbh + 5 as^2b + 8 sb)/t.
    """
    t, s, b, h, a = len(found), 16, 2, 32, 4
    score_width = memory.score_width(2, 1)  # 16-bit values, one-byte masks: 5
    whole_width, split_width = memory.whole_width(2, 1), memory.split_width(2)  # 10, 24
    saved = memory.saved_per_unit(
        as_row(whole_width + split_width), whole_width, split_width, score_width, 2, a, s, h, t
    )
    kept = memory.activation_bytes(1, s, b, h, saved)
    one_gpu, with_tensor = kept.at(keeping=0), kept.at(keeping=3)
    for rank in found:
        # sbh = 1024, as^2b = 2048, sb = 32: 27,904 and 19,200; 22,656 and 11,328
        tensor = rank["tensor_parallel_training"]["saved_bytes"]
        assert tensor == with_tensor + 8 * s * b == {2: 27_904, 4: 19_200}[t]
        sequence = rank["sequence_parallel_training"]["saved_bytes"]
        assert sequence == (one_gpu + 8 * s * b) / t == {2: 22_656, 4: 11_328}[t]


# ---------------------------------------------------------------- records and refusals


def test_the_recorded_values_are_found_again() -> None:
    """Bytes and counts do not depend on the machine: every value is measured again."""
    recorded = load(study.RECORD)
    assert recorded["deterministic"]
    values = study.measure({ranks: survey(ranks) for ranks in (2, 4)})
    again = {name: {"value": v, "unit": u} for name, (v, u) in values.items()}
    expected = recorded["values"]
    if "ranks_2_kernel_ring_bytes" not in again:  # not on Linux
        expected = {name: v for name, v in expected.items() if "_kernel_" not in name}
    assert again == expected


def test_bad_input_is_refused_with_the_reason() -> None:
    """Each message says what was wrong and what would be right."""
    with pytest.raises(ValueError, match="at least one process"):
        run_group(0, study.survey)
    with pytest.raises(ValueError, match="pad it first"):
        sr.equal_chunks(torch.ones(5), 2)
    with pytest.raises(ValueError, match="tied=False"):
        sr.make_units(GPTConfig(1, 8, 2, 5, 5), "ddp", 0, 1, torch.float32)
    layer, _ = sr.gpt_layer_and_input(study.EVEN, 2, 1, torch.float32)
    with pytest.raises(ValueError, match="hidden = 32 must be a multiple of ranks = 3"):
        sr.tensor_parallel_shard(dict(layer.named_parameters()), 0, 3)
    with pytest.raises(ValueError, match="not one of ddp, zero1, zero2, zero3"):
        sr.train_sharded("zero4", study.EVEN, 1)
    with pytest.raises(ValueError, match="not one of ddp, zero1, fsdp2"):
        study.torch_bytes_per_rank("zero9", study.EVEN)
