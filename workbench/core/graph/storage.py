"""Network files: versioned JSON that a person can read and compare.

A file can name kinds that this version does not know, and give arguments values that they cannot have; both survive
opening and saving, and the analysis reports them. `resources/network.schema.json` is the format for other programs.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from workbench.core.graph.canvas import SMALLEST, Canvas, Colour, Form, Remark
from workbench.core.graph.migrations import migrated
from workbench.core.graph.network import BlockUse, Network, Node, Position
from workbench.core.graph.orientation import Direction
from workbench.errors import WorkbenchError
from workbench.files import BROKEN_JSON, read_file, write_atomically

SUFFIX = ".network.json"
FORMAT: Literal["cnn-workbench/network"] = "cnn-workbench/network"
VERSION = 3
FARTHEST = 1e6
"""A node farther out on the canvas than this has no place of its own: nobody put it there."""

LONGEST_TEXT = 20_000
"""So many characters has a note at most."""

Name = Annotated[str, Meta(max_length=1000)]
Number = Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)] | float
Plain = None | bool | Number | str
Arguments = dict[str, Plain | list[Plain | list[Plain]] | dict[str, Plain | list[Plain]]]
"""What arguments can be in a file: no depth and no numbers that a writer or a reader could choke on."""


class Header(msgspec.Struct):
    """What every version of a network file begins with."""

    format: Literal["cnn-workbench/network"]
    version: Annotated[int, Meta(ge=1)]


class NodeRecord(msgspec.Struct, omit_defaults=True, forbid_unknown_fields=True):
    """A node as a file holds it."""

    name: Name
    kind: Name
    arguments: Arguments = {}
    inputs: list[str] = []
    position: tuple[float, float] | None = None


class BlockRecord(msgspec.Struct, omit_defaults=True, forbid_unknown_fields=True):
    """A block use as a file holds it."""

    block: Name
    arguments: Arguments = {}


class RemarkRecord(msgspec.Struct, omit_defaults=True, forbid_unknown_fields=True):
    """A note or a frame on the canvas as a file holds it."""

    form: Form
    text: Annotated[str, Meta(max_length=LONGEST_TEXT)]
    position: tuple[float, float]
    size: tuple[float, float]
    colour: Colour = "yellow"
    group: Name = ""


class CanvasRecord(msgspec.Struct, omit_defaults=True, forbid_unknown_fields=True):
    """What is written beside the nodes, which of them somebody has put where they are, and which way data runs."""

    remarks: dict[Name, RemarkRecord] = {}
    fixed: list[Name] = []
    direction: Direction = "down"


class NetworkRecord(msgspec.Struct, forbid_unknown_fields=True):
    """A network file."""

    format: Literal["cnn-workbench/network"]
    version: Annotated[int, Meta(ge=1)]
    name: str
    nodes: list[NodeRecord]
    blocks: dict[Name, BlockRecord] = {}
    canvas: CanvasRecord | UnsetType = UNSET


def to_json(network: Network) -> bytes:
    """The network as an indented JSON text with a line end."""
    nodes = [
        NodeRecord(node.name, node.kind, dict(node.arguments), list(node.inputs), node.position) for node in network
    ]
    blocks = {prefix: BlockRecord(use.block, dict(use.arguments)) for prefix, use in network.blocks.items()}
    record = NetworkRecord(FORMAT, VERSION, network.name, nodes, blocks, _written(network.canvas))
    return msgspec.json.format(msgspec.json.encode(record), indent=1) + b"\n"


def from_json(text: bytes, *, source: str = "this text") -> Network:
    """The network in a JSON text; raises `WorkbenchError` naming `source` and the place that is wrong."""
    try:
        version = msgspec.json.decode(text, type=Header).version
        if version > VERSION:
            title = f"{source} was written by a newer version"
            raise WorkbenchError(title, f"its format is {version}, this program reads {VERSION}")
        record = _older(text, version) if version < VERSION else msgspec.json.decode(text, type=NetworkRecord)
    except (*BROKEN_JSON, ValueError) as error:
        raise WorkbenchError(f"{source} is not a network file", str(error)) from error
    return _network(record, source)


def json_schema() -> dict[str, Any]:
    """The format of the network files of this version as a JSON schema."""
    schema = msgspec.json.schema(NetworkRecord)
    schema["$defs"]["NetworkRecord"]["properties"]["version"] = {"const": VERSION}
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "CNN Workbench network", **schema}


def save_network(network: Network, path: Path | str) -> Path:
    """Write a network file and return where; the name gets the suffix `.network.json` if it has none of its own."""
    path = Path(path)
    path = path if path.suffix == ".json" else path.with_name(path.name + SUFFIX)
    write_atomically(path, to_json(network))
    return path


def load_network(path: Path | str) -> Network:
    """Read a network file; raises `WorkbenchError` if it is missing or broken."""
    path = Path(path)
    return from_json(read_file(path), source=path.name)


def _older(text: bytes, version: int) -> NetworkRecord:
    """The record in a file of an older version."""
    return msgspec.convert(migrated(msgspec.json.decode(text), version=version, target=VERSION), NetworkRecord)


def _network(record: NetworkRecord, source: str) -> Network:
    (name, count), *_ = Counter(node.name for node in record.nodes).most_common(1) or [("", 0)]
    if count > 1:
        raise WorkbenchError(f"{source} is not a network file", f"two nodes are called {name}")
    nodes = {
        node.name: Node(node.name, node.kind, node.arguments, tuple(node.inputs), _place(node.position))
        for node in record.nodes
    }
    blocks = {prefix: BlockUse(use.block, use.arguments) for prefix, use in record.blocks.items()}
    return Network(record.name, nodes, blocks, Canvas() if record.canvas is UNSET else _read(record.canvas))


def _written(canvas: Canvas) -> CanvasRecord | UnsetType:
    """What a file holds of the canvas: nothing where nothing was done."""
    remarks = {
        key: RemarkRecord(one.form, one.text, one.position, one.size, one.colour, one.group)
        for key, one in canvas.remarks.items()
    }
    return CanvasRecord(remarks, sorted(canvas.fixed), canvas.direction) if canvas else UNSET


def _read(record: CanvasRecord) -> Canvas:
    """The canvas in a file; what lies nowhere lies at the origin, what is too small or too large has a size."""
    remarks = {
        key: Remark(one.form, one.text, _place(one.position) or (0.0, 0.0), _sized(one.size), one.colour, one.group)
        for key, one in record.remarks.items()
    }
    return Canvas(remarks, frozenset(record.fixed), record.direction)


def _sized(size: tuple[float, float]) -> tuple[float, float]:
    return (min(max(size[0], SMALLEST[0]), FARTHEST), min(max(size[1], SMALLEST[1]), FARTHEST))


def _place(position: Position | None) -> Position | None:
    return position if position and max(map(abs, position)) <= FARTHEST else None
