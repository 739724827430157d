import json
import subprocess
import sys
from pathlib import Path

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"


def test_what_was_acknowledged_survives_kill_9() -> None:
    """Eight processes that judge, take back and add are killed at random moments. To see the same moments,
    give --seed.
    """
    command = [sys.executable, str(BENCHMARKS / "kill.py"), "--rounds", "8"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    print(done.stdout, done.stderr)
    assert done.returncode == 0
    found = json.loads(done.stdout)
    assert found["rounds"] == 8
    assert found["judgements"] > 0
    assert (found["lost"], found["half"], found["not_whole"]) == (0, 0, 0)
