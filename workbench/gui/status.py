"""The status bar: what network this is, how large, what is wrong with it, and where torch computes."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QLabel, QStatusBar, QToolButton, QWidget

from workbench.core.modelling.shapes import Analysis
from workbench.errors import Problem
from workbench.gui import icons, theme

MESSAGE_MS = 6000
SHOWN_PROBLEMS = 8
DEVICES = {"cpu": "CPU", "cuda": "CUDA GPU", "mps": "Apple GPU"}


class StatusBar(QStatusBar):
    """Messages at the left; network, parameters, problems and device at the right."""

    problems_pressed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._problems: Sequence[Problem] | None = None
        self._hints: Sequence[Problem] = ()
        self.network, self.parameters, self.device = QLabel(), QLabel(), QLabel()
        self.problems = QToolButton()
        self.problems.setAutoRaise(True)
        self.problems.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.problems.clicked.connect(self.problems_pressed)
        for widget, name in (
            (self.network, "network"),
            (self.parameters, "parameters"),
            (self.problems, "problems"),
            (self.device, "device"),
        ):
            widget.setObjectName(f"status-{name}")
            widget.setAccessibleName(name.capitalize())
            widget.setContentsMargins(theme.S, 0, theme.S, 0)
            self.addPermanentWidget(widget)
        self.setContentsMargins(theme.S, 0, theme.S, 0)
        self.show_device("")
        self.forget_analysis()

    def say(self, text: str) -> None:
        """Show a sentence for a few seconds."""
        self.showMessage(text, MESSAGE_MS)

    def show_network(self, name: str) -> None:
        """The name of the document."""
        self.network.setText(name)

    def show_analysis(self, analysis: Analysis) -> None:
        """Parameters and problems of the current network."""
        self.parameters.setText(f"{analysis.parameters:,} parameters")
        self.parameters.setToolTip(f"{analysis.macs:,} multiply-adds for one picture")
        self._problems, self._hints = analysis.faults, analysis.hints
        self._show_problems()

    def forget_analysis(self) -> None:
        """Nothing is known yet."""
        self._problems, self._hints = None, ()
        self.parameters.setText("")
        self._show_problems()

    def show_device(self, device: str) -> None:
        """Where torch will compute; before it is loaded, that it is on its way."""
        self.device.setText(DEVICES.get(device, device) if device else "Loading PyTorch…")

    def changeEvent(self, event: QEvent) -> None:
        """Follow the theme."""
        if event.type() == QEvent.Type.PaletteChange:
            self._show_problems()
        super().changeEvent(event)

    def _show_problems(self) -> None:
        self.problems.setVisible(self._problems is not None)
        found = self._problems or ()
        colours = theme.current()
        level = "error" if any(problem.level == "error" for problem in found) else "warning"
        name, colour = (level, colours.level_colour(level)) if found else ("check", colours.good)
        self.problems.setIcon(icons.icon(name, colour))
        self.problems.setText(count(len(found), "problem") if found else "No problems")
        hints = f"{count(len(self._hints), 'hint')}\n{_listed(self._hints)}" if self._hints else ""
        self.problems.setToolTip("\n\n".join(text for text in (_listed(found), hints) if text))


def count(number: int, noun: str) -> str:
    """`1 problem`, `2 problems`."""
    return f"{number:,} {noun}" + ("" if number == 1 else "s")


def _listed(problems: Sequence[Problem]) -> str:
    lines = [str(problem) for problem in problems[:SHOWN_PROBLEMS]]
    more = len(problems) - len(lines)
    return "\n".join(lines + ([f"and {count(more, 'other')}"] if more > 0 else []))
