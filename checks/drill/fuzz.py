"""Coverage-guided fuzzing of the answer parser, the unit parser and the formula grammar.

    python -m checks.drill.fuzz                 every target, 60 seconds each
    python -m checks.drill.fuzz units --seconds 300 --seed 7
    python -m checks.drill.fuzz answers --runs 20000

It needs atheris (the `test` extra, on Linux). What breaks a target is printed with its
traceback; the exit status is that of the first target that broke, else 0.
"""

from __future__ import annotations

import argparse
import importlib.util
import itertools
import subprocess
import sys
import tempfile
from pathlib import Path

TARGETS = ("answers", "units", "formulas")
COUNTED = 10  # of so many inputs one has its lines counted
LONGEST_BYTES = 620  # a little more than the longest text that anything accepts
MISSING = "atheris is not installed; pip install 'atheris>=3' (Linux) to fuzz by coverage"


def installed() -> bool:
    """Return whether atheris can be imported."""
    return importlib.util.find_spec("atheris") is not None


def fuzz(target: str, folder: Path, arguments: list[str]) -> None:
    """Run libFuzzer in this process until it ends it; `folder` takes corpus and findings."""
    import atheris

    with atheris.instrument_imports(include=["checks.drill.answers", "checks.drill.expressions"]):
        from checks.drill import fuzz_targets

    corpus = folder / "corpus"
    corpus.mkdir()
    for number, text in enumerate(fuzz_targets.SEEDS[target]):
        (corpus / f"seed-{number}").write_bytes(text.encode())
    words = folder / "words"
    words.write_text(
        "".join(
            '"' + "".join(f"\\x{byte:02x}" for byte in word.encode()) + '"\n'
            for word in fuzz_targets.WORDS[target]
        )
    )

    inputs = itertools.count()

    def one_input(data: bytes) -> None:
        fuzz_targets.counting = next(inputs) % COUNTED == 0
        text = data.decode("utf-8", errors="surrogateescape")
        fuzz_targets.TARGETS[target](text)

    options = [f"-dict={words}", f"-max_len={LONGEST_BYTES}", "-len_control=0"]
    options.append(f"-artifact_prefix={folder}/")
    atheris.Setup([sys.argv[0], *options, *arguments, str(corpus)], one_input)
    atheris.Fuzz()


def run(target: str, seconds: int, runs: int, seed: int) -> subprocess.CompletedProcess[str]:
    """Fuzz one target in a process of its own and return how it ended.

    seconds: at most so long, 0 for no limit; runs: at most so many inputs, -1 for no limit.
    """
    with tempfile.TemporaryDirectory() as folder:
        limits = [f"-max_total_time={seconds}", f"-runs={runs}", f"-seed={seed}"]
        return subprocess.run(
            [sys.executable, "-m", "checks.drill.fuzz", target, "--inside", folder, *limits],
            capture_output=True,
            text=True,
            check=False,
        )


def main(argv: list[str] | None = None) -> int:
    """Run the command and return its exit status."""
    parser = argparse.ArgumentParser(prog="python -m checks.drill.fuzz", description=__doc__)
    parser.add_argument("target", nargs="?", choices=TARGETS, help="default: all of them")
    parser.add_argument("--seconds", type=int, default=60, help="at most so long (60)")
    parser.add_argument("--runs", type=int, default=-1, help="at most so many inputs")
    parser.add_argument("--seed", type=int, default=1, help="of libFuzzer's mutations (1)")
    parser.add_argument("--inside", help=argparse.SUPPRESS)
    options, rest = parser.parse_known_args(argv)
    if options.inside:
        fuzz(options.target, Path(options.inside), rest)
        return 0
    if rest:
        parser.error(f"unknown: {' '.join(rest)}")
    if not installed():
        print(MISSING)
        return 2
    for target in [options.target] if options.target else TARGETS:
        done = run(target, options.seconds, options.runs, options.seed)
        last = done.stderr.strip().splitlines()[-1:] or ["no output"]
        print(f"{target}: {last[0]}")
        if done.returncode:
            print(done.stdout, done.stderr, sep="\n")
            return done.returncode
    return 0


if __name__ == "__main__":
    sys.exit(main())
