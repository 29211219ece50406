"""The quiz's modules of the page, run in quickjs and called from Python.

They run without `eval` and `Function`. Arguments and results travel as JSON, in which a lone
surrogate is a lone surrogate.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import quickjs

from checks.page import quiz_data
from checks.page.javascript import context, linked

CALLS = """
const q = (name) => modules[`assets/js/quiz/${name}.js`];
const exactly = (x) => (typeof x === "bigint" ? String(x) : x instanceof Map ? [...x] : x);
const json = (x) => JSON.stringify(x, (key, value) => exactly(value));
function all(f) {
  return (cases) => json(JSON.parse(cases).map((c) => f(...c)));
}
function declared(f, ErrorType) {
  try { return f(); } catch (error) {
    if (!(error instanceof ErrorType)) throw error;
    return { error: error.message };
  }
}
"""


def calls(modules: list[str], *functions: str) -> quickjs.Context:
    """Return a context with the quiz's modules and `functions`, each `name = (...) => ...`."""
    addresses = [f"assets/js/quiz/{name}.js" for name in modules]
    return context(
        "delete globalThis.eval; delete globalThis.Function;",
        linked(*addresses, generated=dict(quiz_data.modules())),
        CALLS,
        *(f"globalThis.{name} = all({f});" for name, _, f in (g.partition("=") for g in functions)),
    )


def called(made: quickjs.Context, name: str, cases: list[Any]) -> Any:
    """Return what the function gives for each case, a list of its arguments."""
    return json.loads(made.get(name)(json.dumps(cases)))


# How often quickjs jumps back or enters a function between two looks at its time limit.
MOST_STEPS = 10_000


def steps(made: quickjs.Context, name: str, case: list[Any]) -> int:
    """Return the branches and calls that the function takes for a case; at most 10,000.

    After so many quickjs looks at its time limit, and with none allowed ends what runs. A loop
    without end is ended so before the call and after it; what the second has left for itself is
    what the call did not need. No clock decides.
    """
    f, cases = made.get(name), json.dumps([case])
    spend = made.eval("globalThis.spent = 0; () => { spent = 0; for (;;) spent += 1; }")

    def ended(work: Callable[[], object]) -> bool:
        try:
            work()
        except quickjs.JSException as error:
            if "InternalError: interrupted" not in str(error):
                raise
            return True
        return False

    made.set_time_limit(0)
    try:
        ended(spend)
        if ended(lambda: f(cases)):
            return MOST_STEPS
        ended(spend)
    finally:
        made.set_time_limit(-1)
    return MOST_STEPS - int(made.eval("spent"))


def as_sent(text: str) -> str:
    """Return the text as a browser has it: two surrogates that make a pair are one character."""
    return str(json.loads(json.dumps(text)))


def awaited(made: quickjs.Context, work: str) -> Any:
    """Return what the promise `work` comes to, once all jobs are done."""
    made.eval(
        f"globalThis.done = null; ({work}).then((x) => {{ done = json({{ value: x }}); }},"
        " (error) => { done = json({ error: error.message, kind: error.constructor.name }); }); 0"
    )
    while made.execute_pending_job():
        pass
    outcome = json.loads(made.eval("done"))
    if "error" in outcome:
        raise AssertionError(f"{outcome['kind']}: {outcome['error']}")
    return outcome.get("value")
