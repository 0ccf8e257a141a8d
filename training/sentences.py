# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""What the synthetic speakers read: sentences to learn from, made of word lists, and others to be tested on.

First room of the training: sentences -> corpus.py, which lets every speaker read every one of them.
"""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Sentence:
    text: str
    pitch: int = 50  # espeak-ng's scale: 0 is half, 99 is double


# Together they hold every sound of English in several places of a word.
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
    """The same ones for the same seed, each about three seconds long when read, at pitches from 85 to 180 Hz."""
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


# None of them can be made of the lists above.
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
