"""What learns: the network, its optimizer with the rate of each step, and the average of its weights."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import cycle
from typing import Any

from torch import Tensor, fx, nn

from workbench.core.graph.network import Network
from workbench.core.modelling.heads import first_layers, head_of
from workbench.core.modelling.recompute import recomputing
from workbench.core.training.freezing import set_trainable, set_training_mode
from workbench.core.training.grouping import parameter_groups
from workbench.core.training.phases import Phase, is_below
from workbench.core.training.plan import TrainingPlan
from workbench.core.training.rates import rates_of_epoch
from workbench.core.training.stopping import Outcome
from workbench.errors import WorkbenchError


class Learner:
    """A network in training: everything that its steps read and change."""

    def __init__(self, plan: TrainingPlan, network: Network, module: fx.GraphModule, steps_per_epoch: int) -> None:
        self.plan, self.module = plan, module
        self.forward: Callable[[Tensor], Tensor] = recomputing(module, plan.recompute)
        self.averages = plan.averaging.begin(module, plan.total_epochs())
        self.rate = 0.0
        self._network, self._per_epoch = network, steps_per_epoch
        self._phase_began: int | None = None
        self.begin_epoch(0)

    @property
    def to_use(self) -> nn.Module:
        """The network to validate and to keep: the averaged one as soon as there is one."""
        averaged = self.averages.module if self.averages else None
        return self.module if averaged is None else averaged

    def begin_epoch(self, epoch: int, outcomes: Sequence[Outcome] = ()) -> None:
        """Set what trains and in which mode; a new phase gets an optimizer of its own.

        The `outcomes` of the epochs so far are for rates that follow them.
        """
        losses = [outcome.loss for outcome in outcomes]
        self._rates = rates_of_epoch(self.plan, epoch, per_epoch=self._per_epoch, losses=losses)
        phase, first_epoch = self.plan.phase_at(epoch)
        if first_epoch != self._phase_began:
            self._begin_phase(phase)
            self._phase_began = first_epoch
        set_training_mode(self.module, phase)

    def begin_step(self, step: int) -> None:
        """Set the learning rate of a step of this epoch (counted from 0 over the run)."""
        self.set_rate(self._rates[step % self._per_epoch])

    def set_rate(self, rate: float) -> None:
        """Let the next step be of this size; groups of parameters keep their share of it."""
        self.rate = rate
        for group, share in zip(self.optimizer.param_groups, cycle(self._shares)):
            group["lr"] = rate * share

    def limit_gradients(self) -> None:
        """Cut the gradients to the length of the plan, all together."""
        if self.plan.clip_norm is not None:
            nn.utils.clip_grad_norm_(self._trainable, self.plan.clip_norm)

    def end_step(self, step: int) -> None:
        """Take in the weights after a step (counted from 1)."""
        if self.averages:
            self.averages.after_step(self.module, step)

    def end_epoch(self, epoch: int, batches: Iterable[Tensor]) -> None:
        """Take in the weights after an epoch (counted from 1); the pictures are for the mean's normalization."""
        if self.averages:
            self.averages.after_epoch(self.module, epoch, batches)

    def state(self) -> dict[str, Any]:
        """All but the weights themselves."""
        averages = {"averages": self.averages.state()} if self.averages else {}
        return {"optimizer": self.optimizer.state_dict(), **averages}

    def restore(self, state: dict[str, Any], *, epoch: int, begun: bool) -> None:
        """Go on in an epoch; what the optimizer knows counts if the phase had `begun`."""
        self._phase_began = None
        self.begin_epoch(epoch)
        if begun or self.plan.phase_at(epoch)[1] < epoch:
            self.optimizer.load_state_dict(state["optimizer"])
        if self.averages:
            self.averages.restore(state["averages"])

    def _begin_phase(self, phase: Phase) -> None:
        self._trainable = set_trainable(self.module, phase)
        if not self._trainable:
            raise WorkbenchError(
                "Nothing would train", "every parameter is frozen", "Leave at least the head unfrozen."
            )
        groups = parameter_groups(self.module, self.plan, (*phase.groups, *self.plan.groups))
        self._shares = groups.rates
        with_rate = [{**group, "lr": phase.learning_rate} for group in groups.groups]
        self.optimizer = self.plan.optimizer.build(with_rate, self._ends())

    def _ends(self) -> list[nn.Parameter]:
        """The parameters of the layers that see the picture and of the one that scores the classes."""
        ends = (*first_layers(self._network), head_of(self._network))
        names = tuple(node.name for node in ends if node is not None)
        return [parameter for name, parameter in self.module.named_parameters() if is_below(name, names)]
