"""The form of a group: its name, the arguments of the block that it is, the number of copies, and keeping it."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPushButton, QSpinBox

from workbench.core.graph.groups import group_name_problem
from workbench.core.graph.outline import Outline
from workbench.core.graph.stacks import MOST, Stack, stack_of_one
from workbench.core.layers.blocks.catalog import block_arguments
from workbench.core.layers.blocks.library import known_blocks, name_problem
from workbench.errors import Problem
from workbench.gui import theme
from workbench.gui.builder.inspector.argument_form import ArgumentForm
from workbench.gui.builder.inspector.fields import Manners


class GroupForm(ArgumentForm):
    """Shows one group, or a stack of copies, and says what the user wants changed."""

    count_changed = Signal(int, int)
    """How many copies, and the session."""
    kept = Signal(str)
    """The group should become a block of the user's own, of this name."""

    def __init__(self, tree: Outline, key: str, stack: Stack | None) -> None:
        self.key, self.tree = key, tree
        self.prefix = tree.stacks[key].members[0] if key in tree.stacks else key
        use, blocks = tree.network.blocks.get(self.prefix), known_blocks()
        self.block = use.block if use else ""
        self.copied: Stack | None = None
        known = block_arguments(blocks[use.block]) if use and use.block in blocks else ()
        super().__init__(known, name=self.prefix, about_name="Name of the group", stack=stack)
        self._add_count()
        self._add_keeping()
        self.show_group(tree, key, stack)

    def show_group(self, tree: Outline, key: str, stack: Stack | None) -> None:
        """Show another state of the same group; a stack with another number of copies has another key."""
        self.tree, self.key = tree, key
        use = tree.network.blocks.get(self.prefix)
        self.show_name(self.prefix.rpartition(".")[2])
        self.show_values(use.arguments if use else {})
        self.show_stack(stack)
        is_stack = self.key in tree.stacks
        self.rows.setRowVisible(self.name, not is_stack)
        self.copied = stack or stack_of_one(tree.network, self.prefix)
        self.rows.setRowVisible(self.count, self.copied is not None)
        self.all_copies.setVisible(stack is not None and not is_stack and bool(self.fields))
        if self.copied is not None:
            with QSignalBlocker(self.count):
                self.count.setValue(len(self.copied))

    def name_problem(self, text: str) -> Problem | None:
        around = self.prefix.rpartition(".")[0]
        inside = set(self.tree.nodes(self.prefix))
        others = self.tree.network.with_nodes(node for node in self.tree.network if node.name not in inside)
        return group_name_problem(others, f"{around}.{text}" if around else text)

    def _add_count(self) -> None:
        self.count = QSpinBox()
        self.count.setObjectName("build-copies")
        self.count.setAccessibleName("Number of copies")
        self.count.setToolTip("How many of it there are one behind the other; copies come and go at the end.")
        self.count.setRange(1, MOST)
        self.count.setKeyboardTracking(False)  # on the way to 24 nobody wants 2 copies
        self.count.setKeyboardTracking(False)
        self.count.installEventFilter(Manners(self))
        self.rows.insertRow(3, "Copies", self.count)
        self.count.valueChanged.connect(lambda count: self.count_changed.emit(count, self.session))

    def _add_keeping(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(theme.XS)
        self.block_name = QLineEdit()
        self.block_name.setObjectName("build-block-name")
        self.block_name.setAccessibleName("Name of the block to keep")
        self.block_name.setPlaceholderText("Block name")
        self.block_name.setToolTip("A name for the palette: letters, digits and underscores.")
        self.block_name.installEventFilter(Manners(self))
        self.keep = QPushButton("Save to my blocks")
        self.keep.setObjectName("build-keep-block")
        self.keep.setToolTip("Keep what is in the group as a block of your own, in the palette below My blocks.")
        self.keep.setEnabled(False)
        row.addWidget(self.block_name, 1)
        row.addWidget(self.keep)
        self.rows.addRow(row)
        self.block_name.textChanged.connect(self._judge_block)
        self.block_name.returnPressed.connect(self.keep.click)
        self.keep.clicked.connect(lambda: self.kept.emit(self.block_name.text().strip()))

    def _judge_block(self, text: str) -> None:
        problem = name_problem(text.strip())
        self.keep.setEnabled(problem is None)
        self.keep.setToolTip(str(problem) if problem and text else "Keep it in the palette below My blocks.")
