"""The day's end: rounds close, papers and money go back, returns begin, offices close, the chain is checked."""

from __future__ import annotations

import time

from api import documents
from api.demo.story import Story
from postal import Session, State, chain, custody, desk, errors, models, rounds
from postal.to_agency import returns

_POST = custody.Party(name="Nguyễn Văn Thành", code="BC-017")
_AGENCY = custody.Party(name="Lê Thị Hoài Thương", position="Cán bộ Bộ phận Một cửa")


def close_rounds(story: Story) -> None:
    """Take everything undelivered back into the offices, and dossiers on to their agencies."""
    with story.step("18:30", "Khép chuyến, nhận lại bưu gửi chưa phát / rounds are closed") as say:
        n_rounds = 0
        with story.acting("buuchinh") as act:
            for found in desk.published_rounds(act.session, story.house.clock.day):
                rounds.close_round(act, found.id)
                n_rounds += 1
        with story.acting("motcua") as act:
            n_dossiers = len(rounds.submit_dossiers(act))
        say(f"{n_rounds} chuyến đã khép; {n_dossiers} hồ sơ nhận tại nhà đã nộp cho cơ quan")


def give_back(story: Story) -> None:
    """Hand papers taken back and money collected to each agency, by receipt."""
    with story.step("18:40", "Trả cơ quan giấy tờ thu hồi và tiền thu hộ / papers and money go back") as say:
        n_papers = fee_vnd = 0
        with story.services.database.read() as session:
            agencies = [(office.id, office.code) for office in desk.offices(session, models.OfficeKind.ISSUING)]
        for agency_id, code in agencies:
            handover_id = _give_back(story, agency_id)
            if handover_id is None:
                continue
            with story.services.database.read() as session:
                facts = desk.handover(session, handover_id).facts
                n_papers, fee_vnd = n_papers + facts["n_papers"], fee_vnd + facts["fee_vnd"]
                agency, day = session.get_one(models.Office, agency_id), story.house.clock.day
                printing = documents.Printing(services=story.services, session=session, day=day)
                pdf = documents.REVERSE_HANDOVER.print_for(printing, documents.AGENCY, agency).content
            story.keep(f"reverse-handover-{code}.pdf", pdf)
        money = f"{fee_vnd:,}".replace(",", ".")
        say(f"{n_papers} giấy tờ, {money} đ")


def _give_back(story: Story, agency_id: int) -> int | None:
    with story.acting("buuchinh") as act:
        owed = custody.owed_to(act.session, agency_id)
        if not owed:
            return None
        return custody.give_back(
            act,
            agency_id,
            scanned=[one.item.s10 or "" for one in owed],
            money_vnd=sum(one.proof.fee_vnd for one in owed),
            giver=_POST,
            receiver=_AGENCY,
        ).id


def begin_returns(story: Story) -> None:
    """Start what is due back, print its lists and the invitations of those who were not met."""
    with story.step("18:45", "Chuyển hoàn, giấy mời người vắng nhà / returns begin, invitations") as say:
        with story.acting("buuchinh") as act:
            started = returns.start_due_returns(act)
            n_started = len(started)
        with story.services.database.read() as session:
            n_lists = _print_return_lists(story, session)
            n_cards = _print_invitations(story, session)
        say(f"{n_started} bưu gửi bắt đầu chuyển hoàn, {n_lists} bảng kê; {n_cards} giấy mời")


def _print_return_lists(story: Story, session: Session) -> int:
    n_lists = 0
    printing = documents.Printing(services=story.services, session=session)
    for agency in desk.offices(session, models.OfficeKind.ISSUING):
        try:
            pdf = documents.RETURN_LIST.print_for(printing, documents.AGENCY, agency).content
        except errors.NotFound:
            continue
        story.keep(f"return-list-{agency.code}.pdf", pdf)
        n_lists += 1
    return n_lists


def _print_invitations(story: Story, session: Session) -> int:
    missed = [State.AT_OFFICE, State.HELD]
    items = session.query(models.Item).filter(models.Item.state.in_(missed), models.Item.n_attempts > 0).all()
    consignments = list({item.consignment_id: item.consignment for item in items}.values())
    printing = documents.Printing(services=story.services, session=session)
    try:
        cards = documents.INVITATION.print_for(printing, documents.CONSIGNMENT, *consignments)
        story.keep("invitations.pdf", cards.content)
    except errors.NotFound:
        return 0
    return len(items)


def close_offices(story: Story) -> None:
    """Close every delivery office's day and print its report."""
    with story.step("18:50", "Khép ngày ở mọi bưu cục / every office closes its day") as say:
        day = story.house.clock.day
        with story.services.database.read() as session:
            offices = [office.id for office in desk.offices(session, models.OfficeKind.DELIVERY)]
        for office_id in offices:
            with story.acting("buuchinh") as act:
                custody.close_day(act, office_id, day)
        with story.services.database.read() as session:
            for office in desk.offices(session, models.OfficeKind.DELIVERY):
                printing = documents.Printing(services=story.services, session=session, day=day)
                pdf = documents.DAY_REPORT.print_for(printing, documents.OFFICE, office).content
                story.keep(f"day-report-{office.code}.pdf", pdf)
        say(f"{len(offices)} bưu cục: không còn bưu gửi nào ở ngoài mà không rõ")


def check_chain(story: Story) -> None:
    """Sign the day's head, keep it apart from the database, and check the whole chain against it."""
    with story.step("19:10", "Ký mốc trong ngày, kiểm tra chuỗi bằng chứng / the chain is signed and checked") as say:
        day, now = story.house.clock.day, story.services.now()
        with story.services.database.write() as session:
            head = chain.sign_day(session, day, now=now)
        folder = story.house.out / "heads"
        folder.mkdir(exist_ok=True)
        (folder / f"head-{day:%Y-%m-%d}.json").write_text(head.to_json(), encoding="utf-8")
        began = time.perf_counter()
        with story.services.database.read() as session:
            checked = chain.check_chain(session, anchors=[head])
        took_s = time.perf_counter() - began
        assert checked.broken is None, checked.broken
        say(f"{checked.n_links} mắt xích còn nguyên ({took_s:.2f} s), mốc {head.position} đã ký")
