"""Opening somebody's own `nn.Module`: `FILE.py:Class`.

It is the only place where a stranger's code runs. It runs in a process of its own, which may print, exit or hang
without harm, and only when whoever opens the file consents.
"""

from __future__ import annotations

import ast
import re
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import msgspec

from workbench.core.graph.network import Network
from workbench.core.graph.storage import load_network
from workbench.core.layers.kind import Shape
from workbench.errors import WorkbenchError
from workbench.files import read_file
from workbench.machine import own_environment, own_program

if TYPE_CHECKING:
    from torch import Tensor

Consent = Callable[[Path], bool]
"""Asked with the file before its code runs; whether it may."""
Cancelled = Callable[[], bool]
"""Whether nobody waits for the answer any more."""
PATTERN = re.compile(r"(?P<path>.+\.py)(?::(?P<name>[\w.]*))?")
CHILD = "--open-module"
"""The word with which the program starts itself to run the code."""
REQUEST, ANSWER, NETWORK, GIVEN, WEIGHTS, SAID = (
    *("request.json", "answer.json", "opened.network.json"),
    *("given.safetensors", "weights.safetensors", "said.txt"),
)
LIMIT = 120.0
"""Seconds that the code may take; the largest of torchvision's networks take ten."""
LOOK_AROUND = 0.2
"""Seconds between two looks at whether anybody still waits."""
GRACE = 30.0
"""Seconds after the limit in which the process tells where the code hangs."""


@dataclass(frozen=True)
class Code:
    """A file of Python and the name in it: a class, a function that makes a module, or a module."""

    path: Path
    name: str = ""
    arguments: Mapping[str, Any] = field(default_factory=dict)
    """What is handed to the class or function."""
    input_shape: Shape | None = None
    """The pictures it takes; None: the first usual size that it runs with."""


class Request(msgspec.Struct):
    """What the process is asked for."""

    path: str
    name: str
    arguments: dict[str, Any]
    input_shape: tuple[int, ...] | None
    limit: float


class Answer(msgspec.Struct):
    """What the process says: notes, and the largest difference of outputs; or an error."""

    notes: list[str] = []
    difference: float = 0.0
    error: tuple[str, str, str] | None = None


@dataclass(frozen=True)
class Opened:
    """A network with the weights it came with, what was done to it, and how much its outputs differ from theirs."""

    network: Network
    weights: Mapping[str, Tensor]
    notes: tuple[str, ...]
    difference: float | None


def code_in(reference: str) -> Code | None:
    """The file and the name in it if a reference has the form `FILE.py` or `FILE.py:Class`."""
    found = PATTERN.fullmatch(reference)
    return Code(Path(found["path"]), found["name"] or "") if found else None


def given(_path: Path) -> bool:
    """The consent of a program that names the file itself."""
    return True


def withheld(_path: Path) -> bool:
    """The refusal where nobody can be asked."""
    return False


def open_code(
    code: Code,
    *,
    consent: Consent,
    given_weights: Mapping[str, Tensor] | None = None,
    limit: float = LIMIT,
    cancelled: Cancelled = lambda: False,
) -> Opened:
    """The network of a module in a file of Python, with its weights, or with `given_weights` in their place.

    `cancelled` is asked a few times a second; when it says so, the process is ended.

    Raises `WorkbenchError` without consent and where the code or its opening fails, naming the line.
    """
    read_file(code.path)
    if not consent(code.path):
        hint = "Open it once with `workbench convert`, which asks, and use the network file."
        raise WorkbenchError(f"{code.path.name} was not opened", "its code would have to run", hint)
    with TemporaryDirectory(prefix="workbench-") as name:
        folder = Path(name)
        _write_request(folder, code, given_weights, limit)
        return _opened(folder, code.path, _run(folder, limit + GRACE, cancelled))


def classes_in(path: Path) -> list[str]:
    """The classes of a file that look like modules, in their order, found without running it."""
    try:
        tree = ast.parse(read_file(path))
    except (SyntaxError, ValueError, RecursionError) as error:
        line = getattr(error, "lineno", None)
        place = f"{path.name}:{line}" if line else path.name
        raise WorkbenchError(f"{place} is not Python", getattr(error, "msg", "") or str(error)) from error
    classes = [each for each in tree.body if isinstance(each, ast.ClassDef)]
    found: set[str] = set()
    for each in classes:
        bases = {ast.unparse(base).rpartition(".")[2] for base in each.bases}
        if bases & (found | {"Module", "Sequential"}) or any(part.name == "forward" for part in _functions(each)):
            found.add(each.name)
    return [each.name for each in classes if each.name in found]


def _functions(each: ast.ClassDef) -> list[ast.FunctionDef]:
    return [part for part in each.body if isinstance(part, ast.FunctionDef)]


def _write_request(folder: Path, code: Code, given_weights: Mapping[str, Tensor] | None, limit: float) -> None:
    import safetensors.torch

    request = Request(str(code.path.resolve()), code.name, dict(code.arguments), code.input_shape, limit)
    (folder / REQUEST).write_bytes(msgspec.json.encode(request))
    if given_weights is not None:
        plain = {name: value.detach().cpu().contiguous().clone() for name, value in given_weights.items()}
        safetensors.torch.save_file(plain, folder / GIVEN)


def _opened(folder: Path, path: Path, status: int | None) -> Opened:
    import safetensors.torch

    answer = _answer(folder, path, status)
    if answer.error:
        raise WorkbenchError(*answer.error)
    weights = safetensors.torch.load((folder / WEIGHTS).read_bytes())
    return Opened(load_network(folder / NETWORK), weights, tuple(answer.notes), answer.difference)


def _run(folder: Path, limit: float, cancelled: Cancelled) -> int | None:
    """Have another process open the module in the folder; its exit status, None if it had to be killed."""
    environment, nothing = own_environment(PYTHONDONTWRITEBYTECODE="1"), subprocess.DEVNULL
    with (folder / SAID).open("wb") as said:
        words = [*own_program(), CHILD, str(folder)]
        process = subprocess.Popen(words, stdin=nothing, stdout=said, stderr=said, env=environment)
    try:
        return _end_of(process, time.monotonic() + limit, cancelled)
    finally:
        process.kill()
        process.wait()


def _end_of(process: subprocess.Popen[bytes], deadline: float, cancelled: Cancelled) -> int | None:
    while time.monotonic() < deadline and not cancelled():
        try:
            return process.wait(LOOK_AROUND)
        except subprocess.TimeoutExpired:
            continue
    return None


def _answer(folder: Path, path: Path, status: int | None) -> Answer:
    try:
        return msgspec.json.decode((folder / ANSWER).read_bytes(), type=Answer)
    except (OSError, msgspec.MsgspecError):
        said = (folder / SAID).read_text(errors="replace").strip().splitlines()
        how = "it hangs" if status is None else f"its process ended with status {status}"
        reason = f"{how}; its last words: {said[-1][:200]}" if said else how
        hint = 'Put what only a script should do under `if __name__ == "__main__":`.'
        raise WorkbenchError(f"{path.name} ended without giving a module", reason, hint) from None
