"""A small disk of one's own, to be filled or write-protected."""

import errno
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.faults.missing import MissingError

_BLOCK = 4_096


@dataclass(frozen=True, slots=True)
class Disk:
    """A file system in memory.

    Attributes:
        folder: mount point.
    """

    folder: Path

    @property
    def _ballast(self) -> Path:
        return self.folder / "ballast"

    def fill(self) -> None:
        """Fill all free space."""
        with self._ballast.open("ab", buffering=0) as file:
            try:
                while True:
                    file.write(bytes(_BLOCK))
            except OSError as error:
                if error.errno != errno.ENOSPC:
                    raise

    def make_room(self) -> None:
        """Free the space again."""
        self._ballast.unlink()

    def protect(self) -> None:
        """Remount read-only, also for root; no file may be open for writing."""
        _mount("-o", "remount,ro", str(self.folder))

    def unprotect(self) -> None:
        """Remount writable."""
        _mount("-o", "remount,rw", str(self.folder))


@contextmanager
def small_disk(mebibytes: int = 3) -> Iterator[Disk]:
    """A disk that is unmounted afterwards.

    Raises:
        MissingError: if this process may not mount a disk.
    """
    with tempfile.TemporaryDirectory() as folder:
        _mount("-t", "tmpfs", "-o", f"size={mebibytes}m", "tmpfs", folder)
        try:
            yield Disk(Path(folder))
        finally:
            # Lazily: an ending server may still have a file open.
            subprocess.run(["umount", "--lazy", folder], check=True, capture_output=True)


def _mount(*arguments: str) -> None:
    try:
        subprocess.run(["mount", *arguments], check=True, capture_output=True, text=True)
    except (OSError, subprocess.CalledProcessError) as error:
        message = error.stderr if isinstance(error, subprocess.CalledProcessError) else str(error)
        raise MissingError(f"no disk can be mounted here: {message.strip()}") from error
