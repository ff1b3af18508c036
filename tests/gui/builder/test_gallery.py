"""The gallery of starting points: what is offered, in which order, how it is chosen, and what each card opens."""

from __future__ import annotations

import sys
from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from workbench.core.graph.storage import save_network
from workbench.core.modelling.landmarks.figures import Figures
from workbench.core.modelling.memory import training_memory
from workbench.core.modelling.opening import torchvision_names
from workbench.core.modelling.preview import MOST_CARDS, preview
from workbench.core.modelling.preview_child import Portrait, portrait
from workbench.core.modelling.zoo import READY
from workbench.gui import theme
from workbench.gui.builder.gallery import gallery_offers, gallery_store, ready_networks
from workbench.gui.builder.gallery.gallery_card import paint_preview
from workbench.gui.builder.gallery.gallery_fit import FITS, FreeMemory, free_for_training, told_fit
from workbench.gui.builder.gallery.gallery_offers import arranged, offers, with_portrait
from workbench.gui.builder.gallery.ready_networks import ReadyNetworks
from workbench.gui.builder.room import BuildRoom


@pytest.fixture(autouse=True)
def kept_portraits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Portrait]:
    """Portraits of all networks as if they had been made before: no process is started."""
    monkeypatch.setenv("WORKBENCH_CACHE", str(tmp_path / "cache"))
    drawn = preview(READY["mini_resnet"].build())
    made = {
        name: Portrait(
            name, Figures((3, 32, 32), 1000 * number, 0.01 * number, 99.0 - number), drawn, step_bytes=number * 10**9
        )
        for number, name in enumerate([*READY, *torchvision_names()], start=1)
    }
    gallery_store.kept_path().write_bytes(msgspec.json.encode(made))
    return made


@pytest.fixture
def gallery(room: BuildRoom, qtbot: QtBot) -> ReadyNetworks:
    """The gallery over the room, with everything drawn."""
    made = room.choose_ready()
    qtbot.waitUntil(lambda: all(offer.portrait for offer in made.list.offers.shown if offer.sort == "ready"))
    return made


def titles(gallery: ReadyNetworks) -> list[str]:
    return [offer.title for offer in gallery.list.offers.shown]


def test_everything_is_offered_in_the_order_of_years(gallery: ReadyNetworks) -> None:
    shown = gallery.list.offers.shown
    assert [offer.sort for offer in shown[:3]] == ["empty", "file", "code"]
    assert {offer.key for offer in shown[3:]} == {*READY, *torchvision_names()}
    years = [offer.year or 0 for offer in shown[3:]]
    assert years == sorted(years) and years[0] == 1998 and years[-1] >= 2022
    assert gallery.chosen == "lenet5"


def test_words_are_found_in_names_ideas_authors_and_years(gallery: ReadyNetworks, qtbot: QtBot) -> None:
    qtbot.keyClicks(gallery.search, "shortcuts 2015 he")
    assert {"resnet18", "resnet50"} <= set(titles(gallery)) and "vgg16" not in titles(gallery)
    assert gallery.chosen == titles(gallery)[0]
    gallery.search.setText("nothing has this")
    assert titles(gallery) == [] and gallery.nothing.isVisible() and not gallery.open_button.isEnabled()
    gallery.search.clear()
    assert len(titles(gallery)) == 3 + len(READY) + 82


def test_sorting_and_filtering(gallery: ReadyNetworks) -> None:
    gallery.order.setCurrentText("Parameters")
    ready = [offer for offer in gallery.list.offers.shown if offer.sort == "ready"]
    assert [offer.key for offer in ready] == [*READY, *torchvision_names()]
    gallery.filter.setCurrentText("Tutorial, small pictures")
    assert titles(gallery)[3:] == list(READY)


@pytest.mark.parametrize("place", ["in memory", "on the graphics processor"])
def test_what_fits_is_what_a_training_step_takes(
    gallery: ReadyNetworks, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    """The portrait with the number n says that a step takes n GB."""
    for module in (gallery_offers, ready_networks):
        monkeypatch.setattr(module, "free_for_training", lambda: FreeMemory(5e9, place))
    gallery.filter.setCurrentText(FITS)
    assert set(titles(gallery)[3:]) == set(list(READY)[:4])
    gallery.filter.setCurrentText("All")
    for name, verdict in ((list(READY)[3], "takes about 4 GB and fits"), ("vgg16", "does not fit")):
        gallery.choose(name)
        assert verdict in gallery.story.text()
        assert "32 pictures of 3 × 32 × 32 takes" in gallery.story.text()
        assert f"5 GB are free {place}" in gallery.story.text()


def test_a_portrait_tells_what_a_training_step_takes() -> None:
    network = READY["lenet5"].build()
    assert portrait("lenet5").step_bytes == training_memory(network, batch=32, optimizer="adamw").total
    assert told_fit(Portrait("lenet5"), FreeMemory(1e9, "")) == ""
    assert free_for_training().size > 0


def test_the_keyboard_moves_from_the_search_field_to_the_cards(gallery: ReadyNetworks, qtbot: QtBot) -> None:
    gallery.search.setFocus()
    before = gallery.chosen
    qtbot.keyClick(gallery.search, Qt.Key.Key_Down)
    assert gallery.chosen not in ("", before)
    assert gallery.chosen in gallery.story.text() or gallery.story.text()


def test_a_double_click_on_a_card_opens_it(gallery: ReadyNetworks, room: BuildRoom, qtbot: QtBot) -> None:
    gallery.choose("mini_vgg")
    index = gallery.list.currentIndex()
    place = gallery.list.visualRect(index).center()
    qtbot.mouseClick(gallery.list.viewport(), Qt.MouseButton.LeftButton, pos=place)
    qtbot.mouseDClick(gallery.list.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert room.workspace.document.network == READY["mini_vgg"].build()
    assert not gallery.isVisible()


def test_the_empty_network_is_one_of_the_cards(gallery: ReadyNetworks, room: BuildRoom) -> None:
    gallery.list.choose("Empty network")
    gallery.open_chosen()
    assert len(room.workspace.document.network) == 2


@pytest.mark.parametrize(("card", "asked"), [("From a file…", "Open a network"), ("From code…", "Open a module")])
def test_files_and_code_are_asked_for(
    gallery: ReadyNetworks, room: BuildRoom, monkeypatch: pytest.MonkeyPatch, card: str, asked: str
) -> None:
    titles_asked: list[str] = []
    monkeypatch.setattr(room.documents, "_ask_file", lambda title, _filters: titles_asked.append(title))
    gallery.list.choose(card)
    gallery.open_chosen()
    assert len(titles_asked) == 1 and titles_asked[0].startswith(asked)


def test_a_recent_file_is_one_of_the_cards(room: BuildRoom, tmp_path: Path) -> None:
    path = save_network(READY["tiny_cnn"].build(), tmp_path / "mine")
    gallery = ReadyNetworks(room.workspace.jobs, room, recent=[str(path)])
    gallery.wanted.connect(room._start_from)
    gallery.list.choose(str(path))
    assert gallery.list.chosen is not None and gallery.list.chosen.title == "mine"
    gallery.open_chosen()
    assert room.workspace.document.path == path


def test_new_shows_the_gallery(room: BuildRoom) -> None:
    room.documents.new.trigger()
    assert room.findChild(ReadyNetworks, "ready-networks") is not None


def test_a_card_says_what_is_known(gallery: ReadyNetworks) -> None:
    gallery.choose("resnet50")
    offer = gallery.list.chosen
    assert offer is not None and offer.about.startswith("Bottlenecks")
    assert "See layer1.0." in gallery.story.text() and "arXiv:1512.03385" in gallery.story.text()
    assert "resnet50, 2015" in str(gallery.list.currentIndex().data(Qt.ItemDataRole.AccessibleTextRole))


def test_a_drawing_without_numbers_does_not_take_the_numbers_away() -> None:
    offer = next(offer for offer in offers() if offer.key == "lenet5")
    assert offer.figures == "…"
    counted = with_portrait(offer, Portrait("lenet5", Figures((1, 32, 32), 61_706, 0.0004)))
    assert counted.figures.startswith("61,706")
    assert with_portrait(counted, Portrait("lenet5", preview=preview(READY["lenet5"].build()))) is counted


def test_what_could_not_be_drawn_says_why() -> None:
    offer = next(offer for offer in offers() if offer.key == "vgg16")
    assert "no module" in with_portrait(offer, Portrait("vgg16", error="ImportError: no module")).story


def test_a_broken_cache_is_no_reason_to_stop() -> None:
    gallery_store.kept_path().write_bytes(b"{")
    assert gallery_store.kept() == {}


def test_tutorial_networks_are_drawn_before_any_process_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    gallery_store.kept_path().unlink()
    monkeypatch.setattr(gallery_store, "_made", lambda names, wanted: iter(()))
    put: list[Portrait] = []
    assert gallery_store._fetch(put.append, lambda: True) == 0
    assert {portrait.name for portrait in put} == set(READY) and all(portrait.preview for portrait in put)


def test_the_process_draws_and_counts_and_ends_when_nobody_waits() -> None:
    (one,) = gallery_store._made(["lenet5"], lambda: True)
    assert one.figures is not None and one.figures.parameters == 61_706
    assert one.preview == preview(READY["lenet5"].build())
    assert list(gallery_store._made(["lenet5", "vgg19"], lambda: False)) == []


@pytest.mark.parametrize("name", READY)
def test_a_drawing_has_every_card_once_and_nothing_overlaps(name: str) -> None:
    drawn = preview(READY[name].build())
    assert 0 < len(drawn.cards) <= MOST_CARDS and drawn.lines
    for number, one in enumerate(drawn.cards):
        for other in drawn.cards[number + 1 :]:
            apart = abs(one.left - other.left) >= 216 or abs(one.top - other.top) >= min(one.height, other.height)
            assert apart, (one, other)


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_a_drawing_is_painted_in_the_colours_of_its_layers(qapp: QApplication, mode: str) -> None:
    colours = theme.apply(qapp, mode)
    picture = QImage(220, 84, QImage.Format.Format_RGB32)
    picture.fill(colours.raised)
    painter = QPainter(picture)
    paint_preview(painter, preview(READY["cifar10cnn"].build()), QRectF(0, 0, 220, 84))
    painter.end()
    theme.apply(qapp, "light")
    seen = {picture.pixelColor(x, y).name() for x in range(220) for y in range(84)}
    assert {colours.kind_colour(kind).name() for kind in ("Convolution", "Pooling", "Linear")} <= seen


def test_arranging_leaves_the_order_of_equals(kept_portraits: dict[str, Portrait]) -> None:
    everything = offers()
    found = [offer.key for offer in arranged(everything, "", order="Parameters", chosen="All") if offer.sort == "ready"]
    assert found == [offer.key for offer in everything if offer.sort == "ready"], "nothing is counted yet"


def test_the_gallery_loads_no_torch() -> None:
    import subprocess

    code = "import workbench.gui.builder.gallery.ready_networks, sys; print('torch' in sys.modules)"
    output = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert output.split() == ["False"]
