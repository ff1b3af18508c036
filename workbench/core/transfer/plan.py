"""The transfer plan: what the wizard and the command line fill in, and how it becomes a training plan."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta

from workbench.core.data.download import Progress
from workbench.core.graph.network import Network
from workbench.core.training.choices import choice_problem
from workbench.core.training.phases import Epochs
from workbench.core.training.plan import TrainingPlan
from workbench.core.transfer.adaptation import adapt
from workbench.core.transfer.backbones import BACKBONES, Backbone, backbone_named
from workbench.core.transfer.strategy import STRATEGIES
from workbench.core.transfer.weights import find_weights, weights_source
from workbench.errors import Problem, WorkbenchError


class TransferPlan(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A folder of photos, a backbone and a way to adapt it."""

    data: Annotated[str, Meta(description="A folder of photos with one folder for each class.")] = ""
    backbone: Annotated[str, Meta(description="The network to start from.")] = "mobilenet_v2"
    weights: Annotated[str | None, Meta(description="A file of its weights; None takes the published ones.")] = None
    strategy: Annotated[str, Meta(description="Which layers learn when.")] = "head"
    epochs: Epochs = 6
    batch_size: Annotated[int, Meta(ge=1, le=4096, description="Photos in one step.")] = 32
    augmentation: Annotated[str, Meta(description="How training photos are varied.")] = "flip"
    seed: Annotated[int, Meta(ge=0, le=2**31 - 1, description="Equal seeds give equal runs.")] = 0
    name: Annotated[str, Meta(description="The name of the run; empty takes the folder's and the backbone's.")] = ""

    def problems(self, backbones: Mapping[str, Backbone] = BACKBONES) -> tuple[Problem, ...]:
        """What is wrong with the plan, each problem at the name of its field; quick, and without opening the photos."""
        found = (
            self._data_problem(),
            self._backbone_problem(backbones),
            self._weights_problem(),
            self._strategy_problem(),
            choice_problem("augmentation", self.augmentation),
            *(self._limit_problem(field) for field in msgspec.structs.fields(self)),
            self._name_problem(),
        )
        return tuple(problem for problem in found if problem is not None)

    def run_name(self) -> str:
        """The name of the run: the given one, or one made of the folder and the backbone."""
        return self.name or f"{Path(self.data).name or 'photos'}-{self.backbone}"

    def _data_problem(self) -> Problem | None:
        if not self.data:
            return Problem("data", "Choose a folder of photos", "one folder in it for each class")
        if not Path(self.data).expanduser().is_dir():
            return Problem("data", "There is no such folder", self.data)
        return None

    def _backbone_problem(self, backbones: Mapping[str, Backbone]) -> Problem | None:
        if self.backbone in backbones:
            return None
        return Problem("backbone", f"There is no backbone {self.backbone}", f"choose one of {', '.join(backbones)}")

    def _weights_problem(self) -> Problem | None:
        if self.weights is None or Path(self.weights).expanduser().is_file():
            return None
        return Problem("weights", "There is no such file of weights", self.weights)

    def _strategy_problem(self) -> Problem | None:
        chosen = STRATEGIES.get(self.strategy)
        if chosen is None:
            return Problem(
                "strategy", f"There is no strategy {self.strategy}", f"choose one of {', '.join(STRATEGIES)}"
            )
        if 0 < self.epochs < chosen.fewest_epochs:
            title = f"“{chosen.title}” needs at least {chosen.fewest_epochs} epochs"
            return Problem("epochs", title, "each of its parts takes one or more")
        return None

    def _limit_problem(self, field: msgspec.structs.FieldInfo) -> Problem | None:
        try:
            msgspec.convert(getattr(self, field.name), field.type)
        except msgspec.ValidationError as error:
            return Problem(field.name, f"{field.name.replace('_', ' ')} is not possible", str(error))
        return None

    def _name_problem(self) -> Problem | None:
        if self.name and (Path(self.name).name != self.name or self.name.strip(" .") != self.name):
            return Problem("name", "This cannot be the name of a folder", self.name)
        return None


def training_plan(
    plan: TransferPlan,
    classes: int,
    *,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
    backbones: Mapping[str, Backbone] = BACKBONES,
) -> tuple[TrainingPlan, Network]:
    """The plan and the network of the run that a transfer plan stands for, for photos of so many classes.

    Fetches the backbone's weights if they are not there yet. Raises `WorkbenchError` for the first problem of the plan,
    for weights that cannot be had, and `DownloadCancelled` when told to stop.
    """
    for problem in plan.problems(backbones):
        raise WorkbenchError(problem.title, problem.reason)
    backbone = backbone_named(plan.backbone, backbones)
    preprocessing = weights_source(backbone, file=plan.weights).preprocessing
    weights = find_weights(backbone, file=plan.weights, progress=progress, cancelled=cancelled)
    phases = STRATEGIES[plan.strategy].phases(backbone, plan.epochs)
    training = TrainingPlan(
        network=backbone.name,
        data=str(Path(plan.data).expanduser().resolve()),
        epochs=plan.epochs,
        batch_size=plan.batch_size,
        learning_rate=phases[0].learning_rate,
        augmentation=plan.augmentation,
        seed=plan.seed,
        weights=str(weights.resolve()),
        fresh=(backbone.head,),
        preprocessing=preprocessing,
        phases=phases,
    )
    return training, adapt(backbone.network(), backbone, classes)
