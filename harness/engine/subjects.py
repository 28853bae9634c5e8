# SPDX-License-Identifier: GPL-2.0-only
"""From kernels as far as they were made to what can be swept and raced."""

from collections.abc import Sequence

from harness.engine.experiment import Experiment, debug_units
from harness.engine.kernels import Made, differing_units, subject
from harness.engine.subject import Subject
from harness.errors import BadInput
from harness.kernel.abilities import check_ssh
from harness.progress import say


def subjects_of(experiment: Experiment, made: Sequence[Made]) -> list[Subject]:
    """The kernels that were built, with their points: those of files that a series edits, that lab.yaml names, or whose
    objects differ. Raises BadInput where there are none."""
    instructions = experiment.lab.experiment.points.granularity == "instructions"
    release = next((each.info.release for each in made if each.info.release), "")
    units = {*debug_units(experiment.kernels, experiment.units, release), *differing_units(made)}
    subjects = [_subject(each, sorted(units), instructions) for each in made if each.kernel]
    choice = experiment.choice
    return [each.pruned(choice.prune_from) for each in subjects] if choice.prune else subjects


def _subject(made: Made, units: Sequence[str], every_instruction: bool) -> Subject:
    """Without points where the kernel cannot be swept."""
    if made.info.lacks and made.kernel:
        return Subject(made.wanted.name, made.kernel, ())
    return subject(made, units, every_instruction=every_instruction)


def check_sweepable(experiment: Experiment, made: Sequence[Made]) -> None:
    """A kernel that cannot be swept is raced all the same; where nothing but a sweep is asked for that raises BadInput.

    Stress speaks to its guests over SSH, a sweep does not.
    """
    for each in made:
        if each.kernel and experiment.plan.stress_races:
            check_ssh(each.info.name, each.kernel.config, ", or leave out stress by --no-stress")
        if not each.info.lacks:
            continue
        told = f"{each.info.name}: it lacks {each.info.lacks}, so that it cannot be swept"
        if experiment.choice.pick or not experiment.plan.stress_races:
            raise BadInput(
                f"{told}, and a sweep is what was asked for: build it so, or leave out --pick and --no-stress"
            )
        say(f"{told}: it is raced by stress alone")
