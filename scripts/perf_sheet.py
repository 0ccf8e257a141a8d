# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Writes the table of stages in each model's PERF.md, from budgets and measurements: `python -m scripts.perf_sheet`.

The table is between two marks there and is rewritten as a whole; the rest of PERF.md is written by hand. Silicon's
column has the kernel times that targets.yaml calls measured, and is empty for all others.
"""

from pathlib import Path

from mock_device import budget
from mock_device.cards import CARDS
from models.tt_audio.host.files import complete_file
from models.tt_audio.testing import targets

DEMOS = budget.ROOT / "models/demos"
PERF = DEMOS / "openvoice/PERF.md"
# Begins the names of a model's stages -> its PERF.md; all others are OpenVoice's.
OF_MODELS = {"llvc, ": DEMOS / "llvc/PERF.md", "speecht5, ": DEMOS / "speecht5_tts/PERF.md"}
BEGIN = "<!-- stages: written by python -m scripts.perf_sheet -->"
END = "<!-- end of stages -->"
_CARDS = ("n150", "p150")


def kernel_times() -> list[targets.KernelTime]:
    """Return the kernel times of all models' targets.yaml."""
    files = sorted(DEMOS.glob(f"*/tests/perf/{targets.NAME}"))
    return [row for file in files for row in targets.load(file).kernel_times]


def render(stages: budget.Stages) -> str:
    lines = [
        "| stage | card | programs | up, down | FLOPs (by the minimum) | peak L1 a core | bytes through DRAM "
        "| device time, estimated | silicon |",
        "|---|---|---:|---:|---:|---:|---:|---:|---:|",
    ]
    measured = {row.key: f"{row.us:,.0f} us" for row in kernel_times() if row.provenance == "measured"}
    for stage, figures in stages.items():
        for card in _CARDS:
            found = {name: of_card.get(CARDS[card].arch) for name, of_card in figures.items()}
            if found["programs"] is not None:
                lines.append(_row(stage, card, found, measured.get((stage, card), "")))
    return "\n".join(lines)


def _row(stage: str, card: str, found: dict, silicon: str) -> str:
    minimum = found.get("flops_by_minimum")
    cells = (
        stage,
        card.upper(),
        f"{found['programs']:,}",
        f"{found['uploads']}, {found['downloads']}",
        f"{found['flops'] / 1e9:,.2f} G" + (f" ({minimum:.2f})" if minimum else ""),
        f"{found['peak_l1_bytes_a_core'] / 1e3:,.0f} kB",
        f"{found['dram_bytes_moved'] / 1e6:,.1f} MB",
        f"{found['estimated_us']:,.0f} us",
        silicon,
    )
    return f"| {' | '.join(cells)} |"


def update(text: str, table: str) -> str:
    """PERF.md's text with this table in the place of the one between the marks."""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"PERF.md lacks the marks of the table of stages: {BEGIN} and {END}")
    return f"{before}{BEGIN}\n{table}\n{END}{after}"


def current() -> dict[Path, str]:
    """Return the table of each PERF.md."""
    stages = budget.read(budget.FILE)
    others = {name: figures for name, figures in stages.items() if not name.startswith(tuple(OF_MODELS))}
    tables = {PERF: render(others)}
    for beginning, path in OF_MODELS.items():
        own = {name: figures for name, figures in stages.items() if name.startswith(beginning)}
        tables[path] = render(own)
    return tables


def main() -> None:
    for path, table in current().items():
        text = update(path.read_text(encoding="utf-8"), table)
        with complete_file(path) as file:
            file.write(text.encode())


if __name__ == "__main__":
    main()
