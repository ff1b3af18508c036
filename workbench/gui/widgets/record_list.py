"""A list of records in a form: a part that opens for each, made from the record's own fields."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPushButton, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from workbench.errors import Problem
from workbench.gui import theme
from workbench.gui.widgets.buttons import tool_button
from workbench.gui.widgets.collapsible import Collapsible
from workbench.gui.widgets.field_look import Editor, FieldLook
from workbench.gui.widgets.form import RecordForm, inside
from workbench.gui.widgets.labels import ToneLabel

BUTTON_WIDTH = 22


@dataclass(frozen=True)
class PartsLook:
    """How a list of records appears: what one is called, what a fresh one holds, and how one is told in a few words."""

    word: str
    fresh: Callable[[tuple[Any, ...]], Any]
    """The record to add to those there are."""
    tell: Callable[[Any], str]
    looks: Mapping[str, FieldLook] = field(default_factory=dict)

    def editor(self, record: type[msgspec.Struct], name: str, *, changed: Callable[[], None]) -> Editor:
        """What edits a tuple of such records in a form."""
        parts = RecordList(record, self, name)
        parts.changed.connect(changed)
        return Editor(
            parts, parts.records, lambda records: parts.show_records(tuple(records or ())), parts.show_problems
        )


class RecordList(QWidget):
    """Edits a tuple of records: each is changed in its part, moved, and left out; more are added below."""

    changed = Signal()

    def __init__(self, record: type[msgspec.Struct], look: PartsLook, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._record, self._look, self._name = record, look, name
        self.cards: list[RecordCard] = []
        self.add = QPushButton(f"Add a {look.word}", self)
        self.add.setObjectName(f"{name}-add")
        self.add.setAccessibleName(self.add.text())
        self.add.setToolTip(f"One more {look.word}, after the others")
        self.add.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.add.clicked.connect(self._append)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(theme.XS)
        self._column.addWidget(self.add)

    def records(self) -> tuple[Any, ...]:
        """The records as they stand, possible or not."""
        return tuple(card.record() for card in self.cards)

    def show_records(self, records: Sequence[Any]) -> None:
        """Show other records; those that stay keep their place, the cursor with them."""
        while len(self.cards) > len(records):
            card = self.cards.pop()
            self._column.removeWidget(card)
            card.hide()
            card.setParent(None)  # nobody must find it while it waits for its end
            card.deleteLater()
        while len(self.cards) < len(records):
            self._make_card(records[len(self.cards)])
        for card, record in zip(self.cards, records, strict=True):
            if card.record() != record:
                card.show_record(record)
        self._number()

    def show_problems(self, problems: Iterable[Problem]) -> None:
        """Show each problem at the field it names: `1.epochs` is that of the second record."""
        found = tuple(problems)
        for number, card in enumerate(self.cards):
            card.show_problems(inside(found, str(number)))

    def show_notes(self, notes: Sequence[str]) -> None:
        """Say something quiet of each record."""
        for card, note in zip(self.cards, notes, strict=False):
            card.show_note(note)

    def _make_card(self, record: Any) -> None:
        number = len(self.cards)
        card = RecordCard(self._record, self._look, f"{self._name}-{number + 1}", self)
        card.show_record(record)
        card.changed.connect(self._edited)
        card.moved.connect(lambda by, card=card: self._move(card, by))
        card.removed.connect(lambda card=card: self._remove(card))
        self.cards.append(card)
        self._column.insertWidget(number, card)

    def _number(self) -> None:
        last = len(self.cards) - 1
        for number, card in enumerate(self.cards):
            card.show_place(is_first=number == 0, is_last=number == last)

    def _edited(self) -> None:
        self.changed.emit()

    def _append(self) -> None:
        records = self.records()
        self.show_records((*records, self._look.fresh(records)))
        self.cards[-1].part.set_open(True)
        self.cards[-1].form.editor(self.cards[-1].form.fields[0]).setFocus()
        self.changed.emit()

    def _remove(self, card: RecordCard) -> None:
        place = self.cards.index(card)
        opened = [other.part.is_open for other in self.cards if other is not card]
        self.show_records(tuple(other.record() for other in self.cards if other is not card))
        self._open(opened)
        beside = self.cards[min(place, len(self.cards) - 1)].part.button if self.cards else self.add
        beside.setFocus()
        self.changed.emit()

    def _move(self, card: RecordCard, by: int) -> None:
        place = self.cards.index(card)
        records, opened = [*self.records()], [other.part.is_open for other in self.cards]
        records.insert(place + by, records.pop(place))
        opened.insert(place + by, opened.pop(place))
        self.show_records(records)
        self._open(opened)
        self.cards[place + by].focus_mover(by)
        self.changed.emit()

    def _open(self, opened: Sequence[bool]) -> None:
        for card, is_open in zip(self.cards, opened, strict=True):
            card.part.set_open(is_open)


class RecordCard(QWidget):
    """One record: a headline with what it is in a few words, and its fields below."""

    changed = Signal()
    moved = Signal(int)
    """By how many places: -1 or 1."""
    removed = Signal()

    def __init__(self, record: type[msgspec.Struct], look: PartsLook, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look, self._note = look, ""
        self._shown: Any = None
        fields = record.__struct_fields__
        looks = {field: _named(look.looks.get(field, FieldLook()), f"{name}-{field}") for field in fields}
        self.form, self.note = RecordForm(record, fields, looks=looks), ToneLabel("muted", self)
        self.note.setFont(theme.font("small"))
        self.note.setWordWrap(True)
        body = QWidget(self)
        column = QVBoxLayout(body)
        column.setContentsMargins(theme.M, 0, 0, theme.XS)
        column.setSpacing(theme.XS)
        column.addWidget(self.form)
        self.note.setContentsMargins(theme.M, 0, 0, theme.XS)
        number = name.rpartition("-")[2]
        self.part = Collapsible(f"{look.word.capitalize()} {number}", body, object_name=name, parent=self)
        self._up = self._button("up", "chevron-up", f"Move {look.word} {number} up", lambda: self.moved.emit(-1))
        self._down = self._button("down", "chevron-down", f"Move {look.word} {number} down", lambda: self.moved.emit(1))
        self._button("remove", "close", f"Leave out {look.word} {number}", self.removed.emit)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(self.part)
        outer.addWidget(self.note)
        self.form.changed.connect(self._edited)
        self.part.toggled.connect(lambda _open: self._tell())

    def record(self) -> Any:
        """The record as it stands in the fields, possible or not."""
        return None if self._shown is None else msgspec.structs.replace(self._shown, **self.form.values())

    def show_record(self, record: Any) -> None:
        """Show another record."""
        self._shown = None  # meanwhile nothing is told
        self.form.set_values({name: getattr(record, name) for name in self.form.fields})
        self._shown = record
        self._tell()

    def show_problems(self, problems: tuple[Problem, ...]) -> None:
        """Show each at its field; the part opens where something must be mended."""
        self.form.show_problems(problems)
        if any(problem.level == "error" for problem in problems):
            self.part.set_open(True)

    def show_note(self, note: str) -> None:
        """Say something quiet of the record."""
        self._note = note
        self._tell()

    def show_place(self, *, is_first: bool, is_last: bool) -> None:
        """Offer only moves that lead somewhere."""
        self._up.setEnabled(not is_first)
        self._down.setEnabled(not is_last)

    def focus_mover(self, by: int) -> None:
        """Leave the keyboard at the button that has just moved the record, or at its counterpart."""
        wanted, other = (self._up, self._down) if by < 0 else (self._down, self._up)
        (wanted if wanted.isEnabled() else other).setFocus()

    def _edited(self) -> None:
        if self._shown is not None:
            self._tell()
            self.changed.emit()

    def _tell(self) -> None:
        """Closed, it says what the fields hold; what is said of the record it always says."""
        told = self._look.tell(self.record())
        self.part.button.setAccessibleDescription(" · ".join(filter(None, (told, self._note))))
        self.note.setText(" · ".join(filter(None, ("" if self.part.is_open else told, self._note))))
        self.note.setVisible(bool(self.note.text()))

    def _button(self, name: str, icon: str, words: str, call: Callable[[], None]) -> QToolButton:
        button = tool_button(f"{self.part.button.objectName()}-{name}", icon, words, self)
        button.setFixedWidth(BUTTON_WIDTH)
        button.clicked.connect(lambda: call())
        self.part.add_to_headline(button)
        return button


def _named(look: FieldLook, name: str) -> FieldLook:
    return look if look.object_name else replace(look, object_name=name)
