"""Quiet text is quiet wherever it stands."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from workbench.gui import theme
from workbench.gui.widgets.muted import MutedLabel


@pytest.mark.parametrize("ground", [QPalette.ColorRole.Window, QPalette.ColorRole.Base])
def test_it_has_the_muted_colour_on_every_ground(qtbot: QtBot, ground: QPalette.ColorRole) -> None:
    label, around = MutedLabel("quiet"), QWidget()
    qtbot.addWidget(around)
    around.setBackgroundRole(ground)
    label.setParent(around)
    plain = QLabel("loud", around)
    assert plain.palette().color(plain.foregroundRole()) != theme.current().muted
    assert label.palette().color(label.foregroundRole()) == theme.current().muted
