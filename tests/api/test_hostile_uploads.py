"""Files that would hang or fill another program: at every door for files each is answered in words, soon and cheaply.

A few in the suite, all of them in the long run. Each is sent by a child process of its own, whose time on the processor
and whose memory are its own.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import resource
import time

import pytest

from tests import builders as build
from tests import hostile_pictures, hostile_tables
from tests.scale import record_figure, scaled

FILES = {**hostile_pictures.REFUSED, **hostile_pictures.TAKEN, **hostile_tables.REFUSED}
# Those that cost most, and one of each kind.
FEW = ["png-19000x19000-44kB", "jpeg-400-passes", "html-as-jpeg", "jpeg-with-everything", "xlsx-nested-deep",
       "csv-one-quote-never-closed", "zip-of-10000-parts"]  # fmt: skip
SECONDS, MEGABYTES = 1.0, 100


@pytest.fixture
def doors(sign_in):
    """Return each door for files: sends a file, returns the status and what was said."""
    postal, centre = sign_in("postal"), sign_in("centre")

    def picture(path, data):
        kind = "image/png" if data.startswith(hostile_pictures.PNG) else "image/jpeg"
        headers = {"X-CSRFToken": postal.csrf, "Content-Type": kind}
        answer = postal.client.post(path, data=data, headers=headers)
        return answer.status_code, answer.json.get("code", "taken")

    def table(data):
        page = centre.post("/staff/intake/check", file=(io.BytesIO(data), "ket-qua.xlsx"))
        while page.status_code in (302, 303):
            page = centre.get(page.location)
        return page.status_code, "refused" if "notice danger" in page.text or page.status_code >= 400 else "taken"

    return {
        "pictures": lambda data: picture(f"/v1/pictures?picture_id={hashlib.sha256(data).hexdigest()[:32]}", data),
        "codes": lambda data: picture("/v1/pictures/code", data),
        "intake": table,
    }


def measured(send, data):
    """Return what a child process was told, its seconds on the processor, and its further megabytes."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
            status, said = send(data)
            took = time.process_time() - began
            more = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
            os.write(writing, json.dumps([status, said, took, more]).encode())
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as told:
        found = told.read()
    os.waitpid(child, 0)
    return json.loads(found)


def test_hostile_files_are_answered_in_words_within_a_second_and_100_mb(doors, database):
    assert len(FILES) >= 60
    names = (scaled(0, 1) and list(FILES)) or FEW
    for send in doors.values():  # what is loaded at the first call is no file's fault
        send(build.photo())
    database.engine.dispose()  # a connection is not shared with children
    worst_s = worst_mb = 0.0
    for name in names:
        data = FILES[name]()
        for door, send in doors.items():
            status, said, took_s, more_mb = measured(send, data)
            is_taken = door != "intake" and name in hostile_pictures.TAKEN
            assert (said == "taken") == is_taken, (name, door, said)
            assert status in ((200,) if is_taken else (200, 400, 413)), (name, door, status)
            assert took_s <= SECONDS, (name, door, took_s)
            assert more_mb <= MEGABYTES, (name, door, more_mb)
            worst_s, worst_mb = max(worst_s, took_s), max(worst_mb, more_mb)
    record_figure(f"hostile files at {len(doors)} doors, the slowest", round(worst_s, 2), f"s of {len(names)} files")
    record_figure(f"hostile files at {len(doors)} doors, the largest", round(worst_mb), f"MB of {len(names)} files")
