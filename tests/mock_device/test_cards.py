# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Every mocked card, each in a process of its own (TTNN knows one cluster a process), and what is left afterwards."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from mock_device import runtime

ROOT = Path(__file__).resolve().parents[2]

# Opens all chips of a card as a 1xN mesh, splits a batch over them, squares it there, joins it in order.
SESSION = """
import sys
from mock_device import runtime
card = runtime.setup(sys.argv[1])
import torch, ttnn
from mock_device.golden import GoldenExecutor
dispatch = ttnn.DispatchCoreConfig(ttnn.DispatchCoreType.WORKER)
mesh = ttnn.open_mesh_device(ttnn.MeshShape(1, card.num_chips), dispatch_core_config=dispatch)
with GoldenExecutor():
    batch = torch.randn(2 * card.num_chips, 1, 32, 32)
    split = ttnn.from_torch(batch, dtype=ttnn.float32, layout=ttnn.TILE_LAYOUT, device=mesh,
                            mesh_mapper=ttnn.ShardTensorToMesh(mesh, dim=0))
    assert list(split.shape) == [2, 1, 32, 32], split.shape
    shared = ttnn.from_torch(torch.full((1, 1, 32, 32), 2.0), dtype=ttnn.float32, layout=ttnn.TILE_LAYOUT, device=mesh,
                             mesh_mapper=ttnn.ReplicateTensorToMesh(mesh))
    result = ttnn.to_torch(ttnn.add(ttnn.square(split), shared), mesh_composer=ttnn.ConcatMeshToTensor(mesh, dim=0))
    torch.testing.assert_close(result, batch ** 2 + 2)
print("opened", card.name, mesh.get_num_devices(), ttnn.get_arch_name(), mesh.compute_with_storage_grid_size())
ttnn.close_mesh_device(mesh)
"""


def python(*arguments, folder, **environment):
    """Run Python on the repository with its own temporary, home and working folders; a clean device environment."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("TT_METAL", "MOCK_DEVICE"))}
    for name in ("tmp", "home"):
        (folder / name).mkdir(exist_ok=True)
    clean |= {"TMPDIR": str(folder / "tmp"), "HOME": str(folder / "home"), "PYTHONPATH": str(ROOT)} | environment
    return subprocess.Popen(
        [sys.executable, "-c", *arguments],
        env=clean,
        cwd=folder,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def finish(process):
    output, errors = process.communicate(timeout=200)
    assert process.returncode == 0, errors[-3000:]
    return output


def test_all_cards_at_the_same_time_open_compute_and_leave_nothing(tmp_path):
    """Share one folder for temporary files among four processes; two are children of a process that mocks a card.

    Such children inherit its environment, and must not share its folder.
    """
    cards = [
        ("n150", 1, "wormhole_b0", "8-8", {"MOCK_DEVICE_OWNER": "1"}),
        ("n300", 2, "wormhole_b0", "8-7", {}),
        ("t3k", 8, "wormhole_b0", "8-7", {"MOCK_DEVICE_OWNER": "1"}),
        ("p150", 1, "blackhole", "11-10", {}),
    ]
    processes = [python(SESSION, card, folder=tmp_path, **environment) for card, *_, environment in cards]
    for process, (card, chips, arch, grid, _) in zip(processes, cards, strict=True):
        output = finish(process)
        assert f"opened {card} {chips} {arch}" in output and grid in output
    assert sorted(p.name for p in tmp_path.iterdir()) == ["home", "tmp"]
    assert not list((tmp_path / "tmp").iterdir()) and not list((tmp_path / "home").iterdir())


def test_the_folder_of_a_killed_process_is_swept_by_the_next(tmp_path):
    killed = python(
        "import os, signal; from mock_device import runtime; runtime.setup(); os.kill(os.getpid(), signal.SIGKILL)",
        folder=tmp_path,
    )
    killed.communicate(timeout=60)
    left = list((tmp_path / "tmp").iterdir())
    assert len(left) == 1
    finish(python("from mock_device import runtime; runtime.setup()", folder=tmp_path))
    assert not left[0].exists()


@pytest.mark.parametrize("variable", ["TT_METAL_SIMULATOR", "TT_METAL_MOCK_CLUSTER_DESC_PATH"])
def test_what_the_caller_provides_is_left_alone(variable, tmp_path):
    (tmp_path / "given").write_text("")
    code = "import os; from mock_device import runtime; print(runtime.setup(), os.environ.get('TT_METAL_RUNTIME_ROOT'))"
    assert finish(python(code, folder=tmp_path, **{variable: str(tmp_path / "given")})) == "None None\n"


def refusal(code, folder, **environment):
    process = python(code, folder=folder, **environment)
    _, errors = process.communicate(timeout=60)
    assert process.returncode != 0
    return errors.strip().splitlines()[-1]


def test_a_cluster_description_that_does_not_exist(tmp_path):
    line = refusal(
        "from mock_device import runtime; runtime.setup()", tmp_path, TT_METAL_MOCK_CLUSTER_DESC_PATH="/no/such.yaml"
    )
    assert line.endswith(
        "TT_METAL_MOCK_CLUSTER_DESC_PATH names a cluster description that does not exist: /no/such.yaml"
    )


def test_another_card_in_the_same_process(tmp_path):
    line = refusal("from mock_device import runtime; runtime.setup('n150'); runtime.setup('p150')", tmp_path)
    assert line.endswith("this process already mocks a n150: use another process for a p150")


def test_an_unknown_arch(expect_error):
    with expect_error(
        runtime.MockDeviceError, "unknown architecture or card 'grayskull': choose one of wormhole_b0, blackhole, n150"
    ):
        runtime.choose("grayskull")


def test_pytest_refuses_an_unknown_arch_in_one_line(tmp_path):
    process = subprocess.run(
        [sys.executable, "-m", "pytest", "--arch", "grayskull", "--collect-only", "-q", str(ROOT / "tests")],
        cwd=ROOT,
        text=True,
        capture_output=True,
        timeout=120,
    )
    assert process.returncode == 4
    assert "ERROR: unknown architecture or card 'grayskull'" in process.stderr
