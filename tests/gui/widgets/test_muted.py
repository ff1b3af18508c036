"""Quiet text is quiet wherever it stands."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from workbench.gui import theme
from workbench.gui.widgets.labels import Tone, ToneLabel
from workbench.gui.widgets.muted import MutedLabel

GROUNDS = (QPalette.ColorRole.Window, QPalette.ColorRole.Base, QPalette.ColorRole.Button)


@pytest.mark.parametrize("ground", GROUNDS)
def test_it_has_the_muted_colour_on_every_ground(qtbot: QtBot, ground: QPalette.ColorRole) -> None:
    label, around = MutedLabel("quiet"), QWidget()
    qtbot.addWidget(around)
    around.setBackgroundRole(ground)
    label.setParent(around)
    plain = QLabel("loud", around)
    assert plain.palette().color(plain.foregroundRole()) != theme.current().muted
    assert label.palette().color(label.foregroundRole()) == theme.current().muted


@pytest.mark.parametrize("tone", ["text", "muted", "error", "warning", "good"])
def test_a_tone_is_seen_on_a_button_too(qtbot: QtBot, tone: Tone) -> None:
    button = QPushButton()
    qtbot.addWidget(button)
    label = ToneLabel(tone, button, text="words")
    assert label.palette().color(label.foregroundRole()) == getattr(theme.current(), tone)
