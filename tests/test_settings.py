"""What is remembered between two starts."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbench.paths import config_folder
from workbench.settings import MOST_RECENT, Settings, load_settings, save_settings, settings_path


def test_the_first_start_has_defaults() -> None:
    assert load_settings() == Settings()
    assert not settings_path().exists()


def test_settings_come_back() -> None:
    settings = Settings(theme="dark", room="train", geometry="AAAA", recent=("/a.network.json",))
    assert save_settings(settings)
    assert load_settings() == settings


@pytest.mark.parametrize("content", [b"", b"{", b'{"theme": "sepia"}', b'{"recent": 7}', b"\xff\xfe", b"[]"])
def test_a_broken_file_is_put_aside_and_defaults_are_used(content: bytes) -> None:
    settings_path().write_bytes(content)
    assert load_settings() == Settings()
    assert not settings_path().exists()
    assert (config_folder() / "settings.broken.json").read_bytes() == content


def test_fields_of_a_newer_version_are_left_out() -> None:
    settings_path().write_text('{"theme": "dark", "wallpaper": "blue"}')
    assert load_settings() == Settings(theme="dark")


def test_a_place_that_cannot_be_written_only_costs_the_memory(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("WORKBENCH_CONFIG", str(tmp_path / "file" / "below"))
    assert not save_settings(Settings())


def test_recent_files_are_few_and_the_newest_first(tmp_path: Path) -> None:
    settings = Settings()
    for number in range(MOST_RECENT + 3):
        settings = settings.with_recent(tmp_path / str(number))
    settings = settings.with_recent(tmp_path / "8")
    assert len(settings.recent) == MOST_RECENT
    assert [Path(name).name for name in settings.recent[:3]] == ["8", "10", "9"]
