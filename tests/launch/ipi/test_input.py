"""Inputs that are derived from that of the user."""

from __future__ import annotations

from pathlib import Path

import pytest

from tumble.errors import ConfigurationError
from tumble.launch.ipi.input import InputFile, Socket

INPUT = """<simulation>
  <total_steps> 500 </total_steps>
  <ffsocket name='a' mode='unix'> <address> water </address> <batch_size> 8 </batch_size> </ffsocket>
  <ffsocket name='b' mode='inet'> <address> localhost </address> <port> 31415 </port> </ffsocket>
  <output prefix='run'> <properties filename='out' stride='1'> [ step ] </properties>{checkpoint}</output>
</simulation>
"""


def read(tmp_path: Path, checkpoint: str = "") -> InputFile:
    (tmp_path / "input.xml").write_text(INPUT.format(checkpoint=checkpoint))
    return InputFile(tmp_path / "input.xml")


def written(found: InputFile, tmp_path: Path) -> InputFile:
    found.write(tmp_path / "derived.xml")
    return InputFile(tmp_path / "derived.xml")


def test_sockets(tmp_path: Path) -> None:
    assert read(tmp_path).sockets == (
        Socket("a", "water", "water", 65535, 8),
        Socket("b", None, "localhost", 31415, 1),
    )


def test_shared_memory(tmp_path: Path) -> None:
    (tmp_path / "input.xml").write_text(INPUT.format(checkpoint="").replace("mode='unix'", "mode='shm'"))
    socket = InputFile(tmp_path / "input.xml").sockets[0]
    assert (socket.unix, socket.option) == ("water", "--shm")


def test_a_checkpoint_is_the_last_output(tmp_path: Path) -> None:
    """It must not be written before the rows of its step."""
    found = read(tmp_path)
    found.add_checkpoint(None)
    found.write(tmp_path / "derived.xml")
    text = (tmp_path / "derived.xml").read_text()
    assert text.index("<properties") < text.index('<checkpoint filename="checkpoint" stride="50"')
    assert InputFile(tmp_path / "derived.xml").checkpoint_interval == 50
    assert InputFile(tmp_path / "derived.xml").checkpoints == (("run.checkpoint", True),)


def test_the_checkpoint_of_the_user_stays(tmp_path: Path) -> None:
    own = "<checkpoint filename='mine' stride='7' overwrite='False'/>"
    found = read(tmp_path, own)
    found.add_checkpoint(None)
    assert written(found, tmp_path).checkpoints == (("run.mine", False),)
    found.add_checkpoint(30)
    assert written(found, tmp_path).checkpoints == (("run.mine", False), ("run.checkpoint", True))


def test_tcp_on_this_machine(tmp_path: Path) -> None:
    found = read(tmp_path)
    found.set_sockets("mark-", "node1")
    sockets = written(found, tmp_path).sockets
    assert [(each.unix, each.host) for each in sockets] == [(None, "node1")] * 2
    assert sockets[0].port != sockets[1].port


def test_names_of_sockets_are_marked_once(tmp_path: Path) -> None:
    found = read(tmp_path)
    found.set_sockets("mark-")
    again = written(found, tmp_path)
    again.set_sockets("mark-")
    assert [each.unix for each in written(again, tmp_path).sockets] == ["mark-water", None]
    assert again.sockets_prefix == "/tmp/ipi_"


def test_length(tmp_path: Path) -> None:
    found = read(tmp_path)
    assert (found.step, found.total_steps) == (0, 500)
    found.total_steps = 900
    assert written(found, tmp_path).total_steps == 900


@pytest.mark.parametrize("text", ["<simulation>", "<other/>", ""])
def test_other_files(tmp_path: Path, text: str) -> None:
    (tmp_path / "input.xml").write_text(text)
    with pytest.raises(ConfigurationError, match="expected an input of i-PI"):
        InputFile(tmp_path / "input.xml")
