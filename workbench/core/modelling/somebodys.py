"""Running somebody's code: importing a file, finding a class in it, making a module; each failure names the line."""

from __future__ import annotations

import difflib
import importlib
import importlib.util
import inspect
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

from torch import nn

from workbench.core.modelling.foreign import classes_in
from workbench.core.modelling.stops import place_of_error
from workbench.errors import WorkbenchError, first_line

SCRIPT = 'Put what only a script should do under `if __name__ == "__main__":`.'


@contextmanager
def somebodys_code(title: str, hint: str = "") -> Iterator[None]:
    """Code of others runs inside; whatever it raises becomes a `WorkbenchError` that names its line."""
    try:
        yield
    except WorkbenchError:
        raise
    except ModuleNotFoundError as error:
        wanted = f"Install {error.name} beside the workbench, or open the file without it."
        raise WorkbenchError(title, _told(error, f"there is no package {error.name}"), wanted) from error
    except SystemExit as error:
        raise WorkbenchError(title, _told(error, "the line ends the program"), SCRIPT) from error
    except Exception as error:  # it can raise anything
        raise WorkbenchError(title, _told(error, f"{type(error).__name__}: {first_line(error)}"), hint) from error


def _told(error: BaseException, reason: str) -> str:
    place = place_of_error(error)
    return f"{place.quoted}: {reason}" if place else reason


def load_object(path: Path, name: str) -> Any:
    """What a file calls by a name: the class, the function, the module; without a name its only class of a module."""
    classes = classes_in(path)
    name = name or _only(classes, path)
    with somebodys_code(f"{path.name} cannot be imported"):
        module = _imported(path)
    found: Any = module
    for part in name.split("."):
        if not hasattr(found, part):
            raise _not_found(path, name, [*classes, *(each for each in vars(module) if not each.startswith("_"))])
        found = getattr(found, part)
    return found


def _only(classes: list[str], path: Path) -> str:
    if len(classes) == 1:
        return classes[0]
    title = f"{path.name} has {'several classes' if classes else 'no class'} of a module"
    hint = f"Say which: {path.name}:{classes[-1]}" if classes else "A module is a class derived from torch.nn.Module."
    raise WorkbenchError(title, ", ".join(classes), hint)


def _not_found(path: Path, name: str, names: list[str]) -> WorkbenchError:
    close = difflib.get_close_matches(name, dict.fromkeys(names), n=2)
    listed = ", ".join(list(dict.fromkeys(names))[:8])
    hint = f"Did you mean {' or '.join(close)}?" if close else listed and f"It has {listed}."
    return WorkbenchError(f"{path.name} has no {name}", hint=hint)


def _imported(path: Path) -> ModuleType:
    """Import a file with its folder, or the folder above its packages, in front of where Python looks."""
    folder, dotted = path.parent, path.stem
    while (folder / "__init__.py").is_file():
        folder, dotted = folder.parent, f"{folder.name}.{dotted}"
    sys.path.insert(0, str(folder))
    sys.argv = [str(path)]
    if "." in dotted:
        return importlib.import_module(dotted)
    name = f"opened_{dotted}" if dotted in sys.modules else dotted
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def make_module(found: Any, arguments: Mapping[str, Any], path: Path) -> nn.Module:
    """The module that a class or a function makes with these arguments; a module is taken as it is."""
    name = getattr(found, "__name__", type(found).__name__)
    if isinstance(found, nn.Module):
        return found
    if not callable(found) or (isinstance(found, type) and not issubclass(found, nn.Module)):
        what = "a class" if isinstance(found, type) else f"a {type(found).__name__}"
        raise WorkbenchError(f"{name} in {path.name} is no torch.nn.Module", f"it is {what} of another sort")
    _check_arguments(found, arguments, name)
    with somebodys_code(f"{name} cannot be made"):
        made = found(**arguments)
    if not isinstance(made, nn.Module):
        raise WorkbenchError(f"{name} in {path.name} makes no torch.nn.Module", f"it returns a {type(made).__name__}")
    return made


def _check_arguments(found: Any, arguments: Mapping[str, Any], name: str) -> None:
    try:
        signature = inspect.signature(found)
    except (TypeError, ValueError):
        return
    try:
        signature.bind(**arguments)
    except TypeError as error:
        names = [f"{each}" for each in signature.parameters.values()]
        empty = [each for each in signature.parameters.values() if each.default is each.empty]
        example = ", ".join(f'"{each.name}": 10' for each in empty if each.name not in arguments and each.kind < 4)
        hint = f"Give the arguments as {{{example}}}." if example else ""
        raise WorkbenchError(f"{name}({', '.join(names)}) cannot be made", str(error), hint) from error
