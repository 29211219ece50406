"""Exercises in code: a function with a TODO, tests that say what is wrong, hints, a solution."""
