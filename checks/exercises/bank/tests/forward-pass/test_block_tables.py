"""Visible tests of block_tables.py."""

from block_tables import block_tables

from checks.exercises.calls import called


def test_alone() -> None:
    """One prompt, its last block not full"""
    called(block_tables, [("", [7, 8, 9, 1, 2])], 2).gives(
        [[0, 1, 2]], because="5 tokens take 3 blocks of 2"
    )


def test_a_shared_start() -> None:
    """A full block is shared, a block that will be written on is not"""
    called(block_tables, [("", [7, 8, 9]), ("", [7, 8, 9])], 2).gives(
        [[0, 1], [0, 2]], because="[7, 8] is full; each [9] will be followed by an answer"
    )


def test_the_same_tokens_after_others() -> None:
    """The same tokens in the same place, after different ones, are another block"""
    called(block_tables, [("", [1, 2, 5, 6]), ("", [3, 4, 5, 6])], 2).gives(
        [[0, 1], [2, 3]], because="keys and values of 5 and 6 depend on what stands before them"
    )


def test_salts() -> None:
    """Tenants share nothing"""
    called(block_tables, [("a", [1, 2]), ("b", [1, 2]), ("a", [1, 2])], 2).gives(
        [[0], [1], [0]], because="only the first and the third have the same salt"
    )
