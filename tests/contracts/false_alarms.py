"""Every promise on the sound mock, with many seeds: `python -m tests.contracts.false_alarms --seeds 1-20 -w auto`.

The requests at the bounds of the schemas are the same for every seed: only the first seed sends them.
"""

import sys
from time import monotonic

import click

from contracts.profiles import PHASES
from contracts.promises import PROMISES
from tests.contracts.campaigns import each, workers_option
from tests.contracts.forked import contracts
from tests.contracts.running import verdicts

WITHOUT_BOUNDS = ",".join(phase for phase in PHASES if phase != "coverage")
SOUND = "tests.contracts.complete:create_complete_app"


def _seeds(_: click.Context, __: click.Parameter, given: str) -> range:
    first, _, last = given.partition("-")
    if not (first.isdecimal() and (last or first).isdecimal()):
        raise click.BadParameter(f"seeds, e.g. 1-20, not {given!r}")
    return range(int(first), int(last or first) + 1)


def not_kept(seed: int, phases: str) -> tuple[int, float, str]:
    """Run every promise, with default settings but for the phases; return seed, seconds, and what is wrong, if anything is."""
    began = monotonic()
    run = contracts("run", "--app", SOUND, "--seed", str(seed), "--phases", phases)
    found = verdicts(run)
    wrong = [code for code in PROMISES if found.get(code) != "kept"]
    told = f"not kept: {', '.join(wrong)}\n{run.stdout[-5000:]}{run.stderr[-2000:]}" if wrong or run.returncode else ""
    return seed, monotonic() - began, told


@click.command()
@click.option("--seeds", callback=_seeds, default="1-20", show_default=True, help="the first and the last")
@workers_option
def main(seeds: range, workers: int) -> None:
    """Say with which seeds a promise is not kept. Exit codes: 0 none, 1 some."""
    alarms = 0

    def judged(seed: int) -> tuple[int, float, str]:
        return not_kept(seed, ",".join(PHASES) if seed == seeds[0] else WITHOUT_BOUNDS)

    for seed, seconds, told in each(judged, seeds, workers=workers, title="Seeds"):
        click.echo(f"seed {seed}: {told or 'every promise kept'} ({seconds:.0f} s)")
        alarms += bool(told)
    click.echo(f"{len(seeds)} runs of {len(PROMISES)} promises on the sound mock, {alarms} with a false alarm")
    sys.exit(1 if alarms else 0)


if __name__ == "__main__":
    main()
