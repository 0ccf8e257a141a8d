# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""scripts/audit.py: its report on a clean environment, on a vulnerable one, and without access to the advisories."""

import pytest

from scripts import audit

CLEAN = {"name": "torch", "version": "2.0", "vulns": []}
VULNERABLE = {"name": "ray", "version": "2.51.2", "vulns": [{"id": "CVE-2025-62593", "fix_versions": ["2.52.0"]}]}
UNMENDED = {"name": "ray", "version": "2.51.2", "vulns": [{"id": "CVE-1", "fix_versions": []}]}
SKIPPED = {"name": "ours", "skip_reason": "not found"}


@pytest.mark.parametrize(
    "entries, lines, status",
    [
        ([CLEAN], ["1 packages audited, 0 known vulnerabilities"], 0),
        (
            [CLEAN, VULNERABLE],
            ["ray 2.51.2: CVE-2025-62593, mended in 2.52.0", "2 packages audited, 1 known vulnerabilities"],
            1,
        ),
        ([UNMENDED], ["ray 2.51.2: CVE-1, mended in no version yet", "1 packages audited, 1 known vulnerabilities"], 1),
        ([CLEAN, SKIPPED], ["ours: not in the database", "1 packages audited, 0 known vulnerabilities"], 0),
        ([SKIPPED], [audit.UNREACHABLE], 1),
        ([], [audit.UNREACHABLE], 1),
    ],
)
def test_findings(entries, lines, status):
    assert audit.findings(entries) == (lines, status)


def test_an_auditor_that_fails_audited_nothing(tmp_path, monkeypatch, capsys):
    (tmp_path / "3.12.txt").touch()
    monkeypatch.setattr(audit, "AUDITOR", ("false",))
    assert audit.main(tmp_path) == 1
    assert capsys.readouterr().out == f"3.12: {audit.UNREACHABLE}\n"


def test_each_file_is_audited(tmp_path, monkeypatch, capsys):
    for version in ("3.10", "3.12"):
        (tmp_path / f"{version}.txt").touch()
    report = '{"dependencies": [{"name": "torch", "version": "2.0", "vulns": []}]}'
    monkeypatch.setattr(audit, "AUDITOR", ("sh", "-c", f"echo '{report}'"))
    assert audit.main(tmp_path) == 0
    assert capsys.readouterr().out.splitlines() == [
        f"{version}: 1 packages audited, 0 known vulnerabilities" for version in ("3.10", "3.12")
    ]
