"""PostgreSQL: every wait has a timeout."""

from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from engine.store.database import connect
from engine.store.postgres import allow_long_work
from tests.engine.store.databases import database, skip_without


def test_unresponsive_servers_time_out(tmp_path: Path) -> None:
    skip_without("postgres")
    with database("postgres", tmp_path) as url:
        engine = connect(url, patience=0.2)
        with engine.connect() as connection:
            with pytest.raises(OperationalError, match="statement timeout"):
                connection.exec_driver_sql("SELECT pg_sleep(1)")
            connection.rollback()
            allow_long_work(connection)
            connection.exec_driver_sql("SELECT pg_sleep(0.3)")
            connection.rollback()
            connection.exec_driver_sql("SET statement_timeout = 0")
            raw = connection.connection.driver_connection
            assert raw is not None
            raw.limit = 0.2
            with pytest.raises(OperationalError, match="no answer in time"):
                connection.exec_driver_sql("SELECT pg_sleep(5)")
            assert raw.closed
        with engine.connect() as connection:
            assert connection.exec_driver_sql("SELECT 1").scalar_one() == 1
        engine.dispose()
