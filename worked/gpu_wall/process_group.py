"""A gloo group of processes on this machine, and the bytes that the kernel saw them send."""

from __future__ import annotations

import datetime
import gc
import os
import socket
import struct
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
import torch.distributed as dist

from worked import processes


def run_group(ranks: int, work: Callable[..., Any], *arguments: Any, seconds: float = 120) -> list:
    """Run `work(*arguments)` in `ranks` processes joined in a gloo group; return each result.

    `work` must be importable by name. A rank that does not hear from another for `seconds`
    fails, and with it the whole call.

    Raises:
        ValueError: `ranks` is less than 1.
        torch.multiprocessing.ProcessRaisedException: a rank failed; holds its traceback.
    """
    if ranks < 1:
        raise ValueError(f"ranks = {ranks}: a group needs at least one process")
    with tempfile.TemporaryDirectory() as folder:
        processes.run_ranks(_join_group, (ranks, folder, seconds, work, arguments), ranks)
        return [torch.load(Path(folder) / f"{rank}.pt") for rank in range(ranks)]


def _join_group(
    rank: int,
    ranks: int,
    folder: str,
    seconds: float,
    work: Callable[..., Any],
    arguments: tuple[Any, ...],
) -> None:
    """Join the group as `rank`, work, and leave the result in `folder`."""
    torch.set_num_threads(1)
    gc.freeze()  # what importing made is not looked at by live_storages: it takes long
    if sys.platform == "linux":
        os.environ["GLOO_SOCKET_IFNAME"] = "lo"
    dist.init_process_group(
        "gloo",
        init_method=f"file://{folder}/meet",  # no port to choose, so none to be taken
        rank=rank,
        world_size=ranks,
        timeout=datetime.timedelta(seconds=seconds),
    )
    try:
        torch.save(work(*arguments), Path(folder) / f"{rank}.pt")
        dist.barrier()
    finally:
        dist.destroy_process_group()


def kernel_bytes() -> tuple[int, int]:
    """Return the bytes that the kernel sent and received on this process's TCP connections.

    Read from each socket's tcp_info (tcpi_bytes_sent less tcpi_bytes_retrans, and
    tcpi_bytes_received); Linux only. Includes the headers that gloo puts before each message.
    """
    sent = received = 0
    for name in os.listdir("/proc/self/fd"):
        try:
            if not os.readlink(f"/proc/self/fd/{name}").startswith("socket:"):
                continue
        except FileNotFoundError:
            continue  # the descriptor that listed this folder is closed by now
        with socket.socket(fileno=os.dup(int(name))) as connection:
            if connection.type != socket.SOCK_STREAM or connection.family == socket.AF_UNIX:
                continue
            info = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 216)
            received += struct.unpack_from("Q", info, 128)[0]
            first_time, again = struct.unpack_from("QQ", info, 200)
            sent += first_time - again
    return sent, received


def kernel_bytes_sent_by(work: Callable[[], Any]) -> int:
    """Return the bytes that this process's sockets sent during `work` and a barrier."""
    dist.barrier()
    before, _ = kernel_bytes()
    work()
    dist.barrier()
    return kernel_bytes()[0] - before
