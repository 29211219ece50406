"""The order in which things that depend on one another come."""

from __future__ import annotations

from collections.abc import Iterable, Mapping


def components(graph: Mapping[str, Iterable[str]]) -> list[list[str]]:
    """Return the strongly connected parts of a graph, each before those that depend on it.

    `graph` maps a name to the names it depends on; within a part and among parts that do not
    depend on one another the graph's own order is kept. (Tarjan, SIAM J. Computing 1972.)
    """
    number: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    done: set[str] = set()
    parts: list[list[str]] = []
    at = {n: i for i, n in enumerate(graph)}

    def visit(n: str) -> None:
        number[n] = low[n] = len(number)
        stack.append(n)
        for m in graph[n]:
            if m not in number:
                visit(m)
            if m not in done:
                low[n] = min(low[n], low[m])
        if low[n] == number[n]:
            part = stack[stack.index(n) :]
            del stack[stack.index(n) :]
            done.update(part)
            parts.append(sorted(part, key=at.__getitem__))

    for n in graph:
        if n not in number:
            visit(n)
    return parts
