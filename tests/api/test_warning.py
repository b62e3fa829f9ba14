"""The warning against false couriers: on labels and in messages, in the reader's language, in the house's own words."""

import subprocess

import pytest
from pydantic import ValidationError

from api import documents
from api.words import fraud_warning
from api.work import notices
from postal import custody, models
from tests import builders as build
from tests.api.conftest import NOW
from tests.api.test_paper_routes import poppler  # noqa: F401 - fixture

OURS = "Bưu tá không yêu cầu chuyển khoản trước. Kiểm tra tại localhost/genuine"


def squeezed(words):
    return "".join(words.split())


def test_it_names_the_page_that_checks_in_the_language_that_is_asked_for(settings):
    assert fraud_warning(settings) == OURS
    assert fraud_warning(settings, "en") == "Couriers never ask for a transfer in advance. Check at localhost/genuine"
    below = settings.model_copy(update={"public_url": "https://post.example/ket-qua/"})
    assert fraud_warning(below).endswith("tại post.example/ket-qua/genuine")
    words = {"fraud_warning": "Đừng chuyển khoản. Hỏi {address}", "fraud_warning_en": "No {address}"}
    own = settings.model_copy(update=words)
    assert fraud_warning(own) == "Đừng chuyển khoản. Hỏi localhost/genuine"
    assert fraud_warning(own, "en") == "No localhost/genuine"


@pytest.mark.parametrize("text", ["x" * 61, "không 你好", "hai\ndòng"])
def test_words_that_fit_no_label_are_refused_as_a_setting(settings, text):
    with pytest.raises(ValidationError) as refused:
        type(settings)(**settings.model_dump() | {"fraud_warning": text})
    assert [error["loc"] for error in refused.value.errors(include_input=False)] == [("fraud_warning",)]


@pytest.mark.parametrize(("language", "said"), [("vi", OURS), ("en", "Couriers never ask for a transfer in advance.")])
def test_labels_and_messages_say_it(services, house, database, poppler, language, said):  # noqa: F811
    with database.write() as session:
        items = build.accepted(session, build.result(1), now=NOW)
        batch = custody.open_batch(build.act(session, NOW), items[0].consignment.issuing_office_id)
        build.closed_batch(session, batch.id, now=NOW)
        printing = documents.Printing(services=services, session=session, language=language)
        printed = documents.labels_of(printing, build.act(session, NOW), items, size="A7")
        desk = notices.desk(services)
        text = desk.say(
            desk.words(session, models.Notice(kind="opening_code", about_id=1, language=language)), language
        )
    assert printed.shortened == ()
    read = subprocess.run(["pdftotext", "-", "-"], input=printed.content, capture_output=True, check=True)
    assert squeezed(said) in squeezed(read.stdout.decode())
    assert said in text
