"""Lists two sides sign: papers taken back and money, undelivered items, and an office's day in figures."""

from __future__ import annotations

from labels.cleaning import clean_data
from labels.form import Block, Column, Fields, Form, Heading, Mark, Signatures, Table, Words, draw_forms
from labels.form_data import DayReportData, ReturnListData, ReverseHandoverData
from labels.form_parts import SIGN, Say, both_sign, day, moment, page, parties, tongue, two
from labels.words import group_code, in_words, say_money


def reverse_handover(data: ReverseHandoverData, *, language: str = "vi") -> bytes:
    """Return the minutes of papers taken back and money handed over, A4, two copies. Raises UnprintableText."""
    say, data = tongue(language), clean_data(data)
    columns = (
        Column(heading=say("STT", "No."), share=1),
        Column(heading=say("Số hiệu", "Item"), share=3.4),
        Column(heading=say("Mã hồ sơ", "Dossier"), share=4),
        Column(heading=say("Giấy tờ thu hồi", "Papers taken back"), share=5),
        Column(heading=say("Tiền thu hộ", "Collected"), share=2.4, align="right"),
        Column(heading=say("Biên lai", "Receipt"), share=2.2),
    )
    rows = tuple(
        (
            str(line.position),
            group_code(line.s10),
            line.dossier_code,
            line.papers or "–",
            say_money(line.fee_vnd) if line.fee_vnd else "–",
            line.fee_receipt or "–",
        )
        for line in data.lines
    )
    blocks = (
        Words(text=say("Lúc ", "At ") + f"{moment(data.at, say)}, {data.place}."),
        parties(data.giver, data.receiver, say),
        Table(columns=columns, rows=rows),
        Words(text=_given_back_in_all(data, say), is_bold=True),
        *_missing(data, say),
        both_sign(data.giver, data.receiver, say),
    )
    return draw_forms(
        [
            Form(
                size="A4",
                motto=True,
                title=say("BIÊN BẢN BÀN GIAO GIẤY TỜ THU HỒI VÀ TIỀN THU HỘ", "MINUTES: PAPERS TAKEN BACK AND MONEY"),
                number=f"{say('Số', 'No.')} {data.number}",
                blocks=blocks,
                copies=two(say, data.digest),
                mark=_signature_code(data, say),
                page=page(say),
            )
        ],
        "Biên bản bàn giao giấy tờ thu hồi",
    )


def _given_back_in_all(data: ReverseHandoverData, say: Say) -> str:
    """Return the sums in figures and in words; words are Vietnamese in either language, as the law reads them."""
    n_papers, fees = in_words(data.n_papers), in_words(data.fee_total_vnd)
    return say(
        f"Tổng số: {data.n_papers} giấy tờ (bằng chữ: {n_papers}), {say_money(data.fee_total_vnd)} "
        f"(bằng chữ: {fees} đồng).",
        f"In all: {data.n_papers} papers ({n_papers}), {say_money(data.fee_total_vnd)} ({fees} đồng).",
    )


def _signature_code(data: ReverseHandoverData, say: Say) -> Mark | None:
    words = say("Chữ ký số của biên bản", "The receipt's signature")
    return Mark(qr=data.code, text=words, side=36) if data.code else None


def _missing(data: ReverseHandoverData, say: Say) -> list[Block]:
    """Name what is owed and was not on the table: it stays owed."""
    if not data.missing:
        return []
    codes = ", ".join(group_code(code) for code in data.missing)
    return [Words(text=say(f"Còn thiếu, sẽ giao sau: {codes}.", f"Missing, still owed: {codes}."))]


def return_list(data: ReturnListData, *, language: str = "vi") -> bytes:
    """Return the list of undelivered items handed back to their agency, A4, two copies. Raises UnprintableText."""
    say, data = tongue(language), clean_data(data)
    columns = (
        Column(heading=say("STT", "No."), share=1),
        Column(heading=say("Số hiệu", "Item"), share=3.4),
        Column(heading=say("Mã hồ sơ", "Dossier"), share=4),
        Column(heading=say("Lý do", "Reason"), share=5),
        Column(heading=say("Các lần phát", "Attempts"), share=4),
        Column(heading=say("Tài liệu", "Docs"), share=1.5, align="right"),
    )
    rows = tuple(
        (
            str(line.position),
            group_code(line.s10),
            line.dossier_code,
            f"{line.reason} {line.note}".strip(),
            line.attempts or "–",
            str(line.n_documents),
        )
        for line in data.lines
    )
    count = len(data.lines)
    total = say(
        f"Tổng số: {count} bưu gửi (bằng chữ: {in_words(count)}), còn nguyên niêm phong.",
        f"In all: {count} items ({in_words(count)}), seals intact.",
    )
    blocks = (
        Words(text=f"{data.office} – {data.agency}. {moment(data.at, say)}."),
        parties(data.giver, data.receiver, say),
        Table(columns=columns, rows=rows),
        Words(text=total, is_bold=True),
        both_sign(data.giver, data.receiver, say),
    )
    form = Form(
        size="A4",
        title=say("BẢNG KÊ BƯU GỬI CHUYỂN HOÀN", "LIST OF RETURNED ITEMS"),
        second=say("Trả lại cơ quan gửi", "Back to the sending agency"),
        number=f"{say('Số', 'No.')} {data.number}",
        blocks=blocks,
        copies=two(say, data.digest),
        page=page(say),
    )
    return draw_forms([form], "Bảng kê bưu gửi chuyển hoàn")


def day_report(data: DayReportData, *, language: str = "vi") -> bytes:
    """Return an office's report at the end of a day, A4: every item that left is told of. Raises UnprintableText."""
    say, data = tongue(language), clean_data(data)
    counted = data.fee_counted_vnd
    difference = counted - data.fee_expected_vnd if counted is not None else 0
    closed = moment(data.closed_at, say) or say("chưa khép ngày", "not closed yet")
    blocks: list[Block] = [
        Fields(
            pairs=(
                (say("Bưu cục", "Office"), data.office),
                (say("Khép ngày", "Closed"), f"{closed}{', ' + data.closed_by if data.closed_by else ''}"),
                (say("Tiền phải thu", "Money expected"), say_money(data.fee_expected_vnd)),
                (say("Tiền đã đếm", "Money counted"), say_money(counted) if counted is not None else ""),
            ),
            columns=2,
        ),
        _couriers(data, say),
        Heading(text=say("Bưu gửi chưa phát xong", "Not delivered yet")),
    ]
    blocks.append(_still_open(data, say))
    if difference:
        blocks.append(Words(text=say("Chênh lệch tiền: ", "Difference: ") + say_money(difference), is_bold=True))
    sign = say(*SIGN)
    blocks.append(
        Signatures(
            places=(
                (say("Người lập", "Prepared by"), sign, data.closed_by),
                (say("Thủ quỹ", "Cashier"), sign, ""),
                (say("Trưởng bưu cục", "Head of office"), sign, ""),
            )
        )
    )
    form = Form(
        size="A4",
        title=say("BÁO CÁO CUỐI NGÀY", "END-OF-DAY REPORT"),
        second=day(data.day, say),
        number=f"{say('Số', 'No.')} {data.number}",
        blocks=tuple(blocks),
        copies=(f"{say('Đầu chuỗi bằng chứng', 'Chain head')} {data.chain_head[:16]}" if data.chain_head else "",),
        page=page(say),
    )
    return draw_forms([form], "Báo cáo cuối ngày")


def _couriers(data: DayReportData, say: Say) -> Table:
    """Return each courier's day in figures, and the sums."""
    columns = (
        Column(heading=say("Bưu tá", "Courier"), share=4),
        *(
            Column(heading=heading, share=2, align="right")
            for heading in (
                say("Mang đi", "Loaded"),
                say("Đã phát", "Delivered"),
                say("Chưa phát được", "Failed"),
                say("Hồ sơ nhận", "Collected"),
                say("Tiền thu", "Money"),
            )
        ),
    )
    rows: list[tuple[str, ...]] = [
        (one.courier, str(one.loaded), str(one.delivered), str(one.failed), str(one.collected), say_money(one.fee_vnd))
        for one in data.couriers
    ]
    sums = [sum(getattr(one, name) for one in data.couriers) for name in ("loaded", "delivered", "failed", "collected")]
    fees = sum(one.fee_vnd for one in data.couriers)
    rows.append((say("Cộng", "Total"), *map(str, sums), say_money(fees)))
    return Table(columns=columns, rows=tuple(rows))


def _still_open(data: DayReportData, say: Say) -> Table | Words:
    """Return what left and is not delivered, or that there is none."""
    if not data.open_lines:
        return Words(text=say("Không có.", "None."))
    return Table(
        columns=(
            Column(heading=say("Số hiệu", "Item"), share=3),
            Column(heading=say("Mã hồ sơ", "Dossier"), share=4),
            Column(heading=say("Bưu tá", "Courier"), share=2),
            Column(heading=say("Đang ở đâu", "Where"), share=5),
        ),
        rows=tuple((group_code(o.s10), o.dossier_code, o.courier, o.state) for o in data.open_lines),
    )
