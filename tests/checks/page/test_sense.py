"""No number that a reader can get to is absurd: laws of each chapter, and of how all are shown.

They hold at every choice of the panel, at random settings and at the ends of each range, but for
settings that the chapter refuses. A plan that cannot be says so in words (a verdict); it has no
0.125 replicas.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from checks.faces.claims import holds
from checks.page.truth import offered, pushed
from worked.chapters import CHAPTERS, graph
from worked.figures import Graph, Measured
from worked.figures.expressions import condition
from worked.showing import flat

LAWS: dict[str, dict[str, str]] = {
    "gpu-wall": {
        "a layout that needs more GPUs than there are is no plan":
            "all(replica_gpus <= gpus or not layout_verdict, layout)",
        "GPUs hold whole replicas, and no more than there is room for":
            "all(replicas == floor(replicas) and replicas * replica_gpus <= gpus, layout)",
        "a pipeline has a layer for every stage, or is no plan":
            "all(stages <= layers or not layout_verdict, layout)",
        "every replica works through at least one micro-batch":
            "all(micro_batches >= 1, layout) and dp_micro_batches >= 1",
        "a step that cannot feed every GPU says so":
            "batch_sequences >= gpus * micro_batch or not batch_feeds",
        "no pipeline waits the whole time": "all(bubble < 1, layout) and few_bubble < 1",
        "the runtime leaves some memory": "usable > 0",
        "what each GPU needs only adds to their number":
            "room <= 0 or devices_static <= devices_train <= devices_nodes",
        "what is left over is less than one more GPU": "left_over < gpu_memory",
        "no more layers are recomputed than there are": "layers_at_once <= layers",
        "heads are shared out evenly": "kv_heads <= heads and heads <= hidden",
        "nobody holds more than there is, or waits for less than nothing":
            "missing >= 0 and held * rival_jobs <= free_gpus",
        "no more jobs start than there are, or than the GPUs are for":
            "gang_starts <= rival_jobs and gang_starts * gpus <= free_gpus",
        "nothing computes above the peak": "mfu < 1 and hfu <= 1",
        "a log from above the peak is called impossible": "logged_mfu <= 1 or not logged_possible",
        "attention is a part of the arithmetic": "attention_share < 1",
        "a spread job is no faster than a compact one": "spread_penalty >= 1",
        "less is left exposed than is sent":
            "ar_exposed <= ar_one_port and ar_railed_exposed <= ar_railed",
        "a chance is one": "0 <= survival <= 1",
        "a run takes no less than its work": "stretch_bare >= 1 and fs_stretch >= 1",
        "no more is wasted than the whole": "all(waste <= 1, tier)",
        "no more is saved than there is": "all(saved_in_notice <= checkpoint, tier)",
        "an interval is longer than nothing": "all(young > 0 and daly > 0, tier)",
        "an instance is a part of its GPU": "slice_bytes <= gpu_memory and mig_instances >= 1",
        "no more of a GPU is unused than it has": "stranded <= 1",
        "a batch of one is one": "batch[batching=one] == 1",
        "company is free for one at least": "ridge_batch >= 1",
    },
    "l1-gradient": {
        "no loss is negative": "loss >= 0 and huber >= 0 and smooth >= 0 and pinball >= 0",
        "the subgradients of the corner have an order": "subgradient_low <= subgradient_high",
        "a median lies between the middle two": "median_low <= median <= median_high",
        "no step goes backwards": "all(step_width > 0, pace)",
        "nothing is counted in fractions": "all(arrival == floor(arrival), pace)",
        "a bounce is no wider than its step": "all(amplitude <= step_width, pace)",
        "odds are positive": "odds > 0",
    },
    "gradient-boosting": {
        "no error is negative": "all(mse >= 0, round) and base_mse >= 0 and base_sae >= 0",
        "a split does not add to the error": "all(gain >= 0, round)",
        "medians have an order": "lower_median <= median <= upper_median",
        "a share is one": "0 <= late_share <= 1 and 0 <= left_over <= 1 and 0 <= taken <= 1",
        "a chance is one": "0 < base_p < 1 and all(0 < late_p < 1, row)",
        "a tree has more than its root": "nodes >= 3 and model_nodes >= nodes",
    },
    "xgboost": {
        "a share is one": "0 < goss_rows <= 1 and 0 <= late_share <= 1 and misplaced_share <= 1",
        "the rows that are drawn stand for no fewer": "goss_factor >= 1",
        "a chance is one": "0 < trial_p < 1 and 0 < late_p < 1 and 0 < late_p_after < 1",
        "a loss is not negative": "trial_loss >= 0 and trial_exact >= 0 and all(mse >= 0, round)",
        "no node is drawn fewer than one column": "all(columns >= 1, draw)",
        "no more columns than there are": "all(columns <= features, draw)",
        "a full tree has a leaf more than conditions": "leaves == conditions + 1",
        "no side is worth less than nothing": "best_objective <= 0",
    },
    "rope": {
        "no more key-value heads than heads": "kv_heads <= heads",
        "no rows are missing that there are": "rows_missing > 0 or within_table",
        "a wave is longer than nothing": "all(head_wavelength > 0, hand)",
        "no frequency grows as it is scaled":
            "all(scaled[scaling=yarn] <= scaled[scaling=as-trained], hand)",
        "a pair counts among those that there are": "all(number < pairs, hand)",
        "the ramp begins before it ends": "ramp_pair[border=fast] <= ramp_pair[border=slow]",
        "a rotation does not lengthen": "all(turned_pairs <= pairs, size)",
        "a share is one": "0 <= rotation_share < 1",
        "keys that are kept cost no more": "recomputed_over_cached >= 1",
        "nothing that is rounded is farther off than a step": "position_error <= spacing",
    },
    "forward-pass": {
        "a token multiplies by no more than there is": "multiplied <= params",
        "heavy users ask more": "heavy_token_rate >= 0 and token_rate > 0",
        "equal FLOPs come later than equal tokens": "all(flop_parity > parity, run)",
        "attention is shared out whole": "absolute(total(attention_on, key) - 1) < 0.000001",
        "nothing is faster than the data sheet":
            "all(step[counted=data-sheet] <= step, counted) and "
            "all(prefill[counted=data-sheet] <= prefill, counted)",
        "a step takes no less than its reading and its computing":
            "all(reading <= step and computing <= step, counted)",
        "a larger batch takes longer and makes a token no dearer":
            "all(step_at[batch=1] <= step_at[batch=512], counted) and "
            "all(token_price_at[batch=512] <= token_price_at[batch=1], counted)",
        "no batch beats the ceiling":
            "all(node_rate_at[batch=512] <= rate_ceiling, counted)",
        "grouped heads keep no more than all": "all(kv_of <= kv_of[sharing=multi-head], sharing)",
        "copies are counted from one": "kv_copies >= 1 and kv_read >= kv_token",
        "the design's batch is held": "batch_size <= sequences",
        "no more is held as requests grow": "all(held_of <= held_of[context=2000], context)",
        "paging holds no less than reserving, or the stretch is shorter than a request":
            "sequences >= reserved_sequences or reserved_tokens < request_tokens",
        "a share is one": "0 <= static_idle < 1 and 0 <= cache_share < 1 and reserved_waste < 1",
        "a static batch lasts as long as its longest answer": "static_over_full >= 1",
        "the chunks cover the prompt": "chunks * chunk >= prompt_tokens",
        "a hit saves something and never all": "1 <= fresh and found_tokens < prompt_tokens",
        "a hit is no slower than a miss": "hit_prefill <= prefill[counted=last]",
        "sharing holds no fewer": "sharing_sequences >= sequences",
        "chances sum to one":
            "absolute(total(chance_of, word) - 1) < 0.000001 and "
            "absolute(total(masked_chance, word) - 1) < 0.000001 and "
            "absolute(total(top_p_chance, word) - 1) < 0.000001 and "
            "absolute(total(top_k_chance, word) - 1) < 0.000001",
        "no answer is likelier than the best": "greedy_path <= best_path",
        "a draft is accepted with a chance": "0 <= accepted <= 1.000001",
        "a round makes a token at least, and one more than its drafts at most":
            "all(1 <= tokens_by_drafts and tokens_by_drafts <= 9, drafted)",
        "no drafts, no gain": "absolute(speedup[drafted=0] - 1) < 0.000001",
        "four bits and their scales are more than four bits":
            "held_bits[format=int4-weights] >= weight_bits[format=int4-weights]",
        "no more experts are touched than there are":
            "all(all(touched <= experts, mixture), batch)",
        "no more adapters are touched than sequences or adapters":
            "adapters_touched <= batch_size + 0.000001 and adapters_touched <= tenants",
        "what could be packed takes no longer": "overlapped <= node_time[counted=last]",
        "a whole request takes more than its decoding": "all(node_time > decode_time, counted)",
        "a fleet has a node": "all(fleet_nodes >= 1, counted)",
    },
}  # fmt: skip
MOST_CHARACTERS = 32
ONE_OF_MANY = re.compile(r"−?1 [\w-]{2,}s\b")
"""A plural of one, as in 1 GPUs; s and ms are no plurals."""


def everywhere(slug: str) -> list[Mapping[str, Any]]:
    """Return a chapter's values wherever the tests look."""
    return [*offered(slug), *pushed(slug)]


def test_every_chapter_has_laws() -> None:
    assert set(LAWS) == set(CHAPTERS)


@pytest.mark.parametrize(("slug", "law"), [(slug, law) for slug in CHAPTERS for law in LAWS[slug]])
def test_no_number_is_absurd(slug: str, law: str) -> None:
    g, told = graph(slug), condition(graph(slug), LAWS[slug][law])
    wrong = [v for v in everywhere(slug) if not holds(g, told, v)]
    assert not wrong, f"{law}: {changed(g, wrong[0])}"


@pytest.mark.parametrize("slug", CHAPTERS)
def test_numbers_are_short_and_one_is_no_plural(slug: str) -> None:
    """Each cell is looked at where it is least, where it is most and where it is nearest one."""
    g, wrong = graph(slug), []
    for name, values in cells(g, everywhere(slug)):
        worth = float(g.units[g.find(name)[0].name].factor)
        some = {min(values), max(values), min(values, key=lambda v: abs(v / worth - 1))}
        for value in some:
            text = g.shown(name, values[value])
            if len(text) > MOST_CHARACTERS or ONE_OF_MANY.match(text):
                wrong.append(f"{name}: {text}")
    assert not wrong


def test_what_the_plural_is() -> None:
    for text in ("1 GPUs", "−1 tokens", "1 micro-batches", "1 queries/s", "1 tokens/s", "1 layers"):
        assert ONE_OF_MANY.match(text), text
    for text in ("1 GPU", "1 s", "1 ms", "11 GPUs", "1.0 tokens", "1 token/s", "1 h", "1 µs"):
        assert not ONE_OF_MANY.match(text), text


def cells(
    g: Graph, everywhere: list[Mapping[str, Any]]
) -> Iterator[tuple[str, dict[float, Mapping[str, Any]]]]:
    """Yield each cell that is a number, with the values that it takes and where it does."""
    for f in g.figures.values():
        if isinstance(f, Measured) or getattr(f, "words", None) or g.kinds[f.name].place:
            continue
        taken: list[dict[float, Mapping[str, Any]]] = [{} for _ in g.cells(f.name)]
        for values in everywhere:
            for cell, value in zip(taken, flat(values[f.name]), strict=False):
                if value is not None:
                    cell.setdefault(value, values)
        yield from (
            (g.cell_name(f, index), cell)
            for index, cell in zip(g.cells(f.name), taken, strict=True)
            if cell
        )


def changed(g: Graph, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the givens that are not the book's."""
    return {f.name: values[f.name] for f in g.givens if values[f.name] != g.base[f.name]}
