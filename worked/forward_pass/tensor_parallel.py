"""One model on several processes: each has some of the heads and some of the feed-forward.

The matrices that open a block (queries, keys, values; gate, up) are cut by columns of their
output, so that each rank computes its own heads and its own hidden units with nobody's help. The
matrix that closes it (output, down) is cut by rows of its input: each rank's product is a part of
the sum, and one all-reduce adds the parts up. So two all-reduces a layer, of hidden numbers for
each token of the step; keys and values lie with their heads. Embedding and head are whole on
every rank, and every rank runs the same engine on the same requests and draws the same tokens.

A rank's share is itself a model, with fewer heads and a narrower feed-forward: only the closing
matrices know that there are others.

Source: Shoeybi et al. 2019, "Megatron-LM", section 3.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
import torch.distributed as dist
from torch import Tensor
from torch.distributed.tensor.debug import CommDebugMode
from torch.nn import functional

from worked.forward_pass.engine import Engine, Request
from worked.forward_pass.paged_cache import Pool
from worked.forward_pass.transformer import Config, Linear, Transformer, dense, random_weights
from worked.gpu_wall.process_group import run_group

OPENING = re.compile(r"\.(q|k|v|gate|up)_proj(\.|$)")  # cut by output: rows of the matrix (out, in)
CLOSING = re.compile(r"\.(o|down)_proj(\.|$)")  # cut by input: columns of the matrix


# --8<-- [start:shard]
def shard_config(config: Config, ranks: int) -> Config:
    """Return the shape of one rank's share.

    Raises:
        ValueError: heads, key-value heads or the feed-forward do not divide by the ranks.
    """
    if ranks < 1:
        raise ValueError(f"ranks = {ranks} must be at least 1")
    if config.kv_heads < ranks:
        raise ValueError(
            f"{ranks} ranks share {config.kv_heads} key-value heads: some would have to be copied "
            "to several ranks, with their cache; use at most as many ranks as there are such heads"
        )
    for name in ("heads", "kv_heads", "ffn"):
        if getattr(config, name) % ranks:
            raise ValueError(
                f"{name} = {getattr(config, name)} does not divide by {ranks} ranks: each must "
                "have an equal share"
            )
    return dataclasses.replace(
        config,
        heads=config.heads // ranks,
        kv_heads=config.kv_heads // ranks,
        ffn=config.ffn // ranks,
    )


def shard(weights: Mapping[str, Tensor], rank: int, ranks: int) -> dict[str, Tensor]:
    """Return one rank's share of the weights; what is not cut is the same on all."""
    return {
        name: weight.chunk(ranks, 0)[rank].clone()
        if OPENING.search(name)
        else weight.chunk(ranks, 1)[rank].clone()
        if CLOSING.search(name)
        else weight
        for name, weight in weights.items()
    }


@dataclass
class AllReduces:
    """Makes a share's linear layers, and counts what they add up across the ranks.

    count: all-reduces; payload: bytes of the tensors that were added up, on this rank.
    """

    count: int = 0
    payload: int = 0

    def make_linear(self, name: str, weight: Tensor) -> Linear:
        """Return the linear layer; one that closes a block ends in an all-reduce."""
        if not CLOSING.search(name):
            return dense(name, weight)

        def closing(x: Tensor) -> Tensor:
            part = functional.linear(x, weight)
            dist.all_reduce(part)
            self.count += 1
            self.payload += part.nbytes
            return part

        return closing


# --8<-- [end:shard]


@dataclass(frozen=True)
class RankReport:
    """What one rank saw.

    tokens: of each request; steps and computed: of the engine, the latter in tokens; all_reduces,
    payload: as AllReduces counts them; traced: all-reduces as PyTorch's CommDebugMode sees them;
    kv_bytes_per_token, parameters: of this rank's share.
    """

    tokens: list[list[int]]
    steps: int
    computed: int
    all_reduces: int
    payload: int
    traced: int
    kv_bytes_per_token: int
    parameters: int


def serve_share(
    config: Config, seed: int, prompts: Sequence[Sequence[int]], new: int
) -> RankReport:
    """Serve the prompts as one rank of a group that stands already (`run`)."""
    rank, ranks = dist.get_rank(), dist.get_world_size()
    own = shard_config(config, ranks)
    weights = shard(random_weights(config, seed), rank, ranks)
    reduces = AllReduces()
    model = Transformer(own, weights, reduces.make_linear)
    engine = Engine(model, Pool(64, 8, own), token_budget=32, max_running=8)
    numbers = [engine.submit(Request(prompt, new)) for prompt in prompts]
    with CommDebugMode() as trace:
        records = []
        while engine.busy:
            records.append(engine.step())
    results = [engine.take(number) for number in numbers]
    return RankReport(
        [result.tokens for result in results if result],
        len(records),
        sum(record.computed for record in records),
        reduces.count,
        reduces.payload,
        trace.get_total_counts(),
        engine.pool.bytes_per_token,
        own.parameters,
    )


def run(
    config: Config, seed: int, prompts: Sequence[Sequence[int]], new: int, ranks: int
) -> list[RankReport]:
    """Serve the prompts on `ranks` processes; return what each saw. Ends by itself: a rank that
    hears nothing from another for a minute fails, and with it the call.

    The model is random, of this seed; all requests are greedy, `new` tokens each.

    Raises:
        ValueError: the model cannot be shared by so many ranks.
        torch.multiprocessing.ProcessRaisedException: a rank failed; holds its traceback.
    """
    shard_config(config, ranks)
    reports = run_group(ranks, _serve, dataclasses.asdict(config), seed, prompts, new, seconds=60)
    return [RankReport(**report) for report in reports]


def _serve(config: dict, seed: int, prompts: Sequence[Sequence[int]], new: int) -> dict:
    """`serve_share` with plain values, which is what goes between processes."""
    return dataclasses.asdict(serve_share(Config(**config), seed, prompts, new))


def payload_bytes(config: Config, tokens: int) -> int:
    """Bytes that the all-reduces of these tokens add up, on each rank: two a layer, float32."""
    return 2 * config.layers * tokens * config.hidden * torch.float32.itemsize
