"""The user's own blocks: selections of nodes, kept as files beside the settings, in the catalog under their own names.

A file is versioned JSON around a network file, so it names only kinds of the catalog and never holds code. One that
cannot be used becomes a `Problem`, and is left where it is.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, ClassVar, Literal

import msgspec
from msgspec import Meta

from workbench.core.graph.copying import selection
from workbench.core.graph.groups import common_group, group_problem
from workbench.core.graph.network import INPUT, OUTPUT, Network
from workbench.core.graph.parts import Part, entry
from workbench.core.graph.rules import own_name_problem
from workbench.core.graph.storage import from_json, to_json
from workbench.core.layers.blocks.block import Block
from workbench.core.layers.blocks.catalog import BLOCKS, BlockCatalog
from workbench.core.layers.blocks.draft import Draft
from workbench.errors import Problem, WorkbenchError
from workbench.files import BROKEN_JSON, read_file, write_atomically
from workbench.paths import config_folder

SUFFIX = ".block.json"
FORMAT: Literal["cnn-workbench/block"] = "cnn-workbench/block"
VERSION = 1
CATEGORY = "My blocks"


class OwnBlock(Block, frozen=True):
    """A block of the user's own: always the same nodes."""

    category: ClassVar[str] = CATEGORY
    made: ClassVar[Part]
    description: ClassVar[str] = ""

    @classmethod
    def help(cls) -> str:
        """What the user said of it."""
        return cls.description or f"{len(cls.made.nodes)} layers of your own."

    def part(self, inputs: int = 1) -> Part:
        """The nodes that were selected."""
        return self.made

    def draw(self, to: Draft) -> str:
        """Add the nodes; nested in another block they are drawn like those of any other."""
        for node in self.made.nodes:
            to.add(node.name, node.kind, *node.inputs, **node.arguments)
        return self.made.output


class BlockFile(msgspec.Struct, forbid_unknown_fields=True):
    """A block as a file holds it; in its network the outside nodes are called `<0>`, `<1>`."""

    format: Literal["cnn-workbench/block"]
    version: Annotated[int, Meta(ge=1)]
    name: Annotated[str, Meta(max_length=100)]
    description: Annotated[str, Meta(max_length=1000)]
    output: str
    network: msgspec.Raw


@dataclass(frozen=True)
class Library:
    """The blocks of a folder, and what is wrong with the files that cannot be used."""

    blocks: dict[str, type[OwnBlock]]
    problems: tuple[Problem, ...] = ()

    def catalog(self) -> BlockCatalog:
        """The built-in blocks and these."""
        return BlockCatalog({**{block.name(): block for block in BLOCKS}, **self.blocks})


def library_folder() -> Path:
    """Where the user's blocks are kept."""
    return config_folder() / "blocks"


def load_library(folder: Path | None = None) -> Library:
    """The user's blocks; an empty library where there is no such folder."""
    blocks: dict[str, type[OwnBlock]] = {}
    problems: list[Problem] = []
    for path in sorted((folder or library_folder()).glob(f"*{SUFFIX}")):
        try:
            block = _from_file(path)
            if block.name() in blocks:
                raise WorkbenchError(f"{path.name} cannot be used", f"another file has a block {block.name()} too")
            blocks[block.name()] = block
        except WorkbenchError as error:
            problems.append(Problem(path.name, error.title, error.reason))
    return Library(blocks, tuple(problems))


_loaded: dict[Path, tuple[object, BlockCatalog]] = {}


def known_blocks() -> BlockCatalog:
    """The built-in blocks and the user's; read again only when a file in the folder has changed."""
    folder = library_folder()
    state = tuple(sorted((path.name, path.stat().st_mtime_ns) for path in folder.glob(f"*{SUFFIX}")))
    known = _loaded.get(folder)
    if known is None or known[0] != state:
        known = _loaded[folder] = (state, load_library(folder).catalog())
    return known[1]


def own_block(network: Network, names: Collection[str], name: str, *, description: str = "") -> type[OwnBlock]:
    """A block of these nodes of a network; raises `WorkbenchError` if they cannot be one.

    What feeds them becomes its inputs, in the order in which they are taken; exactly one node may feed others.
    """
    problem = name_problem(name) or group_problem(network, names)
    if problem is not None:
        raise WorkbenchError(f"{name or 'The selection'} cannot be a block: {problem.title}", problem.reason)
    chosen = set(names)
    output = _only_output(network, chosen)
    common = common_group(names)
    cut = len(common) + 1 if common else 0
    taken = (source for node in network if node.name in chosen for source in node.inputs if source not in chosen)
    inputs = {source: entry(number) for number, source in enumerate(dict.fromkeys(taken))}
    inner = selection(network, chosen)
    nodes = tuple(
        node.with_(
            name=node.name[cut:],
            inputs=tuple(inputs.get(source) or source[cut:] for source in node.inputs),
            position=None,
        )
        for node in inner
    )
    within = {prefix[cut:]: use for prefix, use in inner.blocks.items() if len(prefix) > cut}
    return _definition(name, Part(nodes, output[cut:], within), description)


def save_block(block: type[OwnBlock], folder: Path | None = None) -> Path:
    """Keep a block in the library, over an older one of the same name, and return its file."""
    problem = name_problem(block.name())
    if problem is not None:
        raise WorkbenchError(problem.title, problem.reason)
    inner = Network(block.name(), {node.name: node for node in block.made.nodes}, block.made.blocks)
    record = BlockFile(
        FORMAT, VERSION, block.name(), block.description, block.made.output, msgspec.Raw(to_json(inner).strip())
    )
    path = (folder or library_folder()) / f"{block.name()}{SUFFIX}"
    write_atomically(path, msgspec.json.format(msgspec.json.encode(record), indent=1) + b"\n")
    return path


def remove_block(name: str, folder: Path | None = None) -> None:
    """Take a block out of the library; networks that use it keep their nodes."""
    path = (folder or library_folder()) / f"{name}{SUFFIX}"
    try:
        path.unlink()
    except OSError as error:
        raise WorkbenchError(f"Could not remove {path}", error.strerror or str(error)) from error


def name_problem(name: str) -> Problem | None:
    """Why a block of the user's own cannot have this name, or None if it can."""
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]{0,59}", name):
        return Problem(name, "Not a usable name", "use letters, digits and underscores, and begin with a letter")
    if name in BLOCKS:
        return Problem(name, "The name is taken", "there is a built-in block of that name")
    return None


def _only_output(network: Network, chosen: set[str]) -> str:
    leaving = [name for name in chosen if any(user not in chosen for user in network.consumers[name])]
    ends = leaving or [name for name in chosen if not network.consumers[name]]
    if len(ends) != 1:
        reason = f"{len(ends)} of its nodes feed others: {', '.join(sorted(ends)[:3])}" if ends else "nothing leaves it"
        raise WorkbenchError("The selection cannot be a block", reason, "A block has one output; select more or less.")
    return ends[0]


def _definition(name: str, part: Part, description: str) -> type[OwnBlock]:
    """The class of a block, as if it had been written down."""
    space = {"made": part, "description": description, "fewest_inputs": 0, "most_inputs": max(1, _count(part))}
    definition = msgspec.defstruct(
        name, [], bases=(OwnBlock,), namespace=space, frozen=True, forbid_unknown_fields=True
    )
    assert issubclass(definition, OwnBlock)
    return definition


def _count(part: Part) -> int:
    """How many inputs a part has."""
    return len({source for node in part.nodes for source in node.inputs if source.startswith("<")})


def _from_file(path: Path) -> type[OwnBlock]:
    try:
        record = msgspec.json.decode(read_file(path), type=BlockFile)
    except BROKEN_JSON as error:
        raise WorkbenchError(f"{path.name} is not a block file", str(error)) from error
    if record.version > VERSION:
        reason = f"its format is {record.version}, this program reads {VERSION}"
        raise WorkbenchError(f"{path.name} was written by a newer version", reason)
    network = from_json(bytes(record.network), source=path.name)
    reason = _fault(network, record)
    if reason:
        raise WorkbenchError(f"{path.name} cannot be used", reason)
    return _definition(record.name, Part(tuple(network), record.output, network.blocks), record.description)


def _fault(network: Network, record: BlockFile) -> str:
    """What is wrong with a block that a file holds, or nothing."""
    problem = name_problem(record.name) or next(
        (found for node in network if (found := own_name_problem(network, node.name)) is not None), None
    )
    if problem is not None:
        return str(problem)
    if record.output not in network:
        return f"its output {record.output} is not one of its nodes"
    outside = {source for node in network for source in node.inputs if source not in network}
    if outside != {entry(number) for number in range(len(outside))}:
        return f"it takes {', '.join(sorted(outside)[:3])}, which is not in it"
    if len(network.execution_order) < len(network) or any(node.kind in (INPUT, OUTPUT) for node in network):
        return "it holds a loop, or an end of a network"
    return ""
