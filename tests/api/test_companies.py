"""A company sees all its dossiers by the code of the centre; nothing else opens them, and the code ends at once."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from postal import citizen, models
from postal.citizen import companies
from tests import builders as build
from tests.api.conftest import NOW, Person
from tests.api.test_dossiers import TOLD

COMPANY, PHONE, TAX_NUMBER = "Công ty TNHH Sông Hương", "0912345678", "3300101234"
FORM = re.compile(r"data-key>([0-9a-f]{4}(?:-[0-9a-f]{4}){7})<")


@pytest.fixture
def pieces(database, house):
    """Two results of the company, one of its name with another phone, one of its phone with another name."""
    with database.write() as session:
        own = [build.result(n, recipient=COMPANY, phone=PHONE) for n in (1, 2)]
        others = [
            build.result(3, recipient=COMPANY, phone="0905999888"),
            build.result(4, recipient="Trần Văn Khác", phone=PHONE),
        ]
        items = build.accepted(session, *own, *others, now=NOW)
        return [(item.dossier_code, item.s10) for item in items]


@pytest.fixture
def issue(sign_in):
    def issue(code, who="centre"):
        answer = sign_in(who).post("/staff/company-codes", code=code)
        found = FORM.search(answer.text)
        return found[1] if found else answer

    return issue


def opened(app, text, source=None):
    person = Person(app)
    person.get("/track/company")
    environ = {"environ_base": {"REMOTE_ADDR": source}} if source else {}
    answer = person.client.post("/track/company", data={"csrf_token": person.csrf, "code": text}, **environ)
    return person, answer


def test_a_company_sees_all_its_dossiers_and_nobody_elses(app, pieces, issue, system):
    told = TOLD | {"dossier_code": "H57.15-261120-0077", "recipient": COMPANY, "phone": PHONE, "status": 4}
    assert system.post("/v1/dossiers", told).status_code == 200
    text = issue(pieces[0][0])
    for typed in (text, text.upper().replace("-", " "), text.replace("-", "")):
        person, answer = opened(app, typed)
        assert answer.status_code == 303, typed
        assert text not in answer.location
    page = person.get(answer.location).text
    for code, _ in pieces[:2]:
        assert code in page
    for code, _ in pieces[2:]:
        assert code not in page
    assert "H57.15-261120-0077" in page
    assert "Cơ quan đang giải quyết" in page
    for personal in (COMPANY, PHONE, "Sông Hương", "Lê Lợi"):
        assert personal not in page


def test_a_long_list_is_paged_and_nothing_is_left_out(app, pieces, issue, database):
    n, first = companies._N_A_PAGE + 3, NOW - timedelta(days=100)
    with database.write() as session:
        known = session.scalars(select(models.Item).where(models.Item.dossier_code == pieces[0][0])).one().consignment
        for number in range(n):
            session.add(
                models.Dossier(
                    source_system=build.SYSTEM, dossier_code=f"H57.15-NHIEU-{number:04d}",
                    dossier_key=f"nhieu-{number}", dossier_bare=f"H5715NHIEU{number:04d}",
                    office_id=known.issuing_office_id,
                    person_id=known.person_id, added_at=first + timedelta(hours=number),
                )
            )  # fmt: skip
    person, _ = opened(app, issue(pieces[0][0]))
    asked = [person.get(f"/track/company/list{query}").text for query in ("", "?page=2", "?page=99", "?page=x")]
    pages = [page.partition("<main")[2] for page in asked]
    assert pages[2] == pages[1]
    assert pages[3] == pages[0]
    shown = [re.findall(r"H57\.15-NHIEU-(\d+)", page) for page in pages[:2]]
    assert [int(number) for number in shown[0] + shown[1]] == list(range(n - 1, -1, -1)), "newest first, each once"
    assert all(f"{n + 2} hồ sơ" in page and "trang" in page for page in pages)
    assert 'rel="next"' in pages[0]
    assert 'rel="next"' not in pages[1]
    assert 'rel="prev"' in pages[1]


def test_neither_a_tax_number_nor_a_dossiers_code_nor_an_address_opens_it(app, pieces, issue):
    issue(pieces[0][0])
    for typed in (TAX_NUMBER, pieces[0][0], PHONE, "", "0" * 32, "%"):
        person, answer = opened(app, typed)
        assert answer.status_code == 404, typed
        assert pieces[0][0] not in answer.text
        assert person.get("/track/company/list").status_code == 303


def test_a_corrected_dossier_takes_its_code_to_nobody_elses_list(app, pieces, issue, system):
    """The row a code was issued by may become another person's, or lose its phone: the code stays the company's."""
    told = TOLD | {"dossier_code": "H57.15-261120-0078", "recipient": COMPANY, "phone": PHONE, "status": 4}
    assert system.post("/v1/dossiers", told).status_code == 200
    text = issue("H57.15-261120-0078")
    for corrected in ({"recipient": "Trần Văn Khác"}, {"recipient": COMPANY, "phone": "0905999888"}):
        assert system.post("/v1/dossiers", told | corrected | {"status": 5}).status_code == 200
        person, answer = opened(app, text)
        page = person.get(answer.location).text
        assert pieces[0][0] in page
        for code, _ in pieces[2:]:
            assert code not in page


def test_what_is_kept_is_a_hash(database, pieces, issue):
    text = issue(pieces[0][0])
    with database.read() as session:
        (kept,) = session.scalars(select(models.CompanyCode.code_hash))
        assert text.replace("-", "") not in kept
        actions = session.scalars(select(models.AuditEntry.action)).all()
        assert "company_code_issued" in actions


def test_a_revoked_code_closes_the_page_that_is_open(app, pieces, issue, sign_in, database):
    text = issue(pieces[0][0])
    person, answer = opened(app, text)
    clerk = sign_in("centre")
    page = clerk.get("/staff/company-codes").text
    assert COMPANY in page
    assert text not in page
    revoke = re.search(r'action="(/staff/company-codes/\d+/revoke)"', page)[1]
    assert clerk.post(revoke).status_code == 303
    assert "đã thu hồi" in clerk.get("/staff/company-codes").text
    assert person.get(answer.location).status_code == 303
    assert opened(app, text)[1].status_code == 404
    with database.read() as session:
        revoked = models.AuditEntry.action == "company_code_revoked"
        assert session.scalar(select(func.count()).where(revoked)) == 1


def test_the_page_closes_after_half_an_hour(app, pieces, issue, clock):
    person, answer = opened(app, issue(pieces[0][0]))
    assert person.get(answer.location).status_code == 200
    clock.forward(minutes=31)
    assert person.get(answer.location).status_code == 303


def test_wrong_codes_are_slowed_for_their_address_alone(app, pieces, issue):
    text = issue(pieces[0][0])
    for number in range(11):
        assert opened(app, f"{number:032x}", "198.51.100.5")[1].status_code == 404
    assert opened(app, text, "198.51.100.5")[1].status_code == 404, "this address has to wait"
    assert opened(app, text, "198.51.100.6")[1].status_code == 303


def test_one_stranger_closes_the_lists_of_no_company(app, pieces, issue, database, clock):
    text = issue(pieces[0][0])
    with database.write() as session:
        for number in range(companies._ALL_TRIES.n_free + 20):
            clock.forward(milliseconds=100)
            act = build.act(session, clock.now)
            assert citizen.open_by_company_code(act, f"{number:032x}", source="198.51.100.5") is None
    assert opened(app, text, "198.51.100.6")[1].status_code == 303
    assert opened(app, text, "198.51.100.5")[1].status_code == 404


def test_wrong_company_codes_from_everywhere_make_all_wait(app, pieces, issue, database, clock):
    text = issue(pieces[0][0])
    with database.write() as session:
        for number in range(companies._ALL_TRIES.n_free):
            act = build.act(session, clock.now)
            assert citizen.open_by_company_code(act, f"{number:032x}", source=f"192.0.2.{number % 200}") is None
    assert opened(app, text, "198.51.100.6")[1].status_code == 404
    clock.forward(minutes=1)
    assert opened(app, text, "198.51.100.6")[1].status_code == 303


@pytest.mark.parametrize("code", ["H57.15-261120-9999", "x"])
def test_an_unknown_code_is_refused_at_its_field_and_kept(pieces, issue, code):
    answer = issue(code)
    assert answer.status_code == 400
    assert 'aria-invalid="true"' in answer.text
    assert f'value="{code}"' in answer.text


def test_a_company_without_a_phone_gets_no_code(database, house, issue):
    with database.write() as session:
        (item,) = build.accepted(session, build.result(5, recipient=COMPANY, phone=""), now=NOW)
        code = item.dossier_code
    assert issue(code).status_code == 400


@pytest.mark.parametrize("who", ["postal", "dispatcher", "admin"])
def test_the_centre_alone_issues(pieces, issue, who):
    assert issue(pieces[0][0], who).status_code == 403
