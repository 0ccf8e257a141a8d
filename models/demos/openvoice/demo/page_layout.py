# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Layout of the web page: inputs on the left and in the middle; button, state and result on the right.

app.py -> [here] -> page.py. On a laptop all of it but the spectrograms fits on the screen; on a phone the columns come
one below the other.
"""

import html
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import gradio as gr
from gradio.components import Component

from models.demos.openvoice.catalogue import BASE_SPEAKERS
from models.demos.openvoice.demo.hosting import RESPONSIBLE
from models.demos.openvoice.demo.page import ACCENTS, FROM_RECORDINGS, OF_LANGUAGE, Page, Shown, state_line
from models.demos.openvoice.styles import EMOTIONS, RANGES, STYLES

KEPT_SECONDS = 3600  # uploads and results; a visitor who comes back later uploads again
LARGEST_SEED = 2**31 - 1  # that the browser's number field holds exactly
SHOWN_SPEED = (0.5, 2.0)  # narrower than the range of styles, because speech beyond is hard to understand
LANGUAGES = [
    ("English", "EN"),
    ("Spanish", "ES"),
    ("French", "FR"),
    ("Chinese (with English words)", "ZH"),
    ("Japanese", "JP"),
    ("Korean", "KR"),
]
assert {code for _, code in LANGUAGES} == BASE_SPEAKERS.keys()
SLIDERS = (
    "Speed (1 is normal)",
    "Rhythm: irregular share (0 is even)",
    "Rhythm: strength of the irregular share",
    "Intonation (0 is flat)",
    "Pause between sentences in s",
)
QUIETLY = {"queue": False, "show_progress": "hidden", "api_name": False}
READY = '<p class="state">Give recordings, then press the button. The result appears here.</p>'
THEME = gr.themes.Soft(
    primary_hue="indigo",
    font=["system-ui", "sans-serif"],  # the visitor's own, so nothing is loaded
    font_mono=["ui-monospace", "monospace"],
).set(
    # Darker than Soft's own colours, and lighter on dark backgrounds: text has a contrast of 4.5 and more.
    background_fill_primary="*neutral_50",  # Soft's own, which `set` of Gradio 6 forgets
    body_text_color_subdued="*neutral_600",
    body_text_color_subdued_dark="*neutral_300",
    block_label_text_color="*primary_800",
    block_label_text_color_dark="*neutral_100",
    block_title_text_color="*primary_800",
    block_title_text_color_dark="*neutral_100",
    block_title_background_fill_dark="*neutral_700",
    block_label_background_fill_dark="*neutral_700",
    button_primary_background_fill="*primary_600",
    button_primary_background_fill_hover="*primary_700",
    button_primary_background_fill_dark="*primary_600",
    button_primary_background_fill_hover_dark="*primary_700",
    link_text_color="*primary_700",
    link_text_color_dark="*primary_200",
    input_placeholder_color="*neutral_600",
    input_placeholder_color_dark="*neutral_300",
)
CSS = """
.gradio-container { width: 100% !important; max-width: 1340px !important; margin: 0 auto !important; }
button[role="tab"][aria-selected="true"] { color: var(--link-text-color) !important; }
#facts h1 { display: inline; margin-right: 16px; font-size: 24px; }
#facts p { display: inline; }
.state { font-weight: 600; min-height: 24px; margin: 0; }
.state progress { display: block; width: 100%; height: 10px; margin-top: 6px; }
.failed { color: #b91c1c; border-left: 4px solid #b91c1c; padding-left: 10px; }
.dark .failed { color: #fca5a5; border-color: #fca5a5; }
#time, #duration, .time, .duration, .playback { color: var(--body-text-color-subdued) !important; }
#notice { border-left: 4px solid var(--primary-600); padding-left: 12px; }
.spectrograms { max-width: 900px; margin: 0 auto; }
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
        keeps: list[KeepInputs] = []
        with gr.Tab("Convert a recording"):
            with gr.Row():
                with gr.Column():
                    source = _recording("Recording of what is said", "source")
                    with gr.Accordion("A file of another kind (WebM, MP4)", open=False, elem_id="other"):
                        # The component above takes only what the browser calls audio.
                        other = gr.File(label="Recording of what is said", elem_id="source-file", height=110)
                    tau, seed = _noise("convert")
                with gr.Column():
                    voice_inputs, keep = _voice_inputs(page, "convert")
                job = _job_column("Convert", "convert")
            _connect(page.convert, [source, other, *voice_inputs, tau, seed], job, "convert")
            voices.append(voice_inputs[0])
            keeps.append(keep)
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
                    with gr.Row() as of_language:
                        language = gr.Dropdown(LANGUAGES, value="EN", label="Language", min_width=120)
                        accent = gr.Dropdown(
                            list(ACCENTS), value=ACCENTS[0], label="Accent (English)", min_width=120, elem_id="accent"
                        )
                    base = _base_speaker(page, of_language)
                    style, sliders = _manner()
                    tau, seed = _noise("clone")
                with gr.Column():
                    voice_inputs, keep = _voice_inputs(page, "clone")
                job = _job_column("Speak", "clone")
            _connect(
                page.clone, [text, *voice_inputs, base, language, accent, style, *sliders, tau, seed], job, "clone"
            )
            voices.append(voice_inputs[0])
            keeps.append(keep)
        gr.HTML(f"<p>{RESPONSIBLE}</p>", elem_id="notice")
        for keep in keeps:
            # The button waits, so that a second click cannot keep the voice twice.
            started = keep.button.click(lambda: gr.update(interactive=False), None, keep.button, **QUIETLY)
            kept = started.then(
                page.keep, [keep.name, *keep.recordings], [keep.state, *voices], show_progress="hidden", api_name=False
            )
            kept.then(lambda: gr.update(interactive=True), None, keep.button, **QUIETLY)
        blocks.load(lambda: [gr.update(choices=page.voice_choices())] * len(voices), None, voices, **QUIETLY)
        blocks.load(lambda: gr.update(choices=page.base_choices()), None, base, **QUIETLY)
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


class KeepInputs(NamedTuple):
    """Components that keep a voice in the bank."""

    name: gr.Textbox
    button: gr.Button
    state: gr.HTML
    recordings: list[Component]


def _voice_inputs(page: Page, name: str) -> tuple[list[Component], KeepInputs]:
    """Return the list of voices with the inputs of recordings, and the components that keep a voice."""
    voice = gr.Dropdown(page.voice_choices(), value=FROM_RECORDINGS, label="Voice wanted", elem_id=f"{name}-voice")
    with gr.Column() as recordings:
        reference = _recording("Recording of the voice, 5 s or more", f"{name}-reference")
        with gr.Accordion("More recordings of this voice", open=False):
            more = gr.File(file_count="multiple", label="Recordings", elem_id=f"{name}-more", height=110)
        with gr.Accordion("Keep this voice", open=False, elem_id=f"{name}-keeping"):
            label = gr.Textbox(label="Name in the list of voices", max_length=64, elem_id=f"{name}-keep-name")
            button = gr.Button("Keep", size="sm", elem_id=f"{name}-keep")
    state = gr.HTML(elem_id=f"{name}-keep-state")  # outside: the column is hidden then
    voice.change(lambda chosen: gr.update(visible=chosen == FROM_RECORDINGS), voice, recordings, **QUIETLY)
    return [voice, reference, more], KeepInputs(label, button, state, [reference, more])


def _base_speaker(page: Page, of_language: gr.Row) -> gr.Dropdown:
    """Return the list of base speakers. A Piper voice has its own language, so `of_language` is hidden for one."""
    base = gr.Dropdown(page.base_choices(), value=OF_LANGUAGE, label="Base speaker", elem_id="base")
    base.change(lambda chosen: gr.update(visible=chosen == OF_LANGUAGE), base, of_language, **QUIETLY)
    return base


def _noise(name: str) -> tuple[gr.Slider, gr.Number]:
    with gr.Accordion("Variation (seed)", open=False, elem_id=f"{name}-variation"):
        tau = gr.Slider(0, 1, 0.3, step=0.05, label="How much the sound varies (tau)")
        label = "Seed: the same number gives the same result"
        seed = gr.Number(0, label=label, precision=0, minimum=0, maximum=LARGEST_SEED)
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
    style.change(lambda name: list(_values(name).values()), style, sliders, **QUIETLY)
    return style, sliders


def _values(style: str) -> dict[str, float]:
    return {name: getattr(STYLES[style], name) for name in RANGES}


class JobColumn(NamedTuple):
    """Components of a job: its buttons and its outputs."""

    button: gr.Button
    cancel: gr.Button
    outputs: Shown


def _job_column(label: str, name: str) -> JobColumn:
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
    # Rendered below the columns, by `_connect`.
    picture = gr.Image(
        label="Spectrograms",
        show_label=False,  # it would hide the title of the first one
        format="png",
        interactive=False,
        visible=False,
        elem_id=f"{name}-picture",
        elem_classes="spectrograms",
        buttons=["download", "fullscreen"],
        render=False,
    )
    return JobColumn(button, cancel, Shown(state, sound, figures, picture))


def _connect(work: Callable, inputs: list[Component], job: JobColumn, name: str) -> None:
    """Let the buttons start and cancel a job. One job runs at a time over the whole page: there is one model."""
    job.outputs.picture.render()
    buttons = [job.button, job.cancel]
    idle = [gr.update(interactive=True), gr.update(interactive=False)]
    busy = [gr.update(interactive=False), gr.update(interactive=True)]
    nothing = Shown(state_line("Waiting for the model"), None, "", gr.update(value=None, visible=False))
    started = job.button.click(lambda: [*nothing, *busy], None, [*job.outputs, *buttons], **QUIETLY)
    running = started.then(
        work,
        inputs,
        list(job.outputs),
        concurrency_limit=1,
        concurrency_id="model",
        show_progress="hidden",
        api_name=name,
    )
    running.then(lambda: idle, None, buttons, **QUIETLY)
    job.cancel.click(
        lambda: [state_line("Cancelled"), *idle], None, [job.outputs.state, *buttons], cancels=[running], **QUIETLY
    )
