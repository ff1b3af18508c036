"""Network files: versioned JSON that a person can read and compare.

A file can name kinds that this version does not know; they survive opening and saving, and the analysis reports them.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import msgspec

from workbench.core.graph.network import BlockUse, Network, Node
from workbench.errors import WorkbenchError
from workbench.files import write_atomically

SUFFIX = ".network.json"
FORMAT: Literal["cnn-workbench/network"] = "cnn-workbench/network"
VERSION = 1


class NodeRecord(msgspec.Struct, omit_defaults=True, forbid_unknown_fields=True):
    """A node as a file holds it."""

    name: str
    kind: str
    arguments: dict[str, Any] = {}
    inputs: list[str] = []
    position: tuple[float, float] | None = None


class BlockRecord(msgspec.Struct, omit_defaults=True, forbid_unknown_fields=True):
    """A block use as a file holds it."""

    block: str
    arguments: dict[str, Any] = {}


class NetworkRecord(msgspec.Struct, forbid_unknown_fields=True):
    """A network file."""

    format: Literal["cnn-workbench/network"]
    version: int
    name: str
    nodes: list[NodeRecord]
    blocks: dict[str, BlockRecord] = {}


def to_json(network: Network) -> bytes:
    """The network as an indented JSON text with a line end."""
    nodes = [
        NodeRecord(node.name, node.kind, dict(node.arguments), list(node.inputs), node.position) for node in network
    ]
    blocks = {prefix: BlockRecord(use.block, dict(use.arguments)) for prefix, use in network.blocks.items()}
    record = NetworkRecord(FORMAT, VERSION, network.name, nodes, blocks)
    return msgspec.json.format(msgspec.json.encode(record), indent=1) + b"\n"


def from_json(text: bytes, *, source: str = "this text") -> Network:
    """The network in a JSON text; raises `WorkbenchError` naming `source` and the place that is wrong."""
    try:
        record = msgspec.json.decode(text, type=NetworkRecord)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise WorkbenchError(f"{source} is not a network file", str(error)) from error
    if record.version > VERSION:
        raise WorkbenchError(
            f"{source} was written by a newer version", f"its format is {record.version}, this program reads {VERSION}"
        )
    return _network(record, source)


def save_network(network: Network, path: Path | str) -> Path:
    """Write a network file and return where; the name gets the suffix `.network.json` if it has none of its own."""
    path = Path(path)
    path = path if path.suffix == ".json" else path.with_name(path.name + SUFFIX)
    write_atomically(path, to_json(network))
    return path


def load_network(path: Path | str) -> Network:
    """Read a network file; raises `WorkbenchError` if it is missing or broken."""
    path = Path(path)
    try:
        text = path.read_bytes()
    except OSError as error:
        raise WorkbenchError(f"Could not read {path}", error.strerror or str(error)) from error
    return from_json(text, source=path.name)


def _network(record: NetworkRecord, source: str) -> Network:
    nodes = [Node(node.name, node.kind, node.arguments, tuple(node.inputs), node.position) for node in record.nodes]
    network = Network.of(record.name, nodes)
    if len(network) != len(nodes):
        twice = next(node.name for node in nodes if sum(other.name == node.name for other in nodes) > 1)
        raise WorkbenchError(f"{source} is not a network file", f"two nodes are called {twice}")
    blocks = {prefix: BlockUse(use.block, use.arguments) for prefix, use in record.blocks.items()}
    return Network(network.name, network.nodes, blocks)
