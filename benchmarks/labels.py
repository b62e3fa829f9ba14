"""Labels and invitations a second on one core, beside the label one writes first.

For PDF that is plain reportlab with its own QR widget, for thermal printers a plain Pillow picture packed as ZPL. Both
draw the same facts, but nothing they draw is measured: their long texts run off the paper.

usage: python benchmarks/labels.py [--labels 1000] [--large 5000]
"""

from __future__ import annotations

import argparse
import base64
import binascii
import json
import resource
import sys
import time
import zlib
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np

sys.path[0] = str(Path(__file__).resolve().parents[1])  # this script's own name is that of the package

from labels.papers import invitation, item_label, route_sheet  # noqa: E402
from labels.samples.invitation import card as sample_card  # noqa: E402
from labels.samples.route_sheet import sheet as sample_sheet  # noqa: E402


def many(n: int) -> list[item_label.ItemLabelData]:
    """Return n different labels."""
    return [
        item_label.ItemLabelData(
            s10=f"EY{90_000_000 + number}5VN",
            token_url=f"https://tannha.example/t/{number:032x}",
            recipient_name=f"Công Tằng Tôn Nữ Phước Diễm Hằng {number}",
            address=f"{number}/5 kiệt 3 Nguyễn Huệ, tổ dân phố 7, phường Vỹ Dạ, thành phố Huế",
            commune="Xã Chân Mây - Lăng Cô",
            phone_masked="09xx xxx 123",
            sender_name="Trung tâm Phục vụ hành chính công thành phố Huế",
            sender_address="01 Lê Lai, phường Thuận Hóa",
            delivery_office="Bưu cục Chân Mây - Lăng Cô",
            dossier_code=f"H57.15-261119-{number % 10_000:04d}",
            posted_on=date(2026, 11, 23),
            due_on=date(2026, 11, 26),
            fee_vnd=135_000,
            n_documents=2,
        )
        for number in range(n)
    ]


def plain(labels: list[item_label.ItemLabelData]) -> bytes:
    """Draw the same facts the first way one thinks of."""
    from reportlab.graphics import renderPDF
    from reportlab.graphics.barcode.code128 import Code128
    from reportlab.graphics.barcode.qr import QrCodeWidget
    from reportlab.graphics.shapes import Drawing
    from reportlab.lib.units import mm
    from reportlab.pdfgen.canvas import Canvas

    buffer = BytesIO()
    canvas = Canvas(buffer, pagesize=(100 * mm, 150 * mm))
    for label in labels:
        Code128(label.s10, barWidth=1.06, barHeight=48).drawOn(canvas, 10, 340)
        drawing = Drawing(76, 76)
        drawing.add(QrCodeWidget(label.token_url, barWidth=76, barHeight=76))
        renderPDF.draw(drawing, canvas, 200, 330)
        canvas.setFont("TanNha", 10)
        for row, words in enumerate((label.recipient_name, label.address, label.commune, label.sender_name)):
            canvas.drawString(12, 300 - row * 16, words)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def plain_zpl(labels: list[item_label.ItemLabelData]) -> bytes:
    """Draw the same facts as a thermal picture the first way one thinks of: each whole, packed as hard as it goes."""
    import zxingcpp
    from PIL import Image, ImageDraw, ImageFont

    from labels.drawing.text import REGULAR, font_bytes

    face = ImageFont.truetype(BytesIO(font_bytes(REGULAR)), 28)
    formats = []
    for label in labels:
        picture = Image.new("1", (800, 1200), 1)
        pen = ImageDraw.Draw(picture)
        codes = ((zxingcpp.BarcodeFormat.Code128, label.s10, 40), (zxingcpp.BarcodeFormat.QRCode, label.token_url, 560))
        for kind, words, left in codes:
            drawn = zxingcpp.create_barcode(words, kind).to_image(scale=3)
            picture.paste(Image.fromarray(np.array(drawn)), (left, 100))
        for row, words in enumerate((label.recipient_name, label.address, label.commune, label.sender_name)):
            pen.text((40, 500 + row * 40), words, font=face, fill=0)
        data = bytes(255 - byte for byte in picture.tobytes())
        packed = base64.b64encode(zlib.compress(data, 9)).decode()
        formats.append(
            f"^XA^FO0,0^GFA,{len(data)},{len(data)},100,:Z64:{packed}:{binascii.crc_hqx(packed.encode(), 0):04X}^XZ"
        )
    return "".join(formats).encode()


def cards(n: int) -> list[invitation.InvitationData]:
    """Return n different invitations, the first and the second in turn."""
    return [
        replace(
            sample_card(1 + number % 2),
            s10=f"EY{90_000_000 + number}5VN",
            recipient_name=f"Công Tằng Tôn Nữ Phước Diễm Hằng {number}",
            token_url=f"https://tannha.example/t/{number:032x}",
        )
        for number in range(n)
    ]


def rate(draw: Callable[[list[Any]], bytes], papers: list[Any]) -> float:
    """Return papers for each second of this process's own time."""
    draw(papers[:3])
    began = time.process_time()
    draw(papers)
    return len(papers) / (time.process_time() - began)


def main() -> None:
    """Measure all of it and print one JSON line at the end."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--labels", type=int, default=1_000)
    parser.add_argument("--large", type=int, default=5_000)
    wanted = parser.parse_args()
    labels = many(wanted.labels)
    began = time.perf_counter()
    ours = rate(item_label.draw, labels)
    peer = rate(plain, labels[:100])
    print(f"labels 100 × 150 mm: ours {ours:,.0f}/s, plain reportlab with its QR widget {peer:,.0f}/s, one core")
    print(f"{len(labels):,} labels in {len(labels) / ours:.1f} s (asked: 4 s)")
    four_up = rate(lambda some: item_label.draw(some, size="A4x4"), labels)
    thermal, finer = (rate(partial(item_label.draw_zpl, dpi=dpi), labels[:400]) for dpi in (203, 300))
    zpl_peer = rate(plain_zpl, labels[:100])
    print(f"four on A4: {four_up:,.0f} labels/s")
    print(
        f"ZPL: ours {thermal:,.0f}/s at 203 dpi, {finer:,.0f}/s at 300 dpi; plain Pillow {zpl_peer:,.0f}/s (asked: 150)"
    )
    invitations = rate(invitation.draw, cards(400))
    print(f"invitations A6: {invitations:,.0f}/s (asked: 300)")
    sheets_s = _sheets_s()
    print(f"route sheets of a day with 1,200 stops: {sheets_s:.1f} s (asked: 10 s)")
    large_s = wanted.large / rate(item_label.draw, many(wanted.large))
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform != "darwin" else 1024**2)
    print(f"{wanted.large:,} labels in {large_s:.1f} s, {peak_mb:.0f} MB at most (asked: 20 s, 300 MB)")
    figures = {
        "ours": round(ours),
        "peer": round(peer),
        "ratio": round(ours / peer, 2),
        "unit": "labels/s",
        "four_up": round(four_up),
        "zpl": round(thermal),
        "zpl_300": round(finer),
        "zpl_peer": round(zpl_peer),
        "invitations": round(invitations),
        "large": wanted.large,
        "large_s": round(large_s, 1),
        "sheets_1200_stops_s": round(sheets_s, 1),
        "peak_mb": round(peak_mb),
        "seconds": round(time.perf_counter() - began, 1),
        "cores": 1,
    }
    print(json.dumps(figures))


def _sheets_s() -> float:
    sheet = sample_sheet()
    began = time.process_time()
    route_sheet.draw([sheet] * (1_200 // len(sheet.stops)))
    return time.process_time() - began


if __name__ == "__main__":
    main()
