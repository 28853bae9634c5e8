# SPDX-License-Identifier: GPL-2.0-only
"""From a kernel of lab.yaml to what is built."""

from pathlib import Path

import pytest

from harness.config.models import KernelSpec
from harness.errors import BadInput
from harness.kernel.build import BuildRequest
from harness.kernel.sources import SourceTree
from harness.kernel.spec import request_for


def _request(release: str) -> BuildRequest:
    spec = KernelSpec.model_validate({"source": {"debian": "linux-source-6.1"}})
    return request_for("mine", spec, SourceTree(Path("/nowhere"), release, "digest"), (), ())


def test_a_kernel_whose_driver_cannot_take_the_labs_nvdimms_is_refused() -> None:
    with pytest.raises(BadInput, match=r"kernels\.mine: Linux 4\.4\.155 is older than 4\.5: .* take a newer one"):
        _request("4.4.155")


@pytest.mark.parametrize("release", ["4.5.0", "4.10.17", "6.1.192", "linux-build"])
def test_all_others_are_built(release: str) -> None:
    assert _request(release).source.release == release
