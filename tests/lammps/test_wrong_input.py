"""Every wrong input ends LAMMPS with one clear line and hangs no rank.

Most cases share one process, through LAMMPS' Python module; a selection is run by the real `lmp` on two ranks.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from ase.io import read
from support.lammps_cases import Outcome, run_cases
from support.lammps_runs import LammpsRun, run_lammps, scattered_ids, system_script, write_data
from support.model_files import with_metadata
from support.systems import systems

SYSTEMS = systems()
ModelFile = Callable[[str], Path]
DYNAMICS = "fix 1 all nve\ntimestep 1e-3\nthermo 1\nrun 1000\n"


def damaged_files(folder: Path, model: Path) -> dict[str, Path]:
    """Model files that can't be used, by what is wrong with them."""
    whole = model.read_bytes()
    for name, content in (("empty", b""), ("corrupt", whole[: len(whole) // 2]), ("foreign", b"weights" * 100)):
        (folder / f"{name}.pt").write_bytes(content)
    with_metadata(model, folder / "tampered.pt", baseline=[-3.0, 1.6])
    with_metadata(model, folder / "newer.pt", format={"name": "tumble", "version": 2})
    return {path.stem: path for path in folder.glob("*.pt")}


@dataclass(frozen=True)
class Case:
    """A script that ends by an error: that of a system with changes, and commands behind it.

    `MODEL` and `FOLDER` in the texts stand for the model's file and for the folder of all cases, in which each system's
    data are in SYSTEM.data.
    """

    error: str  # regular expression of the line in which LAMMPS ends, from its begin
    changes: tuple[tuple[str, str], ...] = ()
    behind: str = "run 0\n"
    model: str = "pair"  # of `model_file`, or one of `damaged_files`
    system: str = "molecule"

    def script(self, folder: Path, model: Path) -> str:
        text = system_script(folder, SYSTEMS[self.system], Path("MODEL"), ["O", "H"])
        (folder / "system.data").rename(folder / f"{self.system}.data")
        text = text.replace("read_data system.data", f"read_data FOLDER/{self.system}.data")
        for old, new in self.changes:
            assert old in text
            text = text.replace(old, new)
        return (text + self.behind).replace("MODEL", str(model)).replace("FOLDER", str(folder))


TUMBLE = "ERROR: pair_style tumble: "
FILE = rf"{TUMBLE}model file `\S+/{{}}.pt`: "
AT_STEP = r"ERROR: pair_style tumble at step [1-9]\d*: "
FRAME = r"the frame is in tumble_failed_[1-9]\d*.extxyz"
IDS = scattered_ids(3)
ONE_PLACE = [f"set atom {i} x 5 y 5 z 5\n" for i in IDS[:2]]


def keywords(words: str, error: str) -> Case:
    """Other words behind pair_style tumble."""
    return Case(error, (("tumble device cpu", f"tumble {words}"),))


def coefficients(words: str, error: str) -> Case:
    """Other words behind pair_coeff."""
    return Case(error, (("pair_coeff * * MODEL O H", f"pair_coeff {words}"),))


COMMANDS = {
    "keyword": keywords("devcie cpu", rf"{TUMBLE}expected one of .*; got `devcie`; did you mean `device`\?"),
    "far keyword": keywords("gamma 3", rf"{TUMBLE}expected one of .*; got `gamma` \("),
    "no value": keywords("check", f"{TUMBLE}expected a value after keyword `check`"),
    "no value for no keyword": keywords("chekc", rf"{TUMBLE}expected one of .*; did you mean `check`\?"),
    "check": keywords("check maybe", f"{TUMBLE}`check`: expected one of yes, no; got `maybe`"),
    "device": keywords("device gpu", rf"{TUMBLE}`device`: expected auto, .* got `gpu`; did you mean `cuda`\?"),
    "no such GPU": keywords("device cuda:97", f"{TUMBLE}`device` cuda:97: torch sees"),
    **{
        f"memory {value}": keywords(
            f"memory {value}", rf"{TUMBLE}`memory`: expected a number of MB above 0, got `{re.escape(value)}`"
        )
        for value in ("0", "-1", "nan", "inf", "1e999", "much", "3x", "0x10")
    },
    "small letter": coefficients(
        "* * MODEL O h", rf"{TUMBLE}`species`: expected one of O, H; got `h`; did you mean `H`\?"
    ),
    "force field's name": coefficients("* * MODEL Ow H", r".* got `Ow`; did you mean `O`\?"),
    "not in the model": coefficients("* * MODEL O Si", rf"{TUMBLE}`species`: expected one of O, H; got `Si` \("),
    "too few elements": coefficients("* * MODEL O", ".*: expected one element for each of 2 atom types, got 1"),
    "too many elements": coefficients("* * MODEL O H H", ".*: expected one element for each of 2 atom types, got 3"),
    "no model": coefficients("* *", r".*: expected `\* \* MODEL` and one element per atom type"),
    "some types": coefficients("1 * MODEL O H", r".* must start with \* \* for pair style tumble"),
    "null": coefficients("* * MODEL O NULL", "ERROR: pair_coeff for .*: NULL is for types that another style"),
    "only null": coefficients("* * MODEL NULL NULL", "ERROR: pair_coeff for .*: expected an element, got only NULL"),
    "no pair_coeff": Case("ERROR: All pair coeffs are not set", (("pair_coeff", "#"),)),
    "no pair_coeff in a run": Case(
        "ERROR: All pair coeffs are not set", (("pair_coeff", "#"),), "fix 1 all nve\nrun 1 pre no\n"
    ),
}

FILES = {
    "missing file": coefficients("* * ./nowhere.pt O H", rf"{TUMBLE}model `./nowhere.pt`: expected a file or"),
    "model's name": coefficients("* * watr O H", rf"{TUMBLE}model `watr`: .*; did you mean `water`\?"),
    "empty file": Case(FILE.format("empty") + "the file is empty", model="empty"),
    "corrupt file": Case(FILE.format("corrupt") + "truncated or corrupt", model="corrupt"),
    "foreign file": Case(FILE.format("foreign") + "expected a TorchScript archive, got another", model="foreign"),
    "tampered file": Case(FILE.format("tampered") + "its reference structure .* file was altered", model="tampered"),
    "newer file": Case(f"{TUMBLE}.*`format.version`: expected at most 1, got 2; .* update this one", model="newer"),
}

#: An atom in a periodic box instead of the system.
ONE_ATOM = (
    ("boundary f f f", "boundary p p p"),
    (
        "read_data FOLDER/molecule.data",
        "region b block 0 10 0 10 0 10\ncreate_box 2 b\ncreate_atoms 1 single 5 5 5",
    ),
)
CHARGE = (*ONE_ATOM, ("atom_style atomic", "atom_style charge"), ("pair_style", "set type 1 charge 1\npair_style"))

SETTINGS = {
    "units": Case(f"{TUMBLE}expected `units metal`.*, got `units lj`", (("units metal", "units lj"),)),
    "no IDs": Case(
        f"{TUMBLE}expected atoms with IDs, got `atom_modify id no`",
        (*ONE_ATOM, ("atom_style atomic", "atom_style atomic\natom_modify id no")),
    ),
    "twins": Case(
        "ERROR: pair_style tumble at step 0: two atoms have the ID 4; expected IDs that differ; the frame is in",
        (("molecule.data", "twins.data"),),
    ),
    "group": Case(
        f"{TUMBLE}expected neighbor lists of all atoms, got `neigh_modify include`",
        behind="group g type 1\natom_modify first g\nneigh_modify include g\nrun 0\n",
    ),
    "kspace": Case(
        f"{TUMBLE}expected no `kspace_style`, got `pppm`; .* or pair_style hybrid",
        (*CHARGE, ("pair_style", "kspace_style pppm 1e-4\npair_style")),
    ),
    "kspace later": Case(
        "ERROR: KSpace style is incompatible with Pair style",  # LAMMPS' own: no pair style is asked before
        CHARGE,
        "kspace_style pppm 1e-4\nrun 0\n",
    ),
    "gcmc": Case(f"{TUMBLE}.*fix gcmc", ONE_ATOM, "fix g all gcmc 1 20 0 1 1234 300 -3 0.1\nrun 0\n"),
    "tiled": Case(
        rf"{TUMBLE}expected a box of at least 4.5 A along x, .*`comm_style tiled`.*, got 2.95\d* A; use",
        (("boundary p p p", "boundary p p p\ncomm_style tiled"),),
        system="small",
    ),
}

RUNS = {
    "one place": Case(
        "ERROR: pair_style tumble at step 0: "
        rf"atom ID ({IDS[0]} and atom ID {IDS[1]}|{IDS[1]} and atom ID {IDS[0]}): expected a distance of at "
        r"least 0.01 Å, got 0; the frame is in tumble_failed_0.extxyz \(",
        behind="".join(ONE_PLACE) + "run 0\n",
    ),
    "lost atom": Case(
        "ERROR: Lost atoms: original 3 current 2",
        behind=f"group a id {IDS[0]}\nvelocity a set 1e4 0 0\nthermo 10\nfix 1 all nve\nrun 100\n",
    ),
    "nan": Case(rf"{AT_STEP}the model returned energy -?nan for atom ID \d+; {FRAME}", (), DYNAMICS, "nan"),
    "inf": Case(rf"{AT_STEP}the model returned energy inf for atom ID \d+; {FRAME}", (), DYNAMICS, "inf"),
    "nan forces": Case(
        "ERROR: pair_style tumble at step 0: "
        r"the model returned force \(-?nan, -?nan, -?nan\) eV/Å on atom ID \d+; the frame is in tumble_failed_0",
        behind=f"set atom {IDS[1]} x 5.1 y 5.5 z 5\nrun 0\n",
        model="nan_forces",
    ),
    "raises": Case(rf"{AT_STEP}the model failed: .*atoms have come too close; {FRAME}", (), DYNAMICS, "raises"),
    "allocates": Case(
        rf"{AT_STEP}out of memory on cpu for 6 edges; use a smaller system; {FRAME}", (), DYNAMICS, "allocates"
    ),
    "no file for the frame": Case(
        ".*; the frame isn't in tumble_failed_0.extxyz: Is a directory",
        behind="shell mkdir tumble_failed_0.extxyz\n" + "".join(ONE_PLACE) + "run 0\n",
    ),
    "full disk": Case(
        ".*; the frame isn't in tumble_failed_0.extxyz: No space left on device",
        behind="shell ln -s /dev/full tumble_failed_0.extxyz\n" + "".join(ONE_PLACE) + "run 0\n",
    ),
}

CASES = COMMANDS | FILES | SETTINGS | RUNS


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory, model_file: ModelFile) -> dict[str, Outcome]:
    folder = tmp_path_factory.mktemp("cases")
    files = damaged_files(folder, model_file("pair"))
    write_data(folder / "twins.data", SYSTEMS["molecule"], ["O", "H"], np.array([4, 9, 4]))
    scripts = {
        name: case.script(folder, files[case.model] if case.model in files else model_file(case.model))
        for name, case in CASES.items()
    }
    return run_cases(folder, scripts)


@pytest.mark.parametrize("name", CASES)
def test_one_clear_line(outcomes: dict[str, Outcome], name: str) -> None:
    text = outcomes[name].text
    assert re.match(CASES[name].error, text), text
    if "pair_style tumble" in text:  # LAMMPS itself may go on about its own
        assert re.fullmatch(r"ERROR: .*\(lammps-plugin/\w+\.cpp:\d+\)(\nLast input line: [^\n]*\s*\^*\s*)?", text), text


@pytest.mark.parametrize("name", ["nan", "inf", "nan forces", "raises", "allocates", "one place"])
def test_frame_that_failed(outcomes: dict[str, Outcome], name: str) -> None:
    outcome = outcomes[name]
    step = int(outcome.line.split("at step ")[1].split(":")[0])
    (file,) = outcome.folder.glob("*.extxyz")
    assert file.name == f"tumble_failed_{step}.extxyz"
    atoms = read(file)
    np.testing.assert_array_equal(atoms.arrays["id"], outcome.ids)
    np.testing.assert_array_equal(atoms.positions, outcome.positions)  # to the last digit
    expected = SYSTEMS["molecule"][np.argsort(scattered_ids(3))]
    assert list(atoms.symbols) == list(expected.symbols)
    np.testing.assert_array_equal(atoms.cell, expected.cell)
    assert not atoms.pbc.any()
    assert atoms.info["step"] == step
    if name.startswith(("nan", "inf")):  # only there was something to write
        forces = atoms.get_forces()
        assert np.isfinite(forces).all() == (name != "nan forces")
    else:
        assert atoms.calc is None


def assert_one_line(run: LammpsRun) -> None:
    assert run.returncode not in (0, None)
    assert [line for line in run.output.splitlines() if line.startswith("ERROR")], run.output
    assert run.output.count("ERROR") == 1, run.output


def pair_of_molecules(folder: Path, model: Path, broken: str) -> str:
    """Input of a box for two ranks with a molecule in each half, too far apart to have ghosts; one is broken.

    Atoms 1 to 3 are in the left half, 4 to 6 in the right one.
    """
    left = SYSTEMS["molecule"].copy()
    right = left.copy()
    right.translate([20, 0, 0])
    if broken in ("left", "both"):
        left.positions[1] = left.positions[0] + [0.5, 0, 0]
    if broken in ("right", "both"):
        right.positions[1] = right.positions[0] + [0.5, 0, 0]
    atoms = left + right
    atoms.cell = [30, 10, 10]
    script = system_script(folder, atoms, model, ["O", "H"])
    write_data(folder / "system.data", atoms, ["O", "H"], np.arange(1, 7))
    return script.replace("read_data", "processors 2 1 1\nread_data")


@pytest.mark.parametrize(("broken", "name"), [("left", "nan"), ("right", "nan"), ("right", "raises"), ("both", "nan")])
def test_one_rank_of_two_fails_in_a_step(tmp_path: Path, model_file: ModelFile, broken: str, name: str) -> None:
    run = run_lammps(tmp_path, pair_of_molecules(tmp_path, model_file(name), broken) + "run 0\n", ranks=2)
    assert_one_line(run)
    atom = "[45]" if broken == "right" else "[12]"  # of the lower rank if both fail
    failure = f"energy -?nan for atom ID {atom}; " if name == "nan" else "atoms have come too close; "
    expected = rf"^ERROR: pair_style tumble at step 0: .*{failure}the frame is in tumble_failed_0.extxyz \("
    assert re.search(expected, run.output, re.MULTILINE), run.output

    atoms = read(tmp_path / "tumble_failed_0.extxyz")
    np.testing.assert_array_equal(atoms.arrays["id"], np.arange(1, 7))
    assert "".join(atoms.symbols) == "OHHOHH"
    if name == "raises":
        assert atoms.calc is None
        return
    # rank by rank or at once, a frame has the same forces
    alone = run_lammps(tmp_path, pair_of_molecules(tmp_path, model_file(name), broken) + "run 0\n", ranks=1)
    assert alone.returncode != 0
    np.testing.assert_allclose(read(tmp_path / "tumble_failed_0.extxyz").get_forces(), atoms.get_forces(), atol=1e-12)


@pytest.mark.parametrize("lacking", [0, 1])
def test_one_rank_of_two_finds_no_model(tmp_path: Path, model_file: ModelFile, lacking: int) -> None:
    model = model_file("pair")
    script = pair_of_molecules(tmp_path, Path(model.stem), "none") + "run 0\n"
    folders = ["TUMBLE_MODELS=/nowhere", f"TUMBLE_MODELS={model.parent}"]
    run = run_lammps(tmp_path, script, rank_environments=folders if lacking == 0 else folders[::-1])
    assert_one_line(run)
    assert "ERROR: pair_style tumble: model `pair`: expected a file or the name of a model" in run.output
    assert "/nowhere" in run.output


@pytest.mark.parametrize(
    ("old", "new", "text"),
    [
        ("device cpu", "devcie cpu", "did you mean `device`?"),
        (" O H", " O h", "did you mean `H`?"),
        ("units metal", "units lj", "got `units lj`"),
        ("units metal", "units metal\nnewton off", "expected `newton on` with several MPI ranks, since"),
        ("0.5 bin", "0.5 multi", "expected `neighbor bin` or `neighbor nsq` for message passing over several"),
    ],
)
def test_two_ranks(tmp_path: Path, model_file: ModelFile, old: str, new: str, text: str) -> None:
    script = pair_of_molecules(tmp_path, model_file("two_hop"), "none")
    assert old in script
    script = script.replace(old, new)
    run = run_lammps(tmp_path, script + "run 0\n", ranks=2)
    assert_one_line(run)
    assert text in run.output


def test_deletions_by_exclusion(tmp_path: Path, model_file: ModelFile) -> None:
    """In a process of its own: LAMMPS doesn't survive the `clear` of a fix charge/regulation that never ran."""
    case = Case("", CHARGE, "fix c all charge/regulation 1 2 nmc 10 pmcmoves 0 0 1 seed 123\nrun 0\n")
    run = run_lammps(tmp_path, case.script(tmp_path, model_file("pair")))
    assert_one_line(run)
    assert f"{TUMBLE}expected no fix charge/regulation, which leaves" in run.output


def test_one_partition_of_two_fails(tmp_path: Path, model_file: ModelFile) -> None:
    """The other doesn't go on: LAMMPS ends all of them."""
    script = pair_of_molecules(tmp_path, model_file("nan"), "left").replace("processors 2 1 1\n", "")
    script += "variable p world 0 1\nif '$p == 0' then 'group a id 2' 'displace_atoms a move 0 0.8 0'\n"
    script += "fix 1 all nve\ntimestep 1e-9\nrun 100000000\n"
    run = run_lammps(tmp_path, script, ranks=2, arguments=["-partition", "2x1"])
    assert run.returncode != 0
    assert not (tmp_path / "tumble_failed_0.0.extxyz").exists()
    assert len(read(tmp_path / "tumble_failed_0.1.extxyz")) == 6
    said = (tmp_path / "screen.1").read_text()
    assert said.count("ERROR") == 1
    assert re.search(r"for atom ID [12]; the frame is in tumble_failed_0\.1\.extxyz", said)


def test_frame_of_a_triclinic_box_with_an_origin(tmp_path: Path, model_file: ModelFile) -> None:
    atoms = SYSTEMS["triclinic"].copy()
    atoms.positions[1] = atoms.positions[0] + [0.5, 0, 0]
    script = system_script(tmp_path, atoms, model_file("raises"), ["O", "H"])
    ids = scattered_ids(len(atoms))
    write_data(tmp_path / "system.data", atoms, ["O", "H"], ids, origin=(-3.5, 1.25, 0.5))
    run = run_lammps(tmp_path, script + "run 0\n")
    assert_one_line(run)
    frame = read(tmp_path / "tumble_failed_0.extxyz")
    np.testing.assert_allclose(frame.cell, atoms.cell, atol=1e-12)
    np.testing.assert_allclose(frame.info["Origin"], [-3.5, 1.25, 0.5], atol=1e-12)
    assert frame.pbc.all()
    expected = atoms[np.argsort(ids)]
    # but for the images of the box in which LAMMPS has put the atoms
    shifts = (frame.positions - expected.positions - [-3.5, 1.25, 0.5]) @ np.linalg.inv(atoms.cell)
    np.testing.assert_allclose(shifts, np.round(shifts), atol=1e-9)


def test_forces_on_ghosts_are_in_the_frame(tmp_path: Path, model_file: ModelFile) -> None:
    """Each rank knows only the forces that its own atoms' energies exert; the file has their sums."""
    atoms = SYSTEMS["liquid"].copy()
    atoms.positions[1] = atoms.positions[0] + [0.5, 0.1, 0.2]
    frames = []
    for ranks in (1, 3):
        script = system_script(tmp_path, atoms, model_file("nan_forces"), ["O", "H"])
        assert_one_line(run_lammps(tmp_path, script + "run 0\n", ranks=ranks))
        frames.append(read(tmp_path / "tumble_failed_0.extxyz"))
        (tmp_path / "tumble_failed_0.extxyz").unlink()
    forces = [frame.get_forces() for frame in frames]
    assert 0 < np.isnan(forces[0]).all(axis=1).sum() < len(atoms)
    np.testing.assert_allclose(forces[1], forces[0], atol=1e-10)
