"""The tables that migrations make are the tables the models describe, there and back again."""

import re
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Enum, inspect, text

from postal import migrations
from postal.access import accounts
from postal.errors import TablesOutOfDate
from postal.intake import uploads
from postal.migrations import current_revision, downgrade, known_revisions, make_ready, newest_revision, upgrade
from postal.models import Base, CommuneClosure, DraftRow, Office, OfficeKind, Role, RowOutcome
from tests import builders as build


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


def test_rows_of_later_tables_do_not_stand_in_the_way_down(database):
    by = build.EVENING
    with database.write() as session:
        new = accounts.NewUser(username="thu", password="mười hai chữ", full_name="Thu", role=Role.CENTRE_CLERK)
        owner = accounts.add_user(session, new, now=by).id
        file = uploads.KeptFile(data=b"ma_ho_so\nH57\n", suffix=".csv")
        upload = uploads.keep(build.act(session, by, user_id=owner), file)
        row = {"position": 0, "row_number": 2, "outcome": RowOutcome.ACCEPTED, "sealed": b"x", "key_id": "k"}
        session.add(DraftRow(upload_id=upload.id, **row))
        for code, at in (("1", None), ("2", by)):
            days = {"from_date": by.date(), "until_date": by.date()}
            session.add(CommuneClosure(commune_code=code, reason="lũ", noted_at=by, taken_back_at=at, **days))
    downgrade(database.engine, "0038")
    with database.engine.connect() as connection:
        standing = connection.execute(text("SELECT commune_code FROM commune_closures")).scalars().all()
        assert standing == ["1"]
        assert connection.execute(text("SELECT count(*) FROM uploads")).scalar() == 1
    upgrade(database.engine)
    assert difference(database.engine) == []


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


def test_versions_are_one_line_and_each_file_is_named_by_its_own():
    """Two written at once may take one number: then nobody can say which of them a database has."""
    files = sorted((Path(migrations.__file__).parent / "versions").glob("[0-9]*.py"))
    numbers = [f"{n:04}" for n in range(1, len(files) + 1)]
    assert [path.name.partition("_")[0] for path in files] == numbers
    told = re.compile(r"""^(?:down_)?revision\b.* = (?:["'](\w+)["']|None)""", re.MULTILINE)
    written = [told.findall(path.read_text(encoding="utf-8")) for path in files]
    assert written == [list(pair) for pair in zip(numbers, ["", *numbers[:-1]], strict=True)]
