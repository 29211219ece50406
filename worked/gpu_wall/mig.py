"""Multi-Instance GPU: which instances a GPU can be cut into, and packing models on the fewest GPUs.

A GPU has 8 memory slices and 7 compute slices. A profile takes some of each and may start only at
certain memory slices, so a GPU can have room in total and still no legal place.

Source: NVIDIA Multi-Instance GPU User Guide, "Supported MIG Profiles" (A100, H100) and the output
of `nvidia-smi mig -lgip` and `-lgipp` there, read 2026-11-24. Left out: the `+me` variants, which
differ from the same profile only by media engines. Names give sizes in GB; the driver reports
slightly more (1g.10gb: 9.50 GiB = 10.2 GB on an A100, 9.75 GiB = 10.5 GB on an H100), so packing by
the name is safe.

    python -m worked.gpu_wall.mig --record
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from statistics import fmean

from worked.recording import run_study

MEMORY_SLICES = 8
COMPUTE_SLICES = 7
# GB in one memory slice, as the profile names count it.
SLICE_GB = {"A100-40GB": 5, "A100-80GB": 10, "H100-80GB": 10}


@dataclass(frozen=True)
class Profile:
    """A kind of GPU instance: compute slices, memory slices, and memory slices it may start at."""

    compute: int
    memory: int
    starts: tuple[int, ...]

    def name(self, gpu: str) -> str:
        """NVIDIA's name for it on `gpu`, for example 3g.40gb."""
        return f"{self.compute}g.{self.memory * slice_gb(gpu)}gb"


# From the smallest to the largest. All three GPUs share this geometry.
PROFILES = (
    Profile(1, 1, (0, 1, 2, 3, 4, 5, 6)),
    Profile(1, 2, (0, 2, 4, 6)),
    Profile(2, 2, (0, 2, 4)),
    Profile(3, 4, (0, 4)),
    Profile(4, 4, (0,)),
    Profile(7, 8, (0,)),
)

# An instance on a GPU: which profile, starting at which memory slice.
Instance = tuple[Profile, int]


@dataclass(frozen=True)
class Model:
    """An inference model: memory_gb it needs (weights, cache, runtime) and compute slices."""

    name: str
    memory_gb: float
    compute: int = 1


@dataclass(frozen=True)
class Placed:
    """A model in its instance: which GPU, profile and first memory slice."""

    model: Model
    gpu: int
    profile: Profile
    start: int


def slice_gb(gpu: str) -> int:
    """GB in one memory slice of `gpu`.

    Raises:
        ValueError: a GPU that is not in SLICE_GB.
    """
    if gpu not in SLICE_GB:
        raise ValueError(f"no MIG profiles for {gpu!r}; have {', '.join(SLICE_GB)}")
    return SLICE_GB[gpu]


def smallest_profile(model: Model, gpu: str) -> Profile:
    """The smallest profile on `gpu` that gives `model` its memory and compute.

    It is never worse than another: every place of a larger profile contains a place of this one.

    Raises:
        ValueError: a need that is not positive, or that no profile meets.
    """
    if model.memory_gb <= 0 or model.compute < 1:
        raise ValueError(f"{model.name}: needs memory over 0 GB and at least 1 compute slice")
    for profile in PROFILES:
        enough_memory = profile.memory * slice_gb(gpu) >= model.memory_gb
        if enough_memory and profile.compute >= model.compute:
            return profile
    raise ValueError(
        f"{model.name} needs {model.memory_gb} GB and {model.compute} compute slices; "
        f"a whole {gpu} has {MEMORY_SLICES * slice_gb(gpu)} GB and {COMPUTE_SLICES}"
    )


def maximal_layouts(profiles: Sequence[Profile] = PROFILES) -> list[tuple[Instance, ...]]:
    """Every way to cut one GPU into instances so that no further instance fits."""

    def extend(at: int, layout: tuple[Instance, ...]) -> Iterator[tuple[Instance, ...]]:
        # Instances are added from low to high; a gap is allowed only if nothing could fill it.
        if at == MEMORY_SLICES:
            yield layout
            return
        here = [p for p in profiles if at in p.starts]
        for profile in here:
            yield from extend(at + profile.memory, (*layout, (profile, at)))
        if not any(profile.memory == 1 for profile in here):
            yield from extend(at + 1, layout)

    return [layout for layout in extend(0, ()) if not _room(layout, profiles)]


def _used(layout: Sequence[Instance]) -> set[int]:
    return {s for profile, start in layout for s in range(start, start + profile.memory)}


def _room(layout: Sequence[Instance], profiles: Sequence[Profile]) -> bool:
    """Whether another instance of one of `profiles` still fits."""
    return any(legal_start(layout, profile) is not None for profile in profiles)


def legal_start(layout: Sequence[Instance], profile: Profile) -> int | None:
    """The lowest memory slice at which `profile` fits beside the instances of `layout`, or None.

    Memory slices decide: wherever they are free, so are enough compute slices.
    """
    used = _used(layout)
    for start in profile.starts:
        if used.isdisjoint(range(start, start + profile.memory)):
            return start
    return None


Counts = tuple[int, ...]  # how many instances of each profile, in the order of PROFILES


@cache
def _layouts_by_counts() -> dict[Counts, tuple[Instance, ...]]:
    """One maximal layout for each set of profiles that a GPU can be cut into."""
    return {_counts([p for p, _ in layout]): layout for layout in maximal_layouts()}


def _counts(profiles: Sequence[Profile]) -> Counts:
    counter = Counter(profiles)
    return tuple(counter[profile] for profile in PROFILES)


# --8<-- [start:mig_pack]
@cache
def fewest_layouts(needed: Counts) -> tuple[Counts, ...]:
    """The fewest GPU layouts that together hold `needed` instances: exact, by search with memory.

    Some GPU must hold the largest instance that is still needed, so only layouts with one are
    tried; a layout never does better by holding less, so only maximal ones are.
    """
    if not any(needed):
        return ()
    largest = max(index for index, count in enumerate(needed) if count)
    best: tuple[Counts, ...] | None = None
    for layout in _layouts_by_counts():
        if not layout[largest]:
            continue
        left = tuple(max(0, n - have) for n, have in zip(needed, layout, strict=True))
        rest = fewest_layouts(left)
        if best is None or len(rest) + 1 < len(best):
            best = (layout, *rest)
    if best is None:
        raise RuntimeError(f"no layout holds profile {PROFILES[largest]}")
    return best


def pack(models: Sequence[Model], gpu: str = "A100-80GB") -> list[Placed]:
    """Place every model in an instance of its own, on the fewest GPUs."""
    waiting: dict[Profile, list[Model]] = {profile: [] for profile in PROFILES}
    for model in models:
        waiting[smallest_profile(model, gpu)].append(model)
    needed = tuple(len(waiting[profile]) for profile in PROFILES)
    placed = []
    for index, counts in enumerate(fewest_layouts(needed)):
        for profile, start in _layouts_by_counts()[counts]:
            if waiting[profile]:
                placed.append(Placed(waiting[profile].pop(), index, profile, start))
    return placed


# --8<-- [end:mig_pack]


def first_fit(models: Sequence[Model], gpu: str = "A100-80GB") -> list[Placed]:
    """Place models as they come: the first GPU with a legal start, at the lowest one.

    Nothing is moved afterwards, because a running instance cannot be: it would have to be
    destroyed and made again.
    """
    layouts: list[list[Instance]] = []
    placed = []
    for model in models:
        profile = smallest_profile(model, gpu)
        for index in range(len(layouts) + 1):
            if index == len(layouts):
                layouts.append([])
            start = legal_start(layouts[index], profile)
            if start is not None:
                layouts[index].append((profile, start))
                placed.append(Placed(model, index, profile, start))
                break
    return placed


def gpus_used(placed: Sequence[Placed]) -> int:
    """Number of GPUs that a packing takes."""
    return len({p.gpu for p in placed})


@dataclass(frozen=True)
class Waste:
    """What a packing leaves unused on its GPUs.

    memory_in_instances_gb: inside instances, beyond what their models need;
    memory_outside_gb: memory slices in no instance; compute_outside: compute slices in none.
    """

    memory_in_instances_gb: float
    memory_outside_gb: float
    compute_outside: int


def waste(placed: Sequence[Placed], gpu: str = "A100-80GB") -> Waste:
    """What the packing leaves unused, over all of its GPUs."""
    gpus = gpus_used(placed)
    instances_gb = sum(p.profile.memory for p in placed) * slice_gb(gpu)
    return Waste(
        memory_in_instances_gb=instances_gb - sum(p.model.memory_gb for p in placed),
        memory_outside_gb=float(gpus * MEMORY_SLICES * slice_gb(gpu) - instances_gb),
        compute_outside=gpus * COMPUTE_SLICES - sum(p.profile.compute for p in placed),
    )


def slices_lower_bound(models: Sequence[Model], gpu: str = "A100-80GB") -> int:
    """GPUs that the models' slices alone would take if any slice could go anywhere."""
    profiles = [smallest_profile(model, gpu) for model in models]
    memory = -(-sum(p.memory for p in profiles) // MEMORY_SLICES)
    compute = -(-sum(p.compute for p in profiles) // COMPUTE_SLICES)
    return max(memory, compute)


def fleet(seed: int, models: int = 20) -> list[Model]:
    """A seeded fleet of small inference models: the running example's own choice of sizes."""
    rng = random.Random(seed)
    kinds = ((4, 1), (9, 1), (16, 1), (18, 2), (30, 3), (38, 4))
    chosen = [rng.choice(kinds) for _ in range(models)]
    return [Model(f"model{i:02d}", gb, compute) for i, (gb, compute) in enumerate(chosen)]


def study() -> dict[str, tuple[float, str]]:
    """Figures on layouts, waste and packing of an 80 GB GPU: name -> (value, unit)."""
    sevens = pack([Model(str(i), 10) for i in range(7)])
    doubles = pack([Model(str(i), 20) for i in range(4)])
    threes = pack([Model(str(i), 40, 3) for i in range(2)])
    plain = [profile for profile in PROFILES if (profile.compute, profile.memory) != (1, 2)]
    fleets = [fleet(seed) for seed in range(10)]
    exact = [gpus_used(pack(models)) for models in fleets]
    first = [gpus_used(first_fit(models)) for models in fleets]
    bound = [slices_lower_bound(models) for models in fleets]
    return {
        "mig_most_instances": (float(max(len(layout) for layout in maximal_layouts())), ""),
        "mig_maximal_layouts": (float(len(maximal_layouts())), ""),
        "mig_maximal_layouts_without_1g_20gb": (float(len(maximal_layouts(plain))), ""),
        "seven_1g_10gb_memory_stranded": (waste(sevens).memory_outside_gb * 1e9, "B"),
        "seven_1g_10gb_compute_stranded": (float(waste(sevens).compute_outside), ""),
        "four_1g_20gb_compute_stranded": (float(waste(doubles).compute_outside), ""),
        "two_3g_40gb_compute_stranded": (float(waste(threes).compute_outside), ""),
        "fleet_models": (float(len(fleets[0])), ""),
        "fleets": (float(len(fleets)), ""),
        "fleet_gpus_exact_mean": (fmean(exact), ""),
        "fleet_gpus_first_fit_mean": (fmean(first), ""),
        "fleet_gpus_slices_bound_mean": (fmean(bound), ""),
        "fleets_where_first_fit_takes_more": (
            float(sum(f > e for f, e in zip(first, exact, strict=True))),
            "",
        ),
        "fleets_where_geometry_costs_a_gpu": (
            float(sum(e > b for e, b in zip(exact, bound, strict=True))),
            "",
        ),
    }


def main() -> None:
    """Print the figures; with --record also write measured/mig.json."""
    run_study(
        Path(__file__).parent / "measured" / "mig.json",
        study,
        what="MIG layouts of an 80 GB GPU, their waste, and seeded fleets of models packed",
        command="python -m worked.gpu_wall.mig --record",
        seed=0,
    )


if __name__ == "__main__":
    main()
