"""Bodies other systems send, in order in every field."""


def result(number=1, **changes):
    body = {
        "dossier_code": f"H57.15-261120-{number:04d}",
        "office": "Trung tâm Phục vụ hành chính công thành phố Huế",
        "finished_at": "2026-11-20T15:00:00+07:00",
        "recipient": "Tôn Nữ Thị Diễm Hằng",
        "phone": f"090512{number:04d}",
        "address": f"{number} Lê Lợi, phường Thuận Hóa, thành phố Huế",
        "documents": [{"name": "Giấy chứng nhận", "kind": "bản chính"}],
        "fee_vnd": 0,
        "lat": 16.4632,
        "lon": 107.5862,
    }
    return body | changes
