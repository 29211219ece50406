"""What was counted on the chapter's engine and measured with it: rows of its records."""

from __future__ import annotations

from collections.abc import Mapping

from worked.declare import shown
from worked.figures import Axis, Measured
from worked.recording import recorded

SERVED = Axis("served", ("static batches", "continuous", "in chunks", "prefix cache", "small pool"),
              "way")  # fmt: skip
BLOCKED = Axis("blocked", (1, 4, 16, 64), "block of")
GUESSED = Axis("guessed", (1, 2, 4), "drafts")
AUTHOR = Axis("author", ("its own weights, narrowed", "a stranger"), "draft from")
QUANTISED = Axis(
    "quantised",
    ("int8", "int4, small groups", "int4, middle groups", "int4, large groups"),
    "weights",
)
PASSED = Axis("passed", ("decode, alone", "decode, a few", "decode, many", "prefill"), "pass")
AXES = (SERVED, BLOCKED, GUESSED, AUTHOR, QUANTISED, PASSED)
WAYS = {"static-batches": "static", "continuous": "plain", "in-chunks": "chunked",
        "prefix-cache": "prefix", "small-pool": "tiny_pool"}  # fmt: skip
PASSES = {"decode-alone": "decode_1", "decode-a-few": "decode_8", "decode-many": "decode_32",
          "prefill": "prefill_128"}  # fmt: skip
AUTHORS = {"its-own-weights-narrowed": "four_bits", "a-stranger": "stranger"}
WIDTHS = {"int4-small-groups": "four_bits_32", "int4-middle-groups": "four_bits_64",
          "int4-large-groups": "four_bits_128"}  # fmt: skip


def counted(name: str, value: str, over: Axis | None = None, unit: str | None = None,
            called: Mapping[str, str] = WAYS) -> Measured:  # fmt: skip
    """Return what the study of the engine's ways to serve the same requests recorded."""
    return recorded("forward_pass", "engine", value, "", unit, name=name, over=over, called=called)


def tried(name: str, value: str, over: Axis | tuple[Axis, ...] | None = None,
          unit: str | None = None,
          called: Mapping[str, str] | None = None) -> Measured:  # fmt: skip
    """Return what the study of drafts, narrow weights, masks and beams recorded."""
    return recorded("forward_pass", "methods", value, "", unit, name=name, over=over, called=called)


def timed(name: str, value: str, over: Axis | None = None, unit: str | None = None) -> Measured:
    """Return what the roofline of a machine recorded."""
    return recorded(
        "forward_pass", "roofline", value, "", unit, name=name, over=over, called=PASSES
    )


def of_file(name: str, value: str, unit: str | None = None) -> Measured:
    """Return what was counted in the file of a real model."""
    return recorded("forward_pass", "model", value, "", unit, name=name)


REQUESTS = (
    counted("study_requests", "requests") | shown("Requests of the engine's study"),
    counted("study_slots", "slots") | shown("Sequences that it runs at a time"),
    counted("study_steps", "{}_steps", SERVED) | shown("Steps: <served>"),
    counted("study_idle", "{}_idle_slot_share", SERVED, "%") | shown("Slots that idle: <served>"),
    counted("study_preemptions", "{}_preemptions", SERVED) | shown("Preemptions: <served>"),
    counted("study_again", "{}_computed_again_tokens", SERVED)
    | shown("Tokens computed again: <served>"),
)
CHUNKED = (
    counted("study_widest", "{}_widest_step_tokens", SERVED)
    | shown("Tokens of the widest step: <served>"),
    recorded("forward_pass", "trace", "at_once_longest_gap", "", name="gap_at_once")
    | shown("Longest gap of the traced answers, prompt at once"),
    recorded("forward_pass", "trace", "in_chunks_longest_gap", "", name="gap_in_chunks")
    | shown("Longest gap of the traced answers, prompt in chunks"),
)
SHARED = (
    counted("study_computed", "{}_computed_tokens", SERVED) | shown("Tokens computed: <served>"),
    counted("study_hits", "{}_hit_tokens", SERVED) | shown("Tokens found in the cache: <served>"),
    counted("study_block_hits", "block_size_{}_hit_tokens", BLOCKED)
    | shown("Tokens found in blocks of <blocked>"),
)
BLOCKS = (
    counted("study_empty", "block_size_{}_empty_places", BLOCKED)
    | shown("Places left empty in a sequence's last block of <blocked>", places=1),
)
LINKED = (
    tried("real_all_reduces", "split_all_reduces_per_layer")
    | shown("All-reduces a layer, counted on a model split over real processes"),
)
GUESSES = (
    tried("law_distance", "total_variation_{}", GUESSED)
    | shown("Distance of the output's law from the target's, <guessed> drafts", places=2),
    tried("law_mistake", "total_variation_from_target_{}", GUESSED)
    | shown("The same when the target is drawn from again, <guessed> drafts", places=2),
    tried("plain_steps", "plain_steps") | shown("Steps of the engine without drafts"),
    tried("drafted_steps", "{}_sampled_{}_steps", (AUTHOR, GUESSED), called=AUTHORS)
    | shown("Steps of the engine: draft from <author>, <guessed> drafts"),
    tried("mask_states", "schema_states") | shown("States of the schemas of the study"),
    tried("mask_uses", "schema_masks") | shown("Masks that their answers asked for"),
    tried("masked_first", "masked_chance", unit="%")
    | shown("Chance of a first word under a mask, in a small example"),
    tried("valid_first", "valid_chance", unit="%") | shown("Its chance among the valid answers"),
    tried("beam_blocks", "beam_4_blocks") | shown("Blocks that the study's beam holds"),
    tried("beam_unshared", "beam_4_unshared_blocks") | shown("Blocks of that beam, nothing shared"),
)
NARROWED = (
    tried("real_bits", "{}_bits_per_weight", QUANTISED, called=WIDTHS)
    | shown("Bits of a weight with its scales: <quantised>", places=2),
    tried("real_error", "{}_weight_error", QUANTISED, "%", WIDTHS)
    | shown("Error of the weights over the weights: <quantised>", places=1),
    tried("real_logits", "{}_logit_error", QUANTISED, "%", WIDTHS)
    | shown("Error of the logits over the logits: <quantised>", places=1),
    tried("real_compared", "logits_compared") | shown("Positions compared"),
    tried("real_same", "{}_same_likeliest", QUANTISED, called=WIDTHS)
    | shown("Positions where the likeliest word stays: <quantised>"),
    of_file("file_params", "params") | shown("Parameters of a real model in a file"),
    of_file("file_bits", "bits_per_param") | shown("Bits of a parameter in that file", places=2),
    of_file("file_narrow", "bits_per_param_q4_1")
    | shown("Bits of a weight of its narrow matrices", places=1),
    of_file("file_wide", "bits_per_param_q8_0")
    | shown("Bits of a value of its look-up table", places=1),
)
ROOFLINE = (
    timed("cpu_bandwidth", "bandwidth", unit="GB/s")
    | shown("Bandwidth of one CPU thread", places=1),
    timed("cpu_rate", "rate", unit="GFLOP/s") | shown("FLOP/s of it, fp32"),
    timed("cpu_ridge", "ridge") | shown("Its ridge", places=1),
    timed("cpu_ridge_batch", "ridge_batch") | shown("Sequences at its ridge", places=1),
    timed("cpu_roof", "{}_roof", PASSED, "ms") | shown("The roof's time: <passed>"),
    timed("cpu_products", "{}_products", PASSED, "ms") | shown("Matrix products alone: <passed>"),
    timed("cpu_engine", "{}_engine", PASSED, "ms") | shown("The engine's time: <passed>"),
    timed("cpu_share", "{}_share_of_roof", PASSED, "%") | shown("Share of the roof: <passed>"),
    timed("cpu_tokens", "{}_rate", PASSED) | shown("Tokens a second: <passed>"),
)
