"""What the parts of a plan come to in a network: how many parameters a pattern takes, and how many a phase trains."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from workbench.core.graph.network import Network
from workbench.core.training.phases import ParameterGroup, Phase, fits, is_frozen
from workbench.core.training.plan import TrainingPlan, unknown_names
from workbench.errors import Problem


@dataclass(frozen=True)
class Parameters:
    """The parameters of a network: how many numbers each holds, and the layers of batch normalization."""

    network: str
    sizes: Mapping[str, int]
    norms: frozenset[str]

    @property
    def total(self) -> int:
        """All numbers."""
        return sum(self.sizes.values())


def parameters_of(network: Network) -> Parameters:
    """The parameters of a network, without their values. Loads torch; raises `WorkbenchError` if it cannot be built."""
    import torch

    from workbench.core.modelling.compile import build_module

    module = build_module(network, device="meta")
    sizes = {name: parameter.numel() for name, parameter in module.named_parameters()}
    norms = frozenset(
        name for name, layer in module.named_modules() if isinstance(layer, torch.nn.modules.batchnorm._NormBase)
    )
    return Parameters(network.name, sizes, norms)


def taken(parameters: Parameters, groups: Sequence[ParameterGroup]) -> tuple[int, ...]:
    """The numbers that each group takes; a parameter goes to the first group that fits."""
    counts = [0] * len(groups)
    for name, size in parameters.sizes.items():
        number = next((number for number, group in enumerate(groups) if fits(name, group.pattern)), None)
        if number is not None:
            counts[number] += size
    return tuple(counts)


def trained(parameters: Parameters, phase: Phase) -> int:
    """The numbers that a phase changes."""
    return sum(size for name, size in parameters.sizes.items() if _trains(name, parameters, phase))


def part_problems(plan: TrainingPlan, parameters: Parameters) -> tuple[Problem, ...]:
    """A problem for each pattern that takes no parameter, and for each phase that trains none."""
    found = [*_idle_groups(plan.groups, "groups", parameters)]
    for number, phase in enumerate(plan.all_phases()):
        found += _idle_groups(phase.groups, f"phases.{number}.groups", parameters)
        if not trained(parameters, phase):
            found.append(_idle_phase(plan, number))
    return tuple(found)


def misfits(plan: TrainingPlan, network: Network) -> tuple[Problem, ...]:
    """What keeps a plan from training a network: names it does not have, parts that come to nothing. Loads torch."""
    unknown = unknown_names(plan, network)
    if unknown or not (plan.groups or plan.phases or plan.frozen):
        return unknown
    found = part_problems(plan, parameters_of(network))
    return tuple(problem for problem in found if problem.level == "error")


def _trains(name: str, parameters: Parameters, phase: Phase) -> bool:
    stays = phase.norm == "frozen" and name.rpartition(".")[0] in parameters.norms
    return not stays and not is_frozen(name, phase)


def _idle_phase(plan: TrainingPlan, number: int) -> Problem:
    reason = "all parameters are frozen: let a node or a group train"
    if plan.phases:
        return Problem(f"phases.{number}.trainable", f"Phase {number + 1} trains nothing", reason)
    return Problem("frozen", "The plan trains nothing", reason)


def _idle_groups(groups: Sequence[ParameterGroup], where: str, parameters: Parameters) -> Iterator[Problem]:
    for number, (group, count) in enumerate(zip(groups, taken(parameters, groups), strict=True)):
        if count or not group.pattern:
            continue
        place, title = f"{where}.{number}.pattern", f"{group.pattern} takes no parameter of {parameters.network}"
        if any(fits(name, group.pattern) for name in parameters.sizes):
            yield Problem(place, title, "groups above it take all of them: move it up", "warning")
        else:
            yield Problem(place, title, "write a node, a group, or names with * and ?, as layer4.* or *.bias")
