"""Counting, weighing and sealing each envelope before the list is fixed (QĐ 45/2016/QĐ-TTg Đ8–9, TT 17/2017 Đ4).

The officer and the post's clerk count the papers of each item at one table; the envelope is weighed and sealed in
front of both. A list closes only when every line of it went through this: a shown weight that is not the real one,
or a paper nobody counted, is what the fines of NĐ 174/2026 Đ9 are for.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from postal.access.act import Act
from postal.errors import Conflict, InvalidInput, NotFound, PostalError, Several
from postal.models import Batch, BatchItem
from routing import Message

MAX_WEIGHT_G = 30_000
_NAMED = 5


class NotPacked(Conflict):
    code = "not_packed"
    says = Message("Còn {n} bưu gửi chưa được hai bên đếm, cân và niêm phong: {dossier_codes}.")


class CountsDiffer(InvalidInput):
    code = "counts_differ"
    says = Message(
        "Hồ sơ {dossier_code}: danh mục ghi {expected} tài liệu, bên giao đếm {giver}, bên nhận đếm {receiver}."
    )


class BadWeight(InvalidInput):
    code = "bad_weight"
    says = Message("Hồ sơ {dossier_code}: khối lượng phải từ 1 đến 30.000 gam.")


@dataclass(frozen=True, kw_only=True)
class Packed:
    """One envelope as it was sealed: documents counted by either side, and its weight in grams."""

    item_id: int
    n_giver: int
    n_receiver: int
    weight_g: int


def pack(act: Act, batch: Batch, packed: Sequence[Packed]) -> list[BatchItem]:
    """Note that envelopes of an open batch were counted, weighed and sealed; again replaces what was noted.

    All or none. Raises NotFound, CountsDiffer where either count is not that of the documents listed, BadWeight;
    Several with all of them where there are more. Each has the ``item_id`` among its facts.
    """
    lines = {line.item_id: line for line in batch.lines if line.is_current}
    faults: list[PostalError] = []
    for one in packed:
        if one.item_id not in lines:
            raise NotFound(what=Message("bưu gửi trong lô"))
        faults += _faults(lines[one.item_id], one)
    if len(faults) > 1:
        raise Several(faults)
    if faults:
        raise faults[0]
    for one in packed:
        line = lines[one.item_id]
        line.n_giver, line.n_receiver = one.n_giver, one.n_receiver
        line.packed_at, line.packed_by_id = act.now, act.by.user_id
        line.on_table_since = line.on_table_by_id = None
        line.item.weight_g, line.item.is_sealed = one.weight_g, True
    act.session.flush()
    return [lines[one.item_id] for one in packed]


def require_packed(lines: Sequence[BatchItem]) -> None:
    """Raise NotPacked naming the first dossiers that nobody counted, weighed and sealed."""
    left = [line.item.dossier_code for line in lines if line.packed_at is None]
    if left:
        named = ", ".join(left[:_NAMED]) + (" …" if len(left) > _NAMED else "")
        raise NotPacked(n=len(left), dossier_codes=named)


def _faults(line: BatchItem, one: Packed) -> Iterator[PostalError]:
    code, expected = line.item.dossier_code, len(line.item.documents)
    # A dossier that came without a list of papers is counted by the two sides against each other.
    if one.n_giver != one.n_receiver or one.n_giver < 1 or (expected and one.n_giver != expected):
        counts = {"expected": expected, "giver": one.n_giver, "receiver": one.n_receiver}
        yield CountsDiffer(field="documents", dossier_code=code, item_id=one.item_id, **counts)
    if not 1 <= one.weight_g <= MAX_WEIGHT_G:
        yield BadWeight(field="weight_g", dossier_code=code, item_id=one.item_id)
