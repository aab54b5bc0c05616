"""Runs of our own suite against servers that are broken."""

from time import monotonic

from contracts.promise import Needs
from contracts.promises import PROMISES
from tests.contracts.defects import FEW_REQUESTS, Defect
from tests.contracts.forked import contracts
from tests.contracts.kill_rate.results import NoVerdictError, Told
from tests.contracts.running import verdicts

_MOST_SECONDS = 1800.0


def promises_of(*kinds: str) -> str:
    """Name the promises of classes as `--promises` takes them, but those that look into the process."""
    return ",".join(code for code, promise in PROMISES.items() if promise.kind in kinds and Needs.PROCESS not in promise.needs)


def told(defect: Defect) -> Told:
    """Run the promises of the server's class up to the first that is broken; where all are kept, those of the other classes."""
    began = monotonic()
    others = {promise.kind for promise in PROMISES.values()} - {defect.kind}
    by = _broken(defect.app, promises_of(defect.kind)) or _broken(defect.app, promises_of(*others))
    return Told(by, round(monotonic() - began, 1))


def _broken(app: str, promises: str) -> tuple[str, ...]:
    run = contracts("run", "--app", app, "--promises", promises, *FEW_REQUESTS, seconds=_MOST_SECONDS)
    broken = tuple(code for code, verdict in verdicts(run).items() if verdict == "BROKEN")
    if run.returncode != int(bool(broken)):
        raise NoVerdictError(f"{app}: exit code {run.returncode}\n{run.stdout[-2000:]}{run.stderr[-2000:]}")
    return broken
