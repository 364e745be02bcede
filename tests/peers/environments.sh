#!/usr/bin/env bash
# Build one environment for each package, with the Tumble of this checkout: `environments.sh PYTHON`, where PYTHON is that
# of the main environment. They go to .peers, or to the folder TUMBLE_PEERS. What is complete isn't built again; after an
# interruption the next call continues.
set -euo pipefail
cd "$(dirname "$0")/../.."
main="$PWD/$1"
[ -x "$main" ] || main="$1"
folder="${TUMBLE_PEERS:-$PWD/.peers}"
torch="$(grep '^torch==' requirements.lock)"
export PIP_DISABLE_PIP_VERSION_CHECK=1
mkdir -p "$folder/wheel"

# Tumble is built once, with the torch of the main environment, which all others have, too.
rm -f "$folder"/wheel/*.whl
"$main" -m pip wheel --quiet --no-build-isolation --no-deps --wheel-dir "$folder/wheel" .

# environment NAME REQUIREMENT...: the requirements, and options of pip among them, are stored when they are installed.
environment() {
  local name="$1" python="$folder/$1/bin/python"
  shift
  if [ "$(cat "$folder/$name/.requirements" 2>/dev/null)" != "$torch $*" ]; then
    echo "test-peers: $name: $*"
    "$main" -m venv --clear "$folder/$name"
    "$python" -m pip install --quiet "$torch"
    "$python" -m pip install --quiet "$torch" "$@"
  fi
  "$python" -m pip install --quiet "$torch" "$folder"/wheel/*.whl
  "$python" -m pip install --quiet --no-deps --force-reinstall "$folder"/wheel/*.whl
  echo "$torch $*" >"$folder/$name/.requirements"
}

# Older releases of i-PI, whose servers the driver has to get on with: packages in a folder, without an interpreter.
for release in 3.1 3.2; do
  [ -x "$folder/ipi-$release/bin/i-pi" ] ||
    "$main" -m pip install --quiet --no-deps --target "$folder/ipi-$release" "ipi==$release.*"
done

environment sevennet sevenn==0.13.0
environment mace mace-torch==0.3.16
environment nequip nequip==0.19.1 nequip-allegro==0.8.3
environment metatrain metatrain==2026.4.1
environment chgnet chgnet==0.4.2 # for benchmarks/audit_table.py alone
# SchNetPack 2.1.1 requires sympy 1.12 or older, torch a newer one: so it comes without its requirements, and they follow.
environment schnetpack "ase>=3.21" dirsync fasteners h5py "hydra-core>=1.1.0" "hydra-colorlog>=1.1.0" "matscipy>=1.1.0" \
  "numpy>=2.0.0" protobuf "pytorch-lightning>=2.0.0" pyyaml rich "tensorboard>=2.17.1" "tensorboardX>=2.6.2.2" \
  torch-ema torchmetrics tqdm
"$folder/schnetpack/bin/python" -m pip install --quiet --no-deps schnetpack==2.1.1
