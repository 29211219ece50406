"""A run killed at any moment and resumed ends bit for bit like one that was never disturbed.

The runs are real processes under real signals. Sixty steps with a checkpoint every ten.
"""

import math
import random
import shutil
import signal
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.skips import required

torch = required("torch")

from tests.effort import some  # noqa: E402
from tests.waiting import until  # noqa: E402
from worked import processes  # noqa: E402
from worked.gpu_wall import checkpoint  # noqa: E402
from worked.gpu_wall import kill_campaign as kc  # noqa: E402
from worked.gpu_wall import resumable_training as rt  # noqa: E402
from worked.recording import load  # noqa: E402

STEPS, EVERY = 60, 10
ROOT = Path(rt.__file__).parents[2]
COMMAND = [sys.executable, "-m", "worked.gpu_wall.resumable_training"]


@pytest.fixture(scope="module")
def undisturbed() -> str:
    """SHA-256 of everything at the end of a run in this process, with no checkpoint at all."""
    training = rt.new_training(rt.Settings(STEPS))
    for _ in range(STEPS):
        rt.train_step(training)
    return rt.state_sha256(rt.state_of(training))


class AtStep:
    """A notice that comes while a given step is computed, and stays as long as it says."""

    def __init__(self, training: rt.Training, step: int, seconds: float = 1.0) -> None:
        self.training, self.step, self.seconds = training, step, seconds

    @property
    def came_at(self) -> float | None:
        return 0.0 if self.training.step >= self.step else None

    def seconds_left(self) -> float:
        return self.seconds


def no_log(**line: object) -> None:
    """Keep no log."""


@pytest.mark.parametrize("seed", some(range(4), each=2))
def test_killed_at_random_moments_the_run_ends_bit_for_bit_the_same(
    tmp_path: Path, undisturbed: str, seed: int
) -> None:
    """No kill costs more than one interval of steps, and SIGTERM with time to flush costs none."""
    history = kc.kill_until_done(
        tmp_path, seed=seed, kills=5, steps=STEPS, every=EVERY, write_delay=0.1
    )
    assert history[-1][1].sha256 == undisturbed
    lost = kc.steps_lost(history)
    assert len(lost) == len(history) - 1
    for (kill, ended), steps in zip(history, lost, strict=False):
        assert kill is not None
        if kill.signal == signal.SIGTERM:
            assert ended.exit_code == rt.EXIT_PREEMPTED == 143
            assert steps == 0
        else:
            assert ended.exit_code == -signal.SIGKILL
            assert 0 <= steps <= EVERY
        if ended.mid_write:
            # Cut off in a write: the steps since the last checkpoint are lost, all of them, or
            # none if the manifest had just been renamed and only the log line was missing.
            before = max(ended.started_at, ended.last_step - EVERY)
            assert steps in (0, ended.last_step - before)
    assert not list((tmp_path / "durable").glob("*.damaged*"))


def test_a_kill_in_the_middle_of_a_write_costs_exactly_one_interval(
    tmp_path: Path, undisturbed: str
) -> None:
    """SIGKILL in the write of step 20, which would take an hour: what counts is step 10."""
    directory, log = tmp_path / "d", tmp_path / "log-1"
    training = rt.new_training(rt.Settings(STEPS))
    with checkpoint.opened(directory):
        rt.train(training, [rt.Tier("durable", directory, EVERY)], AtStep(training, 10), no_log)  # type: ignore[arg-type]
    arguments = ["--dir", str(directory), "--steps", str(STEPS), "--every", str(EVERY)]
    slow = [*arguments, "--write-delay", "3600", "--log", str(log)]
    process = processes.context().Process(target=kc.enter, args=(slow,))
    process.start()
    try:
        until(lambda: list(directory.glob("*.partial")), "a half-written file", process)
    finally:
        process.kill()
        process.join()
    last = kc.read_log(log)[-1]
    assert (last["event"], last["step"]) == ("writing", "20")
    assert [path.name[:13] for path in directory.glob("*.partial")] == ["step-00000020"]
    after = kc.run_and_kill(arguments, tmp_path / "log-2", None)
    assert (after.started_at, after.sha256) == (10, undisturbed)


@pytest.mark.slow
def test_the_command_itself_survives_sigterm(tmp_path: Path) -> None:
    """As a person would run it: python -m, a signal from outside, the same command again.

    The run is so long that no signal comes too late. What each process leaves is what a run in
    this process has after as many steps.
    """
    settings = rt.Settings(1_000_000)
    training = rt.new_training(settings)
    command = [*COMMAND, "--dir", str(tmp_path), "--steps", "1000000", "--every", str(EVERY)]
    for source in ("nothing", "durable"):
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            first = process.stdout.readline()
            assert first == f"event=start step={training.step} source={source}\n"
            wanted = training.step + 33
            for line in process.stdout:
                if line.startswith(f"event=step step={wanted} "):
                    process.send_signal(signal.SIGTERM)
                    break
            last = process.stdout.read().splitlines()[-1]
        assert process.returncode == 143
        assert last.startswith("event=preempted step=")
        flushed = int(last.split()[1].removeprefix("step="))
        assert flushed >= wanted
        while training.step < flushed:
            rt.train_step(training)
        found = checkpoint.newest([tmp_path], asdict(settings))
        assert found is not None
        assert found.step == flushed
        left = rt.state_sha256(rt.from_bytes(found.state))
        assert left == rt.state_sha256(rt.state_of(training))


@pytest.mark.parametrize(
    "forgotten", ["weights", "optimizer", "schedule", "torch_rng", "python_rng", "data_position"]
)
def test_each_part_of_the_state_is_needed(undisturbed: str, forgotten: str) -> None:
    """Resume at step 30 without one part: the end is another. With all parts: the same."""

    def resumed_without(part: str | None) -> str:
        training = rt.new_training(rt.Settings(STEPS))
        for _ in range(30):
            rt.train_step(training)
        state = rt.from_bytes(rt.to_bytes(rt.state_of(training)))
        fresh = rt.new_training(rt.Settings(STEPS))
        if part is not None:
            state[part] = rt.from_bytes(rt.to_bytes(rt.state_of(fresh)))[part]
        rt.restore(fresh, state)
        for _ in range(30):
            rt.train_step(fresh)
        fresh.step = STEPS  # so that a lost position shows in the weights, not in the count
        return rt.state_sha256(rt.state_of(fresh))

    assert resumed_without(forgotten) != undisturbed
    if forgotten == "weights":
        assert resumed_without(None) == undisturbed


def test_the_hash_sees_a_single_bit() -> None:
    state = {"w": torch.tensor([1.0, 2.0])}
    other = {"w": torch.tensor([1.0, math.nextafter(2.0, 3.0)], dtype=torch.float32)}
    assert rt.state_sha256(state) == rt.state_sha256(other)  # below fp32's last bit: no change
    state["w"].view(torch.int32)[1] ^= 1
    assert rt.state_sha256(state) != rt.state_sha256(other)


def two_tiers(tmp_path: Path) -> list[str]:
    places = ["--dir", str(tmp_path / "durable"), "--local", str(tmp_path / "local")]
    return [*places, "--steps", str(STEPS), "--every", "20"]


def test_a_flush_to_the_local_tier_dies_with_its_node(tmp_path: Path, undisturbed: str) -> None:
    """A durable write takes 0.2 s, the notice is 0.1 s: only the local disk is fast enough.

    If the node comes back, nothing is lost; if it is gone, its disk is gone too, and the run
    goes back to the durable checkpoint.
    """
    training = rt.new_training(rt.Settings(STEPS))
    local, durable = tmp_path / "local", tmp_path / "durable"
    tiers = [rt.Tier("local", local, 7), rt.Tier("durable", durable, 20, write_delay=0.2)]
    with checkpoint.opened(local), checkpoint.opened(durable):
        code = rt.train(training, tiers, AtStep(training, 30, 0.1), no_log)  # type: ignore[arg-type]
    assert code == rt.EXIT_PREEMPTED
    assert [step for step, _ in checkpoint.committed(local)][-1] == 30
    assert [step for step, _ in checkpoint.committed(durable)] == [20]

    shutil.copytree(tmp_path, tmp_path / "node-comes-back")
    here = kc.run_and_kill(
        two_tiers(tmp_path / "node-comes-back"), tmp_path / "log-same-node", None
    )
    assert (here.started_at, here.sha256) == (30, undisturbed)

    shutil.rmtree(tmp_path / "local")  # the node is gone
    elsewhere = kc.run_and_kill(two_tiers(tmp_path), tmp_path / "log-new-node", None)
    assert (elsewhere.started_at, elsewhere.sha256) == (20, undisturbed)


def test_a_notice_at_a_checkpoint_s_own_step_does_not_start_a_write_that_cannot_end(
    tmp_path: Path,
) -> None:
    """The durable checkpoint is due at step 4, takes 10 s, and 1 s is left: local it is."""
    training = rt.new_training(rt.Settings(10))
    local, durable = tmp_path / "local", tmp_path / "durable"
    tiers = [
        rt.Tier("local", local, 4, last_write_seconds=0.1),
        rt.Tier("durable", durable, 4, last_write_seconds=10.0),
    ]
    events = []
    with checkpoint.opened(local), checkpoint.opened(durable):
        code = rt.train(training, tiers, AtStep(training, 4), lambda **line: events.append(line))  # type: ignore[arg-type]
    assert code == 143
    assert [line["tier"] for line in events if line["event"] == "written"] == ["local"]
    assert checkpoint.committed(durable) == []


def test_the_end_is_saved_durably_even_if_it_was_resumed_from_the_local_tier(
    tmp_path: Path,
) -> None:
    """Preempted right after the last step, flushed locally; the next process finishes the job."""
    settings = rt.Settings(4)
    local, durable = tmp_path / "local", tmp_path / "durable"
    for attempt in range(2):
        training = rt.new_training(settings)
        tiers = [rt.Tier("local", local, 100), rt.Tier("durable", durable, 100)]
        notice = AtStep(training, 4 if attempt == 0 else 99)
        with checkpoint.opened(local), checkpoint.opened(durable):
            rt.resume(training, tiers, no_log)
            assert training.step == 4 * attempt
            code = rt.train(training, tiers, notice, no_log)  # type: ignore[arg-type]
        assert code == [143, 0][attempt]
        assert len(checkpoint.committed(durable)) == attempt


def test_a_full_disk_ends_the_run_in_words_and_harms_no_checkpoint(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk refuses the second checkpoint: exit code 2, and the first can still be read."""
    real = checkpoint.write_atomically

    def refuse(path: Path, data: bytes, *, write_delay: float = 0.0) -> None:
        if "step-00000004" in path.name:
            raise OSError(28, "No space left on device", str(path))
        real(path, data, write_delay=write_delay)

    monkeypatch.setattr(checkpoint, "write_atomically", refuse)
    arguments = ["--dir", str(tmp_path / "run"), "--steps", "6", "--every", "2"]
    assert "No space left on device" in refused(arguments, capsys)
    assert [step for step, _ in checkpoint.committed(tmp_path / "run")] == [2]


def test_the_flush_goes_to_the_most_durable_tier_that_fits() -> None:
    """980 GB: 24.5 s to local NVMe at 40 GB/s, 49 s to a file system at 20, 196 s to objects at 5.

    A write must fit with half as much again: 36.75 s, 73.5 s and 294 s.
    """
    tiers = [
        rt.Tier("nvme", Path("a"), 1, last_write_seconds=980 / 40),
        rt.Tier("file system", Path("b"), 1, last_write_seconds=980 / 20),
        rt.Tier("objects", Path("c"), 1, last_write_seconds=980 / 5),
    ]
    assert rt.flush_tier(tiers, 120).name == "file system"  # two minutes of notice
    assert rt.flush_tier(tiers, 30).name == "nvme"  # none fits: the fastest is tried
    assert rt.flush_tier(tiers, 294).name == "objects"
    assert rt.flush_tier(tiers, 293).name == "file system"
    assert rt.flush_tier([tiers[0], rt.Tier("new", Path("d"), 1)], 120).name == "nvme"


def test_data_is_a_pure_function_of_the_step() -> None:
    settings = rt.Settings(STEPS)
    before = torch.get_rng_state(), random.getstate()
    forwards = [rt.batch_at(settings, step) for step in range(5)]
    backwards = [rt.batch_at(settings, step) for step in reversed(range(5))]
    assert all(map(torch.equal, forwards, reversed(backwards)))
    assert not torch.equal(forwards[0], forwards[1])
    assert torch.equal(before[0], torch.get_rng_state())
    assert before[1] == random.getstate()
    assert forwards[0].shape == (settings.batch, settings.context + 1)


def test_the_model_learns() -> None:
    """Chance is ln 11 = 2.40 nats. Only the first stride cannot be known: ln 2 / 16 = 0.04."""
    training = rt.new_training(rt.Settings(STEPS))
    losses = [rt.train_step(training) for _ in range(STEPS)]
    assert losses[0] == pytest.approx(math.log(11), abs=0.4)
    assert math.log(2) / 16 < sum(losses[-10:]) / 10 < 0.5


def refused(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    handler = signal.getsignal(signal.SIGTERM)
    try:
        assert rt.main(arguments) == rt.EXIT_NEEDS_A_PERSON == 2
    finally:
        signal.signal(signal.SIGTERM, handler)
    return capsys.readouterr().err


def test_what_cannot_be_resumed_is_refused_in_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = tmp_path / "run"
    run.mkdir()
    arguments = ["--dir", str(run), "--steps", "5"]
    settings = {"steps": 5, "seed": 0}
    checkpoint.save(run, 3, b"state", settings)
    assert "of another run: batch is None there and 8 here" in refused(arguments, capsys)
    manifest = next(run.glob("*.json"))
    manifest.write_bytes(manifest.read_bytes()[:50])
    assert "no sound checkpoint" in refused(arguments, capsys)
    assert "does not exist" in refused(["--dir", str(tmp_path / "x" / "y")], capsys)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "arguments are required: --dir"),
        (["--dir", "a", "--steps", "0"], "must be more than 0"),
        (["--dir", "a", "--every", "-3"], "must be more than 0"),
        (["--dir", "a", "--notice", "nan"], "must be more than 0"),
        (["--dir", "a", "--write-delay", "-1"], "must be 0 or more"),
        (["--dir", "a", "--seed", "-1"], "--seed is -1; it must be from 0"),
        (["--dir", "a", "--local", "a"], "the tiers must differ"),
    ],
)
def test_a_wrong_command_line_is_refused(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        rt.main(arguments)
    assert caught.value.code == 2
    assert message in capsys.readouterr().err


def test_a_damaged_checkpoint_costs_one_interval_more_and_is_reported(
    tmp_path: Path, undisturbed: str
) -> None:
    """Flip one bit in the newest state: its hash gives it away, and the one before is used."""
    arguments = ["--dir", str(tmp_path / "d"), "--steps", str(STEPS), "--every", str(EVERY)]
    kc.run_and_kill(arguments, tmp_path / "log-1", kc.Kill(signal.SIGKILL, "step", 35, 0.0))
    newest = checkpoint.committed(tmp_path / "d")[-1][0]
    state = next((tmp_path / "d").glob(f"step-{newest:08d}-*.state"))
    content = bytearray(state.read_bytes())
    content[len(content) // 2] ^= 1
    state.write_bytes(content)
    after = kc.run_and_kill(arguments, tmp_path / "log-2", None)
    assert after.started_at == newest - EVERY
    assert after.sha256 == undisturbed
    assert state.with_name(state.name + ".damaged").exists()


def test_a_second_sigterm_does_not_move_the_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    times = iter([100.0, 104.0])
    monkeypatch.setattr(rt, "time", SimpleNamespace(monotonic=lambda: next(times)))
    notice = rt.PreemptionNotice(30.0)
    assert notice.seconds_left() == math.inf
    notice.receive(signal.SIGTERM, None)
    notice.receive(signal.SIGTERM, None)
    assert notice.came_at == 100.0
    assert notice.seconds_left() == 26.0


def test_recorded_kills_kept_the_promise() -> None:
    """The recorded campaign: every run identical, no loss above one interval; sizes recomputed."""
    values = {k: v["value"] for k, v in load(kc.MEASURED)["values"].items()}
    assert values["killed_runs_identical_to_uninterrupted"] == values["killed_runs"]
    assert values["most_steps_lost_to_sigterm"] == 0
    assert values["most_steps_lost_to_sigkill"] <= values["killed_run_checkpoint_interval_steps"]
    # Weights, once: 11*32 + 16*32 (embeddings) + 2 * (32*96 + 32*32 + 2*32*128 + 4*32) (layers)
    # + 2*32 + 32*11 (norm, head) = 352 + 512 + 24,832 + 64 + 352 = 26,112
    assert values["tiny_model_parameters"] == 26_112
    # fp32 weights and two fp32 moments: 12 B each; the rest is generators and names.
    assert 12 * 26_112 < values["tiny_model_checkpoint_bytes"] < 12 * 26_112 + 50_000
