# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from conftest import Server

README = (Path(__file__).parents[1] / "README.md").read_text("utf-8")


def test_the_walk_of_the_readme_does_what_it_says(server: Server, tmp_path: Path) -> None:
    walk = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    assert len(walk) == 1
    script = walk[0].replace("https://cms.example.com", server.url)

    walked = subprocess.run([sys.executable, "-W", "error", "-c", script], cwd=tmp_path, capture_output=True, text=True)

    assert walked.returncode == 0, walked.stderr
    assert walked.stdout.splitlines()[0].startswith("Machine Learning Engineer 20")
    assert "['machine-learning-engineer'" in walked.stdout
    assert "reviewed as it stands: True" in walked.stdout
    assert (tmp_path / "content" / "position.json").exists()
