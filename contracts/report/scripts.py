"""The sequences of failures as scripts, a file each."""

from pathlib import Path

from contracts.verdicts import Result

FOLDER = "reproduce"


def write_scripts(folder: Path, result: Result) -> list[Path]:
    """Write `reproduce/SC303-1.sh` and its like into a folder; what an earlier run wrote there goes. Return the files."""
    place = folder / FOLDER
    for old in place.glob("SC*-*.sh"):
        old.unlink()
    files = []
    for finding in result.findings:
        scripts = [failure.reproduction.script for failure in finding.failures if failure.reproduction]
        for number, text in enumerate(scripts, 1):
            place.mkdir(exist_ok=True)
            files.append(place / f"{finding.promise.code}-{number}.sh")
            files[-1].write_text(text, "utf-8")
    return files
