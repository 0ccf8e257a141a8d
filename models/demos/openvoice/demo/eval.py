# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""`eval`: measure conversions over a manifest, with PyTorch, with the device, or with both.

manifest or corpus -> rows -> conversion by each chain ("torch", "ttnn") -> judges -> figures. Each figure is also
measured on the unconverted recording. The summary has mean, minimum, maximum and a 95 % interval by bootstrap.
"""

import argparse
import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from models.demos.openvoice.demo import loading
from models.demos.openvoice.demo.checks import VOICE_FILES
from models.demos.openvoice.pipeline import OpenVoice
from models.demos.openvoice.text.frontend import canonical_language
from models.tt_audio.cli import backends, manifest
from models.tt_audio.cli.manifest import Row
from models.tt_audio.cli.terminal import counted, note, progress, tell
from models.tt_audio.host import audio
from models.tt_audio.host.errors import UsageError
from models.tt_audio.host.files import complete_file
from models.tt_audio.judges import corpora, metrics
from models.tt_audio.judges.mel import log_mel
from models.tt_audio.judges.naturalness import naturalness, require_naturalness
from models.tt_audio.judges.recognisers import Recogniser, open_recogniser
from models.tt_audio.judges.speaker_encoder import speaker_encoder
from models.tt_audio.judges.word_errors import BY_CHARACTER, character_error_rate, word_error_rate

# Figure -> its explanation. A name that begins with source_ is measured on the unconverted recording.
FIGURES = {
    "similarity": "result to wanted voice, cosine of speaker embeddings",
    "source_similarity": "source to wanted voice",
    "kept_similarity": "result to the source's own voice",
    "word_errors": "word error rate of the recogniser on the result",
    "source_word_errors": "word error rate of the recogniser on the source",
    "character_errors": "character error rate of the recogniser on the result",
    "source_character_errors": "character error rate of the recogniser on the source",
    "naturalness": "DNSMOS P.835 of the result, overall, 1 to 5",
    "source_naturalness": "DNSMOS P.835 of the source, overall, 1 to 5",
    "log_mel_distance": "dB, result to the wanted voice saying the same words",
    "source_log_mel_distance": "dB, source to the wanted voice saying the same words",
    "distortion": "MCD in dB, result to the wanted voice saying the same words",
    "source_distortion": "MCD in dB, source to the wanted voice saying the same words",
    "pitch_correlation": "correlation of the log pitch of result and source, where both are voiced",
    "silent": "share of the result that is silent",
    "clipped": "share of the result at full scale",
    "rtf": "seconds of computing per second of sound, from file to samples, with all transfers",
    "pcc": "correlation of the waveform with that of the chain torch",
    "log_mel_pcc": "correlation of the log-mel spectrogram with that of the chain torch",
}


@dataclass(frozen=True)
class Judges:
    """Judges that measure a recording by itself, besides the speaker encoder."""

    recogniser: Recogniser | None
    naturalness: bool


def evaluate(options: argparse.Namespace) -> None:
    """Run the command: convert and measure every row, print the table, write the JSON file."""
    if options.corpus:
        rows = getattr(corpora, options.corpus)(options.manifest, options.pairs, options.seed)
    else:
        rows = manifest.read(options.manifest)
    for row in rows:
        if row.source is None or not row.voice:
            raise UsageError(f"{row.where}: an evaluation needs a source and a voice")
        if any(path.suffix in VOICE_FILES for path in row.voice):
            raise UsageError(
                f"{row.where}: similarity is measured on recordings; give recordings instead of a voice file"
            )
    # The judges are loaded here, so that a missing package is reported before anything is converted.
    judges = Judges(open_recogniser(options.recogniser, options.whisper), options.naturalness == "dnsmos")
    if judges.naturalness:
        require_naturalness()
    speaker_encoder()
    chains = {} if all(row.result for row in rows) else open_chains(options)
    measured = []
    with progress(len(rows), "row") as bar:
        for figures in measure_rows(rows, chains, judges, options.tau, options.seed):
            measured.append(figures)
            bar.update()
    facts = {
        "model": options.model,
        "speaker_encoder": "Resemblyzer 0.1.4",
        "recogniser": judges.recogniser.name if judges.recogniser else None,
        "naturalness": "DNSMOS P.835" if judges.naturalness else None,
        "tau": options.tau,
        "seed": options.seed,
        "summary": summarise(measured, options.seed),
        "rows": measured,
    }
    if options.output:
        write_json(options.output, facts)
    tell(options, table(facts["summary"], measured), facts)


def open_chains(options: argparse.Namespace) -> dict[str, OpenVoice]:
    """Load the model for each chain: one by the chosen backend, or "torch" and "ttnn" with --compare."""
    if not options.compare:
        return {backends.choose_backend(options.backend, options.device)[0]: loading.open_model(options)}
    if options.precision:
        raise UsageError("--compare computes the chain torch in fp32; leave --precision out")
    found = loading.find_model(options.model)
    note(f"model {found.name}{found.why}, chains torch (fp32) and ttnn")
    device = backends.backend_settings(options, "ttnn")
    return {
        "torch": loading.load(found.folder, "torch", precision="exact"),
        "ttnn": loading.load(found.folder, "ttnn", **device),
    }


# ---- measuring


def measure_rows(
    rows: Sequence[Row], chains: dict[str, OpenVoice], judges: Judges, tau: float, seed: int
) -> Iterator[dict]:
    """Yield the figures of each row, one set per chain; a row with a finished result has one chain, "result"."""
    if chains and rows:
        for model in chains.values():  # warm-up: compilation and one-time measurements belong to no row
            model.convert(rows[0].source, model.voice(list(rows[0].voice)), None, tau, seed)
    for row in rows:
        rate = next((model.sampling_rate for model in chains.values()), 22050)
        source = audio.load(row.source, rate)
        reference = [audio.load(path, rate) for path in row.voice]
        parallel = audio.load(row.parallel, rate) if row.parallel else None
        common = measure_source(source, reference, parallel, rate, row.text, row.language or "EN", judges)
        results, times = {}, {}
        if row.result:
            results["result"] = audio.load(row.result, rate)
        else:
            for name, model in chains.items():
                voice = model.voice(list(row.voice))
                started = time.perf_counter()
                results[name] = model.convert(row.source, voice, None, tau, seed if row.seed is None else row.seed)
                times[name] = time.perf_counter() - started
        chain_figures = {}
        for name, result in results.items():
            figures = measure_result(result, source, reference, parallel, rate, row.text, row.language or "EN", judges)
            if name in times and backends.has_time(name):
                figures["rtf"] = times[name] * rate / len(result)
            if name != "torch" and "torch" in results:
                figures["pcc"] = metrics.correlation(results["torch"], result)
                figures["log_mel_pcc"] = metrics.correlation(log_mel(results["torch"], rate), log_mel(result, rate))
            chain_figures[name] = common | figures
        yield {"where": row.where, "source": str(row.source), "voice": [*map(str, row.voice)], "chains": chain_figures}


def measure_source(source, reference, parallel, rate: int, text: str, language: str, judges: Judges) -> dict:
    """Measure the unconverted recording; the names of its figures begin with source_."""
    figures = {"source_similarity": _similarity(source, reference, rate)}
    figures |= {f"source_{name}": value for name, value in _distances(source, parallel, rate).items()}
    figures |= {f"source_{name}": value for name, value in _heard(source, rate, text, language, judges).items()}
    return figures


def measure_result(result, source, reference, parallel, rate: int, text: str, language: str, judges: Judges) -> dict:
    """Measure `result`, a conversion of `source` to the voice of the recordings `reference`."""
    found = metrics.level(result, rate)
    figures = {"faults": found.faults, "silent": found.silent, "clipped": found.clipped, "peak": found.peak}
    figures["rms_dbfs"] = found.rms_dbfs
    if {"not finite", "silent"} & set(found.faults):
        return figures  # the other measures need sound
    figures["similarity"] = _similarity(result, reference, rate)
    figures["kept_similarity"] = metrics.similarity(result, source, rate)
    figures["pitch_correlation"] = metrics.pitch_correlation(result, source, rate)
    figures |= _distances(result, parallel, rate)
    return figures | _heard(result, rate, text, language, judges)


def _similarity(samples, reference, rate: int) -> float:
    encoder = speaker_encoder()
    mean = np.mean([encoder.embed(one, rate) for one in reference], axis=0)
    return float(encoder.embed(samples, rate) @ mean / np.linalg.norm(mean))


def _distances(samples, parallel, rate: int) -> dict:
    if parallel is None:
        return {}
    warp = len(samples) != len(parallel)  # recordings of equal length are in step
    return {
        "log_mel_distance": metrics.log_mel_distance(samples, parallel, rate, warp),
        "distortion": metrics.mel_cepstral_distortion(samples, parallel, rate, warp),
    }


def _heard(samples, rate: int, text: str, language: str, judges: Judges) -> dict:
    """Measure naturalness, and the errors of the recogniser against `text` if there is one."""
    figures = {"naturalness": naturalness(samples, rate).overall} if judges.naturalness else {}
    if judges.recogniser is None or not text:
        return figures
    language = canonical_language(language)
    heard = judges.recogniser(samples, rate, language)
    figures["character_errors"] = character_error_rate(text, heard, language)
    if language not in BY_CHARACTER:
        figures["word_errors"] = word_error_rate(text, heard, language)
    return figures | {"heard": heard}


# ---- the outcome


def summarise(measured: Sequence[dict], seed: int) -> dict:
    """Return chain -> figure -> summary over the rows that have the figure, and the number of faulty rows."""
    names = dict.fromkeys(name for row in measured for name in row["chains"])
    found = {}
    for chain in names:
        rows = [row["chains"][chain] for row in measured if chain in row["chains"]]
        values = {figure: [row[figure] for row in rows if row.get(figure) is not None] for figure in FIGURES}
        found[chain] = {name: asdict(metrics.summary(some, seed)) for name, some in values.items() if some}
        found[chain]["faulty_rows"] = sum(bool(row["faults"]) for row in rows)
    return found


def table(summary: dict, measured: Sequence[dict]) -> str:
    """Format the summary as text, followed by the faults of single rows."""
    lines = []
    for chain, figures in summary.items():
        lines.append(f"{chain}: {counted(len(measured), 'row')}, {figures['faulty_rows']} of them faulty")
        lines.append(f"  {'':24} {'mean':>8} {'95 % interval':>20} {'minimum':>8} {'maximum':>8}")
        for name, what in FIGURES.items():
            if name in figures:
                digits = 6 if name.endswith("pcc") else 3
                mean, low, high, least, most = (
                    f"{figures[name][key]:.{digits}f}" for key in ("mean", "low", "high", "minimum", "maximum")
                )
                lines.append(f"  {name:24} {mean:>8} {low:>8} .. {high:<8} {least:>8} {most:>8}   {what}")
    lines += [
        f"{row['where']}: {', '.join(chain['faults'])}"
        for row in measured
        for chain in row["chains"].values()
        if chain["faults"]
    ]
    return "\n".join(lines)


def write_json(path: Path, facts: dict) -> None:
    """Write an object as JSON: complete, or not at all."""
    with complete_file(path) as file:
        file.write((json.dumps(facts, ensure_ascii=False, indent=1) + "\n").encode(errors="backslashreplace"))
