"""The augmentation view: the very tensors of a training, presets, sliders, held-out pictures, errors."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QSlider
from pytestqt.qtbot import QtBot

from workbench.core.data.augment import AUGMENTATIONS, OPERATIONS, Step, step
from workbench.core.data.batches import Batches
from workbench.core.graph.edits import set_arguments
from workbench.core.graph.network import Network
from workbench.core.layers.arguments import arguments
from workbench.core.modelling.sketch import Sketch
from workbench.gui.data.augmentation_page import AugmentationPage
from workbench.gui.data.recipe_panel import OWN, Recipe, RecipePanel
from workbench.gui.data.room import DataRoom
from workbench.gui.data.sliders import OperationForm
from workbench.gui.shell import MainWindow
from workbench.gui.training.plan_form import PlanForm
from workbench.gui.widgets.pixels import to_qimage
from workbench.gui.workspace import Workspace

Settle = Callable[[], None]
LEFT = Qt.MouseButton.LeftButton


def small_network() -> Network:
    """Takes 3 × 12 × 12."""
    sketch = Sketch("small", (3, 12, 12))
    sketch.add("conv1", "Conv2d", out_channels=4)
    sketch.global_pool()
    sketch.add("fc", "Linear", out_features=3)
    return sketch.finish()


@pytest.fixture
def page(room: DataRoom, workspace: Workspace, settle: Settle) -> AugmentationPage:
    """The view with the first apple that is trained on."""
    workspace.document.open(small_network())
    assert room.holding is not None
    room.grid.choose(int(np.flatnonzero(~room.holding.held_out)[3]))
    page = room.desk.augmentation
    page.recipe.batch.setValue(5)
    room.desk.setCurrentWidget(page)
    settle()
    return page


def expected(page: AugmentationPage, recipe: Recipe) -> list[np.ndarray]:
    """The tensors of the picture in the batches of eight epochs, by walking through all of them."""
    prepared = page._prepared
    assert prepared is not None
    place = prepared.place(page._number)
    assert place is not None
    part, number = place
    marked = part.labels.copy()
    marked[number] = 1000
    part = type(part)(part.images, marked, part.files)
    batches = Batches(
        part,
        preprocessing=prepared.preprocessing,
        batch_size=recipe.batch_size,
        seed=recipe.seed,
        augmentation=recipe.preset,
        steps=recipe.steps,
    )
    return [
        image.numpy()
        for epoch in range(9)
        for images, labels in batches.epoch(epoch)
        for image, label in zip(images, labels, strict=True)
        if label == 1000
    ][:8]


def test_it_shows_the_very_tensors_of_the_training(page: AugmentationPage, settle: Settle) -> None:
    page.recipe.preset.setCurrentText("general")
    settle()
    variants = page._variants
    assert len(variants) == 9
    assert page.view.captions[0] == "Unvaried"
    for variant, tensor in zip(variants[1:], expected(page, page.recipe.recipe), strict=True):
        np.testing.assert_array_equal(variant.normalized, tensor)
    assert page.view.images[3] == to_qimage(variants[3].pixels)


def test_sliders_change_them_live_and_make_the_recipe_ones_own(
    page: AugmentationPage, room: DataRoom, settle: Settle
) -> None:
    page.recipe.preset.setCurrentText("general")
    settle()
    before = [variant.pixels.copy() for variant in page._variants]
    slider = page.findChild(QSlider, "data-2-degrees")
    slider.setValue(slider.maximum())
    settle()
    assert page.recipe.preset.currentText() == OWN
    assert page.recipe.steps()[1].arguments["degrees"] == 180
    np.testing.assert_array_equal(page._variants[0].pixels, before[0])
    assert not np.array_equal(page._variants[1].pixels, before[1])
    for variant, tensor in zip(page._variants[1:], expected(page, page.recipe.recipe), strict=True):
        np.testing.assert_array_equal(variant.normalized, tensor)


def test_without_augmentation_all_are_the_unvaried_one(page: AugmentationPage) -> None:
    assert page.recipe.preset.currentText() == "none"
    for variant in page._variants:
        np.testing.assert_array_equal(variant.normalized, page._variants[0].normalized)


def test_after_normalization_the_tensors_are_drawn_and_told(
    page: AugmentationPage, qtbot: QtBot, settle: Settle
) -> None:
    page.stage.setCurrentIndex(1)
    tensor = page._variants[0].normalized
    light = np.clip(np.rint((tensor + 2.5) * 51), 0, 255).astype(np.uint8).transpose(1, 2, 0)
    assert page.view.images[0] == to_qimage(light)
    words = page.view.describe(0, 2, 3)
    assert f"R {page._variants[0].pixels[2, 3, 0]} → {tensor[0, 2, 3]:+.4f}" in words
    qtbot.keyClick(page.view, Qt.Key.Key_Right)
    assert page.values.text().startswith("Epoch 1, step")


def test_a_held_out_picture_is_shown_once_and_unvaried(page: AugmentationPage, room: DataRoom, settle: Settle) -> None:
    page.recipe.preset.setCurrentText("strong")
    assert room.holding is not None
    room.grid.choose(int(np.flatnonzero(room.holding.held_out)[0]))
    settle()
    assert page.view.captions == ["Unvaried"]
    assert page.note.text().startswith("Held out")
    prepared = page._prepared
    assert prepared is not None
    batches = Batches(prepared.data.validation, preprocessing=prepared.preprocessing, batch_size=50, seed=0)
    images, _ = next(batches.in_order())
    np.testing.assert_array_equal(page._variants[0].normalized, images[0].numpy())


def test_a_picture_that_cannot_be_read_is_explained(page: AugmentationPage, room: DataRoom, settle: Settle) -> None:
    assert room.holding is not None
    broken = next(n for n, file in enumerate(room.holding.index.files) if Path(file).name == "broken.png")
    room.grid.choose(broken)
    settle()
    assert page.message_page.isVisible()
    assert page.message_page.headline.text() == "This picture is in neither part"


def test_a_broken_network_is_explained_and_a_mended_one_shown(
    page: AugmentationPage, workspace: Workspace, room: DataRoom, qtbot: QtBot, settle: Settle
) -> None:
    document = workspace.document
    document.apply(lambda network: set_arguments(network, "conv1", {"kernel_size": 40}), "Break it")
    page.refresh()
    settle()
    assert page.message_page.isVisible()
    assert page.message_page.sentence.text()
    document.undo()
    qtbot.mouseClick(page.message_page.button, LEFT)
    settle()
    assert page.view.isVisible()
    assert len(page._variants) == 9


def test_operations_are_added_and_left_out(page: AugmentationPage, qtbot: QtBot, settle: Settle) -> None:
    menu = page.recipe.operations.add.menu()
    assert menu is not None
    next(action for action in menu.actions() if action.text() == "Grayscale").trigger()
    assert page.recipe.recipe.steps == (Step("grayscale"),)
    next(action for action in menu.actions() if action.text() == "Horizontal flip").trigger()
    qtbot.mouseClick(page.findChild(QAbstractButton, "data-remove-1"), LEFT)
    assert page.recipe.preset.currentText() == "flip"
    settle()
    assert len(page._variants) == 9


def test_the_augmentation_is_taken_to_the_train_room(
    qtbot: QtBot, workspace: Workspace, folder: Path, settle: Settle
) -> None:
    workspace.data = str(folder)
    window = MainWindow(workspace)
    qtbot.addWidget(window)
    window.show()
    window.go("data")
    settle()
    recipe = window.findChild(RecipePanel)
    recipe.show_recipe(Recipe("none", (Step("rotation", {"degrees": 40.0}),), 0, 128))
    qtbot.mouseClick(recipe.use, LEFT)
    assert window.room == "train"
    form = window.findChild(PlanForm)
    assert form.plan().augmentation_steps == (Step("rotation", {"degrees": 40.0}),)
    assert form.own_augmentation.text() == "Own: rotation"
    assert not form.own_augmentation.isHidden()
    qtbot.mouseClick(form.own_augmentation, LEFT)
    assert not form.plan().augmentation_steps
    assert form.own_augmentation.isHidden()
    workspace.augmentation_requested.emit(("none", (Step("blur"),)))
    form.main.set_values({"augmentation": "flip"})
    assert (form.plan().augmentation, form.plan().augmentation_steps) == ("flip", ())
    workspace.augmentation_requested.emit(("cifar", ()))
    assert form.plan().augmentation == "cifar"


@pytest.mark.parametrize("preset", list(AUGMENTATIONS))
def test_every_preset_is_shown_as_it_is(preset: str, qtbot: QtBot) -> None:
    panel = RecipePanel()
    qtbot.addWidget(panel)
    panel.preset.setCurrentText(preset)
    assert panel.steps() == tuple(map(step, AUGMENTATIONS[preset]()))
    assert panel.sentence.text() == AUGMENTATIONS.help(preset)
    assert panel.recipe == Recipe(preset, (), 0, 128)


@pytest.mark.parametrize("name", list(OPERATIONS))
def test_every_operation_has_an_editor_for_each_argument(name: str, qtbot: QtBot) -> None:
    form = OperationForm(OPERATIONS[name](), 0, "data")
    qtbot.addWidget(form)
    assert form.step() == Step(name)
    for slider in form.findChildren(QSlider):
        assert slider.accessibleName()
        slider.setValue(slider.maximum())
    at_most = {argument.name: argument.maximum for argument in arguments(OPERATIONS[name]) if argument.maximum}
    usual = {argument.name: argument.default for argument in arguments(OPERATIONS[name])}
    moved = {name: value for name, value in at_most.items() if value != usual[name]}
    assert form.step().arguments == moved


def test_a_recipe_of_ones_own_is_shown(qtbot: QtBot) -> None:
    panel = RecipePanel()
    qtbot.addWidget(panel)
    recipe = Recipe("none", (Step("rotation", {"degrees": 33.3}), Step("blur", {"radius": 5})), 7, 64)
    panel.show_recipe(recipe)
    assert panel.recipe == recipe
