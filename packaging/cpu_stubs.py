"""Take NVIDIA out of a frozen program made from the CUDA build of PyTorch: it then computes on the CPU only.

PyTorch's own libraries are linked against NVIDIA's and do not load without them, so each is replaced by a stub: a
shared library of the same name that defines just the symbols that something in the program asks for, as functions that
report an error. libcudart and libcupti are called while PyTorch loads and stay; so does PyTorch's own CUDA library, of
which the same is true. The program hides every GPU from PyTorch before it is loaded, see frozen_main.py.
Needs gcc and readelf (Linux).

    python packaging/cpu_stubs.py FROZEN/_internal
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

KEPT = ("libcudart.so", "libcupti.so")
LINKED = ("torch/lib/*.so*", "torch/*.so", "torchvision/*.so")
"""Where what links against CUDA lies in the program."""


def main(program: Path) -> int:
    """Replace the libraries and say how much that saved."""
    libraries = [path for path in sorted(program.glob("nvidia/**/*.so*")) if not path.is_symlink()]
    kept = [path for path in libraries if path.name.startswith(KEPT)]
    linked = [path for pattern in LINKED for path in program.glob(pattern)]
    wanted = {symbol for path in (*linked, *kept) for symbol, _ in symbols(path, defined=False)}
    saved = sum(replaced(path, wanted) for path in libraries if path not in kept)
    print(f"{len(libraries) - len(kept)} NVIDIA libraries replaced by stubs, {saved / 1e9:.2f} GB saved")
    return 0


def symbols(library: Path, *, defined: bool) -> list[tuple[str, str]]:
    """(name, version) of the dynamic symbols that a library defines, or of those it takes from others."""
    listing = subprocess.run(
        ["readelf", "--dyn-syms", "--wide", str(library)], capture_output=True, text=True, check=True
    ).stdout
    found = []
    for line in listing.splitlines():
        columns = line.split()
        if len(columns) < 8 or not columns[0].rstrip(":").isdigit():
            continue
        if (columns[6] != "UND") == defined:
            name, _, version = columns[7].replace("@@", "@").partition("@")
            found.append((name, version))
    return found


def replaced(library: Path, wanted: set[str]) -> int:
    """Put a stub with the wanted symbols in the place of a library; the bytes saved."""
    by_version: dict[str, list[str]] = defaultdict(list)
    for name, version in symbols(library, defined=True):
        if name in wanted:
            by_version[version].append(name)
    before = library.stat().st_size
    with tempfile.TemporaryDirectory() as folder:
        _compile(Path(folder), library, by_version)
    return before - library.stat().st_size


def _compile(folder: Path, library: Path, by_version: dict[str, list[str]]) -> None:
    names = {name for some in by_version.values() for name in some}
    source, versions = folder / "stub.c", folder / "stub.map"
    source.write_text("".join(f"int {name}(void) {{ return 1; }}\n" for name in sorted(names)))
    versions.write_text("".join(_version_node(version, some) for version, some in by_version.items() if version))
    command = [
        "gcc",
        "-w",
        "-shared",
        "-fPIC",
        f"-Wl,-soname,{library.name}",
        str(source),
        "-o",
        str(folder / "stub.so"),
    ]
    if versions.stat().st_size:
        command.insert(-2, f"-Wl,--version-script={versions}")
    subprocess.run(command, check=True)
    library.unlink()  # it may be a hard link to the installed one
    library.write_bytes((folder / "stub.so").read_bytes())
    library.chmod(0o755)


def _version_node(version: str, names: Iterable[str]) -> str:
    return f"{version} {{ global: {''.join(f'{name}; ' for name in names)}}};\n"


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(Path(sys.argv[1])))
