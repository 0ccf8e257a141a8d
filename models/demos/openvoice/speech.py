# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""The loop over a text: sentences and pauses in order, each with the silence before it and the seeds of its noise.

`lines` reads a text of any length lazily. pipeline.py decides how each line is spoken and converted; `spoken` cuts a
line that is too long in two.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, replace
from itertools import islice
from typing import TypeVar

import numpy as np
from tqdm import tqdm

from models.demos.openvoice.base_speakers import BaseSpeaker, ReadSentence, SpeechError
from models.demos.openvoice.sentences import MOST_FRAMES, TooManyFrames
from models.demos.openvoice.styles import Style
from models.demos.openvoice.text.fitting import FEWEST_IDS, fit, id_count
from models.demos.openvoice.text.frontend import Pause

Item = TypeVar("Item")


@dataclass(frozen=True)
class Line:
    """A sentence of a text, or the silence at the end of it."""

    silence: float  # seconds before the sentence
    sentence: ReadSentence | None  # None: the text ends with a pause
    entropy: tuple[int, ...] = ()  # the text's seed, the number of the sentence, and that of the part of it

    @property
    def seeds(self) -> tuple[int, int]:
        """Return the seeds of the noise of base speech and of the noise of its conversion."""
        speech, conversion = np.random.SeedSequence(self.entropy).generate_state(2).tolist()
        return speech, conversion


def lines(base: BaseSpeaker, text: str, style: Style, seed: int, progress: bool = True) -> Iterator[Line]:
    """Yield the lines of a text. The next one is prepared while the caller uses the current one.

    With `progress`, a terminal shows how many sentences are done, as soon as there is a second one.
    """
    number, pause, bar = 0, None, None
    with ExitStack() as stack:
        for part in _ahead(base.prepare(text)):
            if isinstance(part, Pause):
                pause = (pause or 0.0) + part.seconds
                continue
            if pause is None:
                pause = style.pause if number else 0.0
            if number == 1:
                # tqdm takes None for "only on a terminal"
                hidden = None if progress else True
                bar = stack.enter_context(tqdm(unit=" sentences", initial=1, leave=False, disable=hidden))
            yield Line(pause, part, (seed, number))
            number, pause = number + 1, None
            if bar is not None:
                bar.update()
    if pause is not None:
        yield Line(pause, None)


def spoken(base: BaseSpeaker, line: Line, speak: Callable[[Line], np.ndarray]) -> Iterator[tuple[Line, np.ndarray]]:
    """Speak a line with `speak`, or in parts if it is longer than MOST_FRAMES; yield lines with their samples.

    Parts follow each other without silence. The noise of a part follows from the seed, the number of the sentence and
    the number of the part, so the sentences after it sound as they would otherwise.
    """
    if line.sentence is None:
        yield line, np.zeros(0, np.float32)
        return
    try:
        samples = speak(line)
    except TooManyFrames as error:
        phones = line.sentence.phones
        # a little more than half of the ids, so that there are two parts wherever the best place for the cut is
        most_ids = max(FEWEST_IDS, id_count(phones) * 5 // 8)
        if id_count(phones) <= most_ids:
            raise SpeechError(
                f"{phones.normalized[:40]!r} lasts {error.frames} frames at this speed, of which {MOST_FRAMES} can be "
                "spoken at once: choose a higher speed"
            ) from error
        parts = fit(phones, base.frontend.language, most_ids)
    else:
        yield line, samples
        return
    for number, phones in enumerate(parts):
        silence = 0.0 if number else line.silence
        part = replace(line, silence=silence, sentence=base.sentence(phones), entropy=(*line.entropy, number))
        yield from spoken(base, part, speak)


def _ahead(items: Iterator[Item]) -> Iterator[Item]:
    """Yield the same items; a worker thread makes each while the caller still uses the one before."""
    with ThreadPoolExecutor(1) as worker:
        coming = worker.submit(lambda: list(islice(items, 1)))
        while made := coming.result():
            coming = worker.submit(lambda: list(islice(items, 1)))
            yield from made
