"""The columns of an incoming file, the fields they fill, and how a header is recognised."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

from postal.cells.texts import is_dossier_code
from postal.people.vault import fold_name
from postal.tables import BadFile
from routing import Message


@dataclass(frozen=True, kw_only=True, slots=True)
class ResultIn:
    """One finished result as the issuing system tells it: texts, exactly as given. Empty means not told.

    ``finished_at`` is ISO 8601 with an offset; ``documents`` and ``take_back`` are "X (bản chính); Y (bản sao)";
    ``fee_vnd`` is a whole number of đồng; ``window`` is "HH:MM-HH:MM". ``id_number`` is judged, then only its
    last four digits are kept.
    """

    dossier_code: str
    office: str
    finished_at: str
    recipient: str
    address: str
    phone: str = ""
    procedure_code: str = ""
    procedure_name: str = ""
    documents: str = ""
    fee_vnd: str = ""
    take_back: str = ""
    lat: str = ""
    lon: str = ""
    window: str = ""
    service_level: str = ""
    channel: str = ""
    landmark: str = ""
    email: str = ""
    id_number: str = ""

    def __repr__(self) -> str:
        # A traceback must not be able to print a person.
        return "<ResultIn>"


@dataclass(frozen=True, kw_only=True, slots=True)
class CollectionIn:
    """One dossier to fetch at a citizen's home. ``wanted_on`` is the day asked for, YYYY-MM-DD or empty.

    ``office`` is the agency the dossier goes to; the other fields are as in ResultIn.
    """

    dossier_code: str
    office: str
    recipient: str
    address: str
    phone: str = ""
    wanted_on: str = ""
    window: str = ""
    procedure_code: str = ""
    procedure_name: str = ""
    documents: str = ""
    fee_vnd: str = ""
    lat: str = ""
    lon: str = ""
    landmark: str = ""
    service_level: str = ""
    channel: str = ""

    def __repr__(self) -> str:
        return "<CollectionIn>"


# The column of the file for each field: problems name the column, the API renames it back.
COLUMNS: dict[str, str] = {
    "dossier_code": "ma_ho_so",
    "procedure_code": "ma_tthc",
    "procedure_name": "ten_tthc",
    "office": "co_quan",
    "finished_at": "ngay_xong",
    "recipient": "nguoi_nhan",
    "phone": "dien_thoai",
    "address": "dia_chi",
    "documents": "tai_lieu",
    "fee_vnd": "thu_ho",
    "take_back": "thu_hoi",
    "lat": "vi_do",
    "lon": "kinh_do",
    "window": "khung_gio",
    "service_level": "muc_do_dvc",
    "channel": "kenh",
    "landmark": "chi_dan",
    "email": "thu_dien_tu",
    "id_number": "so_dinh_danh",
    "wanted_on": "ngay_hen",
}
FIELD_OF_COLUMN: dict[str, str] = {column: field for field, column in COLUMNS.items()}
REQUIRED = ("ma_ho_so", "co_quan", "ngay_xong", "nguoi_nhan", "dia_chi")
_MAX_HEADER = 200
_RESULT_FIELDS = frozenset(field.name for field in fields(ResultIn))

# What one-stop systems are seen to write above these columns; a setting adds to it.
_ALIASES: dict[str, str] = {
    "so_ho_so": "ma_ho_so",
    "ma_so_ho_so": "ma_ho_so",
    "ma_thu_tuc": "ma_tthc",
    "ten_thu_tuc": "ten_tthc",
    "co_quan_giai_quyet": "co_quan",
    "don_vi": "co_quan",
    "ngay_hoan_thanh": "ngay_xong",
    "ngay_co_ket_qua": "ngay_xong",
    "ho_ten": "nguoi_nhan",
    "ho_va_ten": "nguoi_nhan",
    "ten_nguoi_nhan": "nguoi_nhan",
    "so_dien_thoai": "dien_thoai",
    "sdt": "dien_thoai",
    "dia_chi_nhan": "dia_chi",
    "dia_chi_nguoi_nhan": "dia_chi",
    "le_phi": "thu_ho",
    "vi_do_lat": "vi_do",
    "kinh_do_lon": "kinh_do",
    "muc_do_dich_vu": "muc_do_dvc",
    "email": "thu_dien_tu",
    "so_cccd": "so_dinh_danh",
    "cccd": "so_dinh_danh",
}


class ColumnMissing(BadFile):
    code = "column_missing"
    says = Message("Tệp thiếu cột: {columns}. Thêm cột, hoặc khai tên cột tương ứng trong cài đặt.")


class ColumnTwice(BadFile):
    code = "column_twice"
    says = Message("Cột {columns} có hai lần trong dòng tiêu đề.")


def header_key(text: str) -> str:
    """Return how a header is compared: "Mã hồ sơ", "MA_HO_SO" and "ma ho so" are one."""
    return re.sub(r"[\W_]+", "_", fold_name(text.removeprefix("\ufeff"))).strip("_")


class Headers:
    """How the headers of a file are recognised; ``aliases`` maps headers of one system to our columns.

    ``needed`` are the columns that a table must have to be read: those of results by default.
    """

    def __init__(self, aliases: Mapping[str, str] | None = None, *, needed: Sequence[str] = REQUIRED) -> None:
        self._needed = needed
        self._known = _ALIASES | {header_key(theirs): ours for theirs, ours in (aliases or {}).items()}

    def columns(self, cells: Sequence[str]) -> list[str]:
        """Return our column for each header, its own key where it is none of ours."""
        keys = [header_key(text) if len(text) <= _MAX_HEADER else "" for text in cells]
        return [self._known.get(key, key) for key in keys]

    def n_known(self, cells: Sequence[str]) -> int:
        """Return how many different columns of ours these cells are headers of."""
        return len(set(self.columns(cells)) & FIELD_OF_COLUMN.keys())

    def missing(self, cells: Sequence[str]) -> list[str]:
        """Return the columns that are needed and that these headers lack."""
        found = set(self.columns(cells))
        return [column for column in self._needed if column not in found]

    def begins_a_row(self, cells: Sequence[str]) -> bool:
        """Return whether one of these cells is a dossier code, which no cell of several lines goes on with."""
        return any(is_dossier_code(cell) for cell in cells)

    def fields(self, header: Sequence[str]) -> list[str | None]:
        """Return the field of each column, None for one we do not use. Raises ColumnMissing and ColumnTwice."""
        columns = self.columns(header)
        twice = sorted({c for c in columns if c in FIELD_OF_COLUMN and columns.count(c) > 1})
        if twice:
            raise ColumnTwice(columns=", ".join(twice))
        if missing := self.missing(header):
            raise ColumnMissing(columns=", ".join(missing))
        found = [FIELD_OF_COLUMN.get(column) for column in columns]
        return [field if field in _RESULT_FIELDS else None for field in found]
