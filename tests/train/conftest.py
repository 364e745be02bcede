"""A configuration for a small set of labeled frames."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from support.labeled import training_settings


@pytest.fixture
def settings(tmp_path: Path) -> dict[str, Any]:
    return training_settings(tmp_path)
