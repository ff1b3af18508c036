"""What the workbench remembers between two starts."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import msgspec

from workbench.errors import WorkbenchError
from workbench.files import write_atomically
from workbench.paths import config_folder

MOST_RECENT = 8


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that is remembered; unknown fields of a newer version are left out, missing ones get defaults."""

    theme: Literal["light", "dark", "system"] = "system"
    room: str = "build"
    geometry: str = ""
    """Place and size of the window, as Qt packs them, in base 64."""
    recent: tuple[str, ...] = ()
    """Network files opened or saved last, the newest first."""

    def with_recent(self, path: Path) -> Settings:
        """The settings with a file at the head of the recent ones."""
        name = str(path.resolve())
        others = [other for other in self.recent if other != name]
        return msgspec.structs.replace(self, recent=(name, *others)[:MOST_RECENT])


def settings_path() -> Path:
    """The settings file."""
    return config_folder() / "settings.json"


def load_settings() -> Settings:
    """The settings of last time, or defaults; a file that cannot be read is put aside, never a reason to stop."""
    path = settings_path()
    try:
        return msgspec.json.decode(path.read_bytes(), type=Settings)
    except FileNotFoundError:
        return Settings()
    except (msgspec.MsgspecError, UnicodeDecodeError, OSError):
        _put_aside(path)
        return Settings()


def save_settings(settings: Settings) -> bool:
    """Write the settings; False when the place cannot be written, then the next start does not know them."""
    try:
        write_atomically(settings_path(), msgspec.json.format(msgspec.json.encode(settings), indent=1) + b"\n")
    except (WorkbenchError, OSError):
        return False
    return True


def _put_aside(path: Path) -> None:
    try:
        path.replace(path.with_name("settings.broken.json"))
    except OSError:
        return
