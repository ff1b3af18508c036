"""Training plans as files: versioned JSON that a person can read, and how the plans of older versions are read.

In a file a choice is a record with its name as `kind`, or the name alone. Version 1 had no version in it: its options
stood beside each other in the plan.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from workbench.core.training.choices import RECORDS
from workbench.core.training.plan import TrainingPlan
from workbench.errors import WorkbenchError
from workbench.files import BROKEN_JSON

FORMAT: Literal["cnn-workbench/plan"] = "cnn-workbench/plan"
VERSION = 2
_OPTIONS_1 = {
    "optimizer": {"sgd": ("momentum",), "adamw": ()},
    "schedule": {"step": ("step_size", "gamma"), "constant": (), "cosine": ()},
}
_DEFAULTS_1 = {"optimizer": "adamw", "schedule": "cosine"}


def plan_to_json(plan: TrainingPlan) -> bytes:
    """The plan as an indented JSON text with a line end."""
    held = {"format": FORMAT, "version": VERSION, **msgspec.to_builtins(plan)}
    return msgspec.json.format(msgspec.json.encode(held), indent=1) + b"\n"


def plan_from_json(text: bytes, *, source: str = "this plan") -> TrainingPlan:
    """The plan in a JSON text; raises `WorkbenchError` naming the field that is wrong."""
    try:
        held = msgspec.json.decode(text, type=dict[str, Any])
        version = held.pop("version", 1)
        held.pop("format", None)
        if isinstance(version, bool) or version not in range(1, VERSION + 1):
            raise WorkbenchError(
                f"{source} was written by a newer version", f"its format is {version}, this program reads {VERSION}"
            )
        return msgspec.convert(_spelled_out(_from_version_1(held) if version == 1 else held), TrainingPlan)
    except BROKEN_JSON as error:
        raise WorkbenchError(f"{source} is not a training plan", str(error)) from error


def _spelled_out(held: dict[str, Any]) -> dict[str, Any]:
    """Choices given by their name alone as records."""
    names = {field: {"kind": held[field]} for field in RECORDS if isinstance(held.get(field), str)}
    return {**held, **names}


def _from_version_1(held: dict[str, Any]) -> dict[str, Any]:
    """A plan whose options stood beside each other: each goes to the choice it belongs to, the others meant nothing."""
    held = dict(held)
    for field, kinds in _OPTIONS_1.items():
        if isinstance(name := held.get(field, _DEFAULTS_1[field]), str):
            values = {option: held.pop(option) for options in kinds.values() for option in options if option in held}
            held[field] = {
                "kind": name,
                **{option: values[option] for option in kinds.get(name, ()) if option in values},
            }
    if "label_smoothing" in held:
        held["loss"] = {"kind": "cross-entropy", "label_smoothing": held.pop("label_smoothing")}
    if isinstance(held.get("phases"), list):
        held["phases"] = [_phase_from_version_1(phase) for phase in held["phases"]]
    return held


def _phase_from_version_1(phase: Any) -> Any:
    if not isinstance(phase, dict):
        return phase
    rest = {name: value for name, value in phase.items() if name != "freeze_norm"}
    return {**rest, "norm": "affine"} if phase.get("freeze_norm") else rest
