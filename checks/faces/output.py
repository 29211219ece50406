"""What every command prints through: it reaches any terminal, and ends in words when it cannot.

A character that the output's encoding lacks is written as a readable stand-in (≤ as <=), and
whatever stops a command is said in one sentence, never as a traceback.
"""

from __future__ import annotations

import codecs
import contextlib
import errno
import io
import json
import os
import re
import sys
from collections.abc import Callable
from typing import Any, TextIO

from checks.faces.plain_text import MARKS
from worked.figures import FigureError

USER_ERROR, INTERRUPTED = 2, 130
STAND_INS = "workbook-stand-ins"
# Which extra of pyproject.toml brings a library that only some commands need.
EXTRAS = {
    "practice": ("fsrs", "platformdirs", "genanki", "hypothesis"),
    "site": ("sympy", "pint", "matplotlib"),
    "systems": ("torch", "tokenizers"),
}


def carried_out(work: Callable[[], int]) -> int:
    """Do the work of a command and return its exit code.

    0 where it went well, 1 where a check failed, 2 where it could not be done, 130 after Ctrl-C.
    """
    _prepare_streams()
    try:
        code = work()
        sys.stdout.flush()
    except SystemExit as ended:  # argparse has said why
        code = ended.code if isinstance(ended.code, int) else USER_ERROR
    except FigureError as error:
        code = _complain(str(error))
    except ModuleNotFoundError as error:
        if not (sentence := missing(error.name or "")):
            raise
        code = _complain(sentence)
    except BrokenPipeError:
        code = 0  # the reader closed the pager; there is nobody left to tell
    except OSError as error:
        code = _complain(_obstacle(error))
    except KeyboardInterrupt:
        with contextlib.suppress(OSError):
            print(file=sys.stderr)
        code = INTERRUPTED
    return _closed(code)


def missing(module: str) -> str:
    """Return what to install where a module is not there; "" for one that no extra brings."""
    library = module.partition(".")[0]
    for extra, libraries in EXTRAS.items():
        if library in libraries:
            return (
                f"this needs {library}, which is not installed; "
                f"in the workbook's folder: pip install -e '.[{extra}]'"
            )
    return ""


def say(note: str) -> None:
    """Tell the reader something that is neither a result nor an error."""
    print(f"workbook: {note}", file=sys.stderr)


def emit(data: Any, default: Callable[[Any], Any] | None = None) -> int:
    """Print data as JSON, which stays JSON in any encoding; return the exit code 0."""
    text = json.dumps(data, ensure_ascii=False, indent=1, default=default)
    try:
        text.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:
        text = json.dumps(data, indent=1, default=default)
    print(text)
    return 0


def moves_cursor(stream: TextIO) -> bool:
    """Whether an output is a terminal that can go back in what it shows."""
    return stream.isatty() and os.environ.get("TERM", "dumb") != "dumb"


def counted(count: float, noun: str) -> str:
    """Return a count with its noun: 1 question, 2 questions, 0.5 minutes."""
    return f"{count:,.10g} {noun}{'' if count == 1 else 's'}"


# -- the streams ------------------------------------------------------------------------------


class _Closed(io.TextIOBase):
    """A standard output that was closed before we began."""

    def write(self, text: str) -> int:
        """Raise OSError."""
        raise OSError(errno.EBADF, "the standard output is closed")


def _prepare_streams() -> None:
    # Python has None for a stream that was closed when it began.
    sys.stdin = sys.stdin or io.StringIO()
    sys.stdout = sys.stdout or _Closed()
    sys.stderr = sys.stderr or io.StringIO()
    for stream, errors in (
        (sys.stdin, "replace"),
        (sys.stdout, STAND_INS),
        (sys.stderr, STAND_INS),
    ):
        if isinstance(stream, io.TextIOWrapper) and stream.errors != errors:
            stream.reconfigure(errors=errors)


def _complain(why: str) -> int:
    with contextlib.suppress(OSError):  # nowhere to say it; the exit code says it
        print(f"workbook: {why}", file=sys.stderr, flush=True)
    return USER_ERROR


def _obstacle(error: OSError) -> str:
    """Return in words what the system refused."""
    why = (error.strerror or str(error)).lower()
    if isinstance(error, FileNotFoundError):
        try:
            os.getcwd()
        except FileNotFoundError:
            return "the folder that you are in no longer exists; go to another one"
    if error.filename is not None:
        return f"{error.filename}: {why}"
    return f"the output could not be written: {why}"


def _closed(code: int) -> int:
    """Write out what is left to be written, or drop it; return the exit code."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        _drop(sys.stdout)
    except OSError as error:
        code = code or _complain(_obstacle(error))
        _drop(sys.stdout)
    try:
        sys.stderr.flush()
    except OSError:
        _drop(sys.stderr)
    return code


def _drop(stream: TextIO) -> None:
    """Lead what is still in a buffer nowhere, for Python would try once more as it ends."""
    with contextlib.suppress(io.UnsupportedOperation):  # it is no file
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)


# -- stand-ins --------------------------------------------------------------------------------

_WRITTEN = {chr(code): chr(sign) for code, sign in MARKS.items()} | {
    "×": "x",
    "·": "*",
    "⋅": "*",
    "∙": "*",
    "÷": "/",
    "≤": "<=",
    "≥": ">=",
    "≈": "~",
    "≠": "!=",
    "±": "+-",
    "√": "sqrt",
    "∫": "integral",
    "∞": "infinity",
    "µ": "u",
    "μ": "u",
    "…": "...",
    "—": "-",
    "“": '"',
    "”": '"',
    "‘": "'",
    "’": "'",
    "←": "<-",
    "→": "->",
    "°": " degrees",
    "§": "section ",
}


def _stand_ins(error: UnicodeError) -> tuple[str, int]:
    """Return what is written for characters that the encoding lacks (for `codecs`)."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return stand_ins(error.object[error.start : error.end]), error.end


def stand_ins(text: str) -> str:
    """Return ASCII that reads as `text`: 10⁻⁷ m² as 10^-7 m^2, δ as delta; ? for the unknown."""
    import unicodedata

    out = ""
    raised = False
    for character in text:
        was_raised = raised
        raised = unicodedata.decomposition(character).startswith("<super>")
        out += "^" if raised and not was_raised else ""
        greek = re.fullmatch(r"GREEK (SMALL|CAPITAL) LETTER (\w+)", unicodedata.name(character, ""))
        if greek and character not in _WRITTEN:
            letter = greek[2].lower().replace("lamda", "lambda")
            out += letter.capitalize() if greek[1] == "CAPITAL" else letter
            continue
        spread = _WRITTEN.get(character) or unicodedata.normalize("NFKD", character)
        kept = (_WRITTEN.get(c, c) for c in spread if not unicodedata.combining(c))
        out += "".join(c if c.isascii() else "?" for c in kept)
    return out


codecs.register_error(STAND_INS, _stand_ins)
