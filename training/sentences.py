# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Sentences of the training corpus: training sentences made of word lists and patterns, and held-out ones."""

import re

import numpy as np

# Together the words contain every sound of English in several positions in a word.
WORDS = {
    "adjective": """quick gentle bright ancient hollow narrow violet foolish massive thirsty genuine loyal yellow rough
        joyful shy azure charming heavy worthy smooth curious warm dull noisy thick precious vague young earnest""",
    "noun": """sailor garden bridge mirror village thunder pleasure kitchen voyage judge feather orchard teacher shadow
        engine father beach zebra measure window youth harbour song cough machine oyster tower church valley breath""",
    "verb": """watched carried measured followed enjoyed painted noticed gathered chased borrowed described avoided
        reached welcomed thanked moved questioned joined lifted shook""",
    "owner": "a my her their our this",
    "name": """Arthur Beatrice Charles Dorothy Edward Fiona George Harriet Isaac Julia Kenneth Louise Matthew Naomi
        Oliver Philip Rachel Samuel Theodore Ursula Victoria William Yvonne Zachary""",
    "month": "January February March April May June July August September October November December",
    "town": "Boston Chicago Denver Geneva Houston London Memphis Oxford Quebec Toronto Vienna Zurich",
}
PHRASES = {
    "place": """behind the house|under a cloudy sky|on the other side|in the cold water|between two rivers|
        beyond the forge|with both hands|from the top of the hill|around the old mill|during the usual show""",
    "wish": """stay at home|go by train|ask a lawyer|choose the blue one|have another try|join the choir|
        leave things as they are|wait for the judge|sing something else|boil the fish""",
    "remark": """I never thought of it that way|nobody told us why|you ought to be ashamed|that sounds rather odd|
        they were both out of breath|it makes no difference at all|we should hurry up|he laughed out loud""",
}
NUMBERS = {"day": (1, 28), "count": (2, 99), "hundreds": (101, 999), "year": (1901, 2024)}
PATTERNS = (
    "The {adjective} {noun} {verb} {owner} {noun} {place}.",
    "On {month} {day}, {year}, {name} {verb} {owner} {adjective} {noun}.",
    "Did {name} really pay {hundreds} dollars for {owner} {noun}?",
    "{name} would rather {wish}, and {remark}.",
    "There are {count} miles between {town} and {town}.",
    '"Why not {wish}?" asked {name}; {remark}.',
    "When {name} came back from {town}, the {noun} {place} was {adjective}.",
    "Number {hundreds}: {owner} {noun}, {adjective} but {adjective}, {place}.",
)


def training_sentences(count: int, seed: int = 0) -> list[str]:
    """Return `count` different sentences, the same for the same seed; each takes about three seconds to read."""
    rng = np.random.default_rng(seed)
    lists = {kind: words.split() for kind, words in WORDS.items()}
    lists |= {kind: [" ".join(phrase.split()) for phrase in text.split("|")] for kind, text in PHRASES.items()}

    def pick(field: re.Match) -> str:
        kind = field[1]
        if kind in NUMBERS:
            return str(rng.integers(NUMBERS[kind][0], NUMBERS[kind][1] + 1))
        return lists[kind][rng.integers(len(lists[kind]))]

    found: dict[str, None] = {}
    while len(found) < count:
        pattern = PATTERNS[len(found) % len(PATTERNS)]
        found[re.sub("{(.*?)}", pick, pattern)] = None
    return list(found)


# None of these can be made from the patterns above.
TEST_SENTENCES = (
    "Please call me back as soon as you have found the keys.",
    "Nine small boats were waiting for the wind to change.",
    "She sells fresh bread and cheese at the corner shop.",
    "We should have left much earlier to catch that train.",
    "His brother works as a doctor in a large hospital.",
    "Could you open the door and turn on the light?",
    "It rained all day long, but nobody seemed to mind.",
    "The museum is closed on Mondays and public holidays.",
    "Five thousand people came to hear the orchestra play.",
    "I usually drink a cup of tea after breakfast.",
    "They drove across the desert in an open car.",
    "Nothing is better than a good book on a winter evening.",
)
