"""Processes that need PyTorch and start quickly: forks of one server that has imported it.

They are whole processes otherwise, with their own files, generators and signal handlers.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from multiprocessing.context import ForkServerContext, SpawnContext
from typing import Any

import torch.multiprocessing

PRELOADED = (
    "torch._dynamo",  # what an optimizer imports when it is made; as long again as torch
    "torch.distributed.checkpoint.state_dict",
    "torch.distributed.fsdp",
    "torch.distributed.optim",
    "torch.distributed.tensor.debug",
    "torch.nn.parallel",
)


def context() -> ForkServerContext | SpawnContext:
    """Return the context to make such processes in; Windows has no fork, and starts afresh."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    forking = multiprocessing.get_context("forkserver")
    forking.set_forkserver_preload(list(PRELOADED))
    return forking


def run_ranks(work: Callable[..., None], arguments: tuple[Any, ...], ranks: int) -> None:
    """Run `work(rank, *arguments)` in so many of them at once and wait until all have ended.

    Raises:
        torch.multiprocessing.ProcessRaisedException: a rank failed; holds its traceback.
    """
    torch.multiprocessing.start_processes(
        work, arguments, nprocs=ranks, start_method=context().get_start_method()
    )
