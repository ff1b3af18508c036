"""Downloads from a server that stalls, truncates, refuses and lies."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbench.core.transfer.download import DownloadCancelled, download
from workbench.errors import WorkbenchError


def fetch(server, folder: Path, **options) -> Path:
    return download(server.url, folder / server.url.rsplit("/", 1)[-1], timeout=0.3, **options)


def left(folder: Path) -> list[str]:
    return sorted(path.suffix for path in folder.iterdir())


def test_a_file_arrives_whole_with_progress(file_server, tmp_path):
    seen = []
    path = fetch(file_server, tmp_path / "cache", progress=lambda done, total: seen.append((done, total)))
    assert path.read_bytes() == file_server.content
    assert seen[-1] == (len(file_server.content),) * 2
    assert left(path.parent) == [".pth"]


@pytest.mark.parametrize("manners", ["stalls", "truncates"])
def test_a_broken_connection_is_taken_up_where_it_ended(file_server, tmp_path, manners):
    file_server.manners = manners
    path = fetch(file_server, tmp_path / "cache")
    assert path.read_bytes() == file_server.content
    assert file_server.requests == [None, f"bytes={len(file_server.content) // 2}-"]


def test_a_server_that_cannot_take_up_sends_everything_again(file_server, tmp_path):
    file_server.manners = "no ranges"
    assert fetch(file_server, tmp_path / "cache").read_bytes() == file_server.content


def test_a_wrong_hash_leaves_nothing_behind(file_server, tmp_path):
    file_server.manners = "lies"
    with pytest.raises(WorkbenchError, match="SHA-256"):
        fetch(file_server, tmp_path / "cache")
    assert left(tmp_path / "cache") == []


def test_cancelling_keeps_what_came_and_the_next_download_goes_on(file_server, tmp_path):
    seen = []
    file_server.manners = "truncates"
    with pytest.raises(DownloadCancelled):
        fetch(file_server, tmp_path / "cache", progress=lambda *_: seen.append(True), cancelled=lambda: bool(seen))
    assert left(tmp_path / "cache") == [".part"]
    assert fetch(file_server, tmp_path / "cache").read_bytes() == file_server.content
    assert file_server.requests[-1].startswith("bytes=")


def test_no_connection_names_the_address_and_the_alternative(tmp_path):
    url = "http://127.0.0.1:9/net-00000000.pth"
    with pytest.raises(WorkbenchError) as caught:
        download(url, tmp_path / "net-00000000.pth", timeout=0.3)
    assert url in caught.value.title
    assert "refused" in caught.value.reason
    assert "choose it" in caught.value.hint
    assert list(tmp_path.iterdir()) == []


def test_a_missing_file_is_not_asked_for_again(file_server, tmp_path):
    file_server.manners = "missing"
    with pytest.raises(WorkbenchError, match="404"):
        fetch(file_server, tmp_path / "cache")
    assert len(file_server.requests) == 1


def test_a_stall_without_end_gives_up(file_server, tmp_path):
    file_server.manners = "stalls"
    with pytest.raises(WorkbenchError, match=r"(?i)timed out"):
        fetch(file_server, tmp_path / "cache", attempts=0)


def test_a_folder_that_cannot_be_written_is_named(file_server, tmp_path):
    (tmp_path / "cache").write_text("a file where the folder should be")
    with pytest.raises(WorkbenchError, match="Could not write"):
        fetch(file_server, tmp_path / "cache")
