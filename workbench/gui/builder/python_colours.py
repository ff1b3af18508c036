"""Light colours for Python: words of the language, texts, numbers and comments."""

from __future__ import annotations

import keyword
import re

from PySide6.QtCore import QObject
from PySide6.QtGui import QColor, QFont, QSyntaxHighlighter, QTextCharFormat, QTextDocument

from workbench.gui import theme

PARTS = re.compile(
    r'(?P<text>""".*?"""|f?"[^"]*")'
    r"|(?P<comment>#.*)"
    rf"|(?P<word>\b(?:{'|'.join(keyword.kwlist)}|self)\b)"
    r"|(?P<name>(?<=class )\w+|(?<=def )\w+)"
    r"|(?P<number>\b\d[\d_.]*(?:e-?\d+)?\b)"
)


class PythonColours(QSyntaxHighlighter):
    """Colours the lines of a document; no text of ours goes over several lines."""

    def __init__(self, document: QTextDocument, parent: QObject) -> None:
        super().__init__(document)
        self.setParent(parent)
        self.restyle()

    def restyle(self) -> None:
        """Take the colours of the theme."""
        colours = theme.current()
        self._formats = {
            "text": _format(colours.kind_colour("Normalization"), colours),
            "comment": _format(colours.muted, colours),
            "word": _format(colours.link, colours),
            "name": _format(colours.text, colours, weight=QFont.Weight.DemiBold),
            "number": _format(colours.kind_colour("Convolution"), colours),
        }
        self.rehighlight()

    def highlightBlock(self, text: str) -> None:
        """Colour one line."""
        for match in PARTS.finditer(text):
            self.setFormat(match.start(), match.end() - match.start(), self._formats[str(match.lastgroup)])


def _format(colour: QColor, colours: theme.Theme, *, weight: QFont.Weight = QFont.Weight.Normal) -> QTextCharFormat:
    """A colour, moved towards that of the text until it can be read."""
    while theme.contrast(colour, colours.base) < 4.5:
        colour = theme.mix(colour, colours.text, share=0.25)
    made = QTextCharFormat()
    made.setForeground(colour)
    made.setFontWeight(weight)
    return made
