"""The sums of one run as a small graph: its FLOPs and bytes, by the chapter's own formulas.

Its givens are the model's shape and what the run counted and timed; its figures are the chapter's,
put together for one sequence. So each opens its working like any other number of the book.
"""

from __future__ import annotations

from typing import Any

from worked.declare import derived, shown, step, steps
from worked.figures import Figure, Given, Graph, Source
from worked.formulas import memory, rows, serving
from worked.formulas.parameters import attention_parameters, gated_mlp_parameters
from worked.forward_pass.generate import Answer
from worked.forward_pass.passes import prefill_flops, sequence_flops

RUN, SHAPE = Source("what this run counted and timed"), Source("the model's file")
# The figures to show, in their order: of every run, and of one with a decode step.
PREFILL = ("prefill_flops", "prefill_rate", "kv_token", "kv_sequence")
DECODE = ("step_bytes", "decode_bandwidth", "step_flops", "decode_intensity")


def layer_parameters(
    layers: Any, hidden: Any, heads: Any, kv_heads: Any, head_dim: Any, ffn: Any
) -> Any:
    """Parameters of the matrices of all layers, which each token is multiplied by."""
    attention = attention_parameters(hidden, heads, kv_heads, head_dim)
    return layers * (attention + gated_mlp_parameters(hidden, ffn))


def head_parameters(vocab: Any, hidden: Any) -> Any:
    """Parameters of the matrix that makes logits."""
    return vocab * hidden


def step_bytes(multiplied: Any, width: Any, context: Any, kv_token: Any) -> Any:
    """Bytes that a decode step of one sequence reads: the weights once, and its cache."""
    return serving.step_bytes(memory.tensor_bytes(multiplied, width), 1, context, kv_token)


def sums(answer: Answer) -> Graph:
    """Return the graph of a run that has at least its first token.

    The figures to show are PREFILL's, and DECODE's where there was a decode step.
    """
    c = answer.config
    known = [
        _given(name, getattr(c, name), "", symbol, label, SHAPE)
        for name, symbol, label in (
            ("layers", "L", "Layers"),
            ("hidden", "h", "Hidden size"),
            ("heads", "a", "Query heads"),
            ("kv_heads", "k", "Key-value heads"),
            ("head_dim", "d", "Head size"),
            ("ffn", "f", "Feed-forward size"),
            ("vocab", "V", "Vocabulary"),
        )
    ] + [
        _given("width", answer.value_bytes, "B", "w", "Bytes of a value in the engine", SHAPE),
        _given("prompt_tokens", len(answer.prompt), "tokens", "P", "Tokens of the prompt"),
        _given("pairs", answer.pairs, "", "S", "Pairs of a query and a key, masked ones too"),
        _given("prefill_seconds", answer.prefill_seconds, "s", "t_1", "Seconds of prefill"),
        _given("cached", answer.cached, "tokens", "T", "Tokens in the cache"),
    ]
    figures: list[Figure] = [
        derived("layer_params", layer_parameters)
        | shown("Parameters of the layers' matrices", "N_L", 0, "params"),
        derived("head_params", head_parameters)
        | shown("Parameters of the head", "N_V", 0, "params"),
        derived("prefill_flops", prefill_flops) | shown("FLOPs of prefill", "F", 2, "GFLOP"),
        derived("prefill_rate", rows.ratio, part="prefill_flops", whole="prefill_seconds")
        | shown("FLOPs a second in prefill", "F/t_1", 1, "GFLOP/s"),
        derived("kv_width", memory.kv_width) | shown("Width of one token's keys", "kd", 0),
        derived("kv_token", serving.kv_bytes_per_token, kv_value_width="width")
        | shown("Cache of a token", "b", 0, "B"),
        derived("kv_sequence", serving.sequence_bytes, tokens="cached")
        | shown("Cache of the sequence at its end", "K", 2, "MB"),
    ]
    if answer.decode_steps:
        mean = answer.token_seconds
        known += [
            _given("answer_tokens", len(answer.tokens), "tokens", "O", "Tokens of the answer"),
            _given("token_seconds", mean, "s", "t", "Seconds of a decode step, mean"),
        ]
        figures += [
            derived("multiplied", serving.both, one="layer_params", other="head_params")
            | shown("Parameters that a token is multiplied by", "N", 0, "params"),
            derived("context", serving.mean_context)
            | shown("Tokens that a decode step looks back on, mean", "c", 1, "tokens"),
            derived("step_bytes", step_bytes)
            | shown("Bytes that a decode step reads", "R", 1, "MB"),
            derived("decode_bandwidth", rows.ratio, part="step_bytes", whole="token_seconds")
            | shown("Bytes a second in decode", "R/t", 1, "GB/s"),
            derived("step_flops", sequence_flops)
            | shown("FLOPs of a decode step", "f", 4, "GFLOP"),
            derived(
                "decode_intensity", serving.intensity, flops="step_flops", moved_bytes="step_bytes"
            )
            | shown("FLOPs of decode for each byte read", "I", 2, "FLOP/B"),
        ]
    whole = steps(step("run", "This run"), *known, *figures)
    return Graph("this-run", "This run", whole)


def _given(
    name: str, value: Any, unit: str, symbol: str, label: str, source: Source = RUN
) -> Given:
    places = 3 if unit == "s" else 0
    return Given(name, value, unit, symbol, label, 0, max(value, 1), source, places)
