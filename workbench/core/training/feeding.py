"""The batches that a training job learns from, and those it is judged by."""

from __future__ import annotations

from workbench.core.data.batches import Batches
from workbench.core.training.beginning import TrainingJob

VALIDATION_BATCH = 500
VALIDATION_PIXELS = 2_000_000
"""A validation batch holds at most so many pictures, and so many pixels: 224 x 224 needs smaller ones than 32 x 32."""


def training_batches(job: TrainingJob) -> Batches:
    """Those of a step, its parts included."""
    return Batches(
        job.data.train,
        preprocessing=job.preprocessing,
        batch_size=job.plan.batch_size * job.plan.accumulation,
        seed=job.plan.seed,
        augmentation=job.plan.augmentation,
        steps=job.plan.augmentation_steps,
        sampling=job.plan.sampling,
        device=job.device,
    )


def validation_batches(job: TrainingJob) -> Batches:
    """Those of the held-out part, as large as is useful."""
    framing = job.preprocessing.framing
    size = min(VALIDATION_BATCH, max(1, VALIDATION_PIXELS // (framing.height * framing.width)))
    return Batches(job.data.validation, preprocessing=job.preprocessing, batch_size=size, seed=0, device=job.device)
