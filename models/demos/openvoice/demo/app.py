# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Web page: a recording, or a text, in the voice of another recording; hear it, see it, take it away.

    python -m models.demos.openvoice.demo.app
    python -m models.demos.openvoice.demo.app --port 8080 --backend ttnn

Browser -> [here] -> pipeline.py. Nothing on the page comes from anywhere but this process, and what was uploaded is
gone when it ends.
"""

import html
import os
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # read when Gradio is imported
import gradio as gr  # noqa: E402

from models.demos.openvoice.base_speakers import BASE_SPEAKERS  # noqa: E402
from models.demos.openvoice.demo import hosting  # noqa: E402
from models.demos.openvoice.demo.hosting import (  # noqa: E402
    RESPONSIBLE,
    Hosted,
    add_host_arguments,
    add_limit_arguments,
    given_limits,
)
from models.demos.openvoice.demo.loading import add_model_arguments  # noqa: E402
from models.demos.openvoice.styles import EMOTIONS, RANGES, STYLES  # noqa: E402
from models.tt_audio.cli.terminal import Parser, count, errors_as_sentences  # noqa: E402
from models.tt_audio.host.errors import UsageError, UserError  # noqa: E402
from models.tt_audio.host.voices import Voice  # noqa: E402
from models.tt_audio.judges.metrics import similarity  # noqa: E402
from models.tt_audio.judges.picture import draw  # noqa: E402

PORT = 7860
KEPT_SECONDS = 3600  # recordings and results; who comes back later uploads again
LARGEST_SEED = 2**31 - 1  # what the browser's number field holds exactly
SHOWN_SPEED = (0.5, 2.0)  # narrower than what a style may have: beyond, few understand it
ACCENTS = ("EN-Default", "EN-US", "EN-BR", "EN-IN", "EN-AU")
LANGUAGES = [
    ("English", "EN"),
    ("Spanish", "ES"),
    ("French", "FR"),
    ("Chinese (with English words)", "ZH"),
    ("Japanese", "JP"),
    ("Korean", "KR"),
]
assert {code for _, code in LANGUAGES} == BASE_SPEAKERS.keys()
FONTS = {"font": ["system-ui", "sans-serif"], "font_mono": ["ui-monospace", "monospace"]}  # those of the reader
EMPTY = "The result, its similarity to the voice wanted and three log-mel spectrograms appear here."
CSS = """
.gradio-container { max-width: 1180px !important; margin: 0 auto !important; }
#facts { color: var(--body-text-color-subdued); }
#notice { border-left: 4px solid var(--primary-500); padding-left: 12px; }
"""


@dataclass(frozen=True)
class PageLimits:
    upload_bytes: int = 32 << 20
    recording_seconds: float = 300.0
    text_characters: int = 4096
    result_seconds: float = 600.0
    waiting: int = 16


class Page:
    """What the buttons do."""

    def __init__(self, hosted: Hosted, limits: PageLimits, bert: str = "required"):
        self.hosted, self.limits, self.bert = hosted, limits, bert
        self.model = hosted.model
        self.rate = hosted.model.sampling_rate

    def convert(self, source, reference, more, tau, seed, progress=gr.Progress()):  # noqa: B008 - how Gradio passes it
        with _errors_on_the_page():
            if source is None:
                raise UsageError("give a recording of what is to be said")
            progress(0, "listening")
            samples = self._decoded(source)
            voice, heard = self._voice(reference, more)
            started = time.perf_counter()
            pieces = self.model.convert_stream(samples, voice, None, tau, int(seed), chunk_seconds=None)
            parts, seconds = [], 0.0
            for piece in pieces:
                parts.append(piece)
                seconds += len(piece) / self.rate
                progress(seconds * self.rate / len(samples), f"{seconds:.0f} of {len(samples) / self.rate:.0f} s")
            result = np.concatenate(parts)
            took = time.perf_counter() - started
            return self._shown({"source": samples, "reference": heard, "result": result}, took)

    def clone(
        self,
        text,
        reference,
        more,
        language,
        accent,
        style,
        speed,
        rhythm,
        stray,
        melody,
        pause,
        tau,
        seed,
        progress=gr.Progress(),  # noqa: B008 - how Gradio passes it
    ):
        with _errors_on_the_page():
            text = hosting.check_text(text or "", self.limits.text_characters, self.limits.result_seconds)
            manner = STYLES[style].changed(
                speed=speed, sdp_ratio=rhythm, noise_scale_w=stray, noise_scale=melody, pause=pause
            )
            base = hosting.base_speaker(language, manner)
            progress(0, "listening")
            voice, heard = self._voice(reference, more)
            speaker = accent if language == "EN" and manner.emotion is None and accent != ACCENTS[0] else None
            started = time.perf_counter()
            progress(0.1, "speaking")
            sentences = self.model.speak_stream(
                text, voice, language, speaker, manner, tau=tau, seed=int(seed), base=base, bert=self.bert
            )
            result = np.concatenate(list(self._bounded(sentences, progress)))
            return self._shown({"reference": heard, "result": result}, time.perf_counter() - started)

    def _bounded(self, sentences: Iterable[np.ndarray], progress) -> Iterable[np.ndarray]:
        seconds = 0.0
        for number, sentence in enumerate(sentences, 1):
            seconds += len(sentence) / self.rate
            if seconds > self.limits.result_seconds:
                raise UsageError(f"the speech lasts longer than {self.limits.result_seconds:g} s; shorten the text")
            progress(None, f"sentence {number}, {seconds:.0f} s")
            yield sentence

    def _voice(self, reference: str | None, more: Sequence[str] | None) -> tuple[Voice, np.ndarray]:
        paths = [*([reference] if reference else []), *(more or [])]
        if not paths:
            raise UsageError("give a recording of the voice wanted, best five seconds or more")
        recordings = [self._decoded(path) for path in paths]
        return self.model.voice(recordings), recordings[0]

    def _decoded(self, path: str) -> np.ndarray:
        """Of a file where Gradio put it; messages call it as its owner does."""
        with open(path, "rb") as file:
            if os.fstat(file.fileno()).st_size > self.limits.upload_bytes:
                raise UsageError(f"{Path(path).name} is larger than {self.limits.upload_bytes >> 20} MiB")
            return hosting.decode(_Named(file, hosting.file_name(path)), self.model, self.limits.recording_seconds)

    def _shown(self, recordings: dict[str, np.ndarray], took: float):
        """Sound, figures and picture of a result."""
        result = recordings["result"]
        seconds = len(result) / self.rate
        lines = [f"**{seconds:.1f} s** of speech, made in {took:.1f} s by {self.hosted.name} on {self.hosted.backend}."]
        try:
            alike = {
                name: similarity(sound, recordings["reference"], self.rate)
                for name, sound in recordings.items()
                if name != "reference"
            }
            figures = ", ".join(f"{name} and reference **{value:.2f}**" for name, value in alike.items())
            lines.append(f"Similarity of voices, from 0 to 1 (one speaker: above 0.75): {figures}.")
        except UsageError as error:  # the package with the judge is optional
            lines.append(f"No similarity: {html.escape(str(error))}.")
        with tempfile.TemporaryDirectory() as folder:
            draw(recordings, self.rate, Path(folder) / "spectrograms.png")
            with Image.open(Path(folder) / "spectrograms.png") as picture:
                picture.load()
        pcm = np.rint(result.clip(-1, 1) * 32767).astype(np.int16)
        return (self.rate, pcm), "\n\n".join(lines), picture


class _Named:
    """An open file under another name."""

    def __init__(self, file, name: str):
        self._file, self.name = file, name

    def __getattr__(self, attribute: str):
        return getattr(self._file, attribute)


@contextmanager
def _errors_on_the_page() -> Iterator[None]:
    """What a user can mend, as one sentence on the page, which stays until it is closed."""
    try:
        yield
    except UserError as error:
        sentence = html.escape(str(error), quote=False)
        raise gr.Error(sentence, duration=None, title="This cannot be done", print_exception=False) from None


# ---- the page


def make_page(page: Page) -> gr.Blocks:
    hosted = page.hosted
    with gr.Blocks(title="OpenVoice", analytics_enabled=False, delete_cache=(KEPT_SECONDS, KEPT_SECONDS)) as blocks:
        gr.Markdown("# OpenVoice\nA recording, or a text, in the voice of another recording.")
        why = html.escape(hosted.why)
        gr.Markdown(f"Model **{html.escape(hosted.name)}**, backend **{hosted.backend}**{why}", elem_id="facts")
        with gr.Tab("Convert a recording"):
            with gr.Row():
                with gr.Column():
                    source = _recording("What is said", "source")
                    reference, more = _voice_inputs("convert")
                    tau, seed = _noise()
                    button = gr.Button("Convert", variant="primary", elem_id="convert")
                outputs = _outputs("convert")
            _on_click(button, page.convert, [source, reference, more, tau, seed], outputs, "convert")
            if examples := _examples(hosted.model.folder):
                gr.Examples(examples, [source, reference], label="Recordings that came with the model")
        with gr.Tab("Speak a text"):
            with gr.Row():
                with gr.Column():
                    text = gr.Textbox(
                        "The ferry was late. Nobody minded.",
                        label="What is said",
                        lines=4,
                        max_length=page.limits.text_characters,
                        elem_id="text",
                    )
                    with gr.Row():
                        language = gr.Dropdown(LANGUAGES, value="EN", label="Language")
                        accent = gr.Dropdown(list(ACCENTS), value=ACCENTS[0], label="Accent (English)")
                    reference, more = _voice_inputs("clone")
                    style, sliders = _manner()
                    tau, seed = _noise()
                    button = gr.Button("Speak", variant="primary", elem_id="clone")
                outputs = _outputs("clone")
            inputs = [text, reference, more, language, accent, style, *sliders, tau, seed]
            _on_click(button, page.clone, inputs, outputs, "clone")
        gr.Markdown(RESPONSIBLE, elem_id="notice")
    return blocks.queue(max_size=page.limits.waiting, default_concurrency_limit=1, api_open=False)


def _examples(folder: Path | None) -> list[list[str]]:
    """What is said and in whose voice, where a model's folder has recordings, as the bundled one has."""
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


def _voice_inputs(name: str) -> tuple[gr.Audio, gr.File]:
    reference = _recording("Voice wanted (best 5 s or more)", f"{name}-reference")
    with gr.Accordion("More recordings of this voice", open=False):
        more = gr.File(file_count="multiple", label="WAV, FLAC, MP3 or OGG", elem_id=f"{name}-more", height=110)
    return reference, more


def _noise() -> tuple[gr.Slider, gr.Number]:
    with gr.Accordion("Chance", open=False):
        tau = gr.Slider(0, 1, 0.3, step=0.05, label="Variation of the voice (tau)")
        seed = gr.Number(0, label="Seed: the same gives the same", precision=0, minimum=0, maximum=LARGEST_SEED)
    return tau, seed


def _manner() -> tuple[gr.Dropdown, list[gr.Slider]]:
    """A preset, and the sliders that it sets."""
    names = [(f"{name} (OpenVoice V1)" if name in EMOTIONS else name, name) for name in STYLES]
    style = gr.Dropdown(names, value="neutral", label="Style", elem_id="style")
    with gr.Accordion("Manner", open=False):
        sliders = [
            gr.Slider(*(SHOWN_SPEED if name == "speed" else RANGES[name]), value, step=0.05, label=label)
            for (name, value), label in zip(
                _values("neutral").items(),
                ("Speed", "Rhythm: share that varies", "Rhythm: how far", "Intonation: how far", "Pause in s"),
                strict=True,
            )
        ]
    style.change(lambda name: list(_values(name).values()), style, sliders, queue=False, show_progress="hidden")
    return style, sliders


def _values(style: str) -> dict[str, float]:
    return {name: getattr(STYLES[style], name) for name in RANGES}


def _outputs(name: str) -> list:
    with gr.Column():
        sound = gr.Audio(
            label="Result",
            interactive=False,
            buttons=["download"],
            waveform_options=gr.WaveformOptions(show_recording_waveform=False),  # the browser's own player
            elem_id=f"{name}-result",
        )
        figures = gr.Markdown(EMPTY, elem_id=f"{name}-figures")
        picture = gr.Image(
            show_label=False,
            format="png",
            interactive=False,
            elem_id=f"{name}-picture",
            buttons=["download"],
        )
    return [sound, figures, picture]


def _on_click(button: gr.Button, work, inputs: list, outputs: list, name: str) -> None:
    """One job at a time over the whole page: there is one model."""
    button.click(work, inputs, outputs, concurrency_limit=1, concurrency_id="model", api_name=name)


def launch(page: Page, **where) -> tuple[gr.Blocks, str]:
    """The page at its address, served from a thread of its own."""
    blocks = make_page(page)
    _, address, _ = blocks.launch(
        **where,
        prevent_thread_lock=True,
        share=False,
        quiet=True,
        ssr_mode=False,  # would want a Node.js
        footer_links=[],
        max_file_size=page.limits.upload_bytes,
        theme=gr.themes.Soft(primary_hue="indigo", **FONTS),
        css=CSS,
    )
    return blocks, address


def make_parser() -> Parser:
    parser = Parser(prog="python -m models.demos.openvoice.demo.app", description=__doc__.partition("\nBrowser ->")[0])
    add_host_arguments(parser, PORT)
    add_limit_arguments(parser, PageLimits(), "file", {"waiting": (count, "jobs that wait for the model")})
    add_model_arguments(parser)
    return parser


def main(arguments: list[str] | None = None) -> None:
    options = make_parser().parse_args(arguments)
    limits = given_limits(PageLimits(), options)
    with errors_as_sentences(), tempfile.TemporaryDirectory() as folder:
        os.environ["GRADIO_TEMP_DIR"] = folder
        page = Page(hosting.host(options), limits, options.bert)
        try:
            blocks, address = launch(page, server_name=options.host, server_port=options.port)
        except OSError as error:  # Gradio's own sentence: the port is taken
            raise UsageError(str(error)) from None
        print(f"{address}  (Ctrl-C ends it)", flush=True)
        blocks.block_thread()


if __name__ == "__main__":
    main()
