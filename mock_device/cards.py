# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""The cards that can be mocked, as cluster descriptions in the form TTNN's user-mode driver reads.

A Wormhole has 10 rows of Tensix cores; each set bit of a harvest mask is a row that the card does not use. N150 keeps
eight rows and a bit (72 cores, of which TTNN's dispatch leaves 64), N300 eight rows a chip. A Blackhole P150 has 14
columns of which two are unused. Masks, board numbers and Ethernet channels are those of real boards of each kind.
"""

from dataclasses import dataclass

import yaml


@dataclass(frozen=True)
class Card:
    name: str
    arch: str
    board_type: str
    boards: dict[int, tuple[int, ...]]  # board id -> its chips
    mmio: dict[int, int]  # chip -> PCIe device number, for the chips that the host reaches directly
    tensix_harvest: tuple[int, ...]  # one mask a chip
    links: tuple[tuple[int, int, int, int], ...] = ()  # chip, channel, chip, channel
    positions: tuple[tuple[int, int], ...] = ()  # x, y of each chip in the Ethernet fabric

    @property
    def num_chips(self) -> int:
        return len(self.tensix_harvest)

    def cluster_description(self) -> str:
        blackhole = self.arch == "blackhole"
        description = {
            "arch": dict.fromkeys(range(self.num_chips), self.arch),
            "chips": {chip: [x, y, 0, 0] for chip, (x, y) in enumerate(self.positions)},
            "chip_unique_ids": {chip: next(iter(self.boards)) + chip for chip in range(self.num_chips)},
            "ethernet_connections": [
                [{"chip": a, "chan": channel_a}, {"chip": b, "chan": channel_b}]
                for a, channel_a, b, channel_b in self.links
            ],
            "chips_with_mmio": [{chip: device} for chip, device in self.mmio.items()],
            "harvesting": {
                chip: {
                    "noc_translation": True,
                    "harvest_mask": mask,
                    "dram_harvesting_mask": 0,
                    "eth_harvesting_mask": 288 if blackhole else 0,  # a P150 uses 12 of its 14 Ethernet cores
                    "pcie_harvesting_mask": 2 if blackhole else 0,  # and one of its two PCIe cores
                    **({"l2cpu_harvesting_mask": 0} if blackhole else {}),
                }
                for chip, mask in enumerate(self.tensix_harvest)
            },
            "boards": [
                [{"board_id": board}, {"board_type": self.board_type}, {"chips": list(chips)}]
                for board, chips in self.boards.items()
            ],
        }
        return yaml.safe_dump(description, sort_keys=False)


def _pair(a: int, b: int, channel_a: int, channel_b: int) -> tuple[tuple[int, int, int, int], ...]:
    """Two neighbouring Ethernet channels between two chips, as every Wormhole board wires them."""
    return ((a, channel_a, b, channel_b), (a, channel_a + 1, b, channel_b + 1))


N150 = Card(
    name="n150",
    arch="wormhole_b0",
    board_type="n150",
    boards={72059269368820857: (0,)},
    mmio={0: 0},
    tensix_harvest=(0b0001000000,),
    positions=((0, 0),),
)

# Chip 1 has no PCIe link of its own: the host reaches it through chip 0, over Ethernet channels 8, 9 -> 0, 1.
N300 = Card(
    name="n300",
    arch="wormhole_b0",
    board_type="n300",
    boards={72058990196040166: (0, 1)},
    mmio={0: 0},
    tensix_harvest=(0b0001000001, 0b1000010000),
    links=_pair(0, 1, 8, 0),
    positions=((0, 0), (1, 0)),
)

# Four N300 boards in a 2x4 mesh: the host reaches chips 0..3 itself, and chip c + 4 through chip c.
T3K = Card(
    name="t3k",
    arch="wormhole_b0",
    board_type="n300",
    boards={72058994491928619 + board: (board + 4, board) for board in range(4)},
    mmio={chip: chip for chip in range(4)},
    tensix_harvest=(0b1000100000, 0b1000000001, 0b1010000000, 0b1000000001)
    + (0b1001000000, 0b1000000001, 0b1000000001, 0b1000010000),
    links=_pair(0, 2, 6, 6)
    + _pair(0, 1, 14, 14)
    + _pair(1, 3, 0, 0)
    + _pair(2, 3, 14, 14)
    + _pair(4, 5, 6, 6)
    + _pair(6, 7, 6, 6)
    + tuple(link for chip in range(4) for link in _pair(chip, chip + 4, 8, 0)),
    positions=((1, 0), (1, 1), (2, 0), (2, 1), (0, 0), (0, 1), (3, 0), (3, 1)),
)

P150 = Card(
    name="p150",
    arch="blackhole",
    board_type="p150",
    boards={4402341478400: (0,)},
    mmio={0: 0},
    tensix_harvest=(0b11000000,),
)

CARDS = {card.name: card for card in (N150, N300, T3K, P150)}
DEFAULT_CARD = {"wormhole_b0": N150, "blackhole": P150}
