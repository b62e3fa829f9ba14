"""A file mended where it stands: in bulk, row by row, by its columns; and refused rows that are taken after all."""

import io

import openpyxl
import pytest

from postal import intake, mending
from postal.access import accounts
from postal.errors import InvalidInput, NotFound
from postal.intake import uploads
from postal.jobs import NewJob, enqueue
from postal.life.balance import balance
from postal.mending import DateOrder, read_in
from postal.models import DraftRow, Intake, IntakeRow, Item, Job, Office, Role, RowOutcome, Upload
from tests import builders as build

NOW = build.EVENING
SLIP = "Trung tâm Phục vụ hành chánh công thành phố Huế"


@pytest.fixture
def owner(database):
    """Return the clerk whose files these are; the centre's agency is known already."""
    with database.write() as session:
        build.accepted(session, build.result(900))
        new = accounts.NewUser(username="thu", password="mười hai chữ", full_name="Thu", role=Role.CENTRE_CLERK)
        return accounts.add_user(session, new, now=NOW).id


@pytest.fixture
def mender(database, owner):
    return Mender(database, owner)


class Mender:
    """A clerk with a file: keeps it, mends it, brings it in."""

    def __init__(self, database, owner):
        self.database, self.owner, self.upload_id = database, owner, None
        self.arrival = intake.Arrival(
            source_system=build.SYSTEM, guide=build.guide(), by=build.act(None, NOW, user_id=owner).by, now=NOW
        )

    def keep(self, *results, data=None):
        data = data or build.results_csv(results)
        draft = mending.read_draft(self.database, data, self.arrival)
        with self.database.write() as session:
            act = self.act(session)
            upload = uploads.keep(act, uploads.KeptFile(data=data, suffix=".csv"))
            mending.keep_draft(act, upload, draft)
            self.upload_id = upload.id

    def act(self, session):
        return build.act(session, NOW, user_id=self.owner)

    def do(self, what, *args):
        with self.database.write() as session:
            return what(self.act(session), self.upload_id, *args, self.arrival)

    def rows(self):
        with self.database.read() as session:
            rows = session.query(DraftRow).filter_by(upload_id=self.upload_id).order_by(DraftRow.position).all()
            session.expunge_all()
            return rows

    def outcomes(self):
        return [str(row.outcome) for row in self.rows()]

    def read(self, what, *args):
        with self.database.read() as session:
            return what(session, self.upload_id, *args)

    def bring_in(self):
        report = mending.import_draft(self.database, self.upload_id, self.arrival)
        with self.database.write() as session:
            mending.note_imported(session, self.upload_id, report.intake_id)
        return report

    def balance(self, intake_id=None):
        with self.database.read() as session:
            return balance(session, intake_id)


@pytest.mark.parametrize(
    ("text", "order", "expected"),
    [
        ("11/20/2026 4:30 PM", "mdy", "2026-11-20 16:30"), ("11-20-26", "mdy", "2026-11-20 00:00"),
        ("20.11.2026", "dmy", "2026-11-20 00:00"), ("2026/20/11 08:05", "ydm", "2026-11-20 08:05"),
        ("2026-11-20", "ymd", "2026-11-20 00:00"), ("03/11/2026", "mdy", "2026-03-11 00:00"),
        ("12/11/2026 12:10 AM", "dmy", "2026-11-12 00:10"), ("20/11/2026", "mdy", None), ("2026-11-20", "dmy", None),
        ("hôm qua", "dmy", None), ("31/02/2026", "dmy", None), ("", "dmy", None), ("1/1/2026 25:00", "dmy", None),
        ("1" * 90, "dmy", None),
    ],
)  # fmt: skip
def test_a_date_is_read_in_the_order_a_clerk_tells(text, order, expected):
    assert read_in(text, DateOrder(order)) == expected


def test_one_misspelt_agency_is_mended_in_all_rows_that_have_it_and_in_no_other(mender):
    rows = [build.result(n, office=SLIP) for n in range(1, 6)] + [build.result(9, office="Sở Y tế thành phố Huế")]
    mender.keep(*rows, build.result(7))
    groups = mender.read(mending.office_groups)
    assert (groups[0].name, groups[0].n_rows, groups[0].alike) == (SLIP, 5, (build.CENTRE,))
    with mender.database.read() as session:
        office_id = session.query(Office.id).filter_by(name=build.CENTRE).scalar()
    assert mender.outcomes().count("attention") == 5
    assert mender.do(mending.mend_office, groups[0].row_id, office_id) == 5
    assert mender.outcomes() == ["accepted"] * 7
    assert [one.name for one in mender.read(mending.office_groups)] == ["Sở Y tế thành phố Huế"]
    mender.bring_in()
    with mender.database.read() as session:
        assert session.query(Office).filter_by(name=SLIP).count() == 0


def test_a_column_of_dates_is_read_in_one_order_also_where_a_cell_alone_was_read_wrong(mender):
    mender.keep(build.result(1, finished_at="11/20/26"), build.result(2, finished_at="11/03/2026"), build.result(3))
    assert mender.outcomes()[0] == "refused"
    trials = mender.read(mending.date_trials)
    assert (trials[0].order, trials[0].n_read, trials[0].n_asked) == (DateOrder.MONTH_FIRST, 1, 1)
    assert mender.do(mending.mend_dates, DateOrder.MONTH_FIRST) == 2
    assert mender.do(mending.mend_dates, DateOrder.MONTH_FIRST) == 0
    assert mender.outcomes() == ["accepted"] * 3
    mender.bring_in()
    with mender.database.read() as session:
        ready = {i.dossier_code[-1]: i.consignment.ready_at for i in session.query(Item) if i.id > 1}
    assert (ready["2"].astimezone(NOW.tzinfo).month, ready["2"].day) in {(11, 2), (11, 3)}


def test_a_row_is_mended_cell_by_cell_and_says_what_is_still_wrong(mender):
    mender.keep(build.result(1, recipient="", finished_at="xx"), build.result(2))
    row = mender.rows()[0]
    mender.do(mending.mend_row, row.id, {"recipient": "Lê Văn Sửa"})
    row = mender.rows()[0]
    assert (str(row.outcome), row.asks, row.mended) == ("refused", "bad_datetime,", ["recipient"])
    mender.do(mending.mend_row, row.id, {"finished_at": "20/11/2026"})
    assert mender.outcomes() == ["accepted", "accepted"]
    with mender.database.read() as session:
        assert mending.cells_of(session, mender.rows()[0])["recipient"] == "Lê Văn Sửa"
        assert "Sửa".encode() not in mender.rows()[0].sealed


def test_doubled_rows_stand_beside_their_twin_and_a_corrected_code_frees_them(mender):
    mender.keep(build.result(1), build.result(1, recipient="Người Khác"), build.result(900))
    first, second, third = mender.rows()
    assert mender.outcomes() == ["accepted", "duplicate", "duplicate"]
    with mender.database.read() as session:
        twins = mending.twins_of(session, build.SYSTEM, [first, second, third])
        assert twins[second.id].cells["recipient"] == build.result(1).recipient
        assert twins[third.id].item.dossier_code == third.dossier_code
        assert first.id not in twins
    mender.do(mending.mend_row, second.id, {"dossier_code": "H57.15-261120-0777"})
    assert mender.outcomes() == ["accepted", "accepted", "duplicate"]
    mender.do(mending.mend_row, first.id, {"dossier_code": "H57.15-261120-0777"})
    assert mender.outcomes() == ["accepted", "duplicate", "duplicate"], "the first of the file is never the double"


def test_a_mended_file_again_creates_nothing_and_an_untouched_one_is_imported_as_it_came(mender):
    mender.keep(build.result(1, recipient=""))
    assert mending.import_draft(mender.database, mender.upload_id, mender.arrival) is None
    mender.do(mending.mend_row, mender.rows()[0].id, {"recipient": "Lê Văn Sửa"})
    assert mender.bring_in().n_accepted == 1
    again = mending.import_draft(mender.database, mender.upload_id, mender.arrival)
    assert (again.is_repeat, again.n_accepted) == (True, 1)
    with mender.database.read() as session:
        assert session.query(Item).count() == 2
        assert session.query(IntakeRow.mended).order_by(IntakeRow.id.desc()).first()[0] == ["recipient"]


def test_a_refused_row_mended_after_the_import_replaces_its_refusal_and_the_sum_holds(mender):
    rows = [build.result(1), build.result(2, recipient=""), build.result(3, finished_at="xx"), build.result(900)]
    mender.keep(*rows, build.result(4, address="12 Lê Lợi", lat="", lon=""))
    mender.do(mending.mend_row, mender.rows()[0].id, {"landmark": "cạnh chợ"})
    report = mender.bring_in()
    before = mender.balance(report.intake_id)
    assert (before.n_in, before.refused, before.waiting, before.is_balanced) == (5, 3, 2, True)
    _, second, third, *_ = mender.rows()
    mender.do(mending.mend_row, second.id, {"recipient": "Lê Văn Sửa"})
    mender.do(mending.mend_row, third.id, {"finished_at": "20/11/2026"})
    assert mender.do(mending.take_mended) == 2
    assert mender.do(mending.take_mended) == 0
    for one in (mender.balance(report.intake_id), mender.balance()):
        assert one.is_balanced
    after = mender.balance(report.intake_id)
    assert (after.n_in, after.refused, after.waiting) == (5, 1, 4)
    with mender.database.read() as session:
        found = session.get_one(Intake, report.intake_id)
        assert (found.n_in, found.n_refused, found.n_duplicate) == (5, 0, 1)
        line = session.query(IntakeRow).filter_by(intake_id=report.intake_id, row_number=second.row_number).one()
        assert ([one["code"] for one in line.refused_for], line.mended) == (["required"], ["recipient"])
        assert (line.mended_at, line.mended_by_id, line.outcome) == (NOW, mender.owner, RowOutcome.ACCEPTED)
        assert session.get_one(Item, line.item_id).dossier_code == line.dossier_code
    with pytest.raises(mending.AlreadyIn):
        mender.do(mending.mend_row, second.id, {"recipient": "Ai Đó"})


def test_nothing_is_mended_while_the_file_is_brought_in(mender):
    mender.keep(build.result(1, recipient=""))
    row_id = mender.rows()[0].id
    with mender.database.write() as session:
        enqueue(session, NewJob(kind="x", dedupe_key=mending.import_key(mender.upload_id)), now=NOW)
    with pytest.raises(mending.ImportRunning):
        mender.do(mending.mend_row, row_id, {"recipient": "Lê Văn Sửa"})
    with mender.database.write() as session:
        session.query(Job).one().dedupe_key = None
    mender.do(mending.mend_row, row_id, {"recipient": "Lê Văn Sửa"})
    assert mender.outcomes() == ["accepted"]


def test_a_row_sent_again_as_it_was_is_judged_anew(mender):
    mender.keep(build.result(900))
    assert mender.outcomes() == ["duplicate"]
    with mender.database.write() as session:
        session.query(Item).one().dossier_key = "another"
    mender.do(mending.mend_row, mender.rows()[0].id, {"dossier_code": build.result(900).dossier_code})
    assert mender.outcomes() == ["accepted"]


def test_a_line_that_another_file_of_the_same_intake_brought_in_is_not_taken_again(mender):
    uploads_of = []
    for _ in (1, 2):
        mender.keep(build.result(1), build.result(2, recipient=""))
        mender.do(mending.mend_row, mender.rows()[0].id, {"landmark": "cạnh chợ"})
        intake_id = mender.bring_in().intake_id
        uploads_of.append(mender.upload_id)
    taken = []
    for upload_id, code in zip(uploads_of, (build.result(8).dossier_code, build.result(9).dossier_code), strict=True):
        mender.upload_id = upload_id
        mender.do(mending.mend_row, mender.rows()[1].id, {"recipient": "Lê Văn Sửa", "dossier_code": code})
        assert mender.outcomes()[1] == "accepted", mender.rows()[1].problems
    for mender.upload_id in uploads_of:
        taken.append(mender.do(mending.take_mended))
        assert (
            mender.read(lambda session, upload_id: mending.n_to_take(session, session.get_one(Upload, upload_id))) == 0
        )
    assert taken == [1, 0]
    assert mender.balance(intake_id).is_balanced
    with mender.database.read() as session:
        assert session.query(Item).count() == 3


@pytest.mark.parametrize("known", ["so_ho_so", "Mã hồ sơ"])
def test_a_file_without_our_headers_is_read_once_its_columns_are_told(mender, known):
    text = build.results_csv([build.result(1), build.result(2)]).decode()
    data = text.replace("ma_ho_so", known, 1).replace("nguoi_nhan", "Bên thụ hưởng", 1).encode()
    with pytest.raises(intake.ColumnMissing):
        mending.read_draft(mender.database, data, mender.arrival)
    headings = mending.headings_of(data, mender.arrival.guide, {})
    assert headings.missing == ("nguoi_nhan",)
    assert "Bên thụ hưởng" in headings.texts
    with mender.database.write() as session:
        upload = uploads.keep(mender.act(session), uploads.KeptFile(data=data, suffix=".csv"))
        mender.upload_id = upload.id
        told = {"Bên thụ hưởng": "nguoi_nhan"}
        mending.map_columns(mender.database, mender.act(session), upload.id, told, mender.arrival)
        assert mending.columns_of_file(session, upload)["ben_thu_huong"] == "nguoi_nhan"
    assert mender.outcomes() == ["accepted", "accepted"]
    assert mender.bring_in().n_accepted == 2


def test_the_error_workbook_has_the_clerks_own_headers_and_values(mender):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["DANH SÁCH"])
    sheet.append(["Số hồ sơ", "Đơn vị", "Ngày hoàn thành", "Họ và tên", "Địa chỉ nhận", "Ghi chú"])
    sheet.append(["H57.15-261120-0001", build.CENTRE, "20/11/2026", "Lê Văn An", "1 Lê Lợi, phường Thuận Hóa", "=1+1"])
    sheet.append(["H57.15-261120-0002", build.CENTRE, "hôm qua", "Lê Văn Ba", "2 Lê Lợi, phường Thuận Hóa", "@gấp"])
    sheet.append(["H57.15-261120-0003", build.CENTRE, "20/11/2026", "", "3 Lê Lợi, phường Thuận Hóa", ""])
    out = io.BytesIO()
    book.save(out)
    mender.keep(data=out.getvalue())
    mender.do(mending.mend_row, mender.rows()[1].id, {"finished_at": "hôm kia"})
    with mender.database.read() as session:
        upload = mending.own_upload(session, mender.upload_id, mender.owner)
        told = mending.error_workbook(
            session, upload, mender.arrival.guide, lambda row: ("V", row.asks), ["Dòng", "Kết luận", "Lý do"]
        )
    rows = list(openpyxl.load_workbook(io.BytesIO(told)).active.values)
    assert rows[0] == ("Dòng", "Kết luận", "Lý do", *(cell.value for cell in sheet[2]))
    assert rows[1][:2] + rows[1][3:] == ("4", "V", "H57.15-261120-0002", build.CENTRE, "hôm kia", "Lê Văn Ba",
                                         "2 Lê Lợi, phường Thuận Hóa", "@gấp")  # fmt: skip
    assert (rows[2][0], rows[2][2]) == ("5", "required,")
    assert len(rows) == 3


def test_nobody_elses_file_is_mended_and_nothing_that_is_no_cell_or_agency(mender, database):
    mender.keep(build.result(1, recipient=""))
    row_id, owner = mender.rows()[0].id, mender.owner
    with pytest.raises(InvalidInput):
        mender.do(mending.mend_row, row_id, {"id": "1"})
    with pytest.raises(InvalidInput):
        mender.do(mending.mend_office, row_id, 999_999)
    mender.owner = owner + 99
    for what, told in ((mending.mend_row, (row_id, {"recipient": "A"})), (mending.mend_dates, (DateOrder.DAY_FIRST,))):
        with pytest.raises(NotFound):
            mender.do(what, *told)
    mender.owner = owner
    with pytest.raises(NotFound):
        mender.do(mending.mend_row, row_id + 50, {"recipient": "A"})


def test_a_row_whose_cells_cannot_be_told_apart_can_be_typed_anew(mender):
    text = build.results_csv([build.result(1), build.result(2)]).decode().splitlines()
    broken = text[2] + ",thừa,thừa"
    mender.keep(data="\n".join([text[0], text[1], broken]).encode())
    assert mender.outcomes() == ["accepted", "refused"]
    whole = build.result(2)
    cells = {name: getattr(whole, name) for name in ("dossier_code", "office", "finished_at", "recipient", "address")}
    mender.do(mending.mend_row, mender.rows()[1].id, cells)
    assert mender.outcomes() == ["accepted", "accepted"]
