"""The places of frames in a file, in small pieces too."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tumble.errors import TrajectoryError
from tumble.trajectories import frame_index
from tumble.trajectories.frame_index import Header, index_frames


class Letters:
    """Frames of a line `BEGIN step` and two lines of letters."""

    key = b"BEGIN"
    regular = False

    def start(self, text: bytes, key: int) -> int:
        return key

    def header(self, text: bytes) -> Header:
        step = int(text[: text.index(b"\n")].split()[1])
        return Header(3, step, 0.5 * step)

    def begins(self, text: bytes) -> bool:
        return b"BEGIN".startswith(text)

    def whole(self, text: bytes) -> bool:
        return text.endswith(b"b" * 40)


class RegularLetters(Letters):
    regular = True


def frame(step: int, width: int = 40) -> bytes:
    return b"BEGIN %6d\n%s\n%s\n" % (step, b"a" * width, b"b" * width)


@pytest.fixture(params=[Letters, RegularLetters])
def layout(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Letters:
    """Also with pieces that are smaller than a frame."""
    monkeypatch.setattr(frame_index, "CHUNK", 37)
    monkeypatch.setattr(frame_index, "HEADER", 64)
    return request.param()


def write(path: Path, *parts: bytes) -> tuple[Path, list[int]]:
    path.write_bytes(b"".join(parts))
    return path, np.cumsum([0, *map(len, parts)]).tolist()


def test_regular_and_irregular_files(tmp_path: Path, layout: Letters) -> None:
    for widths in ([40] * 20, [40, 40, 40, 17, 200, 3, 40, 40]):
        path, places = write(tmp_path / "x", *(frame(step, width) for step, width in enumerate(widths)))
        index = index_frames(path, layout)
        assert index.starts.tolist() == places[:-1]
        assert index.stops.tolist() == places[1:]
        assert index.steps.tolist() == list(range(len(widths)))
        assert index.times.tolist() == [0.5 * step for step in range(len(widths))]
        assert (index.cut, index.cut_last) == (0, False)


def test_frames_that_were_cut_off(tmp_path: Path, layout: Letters) -> None:
    path, places = write(
        tmp_path / "x", frame(1), frame(2), frame(3)[:30], frame(3), frame(4)[:60], frame(4), frame(5)[:-2]
    )
    index = index_frames(path, layout)
    assert index.steps.tolist() == [1, 2, 3, 4]
    assert index.starts.tolist() == [places[0], places[1], places[3], places[5]]
    assert (index.cut, index.cut_last) == (2, True)


def test_last_frame_without_a_line_end_may_be_whole(tmp_path: Path, layout: Letters) -> None:
    path, places = write(tmp_path / "x", frame(1), frame(2)[:-1])
    index = index_frames(path, layout)
    assert index.steps.tolist() == [1, 2]
    assert index.stops.tolist() == places[1:]
    assert (index.cut, index.cut_last, index.unended) == (0, False, False)


def test_one_frame_without_a_line_end_is_taken(tmp_path: Path, layout: Letters) -> None:
    path, _ = write(tmp_path / "x", frame(7)[:-3])
    index = index_frames(path, layout)
    assert index.steps.tolist() == [7]
    assert (index.cut, index.cut_last, index.unended) == (0, False, True)


@pytest.mark.parametrize("cut", range(1, 5))
@pytest.mark.parametrize("zeros", [0, 3, 5000])
def test_frames_that_were_cut_off_before_their_key(tmp_path: Path, layout: Letters, cut: int, zeros: int) -> None:
    path, places = write(tmp_path / "x", frame(1), frame(2)[:cut], frame(2), frame(3), frame(4)[:cut], b"\0" * zeros)
    index = index_frames(path, layout)
    assert index.steps.tolist() == [1, 2, 3]
    assert index.starts.tolist() == [places[0], places[2], places[3]]
    assert index.stops.tolist() == [places[1], places[3], places[4]]
    assert (index.cut, index.cut_last) == (1, True)


def test_zeros_that_a_crash_leaves(tmp_path: Path, layout: Letters) -> None:
    for rest, cut_last in ((b"", False), (frame(3)[:30], True), (frame(3)[:60], True)):
        path, places = write(tmp_path / "x", frame(1), frame(2), rest, b"\0" * 100)
        index = index_frames(path, layout)
        assert index.steps.tolist() == [1, 2]
        assert index.starts.tolist() == places[:2]
        assert index.cut_last == cut_last


def test_empty_lines_between_frames(tmp_path: Path, layout: Letters) -> None:
    path, places = write(tmp_path / "x", frame(1), b"\n  \n", frame(2), b"\n", frame(3))
    index = index_frames(path, layout)
    assert index.starts.tolist() == [places[0], places[2], places[4]]
    assert index.stops.tolist() == [places[1], places[3], places[5]]
    assert (index.cut, index.cut_last) == (0, False)


def test_empty_lines_at_the_end(tmp_path: Path, layout: Letters) -> None:
    path, places = write(tmp_path / "x", frame(1), frame(2)[:-1] + b"  \n", b"\n \n\n")
    index = index_frames(path, layout)
    assert index.stops.tolist() == places[1:3]
    assert not index.cut_last


def test_something_else_between_frames(tmp_path: Path, layout: Letters) -> None:
    path, _ = write(tmp_path / "x", frame(1), frame(2), b"what is this\n", frame(3))
    with pytest.raises(TrajectoryError, match=r"3 lines.*byte 95.*got 4"):
        index_frames(path, layout)


def test_no_frame(tmp_path: Path, layout: Letters) -> None:
    path, _ = write(tmp_path / "x", b"nothing\n")
    assert len(index_frames(path, layout).starts) == 0
