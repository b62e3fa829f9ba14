"""One form drawn by our own flow layout and by reportlab's Platypus: forms a second, bytes a form, lines of code.

Both draw the same consignment note on A5 with the same fonts, codes, page numbers and fold marks, from the same data.
Platypus reads text as markup, so every text is escaped; it knows a document's pages and not a form's, so the document
is built twice to number "page 1 of 2".

usage: python benchmarks/platypus.py [--forms 200]
"""

from __future__ import annotations

import argparse
import inspect
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

sys.path[0] = str(Path(__file__).resolve().parents[1])  # this folder holds a script with the name of a package of ours

from xml.sax.saxutils import escape  # noqa: E402

from reportlab.lib.enums import TA_CENTER, TA_RIGHT  # noqa: E402
from reportlab.lib.styles import ParagraphStyle  # noqa: E402
from reportlab.lib.units import mm  # noqa: E402
from reportlab.pdfgen.canvas import Canvas  # noqa: E402
from reportlab.platypus import (  # noqa: E402
    BaseDocTemplate,
    Flowable,
    Frame,
    KeepTogether,
    PageBreak,
    PageTemplate,
    Paragraph,
    Spacer,
    Table,
)

from labels import clean_data  # noqa: E402
from labels.drawing import blocks, flow, symbols, text  # noqa: E402
from labels.papers import PaperData, consignment_note  # noqa: E402
from labels.papers.consignment_note import ConsignmentNoteData  # noqa: E402
from labels.papers.words import group_code, say_day, say_moment, say_money  # noqa: E402
from labels.samples.consignment_note import note as sample_note  # noqa: E402

# -- the form in Platypus -------------------------------------------------------------------------------------------

SIZE, EDGE = (148 * mm, 210 * mm), 12 * mm


def _style(name: str, font: str, size: float, **more: Any) -> ParagraphStyle:
    return ParagraphStyle(name, fontName=font, fontSize=size, leading=size * text.LEADING, **more)


TITLE = _style("title", text.BOLD, text.LARGE, alignment=TA_CENTER)
CENTRED = _style("centred", text.REGULAR, text.SMALL, alignment=TA_CENTER)
BOLD_CENTRED = _style("bold", text.BOLD, text.SMALL, alignment=TA_CENTER)
TINY_CENTRED = _style("hint", text.REGULAR, text.TINY, alignment=TA_CENTER)
TINY = _style("tiny", text.REGULAR, text.TINY)
SMALL = _style("small", text.REGULAR, text.SMALL)
SMALL_RIGHT = _style("right", text.REGULAR, text.SMALL, alignment=TA_RIGHT)
SMALL_BOLD = _style("heads", text.BOLD, text.SMALL)
BODY = _style("body", text.REGULAR, text.BODY)
PLAIN = [("LEFTPADDING", (0, 0), (-1, -1), 0), ("TOPPADDING", (0, 0), (-1, -1), 0), ("VALIGN", (0, 0), (-1, -1), "TOP")]
RULED = [*PLAIN, ("LINEBELOW", (0, 0), (-1, 0), 0.8, "black"), ("LINEBELOW", (0, 1), (-1, -1), 0.2, "black")]


class Codes(Flowable):
    """The item's barcode at the left, the square code at the right."""

    def __init__(self, s10: str, link: str) -> None:
        super().__init__()
        self.s10, self.link = s10, link

    def wrap(self, wide: float, _: float) -> tuple[float, float]:
        self.width, self.height = wide, 24 * mm
        return self.width, self.height

    def draw(self) -> None:
        symbols.draw_barcode(self.canv, self.s10, 0, self.height - 14 * mm, height=12 * mm)
        self.canv.setFont(text.BOLD, text.BODY)
        self.canv.drawString(0, self.height - 19 * mm, group_code(self.s10))
        symbols.draw_qr(self.canv, self.link, self.width - 24 * mm, 0, side=26 * mm)


class Start(Flowable):
    """Remembers the page a form begins on, and the form's number for its foot."""

    def __init__(self, begun: list[tuple[int, str]], number: str) -> None:
        super().__init__()
        self.begun, self.number = begun, number

    def wrap(self, *_: float) -> tuple[float, float]:
        return 0, 0

    def draw(self) -> None:
        self.begun.append((self.canv.getPageNumber(), self.number))


def platypus_notes(notes: Sequence[ConsignmentNoteData]) -> bytes:
    """Return notes as one PDF; built twice, as a form's number of pages is known after the first time only."""
    cleaned = [clean_data(note) for note in notes]
    pages = _build(cleaned, BytesIO(), [])
    buffer = BytesIO()
    _build(cleaned, buffer, pages)
    return buffer.getvalue()


def _build(notes: Sequence[ConsignmentNoteData], buffer: BytesIO, known: list[tuple[int, int, str]]) -> list[Any]:
    """Build the document with feet of known (page, pages, form); return those it finds."""
    document = BaseDocTemplate(buffer, pagesize=SIZE, invariant=1, title="Phiếu gửi hồ sơ", author="Tận Nhà")
    frame = Frame(EDGE, EDGE, SIZE[0] - 2 * EDGE, SIZE[1] - 2 * EDGE, 0, 0, 0, 0)
    begun: list[tuple[int, str]] = []

    def foot(canvas: Canvas, page: BaseDocTemplate) -> None:
        number, of, form = known[page.page - 1] if known else (0, 0, "")
        canvas.setLineWidth(0.3)
        canvas.line(EDGE, 11 * mm, SIZE[0] - EDGE, 11 * mm)
        canvas.setFont(text.REGULAR, text.TINY)
        canvas.drawString(EDGE, 8 * mm, form)
        canvas.drawRightString(SIZE[0] - EDGE, 8 * mm, f"trang {number}/{of}")
        for left in (0.0, SIZE[0] - 5 * mm):
            canvas.line(left, SIZE[1] / 2, left + 5 * mm, SIZE[1] / 2)

    document.addPageTemplates(PageTemplate(frames=[frame], onPage=foot))
    story: list[Flowable] = []
    for note in notes:
        number = f"Mã hồ sơ {note.dossier_code}"
        story += [Start(begun, number), *_story(note, number, frame._width), PageBreak()]
    document.build(story)
    ends = [first for first, _ in begun[1:]] + [document.page + 1]
    return [
        (page - first + 1, end - first, form)
        for (first, form), end in zip(begun, ends, strict=True)
        for page in range(first, end)
    ]


def _story(note: ConsignmentNoteData, number: str, wide: float) -> list[Flowable]:
    weight = f", {note.weight_g} g" if note.weight_g else ""
    terms = (
        ("Nhận gửi lúc (J)", say_moment(note.posted_at) if note.posted_at else ""),
        ("Hạn phát", say_day(note.due_on) if note.due_on else ""),
        ("Dịch vụ", note.service),
        ("Số lượng, khối lượng", f"{sum(paper.count for paper in note.papers)} tài liệu{weight}"),
        ("Cước, cách trả", note.postage),
        ("Thu hộ", say_money(note.fee_vnd) if note.fee_vnd else "Không thu tiền"),
    )
    people = [
        (heading, "\n".join((one.name, one.address, one.phone)))
        for heading, one in (("Người gửi", note.sender), ("Người nhận", note.recipient))
    ]
    story: list[Flowable] = [
        Paragraph(escape(note.operator), SMALL),
        Paragraph("PHIẾU GỬI HỒ SƠ", TITLE),
        Paragraph(escape(number), CENTRED),
        Codes(note.s10, note.token_url),
        _fields(people, wide),
        _fields(terms, wide),
        _papers("Tài liệu trong bưu gửi", note.papers, wide),
    ]
    if note.take_back:
        story += [Spacer(0, 4 * mm), _papers("Giấy tờ phải thu hồi", note.take_back, wide)]
    story += [Spacer(0, 4 * mm), Paragraph(escape(f"{note.rights} {note.liability}"), SMALL), Spacer(0, 4 * mm)]
    places = (
        ("Đại diện cơ quan", note.agency_officer),
        ("Nhân viên bưu chính", note.postal_worker),
        ("Người nhận", ""),
    )
    rows = [
        [Paragraph(title.upper(), BOLD_CENTRED) for title, _ in places],
        [Paragraph("(ký, ghi rõ họ tên)", TINY_CENTRED)] * 3,
        [Spacer(0, 12 * mm)] * 3,
        [Paragraph(escape(name), CENTRED) for _, name in places],
    ]
    story.append(KeepTogether(Table(rows, colWidths=[wide / 3] * 3, style=PLAIN)))
    return story


def _fields(pairs: Sequence[tuple[str, str]], wide: float) -> Table:
    cells = [
        [Paragraph(heading, TINY), *(Paragraph(escape(line), BODY) for line in value.split("\n"))]
        for heading, value in pairs
    ]
    rows = [cells[start : start + 2] for start in range(0, len(cells), 2)]
    return Table(rows, colWidths=[wide / 2] * 2, style=PLAIN)


def _papers(heading: str, papers: Sequence[PaperData], wide: float) -> Table:
    heads = [Paragraph(words, SMALL_BOLD) for words in ("STT", heading, "Loại", "Số bản")]
    rows = [
        [
            Paragraph(str(n), SMALL),
            Paragraph(escape(p.name), SMALL),
            Paragraph(escape(p.kind), SMALL),
            Paragraph(str(p.count), SMALL_RIGHT),
        ]
        for n, p in enumerate(papers, start=1)
    ]
    widths = [wide * share / 15 for share in (1, 9, 3, 2)]
    return Table([heads, *rows], colWidths=widths, style=RULED, repeatRows=1)


# -- the measurement ------------------------------------------------------------------------------------------------


def many(n: int) -> list[ConsignmentNoteData]:
    """Return n different notes, every fifth with a second page of papers."""
    notes = []
    for number in range(n):
        papers = tuple(
            PaperData(name=f"Giấy chứng nhận số {k}", kind="bản sao") for k in range(24 if number % 5 == 0 else 2)
        )
        notes.append(
            replace(sample_note(), s10=f"EY{90_000_000 + number}5VN", dossier_code=f"H57-{number:06d}", papers=papers)
        )
    return notes


def _lines(*parts: Any) -> int:
    return sum(sum(bool(line.strip()) for line in inspect.getsource(part).splitlines()) for part in parts)


def main() -> None:
    """Measure both and print one JSON line at the end."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--forms", type=int, default=200)
    notes = many(parser.parse_args().forms)
    text.fonts()
    figures: dict[str, float] = {}
    for name, draw in (("ours", consignment_note.draw), ("platypus", platypus_notes)):
        draw(notes[:1])
        began = time.process_time()
        alone = [len(draw([one])) for one in notes]
        seconds_alone = time.process_time() - began
        began = time.process_time()
        together = len(draw(notes))
        seconds = time.process_time() - began
        figures[f"{name}_alone_forms_s"] = round(len(notes) / seconds_alone, 1)
        figures[f"{name}_alone_kb"] = round(sum(alone) / len(notes) / 1000, 1)
        figures[f"{name}_together_forms_s"] = round(len(notes) / seconds, 1)
        figures[f"{name}_together_kb"] = round(together / len(notes) / 1000, 1)
    layout, form = _lines(flow, blocks), _lines(consignment_note)
    prototype = _lines(Codes, Start, platypus_notes, _build, _story, _fields, _papers)
    print(f"layout of ours: {layout} lines for eight forms; this form: {form} lines")
    print(f"Platypus: {prototype} lines for this form")
    print(
        json.dumps(figures | {"layout_lines": layout, "form_lines": form, "platypus_form_lines": prototype, "cores": 1})
    )


if __name__ == "__main__":
    main()
