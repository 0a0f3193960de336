"""What an operator does with the database: check it, back it up, restore it.

    python -m engine.store check
    python -m engine.store backup FILE
    python -m engine.store restore FILE

The database is the app's: ``DATABASE_URL``, else the file in ``PLAYGROUND_DATA``, which only a
restore makes. What was written, there or into the file, is checked as well. Ends with 0 if all is
well, with 1 if something is damaged, with 2 if it could not be done.
"""

import argparse
import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from engine.errors import PersonalizerError, StoreError
from engine.store.audit import audit
from engine.store.backup import back_up, restore
from engine.store.database import address, file_of
from engine.store.store import Store


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the arguments say; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m engine.store")
    verbs = parser.add_subparsers(dest="verb", required=True)
    verbs.add_parser("check", help="read everything, and say what is not as it was written")
    for verb, story in (("backup", "write everything into FILE"), ("restore", "read it back")):
        verbs.add_parser(verb, help=story).add_argument("file", type=Path, metavar="FILE")
    asked = parser.parse_args(arguments)
    try:
        with closing(_opened(to_fill=asked.verb == "restore")) as store:
            if asked.verb == "restore":
                restore(store, asked.file)
            if asked.verb != "backup":
                return _check(store)
            back_up(store, asked.file)
        with closing(Store.open(f"sqlite:///{asked.file.absolute()}")) as copy:
            return _check(copy)
    except PersonalizerError as error:
        print(error.message, file=sys.stderr)
        return 2


def _opened(to_fill: bool) -> Store:
    """The app's database; one that is to be read is there already, or its address is wrong."""
    url = address()
    file = file_of(url)
    if file is not None and not to_fill and not file.is_file():
        raise StoreError(f"There is no database {file}, so nothing was read.", "NotFound")
    return Store.open(url)


def _check(store: Store) -> int:
    findings = 0
    for finding in audit(store):
        findings += 1
        print(f"{finding.view or 'database'}: {finding.what}")
    loops = len(store.views())
    print(f"{_counted(loops, 'loop')}, {_counted(findings, 'finding')}")
    return int(findings > 0)


def _counted(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


if __name__ == "__main__":
    sys.exit(main())
