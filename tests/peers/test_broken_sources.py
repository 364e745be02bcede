"""What is no model of a kind, or half of one, gives one line and no file."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.peers import convert, run_script

pytestmark = [pytest.mark.peers, pytest.mark.timeout(2400)]

MAKE = {
    "sevennet": ("make_sevennet.py",),
    "mace": ("make_mace.py",),
    "nequip": ("make_nequip.py", "allegro"),
    "schnetpack": ("make_schnetpack.py", "painn"),
    "metatrain": ("make_metatrain.py", "default"),
}
SUFFIX = {"sevennet": ".pth", "mace": ".model", "nequip": ".ckpt", "schnetpack": ".model", "metatrain": ".ckpt"}
OPTIONS = {"schnetpack": ("--elements", "H", "O", "--option", "units=eV,Ang")}


@pytest.mark.parametrize("kind", MAKE)
def test_broken_sources(kind: str, tmp_path: Path) -> None:
    whole = tmp_path / f"whole{SUFFIX[kind]}"
    script, *arguments = MAKE[kind]
    run_script(kind, script, *arguments, whole)
    text, half = tmp_path / f"text{SUFFIX[kind]}", tmp_path / f"half{SUFFIX[kind]}"
    text.write_text("no model\n")
    half.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    before = set(tmp_path.iterdir())
    for source in (tmp_path / "gone", text, half):
        done = convert(kind, source, tmp_path / "out.pt", *OPTIONS.get(kind, ()))
        assert (done.returncode, done.stdout) == (1, ""), done.stderr
        assert done.stderr.startswith("tumble: error: `source`: expected "), done.stderr
        assert (done.stderr.count("\n"), str(source) in done.stderr) == (1, True), done.stderr
    assert set(tmp_path.iterdir()) == before
