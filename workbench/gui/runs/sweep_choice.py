"""A choice of definitions with the options of the chosen one beside it: the method of a sweep, and its pruner."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QSpinBox, QWidget

from workbench.core.layers.arguments import Argument, arguments
from workbench.gui import theme
from workbench.gui.widgets.labels import ToneLabel
from workbench.registry import Registry

MOST = 100_000


class ChoiceEditor(QWidget):
    """A box of names, and for each option of the chosen definition, all whole numbers, its title and its editor."""

    changed = Signal()

    def __init__(self, name: str, registry: Registry[Any], *, usual: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName(f"sweep-{name}-choice")
        self._name, self._registry = name, registry
        self.box = QComboBox(self)
        self._options: dict[str, dict[str, tuple[ToneLabel, QSpinBox]]] = {}
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(theme.S)
        self._fill_box(usual)
        for each in registry:
            self._options[each] = {option.name: self._option(each, option) for option in arguments(registry[each])}
        self._row.addStretch(1)
        self.box.currentTextChanged.connect(lambda _text: self._follow())
        self._follow()

    def value(self) -> Any:
        """The chosen definition with its options."""
        chosen = self.box.currentText()
        return self._registry[chosen](**{name: box.value() for name, (_, box) in self._options[chosen].items()})

    def option(self, name: str) -> QSpinBox:
        """The editor of an option of the chosen definition."""
        return self._options[self.box.currentText()][name][1]

    def _follow(self) -> None:
        chosen = self.box.currentText()
        self.box.setToolTip(self._registry.help(chosen))
        for each, options in self._options.items():
            for label, box in options.values():
                label.setVisible(each == chosen)
                box.setVisible(each == chosen)
        self.changed.emit()

    def _fill_box(self, usual: str) -> None:
        self.box.setObjectName(f"sweep-{self._name}")
        self.box.setAccessibleName(self._name.capitalize())
        for index, each in enumerate(self._registry):
            self.box.addItem(each)
            self.box.setItemData(index, self._registry.help(each), Qt.ItemDataRole.ToolTipRole)
        self.box.setCurrentText(usual)
        self._row.addWidget(self.box)

    def _option(self, owner: str, option: Argument) -> tuple[ToneLabel, QSpinBox]:
        label, box = ToneLabel("muted", self, text=option.name), QSpinBox(self)
        box.setObjectName(f"sweep-{self._name}-{owner}-{option.name}")
        box.setAccessibleName(f"{owner}: {option.name}")
        for widget in (label, box):
            widget.setToolTip(option.help)
        box.setRange(int(option.minimum or 0), int(option.maximum or MOST))
        box.setValue(option.default)
        box.valueChanged.connect(lambda _value: self.changed.emit())
        label.setBuddy(box)
        self._row.addWidget(label)
        self._row.addWidget(box)
        return label, box
