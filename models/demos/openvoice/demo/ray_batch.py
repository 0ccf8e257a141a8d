# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Spread the rows of a batch over a Ray cluster: actors with one loaded model each, fed by Ray Data.

rows -> Ray Data -> a RowWorker in each actor -> files on a disk that all machines share. The entries return to this
process, which alone writes the report. If an actor dies, Ray starts it again and repeats its row, into the same file;
the entry arrives once. For several cards in one machine, `batch --device all` is simpler.
"""

import json
import logging
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory

from models.demos.openvoice.demo.batch import BatchRow, RowWorker
from models.tt_audio.host.errors import UsageError

LOCAL = "local"
ROOT = Path(__file__).resolve().parents[4]  # `models` is imported from here, on every machine
CARD = "tenstorrent"  # the resource of machines with a card, set by `ray start --resources`
LOCAL_STORE = 100 << 20  # bytes; rows and entries are small, because sound is passed in files
CONNECT_SECONDS = 30
# Run in a process of its own: for a wrong address Ray itself tries for minutes and prints log lines.
CONNECT = "import ray, sys; ray.init(address=sys.argv[1], log_to_driver=False, logging_level='ERROR')"


class Actor:
    """A RowWorker with the interface of Ray Data: it takes and returns a batch of columns."""

    def __init__(self, make: tuple):
        self.worker = RowWorker(*make)

    def __call__(self, rows: dict) -> dict:
        entries = self.worker.run([_row(text) for text in rows["row"]])
        return {"entry": [json.dumps(entry | {"worker": os.getpid()}) for entry in entries]}


def _row(text: str) -> BatchRow:
    fields = json.loads(text)
    return BatchRow(**fields | {"voice": tuple(fields["voice"])})


def run(batch_rows: Sequence[BatchRow], make: tuple, address: str, workers: int) -> Iterator[dict]:
    """Make the rows on the cluster at `address` and yield their entries in the order in which they become ready.

    `make` are the arguments of RowWorker. `address` is LOCAL for a cluster that is started on this machine.
    """
    if not batch_rows:
        return
    try:
        import ray
    except ImportError:
        raise UsageError(
            "--ray needs Ray, which is not installed: run `pip install 'ray[data]==2.54.1' pyarrow==21.0.0`"
        ) from None
    with _cluster(ray, address, workers):
        context = ray.data.DataContext.get_current()
        context.enable_progress_bars = False
        items = [{"row": json.dumps(asdict(row))} for row in batch_rows]
        rows = ray.data.from_items(items, override_num_blocks=len(items))
        needs = {"resources": {CARD: 1}} if make[1] == "ttnn" and address != LOCAL else {}
        entries = rows.map_batches(
            Actor,
            fn_constructor_args=(make,),
            batch_size=1,
            compute=ray.data.ActorPoolStrategy(size=workers),
            num_cpus=1,
            max_restarts=-1,
            max_task_retries=-1,
            **needs,
        )
        for row in entries.iter_rows():
            yield json.loads(row["entry"])


@contextmanager
def _cluster(ray, address: str, workers: int) -> Iterator[None]:
    """Connect to the cluster at `address` for the length of the block; LOCAL starts one and stops it at the end."""
    if address != LOCAL:
        _check_address(address)
    # Ray would print messages about itself and about settings that are not made here.
    logging.getLogger("ray.data").setLevel(logging.ERROR)
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
    paths = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    # Ray makes sockets in its folder. The path of a socket has 107 bytes at most, and $TMPDIR may be longer.
    with TemporaryDirectory(prefix="ray-", dir="/tmp", ignore_cleanup_errors=True) as folder:
        local = {"include_dashboard": False, "num_cpus": workers, "object_store_memory": LOCAL_STORE}
        try:
            ray.init(
                address=None if address == LOCAL else address,
                runtime_env={"env_vars": {"PYTHONPATH": paths}},
                log_to_driver=False,
                logging_level="ERROR",
                **{**local, "_temp_dir": folder} if address == LOCAL else {},
            )
        except (ConnectionError, ValueError) as error:
            raise UsageError(
                f"there is no Ray cluster at {address} ({str(error).splitlines()[0]}); check the address"
            ) from None
        try:
            yield
        finally:
            ray.shutdown()


def _check_address(address: str) -> None:
    """Raise a UsageError if there is no cluster at `address` within CONNECT_SECONDS."""
    try:
        found = subprocess.run(
            [sys.executable, "-c", CONNECT, address],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=CONNECT_SECONDS,
            check=False,
        ).returncode
    except subprocess.TimeoutExpired:
        raise UsageError(f"no Ray cluster answers at {address} within {CONNECT_SECONDS} s; check the address") from None
    if found != 0:
        raise UsageError(f"there is no Ray cluster at {address}; check the address")
