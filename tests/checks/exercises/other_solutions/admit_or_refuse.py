"""Two passes: first who can never be served, then the queue of the others."""

import math


def admit(waiting, free, blocks, block_size):
    never = [
        min(prompt, new) < 1 or math.ceil((prompt + new - 1) / block_size) > blocks
        for prompt, new in waiting
    ]
    verdicts = ["refused" if no else "waits" for no in never]
    for i in (i for i, no in enumerate(never) if not no):
        free -= math.ceil(waiting[i][0] / block_size)
        if free < 0:
            break
        verdicts[i] = "runs"
    return verdicts
