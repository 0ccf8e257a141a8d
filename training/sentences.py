# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Sentences that the synthetic speakers read: training sentences made of word lists, and held-out ones for tests."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Sentence:
    text: str
    pitch: int = 50  # on espeak-ng's scale: 0 is half the pitch, 99 is double


# Together they contain every sound of English in several positions in a word.
ADJECTIVES = """quick gentle bright ancient hollow narrow violet foolish massive thirsty genuine loyal yellow rough
joyful shy azure charming heavy worthy smooth curious warm dull noisy thick precious vague young earnest""".split()
NOUNS = """sailor garden bridge mirror village thunder pleasure kitchen voyage judge feather orchard teacher shadow
engine father beach zebra measure window youth harbour song cough machine oyster tower church valley breath""".split()
VERBS = """watched carried measured followed enjoyed painted noticed gathered chased borrowed described avoided reached
welcomed thanked moved questioned joined lifted shook""".split()
PLACES = """behind the house|under a cloudy sky|on the other side|in the cold water|between two rivers|beyond the forge|
with both hands|from the top of the hill|around the old mill|during the usual show""".replace(
    "\n", ""
).split(
    "|"
)


def training_sentences(count: int, seed: int = 0) -> list[Sentence]:
    """Return `count` sentences, the same for the same seed.

    Each takes about three seconds to read; pitches are from 85 to 180 Hz.
    """
    rng = np.random.default_rng(seed)

    def pick(words: list[str]) -> str:
        return words[rng.integers(len(words))]

    return [
        Sentence(
            f"The {pick(ADJECTIVES)} {pick(NOUNS)} {pick(VERBS)} {pick(['a', 'my', 'her', 'their'])} "
            f"{pick(NOUNS)} {pick(PLACES)}.",
            int(rng.integers(20, 90)),
        )
        for _ in range(count)
    ]


# None of these can be made from the lists above.
TEST_SENTENCES = (
    Sentence("Please call me back as soon as you have found the keys."),
    Sentence("Nine small boats were waiting for the wind to change."),
    Sentence("She sells fresh bread and cheese at the corner shop."),
    Sentence("We should have left much earlier to catch that train."),
    Sentence("His brother works as a doctor in a large hospital."),
    Sentence("Could you open the door and turn on the light?"),
    Sentence("It rained all day long, but nobody seemed to mind."),
    Sentence("The museum is closed on Mondays and public holidays."),
    Sentence("Five thousand people came to hear the orchestra play."),
    Sentence("I usually drink a cup of tea after breakfast."),
    Sentence("They drove across the desert in an open car."),
    Sentence("Nothing is better than a good book on a winter evening."),
)
