# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""The rows of a batch spread over a Ray cluster: actors that hold one backend each, fed by Ray Data.

batch.py -> rows -> Ray Data -> a Worker in each actor -> files on a disk that all machines share, and entries that come
back here, where alone the report is written. An actor that dies is started anew and its row made again, into the same
file; its entry comes once. On one machine with several cards there is a shorter way: `batch --device all`.
"""

import json
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory

from models.demos.openvoice.demo.batch import Job, Worker
from models.tt_audio.host.errors import UsageError

LOCAL = "local"
ROOT = Path(__file__).resolve().parents[4]  # from where `models` is imported, on every machine
CARD = "tenstorrent"  # the resource that `ray start` gives a machine with a card
LOCAL_STORE = 100 << 20  # bytes; rows and entries are small, sound goes by files


class Actor:
    """A Worker as Ray Data calls it: a batch of columns in, a batch of columns out."""

    def __init__(self, make: tuple):
        self.worker = Worker(*make)

    def __call__(self, rows: dict) -> dict:
        entries = self.worker.run([Job(**json.loads(job)) for job in rows["job"]])
        return {"entry": [json.dumps(entry | {"worker": os.getpid()}) for entry in entries]}


def run(jobs: list[Job], make: tuple, address: str, workers: int) -> Iterator[dict]:
    """An entry of the report for each job, in the order in which they become ready."""
    if not jobs:
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
        rows = ray.data.from_items([{"job": json.dumps(asdict(job))} for job in jobs], override_num_blocks=len(jobs))
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
    """Connected to the cluster; one on this machine is started, and stopped in the end."""
    # Its news about itself and about settings that nobody here has made.
    logging.getLogger("ray.data").setLevel(logging.ERROR)
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
    paths = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    # Ray's sockets lie in its folder, and the path of a socket has 107 bytes at most: $TMPDIR may be too long for it.
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
