"""Which formulas the tests hold against the real thing: processes, tensors, counters, libraries.

`MEASURED` has a formula's "topic.name", and for it what is measured, in words, and the test that
compares the two.
"""

from __future__ import annotations

from typing import NamedTuple


class Measured(NamedTuple):
    """What is measured, in words, and by which test: "file::function"."""

    words: str
    test: str


_SHARDING, _MEMORY = "tests/worked/test_sharding_real.py", "tests/worked/test_memory_real.py"
_HELD = Measured(
    "the bytes that real processes hold under each stage of ZeRO",
    f"{_SHARDING}::test_bytes_held_are_the_formulas",
)
_KEPT = Measured(
    "the tensors that a real GPT block keeps for backward, found by hooks",
    f"{_MEMORY}::test_every_byte_of_a_layer_is_explained",
)
_COUNTED = Measured(
    "the operations that PyTorch counts in a real model, forward and backward",
    "tests/worked/test_mfu.py::test_torch_counts_exactly_six_n_and_twelve_l_h_s",
)

MEASURED: dict[str, Measured] = {
    "parallelism.sharing_ranks": _HELD,
    "parallelism.kept_bytes": _HELD,
    "parallelism.state_bytes": _HELD,
    "communication.all_reduce_bytes": Measured(
        "the bytes that real processes send round a ring, and the kernel's own count of them",
        f"{_SHARDING}::test_a_ring_all_reduce_sends_2_n_minus_1_nths_of_the_payload",
    ),
    "communication.all_gather_bytes": Measured(
        "the bytes that real processes send under sequence parallelism",
        f"{_SHARDING}::"
        "test_sequence_parallelism_sends_as_much_forward_and_half_as_much_again_backward",
    ),
    "communication.zero3_step_bytes": Measured(
        "the bytes that real processes send in a step of ZeRO with sharded weights",
        f"{_SHARDING}::test_zero_1_and_2_send_as_much_as_ddp_and_zero_3_half_as_much_again",
    ),
    "communication.tensor_parallel_step_bytes": Measured(
        "the bytes that real processes send for a layer that is split between them",
        f"{_SHARDING}::test_a_tensor_parallel_layer_all_reduces_twice_forward_and_twice_backward",
    ),
    "memory.whole_width": _KEPT,
    "memory.split_width": _KEPT,
    "memory.score_width": _KEPT,
    "memory.saved_per_unit": Measured(
        "the tensors that real processes keep of a block that is split between them",
        f"{_SHARDING}::test_activations_kept_under_tensor_and_sequence_parallelism",
    ),
    "memory.activation_bytes_swiglu": Measured(
        "the tensors that a real Llama-style block keeps for backward, found by hooks",
        f"{_MEMORY}::test_a_llama_layer_keeps_its_own_list",
    ),
    "compute.parameter_flops_per_token": _COUNTED,
    "compute.attention_flops_per_token": _COUNTED,
    "checkpointing.stretch": Measured(
        "runs that are simulated failure by failure",
        "tests/worked/test_waste_simulation.py::test_the_simulation_agrees_with_the_exact_expectation",
    ),
    "checkpointing.daly_interval_seconds": Measured(
        "the optima that Daly published",
        "tests/worked/test_waste_simulation.py::test_daly_s_own_published_optima",
    ),
    **dict.fromkeys(
        ("newton.best_cut", "newton.stored_weight", "newton.splits_standing", "newton.boosted"),
        Measured(
            "the trees that the XGBoost library grows",
            "tests/oracles/test_xgboost_graph.py::"
            "test_cuts_gains_leaves_and_predictions_are_the_librarys",
        ),
    ),
    "newton.best_way": Measured(
        "the way in which the XGBoost library sends what is missing",
        "tests/oracles/test_xgboost_graph.py::"
        "test_missing_minutes_are_sent_where_the_library_sends_them",
    ),
}
