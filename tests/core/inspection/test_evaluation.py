"""Evaluation against scikit-learn, and its manners."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from sklearn import metrics
from torch import Tensor, nn

from workbench.core.data.images import ImagePart
from workbench.core.data.preprocessing import Framing, Preprocessing, to_tensor
from workbench.core.inspection.evaluation import evaluate
from workbench.errors import WorkbenchError

CLASSES = ("ant", "bee", "cat", "dog")
PREPROCESSING = Preprocessing(Framing(3, 6, 6), mean=(0.5, 0.5, 0.5), std=(0.25, 0.25, 0.25))


class Guesser(nn.Module):
    """A fixed random map from pixels to scores, with dropout to tell training from evaluation."""

    def __init__(self, outputs: int = 4) -> None:
        super().__init__()
        torch.manual_seed(1)
        self.dropout = nn.Dropout(0.9)
        self.linear = nn.Linear(3 * 6 * 6, outputs)
        self.batches: list[int] = []

    def forward(self, images: Tensor) -> Tensor:
        self.batches.append(len(images))
        scores: Tensor = self.linear(self.dropout(images).flatten(1))
        return scores


@pytest.fixture
def part() -> ImagePart:
    random = np.random.default_rng(0)
    images = random.integers(0, 256, (101, 6, 6, 3), dtype=np.uint8)
    return ImagePart(images, random.integers(0, 3, 101))  # no picture of the last class


def test_figures_equal_scikit_learns(part: ImagePart) -> None:
    module = Guesser()
    result = evaluate(module, part, PREPROCESSING, classes=CLASSES, batch_size=32)
    with torch.no_grad():
        probabilities = module.eval()(to_tensor(part.images, PREPROCESSING)).double().softmax(1).numpy()
    predicted = probabilities.argmax(1)
    assert result.accuracy == pytest.approx(metrics.accuracy_score(part.labels, predicted))
    assert result.loss == pytest.approx(metrics.log_loss(part.labels, probabilities, labels=range(4)), rel=1e-5)
    assert (result.confusion == metrics.confusion_matrix(part.labels, predicted, labels=range(4))).all()
    precision, recall, _, support = metrics.precision_recall_fscore_support(
        part.labels, predicted, labels=range(4), zero_division=0
    )
    assert [score.precision for score in result.per_class] == pytest.approx(list(precision))
    assert [score.recall for score in result.per_class] == pytest.approx(list(recall))
    assert [score.count for score in result.per_class] == list(support)
    assert [score.name for score in result.per_class] == list(CLASSES)


def test_every_mistake_is_listed_the_most_confident_first(part: ImagePart) -> None:
    module = Guesser()
    result = evaluate(module, part, PREPROCESSING, classes=CLASSES)
    assert len(result.wrong) == result.count - result.confusion.trace()
    confidences = [wrong.confidence for wrong in result.wrong]
    assert confidences == sorted(confidences, reverse=True)
    first = result.wrong[0]
    with torch.no_grad():
        probabilities = module.eval()(to_tensor(part.images[[first.index]], PREPROCESSING)).softmax(1)[0]
    assert first.predicted == int(probabilities.argmax()) != first.label == part.labels[first.index]
    assert first.confidence == pytest.approx(float(probabilities.max()), rel=1e-4)


def test_modes_come_back_and_progress_is_told(part: ImagePart) -> None:
    module, told = Guesser().train(), []
    evaluate(module, part, PREPROCESSING, classes=CLASSES, batch_size=40, progress=lambda *done: told.append(done))
    assert module.training and module.dropout.training
    assert module.batches == [40, 40, 21]
    assert told == [(40, 101), (80, 101), (101, 101)]


def test_progress_may_cancel(part: ImagePart) -> None:
    module = Guesser().train()

    def cancel(done: int, total: int) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        evaluate(module, part, PREPROCESSING, classes=CLASSES, batch_size=10, progress=cancel)
    assert module.batches == [10] and module.training


def test_what_does_not_fit_is_said(part: ImagePart) -> None:
    with pytest.raises(WorkbenchError, match="gives 2 values for each picture, the data has 4 classes"):
        evaluate(Guesser(outputs=2), part, PREPROCESSING, classes=CLASSES)
    with pytest.raises(WorkbenchError, match="no pictures"):
        evaluate(Guesser(), ImagePart(part.images[:0], part.labels[:0]), PREPROCESSING, classes=CLASSES)
