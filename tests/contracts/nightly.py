"""The proofs that take hours: `python -m tests.contracts.nightly`."""

import subprocess
import sys

from tests.contracts.running import ROOT

COMMANDS = (
    ("tests.contracts.kill_rate", "--workers", "auto", "--write"),
    ("tests.contracts.false_alarms", "--seeds", "1-20", "--workers", "auto"),
    ("tests.contracts.crash_trials", "--trials", "100"),
)


def main() -> int:
    """Run them all, whatever becomes of one; return 1 where one did not end well."""
    ended = {name: subprocess.run([sys.executable, "-m", name, *rest], cwd=ROOT, check=False) for name, *rest in COMMANDS}
    for name, run in ended.items():
        print(f"{name}: {'good' if run.returncode == 0 else f'exit code {run.returncode}'}")  # noqa: T201 - what it is for
    return int(any(run.returncode for run in ended.values()))


if __name__ == "__main__":
    sys.exit(main())
