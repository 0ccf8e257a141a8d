# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""`eval`: measure conversions over a manifest, with PyTorch, with the device, or with both.

manifest or corpus -> rows -> conversion by each chain ("torch", "ttnn") -> judges -> figures. Each figure is also
measured on the unconverted recording. The summary has mean, minimum, maximum and a 95 % interval by bootstrap.
"""

import argparse
import time
from collections.abc import Iterator, Sequence

from models.demos.openvoice.demo import loading
from models.demos.openvoice.demo.checks import VOICE_FILES
from models.demos.openvoice.pipeline import OpenVoice
from models.demos.openvoice.text.frontend import canonical_language
from models.tt_audio.cli import backends, manifest
from models.tt_audio.cli.manifest import Row
from models.tt_audio.cli.terminal import counted, note, progress, tell
from models.tt_audio.host import audio
from models.tt_audio.host.errors import UsageError
from models.tt_audio.judges import corpora, metrics
from models.tt_audio.judges.conversions import FIGURES, Judges, measure_result, measure_source, summarise, write_json
from models.tt_audio.judges.mel import log_mel
from models.tt_audio.judges.naturalness import require_naturalness
from models.tt_audio.judges.recognisers import open_recogniser
from models.tt_audio.judges.speaker_encoder import speaker_encoder


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
        language = canonical_language(row.language or "EN")
        common = measure_source(source, reference, parallel, rate, row.text, language, judges)
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
            figures = measure_result(result, source, reference, parallel, rate, row.text, language, judges)
            if name in times and backends.has_time(name):
                figures["rtf"] = times[name] * rate / len(result)
            if name != "torch" and "torch" in results:
                figures["pcc"] = metrics.correlation(results["torch"], result)
                figures["log_mel_pcc"] = metrics.correlation(log_mel(results["torch"], rate), log_mel(result, rate))
            chain_figures[name] = common | figures
        yield {"where": row.where, "source": str(row.source), "voice": [*map(str, row.voice)], "chains": chain_figures}


# ---- the outcome


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
