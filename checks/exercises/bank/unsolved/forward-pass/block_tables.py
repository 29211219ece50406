"""Block tables that share what prompts begin with.

Keys and values depend on a token and on all before it. So a full block of the cache can serve
every prompt that begins with the very same tokens up to the block's end, without a copy. A block
that is not full will be written on, and belongs to one prompt alone. Prompts of different tenants
carry different salts and share nothing: else one could find out by the time to the first token what
another has asked.
"""


def block_tables(prompts: list[tuple[str, list[int]]], block_size: int) -> list[list[int]]:
    """Return the block table of each prompt: numbers of blocks, in the order of its tokens.

    prompts: salt and tokens of each; block_size: tokens of a block. Blocks are numbered from 0 in
    the order in which they are first needed, prompt after prompt. A prompt takes a full block of an
    earlier prompt where the salt is the same and all tokens up to the block's end are; for
    everything else it takes a new one.
    """
    raise NotImplementedError("TODO: cut into blocks, share the full ones")
