"""Apache Velocity 1.7 itself, as the judge of ours: one Java process that renders line after line.

It needs Java, javac, and the jars of Debian's package `velocity`; `missing()` says what is not there.
"""

import json
import shutil
import subprocess
from contextlib import contextmanager
from pathlib import Path

SOURCE = Path(__file__).with_name("VelocityOracle.java")
JARS = [Path("/usr/share/java") / f"{name}.jar" for name in ("velocity", "commons-collections3", "commons-lang")]
INSTALL = "apt-get install -y --no-install-recommends velocity openjdk-17-jdk-headless"


class OracleError(Exception):
    """The engine refused the template, or failed to render it."""


def missing():
    """Name what the oracle needs and this machine has not."""
    return [name for name in ("java", "javac") if not shutil.which(name)] + [str(jar) for jar in JARS if not jar.exists()]


class Oracle:
    def __init__(self, process):
        self.process = process

    def render(self, template, context):
        """Render a template. Raises OracleError with the engine's words."""
        self.process.stdin.write(json.dumps({"template": template, "context": context}) + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        if "error" in answer:
            raise OracleError(answer["error"])
        return answer["text"]


@contextmanager
def running(directory):
    """Compile the oracle into `directory` and run it."""
    jars = ":".join(map(str, JARS))
    subprocess.run(["javac", "-cp", jars, "-d", directory, SOURCE], check=True)
    process = subprocess.Popen(
        ["java", "-Xshare:auto", "-XX:TieredStopAtLevel=1", "-Xmx128m", "-cp", f"{directory}:{jars}", "VelocityOracle"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )
    try:
        yield Oracle(process)
    finally:
        process.stdin.close()
        process.wait(timeout=10)
        process.stdout.close()
