"""The unit tests of the core in C++, run by ctest: without Python, so also with a debugger or the sanitizers."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from support.unit_tests import SOURCE, build_unit_tests, ctest

import tumble


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cpp")


def test_unit_tests(build: Path) -> None:
    programs = build_unit_tests(build, Path(tumble.__file__).parent)
    sources = {path.relative_to(SOURCE).as_posix() for path in SOURCE.rglob("*_test.cpp")}
    assert {f"{name}_test.cpp" for name in programs} == sources
    assert f"out of {len(sources)}" in ctest(build, "--output-on-failure")


def test_a_check_that_fails_fails_its_test(tmp_path: Path) -> None:
    source = tmp_path / "failing.cpp"
    source.write_text(
        '#include <stdexcept>\n#include "check.h"\n'
        "int main() {\n"
        "    CHECK(1 + 1 == 2);\n"
        "    CHECK_NEAR(1.0, 1.1, 0.2);\n"
        '    CHECK_THROWS(std::logic_error, "text", throw std::logic_error("a text"));\n'
        "    if (check::failures() != 0) return 2;\n"
        "    CHECK(1 + 1 == 3);\n"
        "    CHECK_NEAR(1.0, 1.1, 0.05);\n"
        '    CHECK_THROWS(std::logic_error, "other", throw std::logic_error("a text"));\n'
        '    CHECK_THROWS(std::logic_error, "", throw std::runtime_error("another"));\n'
        '    CHECK_THROWS(std::logic_error, "", 1);\n'
        "    return check::failures();\n}\n"
    )
    program = tmp_path / "failing"
    subprocess.run(["g++", "-std=c++20", f"-I{SOURCE}", str(source), "-o", str(program)], check=True, timeout=240)
    done = subprocess.run([program], capture_output=True, text=True, timeout=240)
    assert done.returncode == 1
    assert [line.split(": ")[0].rpartition(":")[2] for line in done.stderr.splitlines()] == ["8", "9", "10", "11", "12"]
