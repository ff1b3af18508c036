"""Sentences of the core as the window shows them: beginning with a capital, unless they begin with a name."""

from __future__ import annotations

import re
from pathlib import PurePath

from workbench.errors import WorkbenchError

PLAIN_WORD = re.compile(r"[^\W\d_](?:[^\W\d_]|['’-])*[,.:;!?)]*(?=\s|$)")
"""A first word that is no file name, no module path and no identifier."""
ENDS = (".", "!", "?", ":", "…")


def capitalised(text: str, *, name: str = "") -> str:
    """The text beginning with a capital; one that begins with a name (`name`, or anything like one) stays as it is.

    `name` may be a path: its last part counts, too.
    """
    names = {name, PurePath(name).name} - {""}
    is_name = any(re.match(rf"{re.escape(each)}(?!\w)", text) for each in names)
    return text[:1].upper() + text[1:] if PLAIN_WORD.match(text) and not is_name else text


def sentence(text: str, *, name: str = "") -> str:
    """The text beginning with a capital and ending with a stop."""
    text = capitalised(text.strip(), name=name)
    return text if text.endswith(ENDS) else f"{text}."


def explained(error: WorkbenchError) -> str:
    """The reason and the hint of an error as sentences."""
    return " ".join(sentence(part) for part in (error.reason, error.hint) if part)
