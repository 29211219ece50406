"""One answer, token by token, with what it took: the engine serves a single request.

The first step, or several where the prompt is cut into chunks, reads the prompt and gives the first
token (prefill); every further step runs the last token and gives the next (decode).
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence

from worked.forward_pass.engine import Engine, Request
from worked.forward_pass.paged_cache import Pool
from worked.forward_pass.real_model import RealModel
from worked.forward_pass.sampling import GREEDY, Sampling

# A step of more prompt tokens holds gigabytes of attention scores: heads x chunk x context.
MOST_CHUNK = 2048
MOST_BLOCK = 1024


class Answer:
    """The answer to a chat; to go through it is to have it written.

    messages: as `Tokenizer.chat` takes them; max_new: tokens at most; chunk: tokens of the prompt
    that a step runs at most; block_size: tokens to a block of the cache.

    Raises:
        ValueError: a setting out of its range, or a prompt that, with the answer, is longer than
            the model can look back on.
    """

    def __init__(
        self,
        real: RealModel,
        messages: Sequence[Mapping[str, str]],
        max_new: int = 256,
        sampling: Sampling = GREEDY,
        block_size: int = 16,
        chunk: int = 512,
    ) -> None:
        for name, value, most in (
            ("max_new", max_new, real.context),
            ("block_size", block_size, MOST_BLOCK),
            ("chunk", chunk, MOST_CHUNK),
        ):
            if not 1 <= value <= most:
                raise ValueError(f"{name} = {value:,} must be a whole number from 1 to {most:,}")
        self.prompt = real.tokenizer.chat(messages)
        left = real.context - len(self.prompt)
        if left < max_new:
            raise ValueError(
                f"the prompt has {len(self.prompt):,} tokens, and the model looks back on "
                f"{real.context:,}: there is "
                + (f"room for {left:,} new ones, not {max_new:,}" if left > 0 else "no room left")
            )
        self.config = real.model.config
        self.value_bytes = real.model.dtype.itemsize
        blocks = -(-(len(self.prompt) + max_new) // block_size)
        self.pool = Pool(blocks, block_size, self.config, real.model.dtype)
        self._engine = Engine(real.model, self.pool, chunk, 1, prefix_cache=False)
        self._number = self._engine.submit(
            Request(self.prompt, max_new, sampling, stop=real.tokenizer.stop)
        )
        self._reader = real.tokenizer.reader()
        self.tokens: list[int] = []
        self.reason = ""  # why it ended: "stop" or "length"; "" until then
        self.read = 0  # tokens of the prompt that are in the cache
        self.cached = 0  # tokens in the cache
        self.pairs = 0  # products of a query and a key that prefill computed, masked ones too
        self.bytes_held = 0  # of the cache's blocks
        self.prefill_seconds = 0.0
        self.decode_seconds = 0.0

    def __iter__(self) -> Iterator[str]:
        """Run the engine's steps; give after each the whole characters that it completed.

        Of a step that only reads the prompt, or ends within a character, that is "".
        """
        while not self.reason:
            prefill = not self.tokens
            begun = time.perf_counter()
            (work,) = self._engine.step().work
            took = time.perf_counter() - begun
            if prefill:
                self.prefill_seconds += took
                self.read += work.prompt
                self.pairs += work.prompt * (work.start + work.prompt)
            else:
                self.decode_seconds += took
            self.cached += work.computed
            self.bytes_held = (
                self.pool.blocks_for(self.cached) * self.pool.block_size * self.pool.bytes_per_token
            )
            self.tokens += work.emitted
            text = "".join(self._reader.read(token) for token in work.emitted)
            if result := self._engine.take(self._number):
                self.reason = result.reason
                text += self._reader.rest()
            yield text

    @property
    def decode_steps(self) -> int:
        """Steps that ran a token of the answer: the first token came out of prefill."""
        return max(len(self.tokens) - 1, 0)

    @property
    def token_seconds(self) -> float | None:
        """Seconds between two tokens, on the average; None before the second."""
        return self.decode_seconds / self.decode_steps if self.decode_steps else None
