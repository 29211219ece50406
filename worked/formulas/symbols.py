"""The symbol of each formula argument, as the field writes it (LaTeX).

One argument name means one thing in the whole project, so its symbol stands here once. A figure
may carry its own symbol where a chapter needs to tell two of them apart.
"""

SYMBOLS: dict[str, str] = {}
