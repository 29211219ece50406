"""A browser for many tests: its pages wait for conditions, not for a clock, and are used again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

DESKTOP = {"viewport": {"width": 1280, "height": 900}}
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
PATIENCE = 120_000
"""How many milliseconds a condition may take to come true: a busy machine needs many."""

LIVE = """() => !document.querySelector("[data-practice]:not([data-live=ready])")
  && (document.documentElement.dataset.live === "ready"
    || !document.querySelector("[data-panel], [data-fig]"))"""
ASKED = """() => [...document.querySelectorAll("[data-quiz], [data-quiz-set]")].every((e) => {
  const { top, bottom } = e.getBoundingClientRect();
  return e.dataset.live === "ready" || bottom < -700 || top > innerHeight + 700;
})"""
"""Whether the questions that a page asks where the reader is are there: each changes its height."""
DRAWN = "document.documentElement.dataset.drawn === 'all'"
"""Pictures out of sight are drawn when there is time."""
HAS_A_CLOCK_OF_ITS_OWN = "!String(globalThis.setTimeout).includes('[native code]')"
TWO_FRAMES = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"


class Browser:
    """A Chromium. A page that was lent is cleared and lent again: a new one costs three loads."""

    def __init__(self, chromium: Any) -> None:
        self._chromium = chromium
        self._idle: defaultdict[str, list[Any]] = defaultdict(list)

    def new_context(self, **options: Any) -> Any:
        """Return a new context, of a desktop's size if the options say nothing else."""
        context = self._chromium.new_context(**DESKTOP | options)
        context.set_default_timeout(PATIENCE)
        return context

    @contextmanager
    def page(self, **options: Any) -> Iterator[Any]:
        """Lend a page, alone in its context and without a past; it has the context's options."""
        idle = self._idle[repr(sorted(options.items()))]
        page = idle.pop() if idle else self.new_context(**options).new_page()
        yield page
        if page.evaluate(HAS_A_CLOCK_OF_ITS_OWN):  # which nothing takes away again
            page.context.close()
            return
        _clear(page)
        idle.append(page)


def _clear(page: Any) -> None:
    """Make a page as good as new, and the only one of its context."""
    context, origin = page.context, page.evaluate("location.origin")
    for other in context.pages:
        if other != page:
            other.close()
    page.unroute_all(behavior="ignoreErrors")
    page.emulate_media(media="null")
    page.mouse.move(-1, -1)
    page.goto("about:blank")
    session = context.new_cdp_session(page)
    session.send("Storage.clearDataForOrigin", {"origin": origin, "storageTypes": "all"})
    session.detach()


@contextmanager
def watched(context: Any, site: str) -> Iterator[list[str]]:
    """Yield the list of what goes wrong in a context: errors, and requests outside the site."""
    problems: list[str] = []
    listeners = {
        "console": lambda m: m.type in ("error", "warning") and problems.append(m.text),
        "weberror": lambda e: problems.append(str(e.error)),
        "dialog": lambda d: (problems.append(f"dialog: {d.message}"), d.dismiss()),
        "request": lambda r: (
            r.url.startswith((site, "data:", "blob:", "about:"))
            or problems.append(f"outside: {r.url}")
        ),
        "response": lambda r: r.status >= 400 and problems.append(f"{r.status} {r.url}"),
    }
    for event, listener in listeners.items():
        context.on(event, listener)
    yield problems
    for event, listener in listeners.items():
        context.remove_listener(event, listener)


def load(page: Any, address: str) -> None:
    """Load a page, and wait until its scripts have made it live."""
    page.goto(address)
    page.wait_for_function(LIVE)


def reach(page: Any, place: Any) -> Any:
    """Scroll to a place (a locator), and wait until nothing near it moves any more."""
    place.scroll_into_view_if_needed()
    page.wait_for_function(ASKED)
    next_frame(page)
    return place


def next_frame(page: Any) -> None:
    """Wait until the page has drawn what was changed up to now."""
    page.evaluate(TWO_FRAMES)
