"""Visible tests of ring_all_reduce.py."""

from ring_all_reduce import ring_all_reduce

from checks.exercises.calls import Called, UnmetError, called, shown


class Wire:
    """The ring's links: refuses any but the next rank, counts what each rank sends."""

    def __init__(self, ranks: int) -> None:
        self.sent = [0] * ranks

    def send(self, source: int, target: int, values: list[int]) -> list[int]:
        """Carry values to the next rank."""
        n = len(self.sent)
        if not (0 <= source < n and target == (source + 1) % n):
            came = f"a message from rank {source} to rank {target}"
            raise UnmetError(
                "law", f"send({source}, {target}, ...)", came, f"to rank (r + 1) % {n}"
            )
        self.sent[source] += len(values)
        return list(values)


def run(vectors: list[list[int]]) -> tuple[Called, Wire]:
    """All-reduce over a fresh wire."""
    wire = Wire(len(vectors))
    text = f"ring_all_reduce({shown(vectors)}, send)"
    return called(ring_all_reduce, vectors, wire.send, text=text), wire


def test_sums() -> None:
    """Three ranks: everybody ends with the sum"""
    result, _ = run([[1, 2, 3], [10, 20, 30], [100, 200, 300]])
    result.gives([[111, 222, 333]] * 3)


def test_volume() -> None:
    """Three ranks: what each of them sends"""
    result, wire = run([[1, 2, 3], [10, 20, 30], [100, 200, 300]])
    sent = Called(f"values sent by each rank in {result.text}", wire.sent)
    sent.gives([4, 4, 4], because="2 (n - 1) = 4 steps, a chunk of 3 / 3 = 1 value in each")


def test_alone() -> None:
    """A rank alone sends nothing"""
    result, wire = run([[5, 7]])
    result.gives([[5, 7]])
    Called(f"values sent by each rank in {result.text}", wire.sent).gives([0])
