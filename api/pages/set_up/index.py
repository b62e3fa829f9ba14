"""The first page of the set-up: every area with how it stands and what is missing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time

from flask import url_for
from flask.typing import ResponseReturnValue

from api import words
from api.pages.common import local_zone, render_desk, today
from api.pages.desk.home import staff
from api.web.auth import allow
from api.wiring import services
from api.words import gettext as _
from api.words import ngettext as _n
from postal import Action, Role
from postal.network import home
from postal.rules import reasons
from postal.set_up import standing

_FEW_NUMBERS = 1_000
"""A new range is asked for when fewer are left: a month of a busy province."""


@dataclass(frozen=True, kw_only=True)
class Area:
    """One area of the set-up: where its page is, how it stands, what is missing."""

    url: str
    title: str
    state: str
    missing: tuple[str, ...] = ()


@staff.get("/set-up", endpoint="set_up")
@allow(Action.MANAGE_SET_UP)
def index() -> ResponseReturnValue:
    """Show every area of the set-up."""
    day = today()
    midnight = datetime.combine(day, time(), local_zone()).astimezone(UTC)
    with services().database.read() as session:
        now = standing.standing(session, on=day, since=midnight)
        here = home.installation(session)
        facts = {"province": here.province, "post_name": here.post_name, "is_draft": here.is_draft}
    return render_desk("staff/set_up/index.html", _("Thiết lập"), areas=[area(now) for area in _AREAS], **facts)


def _users(now: standing.Standing) -> Area:
    said = [f"{words.translate(words.ROLES[role])}: {n}" for role, n in sorted(now.n_users.items())]
    must_have = services().settings.second_factor_roles
    n_without = sum(n for role, n in now.n_without_factor.items() if role in must_have)
    missing = []
    if now.n_users.get(Role.ADMINISTRATOR, 0) < 2:
        missing.append(_("chỉ có một người quản trị: thêm người thứ hai phòng khi vắng"))
    for role in (Role.CENTRE_CLERK, Role.POSTAL_CLERK, Role.DISPATCHER):
        if not now.n_users.get(role):
            missing.append(_("chưa có ai giữ vai trò {role}", role=words.translate(words.ROLES[role])))
    if n_without:
        missing.append(_n("{n} người phải có yếu tố thứ hai mà chưa có", n=n_without))
    return Area(
        url=url_for("staff.users"),
        title=_("Người dùng, vai trò, mật khẩu, yếu tố thứ hai"),
        state=", ".join(said),
        missing=tuple(missing),
    )


def _keys(now: standing.Standing) -> Area:
    return Area(
        url=url_for("staff.keys"),
        title=_("Khóa API của hệ thống khác"),
        state=_n("{n} khóa đang dùng", n=now.n_keys),
        missing=() if now.n_keys else (_("chưa có khóa nào: một cửa điện tử chưa gửi kết quả tự động được"),),
    )


def _endpoints(now: standing.Standing) -> Area:
    missing = []
    if not now.n_endpoints + now.n_endpoints_off:
        missing.append(_("chưa có nơi nào nhận tin báo"))
    if now.n_endpoints_off:
        missing.append(_n("{n} nơi nhận không gửi được hoặc tạm dừng", n=now.n_endpoints_off))
    return Area(
        url=url_for("staff.endpoints"),
        title=_("Nơi nhận tin báo"),
        state=_n("{n} nơi nhận đang gửi", n=now.n_endpoints),
        missing=tuple(missing),
    )


def _couriers(now: standing.Standing) -> Area:
    missing = []
    if not now.n_couriers:
        missing.append(_("chưa có bưu tá nào"))
    if now.n_couriers_without_beat:
        missing.append(_n("{n} bưu tá chưa có địa bàn", n=now.n_couriers_without_beat))
    return Area(
        url=url_for("staff.set_up_couriers"),
        title=_("Bưu tá, địa bàn, ca làm, ngày nghỉ"),
        state=_n("{n} bưu tá đang đi phát", n=now.n_couriers),
        missing=tuple(missing),
    )


def _days_off(now: standing.Standing) -> Area:
    return Area(
        url=url_for("staff.days_off"),
        title=_("Ngày nghỉ"),
        state=_n("hôm nay {n} bưu tá nghỉ", n=now.n_away),
    )


def _offices(now: standing.Standing) -> Area:
    missing = []
    if not now.n_agencies:
        missing.append(_("chưa có cơ quan trả kết quả nào"))
    if now.n_offices_without_contact:
        n = now.n_offices_without_contact
        missing.append(_n("{n} bưu cục chưa có địa chỉ, điện thoại hoặc giờ mở cửa", n=n))
    return Area(
        url=url_for("staff.set_up_offices"),
        title=_("Bưu cục và cơ quan"),
        state=_("{n} bưu cục phát, {m} cơ quan", n=now.n_offices, m=now.n_agencies),
        missing=tuple(missing),
    )


def _ranges(now: standing.Standing) -> Area:
    missing = []
    if now.n_s10_left < _FEW_NUMBERS:
        missing.append(_("sắp hết số: xin cấp dải mới") if now.n_s10_left else _("chưa có dải thật nào còn số"))
    if now.n_s10_made_up:
        missing.append(_("còn dải giả để thử: trả lại trước khi dùng thật"))
    return Area(
        url=url_for("staff.s10_ranges"),
        title=_("Dải số hiệu S10"),
        state=_n("còn {n} số", n=now.n_s10_left + now.n_s10_made_up),
        missing=tuple(missing),
    )


def _coverage(now: standing.Standing) -> Area:
    n_unserved = len(list(services().guide.register)) - now.n_communes
    return Area(
        url=url_for("staff.set_up_coverage"),
        title=_("Xã, phường: bưu cục, ngày phát, vùng"),
        state=_n("{n} xã, phường có bưu cục", n=now.n_communes),
        missing=(_n("{n} xã, phường chưa có bưu cục phục vụ", n=n_unserved),) if n_unserved > 0 else (),
    )


def _promises(now: standing.Standing) -> Area:
    return Area(
        url=url_for("staff.promises"),
        title=_("Thời hạn J+n giữa các vùng"),
        state=_n("{n} quy tắc riêng, ngoài ra theo luật", n=now.n_rules),
    )


def _tariffs(now: standing.Standing) -> Area:
    return Area(
        url=url_for("staff.tariffs"),
        title=_("Bảng cước"),
        state=_n("{n} cước đang áp dụng", n=now.n_tariffs),
        missing=() if now.n_tariffs else (_("chưa ghi cước: biên bản bồi thường phải gõ tay"),),
    )


def _borders(_now: standing.Standing) -> Area:
    return Area(
        url=url_for("staff.set_up_borders"),
        title=_("Ranh giới xã, phường trên bản đồ"),
        state=_("nhập tệp GeoJSON; chưa có thì bản đồ vẽ ô"),
    )


def _rules(_now: standing.Standing) -> Area:
    return Area(
        url=url_for("staff.set_up_rules"),
        title=_("Lý do, bằng chứng, ảnh, lời nhắn"),
        state=_n("{n} lý do; bằng chứng, ảnh, lời nhắn sửa được", n=len(reasons.REASONS)),
    )


def _audit(now: standing.Standing) -> Area:
    return Area(
        url=url_for("staff.audit"),
        title=_("Nhật ký: ai đã làm gì"),
        state=_n("hôm nay {n} việc", n=now.n_noted),
    )


_AREAS = (
    _users,
    _keys,
    _endpoints,
    _couriers,
    _days_off,
    _offices,
    _ranges,
    _coverage,
    _promises,
    _tariffs,
    _borders,
    _rules,
    _audit,
)
