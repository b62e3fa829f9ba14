"""Words people read: every state and event has its own, dates and money look as each language writes them."""

import json
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api import words
from api.pages.dispatch import plan_words
from postal import EventKind, Holder, Message, Outcome, State, errors
from routing import CHANGES, REASONS, Remedy
from tests.scale import scaled

HUE = ZoneInfo("Asia/Ho_Chi_Minh")


@pytest.mark.parametrize(
    ("members", "table"),
    [(State, words.STATES), (EventKind, words.EVENTS), (Holder, words.HOLDERS), (Outcome, words.OUTCOMES)],
)
def test_every_member_is_said_in_both_languages_without_code_words(members, table):
    assert set(table) == set(members)
    for member, message in table.items():
        vi, en = words.translate(message, "vi"), words.translate(message, "en")
        assert "_" not in vi + en
        assert vi != en, member


def test_dates_times_and_money_are_written_as_people_here_write_them():
    instant = datetime(2026, 11, 23, 3, 30, tzinfo=UTC)
    assert words.say_date(date(2026, 11, 23)) == "thứ Hai 23/11/2026"
    assert words.say_short_date(date(2026, 11, 23)) == "23/11/2026"
    assert words.say_instant(instant, HUE) == "10:30, thứ Hai 23/11/2026"
    assert words.say_money(135000) == "135.000 đ"
    assert words.say_money(0) == "0 đ"
    assert words.say_number(1234.56, 1) == "1.234,6"
    assert words.say_weekdays("01234") == "T2–T6"
    assert words.say_code("EJ423686407VN") == "EJ 423 686 407 VN"


def test_dates_times_and_money_are_written_as_english_readers_write_them():
    instant = datetime(2026, 11, 23, 3, 30, tzinfo=UTC)
    assert words.say_date(date(2026, 11, 23), "en") == "Mon 23 Nov 2026"
    assert words.say_short_date(date(2026, 11, 23), "en") == "23 Nov 2026"
    assert words.say_instant(instant, HUE, "en") == "10:30, Mon 23 Nov 2026"
    assert words.say_money(135000, "en") == "135,000 VND"
    assert words.say_number(1234.56, 1, "en") == "1,234.6"
    assert words.say_duration(7500, "en") == "2 h 05 min"
    assert words.say_weekdays("01234", "en") == "Mon–Fri"


def test_papers_write_figures_as_their_language_does():
    at = datetime(2026, 11, 23, 7, 15, tzinfo=HUE)
    vi, en = words.speech("vi"), words.speech("en")
    assert (vi.moment(at), en.moment(at)) == ("07 giờ 15, thứ Hai 23/11/2026", "07:15, Mon 23 Nov 2026")
    assert (vi.day(at.date()), en.day(at.date())) == ("thứ Hai 23/11/2026", "Mon 23 Nov 2026")
    assert (vi.short_day(at.date()), en.short_day(at.date())) == ("23/11/2026", "23 Nov 2026")
    assert (vi.number(2573), en.number(2573)) == ("2.573", "2,573")
    assert (vi.money(135_000), en.money(135_000)) == ("135.000 đ", "135,000 VND")
    assert vi.in_words(135_000) == "một trăm ba mươi lăm nghìn"
    assert en.in_words(135_000) == "one hundred and thirty-five thousand"
    assert (vi("Số {number}", number="7"), en("Số {number}", number="7")) == ("Số 7", "No. 7")


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_papers_speak_every_language_of_the_pages_and_no_other(language):
    assert words.speech(language).in_words(21)
    with pytest.raises(ValueError, match="vi, en"):
        words.speech(language.upper())


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (0, "zero"),
        (13, "thirteen"),
        (21, "twenty-one"),
        (40, "forty"),
        (105, "one hundred and five"),
        (1_005, "one thousand and five"),
        (1_105, "one thousand one hundred and five"),
        (2_001_010, "two million one thousand and ten"),
        (1_000_000_000, "one billion"),
        (999_999_999_999, "nine hundred and ninety-nine billion nine hundred and ninety-nine million nine hundred and "
         "ninety-nine thousand nine hundred and ninety-nine"),
    ],
)  # fmt: skip
def test_english_sums_are_written_in_english_words(number, said):
    assert words.speech("en").in_words(number) == said


@given(number=st.integers(0, 10**12 - 1))
@settings(max_examples=scaled(100, 2_000))
def test_different_numbers_have_different_english_words(number):
    assert words.speech("en").in_words(number) != words.speech("en").in_words((number + 1) % 10**12)


@pytest.mark.parametrize("number", [-1, 10**12])
def test_numbers_beyond_our_words_are_refused(number):
    with pytest.raises(ValueError, match="10"):
        words.speech("en").in_words(number)


@pytest.mark.parametrize(("n", "said"), [(0, "0 days"), (1, "1 day"), (2, "2 days"), (1234, "1,234 days")])
def test_one_and_many_are_told_apart_where_a_language_does_so(n, said):
    assert words.translate(Message("{n} ngày"), "en", n=n) == said
    assert words.translate(Message("{n} ngày"), "vi", n=1234) == "1.234 ngày"


def test_a_message_in_a_message_is_translated_with_it():
    outer = Message("Không tìm thấy {what}.").filled(what=Message("chuyến phát"))
    assert words.translate(outer, "en") == "Not found: round."
    assert words.translate(outer, "vi") == "Không tìm thấy chuyến phát."


def test_a_member_of_an_enumeration_is_named_in_the_sentence_it_stands_in():
    refused = errors.MoveNotAllowed(state=State.DELIVERED, kind=EventKind.HELD)
    assert words.translate(refused.message, "en") == "The item is Delivered; Held for collection does not fit."
    assert "“Đã phát tận tay”" in words.translate(refused.message, "vi")


def test_what_is_stored_is_read_in_either_language():
    stored = Message("tọa độ không dùng được: {why}").filled(why=Message("nằm ngoài tỉnh")).as_json()
    again = Message.from_json(json.loads(json.dumps(stored)))
    assert words.translate(again, "en") == "the coordinates cannot be used: outside the province"
    assert str(again) == "tọa độ không dùng được: nằm ngoài tỉnh"


def test_ages_and_durations_use_one_unit_a_clerk_reads_at_a_glance():
    noon = datetime(2026, 11, 23, 12, tzinfo=UTC)
    assert words.say_age(datetime(2026, 11, 20, 12, tzinfo=UTC), noon) == "3 ngày"
    assert words.say_age(datetime(2026, 11, 23, 7, tzinfo=UTC), noon) == "5 giờ"
    assert words.say_age(datetime(2026, 11, 23, 11, 48, tzinfo=UTC), noon) == "12 phút"
    assert words.say_duration(7500) == "2 giờ 05 phút"
    assert words.say_day_seconds(27_000) == "07:30"


REMEDY = {
    "courier_id": "BT-07", "office_id": "BC-01", "like": "BT-07", "by_s": 5400, "short_by_s": 4260,
    "skills": ["id_check"],
    "locked_to": "BT-09", "capacity_ml": 61_500, "from_s": 28_800, "until_s": 36_900, "going_s": 5000, "waiting_s": 600,
    "field": "point", "commune_code": "19753",
}  # fmt: skip


@pytest.mark.parametrize("reason", REASONS)
def test_every_reason_of_an_unserved_stop_is_a_sentence(reason):
    assert plan_words.say_why(reason) != reason


@pytest.mark.parametrize("change", CHANGES)
def test_every_remedy_is_a_sentence_with_its_figures(change):
    said = plan_words.say_remedy(Remedy.from_json("7", REMEDY | {"change": change}))
    assert len(said) > 10
    assert "…" not in said
    assert "_s" not in said


def test_a_remedy_of_two_changes_tells_both():
    also = {"change": "longer_shift", "courier_id": "BT-07", "by_s": 1800, "short_by_s": 720}
    said = plan_words.say_remedy(Remedy.from_json("7", {"change": "unlock", "locked_to": "BT-09", "also": also}))
    assert said == "Bỏ gắn riêng với BT-09; Kéo dài ca của BT-07 thêm 30 phút (thiếu 12 phút)"


def test_a_closed_commune_is_told_the_day_it_is_served_again():
    closed = {"change": "open_commune", "commune_code": "19789"}
    said = [plan_words.say_remedy(Remedy.from_json("7", closed | day)) for day in ({}, {"day": "2026-11-26"})]
    assert said[0] == "Chờ mở đường lại, rồi bỏ đánh dấu chia cắt"
    assert said[1].startswith("Phát vào thứ Năm 26/11/2026, ")
