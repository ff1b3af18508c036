"""What the Build room does with groups, blocks and stacks: every call is one labelled undo step, or a refusal."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from workbench.core.graph import blocks as block_edits
from workbench.core.graph import edits, groups, stacks
from workbench.core.graph.document import Edit
from workbench.core.graph.housing import make_room, shift_group
from workbench.core.graph.network import Network, Position
from workbench.core.graph.outline import outline
from workbench.core.graph.parts import members
from workbench.core.graph.stacks import Stack
from workbench.core.layers.blocks.library import known_blocks, own_block, save_block
from workbench.errors import WorkbenchError
from workbench.gui.builder.editing.adding import Adding
from workbench.gui.builder.items import style
from workbench.gui.builder.items.labels import counted

NEW = "block"
"""What a new group is called until somebody gives it a better name."""


class Grouping(Adding):
    """Makes and changes groups and selects what came of it."""

    def chosen_groups(self) -> list[str]:
        """The selected groups and stacks."""
        return [key for key in self._scene.chosen if self._scene.tree.is_group(key)]

    def group(self) -> bool:
        """Put the selected nodes into a new group within the group that holds them all, and open it."""
        names = self.in_order()
        around = groups.common_group(names) if names else ""
        if around and set(names) == set(self._scene.tree.nodes(around)):
            around = around.rpartition(".")[0]
        prefix = groups.free_group(self.network, f"{around}.{NEW}" if around else NEW)

        def edit(network: Network) -> Network:
            return groups.make_group(network, names, prefix)

        return self._attempt_group(edit, f"Group {counted(names)}" if names else "Group", prefix, opened=[prefix])

    def ungroup(self) -> bool:
        """Take the selected groups apart; what was in them lies in the groups around them."""
        chosen = [name for key in self.chosen_groups() for name in self.prefixes(key)]
        if not chosen:
            self.refused.emit("Select a group first: click its card, or the headline of its frame.")
            return False
        inner = {name for prefix in chosen for name in self._scene.tree.nodes(prefix)}
        spots = [number for number, name in enumerate(self.network.nodes) if name in inner]
        if not self.attempt(lambda network: _taken_apart(network, chosen), f"Ungroup {counted(chosen, noun='group')}"):
            return False
        after = [*self.network.nodes]
        self._scene.select([after[spot] for spot in spots])
        return True

    def rename_group(self, prefix: str, name: str) -> bool:
        """Give a group another name within the group around it."""
        around = prefix.rpartition(".")[0]
        new = f"{around}.{name}" if around else name
        opened = [_under(key, prefix, new) for key in self._scene.opened]
        return self._attempt_group(
            lambda network: groups.rename_group(network, prefix, new), f"Rename {prefix} to {new}", new, opened=opened
        )

    def _attempt_group(self, edit: Edit, label: str, made: str, *, opened: Collection[str]) -> bool:
        """Apply an edit that makes a group, which is selected and, with others, open from the first moment."""
        self._scene.expect(opened, made)
        done = self.attempt(edit, label)
        self._scene.expect((), "")
        if done:
            self._scene.select([made])
        return done

    def regroup(self, keys: Collection[str], group: str, places: Mapping[str, Position]) -> bool:
        """Move nodes and groups into another group (a key), with their cards at these places."""
        home = self._scene.tree.prefix(group)
        chosen = [name for key in keys for name in self.prefixes(key)]
        corners = {name: places[key] for key in keys for name in self.prefixes(key)}
        named: list[str] = []

        def edit(network: Network) -> Network:
            named.clear()
            for name in chosen:
                last = name.rpartition(".")[2]
                wanted = f"{home}.{last}" if home else last
                fresh = edits.free_name(network, wanted) if name in network else groups.free_group(network, wanted)
                rename = edits.rename if name in network else groups.rename_group
                network = _put(rename(network, name, fresh), fresh, corners[name])
                named.append(fresh)
            return network

        if not self.attempt(edit, f"Move {counted(chosen)} {f'into {home}' if home else 'out of its group'}"):
            return False
        self._scene.select(named)
        return True

    def set_block_argument(self, prefix: str, argument: str, value: Any, *, session: int = 0) -> bool:
        """Change one argument of the block that a group is; what is typed in one `session` of a field is one step."""
        known = known_blocks()
        return self.attempt(
            lambda network: block_edits.set_block_arguments(network, prefix, {argument: value}, blocks=known),
            f"Set {argument} of {prefix}",
            merge_key=f"set {prefix} {argument} {session}",
        )

    def set_stack_argument(self, stack: Stack, argument: str, value: Any, *, inner: str = "", session: int = 0) -> bool:
        """Change one argument of the block that every copy of a stack is, or holds under the name `inner`."""
        known, first = known_blocks(), stack.members[0]
        return self.attempt(
            lambda network: stacks.set_stack_block_arguments(
                network, stack, {argument: value}, blocks=known, inner=inner
            ),
            f"Set {argument} of {len(stack)} copies of {first}",
            merge_key=f"set {len(stack)} {first} {inner} {argument} {session}",
        )

    def set_copy_argument(self, stack: Stack, inner: str, argument: str, value: Any, *, session: int = 0) -> bool:
        """Change one argument of the same node in every copy of a stack; `inner` is its name inside a copy."""
        first = stack.members[0]
        return self.attempt(
            lambda network: stacks.set_stack_arguments(network, stack, inner, {argument: value}),
            f"Set {argument} of {inner} in {len(stack)} copies of {first}",
            merge_key=f"set {len(stack)} {first} {inner} {argument} {session}",
        )

    def resize(self, stack: Stack, count: int, *, session: int = 0) -> bool:
        """Have so many copies in a stack."""
        first = stack.members[0]
        return self.attempt(
            lambda network: stacks.resize_stack(network, stack, count),
            f"Make it {count} copies of {first}",
            merge_key=f"copies {first} {session}",
        )

    def keep_block(self, prefix: str, name: str) -> bool:
        """Save a group in the library of one's own blocks."""
        inner = [node.name for node in members(self.network, prefix)]
        try:
            save_block(own_block(self.network, inner, name))
        except WorkbenchError as error:
            self.refused.emit(str(error))
            return False
        return True

    def prefixes(self, key: str) -> list[str]:
        """The names that a key stands for: each copy of a stack, else itself."""
        stack = self._scene.tree.stacks.get(key)
        return [*stack.members] if stack else [key]


def _taken_apart(network: Network, chosen: Collection[str]) -> Network:
    for prefix in chosen:
        tree = outline(network)
        places = {node.name: node.position for node in network if node.position}
        if len(places) == len(network):
            network = edits.move(network, make_room(tree, prefix, places, style.SIZES))
        network = groups.ungroup(network, prefix)
    return network


def _put(network: Network, key: str, corner: Position) -> Network:
    """The network with the card of a node or group at a corner, its content with it."""
    tree = outline(network)
    places = {node.name: node.position for node in network if node.position}
    if any(name not in places for name in tree.nodes(key)):
        return network
    shift_group(tree, key, corner, dict(places), places)
    return edits.move(network, places)


def _under(key: str, prefix: str, new: str) -> str:
    """The key of what a renamed group or something in it was."""
    return new + key[len(prefix) :] if key == prefix or key.startswith(prefix + ".") else key
