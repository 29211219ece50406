"""Blocks: who holds them, what is shared, what is evicted, and that a hash alone shares nothing."""

from __future__ import annotations

import pytest

from tests.skips import required

torch = required("torch")

from worked.forward_pass.paged_cache import OutOfBlocksError, Pool, Table  # noqa: E402
from worked.forward_pass.transformer import Config  # noqa: E402

SMALL = Config(vocab=31, hidden=8, layers=2, heads=2, kv_heads=1, head_dim=4, ffn=8)
TOKENS = list(range(1, 13))


def computed(pool, tokens, salt=""):
    """A sequence whose tokens were computed and published: its table."""
    table = Table(salt)
    pool.share(table, tokens)
    pool.grow(table, len(tokens))
    table.length = len(tokens)
    pool.publish(table, tokens)
    return table


def shared(pool, tokens, salt=""):
    """How many of these tokens a new sequence would find."""
    table = Table(salt)
    found = pool.share(table, tokens)
    pool.give_back(table)
    return found


def test_a_sequence_takes_blocks_as_it_grows_and_wastes_less_than_one():
    """Blocks of 4: 1 token takes 1, 4 take 1, 5 take 2; bytes are those of whole blocks."""
    pool, table = Pool(5, 4, SMALL), Table()
    for tokens, blocks in ((1, 1), (4, 1), (5, 2), (12, 3)):
        pool.grow(table, tokens)
        assert len(table.blocks) == blocks == pool.held
    # 3 blocks x 4 tokens x 2 (keys, values) x 2 layers x 1 head x 4 x 4 B
    assert pool.bytes_held == 3 * 4 * 2 * 2 * 1 * 4 * 4 == 768
    assert pool.room(table) == 20
    pool.give_back(table)
    assert pool.available == 5
    assert pool.bytes_held == 0


def test_a_pool_that_has_too_few_blocks_gives_none():
    pool, table = Pool(3, 4, SMALL), Table()
    pool.grow(table, 8)
    with pytest.raises(OutOfBlocksError, match="2 blocks are needed and 1 are left"):
        pool.grow(table, 16)
    assert len(table.blocks) == 2
    assert pool.available == 1


def test_what_is_written_at_a_slot_is_read_there_in_every_layer():
    pool = Pool(3, 4, SMALL)
    slots = torch.tensor([9, 2])
    for layer in range(2):
        keys = torch.randn(2, 1, 4)
        pool.write(layer, slots, keys, -keys)
        read_keys, read_values = pool.read(layer, torch.tensor([[2, 9], [9, 9]]))
        assert read_keys.shape == (1, 2, 2, 4)
        assert torch.equal(read_keys[0, 0], keys[[1, 0], 0])
        assert torch.equal(read_values[0, 1], -keys[[0, 0], 0])
    assert not pool.keys[:, :, [0, 1, 3, 4, 5, 6, 7, 8, 10, 11]].any()


def test_full_blocks_are_shared_and_no_others():
    """Of 10 tokens computed in blocks of 4, 8 are in full blocks. A second sequence with the same
    first 10 takes those two; with another token at place 6 the first block; at place 2 none."""
    pool = Pool(10, 4, SMALL)
    first = computed(pool, TOKENS[:10])
    second = Table()
    assert pool.share(second, TOKENS) == 8
    assert second.blocks == first.blocks[:2]
    assert [pool.references[block] for block in first.blocks] == [2, 2, 1]
    for place, found in ((9, 8), (8, 8), (7, 4), (6, 4), (3, 0), (0, 0)):
        assert shared(pool, [*TOKENS[:place], 0, *TOKENS[place + 1 :]]) == found
    assert shared(pool, TOKENS[4:]) == 0  # the same tokens after others are no prefix


def test_the_last_token_is_always_computed():
    """Its logits are needed: of 8 tokens, all published, 4 are shared; of 9, 8; of 4, none."""
    pool = Pool(10, 4, SMALL)
    computed(pool, TOKENS)
    assert [shared(pool, TOKENS[:n]) for n in (4, 5, 8, 9, 12)] == [0, 4, 4, 8, 8]


def test_another_salt_shares_nothing():
    pool = Pool(10, 4, SMALL)
    computed(pool, TOKENS, salt="a")
    assert [shared(pool, TOKENS, salt) for salt in ("a", "b", "")] == [8, 0, 0]


@pytest.mark.parametrize("hashed", [lambda _: 7, lambda content: hash(content) % 2])
def test_where_hashes_collide_tokens_decide(hashed):
    """A hash that gives everything the same number shares what the tokens say, and nothing else:
    not another prompt's block, not the same block after another one, not another salt's."""
    pool = Pool(20, 4, SMALL, hashed=hashed)
    other = [*TOKENS[8:12], *TOKENS[4:8], 9]
    tables = {s: computed(pool, t, s) for s, t in (("", TOKENS), ("b", other))}
    assert shared(pool, TOKENS) == 8
    assert shared(pool, other, "b") == 8
    assert shared(pool, other) == shared(pool, TOKENS, "b") == 0
    assert shared(pool, [*TOKENS[:4], *other[:4], 1]) == 4
    again = Table("b")
    pool.share(again, other)
    assert again.blocks == tables["b"].blocks[:2]


def test_a_twin_is_not_published_a_second_time():
    """Two sequences that were computed side by side: the first one's blocks are shared, what was
    computed after the second's are found behind the first's."""
    pool = Pool(20, 4, SMALL)
    tables = [Table(), Table()]
    for table, length in zip(tables, (4, 12), strict=True):
        pool.grow(table, length)
        table.length = length
    for table in tables:
        pool.publish(table, TOKENS)
    third = Table()
    assert pool.share(third, [*TOKENS, 30]) == 12
    assert third.blocks == [tables[0].blocks[0], *tables[1].blocks[1:]]
    for table in (*tables, third):
        pool.give_back(table)
    assert pool.available == 20
    assert pool.idle == 3  # the twin's own first block is free


def test_blocks_that_nobody_holds_stay_until_they_are_needed_the_oldest_first():
    """Pool of 4, two sequences of 2 blocks given back one after the other. One new block: a free
    one is there for nobody, so the first's last block goes; its beginning can still be shared."""
    pool = Pool(4, 4, SMALL)
    first, second = computed(pool, TOKENS[:8]), computed(pool, TOKENS[::-1][:8])
    pool.give_back(first)
    pool.give_back(second)
    assert (pool.available, pool.idle, pool.held) == (4, 4, 0)
    new = Table()
    pool.grow(new, 4)
    assert shared(pool, TOKENS) == 4
    assert shared(pool, TOKENS[::-1]) == 8
    pool.grow(new, 8)  # now the least recently held is: the first block of the first
    assert shared(pool, TOKENS) == 0
    assert shared(pool, TOKENS[::-1]) == 8


def test_a_block_that_is_held_is_never_evicted():
    pool = Pool(4, 4, SMALL)
    first = computed(pool, TOKENS[:8])
    pool.grow(Table(), 8)
    with pytest.raises(OutOfBlocksError):
        pool.grow(Table(), 4)
    assert shared(pool, TOKENS) == 8
    assert [pool.references[block] for block in first.blocks] == [1, 1]


def test_a_cut_gives_back_what_is_not_needed_and_spares_what_is_published():
    pool, table = Pool(10, 4, SMALL), Table()
    pool.grow(table, 12)
    table.length = 6
    pool.publish(table, TOKENS)
    table.length = 12
    pool.cut(table, 7)
    assert (table.length, len(table.blocks), pool.available) == (7, 2, 8)
    for tokens in (3, 8):
        with pytest.raises(ValueError, match=f"cut to {tokens} tokens: it must be from 4"):
            pool.cut(table, tokens)
    pool.cut(table, 4)
    assert len(table.blocks) == 1


def test_only_an_empty_table_can_begin_with_shared_blocks():
    pool = Pool(10, 4, SMALL)
    with pytest.raises(ValueError, match="only an empty block table"):
        pool.share(computed(pool, TOKENS), TOKENS)


@pytest.mark.parametrize(("blocks", "size"), [(0, 4), (4, 0), (4.0, 4), (True, 4)])
def test_a_pool_of_nothing_is_refused(blocks, size):
    with pytest.raises(ValueError, match="must be a whole number of at least 1"):
        Pool(blocks, size, SMALL)
