#!/usr/bin/env python3
# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Look up every version in constraints/ in the public database of vulnerabilities: `make audit`.

The auditor is pip-audit. It is fetched for the run, since nothing else needs it and it is of no use without a network.
Ends with 1 if a version has a known vulnerability or nothing could be looked up.
"""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
AUDITOR = (ROOT / ".venv/bin/uv", "tool", "run", "--quiet", "--no-python-downloads", "--from", "pip-audit==2.10.1")
UNREACHABLE = (
    "The database of vulnerabilities cannot be reached from here, so nothing was audited: run it with a network."
)


def look_up(constraints: Path) -> list[dict]:
    """Return the auditor's entry of each package (name, version, vulns; or name, skip_reason), none if it failed."""
    options = ("--no-deps", "--disable-pip", "--progress-spinner", "off", "--format", "json")
    done = subprocess.run(
        [*AUDITOR, "pip-audit", *options, "--requirement", constraints], capture_output=True, text=True, check=False
    )
    try:
        return json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError):
        return []


def findings(entries: list[dict]) -> tuple[list[str], int]:
    """Return the lines to print and the exit status."""
    audited = [entry for entry in entries if "vulns" in entry]
    if not audited:
        return [UNREACHABLE], 1
    lines = [f"{entry['name']}: not in the database" for entry in entries if "vulns" not in entry]
    vulnerable = [
        f"{entry['name']} {entry['version']}: {vulnerability['id']}, mended in "
        f"{', '.join(vulnerability['fix_versions']) or 'no version yet'}"
        for entry in audited
        for vulnerability in entry["vulns"]
    ]
    return [*lines, *vulnerable, f"{len(audited)} packages audited, {len(vulnerable)} known vulnerabilities"], bool(
        vulnerable
    )


def main(folder: Path = ROOT / "constraints") -> int:
    worst = 0
    for file in sorted(folder.glob("*.txt")):
        lines, status = findings(look_up(file))
        print(*(f"{file.stem}: {line}" for line in lines), sep="\n")
        worst = max(worst, status)
    return worst


if __name__ == "__main__":
    sys.exit(main())
