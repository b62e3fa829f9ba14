"""The tables that migrations make are the tables the models describe, there and back again."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Enum, inspect, text

from postal.errors import TablesOutOfDate
from postal.migrations import current_revision, downgrade, known_revisions, make_ready, newest_revision, upgrade
from postal.models import Base, Office, OfficeKind


def difference(engine):
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        return compare_metadata(context, Base.metadata)


def tables(engine):
    return set(inspect(engine).get_table_names()) - {"alembic_version"}


def test_migrations_make_what_the_models_describe(database):
    assert tables(database.engine) == set(Base.metadata.tables)
    assert difference(database.engine) == []


def test_a_difference_would_be_seen(database):
    """The negative control of the test above."""
    with database.engine.begin() as connection:
        connection.execute(text("ALTER TABLE offices ADD COLUMN fax VARCHAR(20)"))
    assert difference(database.engine) != []


def test_all_the_way_down_leaves_nothing_and_up_again_everything(database):
    downgrade(database.engine, "base")
    assert tables(database.engine) == set()
    assert current_revision(database.engine) is None
    upgrade(database.engine)
    assert difference(database.engine) == []
    with database.write() as session:
        session.add(Office(code="BC-1", kind=OfficeKind.DELIVERY, name="Bưu cục thử"))


def test_bringing_up_to_date_twice_changes_nothing(database):
    with database.write() as session:
        session.add(Office(code="BC-1", kind=OfficeKind.DELIVERY, name="Bưu cục thử"))
    upgrade(database.engine)
    make_ready(database.engine)
    assert current_revision(database.engine) == newest_revision()
    with database.read() as session:
        assert session.query(Office).count() == 1


def test_an_empty_database_gets_its_tables_at_the_start(database):
    downgrade(database.engine, "base")
    make_ready(database.engine)
    assert tables(database.engine) == set(Base.metadata.tables)


def test_tables_of_another_version_are_refused_by_name(database):
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    with pytest.raises(TablesOutOfDate) as refused:
        make_ready(database.engine)
    assert "0000" in str(refused.value)
    assert "0000" not in known_revisions()


def test_a_new_member_of_an_enumeration_needs_no_migration():
    enums = [c.type for table in Base.metadata.sorted_tables for c in table.columns if isinstance(c.type, Enum)]
    assert len(enums) > 10
    assert all(not enum.native_enum and not enum.create_constraint and enum.length >= 40 for enum in enums)
