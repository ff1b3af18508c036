"""The training settings of last time, kept between two starts."""

from __future__ import annotations

from contextlib import suppress

import msgspec

from workbench.core.training.plan import TrainingPlan
from workbench.core.training.plan_files import plan_from_json, plan_to_json
from workbench.core.training.recipes import plain
from workbench.errors import WorkbenchError
from workbench.files import BROKEN_JSON, write_atomically
from workbench.gui.training.thread import Where
from workbench.paths import config_folder

FILE = "training.json"
WHERE_FILE = "training-process.json"
FIRST_EPOCHS = 5
"""Enough to see the curves bend, few enough for a first try on a laptop."""


def recalled() -> TrainingPlan:
    """The settings of last time, or those of a first try; a file that cannot be read is no reason to stop."""
    try:
        plan = plan_from_json((config_folder() / FILE).read_bytes())
    except (OSError, WorkbenchError):
        return TrainingPlan(epochs=FIRST_EPOCHS)
    return plan if not plan.field_problems() else TrainingPlan(epochs=FIRST_EPOCHS)


def remember(plan: TrainingPlan) -> None:
    """Keep the settings of a plan, without what belongs to its network; where nothing can be written they are lost."""
    with suppress(OSError, WorkbenchError):
        write_atomically(config_folder() / FILE, plan_to_json(without_subject(plan)))


def recalled_where() -> Where:
    """Where the last training ran."""
    try:
        return msgspec.json.decode((config_folder() / WHERE_FILE).read_bytes(), type=Where)
    except (OSError, *BROKEN_JSON):
        return "here"


def remember_where(where: Where) -> None:
    """Keep where a training runs; where nothing can be written it is lost."""
    with suppress(OSError, WorkbenchError):
        write_atomically(config_folder() / WHERE_FILE, msgspec.json.encode(where))


def without_subject(plan: TrainingPlan) -> TrainingPlan:
    """The plan without names of nodes and files, which another network or another day may not have."""
    from workbench.core.training.plan import changed

    own = plain(TrainingPlan())
    names = ("network", "data", "weights", "fresh", "preprocessing", "recompute", "frozen", "groups", "phases")
    return changed(plan, **{name: getattr(own, name) for name in names})
