"""Command line for operators: check the database.

    python -m engine.store check

The database is the app's: ``DATABASE_URL``, else the file in ``PLAYGROUND_DATA``. Exit code 0 if
all is well, 1 for damage, 2 if the database cannot be read.
"""

import argparse
import sys
from collections.abc import Sequence
from contextlib import closing

from engine.errors import PersonalizerError, StoreError
from engine.store.database import address, file_of
from engine.store.database_check import check_database
from engine.store.store import Store


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m engine.store")
    verbs = parser.add_subparsers(required=True)
    verbs.add_parser("check", help="read everything, and say what is not as it was written")
    parser.parse_args(arguments)
    try:
        with closing(_opened()) as store:
            return _check(store)
    except PersonalizerError as error:
        print(error.message, file=sys.stderr)
        return 2


def _opened() -> Store:
    """Open the app's database; unlike the app, never create one."""
    url = address()
    file = file_of(url)
    if file is not None and not file.is_file():
        raise StoreError(f"There is no database {file}, so nothing was read.", "NotFound")
    return Store.open(url)


def _check(store: Store) -> int:
    findings = 0
    for finding in check_database(store):
        findings += 1
        print(f"{finding.view or 'database'}: {finding.description}")
    loops = len(store.views())
    print(f"{_counted(loops, 'loop')}, {_counted(findings, 'finding')}")
    return int(findings > 0)


def _counted(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


if __name__ == "__main__":
    sys.exit(main())
