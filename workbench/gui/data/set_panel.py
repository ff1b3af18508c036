"""The left of the room: which set, its classes, and which of its pictures to show."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from workbench.core.data.images import Indices
from workbench.gui import icons, theme
from workbench.gui.data.class_list import ClassList
from workbench.gui.data.filtering import PARTS, Filter
from workbench.gui.data.holding import Holding
from workbench.gui.data.recent import recent_sets
from workbench.gui.widgets.elided_combo import ElidedCombo
from workbench.gui.widgets.labels import ToneLabel

FINDING = "Finding whose pictures to show"
FILES = "Pictures and labels (*.npz *.csv *.jsonl);;All files (*)"

NOT_READ = "These files were not read yet: checking the pictures finds out which of them are pictures."


class SetPanel(QWidget):
    """Tells which set is wanted and which of its pictures."""

    set_chosen = Signal(str)
    filter_changed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.set_choice, self.browse = QComboBox(self), QToolButton(self)
        self.facts, self.parts = ToneLabel("muted", self), ToneLabel("muted", self)
        self.classes = ClassList(self)
        self.part, self.finding = ElidedCombo(self), ElidedCombo(self)
        self.everything = QPushButton("Show all", self)
        self._spec = ""
        self._prepare_choice()
        self._prepare_filters()
        self._arrange()
        self._connect()

    @property
    def filter(self) -> Filter:
        """Which pictures are wanted."""
        return Filter(self.classes.classes, self.part.currentData() or "all", self.finding.currentData() or "")

    def fill(self) -> None:
        """Offer recent, built-in and published sets."""
        from workbench.core.data.sources import data_sources, published_sets

        with QSignalBlocker(self.set_choice):
            self.set_choice.clear()
            offered = [*data_sources(), *((known.name, known.description) for known in published_sets())]
            named = {name for name, _ in offered}
            recent = [(spec, "Looked at lately") for spec in recent_sets() if spec not in named]
            for name, description in [*recent, *offered]:
                self.set_choice.addItem(name)
                self.set_choice.setItemData(self.set_choice.count() - 1, description, Qt.ItemDataRole.ToolTipRole)
            self.set_choice.setCurrentText(self._spec)

    def show_spec(self, spec: str) -> None:
        """Show which set is wanted."""
        self._spec = spec
        with QSignalBlocker(self.set_choice):
            self.set_choice.setCurrentText(spec)
        self.set_choice.setToolTip(spec)

    def show_holding(self, holding: Holding | None) -> None:
        """Show the classes of a set and what can be filtered by."""
        self.classes.show_holding(holding)
        self._show_findings(holding.findings if holding else {})
        for widget in (self.facts, self.parts):
            widget.setVisible(holding is not None)
        self.part.setEnabled(holding is not None)
        if holding is None:
            return
        self.parts.setText(holding.parts_in_words)
        self.facts.setText(_facts(holding))
        self.facts.setToolTip("" if holding.is_read else NOT_READ)

    def show_filter(self, wanted: Filter) -> None:
        """Show what is filtered by, and tell it once."""
        with QSignalBlocker(self.part), QSignalBlocker(self.finding), QSignalBlocker(self.classes):
            self.part.setCurrentIndex(max(0, self.part.findData(wanted.part)))
            self.finding.setCurrentIndex(max(0, self.finding.findData(wanted.finding)))
            if not wanted.classes:
                self.classes.clearSelection()
        self._tell()

    def choose_folder(self) -> None:
        """Ask for a folder of pictures."""
        chosen = QFileDialog.getExistingDirectory(self, "Folder of pictures", self._place())
        if chosen:
            self.set_chosen.emit(chosen)

    def choose_file(self) -> None:
        """Ask for a file of pictures, or a table of them."""
        chosen, _ = QFileDialog.getOpenFileName(self, "File of pictures or labels", self._place(), FILES)
        if chosen:
            self.set_chosen.emit(chosen)

    def _place(self) -> str:
        path = Path(self._spec)
        return str(path.parent) if path.is_absolute() and path.parent.is_dir() else ""

    def _show_findings(self, findings: Mapping[str, Indices]) -> None:
        before = self.finding.currentData()
        with QSignalBlocker(self.finding):
            self.finding.clear()
            self.finding.addItem("Any finding or none" if findings else "No findings", "")
            for title, numbers in findings.items():
                self.finding.addItem(f"{title} ({len(numbers):,})", title)
            same = next((title for title in findings if _uncounted(title) == _uncounted(before or "")), before)
            self.finding.setCurrentIndex(max(0, self.finding.findData(same)))
        self.finding.setEnabled(bool(findings))

    def _tell(self) -> None:
        wanted = self.filter
        self.everything.setEnabled(wanted != Filter())
        self.finding.setToolTip(self.finding.currentText() if wanted.finding else FINDING)
        self.filter_changed.emit(wanted)

    def _typed(self) -> None:
        spec = self.set_choice.currentText().strip()
        if spec and spec != self._spec:
            self.set_chosen.emit(spec)

    # -- building --------------------------------------------------------------------------------------------------

    def _prepare_choice(self) -> None:
        choice = self.set_choice
        choice.setObjectName("data-set")
        choice.setAccessibleName("Data set")
        choice.setEditable(True)
        choice.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        choice.setMinimumWidth(80)
        choice.setMaxVisibleItems(20)
        choice.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.browse.setObjectName("data-browse")
        self.browse.setAccessibleName("Choose data from a file or a folder")
        self.browse.setToolTip("Choose data from a file or a folder (or drop it anywhere in this room)")
        self.browse.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        icons.set_icon(self.browse, "folder")
        menu = QMenu(self.browse)
        menu.addAction("Folder of pictures…", self.choose_folder).setObjectName("data-browse-folder")
        menu.addAction("File of pictures or labels…", self.choose_file).setObjectName("data-browse-file")
        self.browse.setMenu(menu)
        for label, name in ((self.facts, "data-facts"), (self.parts, "data-parts-note")):
            label.setObjectName(name)
            label.setFont(theme.font("small"))
            label.setWordWrap(True)
        self.parts.setToolTip("Share, seed and groups of a split are set in the Train room, under Data.")

    def _prepare_filters(self) -> None:
        for box, name, words in (
            (self.part, "part", "Part of the set to show"),
            (self.finding, "finding", FINDING),
        ):
            box.setObjectName(f"data-{name}")
            box.setAccessibleName(words)
            box.setToolTip(words)
            box.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
            box.setMinimumWidth(60)
        for part, words in PARTS.items():
            self.part.addItem(words, part)
        self._show_findings({})
        self.everything.setObjectName("data-show-all")
        self.everything.setToolTip("Show the pictures of all classes, parts and findings")
        self.everything.setEnabled(False)

    def _arrange(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(theme.XS)
        row.addWidget(self.set_choice, 1)
        row.addWidget(self.browse)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.M, theme.M, theme.S, theme.S)
        column.setSpacing(theme.S)
        column.addLayout(row)
        column.addWidget(self.facts)
        column.addWidget(self.parts)
        for words, box in (("Part", self.part), ("Finding", self.finding)):
            label, line = QLabel(words), QHBoxLayout()
            label.setBuddy(box)
            label.setMinimumWidth(52)
            line.setSpacing(theme.XS)
            line.addWidget(label)
            line.addWidget(box, 1)
            column.addLayout(line)
        head = QHBoxLayout()
        title = QLabel("Classes")
        title.setFont(theme.font("strong"))
        head.addWidget(title)
        head.addStretch(1)
        head.addWidget(self.everything)
        column.addLayout(head)
        column.addWidget(self.classes, 1)

    def _connect(self) -> None:
        self.set_choice.activated.connect(lambda _row: self._typed())
        line = self.set_choice.lineEdit()
        assert line is not None
        line.returnPressed.connect(self._typed)
        self.classes.chosen.connect(lambda _classes: self._tell())
        self.part.currentIndexChanged.connect(lambda _row: self._tell())
        self.finding.currentIndexChanged.connect(lambda _row: self._tell())
        self.everything.clicked.connect(lambda: self.show_filter(Filter()))


def _facts(holding: Holding) -> str:
    """`2 classes · 43 + 10 pictures · 8 unreadable · 3 excluded`; files are no pictures before they are read."""
    train, held = holding.counts()
    words = [f"{len(holding.classes):,} classes"]
    words.append(f"{train.sum():,} + {held.sum():,} {'pictures' if holding.is_read else 'files'}")
    aside = ((holding.broken, "unreadable"), (holding.excluded, "excluded"))
    words += [f"{mask.sum():,}\u00a0{word}" for mask, word in aside if mask.any()]
    return " · ".join(words)


def _uncounted(title: str) -> str:
    """What a finding is about: after decisions it has fewer pictures and is still the same."""
    return title.lstrip("0123456789, ")
