"""The same resume with PyTorch's own sharded checkpoints, in real process groups.

Two processes hold half of every tensor each (FSDP2 over gloo). Each rank has its own generator
for dropout; the data are a pure function of the step. What is read back on two ranks continues
bit for bit; what is read back on one rank has been put together anew, and is close.
"""

import json
import os
import signal
from multiprocessing.process import BaseProcess
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from tests.skips import required

torch = required("torch")

import torch.distributed as dist  # noqa: E402
import torch.distributed.checkpoint as dcp  # noqa: E402
from torch.distributed.checkpoint.state_dict import (  # noqa: E402
    StateDictOptions,
    get_model_state_dict,
    get_state_dict,
    set_state_dict,
)
from torch.distributed.device_mesh import init_device_mesh  # noqa: E402
from torch.distributed.fsdp import fully_shard  # noqa: E402

from tests.waiting import until  # noqa: E402
from worked import processes  # noqa: E402
from worked.gpu_wall.resumable_training import (  # noqa: E402
    Settings,
    TinyTransformer,
    batch_at,
    state_sha256,
)

pytestmark = pytest.mark.slow
STEPS, EVERY, SEED = 24, 4, 5


def build(settings: Settings, rank: int, world: int) -> tuple[Any, Any]:
    """Return the sharded model and its optimizer; the same weights on any number of ranks."""
    torch.set_num_threads(1)
    torch.manual_seed(settings.seed)
    model = TinyTransformer(settings)
    mesh = init_device_mesh("cpu", (world,))
    for block in model.blocks:
        fully_shard(block, mesh=mesh)
    fully_shard(model, mesh=mesh)
    torch.manual_seed(settings.seed + 1 + rank)  # dropout differs from rank to rank
    return model, torch.optim.AdamW(model.parameters(), lr=settings.learning_rate)


def whole_state(model: Any, optimizer: Any, step: int, rank: int) -> dict[str, Any]:
    """Return what one rank saves: its shards, its own generator, and the step."""
    weights, moments = get_state_dict(model, optimizer)
    generator = {f"generator_of_rank_{rank}": torch.get_rng_state()}
    return {"model": weights, "optimizer": moments, "step": torch.tensor(step), **generator}


def newest_complete(directory: Path) -> Path | None:
    """Return the newest folder with `.metadata`, which rank 0 writes once all have written."""
    complete = sorted(path.parent for path in directory.glob("step-*/.metadata"))
    return complete[-1] if complete else None


def local_sha256(model: Any, optimizer: Any, rank: int) -> str:
    """Return the SHA-256 of this rank's shards, moments and generator."""
    state = whole_state(model, optimizer, 0, rank)

    def shards(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: shards(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [shards(item) for item in value]
        return value.to_local() if hasattr(value, "to_local") else value

    return state_sha256(shards(state))


def resume(model: Any, optimizer: Any, directory: Path, rank: int, same_world: bool) -> int:
    """Load the newest complete folder, whatever number of ranks wrote it; return its step."""
    newest = newest_complete(directory)
    if newest is None:
        return 0
    state = whole_state(model, optimizer, 0, rank)
    if not same_world:
        del state[f"generator_of_rank_{rank}"]
    dcp.load(state, checkpoint_id=newest)
    set_state_dict(
        model,
        optimizer,
        model_state_dict=state["model"],
        optim_state_dict=state["optimizer"],
    )
    if same_world:
        torch.set_rng_state(state[f"generator_of_rank_{rank}"])
    return int(state["step"])


def rank_main(rank: int, world: int, directory: str, options: dict[str, Any]) -> None:
    """Be one rank: train to the end or to a notice, and write down what came out."""
    notice: list[int] = []

    def receive(number: int, frame: FrameType | None) -> None:
        notice.append(number)

    signal.signal(signal.SIGTERM, receive)
    place = Path(directory)
    os.environ["GLOO_SOCKET_IFNAME"] = "lo"  # no network is needed, whatever the machine's name
    dist.init_process_group(
        "gloo",
        init_method=f"file://{place}/rendezvous-{options['name']}",
        rank=rank,
        world_size=world,
    )
    settings = Settings(STEPS, SEED, layer_drop=0.0, dropout=options["dropout"])
    model, optimizer = build(settings, rank, world)
    checkpoints = place / options["checkpoints"]
    started = resume(model, optimizer, checkpoints, rank, options["same_world"])
    exit_code = 0
    for step in range(started, STEPS):
        tokens = batch_at(settings, step)[rank::world]
        logits = model(tokens[:, :-1])
        loss = torch.nn.functional.cross_entropy(logits.flatten(0, 1), tokens[:, 1:].flatten())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        done = step + 1
        # One rank may hear of the preemption a step before the other. All must save the same
        # step, so they agree on it: the flag of any is the flag of all.
        flag = torch.tensor(float(bool(notice)))
        dist.all_reduce(flag, op=dist.ReduceOp.MAX)
        if flag or (done % EVERY == 0 and done <= options["save_until"]):
            dcp.save(
                whole_state(model, optimizer, done, rank),
                checkpoint_id=checkpoints / f"step-{done:08d}",
            )
        (place / f"{options['name']}-{rank}.step").write_text(str(done))
        if flag:
            exit_code = 143
            break
        if (rank, done) == options["noticed"]:
            until(lambda: notice, "the notice")
    full = get_model_state_dict(model, options=StateDictOptions(full_state_dict=True))
    if rank == 0:
        torch.save(full, place / f"{options['name']}-full.pt")
    outcome = {
        "started": started,
        "ended": done,
        "sha256": local_sha256(model, optimizer, rank),
    }
    (place / f"{options['name']}-{rank}.json").write_text(json.dumps(outcome))
    dist.barrier()
    dist.destroy_process_group()
    raise SystemExit(exit_code)


def launch(directory: Path, world: int, **options: Any) -> list[BaseProcess]:
    """Start the ranks of one group, forked from a server that has imported torch once."""
    defaults = {"dropout": 0.1, "same_world": True, "save_until": STEPS, "noticed": None}
    context = processes.context()
    ranks = [
        context.Process(
            target=rank_main, args=(rank, world, str(directory), defaults | options), daemon=True
        )
        for rank in range(world)
    ]
    for process in ranks:
        process.start()
    return ranks


def finish(ranks: list[BaseProcess]) -> list[int | None]:
    """Wait for all ranks; return their exit codes. A group that hangs is ended with its test."""
    try:
        for process in ranks:
            process.join()
    finally:
        for process in ranks:
            process.kill()
    return [process.exitcode for process in ranks]


def outcomes(directory: Path, name: str, world: int) -> list[dict[str, Any]]:
    return [json.loads((directory / f"{name}-{rank}.json").read_text()) for rank in range(world)]


def test_two_ranks_preempted_and_resumed_end_bit_for_bit_the_same(tmp_path: Path) -> None:
    """SIGTERM reaches one rank only, in step 6; both flush step 7, and two new ranks go on."""
    plain = launch(tmp_path, 2, name="plain", checkpoints="none", save_until=0)
    killed = launch(tmp_path, 2, name="killed", checkpoints="run", noticed=(1, 6))
    progress = tmp_path / "killed-1.step"
    until(lambda: progress.exists() and progress.read_text() == "6", "step 6", killed[1])
    assert killed[1].pid is not None
    os.kill(killed[1].pid, signal.SIGTERM)
    assert finish(killed) == [143, 143]
    assert finish(plain) == [0, 0]
    step = 7
    assert [outcome["ended"] for outcome in outcomes(tmp_path, "killed", 2)] == [step, step]

    # A later write that was cut off: shards of both ranks, and no .metadata to commit them.
    torn = tmp_path / "run" / f"step-{step + 1:08d}"
    torn.mkdir()
    for shard in (tmp_path / "run" / f"step-{step:08d}").glob("*.distcp"):
        (torn / shard.name).write_bytes(shard.read_bytes()[:1000])
    assert len(list(torn.iterdir())) == 2

    assert finish(launch(tmp_path, 2, name="resumed", checkpoints="run")) == [0, 0]
    resumed, undisturbed = outcomes(tmp_path, "resumed", 2), outcomes(tmp_path, "plain", 2)
    assert [outcome["started"] for outcome in resumed] == [step, step]
    assert [outcome["sha256"] for outcome in resumed] == [
        outcome["sha256"] for outcome in undisturbed
    ]
    assert resumed[0]["sha256"] != resumed[1]["sha256"]  # the ranks hold different halves


def test_a_checkpoint_of_two_ranks_is_read_by_one(tmp_path: Path) -> None:
    """Twelve steps on two ranks, twelve more on one: the gradients are summed in another order.

    So the weights agree to rounding, not to the bit. No dropout, whose generators cannot match.
    """
    plain = launch(tmp_path, 2, name="two", checkpoints="run", dropout=0.0, save_until=12)
    assert finish(plain) == [0, 0]
    one = launch(
        tmp_path, 1, name="one", checkpoints="run", dropout=0.0, same_world=False, save_until=0
    )
    assert finish(one) == [0]
    assert outcomes(tmp_path, "one", 1)[0]["started"] == 12
    expected = torch.load(tmp_path / "two-full.pt", weights_only=True)
    found = torch.load(tmp_path / "one-full.pt", weights_only=True)
    assert expected.keys() == found.keys()
    torch.manual_seed(SEED)
    initial = TinyTransformer(Settings(STEPS, SEED)).state_dict()
    for name, weight in expected.items():
        difference = float((weight - found[name]).abs().max())
        assert difference < 1e-5, name
        assert float((weight - initial[name]).abs().max()) > 1e-2, name  # it was trained
