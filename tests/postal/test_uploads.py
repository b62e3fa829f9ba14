"""Files between trial and import: one person's, sealed, gone within a day."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from postal.access import accounts
from postal.errors import NotFound
from postal.intake import uploads
from postal.intake.uploads import KeptFile
from postal.models import Role, Upload
from tests import builders as build

NOW = build.EVENING
FILE = KeptFile(data="ma_ho_so,nguoi_nhan\nH57,Tôn Nữ Thị Diễm Hằng\n".encode(), suffix=".csv")


def clerk(session, username="thu"):
    new = accounts.NewUser(username=username, password="mười hai chữ", full_name="Thu", role=Role.CENTRE_CLERK)
    return accounts.add_user(session, new, now=NOW).id


def taken(session, user_id, number):
    return uploads.read(session, uploads.find_id(build.act(session, user_id=user_id), number), user_id=user_id)


def test_a_file_comes_back_to_its_owner(session):
    owner = clerk(session)
    number = str(uploads.keep(build.act(session, NOW, user_id=owner), FILE).id)
    assert taken(session, owner, number) == FILE


def test_nobody_else_gets_it_and_no_wrong_number_does(session):
    owner, other = clerk(session), clerk(session, "khac")
    upload_id = uploads.keep(build.act(session, NOW, user_id=owner), FILE).id
    for user_id, wrong in (
        (other, str(upload_id)),
        (owner, f"{upload_id}x"),
        (owner, ""),
        (owner, "%"),
        (owner, "9" * 30),
    ):
        with pytest.raises(NotFound):
            taken(session, user_id, wrong)
    with pytest.raises(NotFound):
        uploads.read(session, upload_id, user_id=other)
    assert taken(session, owner, str(upload_id)) == FILE


def test_the_file_does_not_lie_open_in_the_table(session):
    uploads.keep(build.act(session, NOW, user_id=clerk(session)), FILE)
    row = session.scalars(select(Upload)).one()
    assert "Hằng".encode() not in row.sealed
    assert "Hằng" not in repr(FILE)


def test_a_file_is_gone_after_a_day(session):
    owner = clerk(session)
    uploads.keep(build.act(session, NOW, user_id=owner), FILE)
    assert uploads.forget_old_uploads(session, now=NOW + timedelta(hours=24)) == 0
    assert uploads.forget_old_uploads(session, now=NOW + timedelta(hours=24, seconds=1)) == 1
    uploads.keep(build.act(session, NOW, user_id=owner), FILE)
    uploads.keep(build.act(session, NOW + timedelta(hours=25), user_id=owner), FILE)
    assert session.scalar(select(func.count()).select_from(Upload)) == 1
