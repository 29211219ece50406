"""Which requests of a queue start now, which wait, and which are refused: a solution.

The cache is a pool of blocks. A request takes blocks for its prompt when it starts, and more of
them, one after another, while its answer grows. One that could not even end alone, with the whole
pool for itself, must be refused at once: let in, it would run out of blocks, be pushed out,
computed anew and run out again, for ever.
"""


def admit(waiting: list[tuple[int, int]], free: int, blocks: int, block_size: int) -> list[str]:
    """Return "runs", "waits" or "refused" for each request, in the order of the queue.

    waiting: tokens of the prompt and most new tokens of each, the first come first; free: blocks
    that nobody holds now; blocks: those of the whole pool; block_size: tokens of a block.

    Refused is a request without a prompt, without a new token, or for which the pool is too small.
    (The last new token is never run, so it needs no place in the cache.) The others start in
    order, each with the blocks of its prompt; the first that finds too few of them free waits, and
    all that come after it wait too. Nobody overtakes.
    """
    verdicts = []
    somebody_waits = False
    for prompt, new in waiting:
        at_the_end = -(-(prompt + new - 1) // block_size)
        now = -(-prompt // block_size)
        if prompt < 1 or new < 1 or at_the_end > blocks:
            verdicts.append("refused")  # at once, also behind one that waits
        elif somebody_waits or now > free:
            somebody_waits = True
            verdicts.append("waits")
        else:
            free -= now
            verdicts.append("runs")
    return verdicts
