"""A picture from outside is made anew or refused; photos are kept once, named by acts, forgotten when unnamed."""

from __future__ import annotations

import hashlib
import io
import time
from datetime import timedelta

import pytest
from PIL import Image, ImageDraw
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DBAPIError

from postal import Actor, ActorKind, InvalidInput, NotFound, chain, doorstep, pictures
from postal.models import EventPicture, Picture, Role, TrackingEvent
from postal.people import resealing
from tests import builders as build
from tests import hostile_pictures as hostile
from tests.postal import day as a_day
from tests.postal.day import EVENING

SECRETS = (b"SECRET", b"Exif", b"ICC_PROFILE", b"<script", b"PK\x03\x04", b"xmp")


@pytest.mark.parametrize("name", hostile.REFUSED)
def test_what_is_no_picture_or_too_large_is_refused_by_its_code(name):
    data = hostile.REFUSED[name]()
    for read in (pictures.as_photo, pictures.codes_on):
        with pytest.raises(InvalidInput) as caught:
            read(data)
        assert caught.value.code in {"picture_unreadable", "picture_too_large"}


def test_361_million_pixels_in_44_kb_are_refused_from_the_header_alone():
    bomb = hostile.huge_png()
    assert len(bomb) < 60_000
    started = time.process_time()
    with pytest.raises(pictures.PictureTooLarge):
        pictures.as_photo(bomb)
    assert time.process_time() - started < 0.05


@pytest.mark.parametrize("name", hostile.TAKEN)
def test_a_picture_is_made_anew_without_anything_it_carried(name):
    photo = pictures.as_photo(hostile.TAKEN[name]())
    made = Image.open(io.BytesIO(photo.data))
    assert (made.format, made.size) == ("JPEG", (photo.width, photo.height))
    assert max(made.size) <= 1600
    assert len(photo.data) <= 300_000
    assert not [secret for secret in SECRETS if secret in photo.data]
    assert set(made.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


@pytest.mark.parametrize("form", ["JPEG", "PNG"])
def test_a_photo_lying_on_its_side_is_put_upright(form):
    photo = pictures.as_photo(hostile.with_everything(form))
    assert (photo.width, photo.height) == (40, 80)


def test_what_is_transparent_is_paper():
    drawn = Image.new("RGBA", (60, 60), (0, 0, 0, 0))
    ImageDraw.Draw(drawn).line((5, 5, 55, 55), fill=(0, 0, 0, 255), width=4)
    written = io.BytesIO()
    drawn.save(written, "PNG")
    made = Image.open(io.BytesIO(pictures.as_photo(written.getvalue()).data)).convert("L")
    assert made.getpixel((55, 5)) > 240
    assert made.getpixel((30, 30)) < 40


def test_the_noisiest_photo_is_kept_small():
    written = io.BytesIO()
    Image.effect_noise((2_000, 2_000), 90).convert("RGB").save(written, "JPEG", quality=90)
    photo = pictures.as_photo(written.getvalue())
    assert len(photo.data) <= 300_000


def test_codes_on_a_photo_are_read_however_it_lies():
    import zxingcpp

    label = Image.new("L", (900, 700), 255)
    for code, kind, at in (("EY900000067VN", "Code128", (40, 40)), ("http://localhost/t/abc", "QRCode", (300, 300))):
        made = zxingcpp.create_barcode(code, zxingcpp.barcode_format_from_str(kind)).to_image(scale=4)
        label.paste(Image.fromarray(made), at)
    for turned in (0, 90, 180):
        written = io.BytesIO()
        label.rotate(turned, expand=True, fillcolor=255).save(written, "JPEG")
        found = {(code.text, code.symbology) for code in pictures.codes_on(written.getvalue())}
        assert found == {("EY900000067VN", "Code128"), ("http://localhost/t/abc", "QRCode")}
    assert pictures.codes_on(build.photo()) == ()


@pytest.fixture
def courier():
    return Actor(kind=ActorKind.PHONE, phone_id=None, courier_id=1, role=Role.COURIER)


def keep(session, by, client_id="anh-0001", came=None, now=EVENING):
    came = came or build.photo()
    return pictures.keep(build.act(session, now, by=by), client_id, came, pictures.as_photo(came))


def test_the_same_file_under_the_same_id_is_one_picture_and_another_file_is_refused(session, courier):
    first = keep(session, courier)
    assert keep(session, courier).id == first.id
    with pytest.raises(pictures.PictureIdReused):
        keep(session, courier, came=build.photo(width=65))
    other = Actor(kind=ActorKind.PHONE, courier_id=2, role=Role.COURIER)
    assert keep(session, other).id != first.id
    with pytest.raises(InvalidInput):
        keep(session, courier, client_id="a/../b")
    assert first.digest == hashlib.sha256(pictures.shown(session, first)).hexdigest()
    assert b"JFIF" not in first.sealed


def test_nobody_sends_pictures_without_end(session, courier):
    photo, came = pictures.as_photo(build.photo()), build.photo()
    act = build.act(session, EVENING, by=courier)
    for n in range(1_000):
        session.add(_row(n))
    session.flush()
    with pytest.raises(pictures.TooManyPictures):
        pictures.keep(act, "anh-nua-0001", came, photo)
    later = build.act(session, EVENING + timedelta(days=2), by=courier)
    assert pictures.keep(later, "anh-nua-0001", came, photo).id


def _row(n):
    return Picture(
        public_id=f"{n:032x}",
        owner="courier:1",
        client_id=f"so-{n:06}",
        came_digest="0" * 64,
        digest="0" * 64,
        n_bytes=1,
        width=1,
        height=1,
        sealed=b"x",
        key_id="k",
        recorded_at=EVENING,
    )


@pytest.fixture
def walked(session):
    day = a_day.build_day(session, n=3)
    a_day.walking(session, shares=[[str(item.consignment_id) for item in day.items]])
    return day


def with_photos(scan, *client_ids):
    import dataclasses

    return dataclasses.replace(scan, pictures=client_ids)


def test_an_act_is_complete_when_its_photos_are_here_in_whatever_order(session, walked):
    by = walked.actor()
    act = build.act(session, EVENING, by=by)
    scan = with_photos(a_day.delivered(walked.items[0]), "anh-truoc-1", "anh-sau-0002")
    keep(session, by, "anh-truoc-1")
    (told,) = doorstep.record_scans(act, [scan])
    assert (told.status, told.missing_pictures) == ("recorded", ("anh-sau-0002",))
    keep(session, by, "anh-sau-0002", came=build.photo(width=70))
    (again,) = doorstep.record_scans(act, [scan])
    assert (again.status, again.missing_pictures) == ("known", ())
    event = session.scalars(select(TrackingEvent).where(TrackingEvent.kind == "delivered")).one()
    assert event.facts["pictures"] == ["anh-truoc-1", "anh-sau-0002"]
    assert [one.client_id for one in pictures.of_events(session, [event.id])[event.id]] == event.facts["pictures"]


@pytest.mark.parametrize(("ids", "code"), [(["a" * 8] * 2 + [f"anh-{n:04}" for n in range(6)], "too_many_pictures"),
                                           (["anh 1 ../x"], "invalid")])  # fmt: skip
def test_a_scan_with_too_many_photos_or_bad_ids_is_refused_alone(session, walked, ids, code):
    act = build.act(session, EVENING, by=walked.actor())
    bad, good = with_photos(a_day.delivered(walked.items[0]), *ids), a_day.delivered(walked.items[1])
    first, second = doorstep.record_scans(act, [bad, good])
    assert (first.status, first.code, second.status) == ("refused", code, "recorded")


def test_photos_nobody_named_are_forgotten_and_evidence_stays(session, walked):
    by = walked.actor()
    keep(session, by, "anh-chung-cu")
    keep(session, by, "anh-thua-001", came=build.photo(width=71))
    act = build.act(session, EVENING, by=by)
    doorstep.record_scans(act, [with_photos(a_day.failed(walked.items[0]), "anh-chung-cu")])
    assert pictures.forget_unnamed(session, now=EVENING + timedelta(days=31)) == 0
    assert pictures.forget_unnamed(session, now=EVENING + timedelta(days=33)) == 1
    left = {p.client_id: p.sealed is not None for p in session.scalars(select(Picture))}
    assert left == {"anh-chung-cu": True, "anh-thua-001": False}
    forgotten = session.scalars(select(Picture).where(Picture.sealed.is_(None))).one()
    with pytest.raises(NotFound):
        pictures.shown(session, forgotten)
    with pytest.raises(NotFound):
        pictures.events_naming(session, forgotten.public_id)
    chain.seal(session, now=EVENING)
    assert chain.check_chain(session).broken is None
    assert chain.check_pictures(session) == []


def test_the_chain_holds_photos_and_finds_one_that_was_exchanged(session, walked):
    by = walked.actor()
    kept, other = keep(session, by, "anh-that-0001"), keep(session, by, "anh-gia-0001", came=build.photo(width=72))
    act = build.act(session, EVENING, by=by)
    doorstep.record_scans(act, [with_photos(a_day.failed(walked.items[0]), "anh-that-0001")])
    chain.seal(session, now=EVENING)
    for statement in (update(Picture).values(digest="0" * 64), delete(Picture), delete(EventPicture),
                      update(EventPicture).values(client_id="khac-0001")):  # fmt: skip
        with pytest.raises(DBAPIError, match="is never edited"), session.begin_nested():
            session.execute(statement)
    session.execute(update(Picture).where(Picture.id == kept.id).values(sealed=other.sealed, key_id=other.key_id))
    found = chain.check_pictures(session)
    assert [(one.kind, one.subject_id, one.why) for one in found] == [("picture", kept.id, "picture_changed")]
    build.lift_guards(session)
    session.execute(update(Picture).where(Picture.id == kept.id).values(digest=other.digest))
    assert chain.check_chain(session).broken.why == "subject_changed"


def test_photos_are_sealed_again_with_a_new_key(session, courier):
    kept = keep(session, courier)
    assert ("pictures", "sealed", "key_id") in {(t.name, data, key) for t, data, key in resealing.SEALED}
    assert pictures.shown(session, kept).startswith(b"\xff\xd8\xff")
