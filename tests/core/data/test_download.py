"""Downloads from a server that stalls, truncates, refuses and lies."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from workbench.core.data.download import DownloadCancelled, download
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


def test_an_answer_from_elsewhere_in_the_file_is_not_appended(file_server, tmp_path):
    file_server.manners = "other range"
    with pytest.raises(WorkbenchError, match="another part of the file"):
        fetch(file_server, tmp_path / "cache")
    file_server.manners = "good"
    assert fetch(file_server, tmp_path / "cache").read_bytes() == file_server.content


def test_a_checksum_decides(file_server, tmp_path):
    right = "md5:" + hashlib.md5(file_server.content).hexdigest()
    assert fetch(file_server, tmp_path / "cache", checksum=right).is_file()
    with pytest.raises(WorkbenchError, match="MD5"):
        fetch(file_server, tmp_path / "other", checksum="md5:" + "0" * 32)
    assert left(tmp_path / "other") == []


@pytest.mark.skipif(os.name != "posix", reason="needs SIGKILL")
def test_a_killed_download_is_taken_up(file_server, tmp_path):
    file_server.manners = "stalls"
    code = (
        "import sys; from pathlib import Path; from workbench.core.data.download import download\n"
        "download(sys.argv[1], Path(sys.argv[2]), timeout=60, progress=lambda done, total: print(done, flush=True))"
    )
    path = tmp_path / file_server.url.rsplit("/", 1)[-1]
    process = subprocess.Popen([sys.executable, "-c", code, file_server.url, str(path)], stdout=subprocess.PIPE)
    while int(process.stdout.readline()) < len(file_server.content) // 2:
        pass
    process.kill()
    process.communicate()
    assert left(tmp_path) == [".part"]
    assert fetch(file_server, tmp_path).read_bytes() == file_server.content
    assert file_server.requests == [None, f"bytes={len(file_server.content) // 2}-"]


def test_a_stall_without_end_gives_up(file_server, tmp_path):
    file_server.manners = "stalls"
    with pytest.raises(WorkbenchError, match=r"(?i)timed out"):
        fetch(file_server, tmp_path / "cache", attempts=0)


def test_a_folder_that_cannot_be_written_is_named(file_server, tmp_path):
    (tmp_path / "cache").write_text("a file where the folder should be")
    with pytest.raises(WorkbenchError, match="Could not write"):
        fetch(file_server, tmp_path / "cache")
