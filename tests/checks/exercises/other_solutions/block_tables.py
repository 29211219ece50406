"""A tree of what was seen: a node for each full block, below the block before it."""


def block_tables(prompts, block_size):
    roots, tables, used = {}, [], 0
    for salt, tokens in prompts:
        node, table, rest = roots.setdefault(salt, {}), [], list(tokens)
        while len(rest) >= block_size:
            block, rest = tuple(rest[:block_size]), rest[block_size:]
            if block not in node:
                node[block] = (used, {})
                used += 1
            number, node = node[block]
            table.append(number)
        if rest:
            table.append(used)
            used += 1
        tables.append(table)
    return tables
