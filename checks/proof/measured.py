"""Which formulas the tests hold against the real thing: processes, tensors, counters, libraries.

Each entry: what is measured, in words; the test that compares ("file::function" below tests/); and
the formulas, each by its topic and name.
"""

from __future__ import annotations

from typing import NamedTuple


class Measured(NamedTuple):
    """What is measured, in words, and by which test."""

    words: str
    test: str


SHARDING, MEMORY = "worked/test_sharding_real.py::test_", "worked/test_memory_real.py::test_"
WASTE, LIBRARY = "worked/test_waste_simulation.py::test_", "oracles/test_xgboost_graph.py::test_"
_ENTRIES = (
    (
        "the bytes that real processes hold under each stage of ZeRO",
        SHARDING + "bytes_held_are_the_formulas",
        "parallelism.sharing_ranks parallelism.kept_bytes parallelism.state_bytes",
    ),
    (
        "the bytes that real processes send round a ring, and the kernel's own count of them",
        SHARDING + "a_ring_all_reduce_sends_2_n_minus_1_nths_of_the_payload",
        "communication.all_reduce_bytes",
    ),
    (
        "the bytes that real processes send under sequence parallelism",
        SHARDING + "sequence_parallelism_sends_as_much_forward_and_half_as_much_again_backward",
        "communication.all_gather_bytes",
    ),
    (
        "the bytes that real processes send in a step of ZeRO with sharded weights",
        SHARDING + "zero_1_and_2_send_as_much_as_ddp_and_zero_3_half_as_much_again",
        "communication.zero3_step_bytes",
    ),
    (
        "the bytes that real processes send for a layer that is split between them",
        SHARDING + "a_tensor_parallel_layer_all_reduces_twice_forward_and_twice_backward",
        "communication.tensor_parallel_step_bytes",
    ),
    (
        "the tensors that real processes keep of a block that is split between them",
        SHARDING + "activations_kept_under_tensor_and_sequence_parallelism",
        "memory.saved_per_unit",
    ),
    (
        "the tensors that a real GPT block keeps for backward, found by hooks",
        MEMORY + "every_byte_of_a_layer_is_explained",
        "memory.whole_width memory.split_width memory.score_width",
    ),
    (
        "the tensors that a real Llama-style block keeps for backward, found by hooks",
        MEMORY + "a_llama_layer_keeps_its_own_list",
        "memory.activation_bytes_swiglu",
    ),
    (
        "the operations that PyTorch counts in a real model, forward and backward",
        "worked/test_mfu.py::test_torch_counts_exactly_six_n_and_twelve_l_h_s",
        "compute.parameter_flops_per_token compute.attention_flops_per_token",
    ),
    (
        "runs that are simulated failure by failure",
        WASTE + "the_simulation_agrees_with_the_exact_expectation",
        "checkpointing.stretch",
    ),
    (
        "the optima that Daly published",
        WASTE + "daly_s_own_published_optima",
        "checkpointing.daly_interval_seconds",
    ),
    (
        "the trees that the XGBoost library grows",
        LIBRARY + "cuts_gains_leaves_and_predictions_are_the_librarys",
        "newton.best_cut newton.stored_weight newton.splits_standing newton.boosted",
    ),
    (
        "the way in which the XGBoost library sends what is missing",
        LIBRARY + "missing_minutes_are_sent_where_the_library_sends_them",
        "newton.best_way",
    ),
    (
        "the bytes of real matrices, packed with the scales of their groups",
        "worked/test_forward_pass_quantised.py::test_a_group_adds_32_bits_to_its_codes",
        "serving.bits_with_scales",
    ),
    (
        "the keys and values that real processes hold of a model split between them",
        "worked/test_forward_pass_tensor_parallel.py::test_keys_and_values_lie_with_their_heads",
        "serving.kv_bytes_per_token",
    ),
    (
        "the tokens of a round, over every way that real distributions can go",
        "worked/test_forward_pass_speculation.py::test_a_round_brings_the_geometric_sum_of_tokens",
        "serving.tokens_per_round",
    ),
)
MEASURED = {
    formula: Measured(words, f"tests/{test}")
    for words, test, formulas in _ENTRIES
    for formula in formulas.split()
}
