"""`workbench check`: what is odd about the pictures of a set, and deciding about them."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.cli.data import fetched_data
from workbench.cli.report import Counter, print_json, tell
from workbench.cli.verbs import Parser, json_option, verb
from workbench.errors import WorkbenchError

if TYPE_CHECKING:
    from workbench.core.data.decisions import Action, Decisions
    from workbench.core.data.health.checking import Report
    from workbench.core.data.health.finding import Finding, Way

SHOWN = 5
"""Pictures of a finding that are named; --json names all."""


def _arguments(parser: Parser) -> None:
    parser.add_argument("data", metavar="DATA", help="a data set by name, a file or a folder")
    parser.add_argument("--run", metavar="RUN", help="also find labels that this run doubts; its split counts")
    parser.add_argument(
        "--group-column",
        metavar="NAME",
        default="",
        help="a column of a table, or an array in an .npz, whose equal entries belong in one part",
    )
    parser.add_argument(
        "--group-pattern", metavar="NAME", default="", help="the same by a pattern in files' names, such as ^[^_]+"
    )
    parser.add_argument("--sheet", metavar="DIR", help="a picture of the pictures of each finding into this folder")
    one = parser.add_mutually_exclusive_group()
    one.add_argument(
        "--decide",
        metavar="FINDING[=WAY]",
        action="append",
        help="take a way out of a finding: exclude, relabel, move or confirm (the first one offered)",
    )
    one.add_argument("--exclude", metavar="PICTURE", nargs="+", help="leave pictures out, named as the report does")
    one.add_argument("--relabel", metavar=("CLASS", "PICTURE"), nargs="+", help="call pictures otherwise")
    one.add_argument("--move", metavar=("PART", "PICTURE"), nargs="+", help="move pictures to train or validation")
    one.add_argument("--confirm", metavar="PICTURE", nargs="+", help="say that labels are right, whatever a run says")
    one.add_argument("--undo", action="store_true", help="take back the last decision")
    one.add_argument("--redo", action="store_true", help="make the decision again that was taken back last")
    json_option(parser)


@verb("check", "DATA [--run RUN] [--decide FINDING]", "what is odd about the pictures of a set", arguments=_arguments)
def check(options: Namespace) -> None:
    """Check a set; decisions go into a list beside it, no picture is touched."""
    from workbench.core.data.decisions import redo, undo

    fetched_data(options.data)
    if options.undo or options.redo:
        _change(options.data, undo if options.undo else redo)
    elif options.exclude or options.relabel or options.move or options.confirm:
        _change(options.data, lambda decisions: _by_name(options, decisions))
    report = _checked(options)
    if options.decide:
        decisions = _decided(report, options.decide)
        _keep(report.place, decisions)
        report = _checked(options)
    if options.sheet:
        _draw(report, Path(options.sheet))
    if options.json:
        print_json(_record(report))
    else:
        _print(report)


def _checked(options: Namespace) -> Report:
    from workbench.core.data.health.checking import check as checked
    from workbench.core.data.split import Split, split_problems

    if options.run is not None:
        from workbench.core.runs.doubting import checked_with

        return checked_with(options.run, options.data, progress=Counter("Looked at"))
    split = Split(group_column=options.group_column, group_pattern=options.group_pattern)
    for problem in split_problems(split):
        raise WorkbenchError(problem.title, problem.reason)
    return checked(options.data, split=split, progress=Counter("Looked at"))


def _change(data: str, edit: Callable[[Decisions], Decisions]) -> None:
    from workbench.core.data.decisions import read_decisions
    from workbench.core.data.sources import decisions_place

    place = decisions_place(data)
    _keep(place, edit(read_decisions(place)))


def _keep(place: str, decisions: Decisions) -> None:
    from workbench.core.data.decisions import write_decisions

    count = len(decisions.made)
    tell(f"{count:,} {'decision' if count == 1 else 'decisions'} in {write_decisions(place, decisions)}")


def _by_name(options: Namespace, decisions: Decisions) -> Decisions:
    """The decisions with one about pictures that were named; calling labels right takes one for each class."""
    import numpy as np

    from workbench.core.data.arranging import confirmations, decision_for, picture_names
    from workbench.core.data.decisions import PARTS, Decision, Decisions, decided
    from workbench.core.data.sources import open_index

    index = open_index(options.data, decisions=Decisions())
    to, *named = options.relabel or options.move or ["", *(options.exclude or options.confirm)]
    numbers = {name: number for number, name in enumerate(picture_names(index))}
    unknown = [name for name in named if name not in numbers]
    if unknown or not named:
        raise WorkbenchError(f"There is no picture {', '.join(unknown[:3]) or 'named'} in {options.data}")
    if options.relabel and to not in index.classes:
        raise WorkbenchError(
            f"There is no class {to} in {options.data}", hint=f"It has {', '.join(index.classes[:10])}."
        )
    if options.move and to not in PARTS:
        raise WorkbenchError(f"There is no part {to}", hint=f"Possible are {' and '.join(PARTS)}.")
    chosen = np.array([numbers[name] for name in named], np.int64)
    if options.confirm:
        return confirmations(index, chosen, decisions)
    action: Action = "relabel" if options.relabel else "move" if options.move else "exclude"
    return decided(decisions, decision_for(index, chosen, Decision(action=action, pictures=(), to=to)))


def _decided(report: Report, wishes: list[str]) -> Decisions:
    """The decisions with the ways out that were named."""
    from dataclasses import replace

    for wish in wishes:
        name, _, action = wish.partition("=")
        finding = report.finding(name)
        report = replace(report, decisions=report.taken(finding, _way(finding, action)))
    return report.decisions


def _way(finding: Finding, action: str) -> Way:
    found = next((way for way in finding.ways if action in ("", way.action)), None)
    if found is None:
        offered = ", ".join(f"{finding.rule}={way.action}" for way in finding.ways)
        hint = f"Possible are {offered}." if offered else "It has no pictures."
        raise WorkbenchError(f"{finding.rule} offers no {action or 'way out'}", hint=hint)
    return found


def _draw(report: Report, folder: Path) -> None:
    from workbench.core.data.health.sheet import sheet

    for finding in report.findings:
        if len(finding.pictures):
            path = folder / f"{finding.rule}.png"
            sheet(report.subject, finding, path)
            tell(f"{path}")


def _record(report: Report) -> dict[str, Any]:
    subject, made = report.subject, report.subject.made
    return {
        "data": subject.index.name,
        "pictures": len(subject.index),
        "train": len(subject.train),
        "validation": len(subject.validation),
        "unreadable": len(subject.unreadable),
        "confirmed": int((made.confirmed & made.kept).sum()),
        "classes": list(subject.index.classes),
        "findings": [_finding(report, each) for each in report.findings],
        "decisions": report.decisions.made,
    }


def _finding(report: Report, finding: Finding) -> dict[str, Any]:
    names = report.subject.names
    return {
        "finding": finding.rule,
        "level": finding.level,
        "title": finding.title,
        "reason": finding.reason,
        "pictures": [names[number] for number in finding.pictures.tolist()],
        "beside": [names[number] for number in finding.beside.tolist()],
        "ways": [{"way": way.action, "label": way.label, "pictures": len(way.pictures)} for way in finding.ways],
    }


def _print(report: Report) -> None:
    from workbench.core.data.health.finding import many

    subject, made = report.subject, report.subject.made
    broken = len(subject.unreadable)
    left, sure = len(subject.index) - int(made.kept.sum()), int((made.confirmed & made.kept).sum())
    print(
        f"{subject.index.name}: {len(subject.train):,} pictures to train on, "
        f"{len(subject.validation):,} to validate on, "
        f"{len(subject.index.classes):,} classes"
        + (f", {broken:,} that cannot be read" if broken else "")
        + (f", {left:,} left out" if left else "")
        + (f", {many(sure, 'label|labels')} given or called right by you" if sure else "")
    )
    for finding in report.findings:
        print(f"\n{finding.level}: {finding.title}" + (f" ({finding.reason})" if finding.reason else ""))
        for line in _pictures(report, finding):
            print(f"  {line}")
        for number, way in enumerate(finding.ways):
            wish = finding.rule if number == 0 else f"{finding.rule}={way.action}"
            print(f"  {way.label}: --decide {wish}")
    if not report.findings:
        print("Nothing odd was found.")
    if report.decisions:
        print("\nDecisions, the last of which --undo takes back:")
        for decision in report.decisions.made:
            print(f"  {decision}")
    for problem in made.problems:
        if problem.level == "warning":
            tell(f"warning: {problem}")


def _pictures(report: Report, finding: Finding) -> list[str]:
    """The first pictures, what each resembles or should be called, and how many more there are."""
    subject = report.subject
    lines = []
    for at, number in enumerate(finding.pictures[:SHOWN].tolist()):
        line = subject.names[number]
        if len(finding.beside):
            line += f"  like  {subject.names[int(finding.beside[at])]}"
        elif finding.rule == "labels":
            classes, label = subject.index.classes, int(subject.made.labels[number])
            line += f"  {classes[label]}, or {classes[subject.suspects.classes[number]]}?"
        lines.append(line)
    more = len(finding.pictures) - SHOWN
    return [*lines, f"and {more:,} more"] if more > 0 else lines
