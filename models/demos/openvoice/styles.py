# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Styles: how a text is spoken, as named presets and checked values that become the `Prosody` of a sentence.

Accents are speakers of a checkpoint and tone colour is a voice; neither is a style. README.md, "Speaking styles", says
what each value does.
"""

from dataclasses import dataclass, fields, replace

from models.demos.openvoice.prosody import Prosody
from models.tt_audio.host.errors import UserError

# The speakers of OpenVoice V1's English base speaker, besides "default".
EMOTIONS = ("friendly", "cheerful", "excited", "sad", "angry", "terrified", "shouting", "whispering")

# Speeds beyond these, and more noise, are no longer understood; a pause is bounded as an inline one is.
RANGES = {
    "speed": (0.3, 3.0),
    "sdp_ratio": (0.0, 1.0),
    "noise_scale_w": (0.0, 1.5),
    "noise_scale": (0.0, 1.5),
    "pause": (0.0, 60.0),
}


class StyleError(UserError, ValueError):
    """A style that does not exist or a value outside its range; the message names the range."""


@dataclass(frozen=True)
class Style:
    """How a text is spoken. The defaults are those of MeloTTS."""

    speed: float = 1.0
    sdp_ratio: float = 0.2  # rhythm: share of the durations that vary from draw to draw
    noise_scale_w: float = 0.8  # rhythm: how far those vary
    noise_scale: float = 0.6  # intonation: how far the melody varies
    pause: float = 0.05  # seconds of silence between two sentences
    emotion: str | None = None  # one of EMOTIONS: spoken by OpenVoice V1's English base speaker

    def __post_init__(self):
        for name, (low, high) in RANGES.items():
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
                raise StyleError(f"{name} is {value!r}, it must be a number from {low:g} to {high:g}")
        if self.emotion is not None and self.emotion not in EMOTIONS:
            raise StyleError(f"there is no emotion {self.emotion!r}; choose one of: {', '.join(EMOTIONS)}")

    @property
    def prosody(self) -> Prosody:
        return Prosody(self.sdp_ratio, self.noise_scale, self.noise_scale_w, 1 / self.speed)

    def changed(self, **values) -> "Style":
        """Return the style with other values; None leaves a value unchanged."""
        known = {field.name for field in fields(self)}
        if unknown := values.keys() - known:
            raise StyleError(f"a style has no {', '.join(sorted(unknown))}; it has: {', '.join(sorted(known))}")
        return replace(self, **{name: value for name, value in values.items() if value is not None})


STYLES = {
    "neutral": Style(),
    "steady": Style(sdp_ratio=0.0, noise_scale=0.3),
    "lively": Style(speed=1.05, sdp_ratio=0.5, noise_scale_w=1.0, noise_scale=0.8),
    "calm": Style(speed=0.85, noise_scale=0.45, pause=0.4),
    "fast": Style(speed=1.3, pause=0.0),
    "slow": Style(speed=0.75, pause=0.3),
    # Noise as OpenVoice V1 speaks its base speakers.
    **{emotion: Style(noise_scale_w=0.6, noise_scale=0.667, emotion=emotion) for emotion in EMOTIONS},
}


def style_of(style: "Style | str") -> Style:
    """Return a style, or the preset of that name."""
    if isinstance(style, Style):
        return style
    if style not in STYLES:
        raise StyleError(f"there is no style {style!r}; choose one of: {', '.join(STYLES)}, or give a Style")
    return STYLES[style]
