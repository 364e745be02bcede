"""The file from which a probe continues: a line of JSON for each structure, written as soon as it is done.

The first line states the model and the options to which the others belong.
"""

from __future__ import annotations

import fcntl
import json
import os
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO

from tumble.errors import ConfigurationError
from tumble.json_text import json_text
from tumble.probe.records import Record

_FORMAT = "tumble probe 1"


class Journal:
    """Context manager of the records in a file, by the keys of their structures; new records are appended to it.

    Attributes:
        path: Path of the file.
    """

    def __init__(self, path: Path, subject: dict[str, Any]) -> None:
        """Open or begin a file.

        Args:
            path: Path of the file.
            subject: Model and options, as plain values.

        Raises:
            ConfigurationError: If the file is in use, isn't a journal, or belongs to another subject.
            OSError: If the file can't be opened.
        """
        self.path = path
        self._file: BinaryIO = path.open("a+b")
        try:
            self._lock()
            self._records = self._read(subject)
        except BaseException:
            self._file.close()
            raise

    def __enter__(self) -> Journal:
        """Return the journal itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the file."""
        self._file.close()

    def find(self, key: str) -> Record | None:
        """Return the record of a structure, or None if there is none."""
        return self._records.get(key)

    def append(self, record: Record) -> None:
        """Write a record; it is on the disk when this returns."""
        self._records[record.key] = record
        self._write(record.to_dict())

    def _lock(self) -> None:
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ConfigurationError(
                f"`resume`: expected a file that no other probe writes to, got `{self.path}`"
            ) from None

    def _read(self, subject: dict[str, Any]) -> dict[str, Record]:
        """Return the records in the file; remove an incomplete last line, which a killed probe may have left."""
        self._file.seek(0)
        content = self._file.read()
        whole = content[: content.rfind(b"\n") + 1]
        if not whole:
            if content and not self._header(subject).startswith(content):
                raise self._foreign("another file")
            self._file.truncate(0)
            self._write(self._document(subject))
            return {}
        first, *lines = whole.splitlines()
        self._check_header(first, subject)
        records = {}
        for number, line in enumerate(lines, start=2):
            try:
                record = Record.from_dict(json.loads(line))
            except (ValueError, KeyError, TypeError) as error:
                raise self._foreign(f"a damaged line {number}") from error
            records[record.key] = record
        self._file.truncate(len(whole))
        return records

    def _check_header(self, line: bytes, subject: dict[str, Any]) -> None:
        try:
            document = json.loads(line)
            known = document["subject"] if document["format"] == _FORMAT else None
        except (ValueError, KeyError, TypeError):
            known = None
        if not isinstance(known, dict):
            raise self._foreign("another file")
        expected = self._document(subject)["subject"]
        differing = [name for name in expected if known.get(name) != expected[name]]
        if differing:
            raise ConfigurationError(
                f"`resume`: expected results for this model and these options, got others in `{self.path}`: "
                f"{', '.join(f'`{name}`' for name in differing)} differ; remove the file or name another"
            )

    def _foreign(self, what: str) -> ConfigurationError:
        return ConfigurationError(f"`resume`: expected results of a probe, got {what} in `{self.path}`")

    def _document(self, subject: dict[str, Any]) -> dict[str, Any]:
        return {"format": _FORMAT, "subject": json.loads(json.dumps(subject))}

    def _header(self, subject: dict[str, Any]) -> bytes:
        return json_text(self._document(subject)).encode()

    def _write(self, document: dict[str, Any]) -> None:
        self._file.write(json_text(document).encode())
        self._file.flush()
        os.fsync(self._file.fileno())
