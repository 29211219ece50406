"""Laws of block tables: every prompt can be read back, and what may be shared is kept once."""

from block_tables import block_tables
from hypothesis import given
from hypothesis import strategies as st

from checks.exercises.calls import Called, called, shown
from worked.formulas import serving

# Few tokens, so that prompts begin alike often.
PROMPTS = st.lists(
    st.tuples(st.sampled_from(["", "a"]), st.lists(st.integers(0, 1), max_size=9)), max_size=6
)
BLOCK_SIZES = st.integers(1, 4)


def tables_of(prompts: list[tuple[str, list[int]]], block_size: int) -> Called:
    """Call, and demand a table of the right length for each prompt."""
    lengths = [int(serving.blocks_of(len(tokens), block_size)) for _, tokens in prompts]
    return called(block_tables, prompts, block_size).obeys(
        lambda tables: [len(table) for table in tables] == lengths, f"tables of {lengths} blocks"
    )


@given(PROMPTS, BLOCK_SIZES)
def test_a_block_holds_one_context(prompts: list[tuple[str, list[int]]], block_size: int) -> None:
    """A block in two tables is full, and in both all tokens up to its end and the salt are alike"""
    tables = tables_of(prompts, block_size)
    gave = f"{tables.text}, {shown(tables.value)}"
    held: dict[int, tuple[str, list[int]]] = {}
    for (salt, tokens), table in zip(prompts, tables.value, strict=True):
        for number, block in enumerate(table):
            end = (number + 1) * block_size
            content = (salt, tokens[:end])
            if block in held:
                Called(
                    f"{gave}: what block {block} holds for an earlier prompt", held[block]
                ).gives(content, because="it is in the table of this one too")
                Called(
                    f"{gave}: whether the shared block {block} is full", end <= len(tokens)
                ).gives(True, because="a block that will be written on belongs to one prompt")
            held[block] = content


@given(PROMPTS, BLOCK_SIZES)
def test_as_few_blocks_as_there_are_contexts(
    prompts: list[tuple[str, list[int]]], block_size: int
) -> None:
    """One block for each different full start, one for each prompt's rest, numbered in order"""
    tables = tables_of(prompts, block_size)
    full = {
        (salt, tuple(tokens[:end]))
        for salt, tokens in prompts
        for end in range(block_size, len(tokens) + 1, block_size)
    }
    rests = sum(len(tokens) % block_size > 0 for _, tokens in prompts)
    met = list(dict.fromkeys(block for table in tables.value for block in table))
    Called(f"blocks of {tables.text} in the order in which they are met", met).gives(
        list(range(len(full) + rests)),
        because=f"{len(full)} different full starts and {rests} rests",
    )
