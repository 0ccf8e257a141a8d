# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Layout of the web page: inputs on the left and in the middle; button, state and result on the right.

app.py -> [here] -> page.py. On a laptop all of it but the spectrograms fits on the screen; on a phone the columns come
one below the other.
"""

import html
from collections.abc import Callable
from pathlib import Path

import gradio as gr

from models.demos.openvoice.demo.hosting import RESPONSIBLE
from models.demos.openvoice.demo.page import ACCENTS, FROM_RECORDINGS, Page, Shown, state_line
from models.demos.openvoice.speech import RELEASES
from models.demos.openvoice.styles import EMOTIONS, RANGES, STYLES

KEPT_SECONDS = 3600  # uploads and results; a visitor who comes back later uploads again
LARGEST_SEED = 2**31 - 1  # that the browser's number field holds exactly
SHOWN_SPEED = (0.5, 2.0)  # narrower than the range of styles, because speech beyond is hard to understand
# File name extensions besides audio/*, because browsers take them for video.
MORE_TYPES = [".webm", ".mp4"]
LANGUAGES = [
    ("English", "EN"),
    ("Spanish", "ES"),
    ("French", "FR"),
    ("Chinese (with English words)", "ZH"),
    ("Japanese", "JP"),
    ("Korean", "KR"),
]
assert {code for _, code in LANGUAGES} == RELEASES.keys()
SLIDERS = (
    "Speed (1 is normal)",
    "Rhythm: irregular share (0 is even)",
    "Rhythm: strength of the irregular share",
    "Intonation (0 is flat)",
    "Pause between sentences in s",
)
READY = '<p class="state">Give recordings, then press the button. The result appears here.</p>'
THEME = gr.themes.Soft(
    primary_hue="indigo",
    font=["system-ui", "sans-serif"],  # the visitor's own, so nothing is loaded
    font_mono=["ui-monospace", "monospace"],
)
CSS = """
.gradio-container { max-width: 1340px !important; margin: 0 auto !important; }
"""


def make_blocks(page: Page) -> gr.Blocks:
    """Return the page as Gradio's blocks."""
    hosted = page.hosted
    with gr.Blocks(title="OpenVoice", analytics_enabled=False, delete_cache=(KEPT_SECONDS, KEPT_SECONDS)) as blocks:
        gr.HTML(
            f"<h1>OpenVoice</h1><p>Model <b>{html.escape(hosted.name)}</b>, backend <b>{hosted.backend}</b>"
            f"{html.escape(hosted.explanation)}</p>",
            elem_id="facts",
        )
        voices: list[gr.Dropdown] = []
        keeps: list[Callable[[], None]] = []
        with gr.Tab("Convert a recording"):
            with gr.Row():
                with gr.Column():
                    source = _recording("Recording of what is said", "source")
                    tau, seed = _noise("convert")
                with gr.Column():
                    voice_inputs, keep = _voice_inputs(page, "convert", voices)
                    keeps.append(keep)
                _job(page.convert, [source, *voice_inputs, tau, seed], "Convert", "convert")
            if examples := _examples(hosted.model.folder):
                gr.Examples(examples, [source, voice_inputs[1]], label="Recordings that came with the model")
        with gr.Tab("Speak a text"):
            with gr.Row():
                with gr.Column():
                    text = gr.Textbox(
                        "The ferry was late. Nobody minded.",
                        label="Text that is said",
                        lines=4,
                        max_length=page.limits.text_characters,
                        elem_id="text",
                    )
                    with gr.Row():
                        language = gr.Dropdown(LANGUAGES, value="EN", label="Language", min_width=120)
                        accent = gr.Dropdown(list(ACCENTS), value=ACCENTS[0], label="Accent (English)", min_width=120)
                    style, sliders = _manner()
                    tau, seed = _noise("clone")
                with gr.Column():
                    voice_inputs, keep = _voice_inputs(page, "clone", voices)
                    keeps.append(keep)
                inputs = [text, *voice_inputs, language, accent, style, *sliders, tau, seed]
                _job(page.clone, inputs, "Speak", "clone")
        gr.HTML(f"<p>{RESPONSIBLE}</p>", elem_id="notice")
        for keep in keeps:
            keep()
        blocks.load(lambda: [gr.Dropdown(choices=page.voice_choices())] * 2, None, voices, queue=False)
    return blocks.queue(max_size=page.limits.waiting, default_concurrency_limit=1, api_open=False)


def _examples(folder: Path | None) -> list[list[str]]:
    """Return pairs of source and target recordings where the model's folder has some, as the bundled one has."""
    if folder is None:
        return []
    speech = folder / "speech"
    return [
        [str(source), str(target)]
        for source in speech.glob("source*.wav")
        for target in sorted(speech.glob("target*.wav"))
    ]


def _recording(label: str, name: str) -> gr.Audio:
    return gr.Audio(sources=["upload", "microphone"], type="filepath", label=label, elem_id=name, buttons=[])


def _voice_inputs(page: Page, name: str, voices: list[gr.Dropdown]) -> tuple[list, Callable[[], None]]:
    """Return the inputs that choose a voice, and what connects the button that keeps one when all lists are there."""
    voice = gr.Dropdown(page.voice_choices(), value=FROM_RECORDINGS, label="Voice wanted", elem_id=f"{name}-voice")
    voices.append(voice)
    with gr.Group() as recordings:
        reference = _recording("Recording of this voice, best 5 s or more", f"{name}-reference")
        with gr.Accordion("More recordings of this voice", open=False):
            more = gr.File(file_count="multiple", label="Recordings", elem_id=f"{name}-more", height=110)
        with gr.Accordion("Keep this voice", open=False):
            label = gr.Textbox(label="Name in the list of voices", max_length=64, elem_id=f"{name}-keep-name")
            button = gr.Button("Keep", size="sm", elem_id=f"{name}-keep")
            state = gr.HTML(elem_id=f"{name}-keep-state")
    voice.change(
        lambda chosen: gr.Group(visible=chosen == FROM_RECORDINGS),
        voice,
        recordings,
        queue=False,
        show_progress="hidden",
    )

    def connect() -> None:
        button.click(
            page.keep, [label, reference, more], [state, *voices], show_progress="hidden", concurrency_id="keep"
        )

    return [voice, reference, more], connect


def _noise(name: str) -> tuple[gr.Slider, gr.Number]:
    with gr.Accordion("Variation (seed)", open=False, elem_id=f"{name}-variation"):
        tau = gr.Slider(0, 1, 0.3, step=0.05, label="How much the sound varies (tau)")
        seed = gr.Number(0, label="Seed: the same number gives the same result", precision=0, minimum=0)
        seed.maximum = LARGEST_SEED
    return tau, seed


def _manner() -> tuple[gr.Dropdown, list[gr.Slider]]:
    """Return the list of presets, and the sliders that a preset sets."""
    names = [(f"{name} (OpenVoice V1)" if name in EMOTIONS else name, name) for name in STYLES]
    style = gr.Dropdown(names, value="neutral", label="Style", elem_id="style")
    with gr.Accordion("Speed, rhythm, intonation", open=False):
        sliders = [
            gr.Slider(*(SHOWN_SPEED if name == "speed" else RANGES[name]), value, step=0.05, label=label)
            for (name, value), label in zip(_values("neutral").items(), SLIDERS, strict=True)
        ]
    style.change(lambda name: list(_values(name).values()), style, sliders, queue=False, show_progress="hidden")
    return style, sliders


def _values(style: str) -> dict[str, float]:
    return {name: getattr(STYLES[style], name) for name in RANGES}


def _job(work: Callable, inputs: list, label: str, name: str) -> None:
    """Add the column with the button of a job, the line of state, and the result."""
    with gr.Column():
        with gr.Row():
            button = gr.Button(label, variant="primary", elem_id=name, min_width=120)
            cancel = gr.Button("Cancel", interactive=False, elem_id=f"{name}-cancel", min_width=120)
        state = gr.HTML(READY, elem_id=f"{name}-state")
        sound = gr.Audio(
            label="Result",
            interactive=False,
            buttons=["download"],
            waveform_options=gr.WaveformOptions(show_recording_waveform=False),  # the browser's own player
            elem_id=f"{name}-result",
        )
        figures = gr.Markdown(elem_id=f"{name}-figures")
        picture = gr.Image(
            show_label=False,
            format="png",
            interactive=False,
            elem_id=f"{name}-picture",
            buttons=["download", "fullscreen"],
        )
    buttons = [button, cancel]
    quietly = {"queue": False, "show_progress": "hidden"}
    idle, busy = [gr.Button(interactive=True), gr.Button(interactive=False)], None
    busy = [gr.Button(interactive=False), gr.Button(interactive=True)]
    waiting = state_line("Waiting for the model")
    started = button.click(
        lambda: [waiting, None, "", None, *busy], None, [state, sound, figures, picture, *buttons], **quietly
    )
    # One job at a time over the whole page, because there is one model.
    job = started.then(
        work,
        inputs,
        list(Shown(state, sound, figures, picture)),
        concurrency_limit=1,
        concurrency_id="model",
        show_progress="hidden",
        api_name=name,
    )
    job.then(lambda: idle, None, buttons, **quietly)
    cancel.click(lambda: [state_line("Cancelled"), *idle], None, [state, *buttons], cancels=[job], **quietly)
