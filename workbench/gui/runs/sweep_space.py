"""What a sweep searches, as rows of a field and its values."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from workbench.core.runs.sweeps.checking import NOT_SEARCHED
from workbench.core.runs.sweeps.spelling import HOW, field_title, searchable
from workbench.core.training.plan import TrainingPlan
from workbench.gui import icons, theme
from workbench.gui.widgets.buttons import tool_button

EXAMPLES = {"integer": "64,128 or 16:256", "number": "0.1,0.01 or log:1e-4:1e-1", "flag": "on,off"}


class SpaceRow(QWidget):
    """A field and its values."""

    changed = Signal()
    removed = Signal(object)

    def __init__(self, name: str, text: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._arguments = {each: known for each, known in searchable().items() if each not in NOT_SEARCHED}
        self.field, self.values = QComboBox(self), QLineEdit(text, self)
        self.remove = tool_button("sweep-remove", "close", "Search this field no more", self)
        for each, known in self._arguments.items():
            self.field.addItem(field_title(each), each)
            self.field.setItemData(self.field.count() - 1, known.help, Qt.ItemDataRole.ToolTipRole)
        self.field.setCurrentIndex(max(0, self.field.findData(name)))
        self._arrange()
        self._show_example()

    @property
    def pair(self) -> tuple[str, str]:
        """The name and the text."""
        return self.field.currentData(), self.values.text()

    def _show_example(self) -> None:
        known = self._arguments[self.field.currentData()]
        self.values.setPlaceholderText(", ".join(known.choices) or EXAMPLES.get(known.form, "a,b"))
        self.values.setToolTip(f"{known.help}\n{HOW[0].upper()}{HOW[1:]}.")

    def _arrange(self) -> None:
        for widget, name, title in (
            (self.field, "field", "Field that is searched"),
            (self.values, "values", "Its values"),
        ):
            widget.setObjectName(f"sweep-{name}")
            widget.setAccessibleName(title)
        self.field.setToolTip("Field that is searched")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.S)
        row.addWidget(self.field, 2)
        row.addWidget(self.values, 3)
        row.addWidget(self.remove)
        self.field.currentIndexChanged.connect(lambda _index: self._show_example())
        self.field.currentIndexChanged.connect(lambda _index: self.changed.emit())
        self.values.textChanged.connect(lambda _text: self.changed.emit())
        self.remove.clicked.connect(lambda _checked=False: self.removed.emit(self))


class SpaceEditor(QWidget):
    """Rows, and a button for one more."""

    changed = Signal()

    def __init__(self, plan: TrainingPlan, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows: list[SpaceRow] = []
        self.add = QPushButton("Another field", self)
        self.add.setObjectName("sweep-add-field")
        self.add.setToolTip("Search another field")
        icons.set_icon(self.add, "plus")
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(theme.XS)
        self._column.addWidget(self.add, 0, Qt.AlignmentFlag.AlignLeft)
        self.add.clicked.connect(lambda _checked=False: self.add_row(self._unused(), ""))
        rate = plan.learning_rate
        self.add_row("learning_rate", f"log:{rate / 10:g}:{min(100.0, rate * 10):g}")

    def pairs(self) -> list[tuple[str, str]]:
        """The names and the texts."""
        return [row.pair for row in self.rows]

    def add_row(self, name: str, text: str) -> None:
        """Search one field more."""
        row = SpaceRow(name, text, self)
        self.rows.append(row)
        self._column.insertWidget(len(self.rows) - 1, row)
        row.changed.connect(self.changed)
        row.removed.connect(self._remove)
        self.changed.emit()

    def _unused(self) -> str:
        used = {name for name, _ in self.pairs()}
        return next(
            (name for name in ("optimizer", "batch_size", "weight_decay", *searchable()) if name not in used), ""
        )

    def _remove(self, row: SpaceRow) -> None:
        self.rows.remove(row)
        self._column.removeWidget(row)
        row.hide()
        row.deleteLater()
        self.changed.emit()
