"""Phones' clocks: late acts, wrong clocks, clocks set forward and backward by a day keep true times."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest

from postal.rules.clocks import IGNORED, DeviceTime, known_time, true_time
from tests.scale import scaled

NINE = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


class Phone:
    """A phone whose clock shows true time plus ``wrong``."""

    def __init__(self, wrong=timedelta(0)):
        self.wrong, self.offset, self.heard_at = wrong, None, None

    def hear(self, now):
        self.offset, self.heard_at = -self.wrong, now

    def record(self, now):
        return {"told_at": now + self.wrong, "offset": self.offset, "heard_at": self.heard_at}

    def send(self, kept, now):
        return true_time(DeviceTime(sent_at=now + self.wrong, **kept), now)


@pytest.mark.parametrize("wrong", [timedelta(0), DAY, -DAY, 7 * HOUR, timedelta(minutes=-20)])
def test_a_wrong_clock_is_corrected_also_hours_later(wrong):
    phone = Phone(wrong)
    phone.hear(NINE)
    kept = phone.record(NINE + HOUR)
    assert phone.send(kept, NINE + 6 * HOUR) == NINE + HOUR


@pytest.mark.parametrize("jump", [DAY, -DAY])
@pytest.mark.parametrize("is_set_before_the_act", [True, False])
def test_a_clock_set_by_a_day_without_signal_changes_no_time(jump, is_set_before_the_act):
    phone = Phone()
    phone.hear(NINE)
    if is_set_before_the_act:
        phone.wrong += jump
    kept = phone.record(NINE + HOUR)
    if not is_set_before_the_act:
        phone.wrong += jump
    assert phone.send(kept, NINE + 6 * HOUR) == NINE + HOUR


def test_a_phone_that_never_heard_our_time_is_read_by_its_clock_at_sending():
    phone = Phone(3 * HOUR)
    assert phone.send(phone.record(NINE), NINE + HOUR) == NINE


def test_the_way_of_a_request_is_no_wrong_clock():
    told = DeviceTime(told_at=NINE, sent_at=NINE + HOUR)
    assert true_time(told, NINE + HOUR + IGNORED) == NINE


def test_whatever_is_set_and_when_a_time_lies_where_it_can_be():
    chance = random.Random(22)
    for _ in range(scaled(400, 20_000)):
        phone, now, kept = Phone(timedelta(minutes=chance.randint(-3000, 3000))), NINE, []
        phone.hear(now)
        for _ in range(chance.randint(1, 12)):
            now += timedelta(minutes=chance.randint(1, 90))
            if chance.random() < 0.3:
                phone.wrong += timedelta(minutes=chance.randint(-3000, 3000))
            kept.append((now, phone.record(now)))
        now += timedelta(minutes=chance.randint(0, 600))
        for true, told in kept:
            read = phone.send(told, now)
            assert NINE - IGNORED <= read <= now + timedelta(minutes=5)
            # Off by no more than the whole time without signal, whatever was set.
            assert abs(read - true) <= now - NINE + timedelta(minutes=5) + IGNORED


def test_an_instant_that_no_clock_tells_is_not_known():
    told = DeviceTime(told_at=NINE + DAY, sent_at=NINE + 8 * HOUR, offset=timedelta(0), heard_at=NINE - HOUR)
    assert known_time(told, NINE + 8 * HOUR) is None
    assert true_time(told, NINE + 8 * HOUR) == NINE + 8 * HOUR
    right = DeviceTime(told_at=NINE, sent_at=NINE + 8 * HOUR, offset=timedelta(0), heard_at=NINE - HOUR)
    assert known_time(right, NINE + 8 * HOUR) == NINE
