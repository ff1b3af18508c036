"""What is wrong with a sweep, told before anything is trained: each field with its reason."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from typing import Any

from workbench.core.runs.sweeps.methods import Grid
from workbench.core.runs.sweeps.space import (
    Dimension,
    Range,
    Space,
    combination_count,
    combinations,
    is_option,
    plan_at,
    spelled,
)
from workbench.core.runs.sweeps.spelling import HOW, field_title, searchable
from workbench.core.runs.sweeps.sweep import Search
from workbench.core.training.choices import choices, field_of
from workbench.core.training.plan import TrainingPlan, changed
from workbench.errors import Problem, WorkbenchError

LARGEST_GRID = 10_000
TRIED = 500
"""So many combinations are looked at one by one."""
NOT_SEARCHED = {
    "seed": "a sweep trains every point with each of its seeds",
    "network": "a sweep trains one network",
    "data": "figures on other pictures cannot be compared",
    "validation_share": "figures on other pictures cannot be compared",
    "split_seed": "figures on other pictures cannot be compared",
    "near_duplicates": "figures on other pictures cannot be compared",
    "monitor": "it says what is searched for",
    "device": "it changes nothing but the time",
}
IN_PHASES = ("epochs", "learning_rate")


def search_problems(plan: TrainingPlan, search: Search) -> tuple[Problem, ...]:
    """A problem for each field that cannot be searched, and for what else cannot be done."""
    found = [problem for name, values in search.space.items() for problem in _problems(plan, search, name, values)]
    if not search.space:
        found.append(Problem("space", "Nothing is searched", "name a field and its values"))
    if len(set(search.seeds)) < len(search.seeds):
        found.append(Problem("seeds", "A seed is there twice", "equal seeds give equal runs"))
    if search.needs_optuna and find_spec("optuna") is None:
        who = str(search.method if search.method.learns else search.pruner)
        found.append(Problem("method", f"{who} needs Optuna", "install it with: pip install 'cnn-workbench[sweep]'"))
    return tuple(found or _together(plan, search))


def refuse_problems(problems: Sequence[Problem]) -> None:
    """Raise `WorkbenchError` with every problem, if there is any."""
    if problems:
        reason = "; ".join(f"{problem.where}: {_lower(problem)}" for problem in problems)
        raise WorkbenchError("This cannot be searched", reason)


def _lower(problem: Problem) -> str:
    text = problem.title[:1].lower() + problem.title[1:]
    return f"{text} ({problem.reason})" if problem.reason else text


def _problems(plan: TrainingPlan, search: Search, name: str, values: Dimension) -> Iterator[Problem]:
    title = f"The {field_title(name)} cannot be searched"
    if name in NOT_SEARCHED:
        yield Problem(name, title, NOT_SEARCHED[name])
    elif name not in searchable():
        yield Problem(name, title, "it is no field of a training plan that holds one value")
    elif name in IN_PHASES and plan.phases:
        yield Problem(name, title, "the plan has phases with epochs and rates of their own")
    elif wrong := _range_problem(values) if isinstance(values, Range) else "" if values.values else "no value is given":
        yield Problem(name, title, wrong)
    else:
        yield from _impossible(plan, search.space, name)
        if isinstance(search.method, Grid) and values.points() is None:
            yield Problem(name, "A grid needs to know how many", f"write {values}:5 for five of them")


def _range_problem(values: Range) -> str:
    """Why there is nothing between the limits, or an empty text."""
    if not values.low < values.high:  # also where one is no number
        return f"its lower limit {values.low:g} is not below {values.high:g}"
    if values.scale == "log" and values.low <= 0:
        return f"a log scale begins above 0, not at {values.low:g}"
    if values.count is not None and values.count < 2:
        return "a range has two points or more"
    return ""


def _impossible(plan: TrainingPlan, space: Space, name: str) -> Iterator[Problem]:
    """A problem for each value that the plan cannot have; that of an option where a choice has it."""
    for value in space[name].ends():
        tried = [_tried(base, name, value) for base in _bases(plan, space, name)]
        if not tried:
            owners = ", ".join(_owners(plan, space, name))
            yield Problem(name, f"The {field_title(name)} means nothing", f"{owners} has no such option: {HOW}")
            return
        if wrong := next(filter(None, tried), None):
            title = wrong.title if str(value) in wrong.title else f"{wrong.title}: {spelled(value)}"
            yield Problem(name, title, wrong.reason)


def _tried(plan: TrainingPlan, name: str, value: Any) -> Problem | None:
    """What is wrong with the field or the option itself once it has a value."""
    whose = field_of(name) if is_option(name) else None
    problems = changed(plan, **{name: value}).field_problems()
    return next((problem for problem in problems if problem.where in (name, whose)), None)


def _owners(plan: TrainingPlan, space: Space, name: str) -> list[str]:
    """The choices that the sweep makes in the field whose option it is."""
    field = field_of(name) or ""
    return [str(value) for value in space[field].ends()] if field in space else [str(getattr(plan, field))]


def _bases(plan: TrainingPlan, space: Space, name: str) -> list[TrainingPlan]:
    """The plans in which a name means something."""
    field = field_of(name)
    if not is_option(name) or field is None:
        return [plan]
    known = [changed(plan, **{field: owner}) for owner in _owners(plan, space, name) if owner in choices(field)]
    return [each for each in known if name in getattr(each, field).__struct_fields__]


def _together(plan: TrainingPlan, search: Search) -> list[Problem]:
    """What is possible alone and not together, as far as there are few enough combinations to look at."""
    if not isinstance(search.method, Grid) and any(isinstance(each, Range) for each in search.space.values()):
        return []
    count = combination_count(search.space)
    if isinstance(search.method, Grid) and count > LARGEST_GRID:
        return [Problem("space", f"The grid has {count:,} points", f"at most {LARGEST_GRID:,} are possible")]
    if count > TRIED:
        return []
    tried = (problem for point in combinations(plan, search.space) for problem in plan_at(plan, point).field_problems())
    return list({(problem.where, problem.title): problem for problem in tried}.values())
