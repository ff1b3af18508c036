"""What pictures are to be taken for: their labels, or shares of classes where they are mixed; what classes weigh."""

from __future__ import annotations

import torch
from torch import Tensor

from workbench.core.data.balance import class_weights
from workbench.core.data.batches import Batch, step_lots
from workbench.core.data.images import ImageData
from workbench.core.data.mixing import MIXINGS, one_hot
from workbench.core.training.plan import TrainingPlan
from workbench.core.training.slices import Slice


class Targets:
    """Makes the targets of a plan for a set of pictures."""

    def __init__(self, plan: TrainingPlan, data: ImageData, device: torch.device) -> None:
        self._plan, self._classes = plan, len(data.classes)
        self.weights: Tensor | None = None
        """The weight of each class in the loss, or None where all weigh the same."""
        if plan.class_weights != "none":
            weights = class_weights(data.train.labels, self._classes, plan.class_weights)
            self.weights = torch.tensor(weights, dtype=torch.float32, device=device)

    def of(self, images: Tensor, labels: Tensor, place: tuple[int, int, int], slice_: Slice | None = None) -> Batch:
        """The pictures of a step, `place` being (seed, epoch, step), and their targets, mixed as the plan says.

        Those of a slice of the step are mixed as in the whole step.
        """
        if self._plan.mixing == "none":
            return images, labels
        whole, places = (slice_.whole, slice_.places) if slice_ else (len(labels), None)
        lots = step_lots(place, whole, purpose="mixing", places=places)
        mixed = MIXINGS[self._plan.mixing](images, one_hot(labels, self._classes), lots, self._plan.mixing_alpha)
        return mixed if slice_ is None else slice_.without_neighbour(*mixed)
